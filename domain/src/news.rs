//! What changed about an event lately: told inside its entry for seven days, because nobody looks
//! for a change in a calendar that has already moved. News are made from two versions when the
//! second is published, stored with the event, and taken out by a job: what an entry says never
//! depends on when it is asked for.

use crate::event::{EventBody, Occurrence, Status};
use crate::series::RecurrenceId;
use crate::text::Text;
use crate::time::EventTime;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a change is told.
pub const TOLD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Most changes that one instance tells.
const PER_INSTANCE: usize = 3;
/// Most changes that one event tells, those of all its instances together.
const PER_EVENT: usize = 60;

/// One field before and after. Only what decides whether somebody comes at the right time to the
/// right place: results are not news, because they may be hidden (R9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", rename_all = "snake_case")]
pub enum Difference {
    /// When it is.
    Time {
        /// Before.
        was: EventTime,
        /// Since.
        is: EventTime,
    },
    /// Whether it takes place.
    Status {
        /// Before.
        was: Status,
        /// Since.
        is: Status,
    },
    /// What the place is called.
    Place {
        /// Before.
        was: Text,
        /// Since.
        is: Text,
    },
    /// What it is called.
    Title {
        /// Before.
        was: Text,
        /// Since.
        is: Text,
    },
    /// How it repeats: rule, extra dates or exceptions.
    Series,
}

/// What one publication changed about an event or one of its instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct News {
    /// When it was published.
    pub at: Timestamp,
    /// Whose word it was; `None` for a hand edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Which instance of a series; `None` for the event itself or the whole series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<RecurrenceId>,
    /// Field by field, in reading order.
    pub changes: Vec<Difference>,
}

impl News {
    /// When it stops being told.
    pub fn leaves(&self) -> Timestamp {
        self.at.checked_add(TOLD_FOR).unwrap_or(Timestamp::MAX)
    }
}

/// The news of an event after another version: what was told and is not over at `at`, and what
/// differs now, newest first.
pub fn after(
    told: &[News],
    before: &EventBody,
    now: &EventBody,
    at: Timestamp,
    source: Option<&str>,
) -> Vec<News> {
    let mut all = Vec::new();
    let mut tell = |instance: Option<RecurrenceId>, changes: Vec<Difference>| {
        if !changes.is_empty() {
            all.push(News {
                at,
                source: source.map(str::to_owned),
                instance,
                changes,
            });
        }
    };
    let mut main = differences(&before.main, &now.main);
    if repeats_otherwise(before, now) {
        main.push(Difference::Series);
    }
    tell(None, main);
    for changed in now.series.iter().flat_map(|series| &series.overrides) {
        // What the instance said before: its own words, or the series'.
        let was = before.instance(changed.at);
        tell(
            Some(changed.at),
            differences(&was.occurrence(), &changed.instead),
        );
    }
    all.extend(told.iter().filter(|news| news.leaves() > at).cloned());
    keep_few(all)
}

/// What is still told at `now`; the same list when nothing is over.
pub fn still(told: &[News], now: Timestamp) -> Vec<News> {
    told.iter()
        .filter(|news| news.leaves() > now)
        .cloned()
        .collect()
}

/// When the first of them is over.
pub fn due(told: &[News]) -> Option<Timestamp> {
    told.iter().map(News::leaves).min()
}

fn keep_few(all: Vec<News>) -> Vec<News> {
    let mut kept: Vec<News> = Vec::new();
    for news in all {
        let same = kept.iter().filter(|other| other.instance == news.instance);
        if kept.len() < PER_EVENT && same.count() < PER_INSTANCE {
            kept.push(news);
        }
    }
    kept
}

fn differences(before: &Occurrence, now: &Occurrence) -> Vec<Difference> {
    let mut found = Vec::new();
    if before.time != now.time {
        found.push(Difference::Time {
            was: before.time.clone(),
            is: now.time.clone(),
        });
    }
    if before.status != now.status {
        found.push(Difference::Status {
            was: before.status,
            is: now.status,
        });
    }
    if before.place.name != now.place.name {
        found.push(Difference::Place {
            was: before.place.name.clone(),
            is: now.place.name.clone(),
        });
    }
    if before.title != now.title {
        found.push(Difference::Title {
            was: before.title.clone(),
            is: now.title.clone(),
        });
    }
    found
}

/// Rule, extra dates or exceptions differ; changed instances are told one by one.
fn repeats_otherwise(before: &EventBody, now: &EventBody) -> bool {
    match (&before.series, &now.series) {
        (None, None) => false,
        (Some(a), Some(b)) => (&a.rules, &a.extra, &a.except) != (&b.rules, &b.extra, &b.except),
        _ => true,
    }
}
