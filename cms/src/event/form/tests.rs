//! The form of an event, written and read: nothing is lost, and faults stand at their fields.

use super::*;
use domain::event::Place;
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::time::{WallTime, Zoned};
use domain::zone::Zone;
use jiff::civil::{date, datetime};

const ZONE: &str = "Asia/Seoul";

fn times() -> Vec<EventTime> {
    let start = datetime(2027, 4, 5, 18, 30, 0, 0);
    let next = datetime(2027, 4, 6, 0, 15, 30, 0);
    let twice = |second| WallTime {
        at: datetime(2026, 11, 1, 1, 30, 0, 0),
        second,
    };
    vec![
        EventTime::zoned(start, None, Zone::seoul()),
        EventTime::zoned(start, Some(next), Zone::parse("America/New_York").unwrap()),
        EventTime::Zoned(Zoned {
            start: twice(false),
            end: Some(twice(true)),
            zone: Zone::parse("America/New_York").unwrap(),
        }),
        EventTime::zoned(start, Some(start), Zone::parse("+09:00").unwrap()),
        EventTime::Floating {
            start,
            end: Some(next),
        },
        EventTime::Floating { start, end: None },
        EventTime::day(date(2027, 4, 5)),
        EventTime::AllDay {
            first: date(2027, 4, 5),
            last: date(2027, 4, 9),
        },
        EventTime::DateOnly {
            date: date(2027, 4, 5),
        },
        EventTime::Window {
            first: date(2027, 4, 5),
            last: date(2027, 4, 5),
        },
        EventTime::Window {
            first: date(2027, 4, 5),
            last: date(2027, 5, 5),
        },
        EventTime::Undecided { was: None },
        EventTime::Undecided {
            was: Some((date(2027, 4, 5), date(2027, 4, 6))),
        },
    ]
}

fn full(time: EventTime) -> EventBody {
    let both = |ko: &str, en: &str| Text::new(Lang::KO, ko).with(Lang::EN, en);
    let address = |text: &str| WebAddress::parse(text).unwrap();
    let mut main = Occurrence::new(both("하늘 : 바다", "Haneul v Bada"), time);
    main.description = both("한 줄\n두 줄", "One\ntwo");
    main.place = Place {
        name: both("구름구장", "Cloud Park"),
        geo: Geo::from_degrees(37.512_345, 127.071_8),
    };
    main.url = Some(address("https://haneul.example/1"));
    let link = |kind, text| Link {
        kind,
        address: address(text),
    };
    main.links = vec![
        link(LinkKind::Tickets, "https://tickets.example/1"),
        link(LinkKind::Stream, "https://tv.example/1"),
        link(LinkKind::More, "https://more.example/"),
    ];
    main.status = Status::Postponed;
    main.tags = vec![
        Tag::from_label("홈", Lang::KO).unwrap(),
        Tag::from_label("개막전", Lang::KO).unwrap(),
    ];
    main.availability = Availability::Busy;
    main.result = both("3 : 2", "3-2");
    main.evidence = Some(Evidence {
        address: address("https://haneul.example/notice"),
        checked: Some(date(2026, 11, 20)),
    });
    main.into()
}

fn series() -> Vec<Series> {
    let rules = [
        "FREQ=DAILY;INTERVAL=3;COUNT=5",
        "FREQ=WEEKLY;BYDAY=MO,TH",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=20270601",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYDAY=2SU,4SU;UNTIL=20270601",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=YEARLY;COUNT=3",
        "FREQ=YEARLY;BYMONTH=4;BYDAY=1MO",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
        "FREQ=WEEKLY;UNTIL=20270601T093000Z",
    ];
    let one = |rule: &str| Series {
        rules: vec![rule.parse().unwrap()],
        ..Series::default()
    };
    let mut all: Vec<Series> = rules.into_iter().map(one).collect();
    all.push(Series {
        rules: vec![
            "FREQ=DAILY;COUNT=2".parse().unwrap(),
            "FREQ=MONTHLY;COUNT=2".parse().unwrap(),
        ],
        ..Series::default()
    });
    all
}

fn again(body: &EventBody) -> EventBody {
    let typed = Typed::of(body, ZONE);
    typed
        .body(None, ZONE)
        .unwrap_or_else(|faults| panic!("{body:?}: {faults:?}"))
}

#[test]
fn every_kind_of_time_is_written_and_read_back() {
    for time in times() {
        let body = full(time);
        assert_eq!(again(&body), body);
    }
}

#[test]
fn every_kind_of_repetition_is_written_and_read_back() {
    for series in series() {
        let mut body = full(EventTime::zoned(
            datetime(2027, 4, 5, 18, 30, 0, 0),
            Some(datetime(2027, 4, 5, 21, 0, 0, 0)),
            Zone::seoul(),
        ));
        body.series = Some(series.clone());
        assert_eq!(again(&body), body, "{series:?}");
        let mut days = full(EventTime::day(date(2027, 4, 5)));
        days.series = Some(series.clone());
        assert_eq!(again(&days), days, "{series:?}");
    }
}

#[test]
fn exceptions_and_changed_days_are_written_and_read_back() {
    let at = |day| RecurrenceId::Local(datetime(2027, 4, day, 18, 30, 0, 0));
    let mut body = full(EventTime::zoned(
        datetime(2027, 4, 5, 18, 30, 0, 0),
        None,
        Zone::seoul(),
    ));
    let mut off = body.main.clone();
    off.time = EventTime::zoned(datetime(2027, 4, 12, 18, 30, 0, 0), None, Zone::seoul());
    off.status = Status::Cancelled;
    let mut moved = off.clone();
    moved.time = EventTime::zoned(datetime(2027, 4, 20, 17, 0, 0, 0), None, Zone::seoul());
    moved.status = Status::Confirmed;
    moved.title = Text::new(Lang::KO, "옮긴 경기");
    body.series = Some(Series {
        rules: vec!["FREQ=WEEKLY;COUNT=9".parse().unwrap()],
        extra: vec![ExtraDate {
            start: at(7),
            end: Some(datetime(2027, 4, 7, 23, 0, 0, 0)),
        }],
        except: vec![at(26)],
        overrides: vec![
            Override {
                at: at(12),
                instead: off,
            },
            Override {
                at: at(19),
                instead: moved,
            },
        ],
    });
    let typed = Typed::of(&body, ZONE);
    assert_eq!(typed.body(Some(&body), ZONE), Ok(body.clone()));
    // A day is called off by its date alone.
    let mut typed = Typed::of(&full(body.main.time.clone()), ZONE);
    typed.put("repeat", "weekly");
    typed.put("one0_at", "2027-04-12");
    typed.put("one0_status", "cancelled");
    let read = typed.body(None, ZONE).unwrap().series.unwrap();
    assert_eq!(read.overrides.len(), 1);
    assert_eq!(read.overrides[0].at, at(12));
    assert_eq!(read.overrides[0].instead.status, Status::Cancelled);
    let days = read.overrides[0].instead.time.days(&Zone::seoul());
    assert_eq!(days, Some((date(2027, 4, 12), date(2027, 4, 12))));
}

#[test]
fn what_the_form_cannot_show_stays() {
    let mut body = full(times().remove(0));
    let french = Lang::parse("fr").unwrap();
    body.main.title.set(french, "Ciel contre Mer");
    body.main.tags[0].label.set(Lang::EN, "Home");
    let mut typed = Typed::of(&body, ZONE);
    typed.put("status", "confirmed");
    let read = typed.body(Some(&body), ZONE).unwrap();
    body.main.status = Status::Confirmed;
    assert_eq!(read, body);
}

#[test]
fn each_fault_stands_at_its_field() {
    let long = "가".repeat(3_000);
    for (field, value, at) in [
        ("title_ko", "", "title_ko"),
        ("title_ko", long.as_str(), "title_ko"),
        ("description_en", long.as_str(), "description_en"),
        ("date", "", "date"),
        ("date", "2027-02-30", "date"),
        ("date", "2500-01-01", "date"),
        ("time", "", "time"),
        ("time", "25:00", "time"),
        ("end_time", "17:00", "end_time"),
        ("end_date", "2027-04-04", "end_time"),
        ("zone", "Mars/Base", "zone"),
        ("lat", "91", "lat"),
        ("url", "javascript:alert(1)", "url"),
        ("link0_address", "data:text/html,x", "link0_address"),
        ("tags", "!!", "tags"),
        ("evidence", "//x", "evidence"),
        ("checked", "yesterday", "checked"),
    ] {
        let mut typed = Typed::new(ZONE);
        for (name, value) in [
            ("title_ko", "경기"),
            ("date", "2027-04-05"),
            ("time", "18:30"),
            ("end_time", "21:00"),
        ] {
            typed.put(name, value);
        }
        typed.put(field, value);
        let faults = typed.body(None, ZONE).unwrap_err();
        assert!(
            faults.iter().any(|(name, _)| name == at),
            "{field}={value:.20}: {faults:?}"
        );
    }
}

#[test]
fn hostile_texts_are_cleaned() {
    let mut typed = Typed::new(ZONE);
    typed.put("kind", "undecided");
    typed.put("title_ko", "a\u{202e}b\u{0}c\r\nBEGIN:VEVENT <script>");
    let body = typed.body(None, ZONE).unwrap();
    let title = body.main.title.get(Lang::KO).unwrap();
    assert_eq!(title, "abc BEGIN:VEVENT <script>");
}
