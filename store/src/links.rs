//! Events that belong together: the opening of a sale and the concert, two games of one day, what
//! was suspended and what resumes it.

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use domain::id::EventId;
use uuid::Uuid;

/// How one event belongs to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The first opens the sale or the registration for the second.
    Opens,
    /// Both are played on one day, the first before the second.
    Doubleheader,
    /// The first was suspended, the second resumes it.
    Resumes,
}

impl Kind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[Self::Opens, Self::Doubleheader, Self::Resumes];

    /// The stored and public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opens => "opens",
            Self::Doubleheader => "doubleheader",
            Self::Resumes => "resumes",
        }
    }

    /// Reads a stored or public word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// Two events that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link {
    /// The earlier or opening one.
    pub a: EventId,
    /// The later or opened one.
    pub b: EventId,
    /// How they belong together.
    pub kind: Kind,
}

/// Links two events. False when they were linked so before.
pub async fn link(tx: &mut Tx, link: Link) -> Result<bool> {
    let added = sql!(
        tx,
        execute,
        "INSERT INTO event_link (a, b, kind) VALUES ($1, $2, $3)
         ON CONFLICT (a, b, kind) DO NOTHING",
        link.a.0,
        link.b.0,
        link.kind.as_str()
    )?;
    Ok(added == 1)
}

/// Takes a link away. False when there was none.
pub async fn unlink(tx: &mut Tx, link: Link) -> Result<bool> {
    let gone = sql!(
        tx,
        execute,
        "DELETE FROM event_link WHERE a = $1 AND b = $2 AND kind = $3",
        link.a.0,
        link.b.0,
        link.kind.as_str()
    )?;
    Ok(gone == 1)
}

/// All links of an event, whichever end it is.
pub async fn links_of(conn: &mut Conn, event: EventId) -> Result<Vec<Link>> {
    let rows = sql!(
        conn,
        all(Uuid, Uuid, String),
        "SELECT a, b, kind FROM event_link WHERE a = $1 OR b = $1 ORDER BY a, b",
        event.0
    )?;
    rows.into_iter()
        .map(|(a, b, kind)| {
            let damaged = || Error::Damaged {
                what: "event link",
                cause: kind.clone(),
            };
            Ok(Link {
                a: EventId(a),
                b: EventId(b),
                kind: Kind::parse(&kind).ok_or_else(damaged)?,
            })
        })
        .collect()
}
