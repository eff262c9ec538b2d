//! What an event says about repeating, as a [`Series`] (RFC 5545 §3.8.5). Rules that a schedule
//! should not carry (hourly ones, rules of exceptions) become single dates where they end.

use super::clock::Clock;
use super::event::Repeats;
use super::notice::{Reason, Warnings};
use domain::caps;
use domain::recur::{OutOfSteps, Rule, Starts, Until};
use domain::series::{ExtraDate, RecurrenceId, Series};
use domain::time::{EventTime, LAST_YEAR, WallTime};
use domain::zone::Zone;
use jiff::civil::{DateTime, date};
use std::collections::BTreeSet;

/// Instances that a rule finer than daily may have.
const SUB_DAILY_INSTANCES: usize = 1_000;
/// Steps that all expansions of one input may take together (B9).
const STEPS: u64 = 10 * caps::EXPANSION_STEPS;

/// Later than any event.
const END: DateTime = date(LAST_YEAR, 12, 31).at(23, 59, 59, 0);

/// The work left for one input.
pub(crate) struct Budget(u64);

impl Default for Budget {
    fn default() -> Self {
        Self(STEPS)
    }
}

impl Budget {
    /// The starts of a rule, as many as wanted. An error when the steps are used up.
    fn take(&mut self, mut starts: Starts<'_>, most: usize) -> Result<Vec<DateTime>, OutOfSteps> {
        starts = starts.within(caps::EXPANSION_STEPS.min(self.0));
        let found = starts.by_ref().take(most).collect();
        self.0 -= starts.steps().min(self.0);
        found
    }
}

/// The first start of a time, as its series names it.
pub(crate) fn first_start(time: &EventTime) -> Option<RecurrenceId> {
    match time {
        EventTime::Zoned(zoned) => Some(RecurrenceId::Local(zoned.start.at)),
        EventTime::Floating { start, .. } => Some(RecurrenceId::Local(*start)),
        EventTime::AllDay { first, .. } => Some(RecurrenceId::Date(*first)),
        _ => None,
    }
}

/// An instance of the same kind as `like`.
pub(crate) fn named(at: DateTime, like: &RecurrenceId) -> RecurrenceId {
    match like {
        RecurrenceId::Date(_) => RecurrenceId::Date(at.date()),
        RecurrenceId::Local(_) => RecurrenceId::Local(at),
    }
}

/// The starts that a rule makes for a series that begins at `first`.
fn starts<'r>(rule: &'r Rule, first: &RecurrenceId) -> Starts<'r> {
    match first {
        RecurrenceId::Date(date) => rule.starts_on(*date),
        RecurrenceId::Local(at) => rule.starts_at(*at),
    }
}

/// The rule with an UNTIL that its starts can be compared with: in the series' own zone.
fn with_local_end(rule: Rule, time: &EventTime) -> Rule {
    match (rule.until(), time) {
        (Some(Until::Utc(at)), EventTime::Zoned(zoned)) => {
            let instant = WallTime::new(at).instant(&Zone::utc());
            let local = WallTime::of(instant, &zoned.zone).at;
            rule.ending(Until::Local(local))
        }
        _ => rule,
    }
}

/// Makes the series of a master; `None` when it does not repeat.
pub(crate) fn build(
    time: &EventTime,
    repeats: Repeats,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> Result<Option<Series>, Reason> {
    let Some(first) = first_start(time).filter(|_| !repeats.is_empty()) else {
        return Ok(None);
    };
    let clock = Clock::of(time);
    let mut extra: BTreeSet<ExtraDate> = BTreeSet::new();
    for (start, end) in &repeats.extra {
        let end = end.as_ref().map(|end| match &clock {
            Clock::Zone { zone, .. } => end.wall_in(zone).at,
            _ => end.at(),
        });
        let start = clock.instance(start);
        let end = end.filter(|end| *end > start.at());
        extra.insert(ExtraDate { start, end });
    }
    let mut except: BTreeSet<RecurrenceId> = repeats
        .except
        .iter()
        .map(|when| clock.instance(when))
        .collect();
    except.extend(exceptions_by_rule(time, &first, &repeats, budget)?);
    let mut rules = Vec::new();
    for (line, rule) in repeats.rules {
        if rule.is_sub_daily() {
            let times = sub_daily(line, with_local_end(rule, time), &first, budget)?;
            let text = format!("hourly rule or finer, kept as {} single dates", times.len());
            warnings.push(line, "sub-daily-expanded", text);
            let more = times.into_iter().filter(|start| *start != first);
            extra.extend(more.map(|start| ExtraDate { start, end: None }));
        } else if is_too_long(&rule) {
            let limit = caps::EXPANSION_INSTANCES;
            let what = "instances";
            return Err(Reason::TooMany { what, limit });
        } else {
            rules.push(rule);
        }
    }
    for (count, what) in [(extra.len(), "extra dates"), (except.len(), "exceptions")] {
        if count > caps::SERIES_DATES {
            let limit = caps::SERIES_DATES;
            return Err(Reason::TooMany { what, limit });
        }
    }
    Ok(Some(Series {
        rules,
        extra: single_starts(extra),
        except: except.into_iter().collect(),
        overrides: Vec::new(),
    }))
}

/// True when its COUNT alone is more than any expansion may yield (B9).
fn is_too_long(rule: &Rule) -> bool {
    let count = rule.count().map(usize::try_from);
    count.is_some_and(|count| count.is_ok_and(|count| count > caps::EXPANSION_INSTANCES))
}

/// One extra date per start; where a PERIOD and a plain date name the same one, the PERIOD.
fn single_starts(extra: BTreeSet<ExtraDate>) -> Vec<ExtraDate> {
    let mut out: Vec<ExtraDate> = Vec::with_capacity(extra.len());
    for date in extra {
        match out.last_mut() {
            Some(last) if last.start == date.start => *last = date,
            _ => out.push(date),
        }
    }
    out
}

fn sub_daily(
    line: usize,
    rule: Rule,
    first: &RecurrenceId,
    budget: &mut Budget,
) -> Result<Vec<RecurrenceId>, Reason> {
    let refused = Reason::SubDaily { line };
    if rule.is_endless() {
        return Err(refused);
    }
    match budget.take(starts(&rule, first), SUB_DAILY_INSTANCES + 1) {
        Ok(found) if found.len() <= SUB_DAILY_INSTANCES => {
            Ok(found.into_iter().map(|at| named(at, first)).collect())
        }
        _ => Err(refused),
    }
}

/// EXRULE, which RFC 5545 took out, as single exceptions: all that an event can have, where
/// neither it nor the event ends.
fn exceptions_by_rule(
    time: &EventTime,
    first: &RecurrenceId,
    repeats: &Repeats,
    budget: &mut Budget,
) -> Result<Vec<RecurrenceId>, Reason> {
    let mut found = Vec::new();
    for (line, rule) in &repeats.except_rules {
        let refused = || Reason::EndlessExceptions { line: *line };
        let rule = with_local_end(rule.clone(), time);
        let mut starts = starts(&rule, first);
        if rule.is_endless() {
            let last = last_start(time, first, &repeats.rules, budget);
            starts = starts.until(last.unwrap_or(END));
        }
        let dates = budget
            .take(starts, caps::SERIES_DATES + 1)
            .ok()
            .filter(|dates| dates.len() <= caps::SERIES_DATES || !rule.is_endless())
            .ok_or_else(refused)?;
        found.extend(dates.into_iter().map(|at| named(at, first)));
    }
    Ok(found)
}

/// The last start of rules that all end; `None` when one does not, or is too long.
fn last_start(
    time: &EventTime,
    first: &RecurrenceId,
    rules: &[(usize, Rule)],
    budget: &mut Budget,
) -> Option<DateTime> {
    let mut last = first.at();
    for (_, rule) in rules {
        let rule = with_local_end(rule.clone(), time);
        if rule.is_endless() {
            return None;
        }
        let all = budget
            .take(starts(&rule, first), caps::EXPANSION_INSTANCES + 1)
            .ok()?;
        if all.len() > caps::EXPANSION_INSTANCES {
            return None;
        }
        last = last.max(all.last().copied().unwrap_or(last));
    }
    Some(last)
}

/// Those of some instances that the series makes. `None` when that cannot be found out.
pub(crate) fn made_among(
    wanted: &BTreeSet<RecurrenceId>,
    time: &EventTime,
    series: &Series,
    budget: &mut Budget,
) -> Option<BTreeSet<RecurrenceId>> {
    let first = first_start(time)?;
    let (low, high) = (wanted.first()?.at(), wanted.last()?.at());
    let mut made: BTreeSet<RecurrenceId> = series.extra.iter().map(|e| e.start).collect();
    made.insert(first);
    for rule in &series.rules {
        let rule = with_local_end(rule.clone(), time);
        let range = starts(&rule, &first).since(low).until(high);
        let found = budget.take(range, caps::EXPANSION_INSTANCES).ok()?;
        made.extend(found.into_iter().map(|at| named(at, &first)));
    }
    Some(made.intersection(wanted).copied().collect())
}

/// How many starts a rule with a COUNT makes before an instance.
pub(crate) fn starts_before(
    rule: &Rule,
    first: &RecurrenceId,
    before: &RecurrenceId,
    budget: &mut Budget,
) -> usize {
    let found = budget.take(
        starts(rule, first).until(before.at()),
        caps::EXPANSION_INSTANCES,
    );
    let count = |found: Vec<DateTime>| found.iter().filter(|at| **at < before.at()).count();
    found.map(count).unwrap_or_default()
}

/// The starts that an ending rule makes from an instance on, at most so many.
pub(crate) fn starts_from(
    rule: &Rule,
    time: &EventTime,
    from: &RecurrenceId,
    budget: &mut Budget,
) -> Option<Vec<RecurrenceId>> {
    let first = first_start(time)?;
    let rule = with_local_end(rule.clone(), time);
    if rule.is_endless() {
        return None;
    }
    let found = budget
        .take(
            starts(&rule, &first).since(from.at()),
            SUB_DAILY_INSTANCES + 1,
        )
        .ok()
        .filter(|found| found.len() <= SUB_DAILY_INSTANCES)?;
    Some(found.into_iter().map(|at| named(at, &first)).collect())
}
