//! From a repeating event to its instances (R3), under a budget.
//!
//! The set is RFC 5545's: the first start, what the rules make, what RDATE adds, less what EXDATE
//! takes away; then changed instances stand in for the ones they name.

mod instance;

pub use instance::Instance;

use crate::caps;
use crate::event::{EventBody, Occurrence};
use crate::recur::{OutOfSteps, Rule, Starts, Until};
use crate::series::{RecurrenceId, Series};
use crate::time::{EventTime, WallTime};
use crate::zone::Zone;
use instance::{Shift, midnight};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::collections::BTreeMap;

/// How far from an edge, on the same clock, a reading must be to need no look at its instant: more
/// than any clock was ever moved at once (the date line moved over Samoa by a day).
const EDGE: SignedDuration = SignedDuration::from_hours(25);

/// How much one expansion may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Periods and starts that may be looked at.
    pub steps: u64,
    /// Starts that may be held in memory.
    pub instances: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            steps: caps::EXPANSION_STEPS,
            instances: caps::EXPANSION_INSTANCES,
        }
    }
}

/// Why a series is not expanded. There is no partial answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// Too much work, see [`Budget::steps`].
    #[error(transparent)]
    Steps(#[from] OutOfSteps),
    /// Too many instances, see [`Budget::instances`].
    #[error("the series has more than {0} instances")]
    Instances(usize),
    /// A rule without an end can be expanded within a window only.
    #[error("the series never ends")]
    Endless,
    /// Only clock times and whole days can repeat.
    #[error("an event without a fixed time cannot repeat")]
    CannotRepeat,
}

impl Series {
    /// True when a rule neither counts nor says until when.
    pub fn is_endless(&self) -> bool {
        self.rules.iter().any(Rule::is_endless)
    }
}

impl EventBody {
    /// Its instances in the order in which they start; an event that does not repeat is one.
    ///
    /// `window` selects those that overlap a span from its first instant to before its second;
    /// one without length counts when it starts there. Without a window all are given, which
    /// an endless series refuses. `home` is the zone in which whole days and floating times are
    /// read: the calendar's.
    pub fn instances(
        &self,
        window: Option<(Timestamp, Timestamp)>,
        home: &Zone,
        budget: Budget,
    ) -> Result<Vec<Instance<'_>>, ExpandError> {
        let Some(series) = &self.series else {
            let once = Instance {
                recurrence_id: None,
                what: &self.main,
                changed: false,
                shift: None,
            };
            let inside = window.is_none_or(|window| overlaps(&once, window, home));
            return Ok(inside.then_some(once).into_iter().collect());
        };
        let expansion = Expansion::new(&self.main, series, window, home, budget)?;
        let shifts = expansion.shifts()?;
        Ok(expansion.instances(shifts))
    }
}

impl EventBody {
    /// One instance by its name. Whether the series has it is not looked up: callers name
    /// instances that an expansion gave them.
    pub fn instance(&self, id: RecurrenceId) -> Instance<'_> {
        let series = self.series.as_ref();
        let changed = series.and_then(|s| s.overrides.iter().find(|o| o.at == id));
        if let Some(changed) = changed {
            let what = &changed.instead;
            return Instance {
                recurrence_id: Some(id),
                what,
                changed: true,
                shift: None,
            };
        }
        let extra = series.and_then(|s| s.extra.iter().find(|extra| extra.start == id));
        let shift = Shift {
            start: id.at(),
            end: extra.and_then(|extra| extra.end),
        };
        let what = &self.main;
        Instance {
            recurrence_id: Some(id),
            what,
            changed: false,
            shift: Some(shift),
        }
    }
}

/// The facts that one expansion works from.
struct Expansion<'a, 'h> {
    main: &'a Occurrence,
    series: &'a Series,
    window: Option<(Timestamp, Timestamp)>,
    /// The window on the series' clock.
    clock_window: Option<(DateTime, DateTime)>,
    home: &'h Zone,
    /// The series' own zone, where it has one.
    zone: Option<&'a Zone>,
    first: DateTime,
    is_date: bool,
    budget: Budget,
}

impl<'a, 'h> Expansion<'a, 'h> {
    fn new(
        main: &'a Occurrence,
        series: &'a Series,
        window: Option<(Timestamp, Timestamp)>,
        home: &'h Zone,
        budget: Budget,
    ) -> Result<Self, ExpandError> {
        let (first, zone, is_date) = match &main.time {
            EventTime::Zoned(z) => (z.start.at, Some(&z.zone), false),
            EventTime::Floating { start, .. } => (*start, None, false),
            EventTime::AllDay { first, .. } => (midnight(*first), None, true),
            _ => return Err(ExpandError::CannotRepeat),
        };
        if window.is_none() && series.is_endless() {
            return Err(ExpandError::Endless);
        }
        let clock = zone.unwrap_or(home);
        let clock_window =
            window.map(|(from, to)| (WallTime::of(from, clock).at, WallTime::of(to, clock).at));
        Ok(Self {
            main,
            series,
            window,
            clock_window,
            home,
            zone,
            first,
            is_date,
            budget,
        })
    }

    /// How long an unchanged instance lasts on the clock.
    fn length(&self) -> SignedDuration {
        match &self.main.time {
            EventTime::Zoned(z) => z.end.map(|end| end.at.duration_since(z.start.at)),
            EventTime::Floating { start, end } => end.map(|end| end.duration_since(*start)),
            EventTime::AllDay { first, last } => {
                Some(last.duration_since(*first) + SignedDuration::from_hours(24))
            }
            _ => None,
        }
        .unwrap_or_default()
    }

    fn id(&self, at: DateTime) -> RecurrenceId {
        if self.is_date {
            RecurrenceId::Date(at.date())
        } else {
            RecurrenceId::Local(at)
        }
    }

    /// A clock reading that names an instance.
    fn at(&self, id: RecurrenceId) -> DateTime {
        if self.is_date {
            midnight(id.date())
        } else {
            id.at()
        }
    }

    /// The starts of all unchanged instances in the window, ordered, without doubles; among them
    /// those that changed ones will replace.
    fn shifts(&self) -> Result<Vec<Shift>, ExpandError> {
        let mut shifts = Vec::new();
        let mut add = |shift: Shift| {
            if self.shows(&shift) {
                shifts.push(shift);
            }
            if shifts.len() > self.budget.instances {
                return Err(ExpandError::Instances(self.budget.instances));
            }
            Ok(())
        };
        let mut steps = self.budget.steps;
        for rule in &self.series.rules {
            let (mut starts, ends) = self.starts(rule, steps);
            for start in starts.by_ref() {
                let start = start.map_err(|_| OutOfSteps(self.budget.steps))?;
                if ends.as_ref().is_none_or(|ends| ends.includes(start)) {
                    add(Shift { start, end: None })?;
                }
            }
            steps -= starts.steps();
        }
        for extra in &self.series.extra {
            add(Shift {
                start: self.at(extra.start),
                end: extra.end,
            })?;
        }
        // Often a double of what the rules made, so the budget does not count it.
        let first = Shift {
            start: self.first,
            end: None,
        };
        if self.shows(&first) {
            shifts.push(first);
        }
        // An end of its own stands before the same start without one, and so is kept.
        shifts.sort_by_key(|shift| (shift.start, shift.end.is_none()));
        shifts.dedup_by_key(|shift| shift.start);
        let mut except: Vec<_> = self.series.except.iter().map(|id| self.at(*id)).collect();
        except.sort_unstable();
        if !except.is_empty() {
            shifts.retain(|shift| except.binary_search(&shift.start).is_err());
        }
        Ok(shifts)
    }

    /// The starts of one rule, and its end where that must still be looked at.
    fn starts<'r>(&self, rule: &'r Rule, steps: u64) -> (Starts<'r>, Option<UtcEnd<'a>>) {
        let mut ends = None;
        let mut starts = if self.is_date {
            rule.starts_on(self.first.date())
        } else {
            rule.starts_at(self.first)
        };
        // An end in UTC is an instant, not a reading of the series' clock (RFC 5545 §3.3.10).
        if let (Some(Until::Utc(utc)), Some(zone)) = (rule.until(), self.zone) {
            let last = instant_of_utc(utc);
            let reading = WallTime::of(last, zone).at;
            starts = starts.ending_at(reading.saturating_add(EDGE));
            ends = Some(UtcEnd {
                last,
                surely: reading.saturating_sub(EDGE),
                zone,
            });
        }
        if let Some((from, to)) = self.clock_window {
            starts = starts
                .since(from.saturating_sub(self.length() + EDGE))
                .until(to.saturating_add(EDGE));
        }
        (starts.within(steps), ends)
    }

    /// Puts changed instances in their places and cuts to the window.
    fn instances(&self, shifts: Vec<Shift>) -> Vec<Instance<'a>> {
        let mut changed: BTreeMap<DateTime, &'a Occurrence> = self
            .series
            .overrides
            .iter()
            .map(|changed| (self.at(changed.at), &changed.instead))
            .collect();
        for id in &self.series.except {
            changed.remove(&self.at(*id));
        }
        let mut instances = Vec::with_capacity(shifts.len() + changed.len());
        for shift in shifts {
            if !changed.contains_key(&shift.start) {
                instances.push(self.instance(shift));
            }
        }
        if changed.is_empty() {
            return instances;
        }
        for (at, what) in changed {
            let instance = Instance {
                recurrence_id: Some(self.id(at)),
                what,
                changed: true,
                shift: None,
            };
            if self
                .window
                .is_none_or(|window| overlaps(&instance, window, self.home))
            {
                instances.push(instance);
            }
        }
        instances.sort_by_cached_key(|instance| {
            let start = instance.instants(self.home).map(|(start, _)| start);
            (start, instance.recurrence_id)
        });
        instances
    }

    fn instance(&self, shift: Shift) -> Instance<'a> {
        // The first one keeps its time as it is: it may be the second pass of a repeated hour.
        let own = shift.start == self.first && shift.end.is_none();
        Instance {
            recurrence_id: Some(self.id(shift.start)),
            what: self.main,
            changed: false,
            shift: (!own).then_some(shift),
        }
    }

    /// Whether an unchanged instance lies in the window. Most are far enough from its edges to
    /// tell from the clock alone.
    fn shows(&self, shift: &Shift) -> bool {
        let (Some(window), Some((from, to))) = (self.window, self.clock_window) else {
            return true;
        };
        if shift.start > from.saturating_add(EDGE) && shift.start < to.saturating_sub(EDGE) {
            return true;
        }
        overlaps(&self.instance(*shift), window, self.home)
    }
}

/// An end in UTC of a series in a zone.
struct UtcEnd<'a> {
    last: Timestamp,
    /// A reading before which no instant can be too late.
    surely: DateTime,
    zone: &'a Zone,
}

impl UtcEnd<'_> {
    fn includes(&self, start: DateTime) -> bool {
        start < self.surely || WallTime::new(start).instant(self.zone) <= self.last
    }
}

fn overlaps(instance: &Instance<'_>, (from, to): (Timestamp, Timestamp), home: &Zone) -> bool {
    instance
        .instants(home)
        .is_some_and(|(start, end)| start < to && (end > from || (start == end && start >= from)))
}

/// The instant of a reading in UTC; the last one where it lies beyond.
fn instant_of_utc(at: DateTime) -> Timestamp {
    TimeZone::UTC.to_timestamp(at).unwrap_or(Timestamp::MAX)
}
