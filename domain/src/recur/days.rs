//! Days as numbers, the shape of years, and sets of days.

use jiff::civil::Date;

/// A day counted from 1 January 1970.
pub(super) type Day = i32;

/// Days before each month of a common and of a leap year.
const BEFORE_MONTH: [[i32; 13]; 2] = [
    [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365],
    [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366],
];

/// Weekday from 0 for Monday to 6 for Sunday.
pub(super) fn weekday_of(day: Day) -> i32 {
    // 1 January 1970 was a Thursday.
    (day + 3).rem_euclid(7)
}

/// The number of a date.
pub(super) fn day_of(date: Date) -> Day {
    let year = Year::new(date.year().into());
    year.month_start(date.month().into()) + i32::from(date.day()) - 1
}

/// A Gregorian year.
#[derive(Debug, Clone, Copy)]
pub(super) struct Year {
    pub(super) number: i32,
    /// Its 1 January.
    pub(super) start: Day,
    leap: bool,
}

impl Year {
    pub(super) fn new(number: i32) -> Self {
        let past = number - 1;
        let leaps = past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400);
        Self {
            number,
            // 719,162 days lie between 1 January of the years 1 and 1970.
            start: past * 365 + leaps - 719_162,
            leap: number % 4 == 0 && (number % 100 != 0 || number % 400 == 0),
        }
    }

    pub(super) fn containing(day: Day) -> Self {
        // 400 years have 146,097 days; the guess is off by one year at most.
        let guess = (i64::from(day) + 719_162) * 400;
        let guess = i32::try_from(guess.div_euclid(146_097)).unwrap_or_default() + 1;
        let mut year = Self::new(guess);
        while day < year.start {
            year = Self::new(year.number - 1);
        }
        while day >= year.start + year.days() {
            year = Self::new(year.number + 1);
        }
        year
    }

    pub(super) fn holds(&self, day: Day) -> bool {
        (self.start..self.start + self.days()).contains(&day)
    }

    /// How many days it has.
    pub(super) const fn days(&self) -> i32 {
        365 + self.leap as i32
    }

    fn before_month(&self) -> &'static [i32; 13] {
        &BEFORE_MONTH[usize::from(self.leap)]
    }

    /// First day of a month from 1 to 12; 13 is the next January.
    pub(super) fn month_start(&self, month: i32) -> Day {
        self.start + self.before_month()[usize::try_from(month - 1).unwrap_or_default()]
    }

    /// How many days a month from 1 to 12 has.
    pub(super) fn month_days(&self, month: i32) -> i32 {
        self.month_start(month + 1) - self.month_start(month)
    }

    /// Month and day of the month, both from 1, of a day of this year.
    pub(super) fn month_and_day(&self, day: Day) -> (i32, i32) {
        let past = day - self.start;
        // Months are shorter than 32 days, so the guess is right or one short.
        let guess = past / 32 + 1;
        let month = guess + i32::from(day >= self.month_start(guess + 1));
        (month, day - self.month_start(month) + 1)
    }

    /// A day of this year as a date; `None` beyond the year 9999.
    pub(super) fn date(&self, day: Day) -> Option<Date> {
        let (month, of_month) = self.month_and_day(day);
        let number = i16::try_from(self.number).ok()?;
        Date::new(number, month.try_into().ok()?, of_month.try_into().ok()?).ok()
    }

    /// First day of week 1: the first week with four days in the year (RFC 5545 §3.3.10).
    pub(super) fn first_week(&self, week_start: i32) -> Day {
        let fourth = self.start + 3;
        fourth - (weekday_of(fourth) - week_start).rem_euclid(7)
    }

    /// The year that a day belongs to when years begin with week 1.
    pub(super) fn by_week(day: Day, week_start: i32) -> Self {
        let year = Self::containing(day);
        let next = Self::new(year.number + 1);
        if day < year.first_week(week_start) {
            Self::new(year.number - 1)
        } else if day >= next.first_week(week_start) {
            next
        } else {
            year
        }
    }

    /// How many weeks it has when years begin with week 1.
    pub(super) fn weeks(&self, week_start: i32) -> i32 {
        (Self::new(self.number + 1).first_week(week_start) - self.first_week(week_start)) / 7
    }
}

/// A set of days within 384 days from a first one: a year with a margin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    base: Day,
    bits: [u64; 6],
}

impl Days {
    /// No day yet; none before `base` can be added.
    pub(super) const fn from(base: Day) -> Self {
        Self { base, bits: [0; 6] }
    }

    pub(super) fn insert(&mut self, day: Day) {
        if let Ok(at) = usize::try_from(day - self.base)
            && let Some(word) = self.bits.get_mut(at / 64)
        {
            *word |= 1 << (at % 64);
        }
    }

    /// Keeps what is also in `other`, a set with the same base.
    pub(super) fn intersect(&mut self, other: &Self) {
        for (word, also) in self.bits.iter_mut().zip(other.bits) {
            *word &= also;
        }
    }

    pub(super) fn retain(&mut self, keep: impl Fn(Day) -> bool) {
        let mut rest = *self;
        while let Some(day) = rest.pop_first() {
            if !keep(day) {
                self.remove(day);
            }
        }
    }

    fn remove(&mut self, day: Day) {
        if let Ok(at) = usize::try_from(day - self.base)
            && let Some(word) = self.bits.get_mut(at / 64)
        {
            *word &= !(1 << (at % 64));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bits.iter().all(|word| *word == 0)
    }

    pub(super) fn count(&self) -> u32 {
        self.bits.iter().map(|word| word.count_ones()).sum()
    }

    /// Takes out the earliest day.
    pub(super) fn pop_first(&mut self) -> Option<Day> {
        for (base, word) in (self.base..).step_by(64).zip(&mut self.bits) {
            if *word != 0 {
                let at = word.trailing_zeros();
                *word &= *word - 1;
                return Some(base + at.cast_signed());
            }
        }
        None
    }

    /// The day with `skipped` days of the set before it.
    pub(super) fn nth(&self, mut skipped: u32) -> Option<Day> {
        let mut rest = *self;
        for word in &mut rest.bits {
            if skipped < word.count_ones() {
                break;
            }
            skipped -= word.count_ones();
            *word = 0;
        }
        for _ in 0..skipped {
            rest.pop_first();
        }
        rest.pop_first()
    }

    /// Takes out all days before one.
    pub(super) fn remove_before(&mut self, day: Day) {
        let mut below = (day - self.base).max(0);
        for word in &mut self.bits {
            *word &= match below {
                0 => u64::MAX,
                1..64 => u64::MAX << below,
                _ => 0,
            };
            below = (below - 64).max(0);
        }
    }

    pub(super) fn contains_from(&self, day: Day) -> bool {
        let mut rest = *self;
        rest.remove_before(day);
        !rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;

    #[test]
    fn day_numbers_agree_with_the_calendar() {
        let mut day = date(-9, 1, 1);
        while day < date(2405, 1, 1) {
            let number = day_of(day);
            let year = Year::containing(number);
            assert_eq!(year.date(number), Some(day));
            let weekday = day.weekday().to_monday_zero_offset();
            assert_eq!(weekday_of(number), i32::from(weekday), "{day}");
            let iso = day.iso_week_date();
            let by_week = Year::by_week(number, 0);
            let week = (number - by_week.first_week(0)) / 7 + 1;
            assert_eq!(
                (by_week.number, week),
                (iso.year().into(), iso.week().into())
            );
            day += 11.days();
        }
        assert_eq!(day_of(date(1970, 1, 1)), 0);
    }

    #[test]
    fn day_sets_count_pick_and_forget() {
        let mut days = Days::from(100);
        for day in [99, 100, 163, 164, 300, 483, 484] {
            days.insert(day);
        }
        assert_eq!(
            (days.count(), days.nth(2), days.nth(5)),
            (5, Some(164), None)
        );
        days.retain(|day| day != 163);
        days.remove_before(164);
        assert!(days.contains_from(483) && !days.contains_from(484));
        assert_eq!(
            std::iter::from_fn(|| days.pop_first()).collect::<Vec<_>>(),
            [164, 300, 483]
        );
    }
}
