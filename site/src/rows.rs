//! Events in lists: one row each, gathered under their days.

use crate::catalogue::{CalendarLink, Catalogue};
use crate::said::Said;
use domain::calendar::Calendar;
use domain::event::Status;
use domain::series::RecurrenceId;
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::Date;
use store::occurrences::Shown;
use web::locale::T;
use web::when::{Reading, Tile};

/// A word about an event's state, with its own look; never colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pill {
    /// The look.
    pub class: &'static str,
    /// The word.
    pub text: &'static str,
}

/// The pill of a status; none for what takes place as announced.
pub fn pill(status: Status, t: T) -> Option<Pill> {
    let (class, key) = match status {
        Status::Confirmed => return None,
        Status::Tentative => ("pill-tentative", "status.tentative"),
        Status::Postponed => ("pill-postponed", "status.postponed"),
        Status::Cancelled => ("pill-cancelled", "status.cancelled"),
    };
    let text = t.s(key);
    Some(Pill { class, text })
}

/// True for what does not take place when it says.
pub const fn is_off(status: Status) -> bool {
    matches!(status, Status::Cancelled | Status::Postponed)
}

/// One event in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its page.
    pub href: String,
    /// What it is called.
    pub title: Said,
    /// When on its day.
    pub hours: String,
    /// Start for machines.
    pub starts: String,
    /// Where; empty when unknown.
    pub place: Said,
    /// Its state, where there is something to say.
    pub pill: Option<Pill>,
    /// The class of its calendar's colour.
    pub class: String,
    /// Its calendar, in lists of several.
    pub calendar: Option<CalendarLink>,
    /// Called off or put off: its title is struck through.
    pub off: bool,
}

/// The events of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The date.
    pub tile: Tile,
    /// Its events by start.
    pub rows: Vec<Row>,
}

/// The path of an event's page; of one instance where it repeats.
pub fn event_path(public_id: &str, instance: Option<RecurrenceId>) -> String {
    match instance {
        Some(id) => format!("/events/{public_id}?at={id}"),
        None => format!("/events/{public_id}"),
    }
}

impl Row {
    /// The row of an instance in its calendar's list.
    pub fn of(shown: &Shown, calendar: &Calendar, reading: &Reading, t: T) -> Self {
        let what = &shown.what;
        let primary = calendar.profile.language;
        Self {
            href: event_path(shown.public_id.as_str(), shown.recurrence_id),
            title: title_or_untitled(Said::of(&what.title, t, primary), t),
            hours: reading.hours(&what.time),
            starts: machine_start(shown, reading.zone()),
            place: Said::of(&what.place.name, t, primary),
            pill: pill(what.status, t),
            class: web::colors::class(calendar.profile.color),
            calendar: None,
            off: is_off(what.status),
        }
    }

    /// The row of an instance in a list of several calendars.
    pub fn among_others(shown: &Shown, calendar: &Calendar, reading: &Reading, t: T) -> Self {
        Self {
            calendar: Some(CalendarLink::of(calendar, t)),
            ..Self::of(shown, calendar, reading, t)
        }
    }
}

/// An event that says nothing of itself still needs something to click on.
pub fn title_or_untitled(title: Said, t: T) -> Said {
    if title.text.is_empty() {
        Said {
            lang: t.code().to_owned(),
            text: t.s("event.untitled").to_owned(),
        }
    } else {
        title
    }
}

/// A date for whole days, date and time with offset for hours (HTML `time` element).
fn machine_start(shown: &Shown, zone: &Zone) -> String {
    let local = shown.starts.to_zoned(zone.rules().clone());
    if shown.what.time.is_all_day() {
        local.date().to_string()
    } else {
        local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// Gathers the rows of one calendar under their first days, in the order they come.
pub fn by_day(shown: &[Shown], calendar: &Calendar, reading: &Reading, t: T) -> Vec<Day> {
    let rows = shown.iter().map(|one| {
        let day = first_day(one, reading);
        (day, Row::of(one, calendar, reading, t))
    });
    gather(rows, reading)
}

/// Gathers the rows of several calendars under their days, those that are under way under today.
pub fn by_day_of_all(
    shown: &[Shown],
    catalogue: &Catalogue,
    now: Timestamp,
    t: T,
    today: &Reading,
) -> Vec<Day> {
    let rows = shown.iter().filter_map(|one| {
        let calendar = catalogue.get(one.calendar)?;
        let reading = Reading::new(t, &calendar.profile.zone, now);
        let day = first_day(one, &reading).max(today.today());
        Some((day, Row::among_others(one, calendar, &reading, t)))
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(day, _)| *day);
    gather(rows.into_iter(), today)
}

/// The day under which an instance stands.
pub fn first_day(shown: &Shown, reading: &Reading) -> Date {
    let days = shown.what.time.days(reading.zone());
    days.map_or_else(
        || shown.starts.to_zoned(reading.zone().rules().clone()).date(),
        |(first, _)| first,
    )
}

fn gather(rows: impl Iterator<Item = (Date, Row)>, reading: &Reading) -> Vec<Day> {
    let mut days: Vec<(Date, Day)> = Vec::new();
    for (date, row) in rows {
        match days.last_mut() {
            Some((last, day)) if *last == date => day.rows.push(row),
            _ => days.push((
                date,
                Day {
                    tile: reading.tile(date),
                    rows: vec![row],
                },
            )),
        }
    }
    days.into_iter().map(|(_, day)| day).collect()
}
