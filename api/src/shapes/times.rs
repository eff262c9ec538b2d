//! When something is, as text: times in RFC 3339 with their offset, whole days as dates, ends
//! exclusive (R4).

use domain::time::EventTime;
use domain::zone::Zone;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

/// The fields of a time.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Times {
    start: Option<String>,
    end: Option<String>,
    all_day: bool,
    time_kind: &'static str,
    zone: String,
}

impl Times {
    /// Writes a time; whole days, floating times and times in UTC are read in `home`, the
    /// calendar's zone.
    pub fn of(time: &EventTime, home: &Zone) -> Self {
        let zone = match time {
            EventTime::Zoned(zoned) if !zoned.zone.is_utc() => &zoned.zone,
            _ => home,
        };
        let (start, end) = if time.is_all_day() {
            days(time, home)
        } else {
            clock(time, home, zone)
        };
        Self {
            start,
            end,
            all_day: time.is_all_day(),
            time_kind: kind(time),
            zone: zone.name().to_owned(),
        }
    }
}

const fn kind(time: &EventTime) -> &'static str {
    match time {
        EventTime::Zoned(_) => "zoned",
        EventTime::Floating { .. } => "floating",
        EventTime::AllDay { .. } => "all_day",
        EventTime::DateOnly { .. } => "date_only",
        EventTime::Window { .. } => "window",
        EventTime::Undecided { .. } => "undecided",
    }
}

fn days(time: &EventTime, home: &Zone) -> (Option<String>, Option<String>) {
    let Some((first, last)) = time.days(home) else {
        return (None, None);
    };
    let after = last.checked_add(1.day()).ok();
    (Some(first.to_string()), after.map(|day| day.to_string()))
}

fn clock(time: &EventTime, home: &Zone, zone: &Zone) -> (Option<String>, Option<String>) {
    let Some((starts, ends)) = time.instants(home) else {
        return (None, None);
    };
    let has_end = match time {
        EventTime::Zoned(zoned) => zoned.end.is_some(),
        EventTime::Floating { end, .. } => end.is_some(),
        _ => true,
    };
    let end = has_end.then(|| with_offset(ends, zone));
    (Some(with_offset(starts, zone)), end)
}

/// An instant on a zone's clock. An offset of odd seconds, as zones had before they were zones,
/// cannot be written in RFC 3339; those few are in UTC.
fn with_offset(at: Timestamp, zone: &Zone) -> String {
    let offset = zone.rules().to_offset(at);
    let whole_minutes = offset.seconds() % 60 == 0;
    let offset = if whole_minutes { offset } else { Offset::UTC };
    at.display_with_offset(offset).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    fn written(time: &EventTime) -> (Option<String>, Option<String>, bool, String) {
        let times = Times::of(time, &Zone::seoul());
        (times.start, times.end, times.all_day, times.zone)
    }

    fn some(
        start: &str,
        end: &str,
        all_day: bool,
        zone: &str,
    ) -> (Option<String>, Option<String>, bool, String) {
        (Some(start.into()), Some(end.into()), all_day, zone.into())
    }

    #[test]
    fn every_kind_of_time_is_written() {
        let (start, end) = (
            datetime(2027, 4, 5, 18, 30, 0, 0),
            datetime(2027, 4, 5, 21, 30, 0, 0),
        );
        let zoned = |zone| EventTime::zoned(start, Some(end), zone);
        let new_york = Zone::parse("America/New_York").unwrap();
        for (time, want) in [
            (
                zoned(Zone::seoul()),
                some(
                    "2027-04-05T18:30:00+09:00",
                    "2027-04-05T21:30:00+09:00",
                    false,
                    "Asia/Seoul",
                ),
            ),
            (
                zoned(new_york),
                some(
                    "2027-04-05T18:30:00-04:00",
                    "2027-04-05T21:30:00-04:00",
                    false,
                    "America/New_York",
                ),
            ),
            (
                zoned(Zone::utc()),
                some(
                    "2027-04-06T03:30:00+09:00",
                    "2027-04-06T06:30:00+09:00",
                    false,
                    "Asia/Seoul",
                ),
            ),
            (
                EventTime::Floating {
                    start,
                    end: Some(end),
                },
                some(
                    "2027-04-05T18:30:00+09:00",
                    "2027-04-05T21:30:00+09:00",
                    false,
                    "Asia/Seoul",
                ),
            ),
            (
                EventTime::day(date(2027, 4, 10)),
                some("2027-04-10", "2027-04-11", true, "Asia/Seoul"),
            ),
            (
                EventTime::Window {
                    first: date(2027, 4, 1),
                    last: date(2027, 4, 30),
                },
                some("2027-04-01", "2027-05-01", true, "Asia/Seoul"),
            ),
            (
                EventTime::DateOnly {
                    date: date(2027, 4, 10),
                },
                some("2027-04-10", "2027-04-11", true, "Asia/Seoul"),
            ),
            (
                EventTime::Undecided { was: None },
                (None, None, true, "Asia/Seoul".into()),
            ),
        ] {
            assert_eq!(written(&time), want, "{time:?}");
        }
        let deadline = EventTime::zoned(start, None, Zone::seoul());
        assert_eq!(written(&deadline).1, None);
        let old = EventTime::zoned(datetime(1905, 1, 1, 0, 0, 0, 0), None, Zone::seoul());
        assert_eq!(
            written(&old).0.as_deref(),
            Some("1904-12-31T15:32:08+00:00")
        );
    }
}
