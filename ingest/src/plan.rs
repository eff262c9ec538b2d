//! What an import would do, decided without touching anything: which draft is which event, what
//! is new, what went, and whether too much would go.

use domain::event::Draft;
use domain::id::EventId;
use domain::text::Lang;
use domain::zone::Zone;
use jiff::civil::{Date, DateTime};
use std::collections::{HashMap, HashSet, VecDeque};

/// An event that the source owns, as far as matching needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The event.
    pub event: EventId,
    /// Digest of what the source last said about it.
    pub digest: Vec<u8>,
    /// True when it is not published any more.
    pub removed: bool,
    /// For entries that the source gives no UID: what they are recognised by.
    pub face: Option<Face>,
}

/// What an entry without UID is recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// Its title.
    pub title: String,
    /// When it starts, on the wall clock; midnight for whole days.
    pub start: Option<DateTime>,
}

impl Face {
    /// The face of an event's body.
    pub fn of(body: &domain::event::EventBody, lang: Lang, zone: &Zone) -> Self {
        let start = match &body.main.time {
            domain::time::EventTime::Zoned(z) => Some(z.start.at),
            domain::time::EventTime::Floating { start, .. } => Some(*start),
            other => other.days(zone).map(|(first, _)| first.at(0, 0, 0, 0)),
        };
        Self {
            title: body.main.title.pick(lang, lang).to_owned(),
            start,
        }
    }

    fn day(&self) -> Option<Date> {
        self.start.map(|at| at.date())
    }

    fn is_near(&self, other: &Self) -> bool {
        match (self.day(), other.day()) {
            (Some(a), Some(b)) => a.until(b).is_ok_and(|span| span.get_days().abs() <= 14),
            _ => false,
        }
    }
}

/// Which event a draft is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// One that the source owns, under this source UID.
    Known(String),
    /// A new one. Without a UID of the source's own, the importer makes one up.
    New(Option<String>),
}

/// Matches drafts with what the source owns: by UID, and entries without one by their faces, in
/// passes (R6): same day and title, several of them by the order of their starts; then the
/// nearest of the same title within 14 days, if it is the only one.
pub fn match_drafts(
    drafts: &[Draft],
    known: &HashMap<String, Known>,
    lang: Lang,
    zone: &Zone,
) -> Vec<Match> {
    let mut faceless = Faceless::new(drafts, known, lang, zone);
    // Equal starts go first, so that a doubleheader whose first game is called off keeps its
    // second; then what is left of a day in the order of its starts.
    faceless.pass(|face| (face.title.clone(), face.start));
    faceless.pass(|face| (face.title.clone(), face.day()));
    faceless.pass_nearby();
    let Faceless { hits, .. } = faceless;
    let by_uid = |draft: &Draft| {
        let uid = draft.uid.clone()?;
        let hit = known.contains_key(&uid);
        Some(if hit {
            Match::Known(uid)
        } else {
            Match::New(Some(uid))
        })
    };
    let named = |index: usize| hits.get(&index).cloned().map(Match::Known);
    (0..drafts.len())
        .map(|i| {
            by_uid(&drafts[i])
                .or_else(|| named(i))
                .unwrap_or(Match::New(None))
        })
        .collect()
}

/// Entries without UID on both sides, in the order of their starts, as far as they are unmatched.
struct Faceless<'a> {
    open: Vec<(usize, Face)>,
    free: Vec<(&'a str, &'a Face)>,
    hits: HashMap<usize, String>,
}

impl<'a> Faceless<'a> {
    fn new(drafts: &[Draft], known: &'a HashMap<String, Known>, lang: Lang, zone: &Zone) -> Self {
        let mut open: Vec<(usize, Face)> = (0..)
            .zip(drafts)
            .filter(|(_, draft)| draft.uid.is_none())
            .map(|(index, draft)| (index, Face::of(&draft.body, lang, zone)))
            .collect();
        open.sort_by_key(|(index, face)| (face.start, *index));
        let face =
            |(uid, known): (&'a String, &'a Known)| Some((uid.as_str(), known.face.as_ref()?));
        let mut free: Vec<(&str, &Face)> = known.iter().filter_map(face).collect();
        free.sort_by_key(|(uid, face)| (face.start, *uid));
        Self {
            open,
            free,
            hits: HashMap::new(),
        }
    }

    /// Matches what has the same key on both sides, first with first.
    fn pass<K: std::hash::Hash + Eq>(&mut self, key: impl Fn(&Face) -> K) {
        let mut queues: HashMap<K, VecDeque<&'a str>> = HashMap::new();
        for (uid, face) in &self.free {
            queues.entry(key(face)).or_default().push_back(uid);
        }
        let hits = &mut self.hits;
        let mut taken = HashSet::new();
        self.open.retain(|(index, face)| {
            let Some(uid) = queues.get_mut(&key(face)).and_then(VecDeque::pop_front) else {
                return true;
            };
            taken.insert(uid);
            hits.insert(*index, uid.to_owned());
            false
        });
        self.free.retain(|(uid, _)| !taken.contains(uid));
    }

    fn pass_nearby(&mut self) {
        let mut titles: HashMap<&str, Vec<(&'a str, &'a Face)>> = HashMap::new();
        for (uid, face) in &self.free {
            titles
                .entry(face.title.as_str())
                .or_default()
                .push((uid, face));
        }
        let mut same_title: HashMap<&str, Vec<&Face>> = HashMap::new();
        for (_, face) in &self.open {
            same_title
                .entry(face.title.as_str())
                .or_default()
                .push(face);
        }
        for (index, face) in &self.open {
            let Some(candidates) = titles.get(face.title.as_str()) else {
                continue;
            };
            let mut near = candidates.iter().filter(|(_, other)| face.is_near(other));
            let (Some((uid, other)), None) = (near.next(), near.next()) else {
                continue;
            };
            let rivals = same_title.get(face.title.as_str()).into_iter().flatten();
            if rivals.filter(|rival| rival.is_near(other)).take(2).count() == 1 {
                self.hits.insert(*index, (*uid).to_owned());
            }
        }
    }
}

/// Events of the source that the file does not name any more: removed by this import. Entries
/// that were skipped but can be told by their UID stay as they are.
pub fn left_out<'a>(
    known: &'a HashMap<String, Known>,
    matches: &[Match],
    skipped: &HashSet<&str>,
) -> Vec<(&'a str, EventId)> {
    let named: HashSet<&str> = matches
        .iter()
        .filter_map(|m| match m {
            Match::Known(uid) => Some(uid.as_str()),
            Match::New(_) => None,
        })
        .collect();
    let mut gone: Vec<(&str, EventId)> = known
        .iter()
        .filter(|(uid, known)| {
            !known.removed && !named.contains(uid.as_str()) && !skipped.contains(uid.as_str())
        })
        .map(|(uid, known)| (uid.as_str(), known.event))
        .collect();
    gone.sort_unstable();
    gone
}

/// True when an import would take away too much to be believed: more than a third of what the
/// source has coming, and at least three events.
pub const fn too_many(coming_removed: usize, coming: usize) -> bool {
    coming_removed >= 3 && coming_removed * 3 > coming
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::{EventBody, Occurrence};
    use domain::text::Text;
    use domain::time::EventTime;
    use uuid_for_tests::id;

    mod uuid_for_tests {
        use domain::id::EventId;
        pub(super) fn id(n: u128) -> EventId {
            serde_json::from_str(&format!("\"00000000-0000-0000-0000-{n:012}\"")).unwrap()
        }
    }

    fn body(title: &str, start: &str) -> EventBody {
        let time = EventTime::Floating {
            start: start.parse().unwrap(),
            end: None,
        };
        Occurrence::new(Text::new(Lang::KO, title), time).into()
    }

    fn draft(title: &str, start: &str) -> Draft {
        let body = body(title, start);
        Draft {
            uid: None,
            sequence: 0,
            line: 1,
            body,
            speaks_of: Vec::new(),
        }
    }

    fn known(entries: &[(&str, &str)]) -> HashMap<String, Known> {
        let one = |(n, (title, start)): (u128, &(&str, &str))| {
            let face = Face::of(&body(title, start), Lang::KO, &Zone::seoul());
            let known = Known {
                event: id(n),
                digest: vec![],
                removed: false,
                face: Some(face),
            };
            (format!("auto:{n}"), known)
        };
        (0..).zip(entries).map(one).collect()
    }

    fn matched(drafts: &[Draft], entries: &[(&str, &str)]) -> Vec<Option<String>> {
        match_drafts(drafts, &known(entries), Lang::KO, &Zone::seoul())
            .into_iter()
            .map(|m| match m {
                Match::Known(uid) => Some(uid),
                Match::New(_) => None,
            })
            .collect()
    }

    #[test]
    fn an_entry_without_uid_is_known_by_day_and_title() {
        let drafts = [
            draft("가", "2027-04-05T14:00"),
            draft("나", "2027-04-05T18:30"),
        ];
        let have = [("나", "2027-04-05T17:00"), ("가", "2027-04-05T14:00")];
        assert_eq!(
            matched(&drafts, &have),
            [Some("auto:1".into()), Some("auto:0".into())]
        );
    }

    #[test]
    fn a_moved_entry_is_known_by_its_title_if_it_is_the_only_one_near() {
        let drafts = [draft("가", "2027-04-12T14:00")];
        assert_eq!(
            matched(&drafts, &[("가", "2027-04-05T14:00")]),
            [Some("auto:0".into())]
        );
        assert_eq!(matched(&drafts, &[("가", "2027-03-05T14:00")]), [None]);
        let two = [("가", "2027-04-05T14:00"), ("가", "2027-04-13T14:00")];
        assert_eq!(matched(&drafts, &two), [None]);
    }

    #[test]
    fn a_doubleheader_is_matched_in_order_of_start() {
        let have = [("가", "2027-04-05T14:00"), ("가", "2027-04-05T18:00")];
        let both = [
            draft("가", "2027-04-05T18:30"),
            draft("가", "2027-04-05T14:30"),
        ];
        assert_eq!(
            matched(&both, &have),
            [Some("auto:1".into()), Some("auto:0".into())]
        );
        let second = [draft("가", "2027-04-05T18:00")];
        assert_eq!(matched(&second, &have), [Some("auto:1".into())]);
    }

    #[test]
    fn skipped_entries_that_can_be_named_are_not_removed() {
        let known = known(&[("가", "2027-04-05T14:00"), ("나", "2027-04-06T14:00")]);
        let gone = left_out(&known, &[], &HashSet::from(["auto:0"]));
        assert_eq!(gone, [("auto:1", id(1))]);
    }

    #[test]
    fn a_third_and_at_least_three_is_too_many() {
        assert!(too_many(3, 3));
        assert!(!too_many(2, 2));
        assert!(!too_many(3, 9));
        assert!(too_many(4, 11));
    }
}
