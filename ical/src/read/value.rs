//! Values as the world writes them: dates, times, durations, TEXT (RFC 5545 §3.3).

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use std::borrow::Cow;

/// A date or date with time, before any zone is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub date: Date,
    /// None for a whole day.
    pub time: Option<Time>,
    pub mark: Mark,
    /// Not written as iCalendar has it: with dashes and colons, or an hour beyond 24.
    pub odd: bool,
}

/// What stands behind the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    None,
    /// `Z`.
    Utc,
    /// `+0900`, in seconds.
    Offset(i32),
}

impl Moment {
    /// The clock reading; midnight for whole days.
    pub(crate) fn at(&self) -> DateTime {
        self.date.to_datetime(self.time.unwrap_or(Time::midnight()))
    }
}

/// The value is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotADate;

/// Reads `20270405`, `20270405T183000`, `20270405T1830Z`, `2027-04-05T18:30:00+09:00`. A second
/// 60 is read as 59 (§3.3.12), 24:00 and the hours up to 30, in which late games and broadcasts
/// are announced in Korea and Japan, as those of the next day.
pub(crate) fn moment(text: &str) -> Result<Moment, NotADate> {
    let text = text.trim();
    let (date_text, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let odd = date_text.contains('-');
    // Google writes birthdays as dates with a Z.
    let date_text = date_text.strip_suffix(['Z', 'z']).unwrap_or(date_text);
    let digits = digits_of(date_text, b'-').ok_or(NotADate)?;
    if digits.count != 8 {
        return Err(NotADate);
    }
    let date = Date::new(digits.number(0, 4), digits.small(4, 2), digits.small(6, 2));
    let date = date.map_err(|_| NotADate)?;
    let Some(rest) = rest else {
        let mark = Mark::None;
        return Ok(Moment {
            date,
            time: None,
            mark,
            odd,
        });
    };
    let split = rest
        .find(['Z', 'z', '+', '-', '.', ','])
        .unwrap_or(rest.len());
    let mark = mark_of(&rest[split..]).ok_or(NotADate)?;
    let (days, time) = time_of(&rest[..split]).ok_or(NotADate)?;
    let date = date.checked_add(days.days()).map_err(|_| NotADate)?;
    Ok(Moment {
        date,
        time: Some(time),
        mark,
        odd: odd || rest.contains(':') || (days > 0 && time != Time::midnight()),
    })
}

fn mark_of(text: &str) -> Option<Mark> {
    // Fractions of a second say nothing in a calendar.
    let text = text.trim_start_matches(|c: char| matches!(c, '.' | ',') || c.is_ascii_digit());
    match text {
        "" => Some(Mark::None),
        "Z" | "z" => Some(Mark::Utc),
        other => crate::zones::seconds_of(other).map(Mark::Offset),
    }
}

fn time_of(text: &str) -> Option<(i64, Time)> {
    let digits = digits_of(text, b':')?;
    let (hour, minute, second) = match digits.count {
        2 => (digits.small(0, 2), 0, 0),
        4 => (digits.small(0, 2), digits.small(2, 2), 0),
        6 => (digits.small(0, 2), digits.small(2, 2), digits.small(4, 2)),
        _ => return None,
    };
    let second = if second == 60 { 59 } else { second };
    let (days, hour) = match hour {
        24..=30 => (1, hour - 24),
        _ => (0, hour),
    };
    Some((days, Time::new(hour, minute, second, 0).ok()?))
}

struct Digits {
    digit: [u8; 8],
    count: usize,
}

impl Digits {
    fn number(&self, from: usize, length: usize) -> i16 {
        let digits = &self.digit[from..from + length];
        digits.iter().fold(0, |n, d| n * 10 + i16::from(*d))
    }

    /// At most two digits, which an i8 holds.
    fn small(&self, from: usize, length: usize) -> i8 {
        i8::try_from(self.number(from, length)).unwrap_or(i8::MAX)
    }
}

/// Up to eight digits with a separator that may stand between them.
fn digits_of(text: &str, separator: u8) -> Option<Digits> {
    let mut found = Digits {
        digit: [0; 8],
        count: 0,
    };
    if text.as_bytes().first() == Some(&separator) {
        return None;
    }
    for byte in text.bytes().filter(|b| *b != separator) {
        if !byte.is_ascii_digit() || found.count == 8 {
            return None;
        }
        found.digit[found.count] = byte - b'0';
        found.count += 1;
    }
    Some(found)
}

/// A duration (§3.3.6): days and weeks are nominal, hours and below exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Duration {
    pub days: i64,
    pub seconds: i64,
}

/// Reads `P1W`, `P1DT2H`, `PT90M`, `-PT15M`. Parts in any order are taken; years and months,
/// which the standard does not have, are not.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let text = text.trim().to_ascii_uppercase();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let mut out = Duration::default();
    let (mut number, mut in_time, mut parts) = (None::<i64>, false, 0);
    for c in text.strip_prefix('P')?.chars() {
        if let Some(digit) = c.to_digit(10) {
            let so_far = number.unwrap_or(0);
            number = Some(so_far.checked_mul(10)?.checked_add(i64::from(digit))?);
            continue;
        }
        if c == 'T' {
            in_time = true;
            continue;
        }
        let n = number.take()?;
        // A century is more than any event lasts, and keeps the sums from overflowing.
        let n = (n <= 3_200_000_000).then_some(n * sign)?;
        match (c, in_time) {
            ('W', _) => out.days += n * 7,
            ('D', _) => out.days += n,
            ('H', true) => out.seconds += n * 3600,
            ('M', true) => out.seconds += n * 60,
            ('S', true) => out.seconds += n,
            _ => return None,
        }
        parts += 1;
    }
    (parts > 0 && number.is_none()).then_some(out)
}

/// Undoes TEXT escapes (§3.3.11): `\n`, `\N`, `\;`, `\,`, `\\`. A backslash before anything else
/// stays, because producers forget to double it.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    let Some(mut at) = memchr::memchr(b'\\', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        out.push_str(&rest[..at]);
        // Both sides of an ASCII character are character edges.
        let (escaped, length) = match rest.as_bytes().get(at + 1) {
            Some(b'n' | b'N') => ('\n', 2),
            Some(b';') => (';', 2),
            Some(b',') => (',', 2),
            Some(b'\\') => ('\\', 2),
            _ => ('\\', 1),
        };
        out.push(escaped);
        rest = &rest[at + length..];
        match memchr::memchr(b'\\', rest.as_bytes()) {
            Some(next) => at = next,
            None => break,
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Splits a list of TEXT values at commas that are not escaped.
pub(crate) fn split_list(text: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    text.split(move |c| {
        let separates = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        separates
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;

    #[test]
    fn dates_are_read_in_every_form() {
        let at = |h, m, s| datetime(2027, 4, 5, h, m, s, 0);
        for (text, wanted, mark) in [
            ("20270405T183000", at(18, 30, 0), Mark::None),
            ("20270405T183000Z", at(18, 30, 0), Mark::Utc),
            ("20270405t183000z", at(18, 30, 0), Mark::Utc),
            ("20270405T1830", at(18, 30, 0), Mark::None),
            ("20270405T235960Z", at(23, 59, 59), Mark::Utc),
            ("20270404T240000", at(0, 0, 0), Mark::None),
            ("20270404T250000", at(1, 0, 0), Mark::None),
            (
                "2027-04-05T18:30:00+09:00",
                at(18, 30, 0),
                Mark::Offset(32400),
            ),
            ("2027-04-05 18:30:00.000Z", at(18, 30, 0), Mark::Utc),
            (" 20270405T183000 ", at(18, 30, 0), Mark::None),
        ] {
            let read = moment(text).unwrap();
            assert_eq!((read.at(), read.mark), (wanted, mark), "{text}");
        }
        assert_eq!(moment("20270405").unwrap().time, None);
        assert!(moment("2027-04-05").unwrap().odd);
        assert!(moment("20270404T250000").unwrap().odd);
        for bad in [
            "",
            "T",
            "2027040",
            "202704051",
            "20270432",
            "-20270405",
            "20270405T",
            "20270405T31",
            "20270405T126000",
            "20270405T120000X",
            "2027040５",
            "20270405T12000０",
            "10:00",
        ] {
            assert_eq!(moment(bad), Err(NotADate), "{bad}");
        }
    }

    #[test]
    fn durations_keep_days_and_time_apart() {
        for (text, days, seconds) in [
            ("P1DT2H", 1, 7200),
            ("P2W", 14, 0),
            ("PT1H30M5S", 0, 5405),
            ("-PT15M", 0, -900),
            ("+P1D", 1, 0),
            ("pt0s", 0, 0),
        ] {
            assert_eq!(duration(text), Some(Duration { days, seconds }), "{text}");
        }
        for bad in [
            "",
            "P",
            "PT",
            "P1",
            "1H",
            "P1M",
            "P1Y",
            "PT99999999999999999999H",
            "P1H",
        ] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn text_escapes_are_undone_and_lone_backslashes_stay() {
        for (raw, wanted) in [
            (r"a\nb\Nc", "a\nb\nc"),
            (r"a\;b\,c\\n", r"a;b,c\n"),
            (r"C:\temp", r"C:\temp"),
            (r"end\", r"end\"),
            ("plain", "plain"),
        ] {
            assert_eq!(unescape(raw), wanted, "{raw}");
        }
        assert_eq!(
            split_list(r"a\,b,c\\,d").collect::<Vec<_>>(),
            [r"a\,b", r"c\\", "d"]
        );
    }
}
