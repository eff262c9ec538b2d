//! What is likely wrong with when.

use super::{Finding, LintContext, Mistake, is_on};
use crate::event::EventBody;
use crate::expand::Budget;
use crate::recur::Until;
use crate::time::{EventTime, TimeError, WallTime, Zoned};
use crate::zone::Zone;
use jiff::civil::{Date, DateTime};
use jiff::tz::AmbiguousOffset;

/// Most whole days of one event.
const MANY_DAYS: i32 = 30;
/// Most hours of one event.
const MANY_HOURS: i64 = 24;
/// How many years ahead schedules are made.
const YEARS_AHEAD: i16 = 5;
/// Hours in which nothing for the public begins, as a rule.
const SMALL_HOURS: std::ops::Range<i8> = 3..6;

pub(super) fn times(draft: &EventBody, context: &LintContext<'_>, findings: &mut Vec<Finding>) {
    let mut add = |what| findings.push(Finding::new(what));
    let time = &draft.main.time;
    match time.check() {
        Err(TimeError::EndsBeforeStart) => return add(Mistake::EndsBeforeStart),
        Err(TimeError::YearOutOfRange(year)) => return add(Mistake::YearOutOfRange(year)),
        Ok(()) => {}
    }
    length(time, &mut add);
    if let Some(last) = last_day(draft, context).filter(|last| *last < context.today) {
        add(Mistake::Past { last });
    }
    if let Some((first, _)) = time.days(context.zone)
        && first.year() - context.today.year() > YEARS_AHEAD
    {
        add(Mistake::FarAhead { year: first.year() });
    }
    if let EventTime::Zoned(zoned) = time {
        on_the_clock(zoned, context.zone, &mut add);
    }
}

fn length(time: &EventTime, add: &mut impl FnMut(Mistake)) {
    match time {
        EventTime::AllDay { first, last } => {
            let days = first.until(*last).map_or(0, |span| span.get_days()) + 1;
            if days > MANY_DAYS {
                add(Mistake::ManyDays { days });
            }
        }
        EventTime::Zoned(Zoned {
            start,
            end: Some(end),
            zone,
        }) => {
            let from = start.instant(zone);
            hours(end.instant(zone).duration_since(from).as_secs(), add);
        }
        EventTime::Floating {
            start,
            end: Some(end),
        } => hours(end.duration_since(*start).as_secs(), add),
        _ => {}
    }
}

fn hours(seconds: i64, add: &mut impl FnMut(Mistake)) {
    if seconds == 0 {
        add(Mistake::NoLength);
    } else if seconds > MANY_HOURS * 3600 {
        let hours = seconds / 3600 + i64::from(seconds % 3600 > 0);
        add(Mistake::ManyHours { hours });
    }
}

/// The last day on which it is; `None` where it has no day or never ends.
fn last_day(draft: &EventBody, context: &LintContext<'_>) -> Option<Date> {
    let (_, last) = draft.main.time.days(context.zone)?;
    let Some(series) = &draft.series else {
        return Some(last);
    };
    if series.is_endless() {
        return None;
    }
    // A rule that ends in the future need not be expanded to see that.
    let ahead = series.rules.iter().any(|rule| match rule.until() {
        Some(Until::Date(date)) => date >= context.today,
        Some(Until::Local(at) | Until::Utc(at)) => at.date() >= context.today,
        None => false,
    });
    if ahead {
        return None;
    }
    let instances = draft
        .instances(None, context.zone, Budget::default())
        .ok()?;
    let ends = instances.iter().filter_map(|instance| {
        let (start, end) = instance.instants(context.zone)?;
        // An end at midnight belongs to the day before.
        let last = end.max(start).as_second() - i64::from(end > start);
        let last = jiff::Timestamp::from_second(last).ok()?;
        Some(WallTime::of(last, context.zone).at.date())
    });
    ends.max()
}

fn on_the_clock(zoned: &Zoned, home: &Zone, add: &mut impl FnMut(Mistake)) {
    let clock = |at: DateTime| at.strftime("%H:%M").to_string();
    let start = zoned.start;
    match zoned.zone.rules().to_ambiguous_zoned(start.at).offset() {
        AmbiguousOffset::Gap { .. } => {
            let instead = WallTime::of(start.instant(&zoned.zone), &zoned.zone).at;
            add(Mistake::SkippedHour {
                instead: clock(instead),
            });
        }
        AmbiguousOffset::Fold { .. } => add(Mistake::DoubleHour),
        AmbiguousOffset::Unambiguous { .. } => {}
    }
    let local = WallTime::of(start.instant(&zoned.zone), home).at;
    let told = local.strftime("%Y-%m-%d %H:%M").to_string();
    if zoned.zone.is_utc() && !home.is_utc() {
        add(Mistake::UtcTime { local: told });
    } else if zoned.zone != *home && local != start.at {
        add(Mistake::OtherZone {
            zone: zoned.zone.name().to_owned(),
            local: told,
        });
    }
    // Where it is held elsewhere, its own clock is the one that people stand under.
    let own = if zoned.zone.is_utc() { local } else { start.at };
    if SMALL_HOURS.contains(&own.hour()) {
        add(Mistake::SmallHours { time: clock(own) });
    }
}

/// The days that the words of an event speak of; none where it does not take place then.
pub(super) fn own_days(draft: &EventBody, context: &LintContext<'_>) -> Option<(Date, Date)> {
    let zone = match &draft.main.time {
        EventTime::Zoned(zoned) => &zoned.zone,
        _ => context.zone,
    };
    draft.main.time.days(zone).filter(|_| is_on(draft))
}
