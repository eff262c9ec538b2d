//! Reading back what the writer wrote: its own lines, not those of the world, for which there is
//! [`crate::read`].

use super::When;
use crate::zones::{by_likeness, by_name};
use domain::time::WallTime;
use domain::zone::Zone;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The properties of one VEVENT, unfolded.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// Name, parameters, raw value.
    lines: Vec<(String, String, String)>,
}

/// The VEVENTs of a written calendar.
pub(super) fn components(bytes: &[u8]) -> Vec<Component> {
    let text = String::from_utf8_lossy(bytes).replace("\r\n ", "");
    let mut found = Vec::new();
    let mut open: Option<Component> = None;
    for line in text.split("\r\n") {
        match (line, &mut open) {
            ("BEGIN:VEVENT", _) => open = Some(Component::default()),
            ("END:VEVENT", _) => found.extend(open.take()),
            (line, Some(component)) => component.lines.extend(property(line)),
            _ => {}
        }
    }
    found
}

fn property(line: &str) -> Option<(String, String, String)> {
    let mut quoted = false;
    let colon = line.find(|c| {
        quoted ^= c == '"';
        c == ':' && !quoted
    })?;
    let (head, value) = (&line[..colon], &line[colon + 1..]);
    let (name, params) = head.split_once(';').unwrap_or((head, ""));
    Some((name.to_owned(), params.to_owned(), value.to_owned()))
}

impl Component {
    fn line(&self, name: &str) -> Option<(&str, &str)> {
        let found = self.lines.iter().find(|(own, ..)| own == name)?;
        Some((&found.1, &found.2))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.line(name).is_some()
    }

    /// A value with its escapes read (RFC 5545 §3.3.11); values of other types have none.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let (_, raw) = self.line(name)?;
        let mut out = String::with_capacity(raw.len());
        let mut chars = raw.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n' | 'N') => out.push('\n'),
                    Some(other) => out.push(other),
                    None => {}
                },
                c => out.push(c),
            }
        }
        Some(out)
    }

    /// DTSTART and DTEND on the calendar's clock.
    pub(super) fn when(&self, home: &Zone) -> Option<When> {
        let (params, start) = self.line("DTSTART")?;
        let end = self.line("DTEND");
        if params.contains("VALUE=DATE") {
            let first = day(start)?;
            let after = end.and_then(|(_, end)| day(end));
            let last = after.and_then(|after| after.checked_sub(1.day()).ok());
            return Some(When::Days {
                first,
                last: last.unwrap_or(first),
            });
        }
        let (start, zone) = reading(params, start, home)?;
        let end = end.and_then(|(params, end)| reading(params, end, home));
        // UTC is how instants are written, not a place whose clock people look at.
        let other = zone.filter(|zone| !zone.is_utc() && moves(zone, home, start));
        Some(When::Hours {
            start,
            end: end.map(|(at, _)| at),
            other,
        })
    }
}

fn moves(zone: &Zone, home: &Zone, at: DateTime) -> bool {
    let instant = WallTime::new(at).instant(home);
    zone.rules().to_offset(instant) != home.rules().to_offset(instant)
}

/// A reading on the calendar's clock, and the zone that the property names.
fn reading(params: &str, value: &str, home: &Zone) -> Option<(DateTime, Option<Zone>)> {
    let at = |text: &str| DateTime::strptime("%Y%m%dT%H%M%S", text).ok();
    if let Some(utc) = value.strip_suffix('Z') {
        let instant = TimeZone::UTC.to_timestamp(at(utc)?).ok()?;
        return Some((WallTime::of(instant, home).at, Some(Zone::utc())));
    }
    let local = at(value)?;
    let tzid = params
        .split(';')
        .find_map(|param| param.strip_prefix("TZID="));
    let Some(tzid) = tzid.map(|name| name.trim_matches('"')) else {
        return Some((local, None));
    };
    let zone = by_name(tzid).or_else(|| by_likeness(tzid))?;
    let instant = WallTime::new(local).instant(&zone);
    Some((WallTime::of(instant, home).at, Some(zone)))
}

fn day(text: &str) -> Option<Date> {
    Date::strptime("%Y%m%d", text).ok()
}
