//! The range of time that a list is asked for: `from` and `to`, half-open.

use domain::time::{FIRST_YEAR, LAST_YEAR, WallTime};
use domain::zone::Zone;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

/// How far a range reaches where only its beginning is named, in days.
const USUAL_DAYS: i64 = 90;
/// Longest range: two years, one of them a leap year, and an hour for a clock that was moved.
const LONGEST_HOURS: i64 = (366 + 365) * 24 + 1;

/// A half-open range of instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// First instant.
    pub from: Timestamp,
    /// The instant after the last.
    pub to: Timestamp,
}

/// Why two instants are no range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeError {
    /// The end is before the beginning.
    Order,
    /// Over two years.
    Span,
}

impl Range {
    /// Puts a range together: from now and for 90 days, where nothing else is asked for.
    pub fn new(
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, RangeError> {
        let from = from.unwrap_or(now);
        let later = |hours: i64| from.checked_add(hours.hours()).unwrap_or(Timestamp::MAX);
        let to = to.unwrap_or_else(|| later(USUAL_DAYS * 24));
        if to < from {
            return Err(RangeError::Order);
        }
        if to > later(LONGEST_HOURS) {
            return Err(RangeError::Span);
        }
        Ok(Self { from, to })
    }
}

/// Reads a date (the beginning of that day in `zone`) or a date-time with offset, both of RFC
/// 3339 and of the years 1900 to 2199. A blank stands for the `+` of an offset, because that is
/// what an unescaped `+` in an address means.
pub fn moment(text: &str, zone: &Zone) -> Option<Timestamp> {
    let text = text.replace(' ', "+");
    let at = if text.len() == 10 {
        let day = date(&text)?;
        WallTime::new(day.at(0, 0, 0, 0)).instant(zone)
    } else {
        is_date_time(&text).then(|| text.parse::<Timestamp>().ok())??
    };
    let year = at.to_zoned(zone.rules().clone()).year();
    (FIRST_YEAR..=LAST_YEAR).contains(&year).then_some(at)
}

fn date(text: &str) -> Option<Date> {
    shaped(text, "0000-00-00")
        .then(|| text.parse().ok())
        .flatten()
}

/// `2027-04-01T18:30:00`, a fraction or none, `Z` or an offset (RFC 3339 §5.6). The parser takes
/// more than that, and what it takes must not become a promise.
fn is_date_time(text: &str) -> bool {
    let Some((stem, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    shaped(&stem.to_ascii_uppercase(), "0000-00-00T00:00:00")
        && (zone.eq_ignore_ascii_case("z") || shaped(zone, "+00:00") || shaped(zone, "-00:00"))
}

/// Whether a text has digits where the pattern has zeros, and is the pattern elsewhere.
fn shaped(text: &str, pattern: &str) -> bool {
    let fits = |(t, p): (u8, u8)| {
        if p == b'0' {
            t.is_ascii_digit()
        } else {
            t == p
        }
    };
    text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        moment(text, &Zone::seoul()).map(|at| at.to_string())
    }

    #[test]
    fn dates_and_date_times_are_read() {
        for (text, want) in [
            ("2027-04-01", "2027-03-31T15:00:00Z"),
            ("2027-04-01T18:30:00+09:00", "2027-04-01T09:30:00Z"),
            ("2027-04-01T18:30:00 09:00", "2027-04-01T09:30:00Z"),
            ("2027-04-01t18:30:00.25z", "2027-04-01T18:30:00.25Z"),
            ("2027-04-01T18:30:00-03:30", "2027-04-01T22:00:00Z"),
            ("1900-01-01", "1899-12-31T15:32:08Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "banana",
            "2027",
            "2027-04",
            "2027-4-1",
            "2027-02-30",
            "20270401",
            "2027-04-01T18:30:00",
            "2027-04-01T18:30+09:00",
            "2027-04-01T18:30:00.+09:00",
            "2027-04-01T18:30:00+9",
            "2027-04-01T18:30:00+0900",
            "2027-04-01T18:30:00+09:00[Asia/Seoul]",
            "2027-04-01T25:30:00Z",
            "1899-12-31",
            "2200-01-01",
            "9999-12-31T23:59:59Z",
            "-002027-04-01",
            "2027-04-0일",
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn ranges_go_forward_for_two_years_at_most() {
        let at = |text: &str| moment(text, &Zone::seoul()).unwrap();
        let now = at("2026-11-22T12:00:00+09:00");
        let whole = Range::new(None, None, now).unwrap();
        assert_eq!(whole.from, now);
        assert_eq!(whole.to, at("2027-02-20T12:00:00+09:00"));
        let range = |from: &str, to: &str| Range::new(Some(at(from)), Some(at(to)), now);
        assert!(range("2027-04-01", "2029-04-01").is_ok());
        assert!(range("2027-04-01", "2027-04-02").is_ok());
        assert_eq!(range("2027-04-01", "2029-04-03"), Err(RangeError::Span));
        assert!(range("2027-04-01", "2027-04-01").is_ok());
        assert_eq!(range("2027-04-02", "2027-04-01"), Err(RangeError::Order));
        let past = Range::new(None, Some(at("2026-11-22")), now);
        assert_eq!(past, Err(RangeError::Order));
        assert!(Range::new(Some(at("2199-12-31")), None, now).is_ok());
    }
}
