//! Channels from events, and the three formats that they are written in.

use super::*;
use crate::formats::examples::{self, at, event, in_zone, says, stamp};
use crate::formats::{atom, json_feed, rss};
use ical::write::Form;
use jiff::civil::date;

fn channel(events: &[Event], calendar: &Calendar, lang: Lang, results: Results) -> Channel {
    let context = Context {
        results,
        ..examples::context(calendar, Form::FailSafe, lang)
    };
    let about = About {
        title: &calendar.profile.title,
        description: &calendar.profile.description,
        home: "https://almanac.example/calendars/moss",
        address: "https://almanac.example/feeds/x.atom",
    };
    of_events(
        &about,
        events.iter().map(|event| (event, calendar)),
        &context,
    )
}

fn told(events: &[Event]) -> Channel {
    channel(events, &examples::calendar(), Lang::KO, Results::Shown)
}

#[test]
fn the_formats_of_everything() {
    let channel = told(&examples::all());
    for (name, bytes) in [
        ("atom", atom::write(&channel)),
        ("rss", rss::write(&channel)),
        ("json", json_feed::write(&channel)),
    ] {
        let text = String::from_utf8(bytes).unwrap().replace("},{", "},\n{");
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn what_changed_last_stands_first_and_an_event_stands_once() {
    let dated = |uid: &str, modified: &str, day| {
        let mut event = event(uid, says(EventTime::day(date(2027, 4, day))));
        event.modified = stamp(modified);
        event
    };
    let (old, new) = ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    let mut events = vec![
        dated("b", old, 2),
        dated("a", old, 2),
        dated("c", old, 1),
        dated("d", new, 9),
    ];
    events.push(events[0].clone());
    let uids = |channel: Channel| -> Vec<String> {
        let facts = channel.entries.into_iter().filter_map(|entry| entry.event);
        facts.map(|facts| facts.uid[..1].to_owned()).collect()
    };
    assert_eq!(uids(told(&events)), ["d", "c", "a", "b"]);
    events.reverse();
    assert_eq!(uids(told(&events)), ["d", "c", "a", "b"]);
    let many: Vec<Event> = (0..ENTRIES + 1)
        .map(|n| dated(&format!("e{n}"), old, 3))
        .collect();
    assert_eq!(told(&many).entries.len(), ENTRIES);
}

#[test]
fn titles_say_what_is_off_and_what_is_open() {
    let day = date(2027, 4, 5);
    for (time, status, title, kind) in [
        (
            in_zone("Asia/Seoul", at(5, 18), None),
            Status::Cancelled,
            "[취소] 달팽이 경주",
            "zoned",
        ),
        (
            EventTime::day(day),
            Status::Postponed,
            "[연기] 달팽이 경주",
            "all_day",
        ),
        (
            EventTime::DateOnly { date: day },
            Status::Tentative,
            "달팽이 경주 (시간 미정)",
            "date_only",
        ),
        (
            EventTime::Window {
                first: day,
                last: day,
            },
            Status::Confirmed,
            "달팽이 경주 (날짜 미정)",
            "window",
        ),
        (
            EventTime::Undecided { was: None },
            Status::Postponed,
            "[연기] 달팽이 경주 (일정 미정)",
            "undecided",
        ),
    ] {
        let mut what = says(time);
        what.status = status;
        let entry = &told(&[event("x", what)]).entries[0];
        assert_eq!(entry.title, title);
        let facts = entry.event.as_ref().unwrap();
        assert_eq!((facts.kind, facts.status), (kind, status.as_str()));
        assert_eq!(facts.start.is_none(), kind == "undecided");
    }
}

#[test]
fn a_result_is_told_only_where_results_are() {
    let events = [examples::full()];
    for (results, shown) in [(Results::Shown, true), (Results::Hidden, false)] {
        let channel = channel(&events, &examples::calendar(), Lang::EN, results);
        assert_eq!(channel.entries[0].text.contains("Result: 5:3"), shown);
    }
}

#[test]
fn invented_calendars_say_so_and_others_whose_they_are() {
    let mut calendar = examples::calendar();
    let events = [examples::full()];
    let name = |channel: &Channel| channel.entries[0].author.clone().map(|author| author.name);
    let real = channel(&events, &calendar, Lang::EN, Results::Shown);
    assert_eq!(real.title, "The Moss Wood");
    assert_eq!(name(&real).as_deref(), Some("이끼숲 협회"));
    calendar.profile.sample = true;
    calendar.profile.attribution = None;
    let invented = channel(&events, &calendar, Lang::EN, Results::Shown);
    assert_eq!(invented.title, "[Sample] The Moss Wood");
    assert_eq!(name(&invented), None);
}
