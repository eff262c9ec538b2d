//! The starts of a rule, one after the other, under a budget of steps.

use super::days::{Day, Days, Year, day_of};
use super::pattern::Pattern;
use super::set::Set;
use super::{Freq, Rule, Until};
use crate::caps;
use crate::time::LAST_YEAR;
use jiff::civil::{Date, DateTime, Time, date};

/// The last reading that an expansion can reach.
const LAST: DateTime = date(LAST_YEAR, 12, 31).at(23, 59, 59, 0);

/// The steps that an expansion was allowed are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the rule needs more than {0} steps to expand")]
pub struct OutOfSteps(pub u64);

/// The clock readings that a rule makes, strictly increasing. Lazy: memory does not grow with
/// their number. After an error it is at its end.
pub struct Starts<'r> {
    rule: &'r Rule,
    pattern: Pattern<'r>,
    is_date: bool,
    first: DateTime,
    low: DateTime,
    last: DateTime,
    left: Option<u32>,
    budget: u64,
    steps: u64,
    /// The period to look at next, counted in units of FREQ.
    unit: i64,
    last_unit: i64,
    year: Year,
    set: Set,
    emitted: Option<DateTime>,
    ended: bool,
}

impl<'r> Starts<'r> {
    pub(super) fn new(rule: &'r Rule, first: DateTime, is_date: bool) -> Self {
        let first_day = day_of(first.date());
        let last = match rule.until {
            None => LAST,
            Some(Until::Date(day)) => day.at(23, 59, 59, 0),
            // The day as it is written, whatever its clock says.
            Some(Until::Local(at) | Until::Utc(at)) if is_date => at.date().at(23, 59, 59, 0),
            Some(Until::Local(at) | Until::Utc(at)) => at,
        };
        let pattern = Pattern::new(rule, first_day);
        let mut starts = Self {
            set: Set::new(rule, first, is_date),
            pattern,
            is_date,
            first,
            low: first,
            last: LAST,
            left: rule.count(),
            budget: caps::EXPANSION_STEPS,
            steps: 0,
            unit: 0,
            last_unit: 0,
            year: Year::containing(first_day),
            emitted: None,
            ended: false,
            rule,
        };
        starts.unit = starts.first_unit(first_day);
        starts.until(last)
    }

    /// Ends after this reading as well.
    #[must_use]
    pub fn until(mut self, last: DateTime) -> Self {
        self.last = self.last.min(last);
        // One more, because SKIP can move a day back into the period before.
        self.last_unit = self.unit_of(self.last) + 1;
        self
    }

    /// Ends after this reading instead of where UNTIL, read on the same clock, would end it.
    #[must_use]
    pub fn ending_at(mut self, last: DateTime) -> Self {
        self.last = LAST;
        self.until(last)
    }

    /// Leaves out what is before this reading, without walking there where the rule has no COUNT.
    #[must_use]
    pub fn since(mut self, low: DateTime) -> Self {
        self.low = self.low.max(low);
        if self.left.is_none() {
            // One less, because SKIP and week numbers reach over the ends of a period.
            self.skip_to(self.unit_of(self.low.min(LAST)) - 1);
        }
        self
    }

    /// Gives up after this many steps; a step is a look at one period or one start.
    #[must_use]
    pub const fn within(mut self, steps: u64) -> Self {
        self.budget = steps;
        self
    }

    /// The steps taken so far.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    fn charge(&mut self) -> Result<(), OutOfSteps> {
        if self.steps >= self.budget {
            self.ended = true;
            return Err(OutOfSteps(self.budget));
        }
        self.steps += 1;
        Ok(())
    }

    /// Units per day of the frequencies below a day.
    const fn units_per_day(&self) -> i64 {
        match self.rule.freq {
            Freq::Secondly => 86_400,
            Freq::Minutely => 1_440,
            Freq::Hourly => 24,
            _ => 1,
        }
    }

    fn week_start(&self) -> Day {
        self.rule.week_start.to_monday_zero_offset().into()
    }

    /// The period that holds a reading.
    fn unit_of(&self, at: DateTime) -> i64 {
        match self.rule.freq {
            Freq::Yearly => at.year().into(),
            Freq::Monthly => i64::from(at.year()) * 12 + i64::from(at.month()) - 1,
            // Day 0 was a Thursday.
            Freq::Weekly => (day_of(at.date()) + 3 - self.week_start())
                .div_euclid(7)
                .into(),
            _ => {
                let per_day = self.units_per_day();
                let second = i64::from(second_of_day(at));
                i64::from(day_of(at.date())) * per_day + second / (86_400 / per_day)
            }
        }
    }

    /// The period from which INTERVAL counts. With BYWEEKNO it is the year of weeks that the
    /// first start lies in, if that still holds a day to come; else its calendar year.
    fn first_unit(&self, first: Day) -> i64 {
        if self.rule.freq == Freq::Yearly && !self.rule.by_week_no.is_empty() {
            let year = Year::by_week(first, self.week_start());
            if self.pattern.week_year(&year).contains_from(first) {
                return year.number.into();
            }
        }
        self.unit_of(self.first)
    }

    /// Goes on with the first period in INTERVAL's rhythm that is not before `unit`.
    fn skip_to(&mut self, unit: i64) {
        let interval = i64::from(self.rule.interval());
        let missing = unit - self.unit;
        if missing > 0 {
            self.unit += (missing + interval - 1) / interval * interval;
        }
    }

    fn settle_year(&mut self, day: Day) {
        if !self.year.holds(day) {
            self.year = Year::containing(day);
        }
    }

    /// Fills the set with the next period that holds anything; false at the end.
    fn next_period(&mut self) -> Result<bool, OutOfSteps> {
        while self.unit <= self.last_unit {
            self.charge()?;
            let unit = self.unit;
            self.unit += i64::from(self.rule.interval());
            self.set.days = match self.rule.freq {
                Freq::Yearly => {
                    let year = Year::new(narrow(unit));
                    if self.rule.by_week_no.is_empty() {
                        self.pattern.year(&year)
                    } else {
                        self.pattern.week_year(&year)
                    }
                }
                Freq::Monthly => {
                    let year = Year::new(narrow(unit.div_euclid(12)));
                    self.pattern.month(&year, narrow(unit.rem_euclid(12)) + 1)
                }
                Freq::Weekly => self.pattern.week(narrow(unit) * 7 - 3 + self.week_start()),
                _ => self.day_or_less(unit),
            };
            if !self.set.days.is_empty() {
                self.enter_period();
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// One day, hour, minute or second. Where it does not meet the limits, goes on with the next
    /// one that can.
    fn day_or_less(&mut self, unit: i64) -> Days {
        let per_day = self.units_per_day();
        let day = narrow(unit.div_euclid(per_day));
        self.settle_year(day);
        let days = self.pattern.day(day, &self.year);
        if days.is_empty() {
            let (month, _) = self.year.month_and_day(day);
            let next = if self.pattern.limits.month(month) {
                day + 1
            } else {
                self.year.month_start(month + 1)
            };
            self.skip_to(i64::from(next) * per_day);
        } else if per_day > 1 {
            let length = 86_400 / per_day;
            let second = u32::try_from(unit.rem_euclid(per_day) * length).unwrap_or_default();
            if let Some(wait) = self.wait(second) {
                let next = i64::from(day) * 86_400 + i64::from(second + wait);
                self.skip_to(next / length);
                return Days::from(day);
            }
            self.set.offset = if self.is_date { 0 } else { second };
        }
        days
    }

    /// Seconds until BYHOUR, BYMINUTE and BYSECOND can be met, for a period shorter than a day
    /// that begins at this second of the day; `None` when it meets them.
    fn wait(&self, second: u32) -> Option<u32> {
        if self.is_date {
            return None;
        }
        let until_next = |list: &[u8], now: u32, size: u32| {
            let listed = |n: &&u8| u32::from(**n) >= now;
            let next = list
                .iter()
                .find(listed)
                .map_or(size, |n| u32::from(*n).min(size));
            if list.is_empty() { 0 } else { next - now }
        };
        let (hour, minute, within) = (second / 3600, second / 60 % 60, second % 60);
        let hours = until_next(&self.rule.by_hour, hour, 24);
        if hours > 0 {
            return Some(hours * 3600 - second % 3600);
        }
        if self.rule.freq <= Freq::Minutely {
            let minutes = until_next(&self.rule.by_minute, minute, 60);
            if minutes > 0 {
                return Some(minutes * 60 - within);
            }
        }
        if self.rule.freq == Freq::Secondly {
            // Second 60 is second 59.
            let leap = self.rule.by_second.last() == Some(&60) && within == 59;
            let seconds = until_next(&self.rule.by_second, within, 60);
            if seconds > 0 && !leap {
                return Some(seconds);
            }
        }
        None
    }

    /// Prepares to read the set that was just filled.
    fn enter_period(&mut self) {
        self.set.today = None;
        if self.rule.by_set_pos.is_empty() {
            // With COUNT everything from the first start on must be seen.
            let from = if self.left.is_some() {
                self.first
            } else {
                self.low
            };
            self.set.days.remove_before(day_of(from.date()));
        } else {
            self.set.pick(&self.rule.by_set_pos);
        }
    }

    /// The next member of the period's set, before ends and bounds are looked at.
    fn next_of_period(&mut self) -> Option<DateTime> {
        if !self.rule.by_set_pos.is_empty() {
            let at = self.set.picks.pop()?;
            let day = self.set.days.nth(at / self.set.ticks)?;
            let date = self.date(day)?;
            return Some(at_second(date, self.set.second_of_day(at % self.set.ticks)));
        }
        loop {
            if let Some(today) = self.set.today
                && self.set.tick < self.set.ticks
            {
                let second = self.set.second_of_day(self.set.tick);
                self.set.tick += 1;
                return Some(at_second(today, second));
            }
            let day = self.set.days.pop_first()?;
            let today = self.date(day)?;
            self.set.today = Some(today);
            let from = if self.left.is_some() {
                self.first
            } else {
                self.low
            };
            self.set.tick = if today == from.date() {
                self.set.tick_at(second_of_day(from))
            } else {
                0
            };
        }
    }

    fn date(&mut self, day: Day) -> Option<Date> {
        self.settle_year(day);
        self.year.date(day)
    }

    fn advance(&mut self) -> Result<Option<DateTime>, OutOfSteps> {
        loop {
            let Some(at) = self.next_of_period() else {
                if self.next_period()? {
                    continue;
                }
                return Ok(None);
            };
            self.charge()?;
            if at > self.last {
                return Ok(None);
            }
            // SKIP can move two days onto the same one.
            if at < self.first || self.emitted.is_some_and(|emitted| at <= emitted) {
                continue;
            }
            self.emitted = Some(at);
            if let Some(left) = &mut self.left {
                let Some(rest) = left.checked_sub(1) else {
                    return Ok(None);
                };
                *left = rest;
            }
            if at >= self.low {
                return Ok(Some(at));
            }
        }
    }
}

impl Iterator for Starts<'_> {
    type Item = Result<DateTime, OutOfSteps>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended || self.left == Some(0) {
            return None;
        }
        let next = self.advance().transpose();
        self.ended |= next.is_none();
        next
    }
}

/// Units of a day and coarser fit: they come from dates.
fn narrow(unit: i64) -> i32 {
    i32::try_from(unit).unwrap_or(i32::MAX)
}

fn second_of_day(at: DateTime) -> u32 {
    let part = |n: i8| u32::from(n.unsigned_abs());
    part(at.hour()) * 3600 + part(at.minute()) * 60 + part(at.second())
}

fn at_second(date: Date, second: u32) -> DateTime {
    // Each is below 60, or 24: the second lies within a day.
    let part = |n: u32| i8::try_from(n).unwrap_or_default();
    let time = Time::new(
        part(second / 3600),
        part(second / 60 % 60),
        part(second % 60),
        0,
    );
    date.to_datetime(time.unwrap_or(Time::midnight()))
}
