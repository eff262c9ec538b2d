//! What the writer writes, byte by byte.
#![expect(
    clippy::unwrap_used,
    reason = "tests say what must hold; a panic is their refusal"
)]

mod calendar;
mod event;
mod forms;
mod round_trip;
mod series;
mod splice;
mod support;
mod zone;
