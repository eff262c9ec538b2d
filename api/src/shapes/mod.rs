//! The JSON that goes out. Field names are promises: they may be added to, never changed.
//! `openapi::schemas` describes the same fields for others; a whole-program test compares them.

mod calendar;
mod event;
mod times;

pub use calendar::{CalendarItem, CalendarName, CategoryItem};
pub use event::{EventItem, Instance, event_page};
pub use times::Times;
