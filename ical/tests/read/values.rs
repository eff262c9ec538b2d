//! Times, zones and texts in every form that sources write them.

use crate::{all, calendar, codes, event, one, read, skips, time, uids};
use domain::caps;
use domain::event::Availability;
use domain::event::Status;
use domain::text::Lang;
use domain::time::EventTime;
use domain::zone::Zone;
use jiff::civil::datetime;
use rstest::rstest;

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

#[test]
fn a_source_speaks_of_what_icalendar_can_say() {
    use domain::patch::Field;
    let knows = one("DTSTART:20270101").speaks_of;
    assert!(knows.contains(&Field::Title) && knows.contains(&Field::Series));
    assert!(!knows.contains(&Field::Result) && !knows.contains(&Field::Links));
    let own =
        "DTSTART:20270101\nX-ALMANAC-RESULT:5:3\nX-ALMANAC-LINK;X-KIND=STREAM:https://tv.example/";
    let knows = one(own).speaks_of;
    assert!(knows.contains(&Field::Result) && knows.contains(&Field::Links));
}

#[test]
fn an_end_in_an_unknown_zone_is_read_as_the_start_is() {
    let lines = "DTSTART;TZID=Asia/Seoul:20270405T183000\nDTEND;TZID=TZID=Nowhere:20270405T213000";
    let document = all(&[lines]);
    assert_eq!(codes(&document), ["end-zone"]);
    let (start, end) = (
        datetime(2027, 4, 5, 18, 30, 0, 0),
        datetime(2027, 4, 5, 21, 30, 0, 0),
    );
    let wanted = EventTime::zoned(start, Some(end), Zone::seoul());
    assert_eq!(document.drafts[0].body.main.time, wanted);
}

#[test]
fn a_date_with_midnight_that_ends_at_an_hour_is_no_whole_day() {
    let start = datetime(2027, 4, 5, 0, 0, 0, 0);
    let end = Some(datetime(2027, 4, 5, 1, 0, 0, 0));
    let lines = "DTSTART;VALUE=DATE:20270405T000000\nDTEND;VALUE=DATE:20270405T010000";
    assert_eq!(
        one(lines).body.main.time,
        EventTime::Floating { start, end }
    );
    let day = "DTSTART;VALUE=DATE:20270405T000000\nDTEND;VALUE=DATE:20270406T000000";
    assert_eq!(one(day).body.main.time, EventTime::day(start.date()));
}
