//! Which days a rule makes within one week, month or year: the table of RFC 5545 §3.3.10.

use super::days::{Day, Days, Year, weekday_of};
use super::limits::Limits;
use super::{Freq, Rule, Skip};

/// A rule together with the day its series begins on, which supplies what the rule leaves out.
pub(super) struct Pattern<'r> {
    rule: &'r Rule,
    pub(super) limits: Limits,
    week_start: i32,
    first_month: i32,
    first_of_month: i32,
    first_weekday: i32,
}

impl<'r> Pattern<'r> {
    pub(super) fn new(rule: &'r Rule, first: Day) -> Self {
        let (first_month, first_of_month) = Year::containing(first).month_and_day(first);
        Self {
            rule,
            limits: Limits::of(rule),
            week_start: i32::from(rule.week_start.to_monday_zero_offset()),
            first_month,
            first_of_month,
            first_weekday: weekday_of(first),
        }
    }

    /// A single day, if it meets all limits.
    pub(super) fn day(&self, day: Day, year: &Year) -> Days {
        let mut days = Days::from(day);
        if self.limits.admit(day, year) {
            days.insert(day);
        }
        days
    }

    /// The days of the week that begins on `start`.
    pub(super) fn week(&self, start: Day) -> Days {
        let mut days = Days::from(start);
        let mut year = Year::containing(start);
        for day in start..start + 7 {
            if !year.holds(day) {
                year = Year::containing(day);
            }
            if self.weekday(day) && self.limits.admit(day, &year) {
                days.insert(day);
            }
        }
        days
    }

    /// The days of one month.
    pub(super) fn month(&self, year: &Year, month: i32) -> Days {
        let start = year.month_start(month);
        let mut days = Days::from(start - 1);
        if !self.limits.month(month) {
            return days;
        }
        self.add_month_days(year, month, &mut days);
        if !self.rule.by_day.is_empty() {
            let mut named = Days::from(start - 1);
            self.add_weekdays(start, year.month_days(month), &mut named);
            days.intersect(&named);
        }
        if !self.rule.by_year_day.is_empty() || !self.rule.by_week_no.is_empty() {
            days.retain(|day| self.limits.year_day_and_week(day, &Year::containing(day)));
        }
        days
    }

    /// The days of one calendar year, for rules without BYWEEKNO.
    pub(super) fn year(&self, year: &Year) -> Days {
        let mut days = Days::from(year.start - 1);
        if self.rule.by_year_day.is_empty() {
            for month in self.months() {
                self.add_month_days(year, month, &mut days);
            }
        } else {
            for n in &self.rule.by_year_day {
                self.place((*n).into(), year.start, year.days(), &mut days);
            }
            days.retain(|day| self.limits.month_and_day(day, &Year::containing(day)));
        }
        if !self.rule.by_day.is_empty() {
            let mut named = Days::from(year.start - 1);
            if self.rule.by_month.is_empty() {
                self.add_weekdays(year.start, year.days(), &mut named);
            }
            for month in &self.rule.by_month {
                let month = i32::from(*month);
                let start = year.month_start(month);
                self.add_weekdays(start, year.month_days(month), &mut named);
            }
            days.intersect(&named);
        }
        days
    }

    /// The days of one year of weeks, for rules with BYWEEKNO. Such a year begins with week 1,
    /// so it can hold days of the calendar years before and after.
    pub(super) fn week_year(&self, year: &Year) -> Days {
        let first = year.first_week(self.week_start);
        let weeks = year.weeks(self.week_start);
        let mut days = Days::from(first);
        for n in &self.rule.by_week_no {
            let n = i32::from(*n);
            let week = if n < 0 { weeks + n } else { n - 1 };
            if !(0..weeks).contains(&week) {
                continue;
            }
            for day in first + week * 7..first + week * 7 + 7 {
                let holder = Year::containing(day);
                if self.weekday(day)
                    && self.limits.weekday(day)
                    && self.limits.month_and_day(day, &holder)
                    && self.limits.year_day(day, &holder)
                {
                    days.insert(day);
                }
            }
        }
        days
    }

    /// The weekday of the first start stands in where no part of the rule speaks of days. Week
    /// numbers alone do not: "week 20" is the day of the first start in that week.
    fn weekday(&self, day: Day) -> bool {
        let silent = self.rule.by_day.is_empty()
            && self.rule.by_month_day.is_empty()
            && self.rule.by_year_day.is_empty()
            && (self.rule.by_week_no.is_empty() || self.rule.freq == Freq::Yearly);
        !silent || weekday_of(day) == self.first_weekday
    }

    /// Months of a yearly rule. BYMONTHDAY alone means days of the month of the first start;
    /// with BYDAY it means all months. Engines differ here, see [`Rule::is_portable`].
    fn months(&self) -> impl Iterator<Item = i32> {
        let stand_in = match (self.rule.by_month.is_empty(), self.rule.by_day.is_empty()) {
            (true, true) => self.first_month..self.first_month + 1,
            (true, false) => 1..13,
            (false, _) => 0..0,
        };
        let named = self.rule.by_month.iter().map(|month| i32::from(*month));
        named.chain(stand_in)
    }

    fn add_month_days(&self, year: &Year, month: i32, days: &mut Days) {
        let (start, length) = (year.month_start(month), year.month_days(month));
        let others = !self.rule.by_day.is_empty()
            || !self.rule.by_year_day.is_empty()
            || !self.rule.by_week_no.is_empty();
        if !self.rule.by_month_day.is_empty() {
            for n in &self.rule.by_month_day {
                self.place((*n).into(), start, length, days);
            }
        } else if others {
            (start..start + length).for_each(|day| days.insert(day));
        } else {
            self.place(self.first_of_month, start, length, days);
        }
    }

    /// Adds the nth day of a month or year, or what SKIP puts in its place.
    fn place(&self, n: i32, start: Day, length: i32, days: &mut Days) {
        let at = if n < 0 { length + n } else { n - 1 };
        if (0..length).contains(&at) {
            days.insert(start + at);
            return;
        }
        // Day 31 of a short month lies behind its end, day -31 before its beginning.
        let gap = if n < 0 { start } else { start + length };
        match self.rule.skip {
            Skip::Omit => {}
            Skip::Backward => days.insert(gap - 1),
            Skip::Forward => days.insert(gap),
        }
    }

    /// Adds the days that BYDAY names within a month or year. Plain weekdays reach one day over
    /// both ends, where SKIP may have moved a day to.
    fn add_weekdays(&self, start: Day, length: i32, days: &mut Days) {
        for named in &self.rule.by_day {
            let weekday = i32::from(named.weekday.to_monday_zero_offset());
            let from = |day: Day| day + (weekday - weekday_of(day)).rem_euclid(7);
            let nth = i32::from(named.nth);
            let end = start + length;
            match nth {
                0 => (from(start - 1)..=end)
                    .step_by(7)
                    .for_each(|d| days.insert(d)),
                1.. => {
                    let day = from(start) + (nth - 1) * 7;
                    if day < end {
                        days.insert(day);
                    }
                }
                _ => {
                    let day = from(end) + nth * 7;
                    if day >= start {
                        days.insert(day);
                    }
                }
            }
        }
    }
}
