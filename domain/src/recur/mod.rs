//! Recurrence rules (RFC 5545 §3.3.10): reading and writing their text, and the starts they make.
//!
//! Works on clock readings only; zones, exceptions and changed instances are the business of
//! [`crate::expand`]. Calendars other than the Gregorian one (RFC 7529) are refused.

mod days;
mod error;
mod limits;
mod parse;
mod pattern;
mod set;
mod starts;
mod write;

pub use error::RuleError;
pub use starts::{OutOfSteps, Starts};

use jiff::civil::{Date, DateTime, Weekday};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// The unit in which a rule counts, from the finest to the coarsest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Freq {
    /// Every second.
    Secondly,
    /// Every minute.
    Minutely,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every month.
    Monthly,
    /// Every year.
    Yearly,
}

/// Where a rule ends, in the form its text had. Always inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Until {
    /// Through the end of this day.
    Date(Date),
    /// Up to this reading of the series' own clock.
    Local(DateTime),
    /// Up to this moment, written as a clock in UTC reads it.
    Utc(DateTime),
}

/// What becomes of a day that a month or year does not have (RFC 7529 §4.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Skip {
    /// It is left out, as RFC 5545 has it.
    #[default]
    Omit,
    /// The last day before it is taken.
    Backward,
    /// The first day after it is taken.
    Forward,
}

/// A weekday, or the nth one of a month or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NthWeekday {
    /// Which one: 1 is the first, -1 the last, 0 every one.
    pub nth: i8,
    /// The day of the week.
    pub weekday: Weekday,
}

/// A recurrence rule. Lists are ordered and free of doubles, so equal rules have equal text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    freq: Freq,
    interval: NonZeroU32,
    count: Option<NonZeroU32>,
    until: Option<Until>,
    by_second: Vec<u8>,
    by_minute: Vec<u8>,
    by_hour: Vec<u8>,
    by_day: Vec<NthWeekday>,
    by_month_day: Vec<i8>,
    by_year_day: Vec<i16>,
    by_week_no: Vec<i8>,
    by_month: Vec<u8>,
    by_set_pos: Vec<i16>,
    week_start: Weekday,
    skip: Skip,
}

impl Rule {
    /// A rule that only says how often.
    pub const fn every(freq: Freq) -> Self {
        Self {
            freq,
            interval: NonZeroU32::MIN,
            count: None,
            until: None,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_no: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Monday,
            skip: Skip::Omit,
        }
    }

    /// The unit in which it counts.
    pub const fn freq(&self) -> Freq {
        self.freq
    }

    /// Every how many units it happens.
    pub const fn interval(&self) -> u32 {
        self.interval.get()
    }

    /// How many starts it makes at most.
    pub const fn count(&self) -> Option<u32> {
        match self.count {
            Some(count) => Some(count.get()),
            None => None,
        }
    }

    /// Where it ends.
    pub const fn until(&self) -> Option<Until> {
        self.until
    }

    /// The same rule with another end; a COUNT is dropped, because the two exclude each other.
    pub fn ending(self, until: Until) -> Self {
        Self {
            until: Some(until),
            count: None,
            ..self
        }
    }

    /// The same rule with another number of starts; an UNTIL is dropped.
    pub fn times(self, count: NonZeroU32) -> Self {
        Self {
            until: None,
            count: Some(count),
            ..self
        }
    }

    /// True when neither COUNT nor UNTIL ends it.
    pub const fn is_endless(&self) -> bool {
        self.count.is_none() && self.until.is_none()
    }

    /// True when it counts in hours, minutes or seconds.
    pub fn is_sub_daily(&self) -> bool {
        self.freq < Freq::Daily
    }

    /// True where all calendar engines agree on what the rule means, so that a feed may carry it
    /// as it is; `is_date` tells that the series is one of whole days. Engines differ on week
    /// numbers, on days of the year, on BYSETPOS within weeks or without a set to pick from, on
    /// a yearly BYMONTHDAY without BYMONTH, on "the third Monday and every Friday", on both ends
    /// at once, and on parts that the RFC's table does not allow for the frequency.
    pub fn is_portable(&self, is_date: bool) -> bool {
        let clock_parts = [&self.by_hour, &self.by_minute, &self.by_second];
        let has_clock = clock_parts.iter().any(|part| !part.is_empty());
        let has_days = !self.by_day.is_empty() || !self.by_month_day.is_empty();
        let numbered = self.by_day.iter().filter(|day| day.nth != 0).count();
        let by_freq = match self.freq {
            Freq::Secondly | Freq::Minutely | Freq::Hourly => false,
            Freq::Daily => numbered == 0 && self.by_set_pos.is_empty(),
            Freq::Weekly => {
                numbered == 0 && self.by_set_pos.is_empty() && self.by_month_day.is_empty()
            }
            Freq::Monthly => true,
            Freq::Yearly => self.by_month_day.is_empty() || !self.by_month.is_empty(),
        };
        by_freq
            && self.skip == Skip::Omit
            && self.by_week_no.is_empty()
            && self.by_year_day.is_empty()
            && !(is_date && has_clock)
            && !(self.count.is_some() && self.until.is_some())
            && (self.by_set_pos.is_empty() || has_days)
            && (numbered == 0 || numbered == self.by_day.len())
            && (numbered == 0 || self.by_month_day.is_empty())
    }

    /// The starts it makes for a series whose first start reads `first`. That one is among them
    /// only where the rule makes it. Never beyond the year 2199; a UTC end is taken as a reading
    /// of the same clock, as a floating series needs it.
    pub fn starts_at(&self, first: DateTime) -> Starts<'_> {
        Starts::new(self, first, false)
    }

    /// The days it makes for a series of whole days that begins on `first`, as their midnights.
    /// Parts about hours, minutes and seconds are ignored (RFC 5545 §3.3.10).
    pub fn starts_on(&self, first: Date) -> Starts<'_> {
        Starts::new(self, first.at(0, 0, 0, 0), true)
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        text.parse().unwrap()
    }

    #[test]
    fn only_rules_that_all_engines_read_alike_are_portable() {
        for text in [
            "FREQ=DAILY;COUNT=3",
            "FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU",
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5",
            "FREQ=YEARLY;UNTIL=20301231",
            "RSCALE=GREGORIAN;FREQ=YEARLY",
        ] {
            assert!(rule(text).is_portable(true), "{text}");
        }
        for text in [
            "FREQ=HOURLY",
            "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
            "FREQ=YEARLY;BYYEARDAY=100",
            "FREQ=YEARLY;BYMONTHDAY=5",
            "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1",
            "FREQ=WEEKLY;BYMONTHDAY=1",
            "FREQ=MONTHLY;BYSETPOS=1",
            "FREQ=MONTHLY;BYDAY=3MO,FR",
            "FREQ=DAILY;COUNT=3;UNTIL=20300101",
            "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD",
        ] {
            assert!(!rule(text).is_portable(false), "{text}");
        }
        let clock = rule("FREQ=DAILY;BYHOUR=9,18");
        assert!(clock.is_portable(false) && !clock.is_portable(true));
    }

    #[test]
    fn an_end_replaces_the_other_kind_of_end() {
        let until = Until::Date(jiff::civil::date(2030, 1, 1));
        let ended = rule("FREQ=DAILY;COUNT=3").ending(until);
        assert_eq!(ended.to_string(), "FREQ=DAILY;UNTIL=20300101");
        assert_eq!(
            ended.times(NonZeroU32::MIN).to_string(),
            "FREQ=DAILY;COUNT=1"
        );
        assert!(rule("FREQ=DAILY").is_endless() && rule("FREQ=HOURLY").is_sub_daily());
    }

    #[test]
    fn a_rule_is_stored_as_its_text() {
        let json = serde_json::to_string(&rule("freq=weekly;byday=we,mo")).unwrap();
        assert_eq!(json, "\"FREQ=WEEKLY;BYDAY=MO,WE\"");
        assert_eq!(
            serde_json::from_str::<Rule>(&json).unwrap(),
            rule("FREQ=WEEKLY;BYDAY=MO,WE")
        );
        assert!(serde_json::from_str::<Rule>("\"FREQ=NEVER\"").is_err());
    }
}
