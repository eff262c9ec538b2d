//! Repeating events (R3): as rule, extra dates, exceptions and changed instances where every
//! client reads those alike; else date by date.

use super::Context;
use super::event::Part;
use super::form::Form;
use super::line::plain;
use super::stamp::Stamp;
use super::time::{Clock, Open, Shown};
use super::zone::{Used, Years};
use domain::caps;
use domain::event::{Event, EventBody, Occurrence};
use domain::expand::{Budget, ExpandError, Instance};
use domain::recur::{Rule, Until};
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::time::{EventTime, FIRST_YEAR, LAST_YEAR, WallTime, Zoned};
use domain::zone::Zone;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeSet;

/// True when the event, or any instance of it, ends on or after the beginning of `day` in `zone`;
/// always for a series without end. A series too costly to expand is never hidden.
pub fn touches_after(event: &Event, day: Date, zone: &Zone) -> bool {
    let body = &event.body;
    let endless = body.series.as_ref().is_some_and(Series::is_endless);
    if endless && body.main.time.can_repeat() {
        return true;
    }
    let window = (begin_of(day, zone), begin_of(END, zone));
    match body.instances(Some(window), zone, Budget::default()) {
        Ok(instances) => !instances.is_empty(),
        Err(ExpandError::CannotRepeat) => {
            let days = body.main.time.days(zone);
            days.is_some_and(|(_, last)| last >= day)
        }
        Err(_) => true,
    }
}

/// Later than any event.
const END: Date = date(LAST_YEAR + 1, 12, 31);

fn begin_of(day: Date, zone: &Zone) -> Timestamp {
    WallTime::new(day.at(0, 0, 0, 0)).instant(zone)
}

/// Writes a series whose main time can repeat.
pub(super) fn series(
    out: &mut Vec<u8>,
    used: &mut Used,
    event: &Event,
    series: &Series,
    context: &Context<'_>,
) {
    if !carries_rule(&event.body, series, context) {
        let window = (
            begin_of(date(FIRST_YEAR - 1, 1, 1), context.zone),
            begin_of(next_day(context.horizon), context.zone),
        );
        let budget = Budget::default();
        if let Ok(instances) = event.body.instances(Some(window), context.zone, budget) {
            for instance in &instances {
                date_by_date(out, used, event, instance, context);
            }
            return;
        }
        // Too many to write out: a rule that some clients misread is better than nothing.
    }
    if let Some(shown) = Shown::repeating(&event.body.main.time) {
        by_rule(out, used, event, series, shown, context);
    }
}

fn next_day(day: Date) -> Date {
    day.checked_add(1.day()).unwrap_or(day)
}

/// Whether this form's clients all make the same instances of the series.
fn carries_rule(body: &EventBody, series: &Series, context: &Context<'_>) -> bool {
    match context.form {
        Form::Standard => true,
        Form::FailSafe => {
            let is_date = matches!(body.main.time, EventTime::AllDay { .. });
            let portable = |rule: &Rule| rule.is_portable(is_date) && makes_first(rule, body);
            let alike = |changed: &Override| {
                changed.instead.time.can_repeat()
                    && changed.instead.time.is_all_day() == body.main.time.is_all_day()
            };
            // RFC 5545 §3.8.5.3: a second RRULE SHOULD NOT be there, and few readers expect it.
            series.rules.len() <= 1
                && series.rules.iter().all(portable)
                && series.overrides.iter().all(alike)
                && overrides_fit(body, series, context.zone)
        }
    }
}

/// Whether the rule itself makes the first instance; otherwise its meaning is undefined (RFC 5545
/// §3.8.5.3).
fn makes_first(rule: &Rule, body: &EventBody) -> bool {
    let Some(shown) = Shown::repeating(&body.main.time) else {
        return false;
    };
    let first = shown.start.at;
    let mut starts = match shown.clock {
        Clock::Days => rule.starts_on(first.date()),
        _ => rule.starts_at(first),
    }
    .within(caps::EXPANSION_STEPS);
    matches!(starts.next(), Some(Ok(start)) if start == first)
}

/// Whether every changed instance changes one that the rest of the series makes: clients differ
/// about the others.
fn overrides_fit(body: &EventBody, series: &Series, home: &Zone) -> bool {
    let Some(last) = series.overrides.iter().map(|o| o.at.date()).max() else {
        return true;
    };
    let unchanged = EventBody {
        main: Occurrence::new(body.main.title.clone(), body.main.time.clone()),
        series: Some(Series {
            overrides: Vec::new(),
            ..series.clone()
        }),
    };
    let after = last.checked_add(3.days()).unwrap_or(last);
    let window = (
        begin_of(date(FIRST_YEAR - 1, 1, 1), home),
        begin_of(after, home),
    );
    let Ok(made) = unchanged.instances(Some(window), home, Budget::default()) else {
        return false;
    };
    let made: BTreeSet<_> = made.iter().filter_map(|i| i.recurrence_id).collect();
    series
        .overrides
        .iter()
        .all(|o| made.contains(&o.at) || series.except.contains(&o.at))
}

/// One instance as an event of its own, under a UID that stays the same for ever.
fn date_by_date(
    out: &mut Vec<u8>,
    used: &mut Used,
    event: &Event,
    instance: &Instance<'_>,
    context: &Context<'_>,
) {
    let Some(id) = instance.recurrence_id else {
        return;
    };
    let time = instance.time();
    let shown = Shown::once(&time, context.form).unwrap_or_else(|| lost(id));
    let basic = match id {
        RecurrenceId::Date(day) => Stamp::date(day),
        RecurrenceId::Local(at) => Stamp::local(at),
    };
    let part = Part {
        uid: Some(format!("{}-{}", event.uid, basic.as_str())),
        ..Part::new(event, instance.what, shown)
    };
    part.write(out, used, context, |_| {});
}

/// Writes one instance of a series as [`date_by_date`] does. Whether the series has it is not
/// looked up.
pub(super) fn alone(
    out: &mut Vec<u8>,
    used: &mut Used,
    event: &Event,
    id: RecurrenceId,
    context: &Context<'_>,
) {
    date_by_date(out, used, event, &event.body.instance(id), context);
}

/// An instance that lost its date stays, as a whole day, where the series had it (R4).
fn lost(id: RecurrenceId) -> Shown<'static> {
    Shown::days(id.date(), id.date(), Some(Open::All))
}

fn by_rule(
    out: &mut Vec<u8>,
    used: &mut Used,
    event: &Event,
    series: &Series,
    shown: Shown<'_>,
    context: &Context<'_>,
) {
    let main = &event.body.main;
    note_years(used, series, &shown, context);
    Part::new(event, main, shown).write(out, used, context, |out| {
        for rule in &series.rules {
            plain(out, "RRULE", &rule_text(rule, shown.clock));
        }
        for extra in &series.extra {
            match extra.end {
                Some(end) if says_period(shown.clock, context.form) => {
                    shown.clock.period(out, extra.start.at(), end);
                }
                _ => shown.clock.instance(out, "RDATE", extra.start),
            }
        }
        for id in &series.except {
            shown.clock.instance(out, "EXDATE", *id);
        }
    });
    let own_ends = own_ends(series, main, shown.clock, context.form);
    let changed = series.overrides.iter().map(|o| (o.at, &o.instead));
    let mut all: Vec<_> = changed
        .chain(own_ends.iter().map(|(id, what)| (*id, what)))
        .filter(|(id, _)| !series.except.contains(id))
        .collect();
    all.sort_by_key(|(id, _)| *id);
    for (id, what) in all {
        let part = Part {
            replaces: Some((shown.clock, id)),
            ..Part::new(
                event,
                what,
                Shown::once(&what.time, context.form).unwrap_or_else(|| lost(id)),
            )
        };
        part.write(out, used, context, |_| {});
    }
}

/// RFC 5545 §3.8.5.2 has a value with an end of its own, which few clients read and which does
/// not exist for whole days.
const fn says_period(clock: Clock<'_>, form: Form) -> bool {
    match form {
        Form::FailSafe => false,
        Form::Standard => !matches!(clock, Clock::Days),
    }
}

/// Extra dates with an end of their own where a PERIOD cannot say it: as changed instances.
fn own_ends(
    series: &Series,
    main: &Occurrence,
    clock: Clock<'_>,
    form: Form,
) -> Vec<(RecurrenceId, Occurrence)> {
    if says_period(clock, form) {
        return Vec::new();
    }
    let changed = |id| series.overrides.iter().any(|o| o.at == id);
    let ends = series.extra.iter().filter(|extra| !changed(extra.start));
    ends.filter_map(|extra| {
        let time = with_own_end(&main.time, extra)?;
        let what = Occurrence {
            time,
            ..main.clone()
        };
        Some((extra.start, what))
    })
    .collect()
}

fn with_own_end(main: &EventTime, extra: &ExtraDate) -> Option<EventTime> {
    let (start, end) = (extra.start.at(), extra.end?);
    match main {
        EventTime::Zoned(zoned) => Some(EventTime::Zoned(Zoned {
            start: WallTime::new(start),
            end: Some(WallTime::new(end)),
            zone: zoned.zone.clone(),
        })),
        EventTime::Floating { .. } => Some(EventTime::Floating {
            start,
            end: Some(end),
        }),
        EventTime::AllDay { .. } => Some(EventTime::AllDay {
            first: start.date(),
            last: end.date().yesterday().ok()?.max(start.date()),
        }),
        _ => None,
    }
}

/// Notes how long the series' zone is needed.
fn note_years(used: &mut Used, series: &Series, shown: &Shown<'_>, context: &Context<'_>) {
    let Clock::Local(zone) = shown.clock else {
        return;
    };
    let first = shown.start.at.year();
    let mut last = first;
    for extra in &series.extra {
        last = last.max(extra.start.date().year());
    }
    for rule in &series.rules {
        match last_year(rule, shown) {
            Some(year) => last = last.max(year),
            None => used.add_endless(zone, first.max(context.horizon.year())),
        }
    }
    used.add(zone, Years { first, last });
}

/// The last year in which a rule makes a start; `None` when it never ends or that is too costly
/// to find out.
fn last_year(rule: &Rule, shown: &Shown<'_>) -> Option<i16> {
    match rule.until() {
        Some(Until::Date(day)) => Some(day.year()),
        Some(Until::Local(at) | Until::Utc(at)) => Some(at.year()),
        None => {
            rule.count()?;
            let starts = rule.starts_at(shown.start.at);
            let mut last = shown.start.at.year();
            for start in starts.within(caps::EXPANSION_STEPS) {
                last = start.ok()?.year();
            }
            Some(last)
        }
    }
}

/// A rule's text with its end in the value type that DTSTART asks for: UTC beside a TZID or a
/// UTC time, else the same type (RFC 5545 §3.3.10).
fn rule_text(rule: &Rule, clock: Clock<'_>) -> String {
    let text = rule.to_string();
    let Some(until) = rule.until() else {
        return text;
    };
    let until = until_stamp(until, clock);
    let parts: Vec<String> = text
        .split(';')
        .map(|part| match part.split_once('=') {
            Some(("UNTIL", _)) => format!("UNTIL={}", until.as_str()),
            _ => part.to_owned(),
        })
        .collect();
    parts.join(";")
}

fn until_stamp(until: Until, clock: Clock<'_>) -> Stamp {
    let local = match until {
        Until::Date(day) => day.at(23, 59, 59, 0),
        Until::Local(at) | Until::Utc(at) => at,
    };
    match (clock, until) {
        (Clock::Days, _) => Stamp::date(local.date()),
        (Clock::Floating, _) => Stamp::local(local),
        (Clock::Local(_) | Clock::Utc(_), Until::Utc(at)) => {
            Stamp::utc(WallTime::new(at).instant(&Zone::utc()))
        }
        (Clock::Local(zone) | Clock::Utc(zone), _) => {
            Stamp::utc(WallTime::new(local).instant(zone))
        }
    }
}
