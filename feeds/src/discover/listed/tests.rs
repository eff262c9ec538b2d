//! Feeds of discovery from values to bytes.

use super::*;
use crate::query::FeedQuery;
use domain::calendar::{CalendarProfile, Color, Slug};
use domain::change::ChangeKind;
use domain::id::PublicId;
use jiff::ToSpan;
use jiff::civil::{date, datetime};
use uuid::Uuid;

const BASE: &str = "https://almanac.example";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn calendar(id: u128) -> Calendar {
    Calendar {
        id: CalendarId(Uuid::from_u128(id)),
        public_id: PublicId::from_bits(id),
        profile: CalendarProfile {
            slug: Slug::parse(&format!("club-{id}")).unwrap(),
            title: Text::new(Lang::KO, "거인 <야구단>").with(Lang::EN, "The Giants"),
            description: Text::new(Lang::KO, "홈 & 원정"),
            category: Slug::parse("sports").unwrap(),
            color: Color::for_name("x"),
            language: Lang::KO,
            zone: Zone::seoul(),
            url: None,
            attribution: None,
            sample: true,
        },
        visibility: Visibility::Public,
        revision: 7,
        modified: at("2026-11-22T09:00:00Z"),
        as_of: date(2026, 11, 22),
        created: at("2026-11-20T01:00:00Z"),
    }
}

fn game(calendar: u128, event: u128, recurrence: Option<&str>) -> Shown {
    let start = datetime(2026, 11, 23, 18, 30, 0, 0);
    let time = EventTime::zoned(
        start,
        Some(start.checked_add(3.hours()).unwrap()),
        Zone::seoul(),
    );
    let (starts, ends) = time.instants(&Zone::seoul()).unwrap();
    let mut what = Occurrence::new(Text::new(Lang::KO, "롯데 : <두산>"), time);
    what.status = Status::Cancelled;
    Shown {
        calendar: CalendarId(Uuid::from_u128(calendar)),
        event: EventId(Uuid::from_u128(event)),
        public_id: PublicId::from_bits(event),
        uid: "game@club.example".to_owned(),
        recurrence_id: recurrence.and_then(RecurrenceId::parse),
        starts,
        ends,
        what,
        repeats: recurrence.is_some(),
        kind: ChangeKind::Created,
        modified: at("2026-11-22T09:00:00Z"),
    }
}

fn week(shown: Vec<Shown>) -> Listed {
    Listed::Week {
        category: Category {
            slug: Slug::parse("sports").unwrap(),
            title: Text::new(Lang::KO, "스포츠").with(Lang::EN, "Sports"),
        },
        from: at("2026-11-21T15:00:00Z"),
        shown,
        calendars: [1, 2].map(|id| (calendar(id).id, calendar(id))).into(),
    }
}

fn written(listed: &Listed, file: &str, query: &str) -> String {
    let wanted = Wanted::parse(file, &FeedQuery::parse(query).unwrap()).unwrap();
    String::from_utf8(listed.write(&wanted, BASE)).unwrap()
}

fn uids(calendar: &str) -> Vec<String> {
    let unfolded = calendar.replace("\r\n ", "");
    let lines = unfolded.lines();
    lines
        .filter_map(|line| line.strip_prefix("UID:"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn each_instance_has_a_uid_of_its_own() {
    let all = vec![
        game(1, 1, None),
        game(2, 2, None),
        game(1, 3, Some("2026-11-23T18:30:00")),
        game(1, 3, Some("2026-11-24T18:30:00")),
    ];
    let calendar = written(&week(all), "week/sports.ics", "");
    let uids = uids(&calendar);
    let second = format!("game@club.example-{}", PublicId::from_bits(2));
    assert_eq!(
        uids,
        [
            "game@club.example",
            &second,
            "game@club.example-20261123T183000",
            "game@club.example-20261124T183000",
        ]
    );
    assert!(!calendar.contains("RRULE") && !calendar.contains("RECURRENCE-ID"));
}

#[test]
fn a_week_is_named_in_the_language_that_is_asked_for() {
    let ko = written(&week(vec![game(1, 1, None)]), "week/sports.ics", "");
    assert!(ko.contains("X-WR-CALNAME:이번 주 스포츠\r\n"), "{ko}");
    assert!(ko.contains("SUMMARY:[취소] 롯데 : <두산>"), "{ko}");
    let en = written(&week(vec![game(1, 1, None)]), "week/sports.ics", "lang=en");
    assert!(en.contains("X-WR-CALNAME:This week: Sports\r\n"), "{en}");
    assert!(en.contains("/categories/sports"));
}

#[test]
fn an_entry_says_when_and_where_and_leads_to_its_page() {
    let json = written(&week(vec![game(1, 1, None)]), "week/sports.json", "");
    let feed: serde_json::Value = serde_json::from_str(&json).unwrap();
    let entry = &feed["items"][0];
    assert_eq!(entry["title"], "[취소] 롯데 : <두산>");
    let text = entry["content_text"].as_str().unwrap();
    assert_eq!(text, "2026-11-23 18:30–21:30 (Asia/Seoul)\n거인 <야구단>");
    assert_eq!(
        entry["url"],
        format!("{BASE}/events/{}", PublicId::from_bits(1))
    );
    // The morning of the 17th is the first whose seven days reach the 23rd.
    assert_eq!(entry["date_published"], "2026-11-16T15:00:00Z");
    assert_eq!(entry["date_modified"], "2026-11-22T09:00:00Z");
}

#[test]
fn a_new_calendar_stands_on_the_day_it_appeared_whatever_happens_in_it() {
    let listed = Listed::New(vec![calendar(1)]);
    let text = written(&listed, "new.ics", "");
    assert!(text.contains("DTSTART;VALUE=DATE:20261120"), "{text}");
    assert!(text.contains("URL:https://almanac.example/calendars/club-1"));
    assert!(!text.contains("/events/"), "{text}");
    let mut busy = calendar(1);
    busy.revision += 1;
    busy.modified = at("2026-11-23T09:00:00Z");
    assert_eq!(written(&Listed::New(vec![busy]), "new.ics", ""), text);
    let rss = written(&listed, "new.rss", "");
    assert!(
        rss.contains("<title>[예시] 거인 &lt;야구단&gt;</title>"),
        "{rss}"
    );
}

#[test]
fn nothing_to_tell_is_an_empty_feed_not_an_error() {
    let none = week(Vec::new());
    assert!(uids(&written(&none, "week/sports.ics", "")).is_empty());
    assert!(written(&none, "week/sports.rss", "").ends_with("</channel></rss>\n"));
    assert_eq!(none.modified(), at("2026-11-21T15:00:00Z"));
}
