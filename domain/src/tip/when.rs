//! When something should be, from a tip's `start`, `end`, `all_day` and `date`. Times without an
//! offset are read on the event's own clock, else on the calendar's. Nothing is moved in silence:
//! a time that the clocks skip is refused by name. Ends are exclusive, as in the API.

use super::Home;
use super::read::{Reader, Said, Wrong};
use crate::time::{EventTime, TimeError, WallTime, Zoned};
use crate::zone::Zone;
use jiff::civil::{Date, DateTime};
use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Timestamp};

/// Longest text of a time.
const LONGEST: usize = 40;

/// What is said about the time.
pub(super) struct When {
    start: Said<Moment>,
    end: Said<Moment>,
    date: Said<Moment>,
    whole: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Day(Date),
    Clock(DateTime),
    Instant(Timestamp),
}

impl When {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let said = Self {
            start: reader.read("start", moment),
            end: reader.read("end", moment),
            date: reader.read("date", day),
            whole: reader.flag("all_day"),
        };
        if matches!((&said.start, &said.date), (Said::Is(_), Said::Is(_))) {
            reader.fault("date", Wrong::StartTwice);
        }
        if said.start == Said::None || said.date == Said::None {
            let field = if said.start == Said::None {
                "start"
            } else {
                "date"
            };
            reader.fault(field, Wrong::Needed);
        }
        said
    }
}

/// A date, a clock time, or an instant with its offset.
fn moment(raw: &str) -> Result<Moment, Wrong> {
    let text = raw.trim();
    let wrong = || Wrong::NotATime(text.chars().take(LONGEST).collect());
    let plain = |b: u8| b.is_ascii_digit() || b":-+TZ. ".contains(&b);
    if text.len() > LONGEST || !text.is_ascii() || !text.bytes().all(plain) {
        return Err(wrong());
    }
    if text.len() == 10 {
        return text.parse().map(Moment::Day).map_err(|_| wrong());
    }
    if text.get(10..11) != Some("T") && text.get(10..11) != Some(" ") {
        return Err(wrong());
    }
    let clock = &text[11..];
    let whole = |at: DateTime| at.subsec_nanosecond() == 0;
    if clock.contains(['Z', '+', '-']) {
        let at: Timestamp = text.parse().map_err(|_| wrong())?;
        let second = Timestamp::from_second(at.as_second()).ok();
        return second
            .filter(|second| *second == at)
            .map(Moment::Instant)
            .ok_or_else(wrong);
    }
    let at: DateTime = text.parse().map_err(|_| wrong())?;
    match clock.contains(':') && whole(at) {
        true => Ok(Moment::Clock(at)),
        false => Err(wrong()),
    }
}

fn day(raw: &str) -> Result<Moment, Wrong> {
    match moment(raw)? {
        Moment::Day(day) => Ok(Moment::Day(day)),
        Moment::Clock(_) | Moment::Instant(_) => Err(Wrong::ClockOnWholeDay),
    }
}

/// The clock that an event's times are read on.
enum Clock {
    In(Zone),
    Floating,
}

impl Clock {
    fn of(base: &EventTime, home: &Home) -> Self {
        match base {
            EventTime::Floating { .. } => Self::Floating,
            // Times in UTC are shown on the calendar's clock, and so they are read (R4).
            EventTime::Zoned(z) if !z.zone.is_utc() => Self::In(z.zone.clone()),
            _ => Self::In(home.zone.clone()),
        }
    }

    fn zone<'z>(&'z self, home: &'z Home) -> &'z Zone {
        match self {
            Self::In(zone) => zone,
            Self::Floating => &home.zone,
        }
    }

    /// A reading of this clock, if the clock shows it at all.
    fn reading(&self, said: Moment, home: &Home) -> Result<WallTime, Wrong> {
        let at = match said {
            Moment::Instant(at) => return Ok(WallTime::of(at, self.zone(home))),
            Moment::Clock(at) => at,
            Moment::Day(_) => return Err(Wrong::StartNeeded),
        };
        let Self::In(zone) = self else {
            return Ok(WallTime::new(at));
        };
        match zone.rules().to_ambiguous_zoned(at).offset() {
            AmbiguousOffset::Gap { .. } => Err(Wrong::Skipped {
                at,
                zone: zone.name().to_owned(),
                instead: WallTime::of(WallTime::new(at).instant(zone), zone).at,
            }),
            _ => Ok(WallTime::new(at)),
        }
    }

    fn time(&self, start: WallTime, end: Option<WallTime>) -> EventTime {
        match self {
            Self::In(zone) => EventTime::Zoned(Zoned {
                start,
                end,
                zone: zone.clone(),
            }),
            Self::Floating => EventTime::Floating {
                start: start.at,
                end: end.map(|end| end.at),
            },
        }
    }
}

/// The time that is meant; `None` where nothing is said of it, or where a fault was noted.
pub(super) fn resolve(
    reader: &mut Reader<'_>,
    said: &When,
    base: &EventTime,
    home: &Home,
) -> Option<EventTime> {
    if ["start", "end", "date", "all_day"]
        .iter()
        .any(|field| reader.faults.contains_key(*field))
    {
        return None;
    }
    let meant = match (said.start, said.date) {
        (Said::Is(Moment::Day(day)), _) => on_day(said, day, base, home),
        (Said::Is(at), _) => at_clock(said, at, base, home),
        (_, Said::Is(Moment::Day(day))) => match said.end {
            Said::Is(Moment::Day(_)) => whole_days(said, day, base),
            Said::Is(_) => Err(("end", Wrong::ClockOnWholeDay)),
            Said::Nothing | Said::None => whole_days(said, day, base),
        },
        _ => same_start(said, base, home),
    };
    let checked = meant.and_then(|time| match &time {
        None => Ok(time),
        Some(found) => found.check().map(|()| time).map_err(fault),
    });
    match checked {
        Ok(time) => time,
        Err((field, wrong)) => {
            reader.fault(field, wrong);
            None
        }
    }
}

type Meant = Result<Option<EventTime>, (&'static str, Wrong)>;

const fn fault(error: TimeError) -> (&'static str, Wrong) {
    match error {
        TimeError::YearOutOfRange(year) => ("start", Wrong::YearOutOfRange(year)),
        TimeError::EndsBeforeStart => ("end", Wrong::EndsBeforeStart),
    }
}

/// A clock time for the start.
fn at_clock(said: &When, start: Moment, base: &EventTime, home: &Home) -> Meant {
    if said.whole == Some(true) {
        return Err(("all_day", Wrong::ClockOnWholeDay));
    }
    let clock = Clock::of(base, home);
    let start = clock.reading(start, home).map_err(|w| ("start", w))?;
    let end = match said.end {
        Said::Is(Moment::Day(_)) => return Err(("end", Wrong::ClockOnWholeDay)),
        Said::Is(end) => Some(clock.reading(end, home).map_err(|w| ("end", w))?),
        Said::None => None,
        // As long as it was.
        Said::Nothing => length(base)
            .and_then(|length| start.at.checked_add(length).ok())
            .map(WallTime::new),
    };
    Ok(Some(clock.time(start, end)))
}

/// How long clock times last on the clock.
fn length(base: &EventTime) -> Option<SignedDuration> {
    let (start, end) = match base {
        EventTime::Zoned(z) => (z.start.at, z.end?.at),
        EventTime::Floating { start, end } => (*start, (*end)?),
        _ => return None,
    };
    Some(end.duration_since(start))
}

/// A day for the start.
fn on_day(said: &When, day: Date, base: &EventTime, home: &Home) -> Meant {
    let has_clock = matches!(base, EventTime::Zoned(_) | EventTime::Floating { .. });
    let is_whole = matches!(base, EventTime::AllDay { .. });
    match (said.whole, said.end) {
        (Some(true), Said::Is(Moment::Clock(_) | Moment::Instant(_))) => {
            Err(("end", Wrong::ClockOnWholeDay))
        }
        (Some(true), _) => whole_days(said, day, base),
        (None, Said::Nothing) if has_clock => match moved(base, day, home) {
            Some(time) => Ok(Some(time)),
            None => Err(("start", Wrong::YearOutOfRange(day.year()))),
        },
        (None, Said::Nothing | Said::None | Said::Is(Moment::Day(_))) if is_whole => {
            whole_days(said, day, base)
        }
        // Several days without a word on hours: they are whole.
        (None, Said::Is(Moment::Day(_))) => whole_days(said, day, base),
        (_, Said::Is(_)) => Err(("start", Wrong::StartNeeded)),
        (_, Said::Nothing | Said::None) => Ok(Some(EventTime::DateOnly { date: day })),
    }
}

/// The same hours on another day.
fn moved(base: &EventTime, day: Date, home: &Home) -> Option<EventTime> {
    let clock = Clock::of(base, home);
    let start = match base {
        EventTime::Zoned(z) => WallTime::of(z.start.instant(&z.zone), clock.zone(home)).at,
        EventTime::Floating { start, .. } => *start,
        _ => return None,
    };
    let days = day.duration_since(start.date()).as_hours() / 24;
    base.plus_days(i32::try_from(days).ok()?)
}

/// Whole days from `first`; as many as before where no end is said.
fn whole_days(said: &When, first: Date, base: &EventTime) -> Meant {
    let last = match (said.end, base) {
        (Said::Is(Moment::Day(after)), _) if after > first => after.yesterday().ok(),
        (Said::Is(_), _) => return Err(("end", Wrong::EndsBeforeStart)),
        (
            Said::Nothing,
            EventTime::AllDay {
                first: was,
                last: until,
            },
        ) => first.checked_add(until.duration_since(*was)).ok(),
        (Said::Nothing | Said::None, _) => Some(first),
    };
    let last = last.ok_or(("end", Wrong::EndsBeforeStart))?;
    Ok(Some(EventTime::AllDay { first, last }))
}

/// Nothing about the start: another end, or whole days instead of hours.
fn same_start(said: &When, base: &EventTime, home: &Home) -> Meant {
    if said.whole == Some(true) && !matches!(base, EventTime::AllDay { .. }) {
        let Some((first, _)) = base.days(&home.zone) else {
            return Err(("start", Wrong::Needed));
        };
        return whole_days(said, first, &EventTime::day(first));
    }
    if said.whole == Some(false) && matches!(base, EventTime::AllDay { .. }) {
        return Err(("start", Wrong::Needed));
    }
    let clock = Clock::of(base, home);
    match (said.end, base) {
        (Said::Nothing, _) => Ok(None),
        (Said::Is(_) | Said::None, EventTime::AllDay { first, .. }) => match said.end {
            Said::Is(Moment::Clock(_) | Moment::Instant(_)) => Err(("end", Wrong::ClockOnWholeDay)),
            _ => whole_days(said, *first, base),
        },
        (Said::Is(Moment::Day(_)), _) => Err(("end", Wrong::StartNeeded)),
        (Said::Is(end), EventTime::Zoned(z)) => {
            let start = WallTime::of(z.start.instant(&z.zone), clock.zone(home));
            let end = clock.reading(end, home).map_err(|w| ("end", w))?;
            Ok(Some(clock.time(start, Some(end))))
        }
        (Said::Is(end), EventTime::Floating { start, .. }) => {
            let end = clock.reading(end, home).map_err(|w| ("end", w))?;
            Ok(Some(clock.time(WallTime::new(*start), Some(end))))
        }
        (Said::Is(_), _) => Err(("start", Wrong::StartNeeded)),
        (Said::None, EventTime::Zoned(z)) => Ok(Some(EventTime::Zoned(Zoned {
            end: None,
            ..z.clone()
        }))),
        (Said::None, EventTime::Floating { start, .. }) => Ok(Some(EventTime::Floating {
            start: *start,
            end: None,
        })),
        (Said::None, _) => Ok(None),
    }
}
