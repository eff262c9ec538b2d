//! Which events of which calendars a feed holds, and in what words: pure, so that a body, a
//! difference and a CalDAV resource of the same feed always agree.

use crate::names::{By, Names, Taken};
use crate::parts::{Cast, Parts, Piece, begin_of, horizon, shifted};
use domain::alarm::Alarms;
use domain::event::Event;
use domain::filter::{Filter, without};
use domain::recipe::{Hidden, Past};
use ical::write::{Additions, Context, Cut, Ending, Form, Used, most_added};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

/// What a reader wants of one calendar.
#[derive(Debug, Clone)]
pub(crate) struct Wish<'a> {
    pub filter: &'a Filter,
    pub hidden: &'a [Hidden],
    pub alarms: &'a Alarms,
    /// How much of what is over; everything where `None` too.
    pub past: Past,
}

/// One event of a feed.
#[derive(Debug, Clone)]
pub(crate) struct Chosen<'a> {
    pub parts: &'a Parts,
    pub piece: &'a Piece,
    /// The event where it is told otherwise than in its calendar's own feed: without some
    /// instances, or under another UID.
    pub otherwise: Option<Box<Event>>,
    pub alarms: &'a Alarms,
    /// Whether it lies in the feed's window of the past.
    pub recent: bool,
}

impl Chosen<'_> {
    /// What it says.
    pub(crate) fn event(&self) -> &Event {
        self.otherwise.as_deref().unwrap_or(&self.piece.event)
    }
}

/// The events of one calendar that a wish takes, in the order of feeds; those that are over too.
pub(crate) fn of_calendar<'a>(parts: &'a Parts, wish: &Wish<'a>) -> Vec<Chosen<'a>> {
    let calendar = &parts.calendar;
    let zone = &calendar.profile.zone;
    let first = match wish.past {
        Past::All => Timestamp::MIN,
        Past::Days(days) => begin_of(shifted(calendar.as_of, -i32::from(days)), zone),
    };
    let until = horizon(calendar);
    let open = wish.filter.is_open();
    let (alarms, hidden) = (wish.alarms, HiddenOf::new(wish.hidden));
    let chosen = parts.pieces.iter().filter_map(|piece| {
        let event = match open {
            true => Cow::Borrowed(&*piece.event),
            false => wish.filter.part_of(&piece.event, zone, until)?,
        };
        let otherwise = match hidden.part_of(event)? {
            Cow::Borrowed(_) => None,
            Cow::Owned(event) => Some(Box::new(event)),
        };
        Some(Chosen {
            parts,
            piece,
            otherwise,
            alarms,
            recent: piece.last >= first,
        })
    });
    chosen.collect()
}

/// What a person left out, by UID.
struct HiddenOf<'a>(HashMap<&'a str, Vec<&'a Hidden>>);

impl<'a> HiddenOf<'a> {
    fn new(hidden: &'a [Hidden]) -> Self {
        let mut by_uid: HashMap<&str, Vec<&Hidden>> = HashMap::new();
        for one in hidden {
            by_uid.entry(&one.uid).or_default().push(one);
        }
        Self(by_uid)
    }

    fn part_of<'e>(&self, event: Cow<'e, Event>) -> Option<Cow<'e, Event>> {
        let Some(hidden) = self.0.get(event.uid.as_str()) else {
            return Some(event);
        };
        let instances: Option<Vec<_>> = hidden.iter().map(|one| one.recurrence_id).collect();
        let (Some(instances), Some(series)) = (instances, &event.body.series) else {
            return None;
        };
        let kept = series
            .overrides
            .iter()
            .filter(|one| !instances.contains(&one.at));
        let kept = kept.cloned().collect();
        let except = series.except.iter().copied().chain(instances).collect();
        Some(Cow::Owned(without(&event, except, kept)))
    }
}

/// Several calendars as one: an event that stands in two is told once, where it was chosen first;
/// two events with the same UID are both told, the second under a UID of its own, so that nobody
/// can hide another's event by naming his alike (R17).
pub(crate) fn as_one<'a>(calendars: Vec<Vec<Chosen<'a>>>) -> Vec<Chosen<'a>> {
    if calendars.len() == 1 {
        return calendars.into_iter().flatten().collect();
    }
    let names: Vec<Names> = calendars.iter().map(|chosen| Names::of(chosen)).collect();
    let settled = calendars.into_iter().enumerate().map(|(place, chosen)| {
        let taken = names[place].taken(&names[..place]);
        settle(chosen, &taken)
    });
    settled.flatten().collect()
}

/// What is told of a calendar's events where others come before it.
pub(crate) fn settle<'a>(mut chosen: Vec<Chosen<'a>>, taken: &Taken) -> Vec<Chosen<'a>> {
    if taken.is_empty() {
        return chosen;
    }
    chosen.retain_mut(|one| match taken.by(&one.piece.event) {
        None => true,
        Some(By::Itself) => false,
        Some(By::Another) => {
            let mut renamed = one.event().clone();
            renamed.uid = second_uid(&renamed.uid, one.parts);
            one.otherwise = Some(Box::new(renamed));
            true
        }
    });
    chosen
}

/// The UID of an event whose own one another calendar has already.
pub(crate) fn second_uid(uid: &str, parts: &Parts) -> String {
    format!("{uid}-{}", parts.calendar.public_id)
}

/// The links that a person's own entries end with.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    /// Before the id of the event: "not this one".
    pub not: String,
    /// The same: "report an error".
    pub report: String,
}

impl Links {
    /// As they are written into entries.
    pub(crate) fn ending(&self) -> Ending {
        Ending::with_id(|id| format!("\n{}{id}\n{}{id}", self.not, self.report))
    }
}

/// Google takes a megabyte; what stands around the events is allowed for.
const GOOGLE_BYTES: usize = 980_000;

/// Writes events one after another and notes their zones.
pub(crate) struct Writer<'a> {
    cast: Cast,
    base_url: &'a str,
    /// What each entry ends with.
    ending: Option<&'a Ending>,
    used: Vec<Arc<Used>>,
}

/// An event with the bytes that it is told in, still without additions.
struct Leaf<'a> {
    chosen: &'a Chosen<'a>,
    fragment: Cow<'a, [u8]>,
    cuts: Cow<'a, [Cut]>,
}

impl<'a> Writer<'a> {
    pub(crate) const fn new(cast: Cast, base_url: &'a str, ending: Option<&'a Ending>) -> Self {
        Self {
            cast,
            base_url,
            ending,
            used: Vec::new(),
        }
    }

    /// Writes one event.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, chosen: &Chosen<'_>) {
        let leaf = self.leaf(chosen);
        self.put(out, &leaf);
    }

    fn leaf<'c>(&mut self, chosen: &'c Chosen<'c>) -> Leaf<'c> {
        let Some(event) = &chosen.otherwise else {
            let piece = chosen.piece;
            self.note(&piece.used);
            return Leaf {
                chosen,
                fragment: Cow::Borrowed(chosen.parts.fragment(piece)),
                cuts: Cow::Borrowed(chosen.parts.cuts(piece)),
            };
        };
        let cast = Cast {
            lang: chosen.parts.lang(),
            ..self.cast
        };
        let context = cast.context(&chosen.parts.calendar, self.base_url);
        let (mut fragment, mut used, mut cuts) = (Vec::new(), Used::default(), Vec::new());
        ical::write::event(&mut fragment, &mut used, &mut cuts, event, &context);
        self.note(&Arc::new(used));
        Leaf {
            chosen,
            fragment: Cow::Owned(fragment),
            cuts: Cow::Owned(cuts),
        }
    }

    /// How many bytes it takes at most.
    fn room(&self, leaf: &Leaf<'_>) -> usize {
        let alarms = leaf.chosen.alarms;
        let each = match self.ending {
            None if alarms.is_empty() => 0,
            None => most_added(&Ending::default(), alarms),
            Some(ending) => most_added(ending, alarms),
        };
        leaf.fragment.len() + each * leaf.cuts.len()
    }

    fn put(&self, out: &mut Vec<u8>, leaf: &Leaf<'_>) {
        let alarms = leaf.chosen.alarms;
        if self.ending.is_none() && alarms.is_empty() {
            out.extend_from_slice(&leaf.fragment);
            return;
        }
        let additions = Additions {
            ending: self.ending.unwrap_or(&NO_ENDING),
            id: &leaf.chosen.event().public_id,
            alarms,
        };
        ical::write::splice(out, &leaf.fragment, &leaf.cuts, &additions);
    }

    fn note(&mut self, used: &Arc<Used>) {
        // Neighbours mostly share theirs.
        if self.used.last().is_none_or(|last| !Arc::ptr_eq(last, used)) {
            self.used.push(used.clone());
        }
    }

    /// The zones of all that was written.
    pub(crate) fn used(&self) -> Used {
        let mut all = Used::default();
        for used in &self.used {
            all.merge(used);
        }
        all
    }
}

static NO_ENDING: LazyLock<Ending> = LazyLock::new(Ending::default);

/// Entries on their way into a feed: how much room they take and which zones they name is known
/// before the first of them is written.
pub(crate) struct Entries<'a> {
    writer: Writer<'a>,
    leaves: Vec<Leaf<'a>>,
}

impl<'a> Entries<'a> {
    /// Those of them that lie in the feed's window.
    pub(crate) fn of(chosen: &'a [Chosen<'a>], mut writer: Writer<'a>) -> Self {
        let mut leaves = Vec::with_capacity(chosen.len());
        let recent = chosen.iter().filter(|one| one.recent);
        leaves.extend(recent.map(|one| writer.leaf(one)));
        Self { writer, leaves }
    }

    /// How many bytes they take at most.
    pub(crate) fn room(&self) -> usize {
        self.leaves.iter().map(|leaf| self.writer.room(leaf)).sum()
    }

    /// The zones that they name.
    pub(crate) fn used(&self) -> Used {
        self.writer.used()
    }

    /// Writes them all.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for leaf in &self.leaves {
            self.writer.put(out, leaf);
        }
    }

    /// Writes those of them that fit Google's limit: lets the oldest go until the rest fits; where
    /// all that is over does not suffice, those furthest ahead, which come in as time goes by. One
    /// entry more costs one entry: nothing vanishes in heaps.
    fn write_for_google(&self, out: &mut Vec<u8>, now: Timestamp) {
        let begin = out.len();
        let mut ends = Vec::with_capacity(self.leaves.len());
        for leaf in &self.leaves {
            self.writer.put(out, leaf);
            ends.push(out.len() - begin);
        }
        let mut size = out.len() - begin;
        if size <= GOOGLE_BYTES {
            return;
        }
        let entries = out.split_off(begin);
        let start = |n: usize| n.checked_sub(1).map_or(0, |before| ends[before]);
        let last = |n: usize| self.leaves[n].chosen.piece.last;
        let mut order: Vec<usize> = (0..self.leaves.len()).collect();
        order.sort_by_key(|n| (last(*n), *n));
        let over = order.iter().take_while(|n| last(**n) < now).count();
        // What is over goes oldest first, what is to come latest first.
        let (past, coming) = order.split_at(over);
        let mut gone = BTreeSet::new();
        for n in past.iter().chain(coming.iter().rev()) {
            if size <= GOOGLE_BYTES {
                break;
            }
            size -= ends[*n] - start(*n);
            gone.insert(*n);
        }
        for n in (0..self.leaves.len()).filter(|n| !gone.contains(n)) {
            out.extend_from_slice(&entries[start(n)..ends[n]]);
        }
    }
}

/// Room for what stands around the entries of a feed.
pub(crate) const FRAME_BYTES: usize = 16 << 10;

/// A whole feed out of its events. `head` writes its first lines.
pub(crate) fn body(
    chosen: &[Chosen<'_>],
    head: impl FnOnce(&mut Vec<u8>),
    context: &Context<'_>,
    writer: Writer<'_>,
    as_of: jiff::civil::Date,
) -> Vec<u8> {
    let entries = Entries::of(chosen, writer);
    let mut out = Vec::with_capacity(entries.room() + FRAME_BYTES);
    head(&mut out);
    ical::write::zones(&mut out, &entries.used(), context.zone, as_of);
    match context.form {
        Form::Google => entries.write_for_google(&mut out, begin_of(as_of, context.zone)),
        _ => entries.write(&mut out),
    }
    ical::write::tail(&mut out);
    out
}
