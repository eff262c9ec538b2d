//! Caps and refusals: hostile and broken inputs end quickly and say why.

use crate::{all, calendar, event, one, read, skips, uids};
use domain::caps;
use domain::text::Lang;
use ical::read::ReadOptions;
use ical::read::decode;
use rstest::rstest;

#[rstest]
#[case("", "empty")]
#[case(" \r\n\t\r\n", "empty")]
#[case("hello", "not-a-calendar")]
#[case("<!doctype html><title>Sign in</title>", "not-a-calendar")]
#[case("{\"error\": 1}", "not-a-calendar")]
#[case("x\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "not-a-calendar")]
#[case(
    "BEGIN:VEVENT\r\nDTSTART:20270101\r\nEND:VEVENT\r\n",
    "outside-calendar"
)]
#[case("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x", "cut-off")]
#[case(
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\n",
    "cut-off"
)]
#[case("BEGIN:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "cut-off")]
fn b3_b18_what_is_no_whole_calendar_is_refused(#[case] text: &str, #[case] code: &str) {
    let refusal = read(text).unwrap_err();
    assert_eq!(refusal.code(), code);
    assert_eq!(refusal.to_string().lines().count(), 1);
}

#[test]
fn b18_a_calendar_without_events_is_read_as_such() {
    let document = read(&calendar("")).unwrap();
    assert_eq!((document.entries, document.drafts.len()), (0, 0));
}

#[rstest]
#[case(1_400)]
#[case(100_000)]
fn b5_deep_nesting_is_refused(#[case] depth: usize) {
    let nested = "BEGIN:VEVENT\r\n".repeat(depth) + &"END:VEVENT\r\n".repeat(depth);
    assert_eq!(read(&calendar(&nested)).unwrap_err().code(), "too-deep");
    assert_eq!(read(&nested).unwrap_err().code(), "outside-calendar");
    let strange = "BEGIN:X-A\r\nX-B:1\r\n".repeat(depth);
    assert_eq!(read(&calendar(&strange)).unwrap_err().code(), "too-deep");
}

#[test]
fn b6_an_over_long_line_costs_its_entry_only() {
    let long = format!("DTSTART:20270101\nSUMMARY:{}", "x".repeat(8 << 20));
    let folded = format!("DTSTART:20270101\nDESCRIPTION:{}", "x\n ".repeat(100_000));
    let document = all(&[&long, "UID:b\nDTSTART:20270101", &folded]);
    assert_eq!(skips(&document), ["line-too-long", "line-too-long"]);
    assert_eq!(uids(&document), ["b"]);
    let attached = format!("UID:a\nDTSTART:20270101\nATTACH:{}", "x".repeat(1 << 20));
    assert_eq!(uids(&all(&[&attached])), ["a"]);
}

#[test]
fn b7_entries_have_a_cap() {
    let text = calendar(&event("DTSTART:20270101").repeat(11));
    let options = |entries| ReadOptions {
        entries,
        ..ReadOptions::new(Lang::KO)
    };
    assert_eq!(
        decode(text.as_bytes(), options(11)).unwrap().drafts.len(),
        11
    );
    let refusal = decode(text.as_bytes(), options(10)).unwrap_err();
    assert_eq!(refusal.code(), "too-many-entries");
    assert_eq!(refusal.line(), Some(33));
}

#[rstest]
#[case(format!("DTSTART{}:20270101", ";A=b".repeat(1_000)), "too-many-parameters")]
#[case("DTSTART:20270101\n".to_owned() + &"ATTENDEE:x\n".repeat(100_000), "too-many-properties")]
#[case(format!("DTSTART:20270101\nEXDATE:{}", "20270102,".repeat(5_500)), "too-many")]
#[case(format!("DTSTART:20270101\nRDATE:{}", "20270102,".repeat(5_500)), "too-many")]
fn b8_masses_inside_an_entry_cost_the_entry(#[case] lines: String, #[case] code: &str) {
    assert_eq!(skips(&all(&[&lines])), [code]);
}

#[rstest]
#[case("FREQ=SECONDLY;COUNT=2000000000", "sub-daily")]
#[case("FREQ=MINUTELY", "sub-daily")]
#[case("FREQ=HOURLY;UNTIL=21991231T000000Z", "sub-daily")]
#[case("FREQ=DAILY;COUNT=2000000000", "too-many")]
#[case("FREQ=DAILY;INTERVAL=0", "bad-rule")]
#[case("FREQ=NEVER", "bad-rule")]
fn b9_b12_rules_that_no_schedule_means_are_skipped(#[case] rule: &str, #[case] code: &str) {
    let lines = format!("DTSTART:20270101T000000Z\nRRULE:{rule}");
    assert_eq!(skips(&all(&[&lines])), [code]);
}

#[test]
fn b15_c4_alarms_attachments_and_extensions_go_no_further() {
    let alarm = "BEGIN:VALARM\nACTION:PROCEDURE\nATTACH:file:///bin/sh\nREPEAT:2000000000\n\
                 SUMMARY:evil\nDESCRIPTION:evil\nDTSTART:19990101\nEND:VALARM\n";
    let lines = format!(
        "{}DTSTART:20270101\nSUMMARY:good\nATTACH:http://evil\nX-ALT-DESC:<b>evil\n\
         <style>evil</style>\nX-APPLE-STRUCTURED-LOCATION;X=1:geo:1,2",
        alarm.repeat(300)
    );
    let draft = one(&lines);
    assert!(!format!("{draft:?}").contains("evil"), "{draft:?}");
    assert_eq!(draft.body.main.title.pick(Lang::KO, Lang::KO), "good");
}

#[test]
fn b16_descriptions_are_cut() {
    let draft = one(&format!(
        "DTSTART:20270101\nDESCRIPTION:{}",
        "가".repeat(20_000)
    ));
    let text = draft.body.main.description.pick(Lang::KO, Lang::KO);
    assert!(text.len() <= caps::DESCRIPTION_BYTES && text.len() > caps::DESCRIPTION_BYTES - 3);
}
