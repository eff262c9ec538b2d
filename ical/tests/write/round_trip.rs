//! What the letter of the RFCs can say comes back through our own reader as it was.

use crate::support::*;
use domain::event::{Availability, Event, EventBody, Geo, Link, LinkKind, Status, WebAddress};
use domain::news::{Difference, News};
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::tag::Tag;
use domain::text::{Lang, Text, clean_block, clean_line};
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use ical::read::{ReadOptions, decode};
use ical::write::{Form, calendar};
use jiff::civil::{Date, DateTime, date, datetime};
use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;
use rstest::rstest;

/// Writes an event by the letter and reads it again.
fn read_back(event: &Event) -> EventBody {
    let zone = Zone::seoul();
    let context = context(Form::Standard, Lang::KO, &zone);
    let bytes = calendar(&calendar_of("x"), std::slice::from_ref(event), &context);
    let document = decode(&bytes, ReadOptions::new(Lang::KO)).unwrap();
    assert!(document.skipped.is_empty(), "{:?}", document.skipped);
    // A fixed offset is no zone that its TZID names; the reader says that it took it for one.
    let mut warnings = document.warnings.iter();
    assert!(
        warnings.all(|w| w.code == "zone-guessed"),
        "{:?}",
        document.warnings
    );
    let [draft] = &document.drafts[..] else {
        unreachable!("{} drafts", document.drafts.len())
    };
    assert_eq!(draft.uid.as_deref(), Some(&*event.uid));
    assert_eq!(draft.sequence, event.sequence);
    draft.body.clone()
}

fn keeps(body: EventBody) {
    assert_eq!(read_back(&event_of(body.clone())), body);
}

fn korean(time: EventTime) -> domain::event::Occurrence {
    domain::event::Occurrence::new(Text::new(Lang::KO, "롯데 vs 두산"), time)
}

fn address(text: &str) -> Option<WebAddress> {
    WebAddress::parse(text)
}

fn in_zone(name: &str, start: DateTime, end: Option<DateTime>) -> EventTime {
    EventTime::zoned(start, end, Zone::parse(name).unwrap())
}

#[rstest]
#[case::seoul("Asia/Seoul")]
#[case::new_york("America/New_York")]
#[case::jerusalem("Asia/Jerusalem")]
#[case::casablanca("Africa/Casablanca")]
#[case::utc("UTC")]
#[case::fixed("+05:30")]
#[case::odd_seconds("-00:44:30")]
fn times_in_zones(#[case] zone: &str) {
    let start = datetime(2027, 4, 5, 18, 30, 0, 0);
    keeps(korean(in_zone(zone, start, None)).into());
    let end = datetime(2027, 4, 6, 1, 0, 0, 0);
    keeps(korean(in_zone(zone, start, Some(end))).into());
}

#[rstest]
#[case(EventTime::Floating { start: datetime(2027, 1, 1, 0, 0, 0, 0), end: None })]
#[case(EventTime::day(date(2027, 4, 10)))]
#[case(EventTime::AllDay { first: date(2026, 12, 30), last: date(2027, 1, 2) })]
#[case(EventTime::DateOnly { date: date(2027, 4, 10) })]
#[case(EventTime::Window { first: date(2027, 4, 10), last: date(2027, 4, 10) })]
#[case(EventTime::Undecided { was: Some((date(2027, 4, 10), date(2027, 4, 11))) })]
fn times_without_zones(#[case] time: EventTime) {
    keeps(korean(time).into());
}

#[rstest]
#[case(Status::Tentative)]
#[case(Status::Confirmed)]
#[case(Status::Postponed)]
#[case(Status::Cancelled)]
fn states_and_texts(#[case] status: Status) {
    let mut what = korean(EventTime::day(date(2027, 4, 10)));
    what.status = status;
    what.availability = Availability::Busy;
    what.description = Text::new(Lang::KO, "1차전; 환불, \\없음\\n\n\t둘째 줄: \"끝\"");
    what.place.name = Text::new(Lang::KO, "사직, 부산; 북문");
    what.place.geo = Some(Geo {
        lat_e6: -35_194_017,
        lon_e6: 500,
    });
    what.tags = vec![
        Tag::from_label("홈, 경기", Lang::KO).unwrap(),
        Tag::from_label("kbo", Lang::KO).unwrap(),
    ];
    what.url = address("https://team.example/a,b;c");
    what.result = Text::new(Lang::KO, "5:3");
    let link = |kind, to| Link {
        kind,
        address: address(to).unwrap(),
    };
    what.links = vec![
        link(LinkKind::Stream, "https://tv.example/1"),
        link(LinkKind::Tickets, "https://tickets.example/a;b,c"),
        link(LinkKind::More, "https://more.example/"),
        link(LinkKind::Tickets, "https://tickets.example/2"),
    ];
    keeps(what.into());
}

#[test]
fn news_are_no_part_of_what_an_event_says() {
    let body = EventBody::from(korean(EventTime::day(date(2027, 4, 10))));
    let mut event = event_of(body.clone());
    event.news = vec![News {
        at: "2026-11-22T01:14:00Z".parse().unwrap(),
        source: Some("KBO".into()),
        instance: None,
        changes: vec![Difference::Status {
            was: Status::Tentative,
            is: Status::Confirmed,
        }],
    }];
    assert_eq!(read_back(&event), body);
}

#[rstest]
fn every_form_says_the_same_times(
    #[values(
        "Asia/Seoul",
        "America/New_York",
        "Asia/Kamchatka",
        "Europe/Vienna",
        "UTC"
    )]
    zone: &str,
) {
    let home = Zone::seoul();
    let time = in_zone(zone, datetime(2027, 7, 5, 18, 30, 0, 0), None);
    let event = event_of(korean(time.clone()));
    for form in Form::ALL {
        let context = context(form, Lang::KO, &home);
        let bytes = calendar(&calendar_of("x"), std::slice::from_ref(&event), &context);
        let document = decode(&bytes, ReadOptions::new(Lang::KO)).unwrap();
        assert!(document.warnings.is_empty(), "{:?}", document.warnings);
        assert_eq!(document.drafts[0].body.main.time, time, "{form:?}");
    }
}

#[rstest]
#[case(datetime(2026, 11, 1, 1, 30, 0, 0), true)]
#[case(datetime(2026, 11, 1, 0, 30, 0, 0), false)]
fn the_second_pass_through_an_hour(#[case] at: DateTime, #[case] second: bool) {
    let start = WallTime { at, second };
    let end = WallTime {
        at: datetime(2026, 11, 1, 1, 45, 0, 0),
        second: true,
    };
    let zone = Zone::parse("America/New_York").unwrap();
    let end = Some(end);
    keeps(korean(EventTime::Zoned(Zoned { start, end, zone })).into());
}

#[test]
fn an_instance_that_lost_its_day() {
    let at = |day| datetime(2027, 4, day, 9, 0, 0, 0);
    let mut lost = korean(EventTime::Undecided { was: None });
    lost.status = Status::Postponed;
    let series = Series {
        rules: vec!["FREQ=WEEKLY;COUNT=9".parse().unwrap()],
        overrides: vec![Override {
            at: RecurrenceId::Local(at(8)),
            instead: lost,
        }],
        ..Series::default()
    };
    keeps(EventBody {
        main: korean(in_zone("Asia/Seoul", at(1), None)),
        series: Some(series),
    });
}

#[rstest]
#[case("Asia/Seoul", "FREQ=WEEKLY;COUNT=9;BYDAY=TH")]
#[case("America/New_York", "FREQ=WEEKLY;BYDAY=TH")]
#[case("UTC", "FREQ=MONTHLY;BYDAY=1TH")]
#[case("+05:30", "FREQ=YEARLY;BYYEARDAY=91")]
fn series_with_all_they_have(#[case] zone: &str, #[case] rule: &str) {
    let at = |day, hour| datetime(2027, 4, day, hour, 0, 0, 0);
    let mut moved = korean(in_zone("Europe/Paris", at(23, 14), Some(at(23, 16))));
    moved.status = Status::Cancelled;
    let series = Series {
        rules: vec![rule.parse().unwrap()],
        extra: vec![
            ExtraDate {
                start: RecurrenceId::Local(at(3, 9)),
                end: None,
            },
            ExtraDate {
                start: RecurrenceId::Local(at(4, 9)),
                end: Some(at(4, 12)),
            },
        ],
        except: vec![RecurrenceId::Local(at(8, 9))],
        overrides: vec![Override {
            at: RecurrenceId::Local(at(3, 9)),
            instead: moved,
        }],
    };
    let main = korean(in_zone(zone, at(1, 9), Some(at(1, 10))));
    keeps(EventBody {
        main,
        series: Some(series),
    });
}

#[test]
fn a_series_until_the_end_of_all_calendars_goes_on() {
    let series = Series {
        rules: vec!["FREQ=DAILY;UNTIL=99991231T235959Z".parse().unwrap()],
        ..Series::default()
    };
    let main = korean(in_zone(
        "Asia/Seoul",
        datetime(2027, 4, 1, 9, 0, 0, 0),
        None,
    ));
    let series = Some(series);
    let read = read_back(&event_of(EventBody { main, series }));
    let rule = &read.series.unwrap().rules[0];
    assert!(
        rule.to_string().starts_with("FREQ=DAILY;UNTIL=99991230T"),
        "{rule}"
    );
}

#[test]
fn series_of_days() {
    let day = |day| RecurrenceId::Date(date(2027, 4, day));
    let series = Series {
        rules: vec!["FREQ=DAILY;UNTIL=20270430".parse().unwrap()],
        except: vec![day(8), day(9)],
        overrides: vec![Override {
            at: day(12),
            instead: korean(EventTime::day(date(2027, 5, 2))),
        }],
        ..Series::default()
    };
    keeps(EventBody {
        main: korean(EventTime::day(date(2027, 4, 1))),
        series: Some(series),
    });
}

/// Any time that a calendar can show.
fn any_time() -> impl Strategy<Value = EventTime> {
    let days = (0..47_000_i64, 0..20_i64).prop_map(|(day, more)| {
        let first = date(1971, 1, 1).checked_add(day.days()).unwrap();
        (first, first.checked_add(more.days()).unwrap())
    });
    let clock = (days.clone(), 0..86_400_i64, 0..300_000_i64).prop_map(|((day, _), at, length)| {
        let start = day.at(0, 0, 0, 0) + SignedDuration::from_secs(at);
        (start, length)
    });
    let zones = [
        "Asia/Seoul",
        "Europe/London",
        "America/New_York",
        "UTC",
        "-03:30",
    ];
    let zoned = (clock.clone(), prop::sample::select(zones.to_vec()));
    prop_oneof![
        zoned.prop_map(|((start, length), zone)| {
            let zone = Zone::parse(zone).unwrap();
            // On the clock as it is: a reading in a gap is no reading of an end.
            let start = WallTime::of(WallTime::new(start).instant(&zone), &zone);
            let end = start.instant(&zone) + SignedDuration::from_secs(length);
            let end = (length > 0).then(|| WallTime::of(end, &zone));
            EventTime::Zoned(Zoned { start, end, zone })
        }),
        clock.prop_map(|(start, length)| {
            let end = (length > 0).then(|| start + SignedDuration::from_secs(length));
            EventTime::Floating { start, end }
        }),
        days.prop_flat_map(|(first, last): (Date, Date)| {
            prop::sample::select(vec![
                EventTime::AllDay { first, last },
                EventTime::DateOnly { date: first },
                EventTime::Window { first, last },
                EventTime::Undecided {
                    was: Some((first, last)),
                },
            ])
        }),
    ]
}

fn any_status() -> impl Strategy<Value = Status> {
    prop::sample::select(vec![
        Status::Tentative,
        Status::Confirmed,
        Status::Postponed,
        Status::Cancelled,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_time_in_any_state_comes_back(
        time in any_time(),
        status in any_status(),
        busy in any::<bool>(),
        result in "[0-9]{0,2}",
        own_page in any::<bool>(),
    ) {
        let mut what = korean(time);
        what.status = status;
        what.availability = if busy { Availability::Busy } else { Availability::Free };
        what.result = Text::new(Lang::KO, result);
        what.url = own_page.then(|| address("https://team.example/1")).flatten();
        keeps(what.into());
    }

    #[test]
    fn any_clean_text_comes_back(title in ".{1,80}", block in "(?s).{0,300}") {
        let mut what = korean(EventTime::day(date(2027, 4, 10)));
        let title = clean_line(&title, 2000);
        prop_assume!(!title.is_empty());
        what.title = Text::new(Lang::KO, title);
        what.description = Text::new(Lang::KO, clean_block(&block, 8000));
        keeps(what.into());
    }
}
