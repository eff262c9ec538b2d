//! Dates and times as people say them, in the reader's language and the calendar's zone, counted
//! from an injected today. Ends are inclusive here, as in speech (R4).

use crate::locale::T;
use domain::time::{EventTime, WallTime};
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};

/// The clock and calendar on the reader's wall.
#[derive(Clone)]
pub struct Reading {
    t: T,
    zone: Zone,
    now: Timestamp,
    today: Date,
}

/// A date as the largest thing on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// `2027-04-05`, for machines.
    pub iso: String,
    /// Day of the week, short.
    pub weekday: &'static str,
    /// Day of the month.
    pub day: String,
    /// Month, short.
    pub month: &'static str,
    /// The year, where it is not this one.
    pub year: Option<String>,
    /// Today, tomorrow and their neighbours, in a word.
    pub relative: Option<&'static str>,
    /// It is today.
    pub today: bool,
    /// The whole date in words.
    pub spoken: String,
}

/// When something is, relative where that is natural, and always absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// "내일 오후 6:30"; only for a day near today.
    pub relative: Option<String>,
    /// "4월 5일 (월) 오후 6:30~9:30".
    pub absolute: String,
}

impl Reading {
    /// For a reader in this language, of a calendar in this zone, now.
    pub fn new(t: T, zone: &Zone, now: Timestamp) -> Self {
        Self {
            t,
            zone: zone.clone(),
            now,
            today: WallTime::of(now, zone).at.date(),
        }
    }

    /// The language that it is read in.
    pub const fn t(&self) -> T {
        self.t
    }

    /// Now.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Today in the zone.
    pub const fn today(&self) -> Date {
        self.today
    }

    /// The zone that times are read in.
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// "4월 5일 (월)", with the year where it is not this one.
    pub fn date(&self, date: Date) -> String {
        let key = if date.year() == self.today.year() {
            "when.pattern.date"
        } else {
            "when.pattern.date_year"
        };
        self.t.f(
            key,
            &[
                ("year", &date.year().to_string()),
                ("month", &date.month().to_string()),
                ("month_name", month(self.t, date)),
                ("day", &date.day().to_string()),
                ("weekday", weekday(self.t, date.weekday())),
            ],
        )
    }

    /// "2026년 12월".
    pub fn month(&self, date: Date) -> String {
        self.t.f(
            "when.pattern.month",
            &[
                ("year", &date.year().to_string()),
                ("month", &date.month().to_string()),
                ("month_name", long_month(self.t, date)),
            ],
        )
    }

    /// Yesterday, today, tomorrow, the day after; `None` for other days.
    pub fn relative(&self, date: Date) -> Option<&'static str> {
        let days = self.today.until(date).ok()?.get_days();
        let key = match days {
            -1 => "when.yesterday",
            0 => "when.today",
            1 => "when.tomorrow",
            2 => "when.day_after",
            _ => return None,
        };
        Some(self.t.s(key))
    }

    /// The date as a tile.
    pub fn tile(&self, date: Date) -> Tile {
        Tile {
            iso: date.to_string(),
            weekday: weekday(self.t, date.weekday()),
            day: date.day().to_string(),
            month: month(self.t, date),
            year: (date.year() != self.today.year()).then(|| date.year().to_string()),
            relative: self.relative(date),
            today: date == self.today,
            spoken: self.date(date),
        }
    }

    /// "오후 6:30" or "18:30".
    pub fn clock(&self, time: Time) -> String {
        self.clock_by("when.pattern.clock", time)
    }

    /// An instant on the wall: date and time.
    pub fn instant(&self, at: Timestamp) -> String {
        self.day_and(WallTime::of(at, &self.zone).at)
    }

    /// The hours alone, for a row that stands under its date.
    pub fn hours(&self, time: &EventTime) -> String {
        match time {
            EventTime::Zoned(_) | EventTime::Floating { .. } => match self.clocks(time) {
                Some((start, Some(end))) if is_one_night(start, end) => {
                    let pair = [
                        ("from", &*self.clock(start.time())),
                        ("to", &*self.clock(end.time())),
                    ];
                    self.t.f("when.overnight", &pair)
                }
                Some((start, end)) => self.hours_between(start, end),
                None => String::new(),
            },
            EventTime::AllDay { first, last } if first == last => self.t.s("when.all_day").into(),
            EventTime::AllDay { first, last } => self.days(*first, *last),
            EventTime::DateOnly { .. } => self.t.s("when.no_time").into(),
            EventTime::Window { first, last } => self.window(*first, *last),
            EventTime::Undecided { .. } => self.t.s("when.no_date").into(),
        }
    }

    /// The whole of it.
    pub fn speak(&self, time: &EventTime) -> Spoken {
        Spoken {
            relative: self.speak_relative(time),
            absolute: self.speak_absolute(time),
        }
    }

    fn speak_absolute(&self, time: &EventTime) -> String {
        match time {
            EventTime::Zoned(_) | EventTime::Floating { .. } => match self.clocks(time) {
                Some((start, end)) if spans_days(start, end) => self.hours_between(start, end),
                Some((start, end)) => {
                    self.join(&self.date(start.date()), &self.hours_between(start, end))
                }
                None => String::new(),
            },
            EventTime::AllDay { first, last } if first == last => {
                self.join(&self.date(*first), self.t.s("when.all_day"))
            }
            EventTime::AllDay { first, last } => self.days(*first, *last),
            EventTime::DateOnly { date } => self.join(&self.date(*date), self.t.s("when.no_time")),
            EventTime::Window { first, last } => self.window(*first, *last),
            EventTime::Undecided { was: None } => self.t.s("when.no_date").into(),
            EventTime::Undecided {
                was: Some((first, last)),
            } => self
                .t
                .f("when.no_date_was", &[("was", &self.days(*first, *last))]),
        }
    }

    fn speak_relative(&self, time: &EventTime) -> Option<String> {
        let (first, _) = match time {
            EventTime::Window { .. } | EventTime::Undecided { .. } => None,
            _ => time.days(&self.zone),
        }?;
        let day = self.relative(first)?;
        Some(match self.clocks(time) {
            Some((start, _)) => self.join(day, &self.clock(start.time())),
            None => day.to_owned(),
        })
    }

    /// "4월 10일 (토) ~ 4월 11일 (일)", both inclusive; one day as one.
    pub fn days(&self, first: Date, last: Date) -> String {
        if first == last {
            return self.date(first);
        }
        let pair = [("from", &*self.date(first)), ("to", &*self.date(last))];
        self.t.f("when.pattern.days", &pair)
    }

    fn window(&self, first: Date, last: Date) -> String {
        let days = self.days(first, last);
        self.t.f("when.window", &[("days", &days)])
    }

    /// Start and end as the clocks of the zone show them; `None` for what has no hour.
    fn clocks(&self, time: &EventTime) -> Option<(DateTime, Option<DateTime>)> {
        match time {
            EventTime::Zoned(z) => {
                let here = |wall: WallTime| WallTime::of(wall.instant(&z.zone), &self.zone).at;
                Some((here(z.start), z.end.map(here)))
            }
            EventTime::Floating { start, end } => Some((*start, *end)),
            _ => None,
        }
    }

    fn hours_between(&self, start: DateTime, end: Option<DateTime>) -> String {
        let Some(end) = end.filter(|end| *end > start) else {
            return self.clock(start.time());
        };
        if spans_days(start, Some(end)) {
            let pair = [("from", &*self.day_and(start)), ("to", &*self.day_and(end))];
            return self.t.f("when.pattern.days", &pair);
        }
        let to = if end.date() != start.date() {
            self.t.s("when.midnight_end").to_owned()
        } else if half(self.t, start.time()) == half(self.t, end.time()) {
            self.clock_by("when.pattern.clock_again", end.time())
        } else {
            self.clock(end.time())
        };
        let pair = [("from", &*self.clock(start.time())), ("to", &*to)];
        self.t.f("when.pattern.hours", &pair)
    }

    fn day_and(&self, at: DateTime) -> String {
        self.join(&self.date(at.date()), &self.clock(at.time()))
    }

    fn join(&self, day: &str, hours: &str) -> String {
        self.t
            .f("when.pattern.join", &[("day", day), ("hours", hours)])
    }

    fn clock_by(&self, pattern: &'static str, time: Time) -> String {
        let hour12 = match time.hour() % 12 {
            0 => 12,
            hour => hour,
        };
        self.t.f(
            pattern,
            &[
                ("half", half(self.t, time)),
                ("hour12", &hour12.to_string()),
                ("hour24", &format!("{:02}", time.hour())),
                ("minute", &format!("{:02}", time.minute())),
            ],
        )
    }

    /// The name of a zone at a moment: "한국 시간", "Europe/London (UTC+1)".
    pub fn zone_name(&self, zone: &Zone, at: Timestamp) -> String {
        match zone.name() {
            "Asia/Seoul" => return self.t.s("when.zone_seoul").into(),
            "UTC" => return self.t.s("when.zone_utc").into(),
            _ => {}
        }
        let seconds = zone.rules().to_offset(at).seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
        let offset = match minutes {
            0 => format!("{sign}{hours}"),
            _ => format!("{sign}{hours}:{minutes:02}"),
        };
        let city = match zone.name().split_once('/') {
            Some(_) => zone.name().replace('_', " "),
            None => zone.name().to_owned(),
        };
        self.t
            .f("when.zone", &[("name", &city), ("offset", &offset)])
    }
}

/// True when the end lies on another day; an end at midnight still belongs to the day before.
fn spans_days(start: DateTime, end: Option<DateTime>) -> bool {
    let Some(end) = end.filter(|end| *end > start) else {
        return false;
    };
    let next = start.date().tomorrow().unwrap_or(start.date());
    let at_midnight = end.date() == next && end.time() == Time::midnight();
    end.date() != start.date() && !at_midnight
}

/// True for what ends on the morning after: less than a day, into the next date.
fn is_one_night(start: DateTime, end: DateTime) -> bool {
    let next = start.date().tomorrow().unwrap_or(start.date());
    spans_days(start, Some(end)) && end.date() == next && end.time() < start.time()
}

fn half(t: T, time: Time) -> &'static str {
    t.s(if time.hour() < 12 {
        "when.morning"
    } else {
        "when.afternoon"
    })
}

/// The short name of a day of the week.
pub fn weekday(t: T, day: Weekday) -> &'static str {
    t.s(match day {
        Weekday::Monday => "when.weekday.mon",
        Weekday::Tuesday => "when.weekday.tue",
        Weekday::Wednesday => "when.weekday.wed",
        Weekday::Thursday => "when.weekday.thu",
        Weekday::Friday => "when.weekday.fri",
        Weekday::Saturday => "when.weekday.sat",
        Weekday::Sunday => "when.weekday.sun",
    })
}

fn month(t: T, date: Date) -> &'static str {
    t.s(match date.month() {
        1 => "when.month.m1",
        2 => "when.month.m2",
        3 => "when.month.m3",
        4 => "when.month.m4",
        5 => "when.month.m5",
        6 => "when.month.m6",
        7 => "when.month.m7",
        8 => "when.month.m8",
        9 => "when.month.m9",
        10 => "when.month.m10",
        11 => "when.month.m11",
        _ => "when.month.m12",
    })
}

fn long_month(t: T, date: Date) -> &'static str {
    t.s(match date.month() {
        1 => "when.long_month.m1",
        2 => "when.long_month.m2",
        3 => "when.long_month.m3",
        4 => "when.long_month.m4",
        5 => "when.long_month.m5",
        6 => "when.long_month.m6",
        7 => "when.long_month.m7",
        8 => "when.long_month.m8",
        9 => "when.long_month.m9",
        10 => "when.long_month.m10",
        11 => "when.long_month.m11",
        _ => "when.long_month.m12",
    })
}

#[cfg(test)]
mod tests;
