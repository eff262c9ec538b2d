//! Reading iCalendar text: one test per oddity of the world, named by the case it stands for.

use domain::caps;
use domain::event::{Availability, Draft, Status};
use domain::series::RecurrenceId;
use domain::text::Lang;
use domain::time::EventTime;
use ical::read::{Document, ReadOptions, Refusal, decode};
use proptest::prelude::*;
use rstest::rstest;

fn read(text: &str) -> Result<Document, Refusal> {
    decode(text.as_bytes(), ReadOptions::new(Lang::KO))
}

fn calendar(inside: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}END:VCALENDAR\r\n")
}

fn event(lines: &str) -> String {
    let lines = lines.trim().replace('\n', "\r\n");
    format!("BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n")
}

/// The only event of a calendar with these lines in it.
fn one(lines: &str) -> Draft {
    let document = read(&calendar(&event(lines))).unwrap();
    assert!(document.skipped.is_empty(), "{:?}", document.skipped);
    document.drafts.into_iter().next().unwrap()
}

fn all(events: &[&str]) -> Document {
    let events: String = events.iter().map(|lines| event(lines)).collect();
    read(&calendar(&events)).unwrap()
}

fn uids(document: &Document) -> Vec<&str> {
    let uid = |d: &'_ Draft| d.uid.is_some();
    assert!(document.drafts.iter().all(uid));
    document
        .drafts
        .iter()
        .filter_map(|d| d.uid.as_deref())
        .collect()
}

fn codes(document: &Document) -> Vec<&'static str> {
    document.warnings.iter().map(|w| w.code).collect()
}

fn skips(document: &Document) -> Vec<&'static str> {
    document.skipped.iter().map(|s| s.reason.code()).collect()
}

fn time(draft: &Draft) -> String {
    shown(&draft.body.main.time)
}

fn shown(time: &EventTime) -> String {
    let end = |end: Option<String>| end.unwrap_or_else(|| "-".to_owned());
    match time {
        EventTime::Zoned(z) => {
            format!(
                "{} {} {}",
                z.start.at,
                end(z.end.map(|e| e.at.to_string())),
                z.zone
            )
        }
        EventTime::Floating { start, end: e } => {
            format!("{start} {} floating", end(e.map(|e| e.to_string())))
        }
        EventTime::AllDay { first, last } => format!("{first} {last}"),
        other => format!("{other:?}"),
    }
}

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
#[case("FREQ=DAILY;INTERVAL=0", "bad-rule")]
#[case("FREQ=NEVER", "bad-rule")]
fn b9_b12_rules_that_no_schedule_means_are_skipped(#[case] rule: &str, #[case] code: &str) {
    let lines = format!("DTSTART:20270101T000000Z\nRRULE:{rule}");
    assert_eq!(skips(&all(&[&lines])), [code]);
}

#[test]
fn b9_a_short_hourly_rule_becomes_single_dates() {
    let draft = one("DTSTART:20270101T090000Z\nRRULE:FREQ=HOURLY;INTERVAL=2;COUNT=4");
    let series = draft.body.series.unwrap();
    let starts: Vec<String> = series.extra.iter().map(|e| e.start.to_string()).collect();
    let wanted = [
        "2027-01-01T11:00:00",
        "2027-01-01T13:00:00",
        "2027-01-01T15:00:00",
    ];
    assert_eq!(starts, wanted);
    assert!(series.rules.is_empty());
}

#[rstest]
#[case("00010101")]
#[case("18991231T235959Z")]
#[case("99991231")]
#[case("22000101T000000")]
fn b13_years_out_of_range_are_skipped_by_name(#[case] start: &str) {
    let document = all(&[&format!("DTSTART:{start}")]);
    assert_eq!(skips(&document), ["year-out-of-range"]);
    let year = start[..4].trim_start_matches('0');
    assert!(document.skipped[0].to_string().contains(year));
}

#[rstest]
#[case(
    "DTSTART:20270405T183000Z\nDTEND:20270405T213000Z",
    "2027-04-05T18:30:00 2027-04-05T21:30:00 UTC"
)]
#[case(
    "DTSTART;TZID=Asia/Seoul:20270405T183000\nDURATION:PT3H",
    "2027-04-05T18:30:00 2027-04-05T21:30:00 Asia/Seoul"
)]
#[case("DTSTART:20270405T183000", "2027-04-05T18:30:00 - floating")]
#[case(
    "DTSTART:20270405T183000\nDTEND:20270405T183000",
    "2027-04-05T18:30:00 - floating"
)]
#[case(
    "DTSTART;VALUE=DATE:20270410\nDTEND;VALUE=DATE:20270412",
    "2027-04-10 2027-04-11"
)]
#[case("DTSTART;VALUE=DATE:20270410", "2027-04-10 2027-04-10")]
#[case(
    "DTSTART;VALUE=DATE:20270410\nDTEND;VALUE=DATE:20270410",
    "2027-04-10 2027-04-10"
)]
#[case("DTSTART;VALUE=DATE:20270410\nDURATION:P2D", "2027-04-10 2027-04-11")]
#[case("DTSTART:20270410", "2027-04-10 2027-04-10")]
#[case("DTSTART;VALUE=DATE:20270410T000000", "2027-04-10 2027-04-10")]
#[case("DTSTART;VALUE=DATE-TIME:20270410", "2027-04-10 2027-04-10")]
#[case("DTSTART:2027-04-05T18:30:00", "2027-04-05T18:30:00 - floating")]
#[case(
    "DTSTART;TZID=Asia/Seoul:20270405T183000\nDTEND;TZID=America/New_York:20270405T083000",
    "2027-04-05T18:30:00 2027-04-05T21:30:00 Asia/Seoul"
)]
#[case(
    "DTSTART;TZID=Asia/Seoul:20270405T183000\nDTEND:20270405T123000Z",
    "2027-04-05T18:30:00 2027-04-05T21:30:00 Asia/Seoul"
)]
#[case(
    "DTSTART;TZID=Asia/Seoul:20270405T183000\nDTEND:20270405T170000",
    "2027-04-05T18:30:00 - Asia/Seoul"
)]
#[case(
    "DTSTART;TZID=America/New_York:20270313T120000\nDURATION:P1DT2H",
    "2027-03-13T12:00:00 2027-03-14T14:00:00 America/New_York"
)]
#[case(
    "DTSTART;TZID=America/New_York:20270313T120000\nDURATION:PT24H",
    "2027-03-13T12:00:00 2027-03-14T13:00:00 America/New_York"
)]
#[case(
    "DTSTART;TZID=Asia/Seoul:20270404T240000",
    "2027-04-05T00:00:00 - Asia/Seoul"
)]
#[case(
    "DTSTART;TZID=Asia/Seoul:20270404T250000",
    "2027-04-05T01:00:00 - Asia/Seoul"
)]
#[case(
    "dtstart;tzid=asia/seoul:20270405t1830",
    "2027-04-05T18:30:00 - Asia/Seoul"
)]
#[case(
    "DTSTART;TZID=Korea Standard Time:20270405T183000",
    "2027-04-05T18:30:00 - Asia/Seoul"
)]
#[case(
    "DTSTART;TZID=(UTC+09:00) Seoul:20270405T183000",
    "2027-04-05T18:30:00 - Asia/Seoul"
)]
#[case("DTSTART;TZID=:20270405T183000", "2027-04-05T18:30:00 - floating")]
fn times_are_read_in_every_form(#[case] lines: &str, #[case] wanted: &str) {
    assert_eq!(time(&one(lines)), wanted);
}

#[rstest]
#[case("SUMMARY:x", "no-start")]
#[case("DTSTART:-20270405", "bad-date")]
#[case("DTSTART:20270230", "bad-date")]
#[case("DTSTART:tomorrow", "bad-date")]
#[case("DTSTART;TZID=Nowhere/Middle:20270405T183000", "unknown-zone")]
fn starts_that_say_nothing_cost_the_entry(#[case] lines: &str, #[case] code: &str) {
    let document = all(&[lines, "UID:b\nDTSTART:20270101"]);
    assert_eq!((skips(&document), uids(&document)), (vec![code], vec!["b"]));
}

const STRANGE_ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:My Zone\r\n\
    BEGIN:STANDARD\r\nDTSTART:19701101T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\n\
    TZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nEND:STANDARD\r\n\
    BEGIN:DAYLIGHT\r\nDTSTART:19700308T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n\
    TZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";

#[test]
fn b14_a_definition_leads_to_the_zone_with_its_offsets() {
    let lines = event("DTSTART;TZID=My Zone:20270705T183000");
    let document = read(&calendar(&format!("{STRANGE_ZONE}{lines}"))).unwrap();
    assert_eq!(
        time(&document.drafts[0]),
        "2027-07-05T18:30:00 - America/New_York"
    );
    assert_eq!(codes(&document), ["zone-guessed"]);
}

#[test]
fn b14_a_definition_like_no_zone_gives_fixed_offsets() {
    let odd = STRANGE_ZONE
        .replace("-0400", "-0417")
        .replace("-0500", "-0517");
    let lines = event("DTSTART;TZID=My Zone:20270705T183000");
    let document = read(&calendar(&format!("{odd}{lines}"))).unwrap();
    assert_eq!(time(&document.drafts[0]), "2027-07-05T18:30:00 - -04:17");
    assert_eq!(codes(&document), ["zone-fixed"]);
}

#[test]
fn b14_an_iana_name_is_trusted_over_its_definition() {
    let wrong = STRANGE_ZONE.replace("My Zone", "Asia/Seoul");
    let lines = event("DTSTART;TZID=Asia/Seoul:20270705T183000");
    let document = read(&calendar(&format!("{wrong}{lines}"))).unwrap();
    assert_eq!(
        time(&document.drafts[0]),
        "2027-07-05T18:30:00 - Asia/Seoul"
    );
}

#[test]
fn b14_a_thousand_endless_definitions_stay_cheap() {
    let mut inside = String::new();
    for n in 0..1_000 {
        let odd = STRANGE_ZONE.replace("My Zone", &format!("Z{n}"));
        inside += &odd
            .replace("-0400", "-0417")
            .replace("YEARLY", ["YEARLY", "SECONDLY"][n % 2]);
        inside += &event(&format!("DTSTART;TZID=Z{n}:20270705T183000"));
    }
    assert_eq!(read(&calendar(&inside)).unwrap().drafts.len(), 1_000);
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

#[test]
fn b17_hostile_characters_do_not_survive() {
    let draft =
        one("DTSTART:20270101\nSUMMARY:a\u{0}b\u{202e}c\u{2028}d\\nEND:VEVENT\nUID:x\u{7}y");
    assert_eq!(
        draft.body.main.title.pick(Lang::KO, Lang::KO),
        "abc d END:VEVENT"
    );
    assert_eq!(draft.uid.as_deref(), Some("xy"));
}

#[test]
fn b17_other_character_sets_are_read_and_named() {
    let text = calendar(&event("DTSTART:20270101\nSUMMARY:롯데 경기"));
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let cp949 = encoding_rs::EUC_KR.encode(&text).0.into_owned();
    for bytes in [utf16, cp949] {
        let document = decode(&bytes, ReadOptions::new(Lang::KO)).unwrap();
        let title = &document.drafts[0].body.main.title;
        assert_eq!(title.pick(Lang::KO, Lang::KO), "롯데 경기");
        assert_eq!(codes(&document), ["charset"]);
    }
}

#[test]
fn raw_line_breaks_in_a_text_belong_to_it() {
    let lines = "DTSTART:20270101\nDESCRIPTION:first\nsecond: line\n\nhttp://a.kr\nLOCATION:Nieuwe Kalfjeslaan 19\n1182AA Amstelveen\nSTATUS:TENTATIVE";
    let document = all(&[lines]);
    let main = &document.drafts[0].body.main;
    let text = main.description.pick(Lang::KO, Lang::KO);
    assert_eq!(text, "first\nsecond: line\n\nhttp://a.kr");
    let place = main.place.name.pick(Lang::KO, Lang::KO);
    assert_eq!(place, "Nieuwe Kalfjeslaan 19 1182AA Amstelveen");
    assert_eq!(main.status, Status::Tentative);
    assert_eq!(codes(&document), ["raw-line-break", "raw-line-break"]);
}

#[test]
fn damage_inside_an_entry_leaves_the_others() {
    let good = event("UID:good\nDTSTART:20270101");
    for bad in [
        "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART:20270101\r\n",
        "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART:20270101\r\nEND:VTODO\r\nEND:VEVENT\r\n",
        "BEGIN:VEVENT\r\nUID:bad\r\nBEGIN:VALARM\r\nDTSTART:20270101\r\nEND:VEVENT\r\n",
    ] {
        for inside in [format!("{bad}{good}"), format!("{good}{bad}")] {
            let document = read(&calendar(&inside)).unwrap();
            assert_eq!(skips(&document), ["unbalanced"], "{inside}");
            assert_eq!(uids(&document), ["good"], "{inside}");
            assert_eq!(document.skipped[0].what, "bad");
        }
    }
    let document = read(&calendar(&format!("{good}END:VEVENT\r\n"))).unwrap();
    assert_eq!(
        (codes(&document), document.drafts.len()),
        (vec!["stray-end"], 1)
    );
}

#[test]
fn tasks_and_journals_are_named_as_skipped() {
    let inside =
        "BEGIN:VTODO\r\nSUMMARY:buy milk\r\nEND:VTODO\r\nBEGIN:VJOURNAL\r\nEND:VJOURNAL\r\n";
    let document = read(&calendar(inside)).unwrap();
    assert_eq!(skips(&document), ["not-an-event", "not-an-event"]);
    assert_eq!(
        document.skipped[0].to_string(),
        "line 3 (buy milk): VTODO is not an event"
    );
}

#[test]
fn several_calendars_in_one_stream_are_joined() {
    let first = calendar(&format!(
        "X-WR-CALNAME:하나\r\n{}",
        event("UID:a\nDTSTART:20270101")
    ));
    let text = format!("{first}{}", calendar(&event("UID:b\nDTSTART:20270101")));
    let document = read(&text).unwrap();
    assert_eq!(uids(&document), ["a", "b"]);
    assert_eq!(document.name.as_deref(), Some("하나"));
}

#[test]
fn the_calendar_says_who_it_is() {
    let head = "X-WR-CALNAME:이름\\, 둘\r\nX-WR-CALDESC:설명\\n둘째 줄\r\n\
                X-WR-TIMEZONE:Asia/Seoul\r\nX-APPLE-CALENDAR-COLOR:#FF2968FF\r\n";
    let document = read(&calendar(head)).unwrap();
    assert_eq!(document.name.as_deref(), Some("이름, 둘"));
    assert_eq!(document.description.as_deref(), Some("설명\n둘째 줄"));
    assert_eq!(
        document.zone.map(|z| z.to_string()).as_deref(),
        Some("Asia/Seoul")
    );
    assert_eq!(
        document.color.map(|c| c.to_string()).as_deref(),
        Some("#FF2968")
    );
}

#[test]
fn texts_places_and_flags_are_read() {
    let draft = one(
        "UID:u\nSEQUENCE:3\nDTSTART:20270101\nSUMMARY:경기\nSUMMARY;LANGUAGE=en-US:Match\n\
         LOCATION:사직\\, 부산\nGEO:35.194;129.0615\nURL:https://a.kr/x\nSTATUS:cancelled\n\
         TRANSP:OPAQUE\nCATEGORIES:야구,홈 경기\nCATEGORIES:야구",
    );
    let main = &draft.body.main;
    assert_eq!(
        (draft.uid.as_deref(), draft.sequence, draft.line),
        (Some("u"), 3, 3)
    );
    assert_eq!(main.title.get(Lang::KO), Some("경기"));
    assert_eq!(main.title.get(Lang::EN), Some("Match"));
    assert_eq!(main.place.name.pick(Lang::KO, Lang::KO), "사직, 부산");
    assert_eq!(
        main.place.geo.map(|g| (g.lat_e6, g.lon_e6)),
        Some((35_194_000, 129_061_500))
    );
    assert_eq!(
        main.url.as_ref().map(|u| u.as_str()),
        Some("https://a.kr/x")
    );
    assert_eq!(
        (main.status, main.availability),
        (Status::Cancelled, Availability::Busy)
    );
    let keys: Vec<&str> = main.tags.iter().map(|t| t.key.as_str()).collect();
    assert_eq!(keys, ["yagu", "hom-gyeonggi"]);
}

#[rstest]
#[case("URL:javascript:alert(1)", "bad-url")]
#[case("STATUS:MAYBE", "unknown-status")]
#[case("GEO:here", "bad-geo")]
#[case("SEQUENCE:-1", "bad-sequence")]
#[case("DTEND:later", "bad-end")]
#[case("DURATION:P1M", "bad-duration")]
#[case("SUMMARY:a\nSUMMARY:b", "second-text")]
#[case("CATEGORIES:!!", "bad-category")]
fn what_is_left_out_of_an_entry_is_named(#[case] lines: &str, #[case] code: &str) {
    let document = all(&[&format!("DTSTART:20270101\n{lines}")]);
    assert_eq!((codes(&document), document.drafts.len()), (vec![code], 1));
}

#[test]
fn long_uids_are_cut_and_stay_unique() {
    let uid = |tail: &str| format!("DTSTART:20270101\nUID:{}{tail}", "가".repeat(400));
    let document = all(&[&uid("a"), &uid("b")]);
    let uids = uids(&document);
    assert!(uids[0] != uids[1] && uids.iter().all(|uid| uid.len() <= caps::UID_BYTES));
}

fn ids(ids: &[RecurrenceId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[test]
fn series_take_dates_of_every_kind() {
    let draft = one(
        "DTSTART;TZID=Asia/Seoul:20270401T090000\nDTEND;TZID=Asia/Seoul:20270401T100000\n\
         RRULE:FREQ=WEEKLY;COUNT=9\nEXDATE:20270408T000000Z\nEXDATE;VALUE=DATE:20270415\n\
         EXDATE;TZID=Asia/Seoul:20270422T090000,20270429T090000\nRDATE:20270402T090000\n\
         RDATE;VALUE=PERIOD:20270403T000000Z/PT30M,20270404T000000Z/20270404T020000Z",
    );
    let series = draft.body.series.unwrap();
    let wanted = ["2027-04-08", "2027-04-15", "2027-04-22", "2027-04-29"];
    assert_eq!(
        ids(&series.except),
        wanted.map(|day| format!("{day}T09:00:00"))
    );
    let extra: Vec<String> = series
        .extra
        .iter()
        .map(|e| format!("{} {:?}", e.start, e.end))
        .collect();
    assert_eq!(
        extra,
        [
            "2027-04-02T09:00:00 None",
            "2027-04-03T09:00:00 Some(2027-04-03T09:30:00)",
            "2027-04-04T09:00:00 Some(2027-04-04T11:00:00)",
        ]
    );
}

#[test]
fn rules_of_exceptions_become_exceptions_where_they_end() {
    let lines = "DTSTART:20270101\nRRULE:FREQ=DAILY;COUNT=10\nEXRULE:FREQ=DAILY;INTERVAL=4";
    let series = one(lines).body.series.unwrap();
    assert_eq!(
        ids(&series.except),
        ["2027-01-01", "2027-01-05", "2027-01-09"]
    );
    let endless = "DTSTART:20270101\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY";
    assert_eq!(skips(&all(&[endless])), ["endless-exceptions"]);
}

#[test]
fn changed_instances_go_to_their_master() {
    let document = all(&[
        "UID:a\nRECURRENCE-ID:20270407T000000Z\nDTSTART;TZID=Asia/Seoul:20270407T110000\nSUMMARY:moved",
        "UID:a\nDTSTART;TZID=Asia/Seoul:20270405T090000\nRRULE:FREQ=DAILY;COUNT=5\nSUMMARY:daily",
        "UID:a\nRECURRENCE-ID;VALUE=DATE:20270408\nDTSTART:20270408T000000Z\nSTATUS:CANCELLED",
    ]);
    assert_eq!(uids(&document), ["a"]);
    let series = document.drafts[0].body.series.as_ref().unwrap();
    let at: Vec<RecurrenceId> = series.overrides.iter().map(|o| o.at).collect();
    assert_eq!(ids(&at), ["2027-04-07T09:00:00", "2027-04-08T09:00:00"]);
    assert_eq!(series.overrides[1].instead.status, Status::Cancelled);
    assert!(series.overrides[1].instead.title.is_empty() && series.extra.is_empty());
}

#[test]
fn a_changed_instance_that_no_rule_makes_is_added() {
    let document = all(&[
        "UID:a\nDTSTART:20270405\nRRULE:FREQ=WEEKLY;COUNT=5",
        "UID:a\nRECURRENCE-ID:20270406\nDTSTART:20270406",
    ]);
    let series = document.drafts[0].body.series.as_ref().unwrap();
    assert_eq!(series.extra[0].start.to_string(), "2027-04-06");
    assert_eq!(codes(&document), ["instance-added"]);
}

#[test]
fn b19_instances_without_master_stand_alone() {
    let document = all(&[
        "UID:a\nRECURRENCE-ID:20270407T090000Z\nDTSTART:20270407T110000Z",
        "UID:a\nRECURRENCE-ID:20270408T090000Z\nDTSTART:20270408T110000Z",
        "RECURRENCE-ID:20270408T090000Z\nDTSTART:20270408T110000Z\nUID:b",
    ]);
    let wanted = [
        "a-20270407T090000",
        "a-20270408T090000",
        "b-20270408T090000",
    ];
    let mut uids = uids(&document);
    uids.sort_unstable();
    assert_eq!(uids, wanted);
}

#[test]
fn b19_other_events_under_one_uid_are_kept_apart() {
    let document = all(&[
        "UID:a\nDTSTART:20270408\nSUMMARY:later",
        "UID:a\nDTSTART:20270401\nSUMMARY:early",
        "UID:a-2\nDTSTART:20270401",
        "UID:a\nDTSTART:20270401\nSUMMARY:other",
        "UID:a\nDTSTART:20270408\nSUMMARY:later",
    ]);
    assert_eq!(document.merged, 1);
    let named: Vec<(&str, &str)> = document
        .drafts
        .iter()
        .map(|d| {
            (
                d.uid.as_deref().unwrap(),
                d.body.main.title.pick(Lang::KO, Lang::KO),
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            ("a", "early"),
            ("a-2", ""),
            ("a-3", "other"),
            ("a-4", "later")
        ]
    );
}

#[rstest]
#[case("SEQUENCE:2\nSUMMARY:old", "SEQUENCE:3\nSUMMARY:new")]
#[case(
    "SUMMARY:same\nDESCRIPTION:old\nLAST-MODIFIED:20260101T000000Z",
    "SUMMARY:same\nDESCRIPTION:new\nLAST-MODIFIED:20260102T000000Z"
)]
fn b19_of_copies_the_newest_wins(#[case] old: &str, #[case] new: &str) {
    let lines = |more: &str| format!("UID:a\nDTSTART:20270401\n{more}");
    for pair in [[old, new], [new, old]] {
        let pair = pair.map(lines);
        let document = all(&[&pair[0], &pair[1]]);
        assert_eq!(skips(&document), ["superseded"]);
        assert!(format!("{:?}", document.drafts).contains("new"));
    }
}

#[test]
fn this_and_future_splits_the_series() {
    let document = all(&[
        "UID:a\nDTSTART:20270405T090000Z\nDTEND:20270405T100000Z\nRRULE:FREQ=DAILY;COUNT=10\n\
         EXDATE:20270407T090000Z,20270412T090000Z\nSUMMARY:before",
        "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270410T090000Z\nDTSTART:20270410T110000Z\n\
         DTEND:20270410T120000Z\nSUMMARY:after",
    ]);
    assert_eq!(uids(&document), ["a", "a-20270410T090000"]);
    let [head, tail] = &document.drafts[..] else {
        unreachable!("two drafts")
    };
    let (head, tail) = (
        head.body.series.clone().unwrap(),
        tail.body.series.clone().unwrap(),
    );
    assert_eq!(
        head.rules[0].to_string(),
        "FREQ=DAILY;UNTIL=20270410T085959"
    );
    assert_eq!(ids(&head.except), ["2027-04-07T09:00:00"]);
    assert_eq!(tail.rules[0].to_string(), "FREQ=DAILY;COUNT=5");
    assert_eq!(ids(&tail.except), ["2027-04-12T11:00:00"]);
}

#[test]
fn this_and_future_on_another_day_keeps_the_distance() {
    let document = all(&[
        "UID:a\nDTSTART:20270405\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4",
        "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270419\nDTSTART:20270420",
    ]);
    let tail = document.drafts[1].body.series.as_ref().unwrap();
    assert!(tail.rules.is_empty());
    assert_eq!(tail.extra[0].start.to_string(), "2027-04-27");
}

#[test]
fn a_source_speaks_of_what_icalendar_can_say() {
    use domain::patch::Field;
    let knows = one("DTSTART:20270101").speaks_of;
    assert!(knows.contains(&Field::Title) && knows.contains(&Field::Series));
    assert!(!knows.contains(&Field::Result) && !knows.contains(&Field::Links));
}

/// Pieces of calendars, whole and broken, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "BEGIN:VCALENDAR\r\n",
        "END:VCALENDAR\r\n",
        "BEGIN:VEVENT\r\n",
        "END:VEVENT\n",
        "BEGIN:VALARM\r\n",
        "END:VALARM\r",
        "BEGIN:VTIMEZONE\r\nTZID:X\r\n",
        "END:VTIMEZONE\r\n",
        "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETTO:+0900\r\n",
        "END:STANDARD\r\n",
        "DTSTART:20270405T183000\r\n",
        "DTSTART;TZID=X:20270405T183000\r\n",
        "UID:a\r\n",
        "DTEND;VALUE=DATE:20270405\r\n",
        "RRULE:FREQ=DAILY;COUNT=3\r\n",
        "SEQUENCE:1\r\n",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20270406T183000\r\n",
        "EXDATE:20270406\r\n",
        "RDATE;VALUE=PERIOD:20270405T183000/PT1H\r\n",
        "SUMMARY:가\r\n ",
        "\r\n",
        "text\r\n",
        ";:\"",
        "DURATION:-P1D\r\n",
        "EXRULE:FREQ=WEEKLY\r\n",
        "X-A;B=\"c:d",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes, ReadOptions::new(Lang::KO));
        let inside = [b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", &bytes[..], b"\r\nEND:VEVENT\r\nEND:VCALENDAR"];
        let _ = decode(&inside.concat(), ReadOptions::new(Lang::KO));
    }

    #[test]
    fn the_books_always_balance(inside in pieces()) {
        for text in [inside.clone(), calendar(&inside), calendar(&event(&inside))] {
            if let Ok(document) = read(&text) {
                let changed = |d: &Draft| d.body.series.as_ref().map_or(0, |s| s.overrides.len());
                let changed: usize = document.drafts.iter().map(changed).sum();
                let told = document.drafts.len() + changed + document.merged + document.skipped.len();
                prop_assert_eq!(told, document.entries);
                prop_assert!(document.drafts.iter().all(|d| d.body.main.time.check().is_ok()));
            }
        }
    }
}

#[test]
fn this_and_future_twice_splits_in_three() {
    let document = all(&[
        "UID:a\nDTSTART:20240901T120000Z\nRRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20241001",
        "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20240913T120000Z\nDTSTART:20240913T090000Z",
        "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20240921T120000Z\nDTSTART:20240922T142200Z",
    ]);
    let wanted = ["a", "a-20240913T120000", "a-20240921T120000"];
    assert_eq!(uids(&document), wanted);
    let rules: Vec<String> = document
        .drafts
        .iter()
        .map(|d| d.body.series.as_ref().unwrap().rules[0].to_string())
        .collect();
    assert_eq!(
        rules,
        [
            "FREQ=DAILY;INTERVAL=2;UNTIL=20240913T115959",
            "FREQ=DAILY;INTERVAL=2;UNTIL=20240921T085959",
            "FREQ=DAILY;INTERVAL=2;UNTIL=20241003T022159",
        ]
    );
}
