//! A rule as a line says it, and the same as RFC 5545 says it.

use crate::recur::{Freq, Rule};
use jiff::civil::Weekday;

/// How something repeats, without an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repeat {
    pub(super) freq: Freq,
    pub(super) interval: u32,
    pub(super) by: By,
}

/// On which days of its week, month or year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum By {
    /// On that of the first day.
    Nothing,
    /// On days of the week.
    Weekdays(Vec<Weekday>),
    /// On the first, second, last (-1) such days of the month.
    Nth(Vec<i8>, Vec<Weekday>),
    /// On days of the month; -1 is the last.
    MonthDays(Vec<i8>),
    /// On days of a month of the year.
    YearDays(i8, Vec<i8>),
    /// On such days of a month of the year.
    YearNth(i8, Vec<i8>, Vec<Weekday>),
}

impl Repeat {
    pub(super) const fn every(freq: Freq, interval: u32, by: By) -> Self {
        Self { freq, interval, by }
    }

    /// True where the rule itself says on which days.
    pub(super) const fn names_days(&self) -> bool {
        !matches!(self.by, By::Nothing) || matches!(self.freq, Freq::Daily)
    }

    /// The rule; `None` where a number in it is none of a calendar.
    pub(super) fn rule(&self) -> Option<Rule> {
        let mut text = format!("FREQ={}", self.freq);
        if self.interval != 1 {
            text.push_str(&format!(";INTERVAL={}", self.interval));
        }
        match &self.by {
            By::Nothing => {}
            By::Weekdays(days) => text.push_str(&format!(";BYDAY={}", weekdays(&[0], days))),
            By::Nth(nth, days) => text.push_str(&format!(";BYDAY={}", weekdays(nth, days))),
            By::MonthDays(days) => text.push_str(&format!(";BYMONTHDAY={}", list(days))),
            By::YearDays(month, days) => {
                text.push_str(&format!(";BYMONTH={month};BYMONTHDAY={}", list(days)));
            }
            By::YearNth(month, nth, days) => {
                text.push_str(&format!(";BYMONTH={month};BYDAY={}", weekdays(nth, days)));
            }
        }
        text.parse().ok()
    }

    /// What a line can say of a rule: all of it, or `None`. Ends are not looked at.
    pub(super) fn of(rule: &Rule) -> Option<Self> {
        let mut by_day = Vec::new();
        let (mut month, mut month_days) = (None, Vec::new());
        for part in rule.to_string().split(';') {
            let (name, value) = part.split_once('=')?;
            match name {
                "FREQ" | "INTERVAL" | "UNTIL" | "COUNT" => {}
                "BYDAY" => by_day = value.split(',').map(day).collect::<Option<_>>()?,
                "BYMONTHDAY" => {
                    month_days = value
                        .split(',')
                        .map(|d| d.parse().ok())
                        .collect::<Option<_>>()?;
                }
                "BYMONTH" => month = Some(value.parse::<i8>().ok()?),
                _ => return None,
            }
        }
        let mut nth: Vec<i8> = by_day.iter().map(|(nth, _): &(i8, Weekday)| *nth).collect();
        nth.sort_unstable_by_key(|n| (*n < 0, *n));
        nth.dedup();
        let mut days: Vec<Weekday> = by_day.iter().map(|(_, day)| *day).collect();
        days.sort_unstable_by_key(|day| day.to_monday_zero_offset());
        days.dedup();
        let numbered = !nth.is_empty() && nth != [0];
        let by = match (rule.freq(), month, month_days.is_empty(), days.is_empty()) {
            (_, None, true, true) => By::Nothing,
            (Freq::Weekly, None, true, false) if !numbered => By::Weekdays(days),
            (Freq::Monthly, None, true, false) if numbered => By::Nth(nth, days),
            (Freq::Monthly, None, false, true) => By::MonthDays(month_days),
            (Freq::Yearly, Some(month), false, true) => By::YearDays(month, month_days),
            (Freq::Yearly, Some(month), true, false) if numbered => By::YearNth(month, nth, days),
            _ => return None,
        };
        Some(Self::every(rule.freq(), rule.interval(), by))
    }
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

fn day(text: &str) -> Option<(i8, Weekday)> {
    let (name, weekday) = WEEKDAYS.iter().find(|(name, _)| text.ends_with(name))?;
    let number = text.strip_suffix(name)?;
    let nth = if number.is_empty() {
        0
    } else {
        number.parse().ok()?
    };
    Some((nth, *weekday))
}

fn weekdays(nth: &[i8], days: &[Weekday]) -> String {
    let name = |day: &Weekday| {
        let found = WEEKDAYS.iter().find(|(_, weekday)| weekday == day);
        found.map_or("", |(name, _)| *name)
    };
    let one = |nth: i8, day: &Weekday| match nth {
        0 => name(day).to_owned(),
        nth => format!("{nth}{}", name(day)),
    };
    let all = nth
        .iter()
        .flat_map(|nth| days.iter().map(move |day| one(*nth, day)));
    all.collect::<Vec<_>>().join(",")
}

fn list(numbers: &[i8]) -> String {
    let all: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    all.join(",")
}
