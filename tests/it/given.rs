//! Values that tests begin with. All names are invented.

use domain::calendar::{Calendar, CalendarProfile, Category, Color, Slug};
use domain::event::{Draft, Event, EventBody, Occurrence};
use domain::id::{EventId, PublicId};
use domain::patch::Field;
use domain::text::{Lang, Text};
use domain::time::EventTime;
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::DateTime;
use store::Db;

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The day on which all tests take place.
pub fn now() -> Timestamp {
    at("2026-11-22T03:00:00Z")
}

pub fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

pub fn ko(text: &str) -> Text {
    Text::new(Lang::KO, text)
}

pub fn category() -> Category {
    Category {
        slug: slug("sport"),
        title: ko("스포츠").with(Lang::EN, "Sport"),
    }
}

pub fn profile(name: &str) -> CalendarProfile {
    CalendarProfile {
        slug: slug(name),
        title: ko("하늘구단 일정").with(Lang::EN, "Haneul fixtures"),
        description: Text::none(),
        category: category().slug,
        color: Color::for_name(name),
        language: Lang::KO,
        zone: Zone::seoul(),
        url: None,
        attribution: None,
        sample: true,
    }
}

/// A calendar in the database, without events.
pub async fn calendar(db: &Db, name: &str) -> Calendar {
    let calendar = store::calendars::draft(profile(name), now());
    let mut tx = db.begin().await.unwrap();
    store::categories::add(&mut tx, &category()).await.unwrap();
    store::calendars::insert(&mut tx, &calendar).await.unwrap();
    tx.commit().await.unwrap();
    calendar
}

/// A game of three hours in Seoul.
pub fn game(title: &str, start: &str) -> EventBody {
    let start: DateTime = start.parse().unwrap();
    let end = start.checked_add(jiff::Span::new().hours(3)).unwrap();
    Occurrence::new(ko(title), EventTime::zoned(start, Some(end), Zone::seoul())).into()
}

pub fn event(uid: &str, body: EventBody) -> Event {
    Event {
        id: EventId(store::new_id()),
        public_id: PublicId::from_bits(store::random_bits()),
        uid: uid.to_owned(),
        version: 1,
        sequence: 0,
        created: now(),
        modified: now(),
        body,
        news: Vec::new(),
    }
}

pub fn draft(uid: Option<&str>, body: EventBody) -> Draft {
    Draft {
        uid: uid.map(str::to_owned),
        sequence: 0,
        line: 1,
        body,
        speaks_of: Field::ALL.to_vec(),
    }
}
