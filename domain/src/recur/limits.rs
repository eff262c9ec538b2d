//! The parts of a rule that a day either meets or does not, as bit masks made once per rule.

use super::Rule;
use super::days::{Day, Year, weekday_of};

/// What a day must meet. Numbers in BYDAY ("the first Monday") are left aside here: they limit
/// months and years only (RFC 5545 §3.3.10, notes 1 and 2).
pub(super) struct Limits {
    /// Bit 1 is January.
    months: u16,
    /// Bit 0 is Monday.
    weekdays: u8,
    /// Days of the month, from bit 1, for months of 28 to 31 days.
    month_days: Option<[u32; 4]>,
    /// Days of the year, from bit 1, for common and leap years.
    year_days: Option<Box<[[u64; 6]; 2]>>,
    /// Weeks, from bit 1, for years of 52 and 53 weeks.
    weeks: Option<[u64; 2]>,
    week_start: i32,
}

impl Limits {
    pub(super) fn of(rule: &Rule) -> Self {
        let week_start = i32::from(rule.week_start.to_monday_zero_offset());
        let all_or = |mask: u16, all: u16| if mask == 0 { all } else { mask };
        let months = rule
            .by_month
            .iter()
            .fold(0, |mask, month| mask | 1 << month);
        let weekdays = rule.by_day.iter().fold(0, |mask, day| {
            mask | 1 << day.weekday.to_monday_zero_offset()
        });
        let month_days = |length| {
            places(rule.by_month_day.iter().copied(), length).fold(0, |mask, n| mask | 1 << n)
        };
        let year_days = |length| {
            let mut mask = [0; 6];
            for n in places(rule.by_year_day.iter().copied(), length) {
                mask[n / 64] |= 1 << (n % 64);
            }
            mask
        };
        let weeks = |length| {
            places(rule.by_week_no.iter().copied(), length).fold(0, |mask, n| mask | 1 << n)
        };
        Self {
            months: all_or(months, u16::MAX),
            weekdays: all_or(weekdays, 0x7f).to_le_bytes()[0],
            month_days: (!rule.by_month_day.is_empty()).then(|| [28, 29, 30, 31].map(month_days)),
            year_days: (!rule.by_year_day.is_empty()).then(|| Box::new([365, 366].map(year_days))),
            weeks: (!rule.by_week_no.is_empty()).then(|| [52, 53].map(weeks)),
            week_start,
        }
    }

    pub(super) const fn month(&self, month: i32) -> bool {
        self.months & 1 << month != 0
    }

    pub(super) fn weekday(&self, day: Day) -> bool {
        self.weekdays & 1 << weekday_of(day) != 0
    }

    /// BYMONTH and BYMONTHDAY.
    pub(super) fn month_and_day(&self, day: Day, year: &Year) -> bool {
        let (month, of_month) = year.month_and_day(day);
        self.month(month)
            && self.month_days.is_none_or(|masks| {
                let length = year.month_days(month).unsigned_abs() as usize;
                masks[length - 28] & 1 << of_month != 0
            })
    }

    /// BYYEARDAY and BYWEEKNO.
    pub(super) fn year_day_and_week(&self, day: Day, year: &Year) -> bool {
        self.year_day(day, year) && self.week(day)
    }

    pub(super) fn year_day(&self, day: Day, year: &Year) -> bool {
        self.year_days.as_ref().is_none_or(|masks| {
            let of_year = (day - year.start + 1).unsigned_abs() as usize;
            let mask = &masks[usize::from(year.days() == 366)];
            mask[of_year / 64] & 1 << (of_year % 64) != 0
        })
    }

    fn week(&self, day: Day) -> bool {
        self.weeks.is_none_or(|masks| {
            let year = Year::by_week(day, self.week_start);
            let week = (day - year.first_week(self.week_start)) / 7 + 1;
            masks[usize::from(year.weeks(self.week_start) == 53)] & 1 << week != 0
        })
    }

    /// All of them; `year` is the year that holds the day.
    pub(super) fn admit(&self, day: Day, year: &Year) -> bool {
        self.weekday(day) && self.month_and_day(day, year) && self.year_day_and_week(day, year)
    }
}

/// The numbers from 1 to `length` that a list names, negative ones counted from the back.
fn places(list: impl Iterator<Item = impl Into<i32>>, length: i32) -> impl Iterator<Item = usize> {
    list.map(Into::into)
        .map(move |n: i32| if n < 0 { length + 1 + n } else { n })
        .filter(move |n| (1..=length).contains(n))
        .map(|n| n.unsigned_abs() as usize)
}

#[cfg(test)]
mod tests {
    use super::super::days::day_of;
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_counted_from_both_ends() {
        let day = day_of(date(2028, 2, 29));
        let year = Year::containing(day);
        for (part, meets) in [
            ("BYMONTHDAY=-1", true),
            ("BYMONTHDAY=29", true),
            ("BYMONTHDAY=28,30", false),
            ("BYYEARDAY=60", true),
            ("BYYEARDAY=-307", true),
            ("BYYEARDAY=-306", false),
            ("BYWEEKNO=9", true),
            ("BYWEEKNO=-44", true),
            ("BYWEEKNO=-45", false),
            ("BYMONTH=2,3", true),
            ("BYMONTH=3", false),
            ("BYDAY=4TU", true),
            ("BYDAY=MO", false),
        ] {
            let rule: Rule = format!("FREQ=DAILY;{part}").parse().unwrap();
            assert_eq!(Limits::of(&rule).admit(day, &year), meets, "{part}");
        }
    }
}
