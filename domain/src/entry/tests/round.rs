//! What is written is read back.

use super::*;
use crate::event::{Evidence, Link, Occurrence, Place, WebAddress};
use crate::recur::Until;
use crate::series::{ExtraDate, RecurrenceId, Series};
use crate::tag::Tag;
use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::*;

fn days() -> impl Strategy<Value = Date> + Clone {
    (0i32..100_000).prop_map(|days| date(1900, 1, 2).checked_add(days.days()).unwrap())
}

fn times() -> impl Strategy<Value = EventTime> {
    let hour = (0i8..24, 0i8..60);
    let end = prop::option::of((1i64..60 * 50).prop_map(|minutes| minutes.minutes()));
    let zone = prop::sample::select(vec!["Asia/Seoul", "Asia/Tokyo", "UTC", "+05:30"]);
    let zoned = (days(), hour, end, zone).prop_map(|(day, (hour, minute), end, zone)| {
        let start = day.at(hour, minute, 0, 0);
        let end = end.map(|span| start.checked_add(span).unwrap());
        EventTime::zoned(start, end, Zone::parse(zone).unwrap())
    });
    let span = (days(), 0i32..40)
        .prop_map(|(first, length)| (first, first.checked_add(length.days()).unwrap()));
    prop_oneof![
        4 => zoned,
        2 => span.clone().prop_map(|(first, last)| EventTime::AllDay { first, last }),
        1 => days().prop_map(|date| EventTime::DateOnly { date }),
        1 => span.clone().prop_map(|(first, last)| EventTime::Window {
            first,
            last: last.checked_add(1.day()).unwrap(),
        }),
        1 => prop::option::of(span).prop_map(|was| EventTime::Undecided { was }),
    ]
}

fn words() -> impl Strategy<Value = String> {
    let strange = prop::sample::select(vec![
        "4/5 예비일",
        "취소",
        "@잠실",
        "#1 seed",
        "매주 화",
        "18:30",
        "(연기)",
        "\"따옴표\"",
        "a\\b",
        "3:2",
        "내일",
        "https://x.kr",
        "= 3",
        "// 끝",
        "“둥근” 따옴표",
        "~2027-06",
        "x10",
        "월",
    ]);
    prop_oneof![3 => "[가-힣A-Za-z]{1,6}( [가-힣A-Za-z0-9]{1,6}){0,3}", 1 => strange.prop_map(str::to_owned)]
        .prop_map(|text| crate::text::clean_line(&text, 200))
}

fn events() -> impl Strategy<Value = (EventBody, Lang)> {
    let lang = prop::sample::select(vec![Lang::KO, Lang::EN]);
    let status = prop::sample::select(vec![
        Status::Confirmed,
        Status::Tentative,
        Status::Postponed,
        Status::Cancelled,
    ]);
    let extras = (
        prop::option::of(words()),
        prop::collection::vec(words(), 0..3),
        prop::option::of("[0-9]:[0-9]"),
        prop::bool::ANY,
        prop::option::of(words()),
    );
    (words(), times(), status, extras, lang).prop_map(|(title, time, status, extras, lang)| {
        let (place, tags, result, linked, description) = extras;
        let text = |text: Option<String>| text.map_or(Text::none(), |t| Text::new(lang, t));
        let mut main = Occurrence {
            status,
            result: text(result),
            description: text(description),
            place: Place {
                name: text(place),
                geo: None,
            },
            ..Occurrence::new(Text::new(lang, title), time)
        };
        for tag in tags.iter().filter_map(|tag| Tag::from_label(tag, lang)) {
            if !main.tags.iter().any(|other| other.key == tag.key) {
                main.tags.push(tag);
            }
        }
        if linked {
            let address = WebAddress::parse("https://almanac.example/a?b=1").unwrap();
            main.url = Some(address.clone());
            main.evidence = Some(Evidence {
                address: address.clone(),
                checked: None,
            });
            main.links = [LinkKind::Tickets, LinkKind::Stream, LinkKind::More]
                .map(|kind| Link {
                    kind,
                    address: address.clone(),
                })
                .to_vec();
        }
        (main.into(), lang)
    })
}

fn writable(body: &EventBody, lang: Lang) -> String {
    let zone = Zone::seoul();
    let context = Context {
        lang,
        minutes: Some(120),
        ..context(&zone)
    };
    let line = write_line(body, &context);
    let line = line.unwrap_or_else(|| panic!("no line says {body:#?}"));
    assert_eq!(read_line(&line, &context).unwrap().body, *body, "{line}");
    line
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_written_is_read_back((body, lang) in events()) {
        // A second pass through an hour that happens twice has no words.
        writable(&body, lang);
    }

    #[test]
    fn rules_are_read_back(
        rule in prop::sample::select(vec![
            "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=TU,TH",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU",
            "FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=2SU,4SU", "FREQ=MONTHLY;BYDAY=1MO,-1MO",
            "FREQ=MONTHLY;BYDAY=1SA,1SU", "FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYMONTHDAY=-1",
            "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=31", "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5",
            "FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        ]),
        first in days(),
        end in 0u32..3,
        timed in prop::bool::ANY,
        lang in prop::sample::select(vec![Lang::KO, Lang::EN]),
    ) {
        let mut rule: crate::recur::Rule = rule.parse().unwrap();
        let starts: Vec<Date> = rule.starts_on(first).take(4).map(|at| at.unwrap().date()).collect();
        prop_assume!(starts.len() == 4);
        match end {
            1 => rule = rule.ending(Until::Date(starts[3])),
            2 => rule = rule.times(9.try_into().unwrap()),
            _ => {}
        }
        let id = |day: Date| match timed {
            true => RecurrenceId::Local(day.at(19, 0, 0, 0)),
            false => RecurrenceId::Date(day),
        };
        let extra = starts[0].checked_add(3.days()).unwrap();
        let series = Series {
            rules: vec![rule],
            extra: vec![ExtraDate { start: id(extra), end: None }],
            except: vec![id(starts[1]), id(starts[2])],
            overrides: Vec::new(),
        };
        let time = match timed {
            true => EventTime::zoned(starts[0].at(19, 0, 0, 0), None, Zone::seoul()),
            false => EventTime::day(starts[0]),
        };
        let main = Occurrence::new(Text::new(lang, "연습"), time);
        writable(&EventBody { main, series: Some(series) }, lang);
    }
}

#[test]
fn lines_are_written_as_people_would() {
    for (line, want) in [
        (
            "4/5 18:30-21:00 롯데 vs 두산 @잠실 #홈",
            "2027-04-05 18:30-21:00 롯데 vs 두산 @잠실 #홈",
        ),
        (
            "매월 둘째·넷째 일요일 휴무 ~2027-06",
            "2027-03-14 매월 둘째·넷째 일요일 휴무 ~2027-06-30",
        ),
        (
            "매주 화,목 19:00 연습 (5/4 제외)",
            "2027-03-11 매주 화요일·목요일 19:00~ 연습 (2027-05-04 제외)",
        ),
        (
            "4/5 시간미정 (취소) 소풍",
            "2027-04-05 시간미정 (취소) 소풍",
        ),
        ("4/5 \"18:30 모임\"", "2027-04-05 \"18:30 모임\""),
    ] {
        let body = read(line).unwrap().body;
        assert_eq!(writable(&body, Lang::KO), want);
    }
}

#[test]
fn what_no_line_can_say_is_not_written() {
    let zone = Zone::seoul();
    let day = EventTime::day(date(2027, 4, 5));
    let two = Text::new(Lang::KO, "소풍").with(Lang::EN, "Picnic");
    let busy = Occurrence {
        availability: crate::event::Availability::Busy,
        ..Occurrence::new(Text::new(Lang::KO, "소풍"), day.clone())
    };
    for main in [Occurrence::new(two, day), busy] {
        assert_eq!(write_line(&main.into(), &context(&zone)), None);
    }
}
