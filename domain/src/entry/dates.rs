//! Days as written, and the dates that they mean: where the year comes from.

use super::Context;
use super::fault::{Fault, Guess, Guessed, Reason};
use crate::time::{FIRST_YEAR, LAST_YEAR};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use std::ops::Range;

/// A day as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) year: Option<i16>,
    /// 1 to 12 where there is such a month.
    pub(super) month: i8,
    pub(super) day: WrittenDay,
}

/// Which day of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrittenDay {
    /// By its number.
    Number(i8),
    /// The last one, for months given as an end.
    Last,
    /// The nth of a weekday; -1 is the last.
    Nth(i8, Weekday),
}

impl Written {
    pub(super) const fn day(year: Option<i16>, month: i8, day: i8) -> Self {
        Self {
            year,
            month,
            day: WrittenDay::Number(day),
        }
    }

    pub(super) const fn month_end(year: Option<i16>, month: i8) -> Self {
        Self {
            year,
            month,
            day: WrittenDay::Last,
        }
    }

    fn in_year(self, year: i16) -> Option<Date> {
        let first = Date::new(year, self.month, 1).ok()?;
        match self.day {
            WrittenDay::Number(day) => Date::new(year, self.month, day).ok(),
            WrittenDay::Last => Some(first.last_of_month()),
            WrittenDay::Nth(nth, weekday) => first.nth_weekday_of_month(nth, weekday).ok(),
        }
    }

    /// The date, with a guess where the year was not written. A day without a year is this
    /// year's unless it lies too far back.
    pub(super) fn resolve(
        self,
        context: &Context<'_>,
        range: &Range<usize>,
    ) -> Result<(Date, Option<Guess>), Fault> {
        if let Some(year) = self.year {
            return Ok((self.exactly(year, range)?, None));
        }
        let this = context.today.year();
        let back = i32::from(context.months_back).months();
        let oldest = context.today.checked_sub(back).unwrap_or(context.today);
        let date = match self.in_year(this) {
            Some(date) if date < oldest => self.exactly(this + 1, range)?,
            _ => self.exactly(this, range)?,
        };
        let guess = Guess {
            range: range.clone(),
            what: Guessed::Year(date.year()),
        };
        Ok((date, Some(guess)))
    }

    /// The first date from `start` on that it can mean; a written year is kept.
    pub(super) fn after(self, start: Date, range: &Range<usize>) -> Result<Date, Fault> {
        if let Some(year) = self.year {
            return self.exactly(year, range);
        }
        match self.in_year(start.year()) {
            Some(date) if date >= start => Ok(date),
            _ => self.exactly(start.year() + 1, range),
        }
    }

    fn exactly(self, year: i16, range: &Range<usize>) -> Result<Date, Fault> {
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
            let reason = Reason::YearOutOfRange { year };
            return Err(Fault::new(range.clone(), reason));
        }
        let none = || Fault::new(range.clone(), Reason::NoSuchDay);
        self.in_year(year).ok_or_else(none)
    }
}

/// Refuses a weekday that is not the date's.
pub(super) fn check_weekday(date: Date, said: Weekday, range: &Range<usize>) -> Result<(), Fault> {
    let is = date.weekday();
    if said == is {
        return Ok(());
    }
    let reason = Reason::WrongWeekday { date, said, is };
    Err(Fault::new(range.clone(), reason))
}

/// A date some days on, as long as schedules reach that far.
pub(super) fn days_on(date: Date, days: i64) -> Option<Date> {
    let on = date.checked_add(days.days()).ok()?;
    (FIRST_YEAR..=LAST_YEAR).contains(&on.year()).then_some(on)
}

/// A date some months on.
pub(super) fn months_on(date: Date, months: i64) -> Option<Date> {
    let on = date.checked_add(months.months()).ok()?;
    (FIRST_YEAR..=LAST_YEAR).contains(&on.year()).then_some(on)
}
