//! The set of starts within one period.

use super::days::Days;
use super::{Freq, Rule};
use jiff::civil::{Date, DateTime};

/// What one period holds: each of its days at each of its times. The product is never written
/// out, so dense BYHOUR, BYMINUTE and BYSECOND lists cost nothing.
pub(super) struct Set {
    hours: Vec<u8>,
    minutes: Vec<u8>,
    seconds: Vec<u8>,
    /// Seconds of the day at which a period shorter than a day begins.
    pub(super) offset: u32,
    pub(super) days: Days,
    pub(super) today: Option<Date>,
    /// Next time of today.
    pub(super) tick: u32,
    pub(super) ticks: u32,
    /// Positions that BYSETPOS picks, the next one last.
    pub(super) picks: Vec<u32>,
}

impl Set {
    pub(super) fn new(rule: &Rule, first: DateTime, is_date: bool) -> Self {
        let part = |list: &[u8], own: i8, unit: Freq| match (is_date || rule.freq <= unit, list) {
            (true, _) => vec![0],
            (false, []) => vec![own.unsigned_abs()],
            (false, list) => list.to_vec(),
        };
        let mut seconds = part(&rule.by_second, first.second(), Freq::Secondly);
        // Without leap seconds, second 60 is second 59 (RFC 5545 §3.3.12).
        seconds.iter_mut().for_each(|s| *s = (*s).min(59));
        seconds.dedup();
        let minutes = part(&rule.by_minute, first.minute(), Freq::Minutely);
        let hours = part(&rule.by_hour, first.hour(), Freq::Hourly);
        let size = hours.len() * minutes.len() * seconds.len();
        Self {
            hours,
            minutes,
            seconds,
            offset: 0,
            days: Days::from(0),
            today: None,
            tick: 0,
            // At most 24 * 60 * 60.
            ticks: u32::try_from(size).unwrap_or(u32::MAX),
            picks: Vec::new(),
        }
    }

    /// Seconds of the day of the nth time.
    pub(super) fn second_of_day(&self, tick: u32) -> u32 {
        if self.ticks == 1 {
            return self.offset + self.clock(0, 0, 0);
        }
        let tick = tick as usize;
        let (rest, second) = (tick / self.seconds.len(), tick % self.seconds.len());
        let (hour, minute) = (rest / self.minutes.len(), rest % self.minutes.len());
        self.offset + self.clock(hour, minute, second)
    }

    fn clock(&self, hour: usize, minute: usize, second: usize) -> u32 {
        u32::from(self.hours[hour]) * 3600
            + u32::from(self.minutes[minute]) * 60
            + u32::from(self.seconds[second])
    }

    /// The first time of the day that is not before `second`.
    pub(super) fn tick_at(&self, second: u32) -> u32 {
        let (mut low, mut high) = (0, self.ticks);
        while low < high {
            let middle = low.midpoint(high);
            if self.second_of_day(middle) < second {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Works out which positions of this period BYSETPOS means.
    pub(super) fn pick(&mut self, positions: &[i16]) {
        let size = i64::from(self.days.count()) * i64::from(self.ticks);
        self.picks.clear();
        self.picks.extend(positions.iter().filter_map(|position| {
            let position = i64::from(*position);
            let at = if position < 0 {
                size + position
            } else {
                position - 1
            };
            (0..size).contains(&at).then(|| u32::try_from(at).ok())?
        }));
        self.picks.sort_unstable_by(|a, b| b.cmp(a));
        self.picks.dedup();
    }
}
