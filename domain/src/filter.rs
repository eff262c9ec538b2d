//! Which instances of a range are wanted: by tag and by state (R15). Lists, pages and feeds ask
//! the same predicate, never the search index.

use crate::caps::TAGS;
use crate::event::{Occurrence, Status};

/// Longest key of a tag, in characters.
const TAG_KEY: usize = 40;

/// A pure predicate over instances. The default one takes everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// At least one of these, where any is named.
    pub with: Vec<String>,
    /// None of these.
    pub without: Vec<String>,
    /// One of these, where any is named.
    pub states: Vec<Status>,
}

impl Filter {
    /// True when it takes everything.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an instance is wanted.
    pub fn takes(&self, what: &Occurrence) -> bool {
        let tagged = |key: &String| what.tags.iter().any(|tag| tag.key == *key);
        (self.with.is_empty() || self.with.iter().any(tagged))
            && !self.without.iter().any(tagged)
            && (self.states.is_empty() || self.states.contains(&what.status))
    }

    /// A filter by tags alone; `None` for what [`tags`] does not read.
    pub fn by_tags(text: &str) -> Option<Self> {
        let (with, without) = tags(text)?;
        Some(Self {
            with,
            without,
            states: Vec::new(),
        })
    }

    /// Its tags as [`tags`] reads them; empty where none is named.
    pub fn tags_text(&self) -> String {
        let unwanted = self.without.iter().map(|key| format!("-{key}"));
        let words: Vec<String> = self.with.iter().cloned().chain(unwanted).collect();
        words.join(",")
    }

    /// The filter after a tap on a tag: one that is named, wanted or not, is named no more; any
    /// other becomes wanted.
    #[must_use]
    pub fn toggled(&self, key: &str) -> Self {
        let mut next = self.clone();
        next.with.retain(|one| one != key);
        next.without.retain(|one| one != key);
        if next == *self {
            next.with.push(key.to_owned());
        }
        next
    }
}

/// Reads `home,-preseason`: keys that are wanted and, after a hyphen, unwanted.
pub fn tags(text: &str) -> Option<(Vec<String>, Vec<String>)> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_key = |key: &str| (1..=TAG_KEY).contains(&key.len()) && key.bytes().all(plain);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for word in text.split(',') {
        let (key, list) = match word.strip_prefix('-') {
            Some(key) => (key, &mut without),
            None => (word, &mut with),
        };
        if !is_key(key) || key.starts_with('-') {
            return None;
        }
        list.push(key.to_owned());
    }
    (with.len() + without.len() <= TAGS).then_some((with, without))
}

/// Reads `confirmed,cancelled`.
pub fn states(text: &str) -> Option<Vec<Status>> {
    text.split(',').map(state).collect()
}

fn state(word: &str) -> Option<Status> {
    let all = [
        Status::Tentative,
        Status::Confirmed,
        Status::Postponed,
        Status::Cancelled,
    ];
    all.into_iter().find(|status| status.as_str() == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::Tag;
    use crate::text::{Lang, Text};
    use crate::time::EventTime;
    use jiff::civil::date;

    #[test]
    fn words_are_read_or_refused() {
        let list = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            tags("home,-preseason,u91ce"),
            Some((list(&["home", "u91ce"]), list(&["preseason"])))
        );
        for bad in [
            "",
            "home,",
            "Home",
            "--a",
            "-",
            "a b",
            &"x".repeat(41),
            &"a,".repeat(33),
        ] {
            assert_eq!(tags(bad), None, "{bad}");
        }
        assert_eq!(
            states("confirmed,cancelled"),
            Some(vec![Status::Confirmed, Status::Cancelled])
        );
        for bad in ["", "called-off", "confirmed,", "Confirmed"] {
            assert_eq!(states(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_instance_is_taken_by_tag_and_state() {
        let time = EventTime::day(date(2027, 4, 1));
        let mut what = Occurrence::new(Text::new(Lang::KO, "경기"), time);
        what.tags = ["home", "cup"]
            .iter()
            .filter_map(|label| Tag::from_label(label, Lang::EN))
            .collect();
        for (text, taken) in [
            ("home", true),
            ("away", false),
            ("away,cup", true),
            ("-away", true),
            ("home,-cup", false),
        ] {
            let (with, without) = tags(text).unwrap();
            let filter = Filter {
                with,
                without,
                ..Filter::default()
            };
            assert_eq!(filter.takes(&what), taken, "{text}");
        }
        let called_off = Filter {
            states: vec![Status::Cancelled],
            ..Filter::default()
        };
        assert!(!called_off.takes(&what) && !called_off.is_open());
        assert!(Filter::default().takes(&what) && Filter::default().is_open());
    }
    #[test]
    fn a_tap_names_a_tag_and_another_takes_it_back() {
        let open = Filter::default();
        assert_eq!(open.toggled("home").tags_text(), "home");
        assert_eq!(open.toggled("home").toggled("home"), open);
        let some = Filter::by_tags("cup,-away").unwrap();
        assert_eq!(some.toggled("home").tags_text(), "cup,home,-away");
        assert_eq!(some.toggled("away").tags_text(), "cup");
        assert_eq!(Filter::by_tags(&some.tags_text()), Some(some));
        assert_eq!(Filter::by_tags("--"), None);
    }
}
