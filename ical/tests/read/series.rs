//! Repeating events, changed instances, and several entries under one UID.

use crate::{all, calendar, codes, event, one, read, skips, uids};
use domain::event::Status;
use domain::series::RecurrenceId;
use domain::text::Lang;
use domain::time::EventTime;
use domain::zone::Zone;
use ical::read::Document;
use jiff::civil::{date, datetime};
use jiff::{SignedDuration, ToSpan};
use rstest::rstest;

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
    // Neither ends, but the years that an event may lie in do.
    let fridays = "DTSTART:20270101\nRRULE:FREQ=WEEKLY\nEXRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13";
    let except = one(fridays).body.series.unwrap().except;
    assert_eq!(ids(&except[..2]), ["2027-08-13", "2028-10-13"]);
    assert_eq!(except.last().unwrap().to_string(), "2199-12-13");
}

#[test]
fn parts_of_a_rule_that_give_nothing_a_value_are_left_out() {
    let document = all(&["DTSTART:20270101\nRRULE:RRULE:Anything;FREQ=DAILY; ;COUNT=3"]);
    assert_eq!(codes(&document), ["rule-part"]);
    let series = document.drafts[0].body.series.as_ref().unwrap();
    assert_eq!(series.rules[0].to_string(), "FREQ=DAILY;COUNT=3");
}

/// A calendar at home in New York with these events.
fn at_home(events: &[&str]) -> Document {
    let events: String = events.iter().map(|lines| event(lines)).collect();
    let home = "X-WR-TIMEZONE:America/New_York\r\n";
    read(&calendar(&[home, &events].concat())).unwrap()
}

#[test]
fn series_in_utc_repeat_on_the_clock_of_the_calendars_home() {
    let document = at_home(&[
        "UID:a\nDTSTART:20270301T000000Z\nDTEND:20270301T010000Z\nSUMMARY:Sunday evenings\n\
         RRULE:FREQ=WEEKLY;UNTIL=20270401T000000Z\nRDATE:20270303T000000Z\nEXDATE:20270315T000000Z",
        "UID:a\nRECURRENCE-ID:20270308T000000Z\nDTSTART:20270309T000000Z\nSUMMARY:moved",
    ]);
    let body = &document.drafts[0].body;
    let local = |day: i64, hour| {
        datetime(2027, 2, 28, 0, 0, 0, 0) + SignedDuration::from_hours(day * 24 + hour)
    };
    let zone = Zone::parse("America/New_York").unwrap();
    assert_eq!(
        body.main.time,
        EventTime::zoned(local(0, 19), Some(local(0, 20)), zone)
    );
    let series = body.series.as_ref().unwrap();
    assert_eq!(series.extra[0].start, RecurrenceId::Local(local(2, 19)));
    // An exception is the instant that it names: summer time has begun, and it is eight.
    assert_eq!(series.except, [RecurrenceId::Local(local(14, 20))]);
    assert_eq!(series.overrides[0].at, RecurrenceId::Local(local(7, 19)));
    let single = at_home(&["DTSTART:20270301T000000Z"]);
    let utc = EventTime::zoned(local(1, 0), None, Zone::utc());
    assert_eq!(single.drafts[0].body.main.time, utc);
}

#[test]
fn floating_times_are_meant_in_the_calendars_home_where_it_has_one() {
    let start = datetime(2027, 4, 5, 18, 30, 0, 0);
    let document = at_home(&["DTSTART:20270405T183000\nDURATION:PT1H", "DTSTART:20270405"]);
    let zone = Zone::parse("America/New_York").unwrap();
    let end = Some(start + 1.hour());
    let times: Vec<_> = document.drafts.iter().map(|d| &d.body.main.time).collect();
    assert_eq!(
        times,
        [
            &EventTime::zoned(start, end, zone),
            &EventTime::day(start.date())
        ]
    );
    let without = one("DTSTART:20270405T183000").body.main.time;
    assert_eq!(without, EventTime::Floating { start, end: None });
}

#[test]
fn what_repeats_has_a_time_whatever_our_own_property_says() {
    let lines = "DTSTART;VALUE=DATE:20270401\nX-ALMANAC-TIME:DATE-ONLY";
    let date = date(2027, 4, 1);
    assert_eq!(one(lines).body.main.time, EventTime::DateOnly { date });
    let repeating = one(&format!("{lines}\nRRULE:FREQ=DAILY;COUNT=2")).body;
    assert_eq!(repeating.main.time, EventTime::day(date));
    // Nor can a changed instance make it a series.
    let changed = "UID:a\nRECURRENCE-ID;VALUE=DATE:20270402\nDTSTART;VALUE=DATE:20270403";
    let document = all(&[&format!("UID:a\n{lines}"), changed]);
    assert_eq!(uids(&document), ["a", "a-20270402"]);
    assert!(document.drafts.iter().all(|d| d.body.series.is_none()));
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
