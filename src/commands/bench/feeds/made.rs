//! The calendars that `bench feeds` measures with: one of 500 events, one of 5,000, and a person who
//! follows twenty of 500. Made once; a second run finds them.

use anyhow::{Context, Result};
use domain::calendar::{Calendar, CalendarProfile, Category, Color, Slug};
use domain::event::{Event, Occurrence, Place};
use domain::id::{EventId, PublicId};
use domain::key::digest;
use domain::recipe::{Pick, Recipe};
use domain::text::{Lang, Text};
use domain::time::EventTime;
use domain::zone::Zone;
use jiff::{Timestamp, ToSpan};
use store::Db;
use store::publish::{Batch, Write, publish};
use store::subscriptions::{self, NewAddress};

/// The person's calendars.
const FOLLOWED: usize = 20;

pub(super) struct Made {
    /// 500 events.
    pub small: Calendar,
    /// 5,000 events.
    pub large: Calendar,
    /// The path of the person's feed.
    pub personal: String,
}

impl Made {
    pub(super) async fn ready(db: &Db, now: Timestamp) -> Result<Self> {
        let small = calendar(db, "bench-small", 500, now).await?;
        let large = calendar(db, "bench-large", 5_000, now).await?;
        let mut picks = Vec::new();
        for number in 0..FOLLOWED {
            let own = calendar(db, &format!("bench-own-{number}"), 500, now).await?;
            picks.push(Pick::all_of(own.id));
        }
        let recipe = Recipe {
            picks,
            lang: Some(Lang::KO),
            past: domain::recipe::Past::All,
            results: Default::default(),
        };
        let address = PublicId::from_bits(store::random_bits()).to_string();
        let manage = PublicId::from_bits(store::random_bits()).to_string();
        let mut tx = db.begin().await?;
        let first = NewAddress {
            digest: &digest(&address),
            label: "bench",
            own: true,
        };
        subscriptions::create(&mut tx, &recipe, &digest(&manage), first, now).await?;
        tx.commit().await?;
        Ok(Self {
            small,
            large,
            personal: format!("/feeds/my/{address}.ics"),
        })
    }
}

async fn calendar(db: &Db, slug: &str, events: usize, now: Timestamp) -> Result<Calendar> {
    let mut conn = db.read().await?;
    if let Some(found) = store::calendars::find(&mut conn, slug).await? {
        return Ok(found.calendar);
    }
    drop(conn);
    let profile = profile(slug)?;
    let category = Category {
        slug: profile.category.clone(),
        title: Text::new(Lang::KO, "측정").with(Lang::EN, "Measuring"),
    };
    let calendar = store::calendars::draft(profile, now);
    let mut tx = db.begin().await?;
    store::categories::add(&mut tx, &category).await?;
    store::calendars::insert(&mut tx, &calendar).await?;
    let batch = Batch {
        calendar: calendar.id,
        zone: &calendar.profile.zone,
        source: None,
        at: now,
        writes: (0..events)
            .map(|n| Write::Create(game(slug, n, now)))
            .collect(),
    };
    publish(&mut tx, batch).await?;
    tx.commit().await?;
    Ok(calendar)
}

fn profile(slug: &str) -> Result<CalendarProfile> {
    Ok(CalendarProfile {
        slug: Slug::parse(slug)?,
        title: Text::new(Lang::KO, format!("측정 {slug}")),
        description: Text::none(),
        category: Slug::parse("bench")?,
        color: Color::for_name(slug),
        language: Lang::KO,
        zone: Zone::seoul(),
        url: None,
        attribution: None,
        sample: true,
    })
}

/// A game of three hours, one a day from thirty days ago on.
fn game(slug: &str, number: usize, now: Timestamp) -> Event {
    let today = now.to_zoned(Zone::seoul().rules().clone()).date();
    let days = i64::try_from(number % 900).unwrap_or(0) - 30;
    let day = today.checked_add(days.days()).unwrap_or(today);
    let start = day.at(18, 30, 0, 0);
    let end = start.checked_add(3.hours()).ok();
    let time = EventTime::zoned(start, end, Zone::seoul());
    let title = Text::new(Lang::KO, format!("하늘 대 바다 {number}차전"));
    let mut what = Occurrence::new(title, time);
    what.description = Text::new(Lang::KO, "예매는 경기 일주일 전 오전 열한 시에 열려요.");
    what.place = Place {
        name: Text::new(Lang::KO, "다람못 야구장"),
        geo: None,
    };
    let modified = domain::change::next_modified(None, now);
    Event {
        id: EventId(store::new_id()),
        public_id: PublicId::from_bits(store::random_bits()),
        uid: format!("{number}@{slug}.example"),
        version: 1,
        sequence: 0,
        created: modified,
        modified,
        body: what.into(),
        news: Vec::new(),
    }
}

/// Moves one game of a calendar by a minute, as one publication. Returns when it was committed.
pub(super) async fn move_one(
    db: &Db,
    calendar: &Calendar,
    at: Timestamp,
) -> Result<std::time::Instant> {
    let mut tx = db.begin().await?;
    let ids = store::events::changed_since(&mut tx, calendar.id, 0, EventId(uuid::Uuid::nil()), 1);
    let id = ids
        .await?
        .first()
        .copied()
        .context("the calendar has no events")?;
    let found = store::events::by_id(&mut tx, id)
        .await?
        .context("the event is gone")?;
    let mut event = found.event;
    event.version += 1;
    event.sequence += 1;
    event.modified = domain::change::next_modified(Some(event.modified), at);
    if let EventTime::Zoned(zoned) = &mut event.body.main.time {
        zoned.start.at = zoned.start.at.checked_add(1.minutes())?;
        zoned.end = None;
    }
    let batch = Batch {
        calendar: calendar.id,
        zone: &calendar.profile.zone,
        source: None,
        at,
        writes: vec![Write::Replace {
            event,
            kind: domain::change::ChangeKind::Rescheduled,
        }],
    };
    publish(&mut tx, batch).await?;
    tx.commit().await?;
    Ok(std::time::Instant::now())
}
