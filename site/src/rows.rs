//! Events in lists: one row each, gathered under their days.

use crate::catalogue::{CalendarLink, Catalogue};
use crate::said::Said;
use crate::zone_choice::city;
use domain::calendar::Calendar;
use domain::change::ChangeKind;
use domain::event::Status;
use domain::series::RecurrenceId;
use domain::time::EventTime;
use domain::zone::Zone;
use jiff::SignedDuration;
use jiff::civil::Date;
use store::occurrences::Shown;
use web::locale::T;
use web::when::{Reading, Tile};

/// How long a row says that its event moved.
const CHANGED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

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
    /// It moved to another time lately.
    pub changed: Option<Pill>,
    /// How it ended; behind a tap, for those who watch later.
    pub result: Said,
    /// Whose clock its hours are read on, where that is not its calendar's own.
    pub zone: Option<String>,
    /// Called off or put off: its title is struck through.
    pub off: bool,
}

/// A row and the days that its event touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    first: Date,
    last: Date,
    /// The row.
    pub row: Row,
}

/// The events of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// What a link to this day names, on pages that have each day once.
    pub anchor: Option<String>,
    /// The date.
    pub tile: Tile,
    /// Its events by start.
    pub rows: Vec<Row>,
}

impl Day {
    /// A date with everything that touches it.
    pub fn of(date: Date, rows: &[Spread], reading: &Reading) -> Self {
        let touching = rows.iter().filter(|one| one.touches(date));
        Self {
            anchor: Some(format!("day-{date}")),
            tile: reading.tile(date),
            rows: touching.map(|one| one.row.clone()).collect(),
        }
    }
}

impl Spread {
    /// The row of an instance in its calendar, with its days.
    pub fn of(shown: &Shown, calendar: &Calendar, reading: &Reading, t: T) -> Self {
        let first = first_day(shown, reading);
        let days = shown.what.time.days(reading.zone());
        let last = days.map_or(first, |(_, last)| last);
        Self {
            first,
            last: if is_one_evening(shown) { first } else { last },
            row: Row::of(shown, calendar, reading, t),
        }
    }

    /// Whether the event touches a day.
    pub fn touches(&self, date: Date) -> bool {
        (self.first..=self.last).contains(&date)
    }
}

/// What ends after midnight still belongs to the evening on which it began.
fn is_one_evening(shown: &Shown) -> bool {
    let clocked = !shown.what.time.is_all_day();
    clocked && shown.ends.duration_since(shown.starts) < SignedDuration::from_hours(12)
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
            changed: changed(shown, reading, t),
            result: Said::of(&what.result, t, primary),
            zone: foreign_clock(shown, calendar, reading, t),
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

/// Moved within the last days: said on the row, because people have the old time in mind.
fn changed(shown: &Shown, reading: &Reading, t: T) -> Option<Pill> {
    let age = reading.now().duration_since(shown.modified);
    let fresh = shown.kind == ChangeKind::Rescheduled && age <= CHANGED_FOR && !age.is_negative();
    fresh.then(|| Pill {
        class: "pill-changed",
        text: t.s("row.changed"),
    })
}

/// The zone that hours are read in, where the calendar's own clock shows something else. Whole
/// days and floating times are the same on every clock.
fn foreign_clock(shown: &Shown, calendar: &Calendar, reading: &Reading, t: T) -> Option<String> {
    let offset = |zone: &Zone| zone.rules().to_offset(shown.starts);
    let moved = matches!(shown.what.time, EventTime::Zoned(_))
        && offset(reading.zone()) != offset(&calendar.profile.zone);
    moved.then(|| city(reading.zone(), t))
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

/// Gathers the rows of several calendars under their days on one clock, those that are under way
/// under today.
pub fn by_day_of_all(shown: &[Shown], catalogue: &Catalogue, reading: &Reading) -> Vec<Day> {
    let rows = shown.iter().filter_map(|one| {
        let calendar = catalogue.get(one.calendar)?;
        let day = first_day(one, reading).max(reading.today());
        Some((day, Row::among_others(one, calendar, reading, reading.t())))
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(day, _)| *day);
    gather(rows.into_iter(), reading)
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
                    anchor: None,
                    tile: reading.tile(date),
                    rows: vec![row],
                },
            )),
        }
    }
    days.into_iter().map(|(_, day)| day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, calendar, game, reading, shown};
    use jiff::ToSpan;
    use jiff::civil::{date, datetime};
    use web::locale::UiLang;

    fn moved(kind: ChangeKind, hours_ago: i64) -> bool {
        let mut one = shown(game("경기"));
        let now: jiff::Timestamp = NOW.parse().unwrap();
        one.kind = kind;
        one.modified = now - hours_ago.hours();
        let t = T::new(UiLang::Ko);
        let row = Row::of(&one, &calendar(), &reading(UiLang::Ko), t);
        row.changed.is_some()
    }

    #[test]
    fn a_night_stands_under_its_evening_only() {
        let evening = datetime(2026, 11, 23, 22, 0, 0, 0);
        let t = T::new(UiLang::Ko);
        let touches = |hours: i64| {
            let end = evening.checked_add(hours.hours()).ok();
            let time = EventTime::zoned(evening, end, Zone::seoul());
            let one = shown(domain::event::Occurrence::new(Default::default(), time));
            let spread = Spread::of(&one, &calendar(), &reading(UiLang::Ko), t);
            (
                spread.touches(date(2026, 11, 23)),
                spread.touches(date(2026, 11, 24)),
            )
        };
        assert_eq!(touches(4), (true, false));
        assert_eq!(touches(20), (true, true));
    }

    #[test]
    fn a_row_says_for_a_week_that_its_event_moved() {
        assert!(moved(ChangeKind::Rescheduled, 1));
        assert!(moved(ChangeKind::Rescheduled, 7 * 24));
        assert!(!moved(ChangeKind::Rescheduled, 7 * 24 + 1));
        assert!(!moved(ChangeKind::Edited, 1));
        assert!(!moved(ChangeKind::Created, 1));
    }
}
