//! VTIMEZONE (RFC 5545 §3.6.5) from the bundled database's transitions (R4), for the years that a
//! feed uses. Every transition in those years is in the blocks, one way or another:
//! [`pattern`](super::pattern) finds the yearly rules and leaves the rest as single dates.

use super::line::{plain, text};
use super::pattern::{Run, runs};
use super::stamp::Stamp;
use domain::time::LAST_YEAR;
use domain::zone::Zone;
use jiff::civil::{DateTime, date};
use jiff::tz::{Dst, Offset};
use jiff::{Timestamp, ToSpan};
use std::borrow::Cow;

/// How far past the last used year a rule is watched before it is taken to go on for ever.
const WATCHED_YEARS: i16 = 12;
/// How many years a series without end is given where the zone's clock follows no yearly rule.
const ENDLESS_YEARS: i16 = 60;

/// The years for which a zone is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    /// First local year used.
    pub first: i16,
    /// Last local year used.
    pub last: i16,
}

/// Which zones some written events name, and for which years.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Used(
    /// In the order of the zones' names; mostly one.
    Vec<(Zone, Need)>,
);

/// What is needed of one zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Need {
    years: Years,
    /// The TZID where it is not [`tzid`]'s: one form has one name for a zone.
    name: Option<&'static str>,
}

impl Used {
    /// Notes that a zone is named for these years. UTC needs no description and is not kept.
    pub fn add(&mut self, zone: &Zone, years: Years) {
        self.add_as(zone, None, years);
    }

    /// Notes that a zone is named for these years, under a TZID of the form's own.
    pub(super) fn add_as(&mut self, zone: &Zone, name: Option<&'static str>, years: Years) {
        if zone.is_utc() {
            return;
        }
        match self.0.binary_search_by(|(known, _)| known.cmp(zone)) {
            Ok(at) => {
                let known = &mut self.0[at].1;
                known.years.first = known.years.first.min(years.first);
                known.years.last = known.years.last.max(years.last);
            }
            Err(at) => self.0.insert(at, (zone.clone(), Need { years, name })),
        }
    }

    /// Forgets them all, for the next events.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Notes a series without end that is under way in `year`.
    pub fn add_endless(&mut self, zone: &Zone, year: i16) {
        self.add_endless_as(zone, None, year);
    }

    /// Notes a series without end, under a TZID of the form's own.
    pub(super) fn add_endless_as(&mut self, zone: &Zone, name: Option<&'static str>, year: i16) {
        let last = year.saturating_add(ENDLESS_YEARS).min(LAST_YEAR);
        self.add_as(zone, name, Years { first: year, last });
    }

    /// Notes everything that another part of the same feed uses.
    pub fn merge(&mut self, other: &Self) {
        for (zone, need) in &other.0 {
            self.add_as(zone, need.name, need.years);
        }
    }

    /// The zones in the order of their IANA names.
    pub fn iter(&self) -> impl Iterator<Item = (&Zone, Years)> {
        self.0.iter().map(|(zone, need)| (zone, need.years))
    }

    /// True when nothing written so far needs a VTIMEZONE.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The TZID of a zone: its IANA name; for a fixed offset `UTC+0530`, which has no colon (a quoted
/// parameter breaks simple readers) and is no POSIX or IANA name that means something else.
pub fn tzid(zone: &Zone) -> Cow<'_, str> {
    if zone.is_fixed() {
        Cow::Owned(format!("UTC{}", zone.name().replace(':', "")))
    } else {
        Cow::Borrowed(zone.name())
    }
}

/// Writes the VTIMEZONE of every zone in `used`, ordered by IANA name.
pub fn timezones(out: &mut Vec<u8>, used: &Used) {
    for (zone, need) in &used.0 {
        let name = need.name.map_or_else(|| tzid(zone), Cow::Borrowed);
        named(out, zone, &name, need.years);
    }
}

/// Writes one VTIMEZONE that is right from the first day of `years` to the last.
pub fn timezone(out: &mut Vec<u8>, zone: &Zone, years: Years) {
    named(out, zone, &tzid(zone), years);
}

fn named(out: &mut Vec<u8>, zone: &Zone, name: &str, years: Years) {
    plain(out, "BEGIN", "VTIMEZONE");
    text(out, "TZID", name);
    let onsets = onsets(zone, years);
    if onsets
        .first()
        .is_none_or(|onset| onset.local.year() >= years.first)
    {
        unmoved(out, zone, years);
    }
    let last = years.last.saturating_add(WATCHED_YEARS);
    for run in runs(&onsets, years.last, last) {
        block(out, &run);
    }
    plain(out, "END", "VTIMEZONE");
}

/// A moment at which a zone's clock is set (an "observance" begins).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Onset {
    /// What the clock showed when it was set: read with the offset before.
    pub local: DateTime,
    /// The same as an instant.
    pub at: Timestamp,
    /// What it means for the clock.
    pub kind: Kind,
}

/// What changes at an onset. Onsets of one kind share a block.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub daylight: bool,
    pub from: Offset,
    pub to: Offset,
    pub name: String,
}

/// Every onset in the years and the watched years after, and the one before, which says what the
/// clock shows when the first year begins.
fn onsets(zone: &Zone, years: Years) -> Vec<Onset> {
    let rules = zone.rules();
    let last = years.last.saturating_add(WATCHED_YEARS);
    let (Some(start), Some(end)) = (edge(years.first, -1), edge(last.saturating_add(1), 1)) else {
        return Vec::new();
    };
    let before = rules.preceding(start).next();
    let during = rules.following(start);
    before
        .into_iter()
        .chain(during.take_while(|t| t.timestamp() < end))
        .map(|to| {
            let just_before = to
                .timestamp()
                .checked_sub(1.nanosecond())
                .unwrap_or(to.timestamp());
            let from = rules.to_offset_info(just_before);
            Onset {
                local: from.offset().to_datetime(to.timestamp()),
                at: to.timestamp(),
                kind: Kind {
                    daylight: is_daylight((from.offset(), from.dst()), (to.offset(), to.dst())),
                    from: from.offset(),
                    to: to.offset(),
                    name: to.abbreviation().to_owned(),
                },
            }
        })
        .collect()
}

/// The first moment of a year in UTC, moved by whole days: local years begin up to a day off.
fn edge(year: i16, days: i64) -> Option<Timestamp> {
    let first = jiff::civil::Date::new(year, 1, 1).ok()?;
    let moved = first.checked_add(days.days()).ok()?;
    Offset::UTC.to_timestamp(moved.at(0, 0, 0, 0)).ok()
}

/// Whether the clock is ahead from here on. Ireland and Morocco declare their winter (or Ramadan)
/// to be the exception; readers expect the exception to be the advanced clock.
fn is_daylight((from, was): (Offset, Dst), (to, is): (Offset, Dst)) -> bool {
    match (was, is) {
        (Dst::No, Dst::Yes) => to >= from,
        (Dst::Yes, Dst::No) => to > from,
        (_, is) => is.is_dst(),
    }
}

/// What the clock of a zone shows that was not yet set when the years begin: a block that changes
/// nothing.
fn unmoved(out: &mut Vec<u8>, zone: &Zone, years: Years) {
    let local = date(years.first.min(1971) - 1, 1, 1).at(0, 0, 0, 0);
    let at = edge(years.first, -1).unwrap_or(Timestamp::UNIX_EPOCH);
    let info = zone.rules().to_offset_info(at);
    let kind = Kind {
        daylight: info.dst().is_dst(),
        from: info.offset(),
        to: info.offset(),
        name: if zone.is_fixed() {
            tzid(zone).into_owned()
        } else {
            info.abbreviation().to_owned()
        },
    };
    let only = Onset { local, at, kind };
    block(out, &Run::single(&only));
}

fn block(out: &mut Vec<u8>, run: &Run<'_>) {
    let kind = &run.first.kind;
    let component = if kind.daylight {
        "DAYLIGHT"
    } else {
        "STANDARD"
    };
    plain(out, "BEGIN", component);
    plain(out, "DTSTART", Stamp::local(run.first.local).as_str());
    plain(out, "TZOFFSETFROM", &offset(kind.from));
    plain(out, "TZOFFSETTO", &offset(kind.to));
    if let Some(rule) = run.rule() {
        plain(out, "RRULE", &rule);
    }
    for onset in &run.more {
        plain(out, "RDATE", Stamp::local(onset.local).as_str());
    }
    text(out, "TZNAME", &kind.name);
    plain(out, "END", component);
}

/// `+0900`, or `-004430` where the seconds count (RFC 5545 §3.3.14).
fn offset(offset: Offset) -> String {
    let sign = if offset.is_negative() { '-' } else { '+' };
    let s = offset.seconds().unsigned_abs();
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if s == 0 {
        format!("{sign}{h:02}{m:02}")
    } else {
        format!("{sign}{h:02}{m:02}{s:02}")
    }
}
