//! Fast entry: `/cms/calendars/{id}/entry` takes lines, `/cms/calendars/{id}/table` a pasted table.
//! What was understood is shown before anything is kept; it is kept as drafts, or published.
//!
//! What a line means is `domain::entry`'s, what a table means is `ingest::grid`'s.

mod known;
mod lines;
mod table;

pub(crate) use lines::{change as change_lines, show as show_lines};
pub(crate) use table::{change as change_table, show as show_table};

use crate::edit::{actor, back};
use axum::response::Response;
use desk::{Decision, Desk, Error, Take};
use domain::calendar::Calendar;
use domain::event::EventBody;
use domain::proposal::Aim;
use jiff::Timestamp;
use web::session::{Staff, see_other};
use web::state::WebState;

/// What becomes of events that were understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// They are kept as drafts.
    Kept,
    /// They are published now.
    Published,
}

/// Keeps or publishes events; the answer leads to where they are.
async fn keep(
    web: &WebState,
    (staff, calendar): (&Staff, &Calendar),
    bodies: Vec<EventBody>,
    (fate, now): (Fate, Timestamp),
) -> Result<Response, Error> {
    let by = actor(staff);
    let desk = Desk::new(&web.db, &by, now);
    let id = &calendar.public_id;
    let n = bodies.len();
    if let (Fate::Published, [body]) = (fate, bodies.as_slice()) {
        let done = desk.create(calendar.id, body.clone()).await?;
        let there = format!("/cms/calendars/{id}/events?undo={}", done.proposal);
        return Ok(back(&there, "published"));
    }
    let aims = bodies
        .into_iter()
        .map(|body| (Aim::Create(Box::new(body)), None));
    let ids = desk.draft_all(calendar.id, aims.collect()).await?;
    if fate == Fate::Kept {
        return Ok(see_other(&format!("/cms/drafts?calendar={id}&n={n}")));
    }
    let report = desk
        .decide_all(&ids, &Decision::Accept(Take::Whole))
        .await?;
    let (batch, done) = (report.batch, report.done());
    Ok(see_other(&format!(
        "/cms/calendars/{id}/events?batch={batch}&n={done}"
    )))
}
