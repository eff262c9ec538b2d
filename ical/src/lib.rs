//! iCalendar text (RFC 5545, RFC 7986) in and out; pure.

pub mod read;
pub mod show;
pub mod write;
pub mod zones;
