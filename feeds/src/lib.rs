//! Calendars as feeds: asked for, compiled, served.
//!
//! A poll is a look-up: the validator of a feed follows from its calendar's revision, so most
//! polls are answered without its bytes, and its bytes are compiled once per revision and form,
//! when somebody asks for them. Nothing here renders per request, and an error never becomes an
//! empty calendar.

mod answer;
mod cache;
mod catalogue;
mod compile;
mod discover;
pub mod formats;
mod query;
mod verify;
mod words;

pub use answer::{Answer, Asked};
pub use catalogue::Catalogue;
pub use compile::{Compiled, render, single};
pub use query::{BadQuery, FeedQuery, Past};
pub use verify::{Unsound, verify};

use arc_swap::ArcSwap;
use domain::clock::Clock;
use std::sync::Arc;
use store::Db;

/// What a feed engine is made with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The public address of this server, without a slash at its end.
    pub base_url: String,
    /// Bound on the memory of compiled feeds, in bytes; the least recently used go first.
    pub cache_bytes: usize,
    /// What time it is, for the feeds that change with the day.
    pub clock: Clock,
}

/// The feed engine: one per process, shared.
#[derive(Debug)]
pub struct Feeds {
    db: Db,
    settings: Settings,
    lineage: String,
    catalogue: ArcSwap<Catalogue>,
    cache: cache::Cache,
    discovered: discover::Shelf,
}

impl Feeds {
    /// Loads the catalogue. `lineage` names this database's line of revisions.
    pub async fn start(db: Db, settings: Settings, lineage: String) -> store::Result<Arc<Self>> {
        let catalogue = Catalogue::load(&db).await?;
        let cache = cache::Cache::new(settings.cache_bytes);
        let catalogue = ArcSwap::from_pointee(catalogue);
        Ok(Arc::new(Self {
            db,
            settings,
            lineage,
            catalogue,
            cache,
            discovered: discover::Shelf::default(),
        }))
    }

    /// The calendars as this node last saw them.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.load_full()
    }

    /// Looks whether anything was published since, and takes it over. While the database is
    /// away, what was known stays.
    pub async fn refresh(&self) -> store::Result<()> {
        let before = self.catalogue.load_full();
        if let Some(fresh) = before.renewed(&self.db).await? {
            self.catalogue.store(Arc::new(fresh));
        }
        Ok(())
    }

    /// Follows the change log for as long as the program runs.
    pub async fn follow(self: Arc<Self>) {
        let mut watch = self.db.watch();
        let mut away = false;
        loop {
            watch.changed().await;
            match self.refresh().await {
                Ok(()) if away => {
                    tracing::info!("the database is back: feeds are current again");
                    away = false;
                }
                Ok(()) => {}
                Err(error) if !away => {
                    tracing::error!(%error, "feeds cannot see changes: serving what is known");
                    away = true;
                }
                Err(_) => {}
            }
        }
    }
}
