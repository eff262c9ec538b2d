//! A fictional club's calendar for the tests of the pages.

use crate::catalogue::Catalogue;
use domain::calendar::{Attribution, Calendar, CalendarProfile, Category, Color, Slug, Visibility};
use domain::event::{Occurrence, Place};
use domain::id::{CalendarId, EventId, PublicId};
use domain::text::{Lang, Text};
use domain::time::EventTime;
use domain::zone::Zone;
use jiff::civil::{Date, date, datetime};
use store::occurrences::Shown;
use uuid::Uuid;
use web::locale::{T, UiLang};
use web::when::Reading;

/// Sunday, 22 November 2026, 19:00 in Seoul.
pub const NOW: &str = "2026-11-22T10:00:00Z";

/// A reader of the calendar.
pub fn reading(ui: UiLang) -> Reading {
    Reading::new(T::new(ui), &Zone::seoul(), NOW.parse().unwrap())
}

/// The calendar.
pub fn calendar() -> Calendar {
    let at = NOW.parse().unwrap();
    Calendar {
        id: CalendarId(Uuid::from_u128(1)),
        public_id: PublicId::from_bits(1),
        profile: CalendarProfile {
            slug: Slug::parse("giants").unwrap(),
            title: Text::new(Lang::KO, "거인 야구단").with(Lang::EN, "The Giants"),
            description: Text::new(Lang::KO, "홈과 원정 경기 전부. https://club.example"),
            category: Slug::parse("sports").unwrap(),
            color: Color::parse("#1D6F8C").unwrap(),
            language: Lang::KO,
            zone: Zone::seoul(),
            url: None,
            attribution: Some(Attribution {
                name: "거인 야구단".into(),
                licence: Some("CC-BY-4.0".into()),
                address: None,
            }),
            sample: true,
        },
        visibility: Visibility::Public,
        revision: 1,
        modified: at,
        as_of: date(2026, 11, 22),
        created: at,
    }
}

/// Its category.
pub fn category() -> Category {
    Category {
        slug: Slug::parse("sports").unwrap(),
        title: Text::new(Lang::KO, "스포츠").with(Lang::EN, "Sports"),
    }
}

/// A catalogue with that one calendar.
pub fn catalogue() -> Catalogue {
    Catalogue {
        calendars: vec![calendar()],
    }
}

/// Tomorrow's game.
pub fn game(title: &str) -> Occurrence {
    let mut game = Occurrence::new(
        Text::new(Lang::KO, title),
        EventTime::zoned(
            datetime(2026, 11, 23, 18, 30, 0, 0),
            Some(datetime(2026, 11, 23, 21, 30, 0, 0)),
            Zone::seoul(),
        ),
    );
    game.place = Place {
        name: Text::new(Lang::KO, "사직야구장"),
        geo: None,
    };
    game
}

/// Several whole days.
pub fn span(first: Date, last: Date) -> Occurrence {
    Occurrence::new(
        Text::new(Lang::KO, "전지훈련"),
        EventTime::AllDay { first, last },
    )
}

/// An occurrence as the store shows it.
pub fn shown(what: Occurrence) -> Shown {
    let (starts, ends) = what.time.instants(&Zone::seoul()).unwrap();
    Shown {
        calendar: CalendarId(Uuid::from_u128(1)),
        event: EventId(Uuid::from_u128(2)),
        public_id: PublicId::from_bits(2),
        uid: "game-1@club.example".into(),
        recurrence_id: None,
        starts,
        ends,
        what,
        repeats: false,
        kind: domain::change::ChangeKind::Created,
        modified: starts,
    }
}

/// What holds of every page: its language, no key without words, no place unfilled, no script
/// but data, no inline style, no address but the safe ones, no markup from data.
pub fn page_is_sound(html: &str, lang: &str) {
    assert!(html.starts_with("<!doctype html>"), "{html}");
    assert!(html.contains(&format!("<html lang=\"{lang}\">")));
    assert!(html.contains("<main") && html.contains("<h1"));
    assert!(!html.contains("style=") && !html.contains("<style"));
    // Pictures of our own only: icons, and the code for a phone's camera.
    for piece in html.split("<svg").skip(1) {
        let ours = [" aria-hidden=\"true\"", " class=\"qr\""];
        assert!(ours.iter().any(|start| piece.starts_with(start)), "{piece}");
    }
    for piece in html.split("<script").skip(1) {
        let ours = [" type=\"application/ld+json\">", " src=\"/assets/"];
        assert!(ours.iter().any(|start| piece.starts_with(start)), "{piece}");
    }
    for piece in html
        .split(" href=\"")
        .skip(1)
        .chain(html.split(" src=\"").skip(1))
    {
        let target = piece.split('"').next().unwrap();
        let good = ["/", "#", "?", "https://", "http://", "webcal://"];
        assert!(
            good.iter().any(|start| target.starts_with(start)),
            "{target}"
        );
    }
    let data = " type=\"application/ld+json\">";
    let text: String = html
        .split("<script")
        .filter(|piece| !piece.starts_with(data))
        .collect();
    for leak in ["{n}", "{how}", "{days}", "Some("] {
        assert!(!text.contains(leak), "{leak} in {text}");
    }
    for table in ["when.", "failure.", "event.", "home."] {
        for edge in ['>', '"'] {
            let leak = format!("{edge}{table}");
            assert!(!text.contains(&leak), "{leak} in {text}");
        }
    }
}
