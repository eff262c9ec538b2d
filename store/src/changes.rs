//! Noticing that something was published: at once in this process, by LISTEN on PostgreSQL, by
//! `PRAGMA data_version` for other processes on the embedded database (R20).

use crate::db::{Db, Pools};
use crate::error::Result;
use domain::id::CalendarId;
use sqlx::Connection;
use sqlx::postgres::PgListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Channel of PostgreSQL notifications; the payload is a calendar's id.
pub(crate) const CHANNEL: &str = "almanac_change";

/// How often another process's write to the embedded database is looked for.
const FILE_POLL: Duration = Duration::from_millis(100);
/// How often revisions are compared even though nothing was heard: a lost wake-up costs a second.
const SAFETY_POLL: Duration = Duration::from_secs(1);

/// Rings in this process when a transaction has committed.
#[derive(Clone, Default, Debug)]
pub(crate) struct Bell {
    rung: Arc<watch::Sender<u64>>,
    /// How often personal calendars have changed, as far as this process knows.
    subscriptions: Arc<AtomicU64>,
}

impl Bell {
    pub(crate) fn ring(&self) {
        self.rung.send_modify(|rung| *rung += 1);
    }

    pub(crate) fn note_subscriptions(&self) {
        self.subscriptions.fetch_add(1, Ordering::Release);
    }
}

/// Waits for changes. One reader each: make as many as there are readers.
#[derive(Debug)]
pub struct Watch {
    db: Db,
    rung: watch::Receiver<u64>,
    ear: Ear,
}

#[derive(Debug)]
enum Ear {
    Sqlite {
        conn: Option<sqlx::SqliteConnection>,
        seen: i64,
    },
    Postgres {
        listener: Option<Box<PgListener>>,
    },
}

impl Db {
    /// Another number after each commit that changed personal calendars: what is remembered of
    /// them under an earlier number has to be looked up again. Commits of other processes count
    /// once [`Db::subscriptions_changed_elsewhere`] was told.
    pub fn subscriptions_seen(&self) -> u64 {
        self.bell.subscriptions.load(Ordering::Acquire)
    }

    /// Says that another process has changed personal calendars.
    pub fn subscriptions_changed_elsewhere(&self) {
        self.bell.note_subscriptions();
    }

    /// A watch that begins now.
    pub fn watch(&self) -> Watch {
        let ear = match self.pools {
            Pools::Sqlite { .. } => Ear::Sqlite {
                conn: None,
                seen: -1,
            },
            Pools::Postgres { .. } => Ear::Postgres { listener: None },
        };
        Watch {
            rung: self.bell.rung.subscribe(),
            db: self.clone(),
            ear,
        }
    }
}

impl Watch {
    /// Returns when something may have changed, at the latest after a second or so. Errors are
    /// not reported: a database that is away is a reason to look again later, which the caller
    /// does anyway.
    pub async fn changed(&mut self) {
        tokio::select! {
            _ = self.rung.changed() => {}
            () = self.ear.heard(&self.db.pools) => {}
        }
    }
}

impl Ear {
    async fn heard(&mut self, pools: &Pools) {
        match (self, pools) {
            (Self::Sqlite { conn, seen }, Pools::Sqlite { readers, .. }) => {
                let mut quiet = Duration::ZERO;
                while quiet < SAFETY_POLL {
                    tokio::time::sleep(FILE_POLL).await;
                    quiet += FILE_POLL;
                    match data_version(conn, readers).await {
                        Ok(version) if version != *seen => {
                            *seen = version;
                            return;
                        }
                        Ok(_) => {}
                        Err(_) => *conn = None,
                    }
                }
            }
            (Self::Postgres { listener }, Pools::Postgres { pool }) => {
                let heard = tokio::time::timeout(SAFETY_POLL, notification(listener, pool)).await;
                if matches!(heard, Ok(Err(_))) {
                    *listener = None;
                    tokio::time::sleep(SAFETY_POLL).await;
                }
            }
            _ => tokio::time::sleep(SAFETY_POLL).await,
        }
    }
}

/// Moves whenever another connection has committed. The number means something only within one
/// connection, so this one is kept.
async fn data_version(
    conn: &mut Option<sqlx::SqliteConnection>,
    readers: &sqlx::SqlitePool,
) -> Result<i64> {
    if conn.is_none() {
        let options = readers.connect_options();
        *conn = Some(sqlx::SqliteConnection::connect_with(options.as_ref()).await?);
    }
    match conn {
        Some(conn) => Ok(sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(conn)
            .await?),
        None => Ok(-1),
    }
}

async fn notification(listener: &mut Option<Box<PgListener>>, pool: &sqlx::PgPool) -> Result<()> {
    if listener.is_none() {
        let mut fresh = PgListener::connect_with(pool).await?;
        fresh.listen(CHANNEL).await?;
        *listener = Some(Box::new(fresh));
    }
    if let Some(listener) = listener {
        listener.recv().await?;
    }
    Ok(())
}

/// What is announced instead of a calendar's id when personal calendars changed.
const SUBSCRIPTIONS: &str = "subscriptions";

/// Queues a wake-up for other nodes; PostgreSQL delivers it when the transaction commits.
pub(crate) async fn announce(tx: &mut crate::db::Tx, calendar: CalendarId) -> Result<()> {
    tell(tx, &calendar.to_string()).await
}

/// The same for recipes and addresses.
pub(crate) async fn announce_subscriptions(tx: &mut crate::db::Tx) -> Result<()> {
    tell(tx, SUBSCRIPTIONS).await
}

async fn tell(tx: &mut crate::db::Tx, what: &str) -> Result<()> {
    if let crate::sql::Engine::Postgres(conn) = tx.on() {
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(what)
            .execute(conn)
            .await?;
    }
    Ok(())
}
