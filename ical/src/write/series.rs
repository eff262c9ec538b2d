//! Repeating events (R3): as rule, extra dates, exceptions and changed instances where every
//! client reads those alike; else date by date.

use super::event::{Part, Sheet};
use super::form::Form;
use super::line::plain;
use super::news::Of;
use super::stamp::Stamp;
use super::time::{Clock, Open, Shown};
use super::zone::{Used, Years};
use super::{Context, Repeats};
use domain::caps;
use domain::event::{Event, EventBody, Occurrence};
use domain::expand::{Budget, ExpandError, Instance};
use domain::recur::{Rule, Until};
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::time::{EventTime, FIRST_YEAR, WallTime, Zoned};
use domain::zone::Zone;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeSet;

/// The last moment of an event, or of the last of its instances: a millisecond before its
/// exclusive end, its start where it has none. A series without end, and one too costly to expand,
/// is never over; what has no day was over before time began.
pub fn last_moment(event: &Event, zone: &Zone) -> Timestamp {
    let body = &event.body;
    let endless = body.series.as_ref().is_some_and(Series::is_endless);
    if endless && body.main.time.can_repeat() {
        return Timestamp::MAX;
    }
    let last = |(start, end): (Timestamp, Timestamp)| start.max(just_before(end));
    if body.series.is_none() {
        let instants = body.main.time.instants(zone);
        return instants.map_or_else(|| last_day(event, zone), last);
    }
    match body.instances(None, zone, Budget::default()) {
        Ok(instances) => {
            let ends = instances.iter().filter_map(|one| one.instants(zone));
            ends.map(last).max().unwrap_or(Timestamp::MIN)
        }
        Err(ExpandError::CannotRepeat) => last_day(event, zone),
        Err(_) => Timestamp::MAX,
    }
}

fn last_day(event: &Event, zone: &Zone) -> Timestamp {
    let days = event.body.main.time.days(zone);
    days.map_or(Timestamp::MIN, |(_, last)| {
        just_before(begin_of(next_day(last), zone))
    })
}

fn just_before(end: Timestamp) -> Timestamp {
    end.checked_sub(1.milliseconds()).unwrap_or(end)
}

fn begin_of(day: Date, zone: &Zone) -> Timestamp {
    WallTime::new(day.at(0, 0, 0, 0)).instant(zone)
}

/// Writes a series whose main time can repeat.
pub(super) fn series(sheet: &mut Sheet<'_>, event: &Event, series: &Series, context: &Context<'_>) {
    if let Some(instances) = written_out(event, series, context) {
        for instance in &instances {
            date_by_date(sheet, event, instance, context);
        }
    } else if let Some(shown) = Shown::repeating(&event.body.main.time, context.form) {
        by_rule(sheet, event, series, shown, context);
    }
}

/// The instances of a series that is written date by date; `None` for one that stays one entry
/// with its rule.
pub(super) fn written_out<'a>(
    event: &'a Event,
    series: &Series,
    context: &Context<'_>,
) -> Option<Vec<Instance<'a>>> {
    if carries_rule(&event.body, series, context) {
        return None;
    }
    let window = (
        begin_of(date(FIRST_YEAR - 1, 1, 1), context.zone),
        begin_of(next_day(context.horizon), context.zone),
    );
    // Too many to write out: a rule that some clients misread is better than nothing.
    let budget = Budget::default();
    event
        .body
        .instances(Some(window), context.zone, budget)
        .ok()
}

fn next_day(day: Date) -> Date {
    day.checked_add(1.day()).unwrap_or(day)
}

/// Whether the series is one entry with its rule: where it has to be, or where this form's clients
/// all make the same instances of it.
fn carries_rule(body: &EventBody, series: &Series, context: &Context<'_>) -> bool {
    if context.repeats == Repeats::AsRule || context.form.carries_any_rule() {
        return true;
    }
    let is_date = matches!(body.main.time, EventTime::AllDay { .. });
    let portable = |rule: &Rule| rule.is_portable(is_date) && makes_first(rule, body, context.form);
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

/// Whether the rule itself makes the first instance; otherwise its meaning is undefined (RFC 5545
/// §3.8.5.3).
fn makes_first(rule: &Rule, body: &EventBody, form: Form) -> bool {
    let Some(shown) = Shown::repeating(&body.main.time, form) else {
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
    sheet: &mut Sheet<'_>,
    event: &Event,
    instance: &Instance<'_>,
    context: &Context<'_>,
) {
    let time = instance.time();
    if let Some(part) = standing_alone(event, instance, &time, context) {
        part.write(sheet, context, |_| {});
    }
}

/// An instance as it stands for itself. `time` is its own, held by the caller.
pub(super) fn standing_alone<'a>(
    event: &'a Event,
    instance: &Instance<'a>,
    time: &'a EventTime,
    context: &Context<'_>,
) -> Option<Part<'a>> {
    let id = instance.recurrence_id?;
    let shown = Shown::once(time, context.form).unwrap_or_else(|| lost(id));
    let basic = match id {
        RecurrenceId::Date(day) => Stamp::date(day),
        RecurrenceId::Local(at) => Stamp::local(at),
    };
    Some(Part {
        uid_suffix: Some(basic),
        news: Of::Alone(id),
        ..Part::new(event, instance.what, shown)
    })
}

/// Writes one instance of a series as [`date_by_date`] does. Whether the series has it is not
/// looked up.
pub(super) fn alone(sheet: &mut Sheet<'_>, event: &Event, id: RecurrenceId, context: &Context<'_>) {
    date_by_date(sheet, event, &event.body.instance(id), context);
}

/// An instance that lost its date stays, as a whole day, where the series had it (R4).
fn lost(id: RecurrenceId) -> Shown<'static> {
    Shown::days(id.date(), id.date(), Some(Open::All))
}

fn by_rule(
    sheet: &mut Sheet<'_>,
    event: &Event,
    series: &Series,
    shown: Shown<'_>,
    context: &Context<'_>,
) {
    let main = &event.body.main;
    note_years(sheet.used, series, &shown, context);
    Part::new(event, main, shown).write(sheet, context, |out| {
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
            news: Of::Instance(id),
            ..Part::new(
                event,
                what,
                Shown::once(&what.time, context.form).unwrap_or_else(|| lost(id)),
            )
        };
        part.write(sheet, context, |_| {});
    }
}

/// RFC 5545 §3.8.5.2 has a value with an end of its own, which few clients read and which does
/// not exist for whole days.
const fn says_period(clock: Clock<'_>, form: Form) -> bool {
    form.writes_periods() && !matches!(clock, Clock::Days)
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
    let Clock::Local(zone, name) = shown.clock else {
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
            None => used.add_endless_as(zone, name, first.max(context.horizon.year())),
        }
    }
    used.add_as(zone, name, Years { first, last });
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
        (Clock::Local(..) | Clock::Utc(_), Until::Utc(at)) => {
            Stamp::utc(WallTime::new(at).instant(&Zone::utc()))
        }
        (Clock::Local(zone, _) | Clock::Utc(zone), _) => {
            Stamp::utc(WallTime::new(local).instant(zone))
        }
    }
}
