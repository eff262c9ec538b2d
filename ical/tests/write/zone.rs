//! VTIMEZONE blocks, read back by an evaluator of their own and compared with the database.

use domain::zone::{Zone, known_names};
use ical::write::{Used, Years, timezone, timezones, tzid};
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

fn written(zone: &Zone, first: i16, last: i16) -> String {
    let mut out = Vec::new();
    timezone(&mut out, zone, Years { first, last });
    String::from_utf8(out).unwrap().replace("\r\n ", "")
}

/// The onsets that the blocks of a VTIMEZONE give up to the end of `last`, as instants with the
/// offset and name from then on.
fn evaluated(text: &str, last: i16) -> Vec<(Timestamp, i32, String)> {
    let mut onsets = Vec::new();
    for block in text.split("BEGIN:").skip(2) {
        let value = |name: &str| {
            block
                .lines()
                .find_map(|l| l.strip_prefix(name)?.strip_prefix(':'))
        };
        let from = seconds(value("TZOFFSETFROM").unwrap());
        let instant = |local: DateTime| {
            Offset::from_seconds(from)
                .unwrap()
                .to_timestamp(local)
                .unwrap()
        };
        let start: DateTime = value("DTSTART").unwrap().parse().unwrap();
        let mut locals = vec![start];
        locals.extend(
            block
                .lines()
                .filter_map(|l| l.strip_prefix("RDATE:")?.parse::<DateTime>().ok()),
        );
        if let Some(rule) = value("RRULE") {
            let until = part(rule, "UNTIL").map(|u| u.parse::<Timestamp>().unwrap());
            let more = (start.year() + 1..=last).flat_map(|year| by_rule(rule, year));
            let more = more.map(|date| date.to_datetime(start.time()));
            locals.extend(more.filter(|l| until.is_none_or(|until| instant(*l) <= until)));
            assert_eq!(by_rule(rule, start.year()), vec![start.date()], "{text}");
        }
        let to = seconds(value("TZOFFSETTO").unwrap());
        let name = value("TZNAME").unwrap().to_owned();
        onsets.extend(locals.iter().map(|l| (instant(*l), to, name.clone())));
    }
    onsets.sort();
    onsets
}

fn part<'a>(rule: &'a str, name: &str) -> Option<&'a str> {
    rule.split(';')
        .find_map(|p| p.strip_prefix(name)?.strip_prefix('='))
}

/// All days of a year that a rule names, looking at every day.
fn by_rule(rule: &str, year: i16) -> Vec<Date> {
    let month: i8 = part(rule, "BYMONTH").unwrap().parse().unwrap();
    let days: Option<Vec<i8>> =
        part(rule, "BYMONTHDAY").map(|d| d.split(',').map(|d| d.parse().unwrap()).collect());
    let named = |date: Date| {
        let Some(by_day) = part(rule, "BYDAY") else {
            return true;
        };
        let (nth, code) = by_day.split_at(by_day.len() - 2);
        let weekday = [
            ("MO", Weekday::Monday),
            ("TU", Weekday::Tuesday),
            ("WE", Weekday::Wednesday),
            ("TH", Weekday::Thursday),
            ("FR", Weekday::Friday),
            ("SA", Weekday::Saturday),
            ("SU", Weekday::Sunday),
        ]
        .iter()
        .find(|(name, _)| *name == code)
        .unwrap()
        .1;
        match nth {
            "" => date.weekday() == weekday,
            nth => {
                let nth = date.nth_weekday_of_month(nth.parse().unwrap(), weekday);
                nth.is_ok_and(|nth| nth == date)
            }
        }
    };
    let length = Date::new(year, month, 1).unwrap().days_in_month();
    (1..=length)
        .map(|day| Date::new(year, month, day).unwrap())
        .filter(|date| days.as_ref().is_none_or(|days| days.contains(&date.day())))
        .filter(|date| named(*date))
        .collect()
}

fn seconds(offset: &str) -> i32 {
    let (sign, digits) = offset.split_at(1);
    let pair = |at: usize| {
        digits
            .get(at..at + 2)
            .map_or(0, |d| d.parse::<i32>().unwrap())
    };
    let total = pair(0) * 3600 + pair(2) * 60 + pair(4);
    if sign == "-" { -total } else { total }
}

fn agrees(zone: &Zone, first: i16, last: i16) {
    let text = written(zone, first, last);
    let onsets = evaluated(&text, last);
    let start = Date::new(first, 1, 1).unwrap().at(0, 0, 0, 0);
    let end = Date::new(last, 12, 31).unwrap().at(23, 59, 59, 0);
    let utc = |at: DateTime, hours: i64| {
        Offset::UTC
            .to_timestamp(at)
            .unwrap()
            .checked_add(hours.hours())
            .unwrap()
    };
    let (start, end) = (utc(start, -14), utc(end, 14));
    // What the clock showed when it was set: onsets after the last year are not asked for.
    let in_years = |at: Timestamp| {
        let before = zone
            .rules()
            .to_offset(at.checked_sub(1.nanosecond()).unwrap());
        before.to_datetime(at).year() <= last
    };
    // Every transition of the database is given, and no other.
    let real: Vec<_> = zone
        .rules()
        .following(start)
        .take_while(|t| t.timestamp() <= end && in_years(t.timestamp()))
        .map(|t| {
            (
                t.timestamp(),
                t.offset().seconds(),
                t.abbreviation().to_owned(),
            )
        })
        .collect();
    let given: Vec<_> = onsets
        .iter()
        .filter(|(at, _, _)| *at > start && *at <= end && in_years(*at))
        .cloned()
        .collect();
    assert_eq!(given, real, "{zone} {first}-{last}\n{text}");
    // The state before the first of them is given too.
    let at_start = onsets.iter().rev().find(|(at, _, _)| *at <= start);
    let real = zone.rules().to_offset(start).seconds();
    assert_eq!(
        at_start.map(|(_, offset, _)| *offset),
        Some(real),
        "{zone}\n{text}"
    );
}

#[test]
fn seoul_is_one_block_after_1988() {
    assert_eq!(
        written(&Zone::seoul(), 2026, 2027),
        "BEGIN:VTIMEZONE\r\nTZID:Asia/Seoul\r\nBEGIN:STANDARD\r\nDTSTART:19881009T030000\r\n\
         TZOFFSETFROM:+1000\r\nTZOFFSETTO:+0900\r\nTZNAME:KST\r\nEND:STANDARD\r\n\
         END:VTIMEZONE\r\n"
    );
}

#[test]
fn ongoing_summer_time_is_two_rules() {
    let zone = Zone::parse("America/New_York").unwrap();
    assert_eq!(
        written(&zone, 2026, 2026),
        "BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\n\
         BEGIN:STANDARD\r\nDTSTART:20251102T020000\r\nTZOFFSETFROM:-0400\r\n\
         TZOFFSETTO:-0500\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nTZNAME:EST\r\n\
         END:STANDARD\r\n\
         BEGIN:DAYLIGHT\r\nDTSTART:20260308T020000\r\nTZOFFSETFROM:-0500\r\n\
         TZOFFSETTO:-0400\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nTZNAME:EDT\r\n\
         END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
    );
}

#[test]
fn a_rule_that_ended_says_until_when() {
    let text = written(&Zone::parse("America/New_York").unwrap(), 1995, 2010);
    assert!(text.contains("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z"));
    assert!(text.contains("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n"));
}

#[test]
fn ireland_advances_its_clock_in_summer() {
    let text = written(&Zone::parse("Europe/Dublin").unwrap(), 2026, 2026);
    let daylight = text.split("BEGIN:DAYLIGHT").nth(1).unwrap();
    assert!(daylight.contains("TZOFFSETTO:+0100") && daylight.contains("TZNAME:IST"));
}

#[test]
fn fixed_offsets_and_utc_are_one_block_that_changes_nothing() {
    let india = Zone::parse("+05:30").unwrap();
    assert_eq!(tzid(&india), "UTC+0530");
    assert_eq!(
        written(&india, 2026, 2026),
        "BEGIN:VTIMEZONE\r\nTZID:UTC+0530\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n\
         TZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\nTZNAME:UTC+0530\r\nEND:STANDARD\r\n\
         END:VTIMEZONE\r\n"
    );
    assert_eq!(tzid(&Zone::parse("-00:44:30").unwrap()), "UTC-004430");
    assert!(written(&Zone::utc(), 2026, 2026).contains("TZOFFSETTO:+0000"));
}

#[test]
fn zones_stand_once_each_in_the_order_of_their_names() {
    let (seoul, paris) = (Zone::seoul(), Zone::parse("Europe/Paris").unwrap());
    let (mut used, mut more) = (Used::default(), Used::default());
    more.add(
        &paris,
        Years {
            first: 2027,
            last: 2027,
        },
    );
    more.add(
        &Zone::utc(),
        Years {
            first: 2027,
            last: 2027,
        },
    );
    used.add(
        &paris,
        Years {
            first: 2026,
            last: 2026,
        },
    );
    used.add_endless(&seoul, 2026);
    used.merge(&more);
    let all: Vec<_> = used
        .iter()
        .map(|(z, y)| (z.name(), y.first, y.last))
        .collect();
    assert_eq!(
        all,
        [("Asia/Seoul", 2026, 2086), ("Europe/Paris", 2026, 2027)]
    );
    let mut out = Vec::new();
    timezones(&mut out, &used);
    assert_eq!(
        String::from_utf8(out)
            .unwrap()
            .matches("BEGIN:VTIMEZONE")
            .count(),
        2
    );
}

#[test]
fn every_zone_is_right_in_the_years_that_people_use() {
    for name in known_names() {
        if let Some(zone) = Zone::parse(&name) {
            agrees(&zone, 2020, 2040);
            agrees(&zone, 2026, 2026);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_transition_in_the_years_is_given_back(
        index in 0usize..10_000,
        first in 1900i16..2199,
        length in 0i16..120,
    ) {
        let names = known_names();
        let zone = Zone::parse(&names[index % names.len()]);
        prop_assume!(zone.is_some());
        agrees(&zone.unwrap(), first, (first + length).min(2199));
    }
}
