//! How an event's time is put into DTSTART and DTEND, and on which clock (RFC 5545 §3.3.5).

use super::form::Form;
use super::line::Line;
use super::stamp::Stamp;
use super::zone::{Used, Years, tzid};
use domain::series::RecurrenceId;
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::AmbiguousOffset;
use std::borrow::Cow;

/// What is still to be announced about a time that is shown as whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Hour,
    Day,
    All,
}

/// The clock that DTSTART names; RDATE, EXDATE and RECURRENCE-ID follow it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Clock<'a> {
    /// Whole days.
    Days,
    /// The reader's own clock.
    Floating,
    /// Local time with a TZID: its own, where the form does not go by [`tzid`].
    Local(&'a Zone, Option<&'static str>),
    /// UTC, from readings in this zone.
    Utc(&'a Zone),
}

/// A time as a calendar shows it: start, exclusive end, clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    pub start: WallTime,
    /// Exclusive, and after the start: RFC 5545 §3.8.2.2 knows no event that ends as it begins.
    pub end: Option<WallTime>,
    pub clock: Clock<'a>,
    pub open: Option<Open>,
    /// The clock shows start or end twice or never; clients differ about such readings.
    unsure: bool,
}

impl<'a> Shown<'a> {
    /// How an event that happens once is shown; `None` when it has no day.
    pub(super) fn once(time: &'a EventTime, form: Form) -> Option<Self> {
        let shown = Self::repeating(time, form)?;
        let (Clock::Local(zone, _), EventTime::Zoned(zoned)) = (shown.clock, time) else {
            return Some(shown);
        };
        let by_instant = if form.doubts_clocks() {
            zone.is_fixed() || shown.unsure
        } else {
            shown.unsure && needs_instant(zoned)
        };
        let clock = if by_instant {
            Clock::Utc(zone)
        } else {
            shown.clock
        };
        Some(Self { clock, ..shown })
    }

    /// How an event is shown whose instances follow its local clock.
    pub(super) fn repeating(time: &'a EventTime, form: Form) -> Option<Self> {
        Some(match time {
            EventTime::Zoned(zoned) => Self::zoned(zoned, form),
            EventTime::Floating { start, end } => Self {
                start: WallTime::new(*start),
                end: end.filter(|end| end > start).map(WallTime::new),
                clock: Clock::Floating,
                open: None,
                unsure: false,
            },
            EventTime::AllDay { first, last } => Self::days(*first, *last, None),
            EventTime::DateOnly { date } => Self::days(*date, *date, Some(Open::Hour)),
            EventTime::Window { first, last } => Self::days(*first, *last, Some(Open::Day)),
            EventTime::Undecided { was } => {
                let (first, last) = (*was)?;
                Self::days(first, last, Some(Open::All))
            }
        })
    }

    fn zoned(zoned: &'a Zoned, form: Form) -> Self {
        let Zoned { start, end, zone } = zoned;
        let unsure = [Some(*start), *end]
            .into_iter()
            .flatten()
            .any(|time| time.second || !is_plain(time, zone));
        let later = |end: &WallTime| {
            if unsure {
                end.instant(zone) > start.instant(zone)
            } else {
                end.at > start.at
            }
        };
        Self {
            start: *start,
            end: end.filter(later),
            clock: if zone.is_utc() {
                Clock::Utc(zone)
            } else {
                Clock::Local(zone, form.zone_name(zone))
            },
            open: None,
            unsure,
        }
    }

    /// Whole days, both inclusive.
    pub(super) fn days(first: Date, last: Date, open: Option<Open>) -> Self {
        let after = last.checked_add(1.day()).unwrap_or(last);
        Self {
            start: WallTime::new(first.at(0, 0, 0, 0)),
            end: Some(WallTime::new(after.at(0, 0, 0, 0))),
            clock: Clock::Days,
            open,
            unsure: false,
        }
    }

    /// Writes DTSTART and DTEND and notes the zone.
    pub(super) fn write(&self, out: &mut Vec<u8>, used: &mut Used) {
        self.clock.wall(out, "DTSTART", self.start);
        if let Some(end) = self.end {
            self.clock.wall(out, "DTEND", end);
        }
        if let Clock::Local(zone, name) = self.clock {
            let last = self.end.unwrap_or(self.start).at.year();
            let first = self.start.at.year();
            used.add_as(zone, name, Years { first, last });
        }
    }
}

impl Shown<'_> {
    /// Writes DTSTART alone, and so that it names no zone.
    pub(super) fn write_start_without_zone(&self, out: &mut Vec<u8>) {
        let clock = match self.clock {
            Clock::Local(zone, _) => Clock::Utc(zone),
            other => other,
        };
        clock.wall(out, "DTSTART", self.start);
    }
}

impl Clock<'_> {
    /// Writes one property whose value is a reading of this clock.
    pub(super) fn wall(self, out: &mut Vec<u8>, name: &'static str, time: WallTime) {
        let line = Line::new(out, name);
        match self {
            Self::Days => line
                .param("VALUE", "DATE")
                .plain(Stamp::date(time.at.date()).as_str()),
            Self::Floating => line.plain(Stamp::local(time.at).as_str()),
            Self::Local(zone, name) => line
                .param("TZID", &named(zone, name))
                .plain(Stamp::local(time.at).as_str()),
            Self::Utc(zone) => line.plain(Stamp::utc(time.instant(zone)).as_str()),
        }
    }

    /// Writes RDATE, EXDATE or RECURRENCE-ID, in the value type of DTSTART.
    pub(super) fn instance(self, out: &mut Vec<u8>, name: &'static str, at: RecurrenceId) {
        self.wall(out, name, WallTime::new(at.at()));
    }

    /// Writes an extra instance with an end of its own (RFC 5545 §3.8.5.2, a PERIOD).
    pub(super) fn period(self, out: &mut Vec<u8>, start: DateTime, end: DateTime) {
        let line = Line::new(out, "RDATE");
        let (line, stamp): (_, &dyn Fn(DateTime) -> Stamp) = match &self {
            Self::Days | Self::Floating => (line, &Stamp::local),
            Self::Local(zone, name) => (line.param("TZID", &named(zone, *name)), &Stamp::local),
            Self::Utc(zone) => (line, &|at| Stamp::utc(WallTime::new(at).instant(zone))),
        };
        let period = format!("{}/{}", stamp(start).as_str(), stamp(end).as_str());
        line.param("VALUE", "PERIOD").plain(&period);
    }
}

fn named<'a>(zone: &'a Zone, name: Option<&'static str>) -> Cow<'a, str> {
    name.map_or_else(|| tzid(zone), Cow::Borrowed)
}

/// True where the clock shows this reading exactly once: neither skipped nor repeated.
fn is_plain(time: WallTime, zone: &Zone) -> bool {
    matches!(
        zone.rules().to_ambiguous_timestamp(time.at).offset(),
        AmbiguousOffset::Unambiguous { .. }
    )
}

/// True where local time with a TZID would mean another instant: it cannot name the second pass
/// through a repeated hour (RFC 5545 §3.3.5 takes the first).
fn needs_instant(zoned: &Zoned) -> bool {
    let first_pass = |t: WallTime| WallTime::new(t.at).instant(&zoned.zone);
    [Some(zoned.start), zoned.end]
        .into_iter()
        .flatten()
        .any(|t| first_pass(t) != t.instant(&zoned.zone))
}
