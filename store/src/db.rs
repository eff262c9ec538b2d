//! Opening a database and taking connections and transactions from it.

use crate::changes::Bell;
use crate::error::{Error, Result};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The embedded database in this folder.
    Embedded(PathBuf),
    /// `postgres://...`.
    Postgres(String),
}

impl Address {
    /// File of the embedded database.
    pub fn file(folder: &Path) -> PathBuf {
        folder.join("almanac.db")
    }
}

/// How long a statement waits for another process's write.
#[derive(Debug, Clone, Copy)]
pub enum Patience {
    /// A server: 2 seconds, then the caller is told to come back.
    Server,
    /// A command: 10 seconds.
    Command,
}

impl Patience {
    const fn duration(self) -> Duration {
        match self {
            Self::Server => Duration::from_secs(2),
            Self::Command => Duration::from_secs(10),
        }
    }
}

/// An open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pub(crate) pools: Pools,
    pub(crate) bell: Bell,
}

#[derive(Clone, Debug)]
pub(crate) enum Pools {
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        file: PathBuf,
    },
    Postgres {
        pool: PgPool,
    },
}

/// A connection: what every store function takes.
#[derive(Debug)]
pub enum Conn {
    /// A pooled reader of the embedded database.
    Sqlite(PoolConnection<Sqlite>),
    /// A pooled connection to PostgreSQL.
    Postgres(PoolConnection<Postgres>),
    /// Inside a transaction on the embedded database.
    SqliteTx(Transaction<'static, Sqlite>),
    /// Inside a transaction on PostgreSQL.
    PostgresTx(Transaction<'static, Postgres>),
}

/// A transaction; derefs to the connection it runs on. Dropped without [`Tx::commit`] it rolls
/// back; on error paths call [`Tx::roll_back`], because PostgreSQL only queues the ROLLBACK of a
/// dropped one.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    bell: Bell,
    /// Whether recipes or addresses change in it.
    subscriptions: bool,
}

impl std::ops::Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}
impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Db {
    /// Opens a database, making the embedded one where there is none yet. The schema is not
    /// touched: see [`Db::migrate`] and [`Db::check_schema`].
    pub async fn open(address: &Address, patience: Patience) -> Result<Self> {
        let pools = match address {
            Address::Embedded(folder) => open_sqlite(folder, patience).await?,
            Address::Postgres(url) => open_postgres(url, patience).await?,
        };
        Ok(Self {
            pools,
            bell: Bell::default(),
        })
    }

    /// A connection for reading single facts.
    pub async fn read(&self) -> Result<Conn> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => Conn::Sqlite(readers.acquire().await?),
            Pools::Postgres { pool } => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// A read-only transaction in which every statement sees the same moment (R2).
    pub async fn snapshot(&self) -> Result<Tx> {
        let conn = match &self.pools {
            Pools::Sqlite { readers, .. } => Conn::SqliteTx(readers.begin().await?),
            Pools::Postgres { pool } => Conn::PostgresTx(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            ),
        };
        Ok(Tx {
            conn,
            bell: self.bell.clone(),
            subscriptions: false,
        })
    }

    /// A transaction that writes. On SQLite it takes the write lock at once: one that begins
    /// with reading and then wants to write is refused while others write.
    pub async fn begin(&self) -> Result<Tx> {
        let conn = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                Conn::SqliteTx(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres { pool } => Conn::PostgresTx(pool.begin().await?),
        };
        Ok(Tx {
            conn,
            bell: self.bell.clone(),
            subscriptions: false,
        })
    }

    /// Which engine it is, for people.
    pub const fn engine(&self) -> &'static str {
        match self.pools {
            Pools::Sqlite { .. } => "SQLite",
            Pools::Postgres { .. } => "PostgreSQL",
        }
    }

    /// Closes all connections after their current statement.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite {
                writer, readers, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool } => pool.close().await,
        }
    }
}

impl Tx {
    /// Notes that recipes or addresses change, which this process is told at the commit.
    pub(crate) const fn touches_subscriptions(&mut self) {
        self.subscriptions = true;
    }

    /// Makes everything durable and wakes this process's readers.
    pub async fn commit(self) -> Result<()> {
        match self.conn {
            Conn::SqliteTx(tx) => tx.commit().await?,
            Conn::PostgresTx(tx) => tx.commit().await?,
            Conn::Sqlite(_) | Conn::Postgres(_) => {}
        }
        if self.subscriptions {
            self.bell.note_subscriptions();
        }
        self.bell.ring();
        Ok(())
    }

    /// Takes everything back, and waits until that is done.
    pub async fn roll_back(self) -> Result<()> {
        match self.conn {
            Conn::SqliteTx(tx) => tx.rollback().await?,
            Conn::PostgresTx(tx) => tx.rollback().await?,
            Conn::Sqlite(_) | Conn::Postgres(_) => {}
        }
        Ok(())
    }
}

fn sqlite_options(file: &Path, patience: Patience) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(patience.duration())
        .foreign_keys(true)
        // Rows come from the engine's own thread; with the default of 50 the two threads spend
        // their time waking each other.
        .row_buffer_size(1_000)
        .pragma("cache_size", "-16000")
        .pragma("temp_store", "memory")
}

async fn open_sqlite(folder: &Path, patience: Patience) -> Result<Pools> {
    std::fs::create_dir_all(folder).map_err(|cause| Error::File {
        path: folder.display().to_string(),
        cause,
    })?;
    let file = Address::file(folder);
    // FULL, not NORMAL: a power cut under NORMAL lost hundreds of acknowledged rows (R20).
    let writing = sqlite_options(&file, patience)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let wait = patience.duration();
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(wait)
        .connect_with(writing)
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(8)
        .acquire_timeout(wait)
        .connect_lazy_with(sqlite_options(&file, patience).read_only(true));
    Ok(Pools::Sqlite {
        writer,
        readers,
        file,
    })
}

async fn open_postgres(url: &str, patience: Patience) -> Result<Pools> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|cause| Error::Address(format!("not a PostgreSQL address: {cause}")))?
        .application_name("almanac");
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(patience.duration())
        .connect_with(options)
        .await?;
    Ok(Pools::Postgres { pool })
}
