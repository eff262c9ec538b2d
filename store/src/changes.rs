//! Noticing that something was published: at once in this process, by LISTEN on PostgreSQL, by
//! `PRAGMA data_version` for other processes on the embedded database (R20).

use crate::db::{Db, Pools};
use crate::error::Result;
use domain::id::CalendarId;
use sqlx::Connection;
use sqlx::postgres::PgListener;
use std::sync::Arc;
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
pub(crate) struct Bell(Arc<watch::Sender<u64>>);

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.send_modify(|rung| *rung += 1);
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
            rung: self.bell.0.subscribe(),
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

/// Queues a wake-up for other nodes; PostgreSQL delivers it when the transaction commits.
pub(crate) async fn announce(tx: &mut crate::db::Tx, calendar: CalendarId) -> Result<()> {
    if let crate::sql::Engine::Postgres(conn) = tx.on() {
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(calendar.to_string())
            .execute(conn)
            .await?;
    }
    Ok(())
}
