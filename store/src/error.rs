//! What can go wrong with a database, by situation.

/// Result of a store operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a store operation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database said no, or is away.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The schema is not the one that this program needs.
    #[error(
        "the database is at version {found}, this program needs {wanted}: run `almanac migrate`"
    )]
    Behind {
        /// Newest migration in the database.
        found: i64,
        /// Newest migration in the program.
        wanted: i64,
    },
    /// The database was brought further by a newer program.
    #[error("the database is at version {0}, newer than this program: install the newer one")]
    Ahead(i64),
    /// The address of the database cannot be used.
    #[error("database address: {0}")]
    Address(String),
    /// A file of the embedded database cannot be reached.
    #[error("{path}: {cause}")]
    File {
        /// Which file or folder.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A stored document does not read back.
    #[error("stored {what} does not read back: {cause}")]
    Damaged {
        /// Which kind of document.
        what: &'static str,
        /// What the reader said.
        cause: String,
    },
    /// A name is already taken.
    #[error("the name {0} is taken, or was used before")]
    NameTaken(String),
}

impl Error {
    /// True when the database cannot be asked just now, and asking again later may help: no
    /// connection, none free, or locked for too long.
    pub fn is_away(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            // SQLite: BUSY, CANTOPEN. PostgreSQL: shutting down, starting, too many connections.
            sqlx::Error::Database(said) => said.code().is_some_and(|code| {
                ["5", "14", "57P01", "57P02", "57P03", "53300"].contains(&&*code)
            }),
            _ => false,
        }
    }

    /// True when two transactions wanted each other's rows and this one was taken back: the same
    /// once more will do.
    pub fn is_crossed(&self) -> bool {
        let Self::Database(sqlx::Error::Database(said)) = self else {
            return false;
        };
        // PostgreSQL: deadlock_detected, serialization_failure.
        said.code()
            .is_some_and(|code| ["40P01", "40001"].contains(&&*code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_is_away_and_a_faulty_row_is_not() {
        let lost = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert!(Error::Database(sqlx::Error::Io(lost)).is_away());
        assert!(Error::Database(sqlx::Error::PoolTimedOut).is_away());
        assert!(!Error::Database(sqlx::Error::RowNotFound).is_away());
        assert!(!Error::NameTaken("kbo".into()).is_away());
    }
}
