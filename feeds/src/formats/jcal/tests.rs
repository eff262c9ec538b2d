//! jCal against RFC 7265's own examples, and back to the text that it was made of.

use super::value::usual_kind;
use super::*;
use crate::formats::examples;
use ical::write::Form;
use proptest::prelude::*;

fn jcal(text: &str) -> Value {
    serde_json::from_slice(&from_ical(text.as_bytes())).unwrap()
}

fn property(line: &str) -> Value {
    jcal(&format!("BEGIN:VCALENDAR\r\n{line}\r\nEND:VCALENDAR\r\n"))[1][0].clone()
}

#[test]
fn values_are_typed_by_their_property_or_by_what_is_said() {
    for (line, want) in [
        (
            "DTSTART;TZID=Asia/Seoul:20270405T183000",
            json!(["dtstart", { "tzid": "Asia/Seoul" }, "date-time", "2027-04-05T18:30:00"]),
        ),
        (
            "DTSTAMP:20261122T010203Z",
            json!(["dtstamp", {}, "date-time", "2026-11-22T01:02:03Z"]),
        ),
        (
            "DTSTART;VALUE=DATE:20270405",
            json!(["dtstart", {}, "date", "2027-04-05"]),
        ),
        (
            "EXDATE;VALUE=DATE:20270406,20270407",
            json!(["exdate", {}, "date", "2027-04-06", "2027-04-07"]),
        ),
        (
            "RDATE;VALUE=PERIOD;TZID=Asia/Seoul:20270404T090000/20270404T120000,20270405T090000/PT1H",
            json!(["rdate", { "tzid": "Asia/Seoul" }, "period", ["2027-04-04T09:00:00", "2027-04-04T12:00:00"], ["2027-04-05T09:00:00", "PT1H"]]),
        ),
        (
            "SUMMARY;LANGUAGE=ko:하늘\\, 바다\\n2\\\\n\\;",
            json!(["summary", { "language": "ko" }, "text", "하늘, 바다\n2\\n;"]),
        ),
        (
            "CATEGORIES:a\\,b,c,\\\\,d",
            json!(["categories", {}, "text", "a,b", "c", "\\", "d"]),
        ),
        ("LOCATION:a,b", json!(["location", {}, "text", "a,b"])),
        (
            "GEO:37.500000;-127.250000",
            json!(["geo", {}, "float", [37.5, -127.25]]),
        ),
        ("SEQUENCE:3", json!(["sequence", {}, "integer", 3])),
        (
            "TZOFFSETFROM:+0900",
            json!(["tzoffsetfrom", {}, "utc-offset", "+09:00"]),
        ),
        (
            "TZOFFSETTO:-004430",
            json!(["tzoffsetto", {}, "utc-offset", "-00:44:30"]),
        ),
        (
            "URL:https://a.example/;b,c",
            json!(["url", {}, "uri", "https://a.example/;b,c"]),
        ),
        (
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            json!(["refresh-interval", {}, "duration", "PT1H"]),
        ),
        (
            "TRIGGER:-PT30M",
            json!(["trigger", {}, "duration", "-PT30M"]),
        ),
        (
            "X-FLAG;VALUE=BOOLEAN:TRUE",
            json!(["x-flag", {}, "boolean", true]),
        ),
        ("X-THING:1\\,2", json!(["x-thing", {}, "unknown", "1\\,2"])),
        ("NEW-THING:1", json!(["new-thing", {}, "unknown", "1"])),
        (
            "X-P;A=\"b:c\",d;E=\"f,g\":h",
            json!(["x-p", { "a": ["b:c", "d"], "e": "f,g" }, "unknown", "h"]),
        ),
        (
            "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO,2WE",
            json!(["rrule", {}, "recur", { "freq": "WEEKLY", "count": 4, "byday": ["MO", "2WE"] }]),
        ),
        (
            "RRULE:FREQ=YEARLY;UNTIL=20300101T000000Z;BYMONTH=3;WKST=SU",
            json!(["rrule", {}, "recur", { "freq": "YEARLY", "until": "2030-01-01T00:00:00Z", "bymonth": 3, "wkst": "SU" }]),
        ),
        (
            "RRULE:FREQ=DAILY;UNTIL=20300101",
            json!(["rrule", {}, "recur", { "freq": "DAILY", "until": "2030-01-01" }]),
        ),
    ] {
        assert_eq!(property(line), want, "{line}");
    }
}

#[test]
fn what_is_not_of_its_type_is_told_as_it_is_written() {
    for line in [
        "DTSTART:soon",
        "DTSTART:20270405T1830",
        "DTSTART;VALUE=DATE:2027040가",
        "SEQUENCE:99999999999999999999",
        "GEO:NaN;inf",
        "GEO:1;",
        "TZOFFSETFROM:+9",
        "TZOFFSETFROM:가나다라",
        "RRULE:FREQ",
        "RRULE:FREQ=DAILY;UNTIL=never",
        "RDATE;VALUE=PERIOD:20270404T090000",
    ] {
        let (_, raw) = line.split_once(':').unwrap();
        let told = property(line);
        assert_eq!(
            (&told[2], &told[3]),
            (&json!("unknown"), &json!(raw)),
            "{line}"
        );
    }
}

#[test]
fn components_nest_and_lost_ends_are_found() {
    let zone = jcal(
        "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nTZNAME:KST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n",
    );
    assert_eq!(
        zone,
        json!([
            "vcalendar",
            [],
            [[
                "vtimezone",
                [],
                [["standard", [["tzname", {}, "text", "KST"]], []]]
            ]]
        ])
    );
    for (text, want) in [
        ("", json!(["vcalendar", [], []])),
        ("SUMMARY:x", json!(["vcalendar", [], []])),
        ("BEGIN:VEVENT\nEND:VEVENT", json!(["vcalendar", [], []])),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT",
            json!(["vcalendar", [], [["vevent", [], []]]]),
        ),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR",
            json!(["vcalendar", [], [["vevent", [], []]]]),
        ),
        (
            "BEGIN:VCALENDAR\nEND:VEVENT\nUID:1\nEND:VCALENDAR\nUID:2",
            json!(["vcalendar", [["uid", {}, "text", "1"]], []]),
        ),
    ] {
        assert_eq!(jcal(text), want, "{text}");
    }
    let deep = format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\n".repeat(100_000));
    let mut told = &jcal(&deep);
    let mut depth = 0;
    while let Some(inner) = told.get(2).and_then(|inner| inner.get(0)) {
        told = inner;
        depth += 1;
    }
    assert_eq!(depth, DEPTH - 1);
}

/// The content lines that jCal stands for, unfolded: what a reader of jCal does.
fn lines_of(component: &Value, out: &mut Vec<String>) {
    let name = component[0].as_str().unwrap().to_ascii_uppercase();
    out.push(format!("BEGIN:{name}"));
    for property in component[1].as_array().unwrap() {
        out.push(line_of(property.as_array().unwrap()));
    }
    for inner in component[2].as_array().unwrap() {
        lines_of(inner, out);
    }
    out.push(format!("END:{name}"));
}

fn line_of(property: &[Value]) -> String {
    let [name, params, kind, values @ ..] = property else {
        panic!("{property:?}");
    };
    let (name, kind) = (name.as_str().unwrap(), kind.as_str().unwrap());
    let mut params: Vec<String> = params
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| param_of(name, value))
        .collect();
    if kind != usual_kind(name) {
        params.push(format!("VALUE={}", kind.to_ascii_uppercase()));
    }
    params.sort();
    let params: String = params.iter().map(|param| format!(";{param}")).collect();
    let values: Vec<String> = values.iter().map(|value| text_of(kind, value)).collect();
    format!("{}{params}:{}", name.to_ascii_uppercase(), values.join(","))
}

fn param_of(name: &str, value: &Value) -> String {
    let value = value.as_str().unwrap();
    let coded = value
        .replace('^', "^^")
        .replace('\n', "^n")
        .replace('"', "^'");
    let quote = if value.contains([':', ';', ',']) {
        "\""
    } else {
        ""
    };
    format!("{}={quote}{coded}{quote}", name.to_ascii_uppercase())
}

fn text_of(kind: &str, value: &Value) -> String {
    match (kind, value) {
        ("text", Value::String(text)) => text
            .replace('\\', "\\\\")
            .replace(';', "\\;")
            .replace(',', "\\,")
            .replace('\n', "\\n"),
        ("date" | "date-time" | "utc-offset", Value::String(text)) => basic(text, kind),
        ("period", Value::Array(parts)) => {
            let parts = parts
                .iter()
                .map(|part| basic(part.as_str().unwrap(), "date-time"));
            parts.collect::<Vec<_>>().join("/")
        }
        ("float", Value::Array(parts)) => {
            let parts = parts
                .iter()
                .map(|part| format!("{:.6}", part.as_f64().unwrap()));
            parts.collect::<Vec<_>>().join(";")
        }
        ("recur", Value::Object(parts)) => {
            let parts = parts.iter().map(|(name, value)| {
                let value = match (name.as_str(), value) {
                    ("until", Value::String(text)) => basic(text, "date-time"),
                    (_, Value::Array(list)) => list
                        .iter()
                        .map(|one| text_of("", one))
                        .collect::<Vec<_>>()
                        .join(","),
                    (_, one) => text_of("", one),
                };
                format!("{}={value}", name.to_ascii_uppercase())
            });
            ordered(&parts.collect::<Vec<_>>().join(";"))
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

fn basic(text: &str, kind: &str) -> String {
    match kind {
        "utc-offset" => text.replace(':', ""),
        _ => text.replace(['-', ':'], ""),
    }
}

/// The parts of a rule by name; an object has no order.
fn ordered(rule: &str) -> String {
    let mut parts: Vec<&str> = rule.split(';').collect();
    parts.sort_unstable();
    parts.join(";")
}

/// A line as it was written, with parameters and rule parts in the order of their names.
fn by_name(line: &str) -> String {
    let read = Line::read(line).unwrap();
    let head = &line[..line.len() - read.value.len() - 1];
    let mut parts: Vec<String> = Vec::new();
    let mut quoted = false;
    for piece in head.split_inclusive(';') {
        match parts.last_mut().filter(|_| quoted) {
            Some(part) => part.push_str(piece),
            None => parts.push(piece.to_owned()),
        }
        quoted ^= piece.matches('"').count() % 2 == 1;
    }
    for part in &mut parts {
        *part = part.trim_end_matches(';').to_owned();
    }
    parts[1..].sort();
    let value = match read.name.as_str() {
        "rrule" => ordered(read.value),
        _ => read.value.to_owned(),
    };
    format!("{}:{value}", parts.join(";"))
}

fn comes_back(ical: &[u8]) {
    let mut told = Vec::new();
    lines_of(
        &serde_json::from_slice(&from_ical(ical)).unwrap(),
        &mut told,
    );
    let text = std::str::from_utf8(ical).unwrap();
    let written: Vec<String> = line::unfolded(text)
        .iter()
        .map(|line| by_name(line))
        .collect();
    assert_eq!(told, written);
}

#[test]
fn every_example_comes_back_as_it_was_written() {
    for form in [Form::FailSafe, Form::Standard] {
        comes_back(&examples::ical(&examples::all(), form));
    }
}

proptest! {
    #[test]
    fn nothing_makes_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _: Value = serde_json::from_slice(&from_ical(&bytes)).unwrap();
    }

    #[test]
    fn nothing_that_looks_like_a_calendar_makes_it_fail(
        lines in proptest::collection::vec(
            "(BEGIN|END|DTSTART|RRULE|GEO|RDATE|TZOFFSETTO|CATEGORIES|X-A)(;(VALUE|TZID)=\"?(DATE|PERIOD|FLOAT|BOOLEAN|가:\\^)\"?)?:(VCALENDAR|VEVENT|[-+0-9TZP/;,=\\\\가]{0,18})",
            0..20,
        ),
    ) {
        let text = format!("BEGIN:VCALENDAR\r\n{}", lines.join("\r\n"));
        let _: Value = serde_json::from_slice(&from_ical(text.as_bytes())).unwrap();
    }

    #[test]
    fn any_event_comes_back_as_it_was_written(event in examples::any_event(), letter in any::<bool>()) {
        let form = if letter { Form::Standard } else { Form::FailSafe };
        comes_back(&examples::ical(&[event], form));
    }
}
