//! The year of dates that name none: from a year column, a title, the sheet's or file's name, the
//! days of the week, at last from today.

use super::moment::Partial;
use jiff::civil::{Date, Weekday};

/// The years that a number in a text may be.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2199;
/// How far from today the days of the week may lead.
const NEAR: i16 = 11;
/// How many days of the week it takes to tell a year by.
const WITNESSES: usize = 3;

/// A year as schedules count: a calendar year, a school year from March, a season from July.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Era {
    /// The year in which it begins.
    pub(super) year: i16,
    /// The month in which it begins; January for a calendar year.
    pub(super) first_month: i8,
}

impl Era {
    pub(super) const fn calendar(year: i16) -> Self {
        Self {
            year,
            first_month: 1,
        }
    }

    const fn year_of(self, month: i8) -> i16 {
        self.year + (month < self.first_month) as i16
    }

    /// The era that a text names: `2025학년도 학사일정`, `2026 KBO`, `2025-26 시즌`.
    pub(super) fn in_text(text: &str) -> Option<Self> {
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
            let tail = &rest[at..];
            let end = tail
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(tail.len());
            let (digits, after) = tail.split_at(end);
            rest = after;
            let year = digits
                .parse::<u32>()
                .ok()
                .filter(|y| digits.len() == 4 && YEARS.contains(y));
            if let Some(year) = year.and_then(|y| i16::try_from(y).ok()) {
                return Some(Self {
                    year,
                    first_month: first_month(after, year),
                });
            }
        }
        None
    }
}

fn first_month(after: &str, year: i16) -> i8 {
    let after = after.trim_start();
    if after.starts_with("학년") {
        return 3;
    }
    let next = after
        .strip_prefix(['-', '/', '~', '–'])
        .map(str::trim_start);
    let digits = next.map(|n| {
        n.split(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap_or_default()
    });
    let following = |digits: &str| match digits.len() {
        2 => digits.parse::<i16>().ok() == Some((year + 1) % 100),
        4 => digits.parse::<i16>().ok() == Some(year + 1),
        _ => false,
    };
    if digits.is_some_and(following) { 7 } else { 1 }
}

/// Follows the years down a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Years {
    era: Option<Era>,
    /// The month that a heading names, for dates that are days only.
    month: Option<i8>,
    last: Option<(i16, i8)>,
}

impl Years {
    pub(super) fn new(era: Option<Era>) -> Self {
        Self {
            era,
            ..Self::default()
        }
    }

    pub(super) const fn is_known(&self) -> bool {
        self.era.is_some() || self.last.is_some()
    }

    /// A heading between the rows: what it says holds from here on.
    pub(super) fn heading(&mut self, era: Option<Era>, month: Option<i8>) {
        if era.is_some() {
            self.era = era;
            self.last = None;
        }
        self.month = month.or(self.month);
    }

    /// The date that a day means here. `row` is what the row's own year column says.
    pub(super) fn resolve(&mut self, day: Partial, row: Option<Era>) -> Result<Date, String> {
        let month = day.month.or(self.month).ok_or("the day has no month")?;
        let year = match (day.year, row) {
            (Some(year), _) => year,
            (None, Some(era)) => era.year_of(month),
            (None, None) => self
                .guess(month)
                .ok_or("the date has no year: --map year=2026 names it")?,
        };
        self.last = Some((year, month));
        Date::new(year, month, day.day)
            .map_err(|_| format!("{year}-{month:02}-{:02} is no day of the calendar", day.day))
    }

    /// Of a row that follows one in December, January is the next year's; and back again.
    fn guess(&self, month: i8) -> Option<i16> {
        match (self.era, self.last) {
            (Some(era), _) if era.first_month > 1 => Some(era.year_of(month)),
            (_, Some((year, last))) if last >= 11 && month <= 2 => Some(year + 1),
            (_, Some((year, last))) if last <= 2 && month >= 11 => {
                Some(self.era.map_or(year - 1, |era| era.year.max(year - 1)))
            }
            (_, Some((year, _))) => Some(year),
            (Some(era), None) => Some(era.year),
            (None, None) => None,
        }
    }
}

/// The year nearest to today in which the days fall on the days of the week that they say.
pub(super) fn by_weekdays(days: &[(Partial, Weekday)], today: Date) -> Option<i16> {
    if days.len() < WITNESSES {
        return None;
    }
    let fits = |year: &i16| {
        let agree = days.iter().filter(|(day, weekday)| {
            let date = day
                .month
                .and_then(|month| Date::new(*year, month, day.day).ok());
            date.is_some_and(|date| date.weekday() == *weekday)
        });
        agree.count() * 10 >= days.len() * 9
    };
    let near = (0..=NEAR).flat_map(|n| [today.year() + n, today.year() - n]);
    near.into_iter().find(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rstest::rstest;

    #[rstest]
    #[case("2025학년도 학사일정", Some((2025, 3)))]
    #[case("2026 KBO 리그 일정", Some((2026, 1)))]
    #[case("2025-26 시즌", Some((2025, 7)))]
    #[case("프로배구 2025~2026", Some((2025, 7)))]
    #[case("2025-03 일정", Some((2025, 1)))]
    #[case("kbo_20250322.csv", None)]
    #[case("제 1500 회", None)]
    fn titles_name_their_year(#[case] text: &str, #[case] want: Option<(i16, i8)>) {
        assert_eq!(
            Era::in_text(text).map(|era| (era.year, era.first_month)),
            want
        );
    }

    fn run(era: Option<Era>, months: &[i8]) -> Vec<i16> {
        let mut years = Years::new(era);
        let day = |month: &i8| Partial {
            year: None,
            month: Some(*month),
            day: 5,
        };
        months
            .iter()
            .map(|m| years.resolve(day(m), None).unwrap().year())
            .collect()
    }

    #[test]
    fn years_turn_where_december_meets_january() {
        let era = Some(Era::calendar(2025));
        assert_eq!(run(era, &[11, 12, 1, 2, 3]), [2025, 2025, 2026, 2026, 2026]);
        assert_eq!(run(era, &[3, 9, 4, 12]), [2025; 4]);
        assert_eq!(run(era, &[12, 1, 12, 1]), [2025, 2026, 2025, 2026]);
        assert_eq!(run(era, &[1, 12]), [2025, 2025]);
    }

    #[test]
    fn a_school_year_ends_in_february() {
        let era = Era::in_text("2025학년도");
        assert_eq!(run(era, &[3, 12, 1, 2, 3]), [2025, 2025, 2026, 2026, 2025]);
    }

    #[test]
    fn the_days_of_the_week_tell_the_year() {
        let day = |month, day, weekday| {
            let day = Partial {
                year: None,
                month: Some(month),
                day,
            };
            (day, weekday)
        };
        let days = [
            day(6, 1, Weekday::Wednesday),
            day(6, 3, Weekday::Friday),
            day(9, 4, Weekday::Sunday),
        ];
        assert_eq!(by_weekdays(&days, date(2026, 11, 22)), Some(2022));
        assert_eq!(by_weekdays(&days[..2], date(2026, 11, 22)), None);
    }

    #[test]
    fn a_date_without_any_year_says_so() {
        let day = Partial {
            year: None,
            month: Some(2),
            day: 29,
        };
        assert!(
            Years::new(None)
                .resolve(day, None)
                .unwrap_err()
                .contains("year")
        );
        let none = Years::new(Some(Era::calendar(2027))).resolve(day, None);
        assert!(none.unwrap_err().contains("2027-02-29"));
    }
}
