//! The bytes of one event, for each kind of time, form and language.

use crate::support::touches_after;
use crate::support::*;
use domain::event::{Availability, Event, Geo, Link, LinkKind, Status, WebAddress};
use domain::series::{RecurrenceId, Series};
use domain::tag::Tag;
use domain::text::{Lang, Text};
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use ical::write::Form;
use jiff::civil::{date, datetime};
use rstest::rstest;

fn evening() -> EventTime {
    let start = datetime(2027, 4, 5, 18, 30, 0, 0);
    let end = datetime(2027, 4, 5, 21, 30, 0, 0);
    EventTime::zoned(start, Some(end), Zone::seoul())
}

fn full() -> Event {
    let address = |text| WebAddress::parse(text).unwrap();
    let mut what = game(evening());
    what.description = Text::new(Lang::KO, "1차전; 우천 시 순연, 환불\\없음\n둘째 줄");
    what.place.name = Text::new(Lang::KO, "사직, 부산");
    what.place.geo = Some(Geo {
        lat_e6: 35_194_017,
        lon_e6: -500,
    });
    what.url = Some(address("https://team.example/g/1,2;x"));
    what.links = vec![Link {
        kind: LinkKind::Tickets,
        address: address("https://tickets.example/1"),
    }];
    what.tags = vec![
        Tag::from_label("홈 경기", Lang::KO).unwrap(),
        Tag {
            key: "kbo".into(),
            label: Text::none(),
        },
    ];
    what.result = Text::new(Lang::KO, "5:3");
    what.availability = Availability::Busy;
    event_of(what)
}

const ID: &str = "0000000000000000000007";

#[test]
fn a_whole_event_in_the_form_that_fails_safe() {
    let expected = format!(
        "BEGIN:VEVENT\nUID:game-1@example.kr\nDTSTAMP:20261120T010203Z\n\
         CREATED:20261101T000000Z\nLAST-MODIFIED:20261120T010203Z\nSEQUENCE:2\n\
         DTSTART;TZID=Asia/Seoul:20270405T183000\nDTEND;TZID=Asia/Seoul:20270405T213000\n\
         SUMMARY:롯데 vs 두산\n\
         DESCRIPTION:1차전\\; 우천 시 순연\\, 환불\\\\없음\\n둘째 줄\\n\\n결과: 5:3\\n\
         예매: https://tickets.example/1\\nhttps://team.example/g/1\\,2\\;x\\n\
         https://almanac.example/events/{ID}\n\
         LOCATION:사직\\, 부산\nGEO:35.194017;-0.000500\nURL:https://team.example/g/1,2;x\n\
         STATUS:CONFIRMED\nTRANSP:OPAQUE\nCATEGORIES:홈 경기,kbo\n\
         X-MICROSOFT-CDO-BUSYSTATUS:BUSY\nEND:VEVENT\n"
    );
    assert_eq!(fragment(&full(), Form::FailSafe, Lang::KO), expected);
}

#[test]
fn a_whole_event_by_the_letter() {
    let expected = "BEGIN:VEVENT\nUID:game-1@example.kr\nDTSTAMP:20261120T010203Z\n\
         CREATED:20261101T000000Z\nLAST-MODIFIED:20261120T010203Z\nSEQUENCE:2\n\
         DTSTART;TZID=Asia/Seoul:20270405T183000\nDTEND;TZID=Asia/Seoul:20270405T213000\n\
         SUMMARY:Lotte vs Doosan\n\
         DESCRIPTION;LANGUAGE=ko:1차전\\; 우천 시 순연\\, 환불\\\\없음\\n둘째 줄\n\
         LOCATION;LANGUAGE=ko:사직\\, 부산\nGEO:35.194017;-0.000500\n\
         URL:https://team.example/g/1,2;x\nSTATUS:CONFIRMED\nTRANSP:OPAQUE\n\
         CATEGORIES:홈 경기,kbo\nX-ALMANAC-RESULT;LANGUAGE=ko:5:3\n\
         X-ALMANAC-LINK;VALUE=URI;X-KIND=TICKETS:https://tickets.example/1\nEND:VEVENT\n";
    assert_eq!(fragment(&full(), Form::Standard, Lang::EN), expected);
}

#[test]
fn results_can_be_left_out() {
    let zone = Zone::seoul();
    for form in [Form::FailSafe, Form::Standard] {
        let mut out = Vec::new();
        let context = ical::write::Context {
            results: ical::write::Results::Hidden,
            ..context(form, Lang::KO, &zone)
        };
        ical::write::event(
            &mut out,
            &mut Default::default(),
            &mut Vec::new(),
            &full(),
            &context,
        );
        assert!(!String::from_utf8(out).unwrap().contains("5:3"));
    }
}

#[rstest]
#[case::zoned(
    evening(),
    "DTSTART;TZID=Asia/Seoul:20270405T183000 DTEND;TZID=Asia/Seoul:20270405T213000"
)]
#[case::opening(
    EventTime::zoned(datetime(2027, 4, 5, 9, 0, 0, 0), None, Zone::seoul()),
    "DTSTART;TZID=Asia/Seoul:20270405T090000"
)]
#[case::ends_as_it_begins(
    EventTime::zoned(
        datetime(2027, 4, 5, 9, 0, 0, 0),
        Some(datetime(2027, 4, 5, 9, 0, 0, 0)),
        Zone::seoul(),
    ),
    "DTSTART;TZID=Asia/Seoul:20270405T090000"
)]
#[case::utc(
    EventTime::zoned(datetime(2027, 4, 5, 9, 0, 0, 0), None, Zone::utc()),
    "DTSTART:20270405T090000Z"
)]
#[case::floating(
    EventTime::Floating {
        start: datetime(2027, 1, 1, 0, 0, 0, 0),
        end: Some(datetime(2027, 1, 1, 0, 5, 0, 0)),
    },
    "DTSTART:20270101T000000 DTEND:20270101T000500"
)]
#[case::two_days(
    EventTime::AllDay { first: date(2027, 4, 10), last: date(2027, 4, 11) },
    "DTSTART;VALUE=DATE:20270410 DTEND;VALUE=DATE:20270412"
)]
#[case::date_only(
    EventTime::DateOnly { date: date(2026, 12, 31) },
    "DTSTART;VALUE=DATE:20261231 DTEND;VALUE=DATE:20270101"
)]
#[case::window(
    EventTime::Window { first: date(2027, 4, 1), last: date(2027, 4, 30) },
    "DTSTART;VALUE=DATE:20270401 DTEND;VALUE=DATE:20270501"
)]
#[case::undecided(
    EventTime::Undecided { was: Some((date(2027, 4, 1), date(2027, 4, 1))) },
    "DTSTART;VALUE=DATE:20270401 DTEND;VALUE=DATE:20270402"
)]
fn each_kind_of_time_has_its_value_type(#[case] time: EventTime, #[case] expected: &str) {
    let event = event_of(game(time));
    for form in [Form::FailSafe, Form::Standard] {
        let times = lines(&event, form, Lang::KO, &["DTSTART", "DTEND"]);
        assert_eq!(times.join(" "), expected);
    }
}

#[test]
fn an_event_that_never_had_a_day_writes_nothing() {
    let event = event_of(game(EventTime::Undecided { was: None }));
    assert_eq!(fragment(&event, Form::FailSafe, Lang::KO), "");
    assert_eq!(fragment(&event, Form::Standard, Lang::KO), "");
}

#[rstest]
#[case(EventTime::DateOnly { date: date(2027, 4, 1) }, "(시간 미정)", "(time to be announced)")]
#[case(
    EventTime::Window { first: date(2027, 4, 1), last: date(2027, 4, 3) },
    "(날짜 미정)",
    "(date to be announced)"
)]
#[case(
    EventTime::Undecided { was: Some((date(2027, 4, 1), date(2027, 4, 1))) },
    "(일정 미정)",
    "(to be announced)"
)]
fn what_is_not_known_yet_is_said(
    #[case] time: EventTime,
    #[case] korean: &str,
    #[case] english: &str,
) {
    let event = event_of(game(time));
    let said = |form, lang| lines(&event, form, lang, &["SUMMARY", "COMMENT"]).join(" ");
    assert_eq!(
        said(Form::FailSafe, Lang::KO),
        format!("SUMMARY:롯데 vs 두산 {korean}")
    );
    assert_eq!(
        said(Form::FailSafe, Lang::EN),
        format!("SUMMARY:Lotte vs Doosan {english}")
    );
    assert_eq!(
        said(Form::Standard, Lang::KO),
        format!("SUMMARY:롯데 vs 두산 COMMENT:{korean}")
    );
}

#[rstest]
#[case(Status::Confirmed, "롯데 vs 두산", "CONFIRMED", "CONFIRMED")]
#[case(Status::Tentative, "롯데 vs 두산", "TENTATIVE", "TENTATIVE")]
#[case(Status::Postponed, "[연기] 롯데 vs 두산", "CONFIRMED", "TENTATIVE")]
#[case(Status::Cancelled, "[취소] 롯데 vs 두산", "CONFIRMED", "CANCELLED")]
fn status_is_said_in_words_or_by_the_letter(
    #[case] status: Status,
    #[case] title: &str,
    #[case] safe: &str,
    #[case] standard: &str,
) {
    let mut event = event_of(game(evening()));
    event.body.main.status = status;
    event.body.main.availability = Availability::Busy;
    let of = |form| lines(&event, form, Lang::KO, &["SUMMARY", "STATUS"]);
    assert_eq!(
        of(Form::FailSafe),
        [format!("SUMMARY:{title}"), format!("STATUS:{safe}")]
    );
    assert_eq!(
        of(Form::Standard),
        [
            "SUMMARY:롯데 vs 두산".to_owned(),
            format!("STATUS:{standard}")
        ]
    );
    let busy = lines(&event, Form::FailSafe, Lang::KO, &["TRANSP"]);
    let on = matches!(status, Status::Confirmed | Status::Tentative);
    assert_eq!(
        busy,
        [if on {
            "TRANSP:OPAQUE"
        } else {
            "TRANSP:TRANSPARENT"
        }]
    );
}

#[test]
fn words_follow_the_language_of_the_feed() {
    let mut event = event_of(game(evening()));
    event.body.main.status = Status::Cancelled;
    let japanese = Lang::parse("ja").unwrap();
    let summary = |lang| lines(&event, Form::FailSafe, lang, &["SUMMARY"]).join("");
    assert_eq!(summary(Lang::EN), "SUMMARY:[Cancelled] Lotte vs Doosan");
    assert_eq!(summary(japanese), "SUMMARY:[Cancelled] 롯데 vs 두산");
}

#[test]
fn a_repeated_or_skipped_hour_keeps_its_instant() {
    let zone = Zone::parse("America/New_York").unwrap();
    let at = |day, hour, minute, second| {
        let at = datetime(2026, day, if day == 3 { 8 } else { 1 }, hour, minute, 0, 0);
        event_of(game(EventTime::Zoned(Zoned {
            start: WallTime { at, second },
            end: None,
            zone: zone.clone(),
        })))
    };
    let start = |event: &Event, form| lines(event, form, Lang::KO, &["DTSTART"]).join("");
    let (first, second, gap) = (
        at(11, 1, 30, false),
        at(11, 1, 30, true),
        at(3, 2, 30, false),
    );
    assert_eq!(start(&second, Form::Standard), "DTSTART:20261101T063000Z");
    assert_eq!(start(&second, Form::FailSafe), "DTSTART:20261101T063000Z");
    assert_eq!(start(&first, Form::FailSafe), "DTSTART:20261101T053000Z");
    let local = "DTSTART;TZID=America/New_York:";
    assert_eq!(
        start(&first, Form::Standard),
        format!("{local}20261101T013000")
    );
    assert_eq!(start(&gap, Form::FailSafe), "DTSTART:20260308T073000Z");
    assert_eq!(
        start(&gap, Form::Standard),
        format!("{local}20260308T023000")
    );
}

#[test]
fn a_fixed_offset_is_an_instant_to_phones() {
    let zone = Zone::parse("+05:30").unwrap();
    let time = EventTime::zoned(datetime(2027, 1, 1, 0, 0, 0, 0), None, zone);
    let event = event_of(game(time));
    let start = |form| lines(&event, form, Lang::KO, &["DTSTART"]).join("");
    assert_eq!(start(Form::FailSafe), "DTSTART:20261231T183000Z");
    assert_eq!(
        start(Form::Standard),
        "DTSTART;TZID=UTC+0530:20270101T000000"
    );
}

#[test]
fn the_window_of_past_events_counts_last_days() {
    let seoul = Zone::seoul();
    let touches = |time, day| touches_after(&event_of(game(time)), day, &seoul);
    assert!(touches(evening(), date(2027, 4, 5)));
    assert!(!touches(evening(), date(2027, 4, 6)));
    let two_days = EventTime::AllDay {
        first: date(2027, 4, 10),
        last: date(2027, 4, 11),
    };
    assert!(touches(two_days.clone(), date(2027, 4, 11)));
    assert!(!touches(two_days, date(2027, 4, 12)));
    let deadline = EventTime::zoned(datetime(2027, 4, 6, 0, 0, 0, 0), None, Zone::seoul());
    assert!(touches(deadline, date(2027, 4, 6)));
    assert!(!touches(
        EventTime::Undecided { was: None },
        date(2027, 4, 6)
    ));
}

#[test]
fn a_single_event_is_a_file_without_a_name_or_an_address_to_come_back_to() {
    let zone = Zone::seoul();
    let time = EventTime::zoned(datetime(2027, 4, 5, 18, 30, 0, 0), None, Zone::seoul());
    let context = context(Form::FailSafe, Lang::KO, &zone);
    let text = |event: &Event, at| {
        let bytes = ical::write::single(event, at, &context);
        bytes.map(|bytes| String::from_utf8(bytes).unwrap())
    };
    let once = text(&event_of(game(time.clone())), None).unwrap();
    assert!(once.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
    assert!(once.contains("BEGIN:VTIMEZONE") && once.contains("\r\nUID:game-1@example.kr\r\n"));
    for absent in ["METHOD", "X-WR-CALNAME", "SOURCE", "REFRESH-INTERVAL"] {
        assert!(!once.contains(absent), "{absent} in {once}");
    }
    let weekly = repeating(
        time,
        Series {
            rules: vec!["FREQ=WEEKLY;COUNT=3".parse().unwrap()],
            ..Series::default()
        },
    );
    let at = RecurrenceId::Local(datetime(2027, 4, 12, 18, 30, 0, 0));
    let one = text(&weekly, Some(at)).unwrap();
    assert!(
        one.contains("UID:game-1@example.kr-20270412T183000\r\n"),
        "{one}"
    );
    assert!(!one.contains("RRULE") && !one.contains("RECURRENCE-ID"));
    let never = event_of(game(EventTime::Undecided { was: None }));
    assert_eq!(text(&never, None), None);
}
