//! One way to search, whatever the index: what somebody typed becomes questions to the index,
//! asked from the narrowest to the widest until a page is full (`docs/decisions/0013`).

mod misses;
mod stages;
mod words;

pub use stages::{Asked, Cursor, Found};

use misses::Misses;
use std::sync::Arc;
use store::Db;
use words::Words;

/// The index of this installation. One for the whole program.
#[derive(Debug)]
pub struct Search {
    db: Db,
    words: Words,
    misses: Misses,
}

impl Search {
    /// Begins to search; must be called inside the runtime.
    pub fn start(db: Db) -> Arc<Self> {
        Arc::new(Self {
            misses: Misses::start(db.clone()),
            words: Words::default(),
            db,
        })
    }

    /// Makes the index anew where another analyser made it, or none: after an upgrade.
    pub async fn keep_current(&self) -> store::Result<()> {
        let mut conn = self.db.read().await?;
        let current = store::search::is_current(&mut conn).await?;
        drop(conn);
        if !current {
            let calendars = store::search::rebuild(&self.db).await?;
            tracing::info!(calendars, "search index made");
        }
        Ok(())
    }
}
