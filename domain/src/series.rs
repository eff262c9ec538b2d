//! Repeating events (R3): the rule, the extra dates, the exceptions and the changed instances.
//! [`EventBody::instances`](crate::event::EventBody::instances) turns them into instances under
//! a budget.

use crate::event::Occurrence;
use crate::recur::Rule;
use crate::text::Lang;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names one instance of a series: the start that the rule gave it, on the series' own clock
/// (RFC 5545 §3.8.4.4). With the UID it addresses the instance everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecurrenceId {
    /// An instance of a whole-day series.
    Date(Date),
    /// An instance of a timed series: wall-clock time in the series' zone, or floating.
    Local(DateTime),
}

impl RecurrenceId {
    /// The day that the rule gave.
    pub fn date(&self) -> Date {
        match self {
            Self::Date(date) => *date,
            Self::Local(at) => at.date(),
        }
    }

    /// The clock reading that the rule gave; midnight for whole days.
    pub fn at(&self) -> DateTime {
        match self {
            Self::Date(date) => date.at(0, 0, 0, 0),
            Self::Local(at) => *at,
        }
    }

    /// Reads `2027-04-15` or `2027-04-15T09:00:00`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains('T') {
            text.parse().ok().map(Self::Local)
        } else {
            text.parse().ok().map(Self::Date)
        }
    }
}

impl fmt::Display for RecurrenceId {
    /// `2027-04-15` or `2027-04-15T09:00:00`; [`RecurrenceId::parse`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Local(at) => at.fmt(f),
        }
    }
}

impl Serialize for RecurrenceId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for RecurrenceId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a recurrence id"))
    }
}

/// An extra instance (RDATE), with its own end where the source gave a PERIOD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraDate {
    /// When it starts.
    pub start: RecurrenceId,
    /// Its own exclusive end on the same clock; as long as the others when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<DateTime>,
}

/// One instance that differs from what the rule says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Which instance.
    pub at: RecurrenceId,
    /// What it is instead, whole.
    pub instead: Occurrence,
}

/// How an event repeats. Its clock is the clock of the event's own time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Rules; their instances are joined. More than one is rare and legal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Extra instances, ordered, without doubles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<ExtraDate>,
    /// Instances taken away, ordered, without doubles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<RecurrenceId>,
    /// Changed instances, ordered by which they change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
}

impl Series {
    /// Titles of all changed instances, for search and tests.
    pub fn override_titles(&self, lang: Lang) -> impl Iterator<Item = &str> {
        self.overrides
            .iter()
            .map(move |o| o.instead.title.pick(lang, lang))
    }
}
