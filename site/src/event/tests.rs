//! The page of an event, built from values.

use super::*;
use crate::fixtures::{self, NOW, game, page_is_sound, shown, span};
use domain::change::ChangeKind;
use domain::event::{EventBody, Evidence, Geo, Link, Status, WebAddress};
use domain::id::EventId;
use domain::text::Text;
use domain::zone::Zone;
use jiff::civil::{date, datetime};

fn event(what: Occurrence) -> Event {
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
    }
}

fn facts(what: Occurrence) -> Facts {
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
    assert!(html.contains("pill-cancelled") && html.contains("취소"));
    assert!(html.contains("https://schema.org/EventCancelled"));
}

#[test]
fn c5_nothing_from_outside_is_markup() {
    let evil = "</script><svg onload=alert(1)>\"'<img src=x onerror=y>";
    let mut what = game(evil);
    what.description = Text::new(domain::text::Lang::KO, evil);
    what.place.name = Text::new(domain::text::Lang::KO, evil);
    what.result = Text::new(domain::text::Lang::KO, evil);
    let html = page(UiLang::Ko, &facts(what));
    page_is_sound(&html, "ko");
    assert!(!html.contains("<img"));
    assert_eq!(html.matches("</script>").count(), 1);
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
    what.description = Text::new(
        domain::text::Lang::KO,
        "javascript:alert(1) data:text/html,x",
    );
    let html = page(UiLang::En, &facts(what));
    page_is_sound(&html, "en");
    assert!(html.contains("openstreetmap.org/?mlat=35.194"));
}

#[test]
fn a_removed_event_leads_back_to_its_calendar() {
    let found = Found {
        event: event(game("경기")),
        calendars: vec![fixtures::calendar().id],
        removed: Some(NOW.parse().unwrap()),
    };
    for ui in UiLang::ALL {
        let t = T::new(*ui);
        let page = RemovedPage::build(t, Shell::bare(t, "/"), &fixtures::catalogue(), &found);
        let html = page.render().unwrap();
        page_is_sound(&html, ui.as_str());
        assert!(html.contains("href=\"/calendars/giants\""));
    }
}
