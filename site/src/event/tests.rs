//! The page of an event, built from values.

use super::removed::RemovedPage;
use super::*;
use crate::fixtures::{self, NOW, game, page_is_sound, shown, span};
use domain::change::ChangeKind;
use domain::event::{Event, EventBody, Evidence, Geo, Link, Status, WebAddress};
use domain::id::EventId;
use domain::text::{Lang, Text};
use domain::zone::Zone;
use jiff::civil::{date, datetime};
use store::events::{Found, Version};
use web::locale::UiLang;

pub(crate) fn event(what: Occurrence) -> Event {
    let at = NOW.parse().unwrap();
    Event {
        id: EventId(uuid::Uuid::from_u128(2)),
        public_id: PublicId::from_bits(2),
        uid: "game-1@club.example".into(),
        version: 1,
        sequence: 0,
        created: at,
        modified: at,
        body: EventBody::from(what),
        news: Vec::new(),
    }
}

pub(crate) fn facts(what: Occurrence) -> Facts {
    let event = event(what.clone());
    Facts {
        versions: vec![Version {
            version: 1,
            at: NOW.parse().unwrap(),
            kind: ChangeKind::Created,
            source: None,
            body: event.body.clone(),
        }],
        event,
        calendars: vec![fixtures::calendar()],
        at: None,
        coming: what
            .time
            .instants(&Zone::seoul())
            .map(|_| shown(what))
            .into_iter()
            .collect(),
    }
}

fn page(ui: UiLang, facts: &Facts) -> String {
    let t = T::new(ui);
    let base = BaseUrl::parse("https://almanac.example").unwrap();
    EventPage::build(t, Shell::bare(t, "/"), facts, &base, NOW.parse().unwrap())
        .render()
        .unwrap()
}

#[test]
fn the_page_says_when_and_where() {
    let ko = page(UiLang::Ko, &facts(game("롯데 : 두산")));
    page_is_sound(&ko, "ko");
    for part in [
        "내일 오후 6:30",
        "11월 23일 (월) 오후 6:30~9:30",
        "한국 시간",
        "https://map.kakao.com/link/search/%EC%82%AC%EC%A7%81",
        "https://map.naver.com/p/search/%EC%82%AC%EC%A7%81",
        "/events/0000000000000000000002/event.ics?lang=ko",
        "https://calendar.google.com/calendar/render?action=TEMPLATE",
        "href=\"/calendars/giants/subscribe\"",
        "\"startDate\":\"2026-11-23T18:30:00+09:00\"",
    ] {
        assert!(ko.contains(part), "{part} in {ko}");
    }
    let en = page(UiLang::En, &facts(game("롯데 : 두산")));
    page_is_sound(&en, "en");
    assert!(en.contains("lang=\"ko\">롯데 : 두산"));
}

#[test]
fn every_kind_of_time_makes_a_sound_page() {
    let (a, b) = (date(2026, 12, 5), date(2026, 12, 7));
    for time in [
        span(a, b).time,
        EventTime::Floating {
            start: datetime(2026, 12, 5, 9, 0, 0, 0),
            end: None,
        },
        EventTime::DateOnly { date: a },
        EventTime::Window { first: a, last: b },
        EventTime::Undecided { was: Some((a, b)) },
        EventTime::Undecided { was: None },
    ] {
        let mut what = game("모임");
        what.time = time;
        for ui in UiLang::ALL {
            page_is_sound(&page(*ui, &facts(what.clone())), ui.as_str());
        }
    }
}

#[test]
fn a_clock_elsewhere_is_shown_too() {
    let mut what = game("원정");
    let london = Zone::parse("Europe/London").unwrap();
    what.time = EventTime::zoned(datetime(2026, 12, 5, 15, 0, 0, 0), None, london);
    let html = page(UiLang::Ko, &facts(what));
    assert!(html.contains("12월 6일 (일) 오전 12:00"));
    assert!(html.contains("12월 5일 (토) 오후 3:00") && html.contains("Europe/London (UTC+0)"));
}

#[test]
fn a_called_off_event_says_so_with_a_word() {
    let mut what = game("경기");
    what.status = Status::Cancelled;
    let html = page(UiLang::Ko, &facts(what));
    assert!(html.contains("pill-cancelled") && html.contains("취소된 일정이에요"));
    let (note, when) = (html.find("event-note"), html.find("class=\"when "));
    assert!(note.unwrap() < when.unwrap());
    assert!(html.contains("https://schema.org/EventCancelled"));
}

#[test]
fn c5_nothing_from_outside_is_markup() {
    let evil = "</script><svg onload=alert(1)>\"'<img src=x onerror=y>";
    let mut what = game(evil);
    what.description = Text::new(Lang::KO, evil);
    what.place.name = Text::new(Lang::KO, evil);
    what.result = Text::new(Lang::KO, evil);
    let html = page(UiLang::Ko, &facts(what));
    page_is_sound(&html, "ko");
    assert!(!html.contains("<img"));
    // The data, and the program's own script.
    assert_eq!(html.matches("</script>").count(), 2);
}

#[test]
fn c6_every_link_is_http() {
    assert_eq!(WebAddress::parse("javascript:alert(1)"), None);
    let address = WebAddress::parse("https://tickets.example/1").unwrap();
    let mut what = game("경기");
    what.url = Some(address.clone());
    what.links = vec![Link {
        kind: LinkKind::Tickets,
        address: address.clone(),
    }];
    what.evidence = Some(Evidence {
        address,
        checked: Some(date(2026, 11, 1)),
    });
    what.place.geo = Geo::from_degrees(35.194, 129.0615);
    what.description = Text::new(Lang::KO, "javascript:alert(1) data:text/html,x");
    let html = page(UiLang::En, &facts(what));
    page_is_sound(&html, "en");
    assert!(html.contains("openstreetmap.org/?mlat=35.194"));
}

#[test]
fn a_removed_event_leads_to_what_is_near() {
    let found = Found {
        event: event(game("경기")),
        calendars: vec![fixtures::calendar().id],
        removed: Some(NOW.parse().unwrap()),
    };
    let next = [shown(game("다음 경기"))];
    for ui in UiLang::ALL {
        let t = T::new(*ui);
        let now = NOW.parse().unwrap();
        let catalogue = fixtures::catalogue();
        let page = RemovedPage::build(t, Shell::bare(t, "/"), &catalogue, &found, &next, now);
        let html = page.render().unwrap();
        page_is_sound(&html, ui.as_str());
        assert!(html.contains("href=\"/calendars/giants\"") && html.contains("다음 경기"));
        assert!(html.contains("noindex"));
    }
}

#[test]
fn open_dates_and_reserves_are_said_first() {
    let mut what = game("경기");
    for (status, time, word) in [
        (Status::Postponed, what.time.clone(), "연기된 일정"),
        (Status::Tentative, what.time.clone(), "확정되지 않은"),
        (
            Status::Confirmed,
            EventTime::Undecided { was: None },
            "날짜가 아직",
        ),
        (
            Status::Confirmed,
            EventTime::DateOnly {
                date: date(2026, 12, 5),
            },
            "시간은 아직",
        ),
    ] {
        (what.status, what.time) = (status, time);
        let html = page(UiLang::Ko, &facts(what.clone()));
        assert!(html.contains("event-note") && html.contains(word), "{word}");
    }
    assert!(!page(UiLang::Ko, &facts(game("경기"))).contains("event-note"));
    what.time = EventTime::Undecided { was: None };
    assert!(!page(UiLang::Ko, &facts(what)).contains("event.ics"));
}

#[test]
fn a_result_is_behind_a_tap_and_in_no_card() {
    let mut what = game("경기");
    what.result = Text::new(Lang::KO, "7:3 승리");
    let html = page(UiLang::Ko, &facts(what));
    let (head, body) = html.split_once("</head>").unwrap();
    assert!(!head.contains("7:3"), "{head}");
    let spoiler = body.split_once("<details").unwrap().1;
    assert!(
        spoiler
            .split_once("</details>")
            .unwrap()
            .0
            .contains("7:3 승리")
    );
    assert_eq!(html.matches("7:3").count(), 1);
}

#[test]
fn the_card_names_the_event_and_its_picture() {
    let ko = page(UiLang::Ko, &facts(game("롯데 : 두산")));
    for part in [
        "<meta property=\"og:title\" content=\"롯데 : 두산\">",
        "11월 23일 (월) 오후 6:30~9:30 · 사직야구장 · 거인 야구단",
        "<meta property=\"og:image\" content=\"https://almanac.example/share/events/0000000000000000000002.png?lang=ko&#38;v=",
        "<meta property=\"og:image:width\" content=\"1200\">",
        "<meta property=\"og:locale\" content=\"ko_KR\">",
        "<meta name=\"twitter:card\" content=\"summary_large_image\">",
    ] {
        assert!(ko.contains(part), "{part} in {ko}");
    }
    let en = page(UiLang::En, &facts(game("롯데 : 두산")));
    assert!(en.contains("en_US") && en.contains(".png?lang=en"));
}
