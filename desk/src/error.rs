//! Why an operation at the desk was refused. Nothing has changed then.

use crate::shift::CannotShift;
use domain::calendar::{CalendarProfile, Upkeep, UpkeepError};
use domain::id::{EventId, ProposalId};
use domain::patch::Field;
use domain::proposal::{Disputed, State, Unfit};
use jiff::Timestamp;

/// Why an operation was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such proposal, event, version, calendar or category.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Somebody decided before.
    #[error("already decided: {state:?} by {by}")]
    AlreadyDecided {
        /// Who; empty where nobody noted it.
        by: String,
        /// How.
        state: State,
    },
    /// Somebody else works on it.
    #[error("{by} works on it until {until}")]
    Held {
        /// Who.
        by: String,
        /// Until when others keep off.
        until: Timestamp,
    },
    /// The proposal's state does not allow the step.
    #[error("not possible while it is {state:?}")]
    NotNow {
        /// Where it stands.
        state: State,
    },
    /// Somebody changed the same fields since, and something else is wanted now.
    #[error("changed since by somebody else: {}", names(.0))]
    Clash(Vec<Disputed>),
    /// Somebody amended the draft since it was read.
    #[error("somebody amended it since: it is at edition {edition}")]
    Amended {
        /// Its edition now.
        edition: i64,
    },
    /// Somebody changed the calendar since it was read.
    #[error("somebody changed the calendar since")]
    CalendarChanged(Box<CalendarProfile>),
    /// Somebody changed how the calendar is kept since it was read.
    #[error("somebody changed how the calendar is kept since")]
    UpkeepChanged(Box<Upkeep>),
    /// How a calendar would be kept cannot be.
    #[error(transparent)]
    Upkeep(#[from] UpkeepError),
    /// The calendars would succeed one another for ever.
    #[error("the calendars would succeed one another in a circle")]
    Circle,
    /// The event is not published any more.
    #[error("the event has been removed")]
    Gone,
    /// There is nothing to do.
    #[error("nothing would change")]
    Nothing,
    /// It was taken back before.
    #[error("it was taken back already")]
    AlreadyUndone {
        /// By which proposal.
        by: ProposalId,
    },
    /// The result cannot be published.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The event cannot be moved in time like that.
    #[error(transparent)]
    CannotShift(#[from] CannotShift),
    /// A bulk operation is refused because of one event.
    #[error("{cause}")]
    OfEvent {
        /// Which event.
        event: EventId,
        /// Why.
        cause: Box<Error>,
    },
    /// A name in an address is taken, or was used before.
    #[error("the short name {0} is taken, or was used before")]
    NameTaken(String),
    /// The database failed.
    #[error(transparent)]
    Store(store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NameTaken(name) => Self::NameTaken(name),
            error => Self::Store(error),
        }
    }
}

impl Error {
    /// The database's failure, if that is what it is; a refusal otherwise.
    pub(crate) fn refusal(self) -> Result<Self, Self> {
        match self {
            Self::Store(_) => Err(self),
            refusal => Ok(refusal),
        }
    }

    /// The fields on which a clash stands.
    pub fn disputed(&self) -> &[Disputed] {
        match self {
            Self::Clash(disputed) => disputed,
            Self::OfEvent { cause, .. } => cause.disputed(),
            _ => &[],
        }
    }
}

fn names(disputed: &[Disputed]) -> String {
    let names = disputed.iter().map(|one| Field::as_str(one.field));
    names.collect::<Vec<_>>().join(", ")
}
