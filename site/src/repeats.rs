//! How an event repeats, in words. Simple rules are said; of others only that there is a rule.

use domain::series::Series;
use domain::time::EventTime;
use jiff::civil::{Date, Weekday};
use web::locale::T;
use web::when::{Reading, weekday};

/// The sentences about a series.
pub fn in_words(series: &Series, first: &EventTime, reading: &Reading, t: T) -> Vec<String> {
    let mut out = Vec::new();
    for rule in &series.rules {
        out.push(rule_in_words(&rule.to_string(), first, reading, t));
    }
    let counted = [
        ("repeats.extra", series.extra.len()),
        ("repeats.except", series.except.len()),
        ("repeats.overrides", series.overrides.len()),
    ];
    let there = counted.into_iter().filter(|(_, count)| *count > 0);
    out.extend(there.map(|(key, count)| t.n(key, count)));
    out
}

/// What a rule's text says (RFC 5545 §3.3.10).
#[derive(Default)]
struct Parts<'a> {
    freq: &'a str,
    interval: Option<&'a str>,
    by_day: Option<&'a str>,
    by_month_day: Option<&'a str>,
    by_month: Option<&'a str>,
    count: Option<&'a str>,
    until: Option<&'a str>,
    other: bool,
}

impl<'a> Parts<'a> {
    fn of(rule: &'a str) -> Self {
        let mut parts = Self::default();
        for (name, value) in rule.split(';').filter_map(|part| part.split_once('=')) {
            match name {
                "FREQ" => parts.freq = value,
                "INTERVAL" if value != "1" => parts.interval = Some(value),
                "BYDAY" => parts.by_day = Some(value),
                "BYMONTHDAY" => parts.by_month_day = Some(value),
                "BYMONTH" => parts.by_month = Some(value),
                "COUNT" => parts.count = Some(value),
                "UNTIL" => parts.until = Some(value),
                "INTERVAL" | "WKST" => {}
                _ => parts.other = true,
            }
        }
        parts
    }
}

fn rule_in_words(rule: &str, first: &EventTime, reading: &Reading, t: T) -> String {
    let parts = Parts::of(rule);
    let start = match first {
        EventTime::Zoned(z) => Some(z.start.at.date()),
        _ => first.days(reading.zone()).map(|(day, _)| day),
    };
    let how = start.and_then(|start| rhythm(&parts, start, t));
    let how = how.unwrap_or_else(|| t.s("repeats.by_rule").to_owned());
    match (parts.until.and_then(until), parts.count) {
        (Some(day), _) => {
            let words = [("how", &*how), ("day", &*reading.date(day))];
            t.f("repeats.until", &words)
        }
        (None, Some(count)) => t.f("repeats.count", &[("how", &how), ("n", count)]),
        (None, None) => how,
    }
}

/// "매주 화, 목요일"; `None` for rules that have no short name.
fn rhythm(parts: &Parts<'_>, start: Date, t: T) -> Option<String> {
    if parts.other {
        return None;
    }
    match (parts.freq, parts.by_day, parts.by_month_day, parts.by_month) {
        ("DAILY", None, None, None) => every(parts, "repeats.daily", "repeats.daily_n", &[], t),
        ("WEEKLY", days, None, None) => {
            let days = match days {
                Some(days) => weekdays(days, t)?,
                None => weekday(t, start.weekday()).to_owned(),
            };
            let days = [("days", &*days)];
            every(parts, "repeats.weekly", "repeats.weekly_n", &days, t)
        }
        ("MONTHLY", None, day, None) => {
            let own = start.day().to_string();
            let day = [("day", plain_number(day.unwrap_or(&own))?)];
            every(parts, "repeats.monthly", "repeats.monthly_n", &day, t)
        }
        ("MONTHLY", Some(day), None, None) => {
            let (nth, name) = nth_weekday(day, t)?;
            let words = [("nth", nth), ("day", name)];
            every(
                parts,
                "repeats.monthly_nth",
                "repeats.monthly_nth_n",
                &words,
                t,
            )
        }
        ("YEARLY", None, None, None) => every(parts, "repeats.yearly", "repeats.yearly_n", &[], t),
        ("YEARLY", None, Some(day), Some(month))
            if day == start.day().to_string() && month == start.month().to_string() =>
        {
            every(parts, "repeats.yearly", "repeats.yearly_n", &[], t)
        }
        _ => None,
    }
}

fn every(
    parts: &Parts<'_>,
    each: &'static str,
    each_nth: &'static str,
    words: &[(&str, &str)],
    t: T,
) -> Option<String> {
    Some(match parts.interval {
        None => t.f(each, words),
        Some(n) => {
            let mut words = words.to_vec();
            words.push(("n", n));
            t.f(each_nth, &words)
        }
    })
}

fn weekdays(list: &str, t: T) -> Option<String> {
    let days: Option<Vec<&str>> = list
        .split(',')
        .map(|code| day_code(code).map(|day| weekday(t, day)))
        .collect();
    Some(days?.join(t.s("repeats.and")))
}

/// `2TU`, `-1FR`: which one, and the day.
fn nth_weekday(text: &str, t: T) -> Option<(&'static str, &'static str)> {
    let (nth, code) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = t.s(match nth {
        "1" => "repeats.first",
        "2" => "repeats.second",
        "3" => "repeats.third",
        "4" => "repeats.fourth",
        "-1" => "repeats.last",
        _ => return None,
    });
    Some((nth, weekday(t, day_code(code)?)))
}

fn day_code(code: &str) -> Option<Weekday> {
    Some(match code {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

fn plain_number(text: &str) -> Option<&str> {
    text.bytes().all(|b| b.is_ascii_digit()).then_some(text)
}

/// The day of `20270630` or `20270630T150000Z`.
fn until(text: &str) -> Option<Date> {
    let year = text.get(0..4)?.parse().ok()?;
    let month = text.get(4..6)?.parse().ok()?;
    let day = text.get(6..8)?.parse().ok()?;
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{game, reading};
    use web::locale::UiLang;

    #[test]
    fn simple_rules_are_said_and_others_named() {
        let time = game("x").time;
        for (rule, ko, en) in [
            ("FREQ=WEEKLY", "매주 월요일", "every week on Mon"),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
                "2주마다 화·목요일",
                "every 2 weeks on Tue and Thu",
            ),
            ("FREQ=DAILY;COUNT=5", "매일, 모두 5번", "every day, 5 times"),
            (
                "FREQ=MONTHLY;BYDAY=-1FR",
                "매달 마지막 금요일",
                "every month on the last Fri",
            ),
            (
                "FREQ=MONTHLY;UNTIL=20261231T150000Z",
                "매달 23일, 12월 31일 (목)까지",
                "every month on day 23, until Thu 31 Dec",
            ),
            ("FREQ=YEARLY", "매년 같은 날", "every year on the same day"),
            (
                "FREQ=YEARLY;BYWEEKNO=20",
                "정해진 규칙에 따라 되풀이",
                "by a rule of its own",
            ),
            (
                "FREQ=MONTHLY;BYMONTHDAY=-1",
                "정해진 규칙에 따라 되풀이",
                "by a rule of its own",
            ),
        ] {
            for (ui, want) in [(UiLang::Ko, ko), (UiLang::En, en)] {
                let said = rule_in_words(rule, &time, &reading(ui), T::new(ui));
                assert_eq!(said, want, "{rule}");
            }
        }
    }
}
