//! A file's own VTIMEZONE (RFC 5545 §3.6.5): its offsets over the years that matter, and the
//! bundled zone that has the same. The rules in it are a stranger's: only yearly ones are
//! followed, and only up to a cap on transitions (B14).

use crate::read::component::{Component, Kind};
use crate::read::line::{Name, Property};
use crate::read::value;
use crate::zones::{candidates, seconds_of};
use domain::zone::Zone;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Transitions that one definition may have before it is ignored.
const TRANSITIONS: usize = 5_000;
/// Rules are not followed back beyond this year: events begin in 1900 at the earliest.
const FIRST_RULE_YEAR: i16 = 1895;

/// The first and last year in which a zone is used.
pub(crate) type Years = (i16, i16);

/// The offsets of one VTIMEZONE.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    /// Offset before the first transition, in seconds.
    first: i32,
    /// When which offset begins, in order.
    transitions: Vec<(Timestamp, i32)>,
}

impl Definition {
    /// Reads a VTIMEZONE as far as the end of a year; `None` when it holds nothing usable.
    pub(crate) fn read(zone: &Component<'_>, last_year: i16) -> Option<Self> {
        if zone.fault.is_some() {
            return None;
        }
        let parts = zone.children.iter().filter(|c| c.kind == Kind::Observance);
        let mut parts: Vec<Part<'_>> = parts.filter_map(Part::read).collect();
        parts.sort_by_key(|part| part.start);
        let mut transitions = Vec::new();
        for (n, part) in parts.iter().enumerate() {
            // Outlook writes eras of rules without UNTIL: the next of its kind ends the one before.
            let next = parts[n + 1..]
                .iter()
                .find(|p| p.is_like(part))
                .map(|p| p.start.date());
            for onset in part.onsets(last_year, next) {
                if transitions.len() == TRANSITIONS {
                    return None;
                }
                let Some(instant) = at_offset(onset, part.from) else {
                    continue;
                };
                transitions.push((instant, part.to));
            }
        }
        transitions.sort_unstable();
        transitions.dedup();
        Some(Self {
            first: parts.first()?.from,
            transitions,
        })
    }

    /// Seconds east of Greenwich at an instant.
    pub(crate) fn offset_at(&self, instant: Timestamp) -> i32 {
        let after = self.transitions.partition_point(|(at, _)| *at <= instant);
        match after {
            0 => self.first,
            n => self.transitions[n - 1].1,
        }
    }

    /// Seconds east of Greenwich when the clock shows this: the first of two such moments, and
    /// the offset before a gap (§3.3.5).
    pub(crate) fn offset_of(&self, at: DateTime) -> i32 {
        let offsets = self
            .transitions
            .iter()
            .map(|(_, to)| *to)
            .chain([self.first]);
        let seen = |offset| at_offset(at, offset).map(|instant| self.offset_at(instant));
        let mut fitting = Vec::new();
        let mut eastmost = self.first;
        for offset in offsets {
            eastmost = eastmost.max(offset);
            if !fitting.contains(&offset) && seen(offset) == Some(offset) {
                fitting.push(offset);
            }
        }
        let before_gap = || seen(eastmost).unwrap_or(self.first);
        fitting.into_iter().max().unwrap_or_else(before_gap)
    }

    /// The bundled zone with the same offsets all through these years.
    pub(crate) fn same_as(&self, likely: Option<Zone>, years: Years) -> Option<Zone> {
        let samples = self.samples(years);
        let same = |zone: &Zone| {
            let offset = |at: &Timestamp| zone.rules().to_offset(*at).seconds();
            samples.iter().all(|(at, wanted)| offset(at) == *wanted)
        };
        let likely = likely.filter(&same);
        likely.or_else(|| candidates().find(|zone| same(zone)).cloned())
    }

    /// Instants to compare at: each transition and the second before it, and each half month,
    /// which no daylight saving time of the world fits between.
    fn samples(&self, (from, until): Years) -> Vec<(Timestamp, i32)> {
        let mut at = Vec::new();
        for year in from..=until {
            for (month, day) in (1..=12).flat_map(|m| [(m, 1), (m, 15)]) {
                let noon = Date::new(year, month, day).ok();
                at.extend(noon.and_then(|d| at_offset(d.at(12, 0, 0, 0), 0)));
            }
        }
        let Some((low, high)) = at.first().copied().zip(at.last().copied()) else {
            return Vec::new();
        };
        let within = |at: &Timestamp| (low..=high).contains(at);
        for (onset, _) in &self.transitions {
            let before = onset.checked_sub(SignedDuration::from_secs(1)).ok();
            at.extend(before.into_iter().chain([*onset]).filter(within));
        }
        at.into_iter().map(|at| (at, self.offset_at(at))).collect()
    }
}

fn at_offset(at: DateTime, seconds: i32) -> Option<Timestamp> {
    let zone = Zone::fixed(seconds)?;
    zone.rules().to_timestamp(at).ok()
}

/// STANDARD or DAYLIGHT.
struct Part<'z> {
    component: &'z Component<'z>,
    from: i32,
    to: i32,
    start: DateTime,
}

impl<'z> Part<'z> {
    fn read(component: &'z Component<'z>) -> Option<Self> {
        let offset = |name| seconds_of(component.get(name)?.value.trim());
        let to = offset(Name::OffsetTo)?;
        Some(Self {
            component,
            from: offset(Name::OffsetFrom).unwrap_or(to),
            to,
            start: local(&component.get(Name::DtStart)?.value)?,
        })
    }

    /// Moves the clock the same way.
    fn is_like(&self, other: &Self) -> bool {
        (self.to - self.from).signum() == (other.to - other.from).signum()
    }

    /// When it begins, in local time: its start, its RDATEs and its yearly rules, the endless
    /// ones before `next`.
    fn onsets(&self, last_year: i16, next: Option<Date>) -> Vec<DateTime> {
        let mut found = vec![self.start];
        for property in self.component.all(Name::Rdate) {
            let values = property.value.split(',').take(TRANSITIONS);
            found.extend(values.filter_map(local));
        }
        let rules = self
            .component
            .all(Name::Rrule)
            .take(domain::caps::SERIES_RULES);
        for mut rule in rules.filter_map(Yearly::read) {
            if rule.until.is_none() && rule.count == usize::MAX {
                rule.until = next.and_then(|next| next.checked_sub(2.days()).ok());
            }
            let dates = rule.dates(self.start, last_year);
            found.extend(dates.map(|date| date.to_datetime(self.start.time())));
        }
        found
    }
}

fn local(text: &str) -> Option<DateTime> {
    let parsed = value::moment(text).ok()?;
    Some(
        parsed
            .date
            .to_datetime(parsed.time.unwrap_or(Time::midnight())),
    )
}

/// `FREQ=YEARLY` with a month and a day in it: how every VTIMEZONE says it.
struct Yearly {
    month: Option<i8>,
    /// Which weekday, counted from the month's start or end; 0 for the first on or after `day`.
    weekday: Option<(i8, Weekday)>,
    day: Option<i8>,
    until: Option<Date>,
    count: usize,
}

impl Yearly {
    fn read(property: &Property<'_>) -> Option<Self> {
        let mut rule = Self {
            month: None,
            weekday: None,
            day: None,
            until: None,
            count: usize::MAX,
        };
        for part in property.value.split(';') {
            let (name, value) = part.split_once('=')?;
            match name.trim().to_ascii_uppercase().as_str() {
                "FREQ" if !value.eq_ignore_ascii_case("YEARLY") => return None,
                "INTERVAL" if value != "1" => return None,
                "BYMONTH" => rule.month = Some(value.parse().ok()?),
                "BYMONTHDAY" => rule.day = Some(value.split(',').next()?.parse().ok()?),
                "BYDAY" => rule.weekday = Some(weekday(value)?),
                "UNTIL" => rule.until = Some(value::moment(value).ok()?.date),
                "COUNT" => rule.count = value.parse().ok()?,
                _ => {}
            }
        }
        Some(rule)
    }

    fn dates(&self, start: DateTime, last_year: i16) -> impl Iterator<Item = Date> {
        let first = start.date();
        let last_year = self.until.map_or(last_year, |u| u.year().min(last_year));
        // UNTIL is in UTC and may lie on the day before the local one.
        let until = self.until.and_then(|u| u.checked_add(1.day()).ok());
        (first.year().max(FIRST_RULE_YEAR)..=last_year)
            .filter_map(move |year| self.date_in(year, first))
            .filter(move |d| *d >= first && until.is_none_or(|u| *d <= u))
            .take(self.count)
    }

    fn date_in(&self, year: i16, first: Date) -> Option<Date> {
        let month = self.month.unwrap_or(first.month());
        match (self.weekday, self.day) {
            (Some((0, weekday)), day) => {
                let from = Date::new(year, month, day.unwrap_or(1)).ok()?;
                let ahead = from.weekday().until(weekday);
                from.checked_add(i32::from(ahead).days()).ok()
            }
            (Some((nth, weekday)), _) => {
                let month = Date::new(year, month, 1).ok()?;
                month.nth_weekday_of_month(nth, weekday).ok()
            }
            (None, day) => Date::new(year, month, day.unwrap_or(first.day())).ok(),
        }
    }
}

/// `2SU`, `-1SU` or `SU`.
fn weekday(text: &str) -> Option<(i8, Weekday)> {
    let text = text.trim();
    let at = text.len().checked_sub(2)?;
    let day = match text.get(at..)?.to_ascii_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    let nth = match &text[..at] {
        "" => 0,
        number => number.parse().ok()?,
    };
    Some((nth, day))
}
