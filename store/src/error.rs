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
