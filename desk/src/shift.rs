//! Moving events in time by a given amount.

use domain::event::EventBody;
use domain::time::{EventTime, WallTime, Zoned};
use jiff::SignedDuration;
use jiff::civil::DateTime;

/// By how much events move, on their own clocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shift {
    /// Whole days; backwards where negative.
    pub days: i32,
    /// Minutes of clock time besides; only events with a clock time can move by minutes.
    pub minutes: i32,
}

/// Why an event cannot be moved by a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotShift {
    /// A rule that names its days would no longer fit its first day.
    #[error("a repeating event is moved by changing its rule")]
    Repeats,
    /// It has no clock time.
    #[error("an event without a clock time cannot move by minutes")]
    NoClock,
    /// Its new time would leave the years that schedules lie in.
    #[error("its new time would leave the years that schedules lie in")]
    OutOfRange,
}

impl Shift {
    /// The time that a body has after the move.
    pub fn of(self, body: &EventBody) -> Result<EventTime, CannotShift> {
        if body.series.is_some() {
            return Err(CannotShift::Repeats);
        }
        let time = &body.main.time;
        // By no day at all a time would keep its place, but lose which of two equal readings it is.
        let moved = if self.days == 0 {
            time.clone()
        } else {
            time.plus_days(self.days).ok_or(CannotShift::OutOfRange)?
        };
        if self.minutes == 0 {
            return Ok(moved);
        }
        let by = SignedDuration::from_mins(self.minutes.into());
        let clock = |at: DateTime| at.checked_add(by).map_err(|_| CannotShift::OutOfRange);
        let wall = |wall: WallTime| clock(wall.at).map(WallTime::new);
        let moved = match moved {
            EventTime::Zoned(z) => EventTime::Zoned(Zoned {
                start: wall(z.start)?,
                end: z.end.map(wall).transpose()?,
                zone: z.zone,
            }),
            EventTime::Floating { start, end } => EventTime::Floating {
                start: clock(start)?,
                end: end.map(clock).transpose()?,
            },
            _ => return Err(CannotShift::NoClock),
        };
        match moved.check() {
            Ok(()) => Ok(moved),
            Err(_) => Err(CannotShift::OutOfRange),
        }
    }

    /// The move that takes this one back.
    #[must_use]
    pub const fn back(self) -> Self {
        Self {
            days: -self.days,
            minutes: -self.minutes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::event::Occurrence;
    use domain::series::Series;
    use domain::text::{Lang, Text};
    use domain::zone::Zone;
    use jiff::ToSpan;
    use jiff::civil::date;

    fn body(time: EventTime) -> EventBody {
        Occurrence::new(Text::new(Lang::KO, "경기"), time).into()
    }

    fn game(day: i8, hour: i8) -> EventTime {
        let start = date(2027, 4, day).at(hour, 30, 0, 0);
        let end = start.checked_add(3.hours()).unwrap();
        EventTime::zoned(start, Some(end), Zone::seoul())
    }

    #[test]
    fn clock_times_move_by_days_and_minutes_and_back() {
        for (days, minutes, want) in [
            (1, 0, game(6, 18)),
            (0, -60, game(5, 17)),
            (2, 120, game(7, 20)),
            (0, 24 * 60, game(6, 18)),
        ] {
            let shift = Shift { days, minutes };
            assert_eq!(shift.of(&body(game(5, 18))).as_ref(), Ok(&want));
            assert_eq!(shift.back().of(&body(want)), Ok(game(5, 18)));
        }
    }

    #[test]
    fn what_cannot_be_moved_is_refused_by_name() {
        let day = body(EventTime::day(date(2027, 4, 5)));
        let by = |days, minutes| Shift { days, minutes };
        assert_eq!(by(1, 0).of(&day), Ok(EventTime::day(date(2027, 4, 6))));
        assert_eq!(by(0, 30).of(&day), Err(CannotShift::NoClock));
        assert_eq!(by(90_000, 0).of(&day), Err(CannotShift::OutOfRange));
        assert_eq!(
            by(0, i32::MAX).of(&body(game(5, 18))),
            Err(CannotShift::OutOfRange)
        );
        let mut weekly = body(game(5, 18));
        weekly.series = Some(Series::default());
        assert_eq!(by(1, 0).of(&weekly), Err(CannotShift::Repeats));
    }
}
