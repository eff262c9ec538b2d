//! Other people's schedules: reading them, matching them with what we have, and bringing the
//! difference in (R6).
//!
//! [`read`] turns bytes into drafts and names what it skipped; [`plan`] compares
//! them with what the source said before, without touching anything; [`bring_in`] does all of
//! it in one transaction. Nothing here speaks HTTP or knows a file system.

mod bring_in;
pub mod export;
mod flat;
pub mod grid;
pub mod plan;
mod reading;
pub mod table;

pub use bring_in::{Error, Import, Outcome, Removals, Target, bring_in};
pub use reading::{Format, ReadOptions, Reading, Refusal, Skipped, read, read_with};
