//! When an event is, as fields of its form: the kind of time, days and hours, the zone.

use super::form::{Faults, Typed};
use crate::edit::{clock, day};
use domain::time::{EventTime, TimeError, WallTime, Zoned};
use domain::zone::Zone;
use jiff::civil::{Date, DateTime, Time};
use web::failure::Message;

/// The fields that this is about, by how their names begin.
pub(super) const NAMES: &[&str] = &[
    "kind",
    "date",
    "time",
    "end_date",
    "end_time",
    "zone",
    "second",
    "end_second",
];

/// `18:30`, with seconds where there are some.
pub(super) fn hour(time: Time) -> String {
    let pattern = if time.second() == 0 {
        "%H:%M"
    } else {
        "%H:%M:%S"
    };
    time.strftime(pattern).to_string()
}

/// Writes a time into the form.
pub(super) fn put(typed: &mut Typed, time: &EventTime) {
    let mut days = |first: Date, last: Option<Date>| {
        typed.put("date", first.to_string());
        typed.put(
            "end_date",
            last.map(|day| day.to_string()).unwrap_or_default(),
        );
    };
    let kind = match time {
        EventTime::Zoned(z) => {
            put_clock(typed, z.start.at, z.end.map(|end| end.at));
            typed.put("zone", z.zone.name());
            typed.put("second", if z.start.second { "1" } else { "" });
            let end = z.end.is_some_and(|end| end.second);
            typed.put("end_second", if end { "1" } else { "" });
            "zoned"
        }
        EventTime::Floating { start, end } => {
            put_clock(typed, *start, *end);
            "floating"
        }
        EventTime::AllDay { first, last } => {
            days(*first, Some(*last).filter(|last| last != first));
            "all_day"
        }
        EventTime::DateOnly { date } => {
            days(*date, None);
            "date_only"
        }
        EventTime::Window { first, last } => {
            days(*first, Some(*last));
            "window"
        }
        EventTime::Undecided { was } => {
            if let Some((first, last)) = was {
                days(*first, Some(*last));
            }
            "undecided"
        }
    };
    typed.put("kind", kind);
}

fn put_clock(typed: &mut Typed, start: DateTime, end: Option<DateTime>) {
    typed.put("date", start.date().to_string());
    typed.put("time", hour(start.time()));
    if let Some(end) = end {
        let day = Some(end.date()).filter(|day| *day != start.date());
        typed.put(
            "end_date",
            day.map(|day| day.to_string()).unwrap_or_default(),
        );
        typed.put("end_time", hour(end.time()));
    }
}

fn wrong(field: &str, key: &'static str) -> Faults {
    vec![(field.to_owned(), Message::new(key))]
}

fn a_day(typed: &Typed, stem: &str, field: &str) -> Result<Option<Date>, Faults> {
    let field = format!("{stem}{field}");
    match typed.get(&field).trim() {
        "" => Ok(None),
        text => day(text)
            .map(Some)
            .ok_or_else(|| wrong(&field, "cms_event.bad_day")),
    }
}

fn an_hour(typed: &Typed, stem: &str, field: &str) -> Result<Option<Time>, Faults> {
    let field = format!("{stem}{field}");
    match typed.get(&field).trim() {
        "" => Ok(None),
        text => clock(text)
            .map(Some)
            .ok_or_else(|| wrong(&field, "cms_event.bad_hour")),
    }
}

fn first_day(typed: &Typed, stem: &str) -> Result<Date, Faults> {
    let field = format!("{stem}date");
    a_day(typed, stem, "date")?.ok_or_else(|| wrong(&field, "cms_event.no_day"))
}

/// Start and exclusive end on a clock.
fn clock_span(typed: &Typed, stem: &str) -> Result<(DateTime, Option<DateTime>), Faults> {
    let date = first_day(typed, stem)?;
    let field = format!("{stem}time");
    let time = an_hour(typed, stem, "time")?.ok_or_else(|| wrong(&field, "cms_event.no_hour"))?;
    let (end_day, end_hour) = (
        a_day(typed, stem, "end_date")?,
        an_hour(typed, stem, "end_time")?,
    );
    let end = match (end_day, end_hour) {
        (None, None) => None,
        (day, Some(hour)) => Some(day.unwrap_or(date).to_datetime(hour)),
        (Some(_), None) => {
            return Err(wrong(&format!("{stem}end_time"), "cms_event.no_end_hour"));
        }
    };
    Ok((date.to_datetime(time), end))
}

/// Reads the time of the event; every fault stands beside its field.
pub(super) fn read(typed: &Typed) -> Result<EventTime, Faults> {
    let time = match typed.get("kind") {
        "floating" => {
            let (start, end) = clock_span(typed, "")?;
            EventTime::Floating { start, end }
        }
        "all_day" => {
            let first = first_day(typed, "")?;
            let last = a_day(typed, "", "end_date")?.unwrap_or(first);
            EventTime::AllDay { first, last }
        }
        "date_only" => EventTime::DateOnly {
            date: first_day(typed, "")?,
        },
        "window" => {
            let first = first_day(typed, "")?;
            let last = a_day(typed, "", "end_date")?;
            let last = last.ok_or_else(|| wrong("end_date", "cms_event.no_last_day"))?;
            EventTime::Window { first, last }
        }
        "undecided" => {
            let first = a_day(typed, "", "date")?;
            let last = a_day(typed, "", "end_date")?;
            let was = first.map(|first| (first, last.unwrap_or(first)));
            EventTime::Undecided { was }
        }
        _ => {
            let zone = Zone::parse(typed.get("zone").trim());
            let zone = zone.ok_or_else(|| wrong("zone", "invalid.zone"))?;
            let (start, end) = clock_span(typed, "")?;
            let end = end.map(|at| WallTime {
                at,
                second: typed.get("end_second") == "1",
            });
            EventTime::Zoned(Zoned {
                start: WallTime {
                    at: start,
                    second: typed.get("second") == "1",
                },
                end,
                zone,
            })
        }
    };
    checked(time, "")
}

/// The time of a changed instance: of the same kind as its series.
pub(super) fn read_instance(
    typed: &Typed,
    stem: &str,
    series: &EventTime,
) -> Result<EventTime, Faults> {
    let time = match series {
        EventTime::Zoned(z) => {
            let (start, end) = clock_span(typed, stem)?;
            EventTime::zoned(start, end, z.zone.clone())
        }
        EventTime::Floating { .. } => {
            let (start, end) = clock_span(typed, stem)?;
            EventTime::Floating { start, end }
        }
        _ => {
            let first = first_day(typed, stem)?;
            let last = a_day(typed, stem, "end_date")?.unwrap_or(first);
            EventTime::AllDay { first, last }
        }
    };
    checked(time, stem)
}

/// Writes the time of a changed instance.
pub(super) fn put_instance(typed: &mut Typed, stem: &str, time: &EventTime) {
    let mut own = Typed::default();
    put(&mut own, time);
    for name in ["date", "time", "end_date", "end_time"] {
        typed.put(&format!("{stem}{name}"), own.get(name));
    }
}

fn checked(time: EventTime, stem: &str) -> Result<EventTime, Faults> {
    match time.check() {
        Ok(()) => Ok(time),
        Err(TimeError::YearOutOfRange(_)) => {
            Err(wrong(&format!("{stem}date"), "cms_event.bad_year"))
        }
        Err(TimeError::EndsBeforeStart) => {
            let field = if time.is_all_day() {
                "end_date"
            } else {
                "end_time"
            };
            Err(wrong(&format!("{stem}{field}"), "cms_event.ends_before"))
        }
    }
}
