//! Drafts with mistakes, and drafts without. Today is Wednesday, 10 March 2027.

use super::*;
use crate::entry::{Context, read_line};
use crate::event::Occurrence;
use jiff::civil::date;
use proptest::prelude::*;

const TODAY: Date = date(2027, 3, 10);

fn draft(line: &str) -> EventBody {
    let zone = Zone::seoul();
    let context = Context::new(TODAY, &zone, Lang::KO);
    read_line(line, &context)
        .unwrap_or_else(|fault| panic!("{line}: {fault}"))
        .body
}

fn found(body: &EventBody, siblings: &[Sibling<'_>]) -> Vec<Finding> {
    let zone = Zone::seoul();
    let context = LintContext {
        today: TODAY,
        zone: &zone,
        lang: Lang::KO,
        uid: Some("mine"),
        siblings,
    };
    lint(body, &context)
}

/// The findings of a line, in short.
fn told(line: &str) -> String {
    let one = |finding: &Finding| {
        let args: Vec<String> = finding.args().into_iter().map(|(_, value)| value).collect();
        format!(
            "{}:{} {}",
            finding.severity().as_str(),
            finding.key().trim_start_matches("lint."),
            args.join(",")
        )
    };
    let all: Vec<String> = found(&draft(line), &[]).iter().map(one).collect();
    all.iter()
        .map(|told| told.trim_end())
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn likely_mistakes_are_told() {
    let wrong: Vec<String> = [
        ("4/5 18:30-21:00 롯데 vs 두산 @잠실", ""),
        ("2027-01-01~2027-03-31 전시", "warns:many_days 90"),
        ("4/1-4/30 전시", ""),
        ("4/5 18:30 ~ 4/7 18:00 밤샘", "warns:many_hours 48"),
        ("3/9 소풍", "warns:past 2027-03-09"),
        ("3/9-3/10 소풍", ""),
        ("2072-04-05 소풍", "warns:far_ahead 2072"),
        ("2031-04-05 소풍", ""),
        ("4/5 04:00 소풍", "warns:small_hours 04:00"),
        ("4/5 03:30 UTC 소풍", "warns:utc_time 2027-04-05 12:30"),
        (
            "4/5 09:00 [America/New_York] 소풍",
            "notes:other_zone America/New_York,2027-04-05 22:00",
        ),
        ("4/5 18:30 JST 소풍 @도쿄", ""),
        (
            "4/5 18:30 콘서트 @\"Paris La Défense\"",
            "warns:place_elsewhere Paris,Europe/Paris",
        ),
        (
            "4/5 18:30 콘서트 @\"New York 메디슨\"",
            "warns:place_elsewhere New York,America/New_York",
        ),
        (
            "4/5 18:30 월드투어 in 런던",
            "warns:place_elsewhere 런던,Europe/London",
        ),
        ("4/5 18:30 파리바게뜨 행사 @잠실", ""),
        (
            "4/5 18:30 [America/New_York] 뉴욕 공연 @\"뉴욕 링컨센터\"",
            "notes:other_zone America/New_York,2027-04-06 07:30",
        ),
        (
            "2027-03-14 02:30 [America/New_York] x",
            "warns:skipped_hour 03:30; notes:other_zone America/New_York,2027-03-14 16:30",
        ),
        (
            "2027-11-07 01:30 [America/New_York] x",
            "notes:double_hour; notes:other_zone America/New_York,2027-11-07 14:30",
        ),
        (
            "4/5 소풍 \"(토)\"",
            "warns:wrong_weekday 2027-04-05,sat,mon",
        ),
        ("4/5 소풍 \"(월)\"", ""),
        ("4/5-4/7 \"수요일까지 축제\"", ""),
        (
            "4/5 \"토요일 밤의 열기\"",
            "warns:wrong_weekday 2027-04-05,sat,mon",
        ),
        ("매주 화 \"화요일 모임\"", ""),
        ("4/5 \"4/5(월) 소풍\"", "notes:date_in_title 4/5(월)"),
        (
            "4/5 \"4월 6일 소풍\"",
            "warns:other_date_in_title 4월 6일,2027-04-05",
        ),
        (
            "4/5 소풍 // 집합은 4/5(토) 아침",
            "warns:wrong_weekday 2027-04-05,sat,mon",
        ),
        ("4/5 소풍 // 예비일은 4/10(토)", ""),
        ("4/5 \"18:30 소풍\"", "notes:hour_in_title 18:30"),
        ("4/5 \"롯데 3:2 두산\"", "warns:score_in_title 3:2"),
        (
            "4/5 \"롯데 vs 두산 취소\"",
            "warns:status_in_title cancelled",
        ),
        (
            "4/5 \"[연기] 롯데 vs 두산\"",
            "warns:status_in_title postponed",
        ),
        ("4/5 \"[취소] 소풍\" (취소)", "warns:status_twice"),
        ("4/5 \"연기 대상 시상식\"", ""),
        (
            "4/5 동해물과 백두산이 마르고 닳도록 하느님이 보우하사 우리나라",
            "notes:long_title 58,40",
        ),
        (
            "4/5 공연 예매 http://t.kr",
            "warns:insecure_tickets http://t.kr",
        ),
        ("4/5 공연 http://t.kr", "notes:insecure_link http://t.kr"),
        ("매주 화 모임 ~2027-04", ""),
        ("2027-01-05 매주 화 모임 ~2027-02", "warns:past 2027-02-23"),
        ("2020-01-07 매주 화 모임", ""),
    ]
    .iter()
    .filter(|(line, want)| told(line) != *want)
    .map(|(line, want)| format!("{line}\n  want {want}\n  got  {}", told(line)))
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_cannot_be_meant_stops() {
    let title = Text::new(Lang::KO, "소풍");
    let back = EventTime::AllDay {
        first: date(2027, 4, 5),
        last: date(2027, 4, 4),
    };
    let keys = |main: Occurrence| {
        let findings = found(&main.into(), &[]);
        assert!(findings.iter().all(|f| f.severity() == Severity::Stops));
        findings.iter().map(Finding::key).collect::<Vec<_>>()
    };
    assert_eq!(
        keys(Occurrence::new(title.clone(), back)),
        ["lint.ends_before_start"]
    );
    let old = EventTime::day(date(1720, 4, 5));
    assert_eq!(
        keys(Occurrence::new(title, old)),
        ["lint.year_out_of_range"]
    );
    let day = EventTime::day(date(2027, 4, 5));
    assert_eq!(keys(Occurrence::new(Text::none(), day)), ["lint.no_title"]);
}

#[test]
fn doubles_are_found_whatever_the_order_of_their_words() {
    let body = draft("4/5 18:30 롯데 vs 두산");
    for (line, want) in [
        ("4/5 18:30 롯데 vs 두산", "lint.double"),
        ("4/5 18:30 두산 vs 롯데", "lint.double"),
        ("4/5 시간미정 롯데-두산", "lint.double"),
        ("4/5 14:00 롯데 vs 두산", "lint.second_on_day"),
        ("4/6 18:30 롯데 vs 두산", ""),
        ("4/5 18:30 한화 vs 삼성", ""),
    ] {
        let other = draft(line).main;
        let sibling = Sibling {
            id: "other",
            uid: None,
            title: &other.title,
            time: &other.time,
            has_place: false,
        };
        let keys: Vec<_> = found(&body, &[sibling]).iter().map(Finding::key).collect();
        assert_eq!(keys.concat(), want, "{line}");
    }
    let first = draft("4/5 \"코리아컵 준결승 1차전\"");
    let second = draft("4/5 \"코리아컵 준결승 2차전\"").main;
    let sibling = Sibling {
        id: "other",
        uid: Some("mine"),
        title: &second.title,
        time: &second.time,
        has_place: true,
    };
    let apart = Sibling {
        uid: None,
        ..sibling
    };
    assert_eq!(found(&first, &[apart]), []);
    let same = found(&first, &[sibling]);
    assert_eq!(same[0].key(), "lint.same_uid");
    assert_eq!(same[0].args(), [("other", "other".to_owned())]);
    let typo = draft("4/5 \"2027 코리아컵 준결승 FC서울\"").main;
    let typo = Sibling {
        id: "typo",
        uid: None,
        title: &typo.title,
        time: &typo.time,
        has_place: true,
    };
    let body = draft("4/5 \"2027 코리아컵 준결승전 FC서울\"");
    assert_eq!(found(&body, &[typo])[0].key(), "lint.double");
}

#[test]
fn a_place_is_missed_where_others_have_one() {
    let body = draft("4/5 18:30 롯데 vs 두산");
    let others = ["4/6 가 vs 나", "4/7 다 vs 라", "4/8 마 vs 바"].map(|line| draft(line).main);
    let siblings = |places: [bool; 3]| {
        let one = |(other, has_place): (&Occurrence, bool)| {
            (other.title.clone(), other.time.clone(), has_place)
        };
        others.iter().zip(places).map(one).collect::<Vec<_>>()
    };
    for (places, want) in [([true, true, false], 1), ([true, false, false], 0)] {
        let owned = siblings(places);
        let siblings: Vec<Sibling<'_>> = owned
            .iter()
            .map(|(title, time, has_place)| Sibling {
                id: "other",
                uid: None,
                title,
                time,
                has_place: *has_place,
            })
            .collect();
        assert_eq!(found(&body, &siblings).len(), want);
    }
}

#[test]
fn a_feed_is_measured_against_what_google_takes() {
    assert_eq!(feed_size(1_000, [500; 100]).finding(), None);
    let nearly = feed_size(1_000, [500; 1_700]);
    assert_eq!(nearly.bytes, 851_000);
    assert_eq!(
        nearly.finding(),
        Some(Finding::new(Mistake::FeedNearlyFull { percent: 86 }))
    );
    let over = feed_size(1_000, [500; 2_100]).finding().unwrap();
    assert_eq!((over.key(), over.field()), ("lint.feed_too_large", None));
    assert_eq!(over.args(), [("percent", "106".to_owned())]);
    assert_eq!(feed_size(1, [usize::MAX]).bytes, usize::MAX);
}

proptest! {
    #[test]
    fn no_text_is_too_strange(title in "\\PC{0,60}", description in "\\PC{0,60}", days in 0i64..109_000) {
        let day = date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let mut main = Occurrence::new(Text::new(Lang::KO, title), EventTime::day(day));
        main.description = Text::new(Lang::EN, description);
        main.place.name = main.title.clone();
        let own = main.clone();
        let sibling = Sibling {
            id: "other",
            uid: None,
            title: &own.title,
            time: &own.time,
            has_place: true,
        };
        let body = EventBody::from(main);
        for finding in found(&body, &[sibling]) {
            prop_assert!(finding.key().starts_with("lint."));
        }
    }
}
