//! Tables of what is said, and properties of what never is.

use super::*;
use crate::locale::UiLang;
use jiff::civil::{date, datetime};
use proptest::prelude::*;

/// Sunday, 4 April 2027, 20:00 in Seoul.
const NOW: &str = "2027-04-04T11:00:00Z";

fn reading(ui: UiLang) -> Reading {
    Reading::new(T::new(ui), &Zone::seoul(), NOW.parse().unwrap())
}

fn seoul(start: DateTime, end: Option<DateTime>) -> EventTime {
    EventTime::zoned(start, end, Zone::seoul())
}

#[test]
fn times_are_said_as_people_say_them() {
    let start = datetime(2027, 4, 5, 18, 30, 0, 0);
    for (time, ko, en) in [
        (
            seoul(start, None),
            "4월 5일 (월) 오후 6:30",
            "Mon 5 Apr, 18:30",
        ),
        (
            seoul(start, Some(datetime(2027, 4, 5, 21, 30, 0, 0))),
            "4월 5일 (월) 오후 6:30~9:30",
            "Mon 5 Apr, 18:30–21:30",
        ),
        (
            seoul(
                datetime(2027, 4, 5, 10, 0, 0, 0),
                Some(datetime(2027, 4, 5, 12, 0, 0, 0)),
            ),
            "4월 5일 (월) 오전 10:00~오후 12:00",
            "Mon 5 Apr, 10:00–12:00",
        ),
        (
            seoul(start, Some(datetime(2027, 4, 6, 0, 0, 0, 0))),
            "4월 5일 (월) 오후 6:30~밤 12:00",
            "Mon 5 Apr, 18:30–24:00",
        ),
        (
            seoul(start, Some(datetime(2027, 4, 6, 1, 0, 0, 0))),
            "4월 5일 (월) 오후 6:30 ~ 4월 6일 (화) 오전 1:00",
            "Mon 5 Apr, 18:30 – Tue 6 Apr, 01:00",
        ),
        (
            EventTime::day(date(2028, 1, 1)),
            "2028년 1월 1일 (토) 하루 종일",
            "Sat 1 Jan 2028, all day",
        ),
        (
            EventTime::AllDay {
                first: date(2027, 4, 10),
                last: date(2027, 4, 11),
            },
            "4월 10일 (토) ~ 4월 11일 (일)",
            "Sat 10 Apr – Sun 11 Apr",
        ),
        (
            EventTime::DateOnly {
                date: date(2027, 4, 10),
            },
            "4월 10일 (토) 시간 미정",
            "Sat 10 Apr, time to be announced",
        ),
        (
            EventTime::Window {
                first: date(2027, 4, 1),
                last: date(2027, 4, 30),
            },
            "4월 1일 (목) ~ 4월 30일 (금) 중 (날짜 미정)",
            "some time in Thu 1 Apr – Fri 30 Apr",
        ),
        (
            EventTime::Undecided { was: None },
            "날짜 미정",
            "date to be announced",
        ),
        (
            EventTime::Undecided {
                was: Some((date(2027, 4, 1), date(2027, 4, 1))),
            },
            "날짜 미정 (원래 4월 1일 (목))",
            "date to be announced (was Thu 1 Apr)",
        ),
    ] {
        assert_eq!(reading(UiLang::Ko).speak(&time).absolute, ko);
        assert_eq!(reading(UiLang::En).speak(&time).absolute, en);
    }
}

#[test]
fn near_days_have_a_word_counted_in_the_calendars_zone() {
    for (day, ko, en) in [
        (3, Some("어제"), Some("yesterday")),
        (4, Some("오늘"), Some("today")),
        (5, Some("내일"), Some("tomorrow")),
        (6, Some("모레"), Some("in two days")),
        (7, None, None),
    ] {
        let day = date(2027, 4, day);
        assert_eq!(reading(UiLang::Ko).relative(day), ko);
        assert_eq!(reading(UiLang::En).relative(day), en);
    }
    let kiritimati = Zone::parse("Pacific/Kiritimati").unwrap();
    let ahead = Reading::new(T::new(UiLang::Ko), &kiritimati, NOW.parse().unwrap());
    assert_eq!(ahead.today(), date(2027, 4, 5));
}

#[test]
fn a_tile_names_the_year_only_where_it_is_another() {
    let year = |day| reading(UiLang::Ko).tile(day).year;
    assert_eq!(year(date(2027, 12, 31)), None);
    assert_eq!(year(date(2028, 1, 1)).as_deref(), Some("2028"));
}

#[test]
fn tomorrow_evening_is_said_with_its_hour() {
    let time = seoul(datetime(2027, 4, 5, 18, 30, 0, 0), None);
    let say = |ui| reading(ui).speak(&time).relative;
    assert_eq!(say(UiLang::Ko).as_deref(), Some("내일 오후 6:30"));
    assert_eq!(say(UiLang::En).as_deref(), Some("tomorrow, 18:30"));
    let window = EventTime::Window {
        first: date(2027, 4, 5),
        last: date(2027, 4, 9),
    };
    assert_eq!(reading(UiLang::Ko).speak(&window).relative, None);
}

#[test]
fn a_night_is_said_shortly_under_its_date() {
    let time = seoul(
        datetime(2027, 4, 5, 23, 0, 0, 0),
        Some(datetime(2027, 4, 6, 1, 0, 0, 0)),
    );
    let ko = reading(UiLang::Ko).hours(&time);
    assert_eq!(ko, "오후 11:00~다음 날 오전 1:00");
    assert_eq!(reading(UiLang::En).hours(&time), "23:00–01:00 the next day");
}

#[test]
fn an_event_elsewhere_is_said_in_the_calendars_zone() {
    let london = Zone::parse("Europe/London").unwrap();
    let time = EventTime::zoned(datetime(2027, 4, 4, 20, 0, 0, 0), None, london.clone());
    let ko = reading(UiLang::Ko);
    assert_eq!(ko.speak(&time).absolute, "4월 5일 (월) 오전 4:00");
    let at = NOW.parse().unwrap();
    assert_eq!(ko.zone_name(&london, at), "Europe/London (UTC+1)");
    assert_eq!(ko.zone_name(&Zone::seoul(), at), "한국 시간");
    let kathmandu = Zone::parse("Asia/Kathmandu").unwrap();
    assert_eq!(
        reading(UiLang::En).zone_name(&kathmandu, at),
        "Asia/Kathmandu (UTC+5:45)"
    );
}

proptest! {
    #[test]
    fn no_place_stays_unfilled(day in 0i32..100_000, minute in 0i32..1440, long in 0i32..5000) {
        use jiff::ToSpan;
        let start = date(1900, 1, 1).at(0, 0, 0, 0) + day.days() + minute.minutes();
        let end = start + long.minutes();
        prop_assume!(end.year() < 2199);
        let day = start.date();
        for ui in UiLang::ALL {
            for time in [
                seoul(start, Some(end)),
                EventTime::day(day),
                EventTime::DateOnly { date: day },
                EventTime::Undecided { was: Some((day, end.date())) },
            ] {
                let reading = reading(*ui);
                let said = reading.speak(&time);
                for text in [said.absolute, reading.hours(&time), reading.month(day)] {
                    prop_assert!(!text.is_empty());
                    prop_assert!(!text.contains(['{', '}']) && !text.contains("when."), "{}", text);
                }
            }
        }
    }
}
