//! Days of the week and times of day.

use jiff::civil::{Time, Weekday};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Days of the week, Monday first, as bits; none set means all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Days(u8);

const DAY_NAMES: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];

impl Days {
    /// Reads `sa,su`; `None` for any other word.
    pub fn parse(text: &str) -> Option<Self> {
        let mut days = Self::default();
        for word in text.split(',') {
            let day = DAY_NAMES.iter().position(|name| *name == word)?;
            days.0 |= 1 << day;
        }
        // All seven are what none is.
        Some(if days.0 == 0x7f { Self(0) } else { days })
    }

    /// True when every day is taken.
    pub const fn is_all(&self) -> bool {
        self.0 == 0
    }

    /// Whether a day is named; none is, where all are taken.
    pub fn names(self, day: Weekday) -> bool {
        self.0 & 1 << day.to_monday_zero_offset() != 0
    }

    pub(super) fn take(self, day: Weekday) -> bool {
        self.is_all() || self.names(day)
    }
}

impl std::fmt::Display for Days {
    /// `sa,su`; empty where all are taken.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = DAY_NAMES
            .iter()
            .enumerate()
            .filter(|(n, _)| self.0 & 1 << n != 0);
        let named: Vec<&str> = named.map(|(_, name)| *name).collect();
        f.write_str(&named.join(","))
    }
}

impl Serialize for Days {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not days such as sa,su"))
    }
}

/// A span of the day, in minutes since midnight: from the first to before the second; over
/// midnight where the second is the smaller one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hours {
    from: u16,
    to: u16,
}

impl Hours {
    /// Reads `18:00-24:00` or `22:00-02:00`; `None` for anything else and for an empty span.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let (from, to) = (minutes(from)?, minutes(to)?);
        (from < 1440 && from != to).then_some(Self { from, to })
    }

    pub(super) fn take(self, at: Time) -> bool {
        let at = at.hour().unsigned_abs() as u16 * 60 + at.minute().unsigned_abs() as u16;
        match self.from < self.to {
            true => (self.from..self.to).contains(&at),
            false => at >= self.from || at < self.to,
        }
    }
}

fn minutes(clock: &str) -> Option<u16> {
    let (hour, minute) = clock.split_once(':')?;
    let two = |digits: &str| -> Option<u16> {
        let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse().ok().filter(|_| plain)
    };
    let (hour, minute) = (two(hour)?, two(minute)?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= 1440).then_some(all)
}

impl std::fmt::Display for Hours {
    /// `18:00-24:00`; [`Hours::parse`] reads it back.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to } = self;
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    }
}

impl Serialize for Hours {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a span such as 18:00-24:00"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;
    use proptest::prelude::*;

    #[test]
    fn days_are_read_and_written_monday_first() {
        assert_eq!(Days::parse("su,sa").unwrap().to_string(), "sa,su");
        assert!(Days::parse("mo,tu,we,th,fr,sa,su").unwrap().is_all());
        assert!(Days::parse("sa").unwrap().take(Weekday::Saturday));
        assert!(!Days::parse("sa").unwrap().take(Weekday::Sunday));
        for bad in ["", "Sa", "sat", "sa,", "토"] {
            assert_eq!(Days::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn hours_may_go_over_midnight() {
        let evening = Hours::parse("18:00-24:00").unwrap();
        assert!(evening.take(time(18, 0, 0, 0)) && evening.take(time(23, 59, 0, 0)));
        assert!(!evening.take(time(17, 59, 0, 0)) && !evening.take(time(0, 0, 0, 0)));
        let night = Hours::parse("22:00-02:00").unwrap();
        assert!(night.take(time(1, 59, 0, 0)) && !night.take(time(2, 0, 0, 0)));
        for bad in [
            "",
            "18-24",
            "18:00",
            "25:00-26:00",
            "24:00-02:00",
            "9:00-10:00",
            "09:00-09:00",
            "09:60-10:00",
        ] {
            assert_eq!(Hours::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(from in 0_u16..1440, to in 0_u16..=1440) {
            let hours = Hours { from, to };
            if from != to {
                prop_assert_eq!(Hours::parse(&hours.to_string()), Some(hours));
            }
        }
    }
}
