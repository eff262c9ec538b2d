//! Calendars as feeds: asked for, compiled, served.
//!
//! A poll is a look-up: the validator of a feed follows from its calendars' revisions, so most
//! polls are answered without its bytes, and its bytes are put together once per state and form,
//! from fragments that are written once per event. Nothing here renders per request, and an error
//! never becomes an empty calendar.

mod answer;
mod cache;
mod catalogue;
mod choose;
mod compile;
mod compiled;
mod conditional;
pub mod count;
pub mod dav;
mod discover;
mod format;
pub mod formats;
mod names;
mod parts;
mod person;
mod plan;
mod problem;
mod query;
mod ready;
mod sections;
mod shelf;
mod sync;
mod tree;
mod upgrade;
mod verify;
mod words;

pub use answer::{Answer, Asked, Poll};
pub use catalogue::Catalogue;
pub use compile::{render, single};
pub use compiled::{Compiled, coded};
pub use format::Format;
pub use query::{BadQuery, FeedQuery, Past};
pub use ready::OnTheWire;
pub use verify::{Unsound, verify};

use crate::cache::Cache;
use arc_swap::ArcSwap;
use domain::clock::Clock;
use domain::id::CalendarId;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use store::Db;

/// Most feeds that are made again after one change before anybody asks.
const WARMED: usize = 64;

/// What a feed engine is made with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The public address of this server, without a slash at its end.
    pub base_url: String,
    /// Bound on the memory of feeds, in bytes: half for whole bodies, the rest for events and
    /// their fragments. The least recently used go first.
    pub cache_bytes: usize,
    /// What time it is, for the feeds that change with the day.
    pub clock: Clock,
}

/// The feed engine: one per process, shared.
#[derive(Debug)]
pub struct Feeds {
    db: Db,
    settings: Settings,
    /// See [`plan::seed`].
    seed: String,
    catalogue: ArcSwap<Catalogue>,
    /// Another number for every catalogue.
    generation: AtomicU64,
    /// [`store::subscriptions::epoch`] as last seen.
    epoch: AtomicI64,
    shelf: shelf::Shelf,
    parts: Cache<compile::PartsKey, parts::Parts>,
    bodies: Cache<plan::Key, Compiled>,
    people: person::People,
    ready: ready::Board,
    counters: Arc<count::Counters>,
    discovered: discover::Shelf,
}

/// What the engine holds in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// Whole feeds: bytes and how many.
    pub bodies: (usize, usize),
    /// Calendars as fragments.
    pub parts: (usize, usize),
    /// Calendars as events.
    pub events: (usize, usize),
    /// Personal addresses.
    pub people: (usize, usize),
}

impl Feeds {
    /// Loads the catalogue. `lineage` names this database's line of revisions.
    pub async fn start(db: Db, settings: Settings, lineage: String) -> store::Result<Arc<Self>> {
        let catalogue = Catalogue::load(&db).await?;
        let bytes = settings.cache_bytes;
        Ok(Arc::new(Self {
            seed: plan::seed(&lineage, &settings.base_url),
            catalogue: ArcSwap::from_pointee(catalogue),
            generation: AtomicU64::new(1),
            epoch: AtomicI64::new(-1),
            shelf: shelf::Shelf::new(bytes / 8),
            parts: Cache::new(bytes / 4),
            bodies: Cache::new(bytes / 2),
            people: person::People::new(bytes / 8),
            ready: ready::Board::default(),
            counters: Arc::new(count::Counters::new(settings.clock.now())),
            discovered: discover::Shelf::default(),
            settings,
            db,
        }))
    }

    /// The calendars as this node last saw them.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.load_full()
    }

    /// Who reads what, counted.
    pub fn counters(&self) -> Arc<count::Counters> {
        self.counters.clone()
    }

    /// What is held in memory.
    pub fn fill(&self) -> Fill {
        Fill {
            bodies: self.bodies.fill(),
            parts: self.parts.fill(),
            events: self.shelf.fill(),
            people: self.people.fill(),
        }
    }

    /// Looks whether anything was published since, and takes it over. While the database is
    /// away, what was known stays.
    pub async fn refresh(&self) -> store::Result<()> {
        self.renew().await.map(|_| ())
    }

    /// The same, and which calendars changed.
    async fn renew(&self) -> store::Result<Vec<CalendarId>> {
        let before = self.catalogue.load_full();
        let mut changed = Vec::new();
        if let Some(fresh) = before.renewed(&self.db).await? {
            changed = fresh.changed_since(&before);
            self.catalogue.store(Arc::new(fresh));
            self.generation.fetch_add(1, Ordering::AcqRel);
        }
        let mut conn = self.db.read().await?;
        let epoch = store::subscriptions::epoch(&mut conn).await?;
        if self.epoch.swap(epoch, Ordering::AcqRel) != epoch {
            self.db.subscriptions_changed_elsewhere();
        }
        Ok(changed)
    }

    /// Makes the feeds that most clients ask for, so that the first poll after a change does not
    /// wait. Feeds that nobody asked for lately are left alone.
    async fn warm_up(self: Arc<Self>, calendars: Vec<CalendarId>) {
        let catalogue = self.catalogue();
        for id in calendars.into_iter().take(WARMED) {
            if let Some(calendar) = catalogue.get(id) {
                let plan = plan::Plan::public(calendar.clone(), FeedQuery::default());
                if let Some(before) = self.bodies.get(&plan.key())
                    && let Some(fresh) = self.compiled(&plan).await
                {
                    fresh.make_like(&before).await;
                }
            }
        }
    }

    /// Follows the change log for as long as the program runs.
    pub async fn follow(self: Arc<Self>) {
        let mut watch = self.db.watch();
        let mut away = false;
        loop {
            watch.changed().await;
            match self.renew().await {
                Ok(changed) => {
                    if away {
                        tracing::info!("the database is back: feeds are current again");
                        away = false;
                    }
                    if !changed.is_empty() {
                        tokio::spawn(self.clone().warm_up(changed));
                    }
                }
                Err(error) if !away => {
                    tracing::error!(%error, "feeds cannot see changes: serving what is known");
                    away = true;
                }
                Err(_) => {}
            }
        }
    }
}
