//! Reading the text of a rule. Case, spaces, empty parts and `X-` parts do not matter; anything
//! whose meaning would have to be guessed is refused.

use super::write::WEEKDAYS;
use super::{Freq, NthWeekday, Rule, RuleError, Skip, Until};
use jiff::civil::{Date, DateTime, Time, Weekday};
use std::num::NonZeroU32;
use std::str::FromStr;

/// The largest integer of RFC 5545 §3.3.8: bounds INTERVAL and COUNT.
const LARGEST: u32 = i32::MAX.unsigned_abs();

/// The parts of a rule, in the order of the slots in [`Parts`].
const NAMES: [&str; 16] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
    "RSCALE",
    "SKIP",
];

/// The raw values of a rule's parts.
#[derive(Default)]
struct Parts<'t>([Option<&'t str>; NAMES.len()]);

impl<'t> Parts<'t> {
    fn read(text: &'t str) -> Result<Self, RuleError> {
        let mut parts = Self::default();
        for part in text.split(';').map(str::trim).filter(|p| !p.is_empty()) {
            let unknown = || RuleError::UnknownPart(excerpt(part));
            let (name, value) = part.split_once('=').ok_or_else(unknown)?;
            let (name, value) = (name.trim(), value.trim());
            let Some(slot) = NAMES.iter().position(|n| n.eq_ignore_ascii_case(name)) else {
                if name.len() > 2 && name.as_bytes()[..2].eq_ignore_ascii_case(b"X-") {
                    continue;
                }
                return Err(unknown());
            };
            match parts.0[slot] {
                Some(other) if !other.eq_ignore_ascii_case(value) => {
                    return Err(RuleError::Repeated(NAMES[slot]));
                }
                _ => parts.0[slot] = Some(value),
            }
        }
        Ok(parts)
    }

    fn get(&self, name: &str) -> Option<(&'static str, &'t str)> {
        let slot = NAMES.iter().position(|n| *n == name)?;
        Some((NAMES[slot], self.0[slot]?))
    }

    /// One value. An empty one is refused: it might have ended the series.
    fn one<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, RuleError> {
        self.get(name)
            .map(|(part, value)| read(value).ok_or_else(|| refused(part, value)))
            .transpose()
    }

    /// A list without doubles, in the order of `key`. Empty items are left out.
    fn list<T: Copy + PartialEq, K: Ord>(
        &self,
        name: &str,
        read: impl Fn(&str) -> Option<T>,
        key: impl Fn(&T) -> K,
    ) -> Result<Vec<T>, RuleError> {
        let Some((part, value)) = self.get(name) else {
            return Ok(Vec::new());
        };
        let mut list = Vec::new();
        for item in value.split(',').map(str::trim).filter(|i| !i.is_empty()) {
            list.push(read(item).ok_or_else(|| refused(part, item))?);
        }
        list.sort_by_key(key);
        list.dedup();
        Ok(list)
    }

    /// A list of numbers from `least` to `most`.
    fn numbers(&self, name: &str, least: u8, most: u8) -> Result<Vec<u8>, RuleError> {
        let read = |item: &str| digits(item).filter(|n: &u8| (least..=most).contains(n));
        self.list(name, read, |n| *n)
    }

    /// A list of numbers counted from the front or, negative, from the back.
    fn places<T: TryFrom<i16> + Copy + Ord>(
        &self,
        name: &str,
        most: i16,
    ) -> Result<Vec<T>, RuleError> {
        let read = |item: &str| place(item, most).and_then(|n| T::try_from(n).ok());
        self.list(name, read, |n| *n)
    }

    fn skip(&self) -> Result<Skip, RuleError> {
        let skip = self.one("SKIP", |value| {
            [
                ("OMIT", Skip::Omit),
                ("BACKWARD", Skip::Backward),
                ("FORWARD", Skip::Forward),
            ]
            .into_iter()
            .find_map(|(name, skip)| name.eq_ignore_ascii_case(value).then_some(skip))
        })?;
        match (self.get("RSCALE"), skip.unwrap_or_default()) {
            (Some((_, name)), _) if !name.eq_ignore_ascii_case("GREGORIAN") => {
                Err(RuleError::Calendar(excerpt(name)))
            }
            (None, Skip::Backward | Skip::Forward) => Err(RuleError::SkipWithoutCalendar),
            (_, skip) => Ok(skip),
        }
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    /// Reads the value of an RRULE property. Both COUNT and UNTIL are taken, though RFC 5545
    /// forbids the pair: real files hold it, and whichever ends first is meant.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        let parts = Parts::read(text)?;
        // First, because the parts of other calendars have other ranges (BYMONTH=5L).
        let skip = parts.skip()?;
        let (_, freq) = parts.get("FREQ").ok_or(RuleError::Freq)?;
        let freq = Freq::ALL
            .into_iter()
            .find_map(|(f, name)| name.eq_ignore_ascii_case(freq).then_some(f))
            .ok_or(RuleError::Freq)?;
        Ok(Self {
            freq,
            interval: parts.one("INTERVAL", positive)?.unwrap_or(NonZeroU32::MIN),
            count: parts.one("COUNT", positive)?,
            until: parts.one("UNTIL", until)?,
            by_second: parts.numbers("BYSECOND", 0, 60)?,
            by_minute: parts.numbers("BYMINUTE", 0, 59)?,
            by_hour: parts.numbers("BYHOUR", 0, 23)?,
            by_day: parts.list("BYDAY", nth_weekday, |day| {
                (day.weekday.to_monday_zero_offset(), day.nth)
            })?,
            by_month_day: parts.places("BYMONTHDAY", 31)?,
            by_year_day: parts.places("BYYEARDAY", 366)?,
            by_week_no: parts.places("BYWEEKNO", 53)?,
            by_month: parts.numbers("BYMONTH", 1, 12)?,
            by_set_pos: parts.places("BYSETPOS", 366)?,
            week_start: parts.one("WKST", weekday)?.unwrap_or(Weekday::Monday),
            skip,
        })
    }
}

fn refused(part: &'static str, value: &str) -> RuleError {
    RuleError::Value {
        part,
        value: excerpt(value),
    }
}

/// Enough of a value for a message.
fn excerpt(value: &str) -> String {
    value.chars().take(40).collect()
}

/// Digits only: no sign, no spaces.
fn digits<T: FromStr>(text: &str) -> Option<T> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn positive(text: &str) -> Option<NonZeroU32> {
    digits(text)
        .filter(|n| *n <= LARGEST)
        .and_then(NonZeroU32::new)
}

/// A number from 1 to `most` with an optional sign.
fn place(text: &str, most: i16) -> Option<i16> {
    let (sign, number) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let number: i16 = digits(number)?;
    (1..=most).contains(&number).then_some(sign * number)
}

fn weekday(text: &str) -> Option<Weekday> {
    WEEKDAYS
        .into_iter()
        .find_map(|(day, name)| name.eq_ignore_ascii_case(text).then_some(day))
}

fn nth_weekday(text: &str) -> Option<NthWeekday> {
    let (number, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = match number.trim_end() {
        "" => 0,
        number => i8::try_from(place(number, 53)?).ok()?,
    };
    Some(NthWeekday {
        nth,
        weekday: weekday(name)?,
    })
}

fn until(text: &str) -> Option<Until> {
    let Some((day, time)) = text.split_once(['T', 't']) else {
        return date(text).map(Until::Date);
    };
    match time.strip_suffix(['Z', 'z']) {
        Some(time) => date_time(day, time).map(Until::Utc),
        None => date_time(day, time).map(Until::Local),
    }
}

fn date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.is_ascii() {
        return None;
    }
    Date::new(
        digits(&text[..4])?,
        digits(&text[4..6])?,
        digits(&text[6..])?,
    )
    .ok()
}

fn date_time(day: &str, time: &str) -> Option<DateTime> {
    if time.len() != 6 || !time.is_ascii() {
        return None;
    }
    // A leap second is read as the second before it (RFC 5545 §3.3.12).
    let second = digits::<i8>(&time[4..]).map(|s| if s == 60 { 59 } else { s })?;
    let time = Time::new(digits(&time[..2])?, digits(&time[2..4])?, second, 0).ok()?;
    Some(date(day)?.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sloppy_text_is_read_and_written_in_one_form() {
        for (text, canonical) in [
            (
                " freq = weekly ; byday = we , mo ;; ",
                "FREQ=WEEKLY;BYDAY=MO,WE",
            ),
            ("FREQ=DAILY;INTERVAL=1;WKST=MO;", "FREQ=DAILY"),
            ("FREQ=DAILY;X-NOTE=a=b;BYDAY=", "FREQ=DAILY"),
            ("FREQ=DAILY;freq=daily", "FREQ=DAILY"),
            (
                "FREQ=MONTHLY;BYDAY=+1TU,-1TH,01MO",
                "FREQ=MONTHLY;BYDAY=1MO,1TU,-1TH",
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=31,-1,31,,",
                "FREQ=MONTHLY;BYMONTHDAY=-1,31",
            ),
            (
                "FREQ=DAILY;UNTIL=20261231t235960z;COUNT=5",
                "FREQ=DAILY;COUNT=5;UNTIL=20261231T235959Z",
            ),
            ("UNTIL=20261231;FREQ=DAILY", "FREQ=DAILY;UNTIL=20261231"),
            ("RSCALE=gregorian;FREQ=YEARLY;SKIP=OMIT", "FREQ=YEARLY"),
            (
                "FREQ=MONTHLY;SKIP=FORWARD;RSCALE=GREGORIAN;WKST=SU",
                "RSCALE=GREGORIAN;FREQ=MONTHLY;WKST=SU;SKIP=FORWARD",
            ),
        ] {
            let read = text.parse::<Rule>().map(|r| r.to_string());
            assert_eq!(read.unwrap_or_default(), canonical, "{text}");
        }
    }

    #[test]
    fn refusals_name_the_part() {
        for (text, message) in [
            (
                "",
                "the rule does not say how often: FREQ is missing or unknown",
            ),
            (
                "FREQ=FORTNIGHTLY",
                "the rule does not say how often: FREQ is missing or unknown",
            ),
            (
                "RRULE:FREQ=DAILY",
                "the rule has an unknown part: RRULE:FREQ=DAILY",
            ),
            ("FREQ=DAILY;COUNT", "the rule has an unknown part: COUNT"),
            (
                "FREQ=DAILY;BYEASTER=1",
                "the rule has an unknown part: BYEASTER=1",
            ),
            (
                "FREQ=DAILY;FREQ=WEEKLY",
                "the rule has two different values of FREQ",
            ),
            ("FREQ=DAILY;COUNT=", "COUNT cannot be "),
            ("FREQ=DAILY;UNTIL=", "UNTIL cannot be "),
            ("FREQ=DAILY;UNTIL=20260230", "UNTIL cannot be 20260230"),
            (
                "FREQ=DAILY;UNTIL=20261231T0900",
                "UNTIL cannot be 20261231T0900",
            ),
            ("FREQ=DAILY;UNTIL=2026-12-31", "UNTIL cannot be 2026-12-31"),
            ("FREQ=DAILY;BYHOUR=24", "BYHOUR cannot be 24"),
            ("FREQ=DAILY;BYHOUR=+1", "BYHOUR cannot be +1"),
            ("FREQ=DAILY;BYSECOND=61", "BYSECOND cannot be 61"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY cannot be 0"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY cannot be 32"),
            ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY cannot be 0MO"),
            ("FREQ=MONTHLY;BYDAY=54MO", "BYDAY cannot be 54MO"),
            ("FREQ=MONTHLY;BYDAY=월", "BYDAY cannot be 월"),
            ("FREQ=YEARLY;BYMONTH=5L", "BYMONTH cannot be 5L"),
            ("FREQ=YEARLY;BYWEEKNO=-54", "BYWEEKNO cannot be -54"),
            ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY cannot be 367"),
            ("FREQ=YEARLY;BYSETPOS=0", "BYSETPOS cannot be 0"),
            ("FREQ=MONTHLY;SKIP=FORWARD", "SKIP needs RSCALE"),
            (
                "RSCALE=DANGI;FREQ=YEARLY;BYMONTH=4L",
                "rules in the DANGI calendar are not supported",
            ),
        ] {
            let error = text.parse::<Rule>().err().map(|e| e.to_string());
            assert_eq!(error.as_deref(), Some(message), "{text}");
        }
    }

    #[test]
    fn b12_intervals_and_counts_of_nothing_or_beyond_the_integers_are_refused() {
        for part in ["INTERVAL", "COUNT"] {
            for value in ["0", "-1", "1.5", "2147483648", "99999999999999999999"] {
                let error = format!("FREQ=DAILY;{part}={value}").parse::<Rule>().err();
                assert_eq!(error, Some(refused(part, value)));
            }
        }
        assert!("FREQ=DAILY;INTERVAL=2147483647".parse::<Rule>().is_ok());
    }
}
