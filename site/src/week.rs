//! Seven days of one calendar, each with what touches it, empty ones too: a week looks like one.

use crate::month::{first_of_week, year_known};
use crate::rows::{Day, Spread};
use domain::time::WallTime;
use domain::zone::Zone;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use web::locale::T;
use web::when::Reading;

/// A week.
pub struct Week {
    /// Its first and last day in words.
    pub name: String,
    /// The first day of the week before; `None` at the edge of what events can lie in.
    pub previous: Option<Date>,
    /// The first day of the week after.
    pub next: Option<Date>,
    /// Another week than today's is shown.
    pub elsewhere: bool,
    /// Its days.
    pub days: Vec<Day>,
    /// None of them holds anything.
    pub empty: bool,
}

fn shifted(day: Date, days: i64) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}

/// The instants that bound a week in a zone, the second exclusive.
pub fn week_instants(first: Date, zone: &Zone) -> (Timestamp, Timestamp) {
    let midnight = |date: Date| WallTime::new(date.at(0, 0, 0, 0)).instant(zone);
    (midnight(first), midnight(shifted(first, 7)))
}

impl Week {
    /// The week that begins on `first`, from everything that touches it.
    pub fn of(first: Date, rows: &[Spread], reading: &Reading, t: T) -> Self {
        let dates = (0..7).map(|days| shifted(first, days));
        let days: Vec<Day> = dates.map(|date| Day::of(date, rows, reading)).collect();
        Self {
            name: reading.days(first, shifted(first, 6)),
            previous: year_known(shifted(first, -7)),
            next: year_known(shifted(first, 7)),
            elsewhere: first_of_week(reading.today(), t) != first,
            empty: days.iter().all(|day| day.rows.is_empty()),
            days,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{calendar, game, reading, shown, span};
    use jiff::civil::date;
    use web::locale::UiLang;

    fn week(first: Date) -> Week {
        let t = T::new(UiLang::Ko);
        let reading = reading(UiLang::Ko);
        let all = [
            shown(game("롯데 : 두산")),
            shown(span(date(2026, 11, 25), date(2026, 12, 2))),
        ];
        let rows: Vec<Spread> = all
            .iter()
            .map(|one| Spread::of(one, &calendar(), &reading, t))
            .collect();
        Week::of(first, &rows, &reading, t)
    }

    #[test]
    fn a_week_has_seven_days_and_spans_stand_on_each_of_theirs() {
        let this = week(date(2026, 11, 22));
        let counts: Vec<usize> = this.days.iter().map(|day| day.rows.len()).collect();
        assert_eq!(counts, [0, 1, 0, 1, 1, 1, 1]);
        assert!(!this.elsewhere && !this.empty);
        assert_eq!(this.previous, Some(date(2026, 11, 15)));
        let later = week(date(2026, 12, 6));
        assert!(later.elsewhere && later.empty && later.days.len() == 7);
    }

    #[test]
    fn weeks_end_where_years_end() {
        assert_eq!(week(date(2199, 12, 29)).next, None);
        assert_eq!(week(date(1900, 1, 1)).previous, None);
    }

    #[test]
    fn a_week_is_bounded_by_the_zone_s_own_midnights() {
        let zone = Zone::parse("America/New_York").unwrap();
        let (from, to) = week_instants(date(2026, 3, 8), &zone);
        // The clocks go forward on the first day: an hour less than a week.
        assert_eq!(to.duration_since(from).as_hours(), 167);
    }
}
