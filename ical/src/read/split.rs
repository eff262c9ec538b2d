//! RANGE=THISANDFUTURE (RFC 5545 §3.2.13): few programs understand it, so the series is split in
//! two (R3). The first ends before the instance, the second goes on from it as the change says.

use super::event::Entry;
use super::notice::Warnings;
use super::series::{Budget, first_start, named, starts_before, starts_from};
use domain::event::{EventBody, Occurrence};
use domain::recur::{Rule, Until};
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use std::num::NonZeroU32;

/// Cuts `body` at an instance: what is left of it stays in place, the rest is returned with
/// `entry` as its new main event.
pub(crate) fn split(
    body: &mut EventBody,
    at: RecurrenceId,
    entry: &Entry,
    budget: &mut Budget,
    warnings: &mut Warnings,
) -> EventBody {
    let main = entry.occurrence.clone();
    let Some(series) = body.series.as_mut() else {
        return EventBody { main, series: None };
    };
    let Some((first, new_first)) = first_start(&body.main.time).zip(first_start(&main.time)) else {
        return EventBody { main, series: None };
    };
    let shift = Shift {
        by: new_first.at().duration_since(at.at()),
        kind: new_first,
    };
    let mut rest = Series::default();
    let mut kept = Vec::new();
    for rule in std::mem::take(&mut series.rules) {
        if shift.changes_day() && has_days(&rule) {
            match starts_from(&rule, &body.main.time, &at, budget) {
                Some(starts) => rest
                    .extra
                    .extend(starts.iter().filter_map(|s| shift.extra(s))),
                None => {
                    let text = "the rest of the series moves to other days than its rule says";
                    warnings.push(entry.line, "split-moves-days", text);
                    rest.rules.push(rule.clone());
                }
            }
        } else if let Some(rule) = rest_of(&rule, &first, &at, budget) {
            rest.rules.push(shift.end_of(rule));
        }
        kept.push(rule.ending(just_before(&at)));
    }
    series.rules = kept;
    move_dates(series, &mut rest, &at, &shift);
    rest.extra.retain(|extra| extra.start != new_first);
    rest.extra.sort_unstable();
    rest.extra.dedup();
    EventBody {
        main,
        series: Some(rest),
    }
}

/// Extra dates, exceptions and changed instances from the cut on go with the second series.
fn move_dates(series: &mut Series, rest: &mut Series, at: &RecurrenceId, shift: &Shift) {
    for extra in std::mem::take(&mut series.extra) {
        match extra.start < *at {
            true => series.extra.push(extra),
            false => rest.extra.extend(shift.extra(&extra.start)),
        }
    }
    for except in std::mem::take(&mut series.except) {
        match except < *at {
            true => series.except.push(except),
            false => rest.except.extend(shift.instance(&except)),
        }
    }
    for changed in std::mem::take(&mut series.overrides) {
        match changed.at < *at {
            true => series.overrides.push(changed),
            false => rest.overrides.extend(shift.changed(changed)),
        }
    }
}

/// By how much the instances from the cut on are moved.
struct Shift {
    by: SignedDuration,
    /// An instance of the new series, for its kind.
    kind: RecurrenceId,
}

impl Shift {
    fn instance(&self, old: &RecurrenceId) -> Option<RecurrenceId> {
        let at: DateTime = old.at().checked_add(self.by).ok()?;
        Some(named(at, &self.kind))
    }

    fn extra(&self, old: &RecurrenceId) -> Option<ExtraDate> {
        let start = self.instance(old)?;
        Some(ExtraDate { start, end: None })
    }

    fn changed(&self, old: Override) -> Option<Override> {
        let at = self.instance(&old.at)?;
        let instead: Occurrence = old.instead;
        Some(Override { at, instead })
    }

    /// The rule with its UNTIL moved along.
    fn end_of(&self, rule: Rule) -> Rule {
        let later = |at: DateTime| at.checked_add(self.by).unwrap_or(at);
        let until = match rule.until() {
            None => return rule,
            Some(Until::Utc(at)) => Until::Utc(later(at)),
            Some(Until::Local(at)) => Until::Local(later(at)),
            Some(Until::Date(day)) => match self.kind {
                RecurrenceId::Date(_) => Until::Date(later(day.at(0, 0, 0, 0)).date()),
                RecurrenceId::Local(_) => Until::Local(later(day.at(23, 59, 59, 0))),
            },
        };
        rule.ending(until)
    }

    fn changes_day(&self) -> bool {
        let Some(old) = self.kind.at().checked_sub(self.by).ok() else {
            return true;
        };
        old.date() != self.kind.date()
    }
}

/// True when the rule itself says which days: then moving its start does not move the others.
fn has_days(rule: &Rule) -> bool {
    rule.to_string().contains(";BY")
}

/// The rule from the cut on; a COUNT goes down by what happened before. `None` when it was over.
fn rest_of(
    rule: &Rule,
    first: &RecurrenceId,
    at: &RecurrenceId,
    budget: &mut Budget,
) -> Option<Rule> {
    let Some(count) = rule.count() else {
        return Some(rule.clone());
    };
    let before = u32::try_from(starts_before(rule, first, at, budget)).ok()?;
    let left = NonZeroU32::new(count.checked_sub(before)?)?;
    Some(rule.clone().times(left))
}

fn just_before(at: &RecurrenceId) -> Until {
    match at {
        RecurrenceId::Date(date) => Until::Date(date.yesterday().unwrap_or(*date)),
        RecurrenceId::Local(local) => {
            let second = SignedDuration::from_secs(1);
            Until::Local(local.checked_sub(second).unwrap_or(*local))
        }
    }
}
