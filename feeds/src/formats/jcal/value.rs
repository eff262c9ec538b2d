//! Properties and their values (RFC 7265 §3.4 to §3.6): which type a value has, and how JSON has it.

use super::line::Line;
use serde_json::{Map, Value};

/// `[name, parameters, type, value...]` (§3.4). A value that is not of the type that it should have
/// is told as it is written, as `unknown`.
pub(super) fn property(line: &Line<'_>) -> Value {
    let kind = line.kind();
    let kind = kind.as_deref().unwrap_or_else(|| usual_kind(&line.name));
    let (kind, values) = match values(&line.name, kind, line.value) {
        Some(values) => (kind, values),
        None => ("unknown", vec![line.value.into()]),
    };
    let mut params = Map::new();
    // The type has its own place (§3.4); VALUE would say it twice.
    for (name, values) in line.params.iter().filter(|(name, _)| name != "value") {
        let value = match values.as_slice() {
            [one] => Value::from(one.as_str()),
            many => Value::from(many.to_vec()),
        };
        params.insert(name.clone(), value);
    }
    let head = [line.name.as_str().into(), params.into(), kind.into()];
    Value::Array(head.into_iter().chain(values).collect())
}

/// The type that a property has without VALUE (RFC 5545 §3.7 and §3.8, RFC 7986 §5). Of a property
/// that is not known nobody knows the type (RFC 7265 §5.1).
pub(super) fn usual_kind(name: &str) -> &'static str {
    match name {
        "dtstart" | "dtend" | "dtstamp" | "created" | "last-modified" | "recurrence-id"
        | "exdate" | "rdate" | "due" | "completed" => "date-time",
        "trigger" | "duration" => "duration",
        "rrule" => "recur",
        "url" | "tzurl" | "attach" => "uri",
        "sequence" | "priority" | "repeat" | "percent-complete" => "integer",
        "tzoffsetfrom" | "tzoffsetto" => "utc-offset",
        "freebusy" => "period",
        "geo" => "float",
        "attendee" | "organizer" => "cal-address",
        "action" | "calscale" | "categories" | "class" | "color" | "comment" | "contact"
        | "description" | "location" | "method" | "name" | "prodid" | "related-to"
        | "resources" | "status" | "summary" | "transp" | "tzid" | "tzname" | "uid" | "version" => {
            "text"
        }
        _ => "unknown",
    }
}

/// Whether a property may have several values between commas (RFC 5545 §3.8).
fn is_list(name: &str) -> bool {
    matches!(
        name,
        "categories" | "resources" | "exdate" | "rdate" | "freebusy"
    )
}

/// The values; `None` where the text is not of this type.
fn values(name: &str, kind: &str, text: &str) -> Option<Vec<Value>> {
    let each = |one: fn(&str) -> Option<Value>| -> Option<Vec<Value>> {
        if is_list(name) {
            text.split(',').map(one).collect()
        } else {
            one(text).map(|value| vec![value])
        }
    };
    match kind {
        "text" if is_list(name) => {
            let values = unescaped_list(text).into_iter();
            Some(values.map(Value::from).collect())
        }
        "text" => Some(vec![unescaped(text).into()]),
        "date" => each(|one| date(one).map(Value::from)),
        "date-time" => each(|one| date_time(one).map(Value::from)),
        "period" => each(period),
        // A duration is told as it is written (§3.6.6).
        "duration" => each(|one| Some(one.into())),
        "utc-offset" => each(|one| utc_offset(one).map(Value::from)),
        "integer" => each(|one| one.parse::<i64>().ok().map(Value::from)),
        "boolean" => each(boolean),
        // One value that has two parts (§3.4.1.2).
        "float" if name == "geo" => {
            let parts: Option<Vec<Value>> = text.split(';').map(float).collect();
            Some(vec![Value::Array(parts?)])
        }
        "float" => each(float),
        "recur" => Some(vec![Value::Object(recur(text)?)]),
        _ => Some(vec![text.into()]),
    }
}

/// The values of a list of texts. Only a bare comma parts them.
fn unescaped_list(text: &str) -> Vec<String> {
    let (mut all, mut from, mut escaped) = (Vec::new(), 0, false);
    for (at, b) in text.bytes().enumerate() {
        if b == b',' && !escaped {
            all.push(unescaped(&text[from..at]));
            from = at + 1;
        }
        escaped = b == b'\\' && !escaped;
    }
    all.push(unescaped(&text[from..]));
    all
}

/// RFC 5545 §3.3.11. A backslash before anything else says nothing.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
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
    out
}

/// Digits only, so many of them.
fn digits(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
}

/// `20270405` as `2027-04-05` (§3.6.4).
fn date(text: &str) -> Option<String> {
    let text = digits(Some(text)).filter(|text| text.len() == 8)?;
    Some(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
}

/// `20270405T183000Z` as `2027-04-05T18:30:00Z` (§3.6.5).
fn date_time(text: &str) -> Option<String> {
    let (day, clock) = text.split_once('T')?;
    let (clock, utc) = match clock.strip_suffix('Z') {
        Some(clock) => (clock, "Z"),
        None => (clock, ""),
    };
    let clock = digits(Some(clock)).filter(|clock| clock.len() == 6)?;
    let (hour, minute, second) = (&clock[..2], &clock[2..4], &clock[4..]);
    Some(format!("{}T{hour}:{minute}:{second}{utc}", date(day)?))
}

/// A list of start and end, or of start and duration (§3.6.7).
fn period(text: &str) -> Option<Value> {
    let (start, end) = text.split_once('/')?;
    let end = match end.starts_with(['P', '+', '-']) {
        true => end.to_owned(),
        false => date_time(end)?,
    };
    Some(vec![date_time(start)?, end].into())
}

/// `+0900` as `+09:00` (§3.6.12).
fn utc_offset(text: &str) -> Option<String> {
    let sign = text.get(..1).filter(|sign| matches!(*sign, "+" | "-"))?;
    let clock = digits(text.get(1..))?;
    let (hour, minute) = (clock.get(..2)?, clock.get(2..4)?);
    match clock.get(4..)? {
        "" => Some(format!("{sign}{hour}:{minute}")),
        second if second.len() == 2 => Some(format!("{sign}{hour}:{minute}:{second}")),
        _ => None,
    }
}

fn boolean(text: &str) -> Option<Value> {
    let value = text.eq_ignore_ascii_case("TRUE");
    (value || text.eq_ignore_ascii_case("FALSE")).then(|| value.into())
}

/// JSON knows no infinity and nothing that is not a number.
fn float(text: &str) -> Option<Value> {
    let number: f64 = text.parse().ok()?;
    number.is_finite().then(|| number.into())
}

/// A rule as an object (§3.6.10): numbers as numbers, lists as lists, the end as a date.
fn recur(text: &str) -> Option<Map<String, Value>> {
    let mut map = Map::new();
    for part in text.split(';') {
        let (name, value) = part.split_once('=')?;
        let name = name.to_ascii_lowercase();
        let value = match name.as_str() {
            "until" => date(value).or_else(|| date_time(value))?.into(),
            "freq" | "wkst" | "rscale" | "skip" => value.into(),
            _ if value.contains(',') => value.split(',').map(number_or_text).collect(),
            _ => number_or_text(value),
        };
        map.entry(name).or_insert(value);
    }
    Some(map)
}

fn number_or_text(text: &str) -> Value {
    text.parse::<i64>()
        .map_or_else(|_| text.into(), Value::from)
}
