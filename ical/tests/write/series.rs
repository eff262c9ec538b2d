//! Repeating events: by rule where clients agree, else date by date.

use crate::support::touches_after;
use crate::support::*;
use domain::event::{Event, Status};
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::text::{Lang, Text};
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use ical::write::{Form, Used};
use jiff::civil::{date, datetime};
use rstest::rstest;

const RECURRENCE: [&str; 7] = [
    "UID",
    "DTSTART",
    "DTEND",
    "RRULE",
    "RDATE",
    "EXDATE",
    "RECURRENCE-ID",
];

fn thursday(hour: i8) -> EventTime {
    let start = datetime(2027, 4, 1, hour, 0, 0, 0);
    let end = datetime(2027, 4, 1, hour + 1, 0, 0, 0);
    EventTime::zoned(start, Some(end), Zone::seoul())
}

fn at(day: i8, hour: i8) -> RecurrenceId {
    RecurrenceId::Local(datetime(2027, 4, day, hour, 0, 0, 0))
}

fn rules(text: &str) -> Series {
    Series {
        rules: vec![text.parse().unwrap()],
        ..Series::default()
    }
}

fn weekly() -> Series {
    rules("FREQ=WEEKLY;BYDAY=TH;COUNT=4")
}

fn recurrence(event: &Event, form: Form) -> Vec<String> {
    lines(event, form, Lang::KO, &RECURRENCE)
}

#[test]
fn rule_dates_exceptions_and_changes_are_carried() {
    let mut rained_off = game(EventTime::zoned(
        datetime(2027, 4, 22, 9, 0, 0, 0),
        None,
        Zone::seoul(),
    ));
    rained_off.status = Status::Cancelled;
    let event = repeating(
        thursday(9),
        Series {
            extra: vec![ExtraDate {
                start: at(30, 9),
                end: None,
            }],
            except: vec![at(15, 9)],
            overrides: vec![Override {
                at: at(22, 9),
                instead: rained_off,
            }],
            ..weekly()
        },
    );
    let expected = [
        "UID:game-1@example.kr",
        "DTSTART;TZID=Asia/Seoul:20270401T090000",
        "DTEND;TZID=Asia/Seoul:20270401T100000",
        "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TH",
        "RDATE;TZID=Asia/Seoul:20270430T090000",
        "EXDATE;TZID=Asia/Seoul:20270415T090000",
        "UID:game-1@example.kr",
        "DTSTART;TZID=Asia/Seoul:20270422T090000",
        "RECURRENCE-ID;TZID=Asia/Seoul:20270422T090000",
    ];
    assert_eq!(recurrence(&event, Form::FailSafe), expected);
    assert_eq!(recurrence(&event, Form::Standard), expected);
    let titles = |form| lines(&event, form, Lang::KO, &["SUMMARY"]);
    assert_eq!(
        titles(Form::FailSafe),
        ["SUMMARY:롯데 vs 두산", "SUMMARY:[취소] 롯데 vs 두산"]
    );
    assert_eq!(titles(Form::Standard), ["SUMMARY:롯데 vs 두산"; 2]);
}

#[rstest]
#[case::local_to_utc(thursday(9), "20270422T090000", "20270422T000000Z")]
#[case::utc_stays(thursday(9), "20270422T000000Z", "20270422T000000Z")]
#[case::whole_day_ends_at_midnight(thursday(9), "20270422", "20270422T145959Z")]
#[case::days_from_utc(EventTime::day(date(2027, 4, 1)), "20270422T000000Z", "20270422")]
#[case::days(EventTime::day(date(2027, 4, 1)), "20270422", "20270422")]
#[case::floating(
    EventTime::Floating { start: datetime(2027, 4, 1, 9, 0, 0, 0), end: None },
    "20270422T090000Z",
    "20270422T090000"
)]
#[case::floating_through_a_day(
    EventTime::Floating { start: datetime(2027, 4, 1, 9, 0, 0, 0), end: None },
    "20270422",
    "20270422T235959"
)]
fn until_has_the_value_type_that_dtstart_asks_for(
    #[case] time: EventTime,
    #[case] stored: &str,
    #[case] written: &str,
) {
    let event = repeating(time, rules(&format!("FREQ=WEEKLY;UNTIL={stored}")));
    for form in [Form::FailSafe, Form::Standard] {
        assert_eq!(
            lines(&event, form, Lang::KO, &["RRULE"]),
            [format!("RRULE:FREQ=WEEKLY;UNTIL={written}")]
        );
    }
}

#[test]
fn a_rule_that_clients_read_differently_is_written_date_by_date() {
    let mut moved = game(EventTime::Undecided { was: None });
    moved.title = Text::new(Lang::KO, "추후 공지");
    let event = repeating(
        thursday(9),
        Series {
            overrides: vec![Override {
                at: at(8, 9),
                instead: moved,
            }],
            ..rules("FREQ=WEEKLY;BYDAY=TH;COUNT=2")
        },
    );
    assert_eq!(
        recurrence(&event, Form::FailSafe),
        [
            "UID:game-1@example.kr-20270401T090000",
            "DTSTART;TZID=Asia/Seoul:20270401T090000",
            "DTEND;TZID=Asia/Seoul:20270401T100000",
            "UID:game-1@example.kr-20270408T090000",
            "DTSTART;VALUE=DATE:20270408",
            "DTEND;VALUE=DATE:20270409",
        ]
    );
    let titles = lines(&event, Form::FailSafe, Lang::KO, &["SUMMARY"]);
    assert_eq!(titles[1], "SUMMARY:추후 공지 (일정 미정)");
    assert_eq!(recurrence(&event, Form::Standard).len(), 8);
}

#[rstest]
#[case::not_portable(rules("FREQ=YEARLY;BYYEARDAY=91"))]
#[case::two_rules(Series {
    rules: vec!["FREQ=DAILY;COUNT=2".parse().unwrap(), "FREQ=WEEKLY;COUNT=2".parse().unwrap()],
    ..Series::default()
})]
#[case::start_outside_the_rule(rules("FREQ=WEEKLY;BYDAY=FR;COUNT=3"))]
#[case::changed_instance_that_nothing_makes(Series {
    overrides: vec![Override { at: at(2, 9), instead: game(thursday(11)) }],
    ..weekly()
})]
fn what_clients_disagree_about_is_written_date_by_date(#[case] series: Series) {
    let event = repeating(thursday(9), series);
    let safe = fragment(&event, Form::FailSafe, Lang::KO);
    assert!(!safe.contains("RRULE") && safe.contains("UID:game-1@example.kr-20270401T090000"));
    assert!(fragment(&event, Form::Standard, Lang::KO).contains("RRULE"));
}

#[test]
fn dates_written_out_end_at_the_horizon() {
    let event = repeating(
        EventTime::day(date(2027, 4, 1)),
        rules("FREQ=YEARLY;BYYEARDAY=91"),
    );
    let uids = lines(&event, Form::FailSafe, Lang::KO, &["UID"]);
    assert_eq!(
        uids,
        [
            "UID:game-1@example.kr-20270401",
            "UID:game-1@example.kr-20280331",
            "UID:game-1@example.kr-20290401"
        ]
    );
}

#[test]
fn an_extra_date_with_its_own_end_is_a_period_or_a_changed_instance() {
    let extra = |start, end| Series {
        extra: vec![ExtraDate {
            start,
            end: Some(end),
        }],
        ..weekly()
    };
    let timed = repeating(
        thursday(9),
        extra(at(30, 9), datetime(2027, 4, 30, 12, 0, 0, 0)),
    );
    assert!(recurrence(&timed, Form::Standard).contains(
        &"RDATE;TZID=Asia/Seoul;VALUE=PERIOD:20270430T090000/20270430T120000".to_owned()
    ));
    assert_eq!(
        recurrence(&timed, Form::FailSafe)[4..],
        [
            "RDATE;TZID=Asia/Seoul:20270430T090000",
            "UID:game-1@example.kr",
            "DTSTART;TZID=Asia/Seoul:20270430T090000",
            "DTEND;TZID=Asia/Seoul:20270430T120000",
            "RECURRENCE-ID;TZID=Asia/Seoul:20270430T090000",
        ]
    );
    let days = repeating(
        EventTime::day(date(2027, 4, 1)),
        extra(
            RecurrenceId::Date(date(2027, 4, 30)),
            datetime(2027, 5, 3, 0, 0, 0, 0),
        ),
    );
    for form in [Form::FailSafe, Form::Standard] {
        let written = recurrence(&days, form);
        assert_eq!(written[4], "RDATE;VALUE=DATE:20270430");
        assert_eq!(
            written[6..8],
            ["DTSTART;VALUE=DATE:20270430", "DTEND;VALUE=DATE:20270503"]
        );
    }
}

#[test]
fn utc_series_keep_utc_everywhere() {
    let start = datetime(2027, 4, 1, 9, 0, 0, 0);
    let event = repeating(
        EventTime::zoned(start, None, Zone::utc()),
        Series {
            except: vec![at(8, 9)],
            ..weekly()
        },
    );
    assert_eq!(
        recurrence(&event, Form::FailSafe)[1..],
        [
            "DTSTART:20270401T090000Z",
            "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TH",
            "EXDATE:20270408T090000Z"
        ]
    );
}

#[test]
fn a_series_keeps_its_clock_where_a_single_event_would_not() {
    let start = WallTime {
        at: datetime(2026, 11, 1, 1, 30, 0, 0),
        second: true,
    };
    let zone = Zone::parse("America/New_York").unwrap();
    let time = EventTime::Zoned(Zoned {
        start,
        end: None,
        zone,
    });
    let event = repeating(time, rules("FREQ=DAILY;COUNT=3"));
    assert_eq!(
        recurrence(&event, Form::FailSafe)[1],
        "DTSTART;TZID=America/New_York:20261101T013000"
    );
}

#[rstest]
#[case::counted(rules("FREQ=YEARLY;COUNT=5"), 2031)]
#[case::until(rules("FREQ=YEARLY;UNTIL=20290401"), 2029)]
#[case::endless(rules("FREQ=YEARLY"), 2089)]
#[case::extra(Series {
    extra: vec![ExtraDate {
        start: RecurrenceId::Local(datetime(2030, 4, 1, 9, 0, 0, 0)),
        end: None,
    }],
    ..weekly()
}, 2030)]
fn a_series_needs_its_zone_to_its_end(#[case] series: Series, #[case] last: i16) {
    let (mut out, mut used, seoul) = (Vec::new(), Used::default(), Zone::seoul());
    let event = repeating(thursday(9), series);
    let context = context(Form::FailSafe, Lang::KO, &seoul);
    ical::write::event(&mut out, &mut used, &mut Vec::new(), &event, &context);
    let years: Vec<_> = used.iter().map(|(_, y)| (y.first, y.last)).collect();
    assert_eq!(years, [(2027, last)]);
}

#[test]
fn the_window_of_past_events_counts_last_instances() {
    let seoul = Zone::seoul();
    let counted = repeating(thursday(9), weekly());
    assert!(touches_after(&counted, date(2027, 4, 22), &seoul));
    assert!(!touches_after(&counted, date(2027, 4, 23), &seoul));
    let endless = repeating(thursday(9), rules("FREQ=DAILY"));
    assert!(touches_after(&endless, date(2150, 1, 1), &seoul));
    let late = Series {
        overrides: vec![Override {
            at: at(8, 9),
            instead: game(EventTime::day(date(2027, 5, 1))),
        }],
        ..weekly()
    };
    assert!(touches_after(
        &repeating(thursday(9), late),
        date(2027, 5, 1),
        &seoul
    ));
}
