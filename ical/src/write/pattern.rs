//! Finds the yearly rules in a zone's history: a run of onsets that one RRULE gives exactly, date
//! by date. What follows no rule stays single and is listed as RDATE.

use super::stamp::Stamp;
use super::zone::Onset;
use jiff::civil::{Date, Weekday};
use std::collections::BTreeMap;

/// Fewer years than these are written as dates.
const SHORTEST_RULE: usize = 3;

/// One STANDARD or DAYLIGHT block: its first onset, and either a rule or more dates.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub first: &'a Onset,
    pub more: Vec<&'a Onset>,
    yearly: Option<(Yearly, Option<&'a Onset>)>,
}

/// A day of the year, by rule. All keep to one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Yearly {
    /// The last such weekday of the month.
    Last(Weekday),
    /// The nth such weekday of the month, 1 to 4.
    Nth(i8, Weekday),
    /// The first such weekday on or after this day of the month.
    OnOrAfter(i8, Weekday),
    /// This day of the month.
    Day(i8),
}

impl<'a> Run<'a> {
    /// A block of one date.
    pub(super) fn single(first: &'a Onset) -> Self {
        Self {
            first,
            more: Vec::new(),
            yearly: None,
        }
    }

    /// The RRULE of the block. UNTIL is in UTC, as RFC 5545 §3.8.3.1 wants it here.
    pub(super) fn rule(&self) -> Option<String> {
        let (yearly, until) = self.yearly?;
        let month = self.first.local.month();
        let day = match yearly {
            Yearly::Last(weekday) => format!("BYDAY=-1{}", code(weekday)),
            Yearly::Nth(n, weekday) => format!("BYDAY={n}{}", code(weekday)),
            Yearly::Day(day) => format!("BYMONTHDAY={day}"),
            Yearly::OnOrAfter(day, weekday) => {
                let days: Vec<String> = (day..day + 7).map(|d| d.to_string()).collect();
                format!("BYMONTHDAY={};BYDAY={}", days.join(","), code(weekday))
            }
        };
        let until = until.map_or(String::new(), |last| {
            format!(";UNTIL={}", Stamp::utc(last.at).as_str())
        });
        Some(format!("FREQ=YEARLY;BYMONTH={month};{day}{until}"))
    }
}

/// Splits onsets (in order of time) into blocks, ordered by their first onset. A rule that still
/// holds in `watched` has no end; dates after `last_used` that follow no rule are left out.
pub(super) fn runs(onsets: &[Onset], last_used: i16, watched: i16) -> Vec<Run<'_>> {
    let mut kinds: BTreeMap<_, Vec<&Onset>> = BTreeMap::new();
    for onset in onsets {
        kinds.entry(&onset.kind).or_default().push(onset);
    }
    let mut blocks: Vec<Run<'_>> = Vec::new();
    for same in kinds.into_values() {
        let mut singles: Option<Run<'_>> = None;
        let mut rest = same.as_slice();
        while let Some(&first) = rest.first() {
            let needed = first.local.year() <= last_used;
            match longest(rest) {
                Some((yearly, len)) if needed => {
                    let last = rest[len - 1];
                    let until = (last.local.year() < watched).then_some(last);
                    blocks.push(Run {
                        yearly: Some((yearly, until)),
                        ..Run::single(first)
                    });
                    rest = &rest[len..];
                }
                _ => {
                    match &mut singles {
                        _ if !needed => {}
                        Some(run) => run.more.push(first),
                        none => *none = Some(Run::single(first)),
                    }
                    rest = &rest[1..];
                }
            }
        }
        blocks.extend(singles);
    }
    blocks.sort_by_key(|run| run.first.at);
    blocks
}

/// The rule that gives the most onsets from the first on, and how many.
fn longest(onsets: &[&Onset]) -> Option<(Yearly, usize)> {
    let first = onsets.first()?.local.date();
    let yearly: Vec<Date> = onsets
        .iter()
        .zip(0i16..)
        .take_while(|(onset, years)| {
            onset.local.time() == onsets[0].local.time()
                && onset.local.month() == first.month()
                && onset.local.year() == first.year() + years
        })
        .map(|(onset, _)| onset.local.date())
        .collect();
    let weekday = first.weekday();
    let mut candidates = vec![Yearly::Last(weekday)];
    if first.day() <= 28 {
        candidates.push(Yearly::Nth((first.day() - 1) / 7 + 1, weekday));
    }
    candidates.push(Yearly::Day(first.day()));
    candidates.extend((1..=25).map(|day| Yearly::OnOrAfter(day, weekday)));
    let held = |rule: &Yearly| yearly.iter().take_while(|d| gives(*rule, **d)).count();
    candidates
        .into_iter()
        .map(|rule| (rule, held(&rule)))
        // The first of equals wins: the forms that most readers know stand in front.
        .fold(None, |best: Option<(Yearly, usize)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        })
        .filter(|(_, len)| *len >= SHORTEST_RULE)
}

/// Whether the rule names this very date in the date's own month.
fn gives(rule: Yearly, date: Date) -> bool {
    match rule {
        Yearly::Last(weekday) => date.weekday() == weekday && date.day() + 7 > date.days_in_month(),
        Yearly::Nth(n, weekday) => date.weekday() == weekday && (date.day() - 1) / 7 + 1 == n,
        Yearly::OnOrAfter(day, weekday) => {
            date.weekday() == weekday && (day..day + 7).contains(&date.day())
        }
        Yearly::Day(day) => date.day() == day,
    }
}

const fn code(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}
