//! How an event repeats, as fields of its form: the usual rules by choice, any other as its text
//! (RFC 5545 §3.3.10), days besides and days off one a line, changed instances row by row.

use super::form::{CHANGED, CHANGED_PARTS, Faults, Typed};
use super::time;
use domain::caps;
use domain::event::{EventBody, Occurrence};
use domain::recur::Rule;
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::time::EventTime;
use jiff::civil::Weekday;
use web::failure::Message;

/// The fields that this is about, by how their names begin.
pub(super) const NAMES: &[&str] = &[
    "repeat",
    "interval",
    "repeat_day",
    "nth",
    "ends",
    "until",
    "count",
    "rules",
    "extra",
    "except",
    "one",
];

/// The two letters of a weekday in rules.
pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];
/// Which of a month's weekdays.
pub(super) const NTHS: [&str; 6] = ["1", "2", "3", "4", "5", "-1"];

/// Writes the repetition of an event into its form.
pub(super) fn put(typed: &mut Typed, body: &EventBody) {
    let Some(series) = &body.series else {
        return;
    };
    let simple = match series.rules.as_slice() {
        [rule] => simple(rule),
        _ => None,
    };
    if let Some(simple) = simple {
        for (name, value) in simple {
            typed.put(name, value);
        }
    } else {
        typed.put("repeat", "custom");
        let rules: Vec<_> = series.rules.iter().map(Rule::to_string).collect();
        typed.put("rules", rules.join("\n"));
    }
    let extra = |one: &ExtraDate| match one.end {
        Some(end) => format!("{}/{end}", one.start),
        None => one.start.to_string(),
    };
    let lines: Vec<_> = series.extra.iter().map(extra).collect();
    typed.put("extra", lines.join("\n"));
    let lines: Vec<_> = series.except.iter().map(RecurrenceId::to_string).collect();
    typed.put("except", lines.join("\n"));
    for (at, changed) in series.overrides.iter().take(CHANGED).enumerate() {
        let stem = format!("one{at}_");
        typed.put(&format!("{stem}at"), changed.at.to_string());
        time::put_instance(typed, &stem, &changed.instead.time);
        typed.put(&format!("{stem}status"), changed.instead.status.as_str());
        typed.put_text(&format!("{stem}title"), &changed.instead.title);
        typed.put_text(&format!("{stem}place"), &changed.instead.place.name);
    }
}

/// A rule as choices, where they say all of it.
fn simple(rule: &Rule) -> Option<Vec<(&'static str, String)>> {
    let mut fields = vec![("ends", "never".to_owned())];
    let text = rule.to_string();
    let mut freq = "";
    let mut days = "";
    for part in text.split(';') {
        match part.split_once('=')? {
            ("FREQ", value) => freq = value,
            ("INTERVAL", value) => fields.push(("interval", value.to_owned())),
            ("BYDAY", value) => days = value,
            ("COUNT", value) => {
                fields.push(("ends", "count".to_owned()));
                fields.push(("count", value.to_owned()));
            }
            ("UNTIL", value) if value.len() == 8 => {
                let day = format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..]);
                fields.push(("ends", "until".to_owned()));
                fields.push(("until", day));
            }
            _ => return None,
        }
    }
    let nths: Vec<(&str, &str)> = days
        .split(',')
        .filter(|day| !day.is_empty())
        .map(|day| day.split_at(day.len().saturating_sub(2)))
        .collect();
    let repeat = match (freq, nths.first()) {
        ("DAILY", None) => "daily",
        ("WEEKLY", _) => "weekly",
        ("MONTHLY", None) => "monthly",
        ("MONTHLY", Some((_, weekday))) if nths.iter().all(|(_, day)| day == weekday) => {
            fields.push(("nth_day", (*weekday).to_owned()));
            let numbers: Vec<_> = nths.iter().map(|(nth, _)| *nth).collect();
            fields.push(("nth", numbers.join(",")));
            "nth"
        }
        ("YEARLY", None) => "yearly",
        _ => return None,
    };
    if repeat == "weekly" {
        fields.push(("repeat_day", days.to_owned()));
    }
    fields.push(("repeat", repeat.to_owned()));
    let mut typed = Typed::default();
    for (name, value) in &fields {
        typed.put(name, value.clone());
    }
    let again = chosen(&typed).and_then(|text| text.parse::<Rule>().ok());
    (again.as_ref() == Some(rule)).then_some(fields)
}

/// The text of the rule that was chosen; `None` where something is missing.
fn chosen(typed: &Typed) -> Option<String> {
    let list = |name: &str| {
        let one = typed.get(name).split(',').filter(|one| !one.is_empty());
        one.map(str::to_owned).collect::<Vec<_>>()
    };
    let (freq, days) = match typed.get("repeat") {
        "daily" => ("DAILY", Vec::new()),
        "weekly" => ("WEEKLY", list("repeat_day")),
        "monthly" => ("MONTHLY", Vec::new()),
        "nth" => {
            let day = typed.get("nth_day");
            let days = list("nth").into_iter().map(|nth| format!("{nth}{day}"));
            (
                "MONTHLY",
                Some(days.collect::<Vec<_>>()).filter(|d| !d.is_empty())?,
            )
        }
        "yearly" => ("YEARLY", Vec::new()),
        _ => return None,
    };
    let mut text = format!("FREQ={freq}");
    if !matches!(typed.get("interval").trim(), "" | "1") {
        text += &format!(";INTERVAL={}", typed.get("interval").trim());
    }
    if !days.is_empty() {
        text += &format!(";BYDAY={}", days.join(","));
    }
    match typed.get("ends") {
        "until" => {
            let day = crate::edit::day(typed.get("until").trim())?;
            text += &format!(";UNTIL={}", day.strftime("%Y%m%d"));
        }
        "count" => text += &format!(";COUNT={}", typed.get("count").trim()),
        _ => {}
    }
    Some(text)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn fault(faults: &mut Faults, field: &str, key: &'static str) {
    faults.push((field.to_owned(), Message::new(key)));
}

/// Reads the repetition; faults stand beside their fields.
pub(super) fn read(
    typed: &Typed,
    main: &Occurrence,
    before: Option<&EventBody>,
    faults: &mut Faults,
) -> Option<Series> {
    let mut series = Series::default();
    match typed.get("repeat") {
        "" | "none" => return None,
        "custom" => {
            for line in lines(typed.get("rules")) {
                let line = line.strip_prefix("RRULE:").unwrap_or(line);
                match line.parse() {
                    Ok(rule) => series.rules.push(rule),
                    Err(_) => fault(faults, "rules", "cms_event.bad_rule"),
                }
            }
        }
        _ => match chosen(typed).and_then(|text| text.parse().ok()) {
            Some(rule) => series.rules.push(rule),
            None => fault(faults, "repeat", "cms_event.no_rule"),
        },
    }
    if !main.time.can_repeat() {
        fault(faults, "repeat", "cms_event.cannot_repeat");
        return None;
    }
    for line in lines(typed.get("extra")) {
        let (start, end) = line
            .split_once('/')
            .map_or((line, None), |(a, b)| (a, Some(b)));
        let end = end.map(|end| end.parse().ok());
        match (instance(start, &main.time), end) {
            (Some(start), None) => series.extra.push(ExtraDate { start, end: None }),
            (Some(start), Some(Some(end))) => series.extra.push(ExtraDate {
                start,
                end: Some(end),
            }),
            _ => fault(faults, "extra", "cms_event.bad_instance"),
        }
    }
    for line in lines(typed.get("except")) {
        match instance(line, &main.time) {
            Some(at) => series.except.push(at),
            None => fault(faults, "except", "cms_event.bad_instance"),
        }
    }
    series.extra.sort();
    series.extra.dedup();
    series.except.sort();
    series.except.dedup();
    series.overrides = overrides(typed, main, before, faults);
    if series.extra.len().max(series.except.len()) > caps::SERIES_DATES {
        fault(faults, "except", "cms_event.many_dates");
    }
    if series.rules.len() > caps::SERIES_RULES {
        fault(faults, "rules", "cms_event.bad_rule");
    }
    if series.rules.is_empty() && series.extra.is_empty() {
        fault(faults, "repeat", "cms_event.no_rule");
    }
    Some(series)
}

/// Names an instance as people write it: a day is enough, the hour is the series' own.
fn instance(text: &str, time: &EventTime) -> Option<RecurrenceId> {
    let start = match time {
        EventTime::Zoned(z) => Some(z.start.at.time()),
        EventTime::Floating { start, .. } => Some(start.time()),
        _ => None,
    };
    let at = RecurrenceId::parse(&text.trim().replace(' ', "T"))?;
    match (at, start) {
        (RecurrenceId::Date(day), Some(hour)) => Some(RecurrenceId::Local(day.to_datetime(hour))),
        (RecurrenceId::Local(at), None) => Some(RecurrenceId::Date(at.date())),
        (at, _) => Some(at),
    }
}

/// The changed instances: those that are listed, and those beyond the list as they are.
fn overrides(
    typed: &Typed,
    main: &Occurrence,
    before: Option<&EventBody>,
    faults: &mut Faults,
) -> Vec<Override> {
    let was = before.and_then(|body| body.series.as_ref());
    let was = was.map_or(&[][..], |series| &series.overrides);
    let mut all: Vec<Override> = was.iter().skip(CHANGED).cloned().collect();
    for row in 0..CHANGED {
        let stem = format!("one{row}_");
        let text = typed.get(&format!("{stem}at")).trim();
        if text.is_empty() || typed.get(&format!("{stem}drop")) == "1" {
            continue;
        }
        let Some(at) = instance(text, &main.time) else {
            fault(faults, &format!("{stem}at"), "cms_event.bad_instance");
            continue;
        };
        let old = was.iter().find(|changed| changed.at == at);
        if let Some(old) = old.filter(|old| is_untouched(typed, &stem, old)) {
            all.push(old.clone());
            continue;
        }
        let mut instead = old.map_or_else(|| main.clone(), |old| old.instead.clone());
        let date = format!("{stem}date");
        if typed.get(&date).is_empty() && typed.get(&format!("{stem}time")).is_empty() {
            // Only called off, or only called otherwise: it stays at its time.
            if old.is_none() {
                let series = EventBody::from(main.clone());
                instead.time = series.instance(at).time();
            }
        } else {
            match time::read_instance(typed, &stem, &main.time) {
                Ok(time) => instead.time = time,
                Err(wrong) => faults.extend(wrong),
            }
        }
        instead.status = super::form::status(typed.get(&format!("{stem}status")));
        let (title, place) = (instead.title.clone(), instead.place.name.clone());
        typed.read_texts(&stem, &mut instead, faults);
        // What a new row leaves empty is as in the series.
        if instead.title.is_empty() {
            instead.title = title;
        }
        if instead.place.name.is_empty() && old.is_none() {
            instead.place.name = place;
        }
        all.push(Override { at, instead });
    }
    all.sort_by_key(|one| one.at);
    all.dedup_by_key(|one| one.at);
    all
}

fn is_untouched(typed: &Typed, stem: &str, old: &Override) -> bool {
    let mut shown = Typed::default();
    time::put_instance(&mut shown, stem, &old.instead.time);
    shown.put(&format!("{stem}status"), old.instead.status.as_str());
    shown.put_text(&format!("{stem}title"), &old.instead.title);
    shown.put_text(&format!("{stem}place"), &old.instead.place.name);
    CHANGED_PARTS
        .iter()
        .filter(|part| !matches!(**part, "at" | "drop"))
        .map(|part| format!("{stem}{part}"))
        .all(|name| typed.get(&name).trim() == shown.get(&name).trim())
}
