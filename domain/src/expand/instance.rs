//! One instance: what it says and when it is.

use crate::event::Occurrence;
use crate::series::RecurrenceId;
use crate::time::{EventTime, WallTime, Zoned};
use crate::zone::Zone;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// One instance of an event.
#[derive(Debug, Clone)]
pub struct Instance<'a> {
    /// Which instance of the series; `None` for an event that happens once.
    pub recurrence_id: Option<RecurrenceId>,
    /// What it says. Its time is the first instance's, unless it was changed:
    /// [`Instance::time`] has the right one.
    pub what: &'a Occurrence,
    /// A changed instance, or one that only a changed instance adds.
    pub changed: bool,
    /// Where it lies instead of where `what` says; `None` where that is right.
    pub(super) shift: Option<Shift>,
}

/// Where an unchanged instance lies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift {
    pub(super) start: DateTime,
    /// Its own end, where the source gave one.
    pub(super) end: Option<DateTime>,
}

impl Shift {
    /// The end of an instance, as far from its start as the first one's end from its own.
    fn end(&self, first: DateTime, end: Option<DateTime>) -> Option<DateTime> {
        let usual = || Some(self.start.saturating_add(end?.duration_since(first)));
        self.end.or_else(usual)
    }

    fn span(&self, z: &Zoned) -> (WallTime, Option<WallTime>) {
        let start = WallTime::new(self.start);
        let end = self.end(z.start.at, z.end.map(|end| end.at));
        (start, end.map(|end| end_not_before(start, end, &z.zone)))
    }

    fn days(&self, first: Date, last: Date) -> (Date, Date) {
        let start = self.start.date();
        let after = self.end(midnight(first), Some(midnight(next_day(last))));
        let last = after.and_then(|after| after.date().yesterday().ok());
        (start, last.unwrap_or(start).max(start))
    }
}

pub(super) fn midnight(date: Date) -> DateTime {
    date.at(0, 0, 0, 0)
}

fn next_day(date: Date) -> Date {
    date.tomorrow().unwrap_or(date)
}

impl Instance<'_> {
    /// When it is.
    ///
    /// It lasts as long as the first one *on the clock*: people read 18:30-21:30 on every day,
    /// also on the day the clocks change. RFC 5545 §3.8.5.3 asks for the exact duration where
    /// the source gave DTEND; schedules are announced with both clock times.
    pub fn time(&self) -> EventTime {
        let Some(shift) = self.shift else {
            return self.what.time.clone();
        };
        match &self.what.time {
            EventTime::Zoned(z) => {
                let (start, end) = shift.span(z);
                let zone = z.zone.clone();
                EventTime::Zoned(Zoned { start, end, zone })
            }
            EventTime::Floating { start, end } => EventTime::Floating {
                start: shift.start,
                end: shift.end(*start, *end),
            },
            EventTime::AllDay { first, last } => {
                let (first, last) = shift.days(*first, *last);
                EventTime::AllDay { first, last }
            }
            other => other.clone(),
        }
    }

    /// Start and exclusive end; see [`EventTime::instants`]. An instance that lost its date stays
    /// where the series had it.
    pub fn instants(&self, home: &Zone) -> Option<(Timestamp, Timestamp)> {
        // The common case, without a copy of the zone.
        if let (Some(shift), EventTime::Zoned(z)) = (self.shift, &self.what.time) {
            let (start, end) = shift.span(z);
            let from = start.instant(&z.zone);
            return Some((from, end.map_or(from, |end| end.instant(&z.zone))));
        }
        self.time().instants(home).or_else(|| {
            let at = WallTime::new(self.recurrence_id?.at()).instant(home);
            Some((at, at))
        })
    }

    /// What it says, whole, with its own time.
    pub fn occurrence(&self) -> Occurrence {
        Occurrence {
            time: self.time(),
            ..self.what.clone()
        }
    }
}

/// A start inside a gap moves forward by the gap's length (RFC 5545 §3.3.5) and may overtake its
/// end, which then moves as far.
fn end_not_before(start: WallTime, end: DateTime, zone: &Zone) -> WallTime {
    let begins = start.instant(zone);
    let wall = WallTime::new(end);
    if end < start.at || wall.instant(zone) >= begins {
        return wall;
    }
    let length = end.duration_since(start.at);
    WallTime::of(begins.checked_add(length).unwrap_or(begins), zone)
}
