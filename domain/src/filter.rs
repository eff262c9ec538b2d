//! Which instances are wanted: by tag, by state, by words, by place, by day of the week and by
//! time of day (R15). Lists, pages and feeds ask the same predicate, never the search index.

mod when;
mod words;

pub use when::{Days, Hours};
pub use words::{Words, fold};

use crate::caps;
use crate::event::{Event, Occurrence, Status};
use crate::expand::Budget;
use crate::series::{Override, RecurrenceId};
use crate::time::{EventTime, WallTime};
use crate::zone::Zone;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Longest key of a tag, in characters.
const TAG_KEY: usize = 40;

/// A pure predicate over instances. The default one takes everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// At least one of these tags, where any is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    /// None of these tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// One of these, where any is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<Status>,
    /// What title, description, place or tags must and must not hold.
    #[serde(skip_serializing_if = "Words::is_empty")]
    pub words: Words,
    /// One of these in the place's name, where any is named. Compared as [`fold`] writes it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// The days of the week on which it begins, in the calendar's zone; all where none is named.
    #[serde(skip_serializing_if = "Days::is_all")]
    pub days: Days,
    /// The time of day at which it begins, in the calendar's zone. What has no time of day is
    /// taken: nobody knows yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
}

impl Filter {
    /// True when it takes everything.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it asks for days or hours, which differ from instance to instance of a series.
    const fn asks_when(&self) -> bool {
        !self.days.is_all() || self.hours.is_some()
    }

    /// Whether an instance is wanted; days and hours are read in `zone`.
    pub fn takes_in(&self, what: &Occurrence, zone: &Zone) -> bool {
        self.takes(what) && (!self.asks_when() || self.takes_when(&what.time, zone))
    }

    /// Whether an instance is wanted, days and hours aside.
    pub fn takes(&self, what: &Occurrence) -> bool {
        let tagged = |key: &String| what.tags.iter().any(|tag| tag.key == *key);
        (self.with.is_empty() || self.with.iter().any(tagged))
            && !self.without.iter().any(tagged)
            && (self.states.is_empty() || self.states.contains(&what.status))
            && (self.words.is_empty() || self.words.take(&haystack(what)))
            && (self.places.is_empty() || self.takes_place(what))
    }

    fn takes_place(&self, what: &Occurrence) -> bool {
        let names: Vec<String> = what.place.name.iter().map(|(_, name)| fold(name)).collect();
        let wanted = |place: &String| names.iter().any(|name| name.contains(place.as_str()));
        self.places.iter().any(wanted)
    }

    /// What has no day yet is taken: nobody knows.
    fn takes_when(&self, time: &EventTime, zone: &Zone) -> bool {
        let (days, clock) = match time {
            EventTime::Zoned(zoned) => {
                let here = WallTime::of(zoned.start.instant(&zoned.zone), zone).at;
                (here.date(), Some(here.time()))
            }
            EventTime::Floating { start, .. } => (start.date(), Some(start.time())),
            EventTime::DateOnly { date } => (*date, None),
            EventTime::AllDay { first, last } => {
                // A span of days is wanted when any of its days is.
                let mut day = *first;
                let mut any = self.days.take(day.weekday());
                for _ in 0..6 {
                    day = match day.tomorrow() {
                        Ok(next) if next <= *last => next,
                        _ => break,
                    };
                    any |= self.days.take(day.weekday());
                }
                return any;
            }
            EventTime::Window { .. } | EventTime::Undecided { .. } => return true,
        };
        self.days.take(days.weekday())
            && self
                .hours
                .zip(clock)
                .is_none_or(|(hours, clock)| hours.take(clock))
    }

    /// The event as far as it is wanted; `None` where nothing of it is.
    ///
    /// Of a series that is taken, changed instances that are not become exceptions, and so do
    /// instances up to `horizon` whose day or hour is not wanted. Of one that is not taken nothing
    /// is left but changed instances that are, and those cannot stand without it: the whole series
    /// stays, because what is missing may be missed. So does one that is too costly to expand.
    pub fn part_of<'e>(
        &self,
        event: &'e Event,
        zone: &Zone,
        horizon: Timestamp,
    ) -> Option<Cow<'e, Event>> {
        let body = &event.body;
        let Some(series) = body.series.as_ref().filter(|_| !self.is_open()) else {
            return self
                .takes_in(&body.main, zone)
                .then_some(Cow::Borrowed(event));
        };
        if !self.takes(&body.main) {
            let some = series
                .overrides
                .iter()
                .any(|one| self.takes_in(&one.instead, zone));
            return some.then_some(Cow::Borrowed(event));
        }
        let mut except = series.except.clone();
        let fits = |changed: &Override| self.takes_in(&changed.instead, zone);
        let (kept, left): (Vec<_>, Vec<_>) = series.overrides.iter().cloned().partition(fits);
        except.extend(left.iter().map(|changed| changed.at));
        if self.asks_when() {
            let window = (Timestamp::MIN, horizon);
            let Ok(instances) = body.instances(Some(window), zone, Budget::default()) else {
                return Some(Cow::Borrowed(event));
            };
            let unwanted = instances.iter().filter(|one| !one.changed);
            let unwanted = unwanted.filter(|one| !self.takes_when(&one.time(), zone));
            let before = except.len();
            except.extend(unwanted.filter_map(|one| one.recurrence_id));
            let all_gone = !series.is_endless() && kept.is_empty() && {
                let plain = instances.iter().filter(|one| !one.changed).count();
                except.len() - before == plain
            };
            if all_gone {
                return None;
            }
            if except.len() > caps::SERIES_DATES {
                return Some(Cow::Borrowed(event));
            }
        }
        Some(Cow::Owned(without(event, except, kept)))
    }

    /// A filter by tags alone; `None` for what [`tags`] does not read.
    pub fn by_tags(text: &str) -> Option<Self> {
        let (with, without) = tags(text)?;
        Some(Self {
            with,
            without,
            ..Self::default()
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
    (with.len() + without.len() <= caps::TAGS).then_some((with, without))
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

/// The event without these instances of its series.
pub fn without(event: &Event, mut except: Vec<RecurrenceId>, kept: Vec<Override>) -> Event {
    let mut event = event.clone();
    if let Some(series) = &mut event.body.series {
        except.sort();
        except.dedup();
        series.except = except;
        series.overrides = kept;
    }
    event
}

/// Everything that words are looked for in, folded, lines between the texts.
fn haystack(what: &Occurrence) -> String {
    let labels = what.tags.iter().map(|tag| &tag.label);
    let texts = [&what.title, &what.description, &what.place.name];
    let mut all = String::with_capacity(256);
    for text in texts.into_iter().chain(labels) {
        for (_, value) in text.iter() {
            all.push_str(&fold(value));
            all.push('\n');
        }
    }
    all
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
