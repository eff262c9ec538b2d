//! When an event is (R4). Local time and zone are the truth; instants are derived from them.

use crate::zone::Zone;
use jiff::civil::{Date, DateTime};
use jiff::tz::AmbiguousOffset;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// First year that an event may lie in. Nothing is ever clamped into the range: it is refused.
pub const FIRST_YEAR: i16 = 1900;
/// Last year that an event may lie in.
pub const LAST_YEAR: i16 = 2199;

/// A local clock reading. `second` picks the later of the two moments that a clock shows twice
/// when it is put back; it is false everywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime {
    /// What the clock on the wall shows.
    pub at: DateTime,
    /// The second pass through an hour that happens twice.
    pub second: bool,
}

impl WallTime {
    /// A clock reading; the first pass where there are two.
    pub const fn new(at: DateTime) -> Self {
        Self { at, second: false }
    }

    /// The instant of this reading in a zone. A reading inside a gap moves forward by the gap's
    /// length, as RFC 5545 §3.3.5 wants.
    pub fn instant(&self, zone: &Zone) -> Timestamp {
        let ambiguous = zone.rules().to_ambiguous_zoned(self.at);
        let picked = match (ambiguous.offset(), self.second) {
            (AmbiguousOffset::Fold { .. }, true) => ambiguous.later(),
            _ => ambiguous.compatible(),
        };
        // `EventTime::check` refuses all but 1900-2199, but rules end "on 9999-12-31", which is
        // later than any timestamp.
        let furthest = match self.at.year() {
            ..1900 => Timestamp::MIN,
            _ => Timestamp::MAX,
        };
        picked.map_or(furthest, |z| z.timestamp())
    }

    /// The clock reading of an instant in a zone; [`WallTime::instant`] gives the instant back.
    pub fn of(instant: Timestamp, zone: &Zone) -> Self {
        let at = instant.to_zoned(zone.rules().clone()).datetime();
        let first = Self::new(at);
        Self {
            at,
            second: first.instant(zone) != instant,
        }
    }
}

/// A moment or a span of clock time in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zoned {
    /// Start, read in `zone`.
    pub start: WallTime,
    /// End, exclusive, read in `zone`; `None` for openings and deadlines, which have none.
    pub end: Option<WallTime>,
    /// Where the clock hangs.
    pub zone: Zone,
}

/// When an event is. Each renderer matches all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Wire", try_from = "Wire")]
pub enum EventTime {
    /// A moment or span in a time zone.
    Zoned(Zoned),
    /// The same clock reading wherever the reader is.
    Floating {
        /// Start on the reader's own clock.
        start: DateTime,
        /// End, exclusive; none for openings and deadlines.
        end: Option<DateTime>,
    },
    /// A day or several whole days.
    AllDay {
        /// First day.
        first: Date,
        /// Last day, inclusive (RFC 5545's DTEND is the day after).
        last: Date,
    },
    /// The day is known, the hour is not yet.
    DateOnly {
        /// The day.
        date: Date,
    },
    /// Some time between two days; which is not yet known.
    Window {
        /// First possible day.
        first: Date,
        /// Last possible day, inclusive.
        last: Date,
    },
    /// To be announced. Where it once had a date, it stays on those days and says so, so that
    /// it never vanishes from a subscriber's calendar.
    Undecided {
        /// The days it was last announced for, both inclusive.
        was: Option<(Date, Date)>,
    },
}

/// Why a time is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// A year that no schedule of ours can mean.
    #[error("the year {0} is outside {FIRST_YEAR}-{LAST_YEAR}")]
    YearOutOfRange(i16),
    /// It would end before it starts.
    #[error("it ends before it starts")]
    EndsBeforeStart,
}

impl EventTime {
    /// A span in a zone from two clock readings.
    pub fn zoned(start: DateTime, end: Option<DateTime>, zone: Zone) -> Self {
        Self::Zoned(Zoned {
            start: WallTime::new(start),
            end: end.map(WallTime::new),
            zone,
        })
    }

    /// One whole day.
    pub const fn day(date: Date) -> Self {
        Self::AllDay {
            first: date,
            last: date,
        }
    }

    /// Refuses years outside 1900-2199 and ends before starts.
    pub fn check(&self) -> Result<(), TimeError> {
        for year in self.years() {
            if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
                return Err(TimeError::YearOutOfRange(year));
            }
        }
        let forwards = match self {
            Self::Zoned(z) => z
                .end
                .is_none_or(|end| end.instant(&z.zone) >= z.start.instant(&z.zone)),
            Self::Floating { start, end } => end.is_none_or(|end| end >= *start),
            Self::AllDay { first, last } | Self::Window { first, last } => last >= first,
            Self::DateOnly { .. } => true,
            Self::Undecided { was } => was.is_none_or(|(first, last)| last >= first),
        };
        if forwards {
            Ok(())
        } else {
            Err(TimeError::EndsBeforeStart)
        }
    }

    fn years(&self) -> Vec<i16> {
        match self {
            Self::Zoned(z) => {
                let mut years = vec![z.start.at.year()];
                years.extend(z.end.map(|e| e.at.year()));
                years
            }
            Self::Floating { start, end } => {
                let mut years = vec![start.year()];
                years.extend(end.map(|e| e.year()));
                years
            }
            Self::AllDay { first, last } | Self::Window { first, last } => {
                vec![first.year(), last.year()]
            }
            Self::DateOnly { date } => vec![date.year()],
            Self::Undecided { was } => was
                .map(|(a, b)| vec![a.year(), b.year()])
                .unwrap_or_default(),
        }
    }

    /// The days it touches as somebody in `zone` sees them, both inclusive; `None` when it has
    /// no date. A span that ends at midnight does not touch the day that begins then.
    pub fn days(&self, zone: &Zone) -> Option<(Date, Date)> {
        match self {
            Self::Zoned(z) => {
                let start = WallTime::of(z.start.instant(&z.zone), zone).at;
                let end = z.end.map(|e| WallTime::of(e.instant(&z.zone), zone).at);
                Some((start.date(), last_day(start, end)))
            }
            Self::Floating { start, end } => Some((start.date(), last_day(*start, *end))),
            Self::AllDay { first, last } | Self::Window { first, last } => Some((*first, *last)),
            Self::DateOnly { date } => Some((*date, *date)),
            Self::Undecided { was } => *was,
        }
    }

    /// Start and exclusive end as instants, whole days and floating times read in `zone`.
    /// An event without an end ends when it starts. `None` when it has no date.
    pub fn instants(&self, zone: &Zone) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::Zoned(z) => {
                let start = z.start.instant(&z.zone);
                Some((start, z.end.map_or(start, |e| e.instant(&z.zone))))
            }
            Self::Floating { start, end } => {
                let from = WallTime::new(*start).instant(zone);
                Some((from, end.map_or(from, |e| WallTime::new(e).instant(zone))))
            }
            _ => {
                let (first, last) = self.days(zone)?;
                let after = last.checked_add(1.day()).unwrap_or(last);
                Some((
                    WallTime::new(first.at(0, 0, 0, 0)).instant(zone),
                    WallTime::new(after.at(0, 0, 0, 0)).instant(zone),
                ))
            }
        }
    }

    /// The same time on another day; `None` where that leaves the calendar's years.
    pub fn plus_days(&self, days: i32) -> Option<Self> {
        let moved = |date: Date| date.checked_add(days.days()).ok();
        let clock = |at: DateTime| moved(at.date()).map(|date| date.to_datetime(at.time()));
        let wall = |wall: WallTime| clock(wall.at).map(WallTime::new);
        let time = match self {
            Self::Zoned(z) => Self::Zoned(Zoned {
                start: wall(z.start)?,
                end: z.end.map_or(Some(None), |end| wall(end).map(Some))?,
                zone: z.zone.clone(),
            }),
            Self::Floating { start, end } => Self::Floating {
                start: clock(*start)?,
                end: end.map_or(Some(None), |end| clock(end).map(Some))?,
            },
            Self::AllDay { first, last } => Self::AllDay {
                first: moved(*first)?,
                last: moved(*last)?,
            },
            Self::DateOnly { date } => Self::DateOnly {
                date: moved(*date)?,
            },
            Self::Window { first, last } => Self::Window {
                first: moved(*first)?,
                last: moved(*last)?,
            },
            Self::Undecided {
                was: Some((first, last)),
            } => Self::Undecided {
                was: Some((moved(*first)?, moved(*last)?)),
            },
            Self::Undecided { was: None } => Self::Undecided { was: None },
        };
        time.check().ok().map(|()| time)
    }

    /// True where a calendar shows it as a bar over days instead of a block of hours.
    pub const fn is_all_day(&self) -> bool {
        !matches!(self, Self::Zoned(_) | Self::Floating { .. })
    }

    /// True when day or hour are still to be announced.
    pub const fn is_undecided(&self) -> bool {
        matches!(
            self,
            Self::DateOnly { .. } | Self::Window { .. } | Self::Undecided { .. }
        )
    }

    /// True for the kinds that can repeat: clock times and whole days.
    pub const fn can_repeat(&self) -> bool {
        matches!(
            self,
            Self::Zoned(_) | Self::Floating { .. } | Self::AllDay { .. }
        )
    }
}

fn last_day(start: DateTime, end: Option<DateTime>) -> Date {
    match end {
        Some(end) if end > start && end.time() == jiff::civil::Time::midnight() => {
            end.date().yesterday().unwrap_or(end.date())
        }
        Some(end) if end > start => end.date(),
        _ => start.date(),
    }
}

/// The stored and exported form of [`EventTime`].
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Wire {
    Zoned {
        start: DateTime,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<DateTime>,
        zone: Zone,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        start_second: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        end_second: bool,
    },
    Floating {
        start: DateTime,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<DateTime>,
    },
    AllDay {
        first: Date,
        last: Date,
    },
    DateOnly {
        date: Date,
    },
    Window {
        first: Date,
        last: Date,
    },
    Undecided {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<(Date, Date)>,
    },
}

impl From<EventTime> for Wire {
    fn from(time: EventTime) -> Self {
        match time {
            EventTime::Zoned(z) => Self::Zoned {
                start: z.start.at,
                end: z.end.map(|e| e.at),
                zone: z.zone,
                start_second: z.start.second,
                end_second: z.end.is_some_and(|e| e.second),
            },
            EventTime::Floating { start, end } => Self::Floating { start, end },
            EventTime::AllDay { first, last } => Self::AllDay { first, last },
            EventTime::DateOnly { date } => Self::DateOnly { date },
            EventTime::Window { first, last } => Self::Window { first, last },
            EventTime::Undecided { was } => Self::Undecided { was },
        }
    }
}

impl TryFrom<Wire> for EventTime {
    type Error = TimeError;

    fn try_from(wire: Wire) -> Result<Self, TimeError> {
        let time = match wire {
            Wire::Zoned {
                start,
                end,
                zone,
                start_second,
                end_second,
            } => Self::Zoned(Zoned {
                start: WallTime {
                    at: start,
                    second: start_second,
                },
                end: end.map(|at| WallTime {
                    at,
                    second: end_second,
                }),
                zone,
            }),
            Wire::Floating { start, end } => Self::Floating { start, end },
            Wire::AllDay { first, last } => Self::AllDay { first, last },
            Wire::DateOnly { date } => Self::DateOnly { date },
            Wire::Window { first, last } => Self::Window { first, last },
            Wire::Undecided { was } => Self::Undecided { was },
        };
        time.check()?;
        Ok(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap_or_else(|| unreachable!("{name} is bundled"))
    }

    #[test]
    fn gaps_move_forward_and_folds_take_the_first() {
        let ny = zone("America/New_York");
        let gap = WallTime::new(datetime(2026, 3, 8, 2, 30, 0, 0));
        assert_eq!(gap.instant(&ny).to_string(), "2026-03-08T07:30:00Z");
        let fold = WallTime::new(datetime(2026, 11, 1, 1, 30, 0, 0));
        assert_eq!(fold.instant(&ny).to_string(), "2026-11-01T05:30:00Z");
        let later = WallTime {
            second: true,
            ..fold
        };
        assert_eq!(later.instant(&ny).to_string(), "2026-11-01T06:30:00Z");
        assert_eq!(WallTime::of(later.instant(&ny), &ny), later);
    }

    #[test]
    fn readings_beyond_all_timestamps_are_the_first_or_last_one() {
        let last = WallTime::new(datetime(9999, 12, 31, 23, 59, 59, 0));
        assert_eq!(last.instant(&Zone::utc()), Timestamp::MAX);
        let first = WallTime::new(datetime(-9999, 1, 1, 0, 0, 0, 0));
        assert_eq!(first.instant(&Zone::utc()), Timestamp::MIN);
    }

    #[test]
    fn a_span_until_midnight_stays_on_its_day() {
        let time = EventTime::zoned(
            datetime(2026, 12, 31, 18, 0, 0, 0),
            Some(datetime(2027, 1, 1, 0, 0, 0, 0)),
            Zone::seoul(),
        );
        assert_eq!(
            time.days(&Zone::seoul()),
            Some((date(2026, 12, 31), date(2026, 12, 31)))
        );
    }

    #[test]
    fn years_outside_the_range_are_refused_by_name() {
        let early = EventTime::day(date(1899, 12, 31));
        assert_eq!(early.check(), Err(TimeError::YearOutOfRange(1899)));
        let late = EventTime::zoned(datetime(2200, 1, 1, 0, 0, 0, 0), None, Zone::utc());
        assert_eq!(late.check(), Err(TimeError::YearOutOfRange(2200)));
    }

    #[test]
    fn every_kind_reads_back_as_written() {
        let seoul = Zone::seoul();
        let start = datetime(2027, 4, 5, 18, 30, 0, 0);
        for time in [
            EventTime::zoned(
                start,
                Some(datetime(2027, 4, 5, 21, 30, 0, 0)),
                seoul.clone(),
            ),
            EventTime::zoned(start, None, seoul),
            EventTime::Floating { start, end: None },
            EventTime::AllDay {
                first: date(2027, 4, 10),
                last: date(2027, 4, 11),
            },
            EventTime::DateOnly {
                date: date(2027, 4, 10),
            },
            EventTime::Window {
                first: date(2027, 4, 1),
                last: date(2027, 4, 30),
            },
            EventTime::Undecided {
                was: Some((date(2027, 4, 1), date(2027, 4, 2))),
            },
            EventTime::Undecided { was: None },
        ] {
            let json = serde_json::to_string(&time).unwrap_or_default();
            assert_eq!(
                serde_json::from_str::<EventTime>(&json).ok(),
                Some(time),
                "{json}"
            );
        }
    }
}
