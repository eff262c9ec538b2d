//! The month as a grid of weeks. Narrow screens show dots and counts, wide ones titles; the list
//! of days beneath holds everything.

use crate::rows::{Day, Row, Spread};
use domain::time::WallTime;
use domain::zone::Zone;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use web::locale::{T, UiLang};
use web::when::{Reading, weekday};

/// Titles that a cell has room for on a screen, and on paper.
const TITLES: usize = 3;
const PRINTED: usize = 7;

/// One day of the grid.
pub struct Cell {
    /// `2026-12-05`.
    pub iso: String,
    /// Day of the month.
    pub day: String,
    /// Whole date in words.
    pub spoken: String,
    /// It belongs to this month.
    pub inside: bool,
    /// It is today.
    pub today: bool,
    /// The first events.
    pub titles: Vec<Row>,
    /// Those that only paper has room for.
    pub printed: Vec<Row>,
    /// How many it has.
    pub count: usize,
    /// How many, in words.
    pub count_words: String,
    /// "+2", where there are more than fit.
    pub more: Option<String>,
    /// The same on paper.
    pub more_printed: Option<String>,
}

/// A month of one calendar.
pub struct Month {
    /// "2026년 12월".
    pub name: String,
    /// The month before; `None` at the edge of what events can lie in.
    pub previous: Option<Date>,
    /// The month after.
    pub next: Option<Date>,
    /// Another month than today's is shown.
    pub elsewhere: bool,
    /// The names of the columns.
    pub weekdays: Vec<&'static str>,
    /// The rows.
    pub weeks: Vec<Vec<Cell>>,
    /// The month's days that hold something.
    pub days: Vec<Day>,
}

/// Reads `2026-12`, within the years that events can lie in.
pub fn parse_month(text: &str) -> Option<Date> {
    let (year, month) = text.split_once('-')?;
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
        return None;
    }
    year_known(Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?)
}

/// The day, where events can lie in its year.
pub fn year_known(day: Date) -> Option<Date> {
    let years = domain::time::FIRST_YEAR..=domain::time::LAST_YEAR;
    years.contains(&day.year()).then_some(day)
}

/// The day on which weeks begin: Korean wall calendars begin on Sunday.
const fn week_start(t: T) -> Weekday {
    match t.ui() {
        UiLang::Ko => Weekday::Sunday,
        UiLang::En => Weekday::Monday,
    }
}

/// The first day of the week that a day lies in.
pub fn first_of_week(day: Date, t: T) -> Date {
    let back = i64::from(day.weekday().since(week_start(t)));
    day.checked_sub(back.days()).unwrap_or(day)
}

/// First and last day of the grid of a month.
fn grid(month: Date, t: T) -> (Date, Date) {
    let last = first_of_week(month.last_of_month(), t);
    let ahead = last.checked_add(6.days()).unwrap_or(last);
    (first_of_week(month, t), ahead)
}

/// The instants that bound a month's grid in a zone, the second exclusive.
pub fn grid_instants(month: Date, zone: &Zone, t: T) -> (Timestamp, Timestamp) {
    let (first, last) = grid(month, t);
    let after = last.tomorrow().unwrap_or(last);
    let midnight = |date: Date| WallTime::new(date.at(0, 0, 0, 0)).instant(zone);
    (midnight(first), midnight(after))
}

impl Month {
    /// The grid of the month that begins on `month`, from everything that touches it.
    pub fn of(month: Date, rows: &[Spread], reading: &Reading, t: T) -> Self {
        let (first, last) = grid(month, t);
        let dates: Vec<Date> = first.series(1.day()).take_while(|d| *d <= last).collect();
        let cells = dates.iter().map(|d| cell(*d, month, rows, reading, t));
        let mut cells: Vec<Cell> = cells.collect();
        let mut weeks = Vec::new();
        while !cells.is_empty() {
            let rest = cells.split_off(cells.len().min(7));
            weeks.push(std::mem::replace(&mut cells, rest));
        }
        let this = reading.today().first_of_month();
        let neighbour = |months: i64| month.checked_add(months.months()).ok().and_then(year_known);
        Self {
            name: reading.month(month),
            previous: neighbour(-1),
            next: neighbour(1),
            elsewhere: month != this,
            weekdays: dates
                .iter()
                .take(7)
                .map(|d| weekday(t, d.weekday()))
                .collect(),
            weeks,
            days: days(month, rows, reading),
        }
    }
}

fn cell(date: Date, month: Date, rows: &[Spread], reading: &Reading, t: T) -> Cell {
    let here: Vec<&Row> = rows
        .iter()
        .filter(|r| r.touches(date))
        .map(|r| &r.row)
        .collect();
    let count = here.len();
    let beyond = |room: usize| Some(count.saturating_sub(room)).filter(|n| *n > 0);
    let plus = |room: usize| beyond(room).map(|n| format!("+{n}"));
    Cell {
        iso: date.to_string(),
        day: date.day().to_string(),
        spoken: reading.date(date),
        inside: date.first_of_month() == month,
        today: date == reading.today(),
        titles: here.iter().take(TITLES).map(|r| (*r).clone()).collect(),
        printed: here
            .iter()
            .skip(TITLES)
            .take(PRINTED - TITLES)
            .map(|r| (*r).clone())
            .collect(),
        count,
        count_words: t.n("count.events", count),
        more: plus(TITLES),
        more_printed: plus(PRINTED),
    }
}

/// The days of the month itself, each with what touches it.
fn days(month: Date, rows: &[Spread], reading: &Reading) -> Vec<Day> {
    let dates = month
        .series(1.day())
        .take_while(|d| *d <= month.last_of_month());
    let day = |date: Date| Day::of(date, rows, reading);
    dates.map(day).filter(|d| !d.rows.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{calendar, game, reading, shown, span};
    use jiff::civil::date;

    #[test]
    fn months_are_read_strictly() {
        assert_eq!(parse_month("2026-12"), Some(date(2026, 12, 1)));
        for bad in [
            "",
            "2026",
            "2026-13",
            "2026-1",
            "1899-12",
            "2200-01",
            "2026-12-01",
            "+026-12",
            "２０２６-12",
        ] {
            assert_eq!(parse_month(bad), None, "{bad}");
        }
    }

    #[test]
    fn weeks_begin_as_the_reader_is_used_to() {
        let month = |ui| {
            let t = T::new(ui);
            Month::of(date(2026, 12, 1), &[], &reading(ui), t)
        };
        let ko = month(UiLang::Ko);
        assert_eq!(ko.weekdays[0], "일");
        assert_eq!(ko.weeks[0][0].iso, "2026-11-29");
        assert_eq!(ko.weeks.len(), 5);
        assert_eq!(month(UiLang::En).weeks[0][0].iso, "2026-11-30");
        assert_eq!(ko.previous, Some(date(2026, 11, 1)));
        assert_eq!(ko.next, Some(date(2027, 1, 1)));
        assert!(ko.elsewhere);
    }

    #[test]
    fn a_span_stands_on_each_of_its_days() {
        let all = [
            shown(span(date(2026, 12, 5), date(2026, 12, 7))),
            shown(game("롯데 : 두산")),
        ];
        let (reading, t) = (reading(UiLang::Ko), T::new(UiLang::Ko));
        let rows: Vec<Spread> = all
            .iter()
            .map(|one| Spread::of(one, &calendar(), &reading, t))
            .collect();
        let month = Month::of(date(2026, 12, 1), &rows, &reading, t);
        let counts: Vec<usize> = month.weeks.iter().flatten().map(|c| c.count).collect();
        assert_eq!(counts.iter().sum::<usize>(), 3);
        assert_eq!(month.days.len(), 3);
        assert_eq!(month.days[0].tile.iso, "2026-12-05");
    }

    #[test]
    fn a_full_day_shows_a_few_titles_and_says_how_many_more() {
        let (reading, t) = (reading(UiLang::Ko), T::new(UiLang::Ko));
        let game = Spread::of(&shown(game("경기")), &calendar(), &reading, t);
        let month = Month::of(date(2026, 11, 1), &vec![game; 9], &reading, t);
        let full = month.weeks.iter().flatten().find(|c| c.count > 0).unwrap();
        assert_eq!((full.titles.len(), full.printed.len()), (3, 4));
        assert_eq!(full.more.as_deref(), Some("+6"));
        assert_eq!(full.more_printed.as_deref(), Some("+2"));
    }

    #[test]
    fn the_grid_ends_where_years_end() {
        let t = T::new(UiLang::Ko);
        let month = Month::of(date(2199, 12, 1), &[], &reading(UiLang::Ko), t);
        assert_eq!(month.next, None);
    }
}
