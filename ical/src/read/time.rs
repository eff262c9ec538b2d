//! DTSTART, DTEND and DURATION to the time of an event (RFC 5545 §3.6.1, §3.8.2).

use super::clock::{When, Zones};
use super::component::Component;
use super::line::{Name, Property};
use super::notice::{Reason, Warnings, shown};
use super::value::{self, Duration};
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};

/// What the entry says about its end.
enum End {
    At(When),
    After(Duration),
}

/// Reads when an event is.
pub(crate) fn read(
    component: &Component<'_>,
    zones: &mut Zones<'_, '_>,
    warnings: &mut Warnings,
) -> Result<EventTime, Reason> {
    let start = component.get(Name::DtStart).ok_or(Reason::NoStart)?;
    let from = zones.when(start, &start.value, warnings)?;
    let end = end_of(component, zones, warnings);
    let from = at_midnight(start, from, end.as_ref());
    let line = component.get(Name::DtEnd).unwrap_or(start).line;
    let from = match (from, zones.home()) {
        (When::Floating(at), Some(home)) => When::Zoned(WallTime::new(at), home.clone()),
        (from, _) => from,
    };
    let time = match from {
        When::Day(first) => EventTime::AllDay {
            first,
            last: last_day(first, end, line, warnings),
        },
        When::Floating(start) => {
            let end = end.and_then(|end| floating_end(start, &end));
            EventTime::Floating {
                start,
                end: forwards(end, |e| e.cmp(&start), line, warnings),
            }
        }
        When::Zoned(start, zone) => {
            let end = end.and_then(|end| zoned_end(start, &zone, &end));
            let from = start.instant(&zone);
            let end = forwards(end, |e| e.instant(&zone).cmp(&from), line, warnings);
            EventTime::Zoned(Zoned { start, end, zone })
        }
    };
    Ok(time)
}

/// `VALUE=DATE` with a midnight behind it is no whole day where the event ends at an hour.
fn at_midnight(start: &Property<'_>, from: When, end: Option<&End>) -> When {
    let (When::Day(day), Some(End::At(until))) = (&from, end) else {
        return from;
    };
    let written = value::moment(&start.value).is_ok_and(|m| m.time.is_some());
    if !written || until.at().time() == Time::midnight() {
        return from;
    }
    let at = day.to_datetime(Time::midnight());
    match until {
        When::Day(_) => from,
        When::Floating(_) => When::Floating(at),
        When::Zoned(_, zone) => When::Zoned(WallTime::new(at), zone.clone()),
    }
}

/// A time in UTC on the clock of the calendar's home. Programs that write all times in UTC mean
/// repeating events by that clock: at seven in the evening, summer and winter.
pub(crate) fn at_home(time: EventTime, home: &Zone) -> EventTime {
    match time {
        EventTime::Zoned(Zoned { start, end, zone }) if zone.is_utc() => {
            let moved = |wall: WallTime| WallTime::of(wall.instant(&zone), home);
            EventTime::Zoned(Zoned {
                start: moved(start),
                end: end.map(moved),
                zone: home.clone(),
            })
        }
        other => other,
    }
}

/// DTEND, else DURATION. One that cannot be read costs the end, not the event.
fn end_of(
    component: &Component<'_>,
    zones: &mut Zones<'_, '_>,
    warnings: &mut Warnings,
) -> Option<End> {
    if let Some(property) = component.get(Name::DtEnd) {
        match zones.when(property, &property.value, warnings) {
            Ok(when) => return Some(End::At(when)),
            Err(Reason::UnknownZone { tzid, .. }) => {
                let text = format!("unknown time zone {tzid}: the end is read as the start is");
                warnings.push(property.line, "end-zone", text);
                let end = value::moment(&property.value).ok()?;
                return Some(End::At(When::Floating(end.at())));
            }
            Err(_) => {
                let text = format!("the end is left out: {}", shown(&property.value));
                warnings.push(property.line, "bad-end", text);
            }
        }
    }
    let property = component.get(Name::Duration)?;
    let duration = value::duration(&property.value);
    if duration.is_none() {
        let text = format!("the duration is not understood: {}", shown(&property.value));
        warnings.push(property.line, "bad-duration", text);
    }
    duration.map(End::After)
}

/// An end at the start is none; one before it is left out, because the start is what people
/// come for.
fn forwards<T>(
    end: Option<T>,
    compare: impl Fn(&T) -> std::cmp::Ordering,
    line: usize,
    warnings: &mut Warnings,
) -> Option<T> {
    end.filter(|end| {
        let order = compare(end);
        if order.is_lt() {
            warn_backwards(line, warnings);
        }
        order.is_gt()
    })
}

fn warn_backwards(line: usize, warnings: &mut Warnings) {
    warnings.push(
        line,
        "end-before-start",
        "it ends before it starts: the end is left out",
    );
}

/// The last of some whole days; DTEND is the day after it.
fn last_day(first: Date, end: Option<End>, line: usize, warnings: &mut Warnings) -> Date {
    let after = match end {
        None => return first,
        Some(End::At(When::Day(after))) => Some(after),
        Some(End::At(timed)) => {
            warnings.push(line, "end-kind", "whole days that end at a time");
            let at = timed.at();
            match at.time() == Time::midnight() {
                true => Some(at.date()),
                false => at.date().tomorrow().ok(),
            }
        }
        Some(End::After(length)) => {
            let part_day = i64::from(length.seconds.rem_euclid(86_400) > 0);
            let days = length.days + length.seconds.div_euclid(86_400) + part_day;
            first.checked_add(days.days()).ok()
        }
    };
    let after = after.unwrap_or(Date::MAX);
    if after < first {
        warn_backwards(line, warnings);
    } else if after == first {
        warnings.push(
            line,
            "empty-day",
            "whole day without length: read as one day",
        );
    }
    after.yesterday().unwrap_or(first).max(first)
}

fn floating_end(start: DateTime, end: &End) -> Option<DateTime> {
    match end {
        End::At(when) => Some(when.at()),
        End::After(length) => {
            let days = start.checked_add(length.days.days()).ok()?;
            days.checked_add(SignedDuration::from_secs(length.seconds))
                .ok()
        }
    }
}

/// Days are counted on the clock, hours in real time (§3.3.6).
fn zoned_end(start: WallTime, zone: &Zone, end: &End) -> Option<WallTime> {
    match end {
        End::At(when) => Some(when.wall_in(zone)),
        End::After(length) => {
            let at = start.at.checked_add(length.days.days()).ok()?;
            let days = WallTime { at, ..start };
            let instant = days.instant(zone);
            let instant = instant.checked_add(SignedDuration::from_secs(length.seconds));
            Some(WallTime::of(instant.ok()?, zone))
        }
    }
}

/// One value of RDATE: a date, a time, or a period with an end or a length.
pub(crate) fn period(
    property: &Property<'_>,
    text: &str,
    zones: &mut Zones<'_, '_>,
    warnings: &mut Warnings,
) -> Result<(When, Option<When>), Reason> {
    let (start, end) = match text.split_once('/') {
        Some((start, end)) => (start, Some(end)),
        None => (text, None),
    };
    let start = zones.when(property, start, warnings)?;
    let Some(end) = end else {
        return Ok((start, None));
    };
    if let Some(length) = value::duration(end) {
        let end = End::After(length);
        let end = match &start {
            When::Zoned(from, zone) => {
                zoned_end(*from, zone, &end).map(|wall| When::Zoned(wall, zone.clone()))
            }
            other => floating_end(other.at(), &end).map(When::Floating),
        };
        return Ok((start, end));
    }
    let end = zones.when(property, end, warnings)?;
    Ok((start, Some(end)))
}
