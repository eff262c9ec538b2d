//! What a calendar, an event, a time and a change *are*, and the rules about them.
//!
//! Pure: no I/O, no clock of its own, no randomness, no async. Everything that another part
//! decides about schedules it decides by calling a function here.

pub mod alarm;
pub mod calendar;
pub mod caps;
pub mod change;
pub mod clock;
pub mod count;
pub mod entry;
pub mod event;
pub mod expand;
pub mod filter;
pub mod id;
pub mod key;
pub mod lint;
pub mod merge;
pub mod news;
pub mod opening;
pub mod patch;
pub mod people;
pub mod policy;
pub mod proposal;
pub mod recipe;
pub mod recur;
pub mod search;
pub mod series;
pub mod tag;
pub mod text;
pub mod time;
pub mod tip;
pub mod zone;
