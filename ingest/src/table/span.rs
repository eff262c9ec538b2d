//! From what a row's cells say about when to the event's time.

use super::moment::{Hour, Moment, Partial};
use super::written::Written;
use super::year::{Era, Years};
use domain::caps;
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

/// What the cells of one row say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub(super) date: Written,
    pub(super) end: Written,
    pub(super) time: Written,
    pub(super) end_time: Written,
    /// The row's own year, where a column says it.
    pub(super) era: Option<Era>,
}

/// A row's time, and what of it the time cannot hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Timing {
    pub(super) time: EventTime,
    /// Daily hours of an event of several days.
    pub(super) hours: Option<String>,
    /// The text's day of the week is another than the date's.
    pub(super) odd_weekday: Option<String>,
}

impl Timing {
    const fn plain(time: EventTime) -> Self {
        Self {
            time,
            hours: None,
            odd_weekday: None,
        }
    }
}

/// The row's time; in the error, why there is none.
pub(super) fn timing(said: &Said, years: &mut Years, zone: &Zone) -> Result<Timing, String> {
    let (start, range_end) = match said.date {
        Written::Undecided => return Ok(Timing::plain(EventTime::Undecided { was: None })),
        Written::Span(start, end) => (start, end),
        Written::Blank | Written::WholeDay => return Err("there is no date".to_owned()),
    };
    let first = years.resolve(start.day.ok_or("there is an hour, but no day")?, said.era)?;
    let end = match said.end {
        Written::Span(end, None) => Some(end),
        Written::Span(_, Some(_)) => return Err("the end is a span itself".to_owned()),
        _ => range_end,
    };
    let last = match end.and_then(|end| end.day) {
        Some(day) => last_day(day, first)?,
        None => first,
    };
    let hours = Hours::of(said, start, end);
    let mut timing = Timing::plain(place(first, last, &hours, zone)?);
    if hours.start.is_some() && timing.time.is_all_day() && !hours.fill_the_day() {
        timing.hours = Some(hours.tell());
    }
    timing.odd_weekday = odd_weekday(start, first).or_else(|| odd_weekday(end?, last));
    check(&timing.time, first, last)?;
    Ok(timing)
}

/// The last day. Without a year of its own it is the first one that is not before the start.
fn last_day(day: Partial, first: Date) -> Result<Date, String> {
    let month = day.month.unwrap_or_else(|| first.month());
    let turned = first.month() - month >= 6;
    let year = day.year.unwrap_or_else(|| first.year() + i16::from(turned));
    Date::new(year, month, day.day)
        .map_err(|_| format!("{year}-{month:02}-{:02} is no day of the calendar", day.day))
}

struct Hours {
    start: Option<Hour>,
    end: Option<Hour>,
    /// They stand in a column of their own: on each of the days, not from first to last.
    daily: bool,
    undecided: bool,
    offset: Option<i32>,
    end_offset: Option<i32>,
}

impl Hours {
    fn of(said: &Said, start: Moment, end: Option<Moment>) -> Self {
        let column = |written: Written| match written {
            Written::Span(start, end) => (start.hour, end.and_then(|end| end.hour)),
            _ => (None, None),
        };
        let ((time, until), (ends, _)) = (column(said.time), column(said.end_time));
        let own = start.hour;
        Self {
            start: own.or(time),
            end: end.and_then(|end| end.hour).or(ends).or(until),
            daily: own.is_none(),
            undecided: said.time == Written::Undecided,
            offset: start.offset,
            end_offset: end.and_then(|end| end.offset).or(start.offset),
        }
    }

    fn fill_the_day(&self) -> bool {
        let from_midnight = self
            .start
            .is_some_and(|h| h.time == Time::midnight() && !h.next_day);
        let to_midnight = |h: Hour| h.next_day || (h.time.hour(), h.time.minute()) == (23, 59);
        from_midnight && self.end.is_some_and(to_midnight)
    }

    fn tell(&self) -> String {
        let clock = |hour: Hour| {
            let late = if hour.next_day { 24 } else { hour.time.hour() };
            format!("{late:02}:{:02}", hour.time.minute())
        };
        match (self.start, self.end) {
            (Some(start), Some(end)) => format!("{}–{}", clock(start), clock(end)),
            (Some(start), None) => clock(start),
            _ => String::new(),
        }
    }
}

fn place(first: Date, last: Date, hours: &Hours, zone: &Zone) -> Result<EventTime, String> {
    let Some(start) = hours.start else {
        return Ok(match (hours.undecided, first == last) {
            (true, true) => EventTime::DateOnly { date: first },
            (true, false) => EventTime::Window { first, last },
            (false, _) => EventTime::AllDay { first, last },
        });
    };
    if hours.fill_the_day() {
        return Ok(EventTime::AllDay { first, last });
    }
    let several = last != first;
    let over_night = first.tomorrow().is_ok_and(|next| next == last)
        && hours
            .end
            .is_some_and(|end| end.time <= start.time && !end.next_day);
    if several && !over_night && (hours.daily || hours.end.is_none()) {
        return Ok(EventTime::AllDay { first, last });
    }
    let begins = at(first, start)?;
    let ends = match hours.end {
        Some(end) => Some(at(last, end)?),
        None => None,
    };
    let ends = match ends {
        Some(ends) if !several && ends == begins => None,
        // A show from ten at night until two ends on the next day.
        Some(ends) if !several && ends < begins => Some(later(ends)?),
        ends => ends,
    };
    let start = wall(begins, hours.offset, zone)?;
    let end = ends
        .map(|ends| wall(ends, hours.end_offset, zone))
        .transpose()?;
    Ok(EventTime::Zoned(Zoned {
        start,
        end,
        zone: zone.clone(),
    }))
}

fn at(date: Date, hour: Hour) -> Result<DateTime, String> {
    let at = date.to_datetime(hour.time);
    if hour.next_day { later(at) } else { Ok(at) }
}

fn later(at: DateTime) -> Result<DateTime, String> {
    at.checked_add(1.day())
        .map_err(|_| "there is no such day".to_owned())
}

/// The reading on the calendar's clock; a written offset is honoured.
fn wall(at: DateTime, offset: Option<i32>, zone: &Zone) -> Result<WallTime, String> {
    let Some(seconds) = offset else {
        return Ok(WallTime::new(at));
    };
    let instant: Option<Timestamp> = Offset::from_seconds(seconds)
        .ok()
        .and_then(|offset| offset.to_timestamp(at).ok());
    let instant = instant.ok_or("there is no such moment")?;
    Ok(WallTime::of(instant, zone))
}

fn odd_weekday(moment: Moment, date: Date) -> Option<String> {
    let said = moment.weekday.filter(|said| *said != date.weekday())?;
    Some(format!("{date} is a {:?}, not a {said:?}", date.weekday()))
}

fn check(time: &EventTime, first: Date, last: Date) -> Result<(), String> {
    time.check().map_err(|cause| match cause {
        domain::time::TimeError::EndsBeforeStart => {
            format!("it ends before it starts: {first} ~ {last}")
        }
        other => other.to_string(),
    })?;
    let days = first.until(last).map_or(0, |span| span.get_days());
    if days > caps::TABLE_SPAN_DAYS {
        return Err(format!(
            "{first} ~ {last} are {days} days: is the end right?"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::moment::{Order, Stands};
    use crate::table::sheet::Cell;
    use crate::table::written;
    use rstest::rstest;

    fn timed(date: &str, end: &str, time: &str, end_time: &str) -> Result<Timing, String> {
        let read = |text: &str, stands| {
            written::read(&Cell::text(text), stands, Order::MonthFirst)
                .map_err(|e| format!("{e:?}"))
        };
        let said = Said {
            date: read(date, Stands::Days)?,
            end: read(end, Stands::Days)?,
            time: read(time, Stands::Hours)?,
            end_time: read(end_time, Stands::Hours)?,
            era: None,
        };
        let mut years = Years::new(Some(Era::calendar(2027)));
        timing(&said, &mut years, &Zone::seoul())
    }

    fn told(timing: &Timing) -> String {
        let text = match &timing.time {
            EventTime::Zoned(z) => {
                let end = z.end.map_or(String::new(), |end| format!(" ~ {}", end.at));
                format!("{}{end}", z.start.at)
            }
            EventTime::AllDay { first, last } => format!("{first} .. {last}"),
            EventTime::DateOnly { date } => format!("{date} at some hour"),
            EventTime::Window { first, last } => format!("between {first} and {last}"),
            other => format!("{other:?}"),
        };
        let hours = timing
            .hours
            .as_ref()
            .map_or(String::new(), |h| format!(" daily {h}"));
        format!("{text}{hours}")
    }

    #[rstest]
    #[case(["2027.05.01", "", "18:30", ""], "2027-05-01T18:30:00")]
    #[case(["5/1", "", "18:30~20:00", ""], "2027-05-01T18:30:00 ~ 2027-05-01T20:00:00")]
    #[case(["5/1", "", "22:00", "02:00"], "2027-05-01T22:00:00 ~ 2027-05-02T02:00:00")]
    #[case(["5/1", "5/2", "22:00", "02:00"], "2027-05-01T22:00:00 ~ 2027-05-02T02:00:00")]
    #[case(["5/1", "", "22:00", "24:00"], "2027-05-01T22:00:00 ~ 2027-05-02T00:00:00")]
    #[case(["5/1", "", "19:00", "19:00"], "2027-05-01T19:00:00")]
    #[case(["5/1", "5/9", "10:00", "17:00"], "2027-05-01 .. 2027-05-09 daily 10:00–17:00")]
    #[case(["5/1 12:00", "5/9 23:59", "", ""], "2027-05-01T12:00:00 ~ 2027-05-09T23:59:00")]
    #[case(["5/1", "", "00:00", "23:59"], "2027-05-01 .. 2027-05-01")]
    #[case(["5/1", "", "", ""], "2027-05-01 .. 2027-05-01")]
    #[case(["5/1~3", "", "", ""], "2027-05-01 .. 2027-05-03")]
    #[case(["12/29 ~ 1/3", "", "", ""], "2027-12-29 .. 2028-01-03")]
    #[case(["5/1", "", "미정", ""], "2027-05-01 at some hour")]
    #[case(["5/1~5/3", "", "TBD", ""], "between 2027-05-01 and 2027-05-03")]
    #[case(["미정", "", "", ""], "Undecided { was: None }")]
    #[case(["2027-05-01T09:30:00Z", "", "", ""], "2027-05-01T18:30:00")]
    #[case(["2027-05-01T18:30:00+09:00", "", "", ""], "2027-05-01T18:30:00")]
    fn cells_make_a_time(#[case] cells: [&str; 4], #[case] want: &str) {
        let [date, end, time, end_time] = cells;
        assert_eq!(told(&timed(date, end, time, end_time).unwrap()), want);
    }

    #[rstest]
    #[case(["2027-05-03", "2027-05-01", "", ""], "before it starts")]
    #[case(["2027-05-01", "2097-05-01", "", ""], "is the end right")]
    #[case(["2/29", "", "", ""], "2027-02-29")]
    #[case(["1601-01-01", "", "", ""], "1601")]
    #[case(["", "", "18:00", ""], "no date")]
    #[case(["18:00", "", "", ""], "no day")]
    fn what_makes_no_time_is_said(#[case] cells: [&str; 4], #[case] word: &str) {
        let [date, end, time, end_time] = cells;
        let reason = timed(date, end, time, end_time).unwrap_err();
        assert!(reason.contains(word), "{reason}");
    }

    #[test]
    fn a_wrong_day_of_the_week_is_told() {
        let timing = timed("5/1(일)", "", "", "").unwrap();
        assert!(timing.odd_weekday.unwrap().contains("Saturday"));
        assert_eq!(timed("5/1(토)", "", "", "").unwrap().odd_weekday, None);
    }
}
