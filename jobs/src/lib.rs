//! Background work: what time alone changes.
//!
//! Each kind of work is a row of `KINDS`, or of `PROMPT` where people wait for it by the second; when it is due and who is at it stands in the database,
//! so that of several nodes one does it (R23, `docs/decisions/0018`). Every kind may run on any
//! node and at any moment, and doing it twice changes nothing. Nothing here decides about schedules.

mod kinds;
mod runner;

pub use runner::{Failed, once, run};
