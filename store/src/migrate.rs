//! Bringing the schema to this program's version.

use crate::db::{Db, Pools};
use crate::error::{Error, Result};
use sqlx::migrate::{Migration, Migrator};
use std::fs::File;
use std::path::Path;

static COMMON: Migrator = sqlx::migrate!("../migrations/common");
static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

impl Db {
    /// Applies what is missing. Processes that start together wait for one another.
    pub async fn migrate(&self) -> Result<()> {
        let is_new = self.schema_version().await? == 0;
        match &self.pools {
            Pools::Sqlite { writer, file, .. } => {
                // sqlx's own migration lock does nothing on SQLite (R20).
                let _lock = lock_beside(file).await?;
                migrations(&SQLITE).run(writer).await?;
            }
            Pools::Postgres { pool } => migrations(&POSTGRES).run(pool).await?,
        }
        if is_new {
            // What is published from now on is indexed as it is; there is nothing to catch up on.
            let mut tx = self.begin().await?;
            crate::search::mark_current(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Refuses a schema that is older or newer than this program's.
    pub async fn check_schema(&self) -> Result<()> {
        let wanted = migrations(match self.pools {
            Pools::Sqlite { .. } => &SQLITE,
            Pools::Postgres { .. } => &POSTGRES,
        })
        .iter()
        .map(|m| m.version)
        .max()
        .unwrap_or(0);
        let found = self.schema_version().await?;
        match found.cmp(&wanted) {
            std::cmp::Ordering::Less => Err(Error::Behind { found, wanted }),
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(Error::Ahead(found)),
        }
    }

    /// Number of the newest migration that the database has; 0 where it has none.
    pub async fn schema_version(&self) -> Result<i64> {
        let mut conn = self.read().await?;
        let version: std::result::Result<Option<i64>, sqlx::Error> =
            sql!(conn, scalar Option<i64>, "SELECT max(version) FROM _sqlx_migrations");
        match version {
            Ok(version) => Ok(version.unwrap_or(0)),
            Err(error) if is_missing_table(&error) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}

/// PostgreSQL has a code for it, SQLite only a sentence.
fn is_missing_table(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
    })
}

fn migrations(own: &Migrator) -> Migrator {
    let all: Vec<Migration> = COMMON.iter().chain(own.iter()).cloned().collect();
    Migrator::with_migrations(all)
}

async fn lock_beside(database: &Path) -> Result<File> {
    let path = database.with_extension("lock");
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::create(&path).map_err(|cause| Error::File {
            path: path.display().to_string(),
            cause,
        })?;
        file.lock().map_err(|cause| Error::File {
            path: path.display().to_string(),
            cause,
        })?;
        Ok(file)
    });
    locked
        .await
        .map_err(|cause| Error::Address(cause.to_string()))?
}
