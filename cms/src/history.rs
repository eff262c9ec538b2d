//! `/cms/events/{id}/history`: every version of an event with what it changed, field by field, and
//! the way back to any of them.

use crate::edit::{self, actor, back, refusal, shell};
use crate::event::said::{Difference, differences, name, value};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use desk::{Desk, Step};
use domain::change::ChangeKind;
use http::StatusCode;
use jiff::Timestamp;
use std::collections::BTreeMap;
use web::failure::{Failure, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

/// Versions that are listed.
const STEPS: i64 = 200;

/// One version.
struct Row {
    version: i64,
    at: String,
    what: &'static str,
    by: String,
    source: String,
    changes: Vec<Difference>,
    /// What going back to it would change.
    back: Vec<Difference>,
    current: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "cms_history.html")]
struct HistoryPage {
    t: T,
    shell: Shell,
    title: String,
    home: String,
    path: String,
    seen: i64,
    removed: bool,
    refused: Option<String>,
    rows: Vec<Row>,
}

async fn build(
    web: &WebState,
    visit: &Visit,
    id: &str,
    refused: Option<String>,
) -> Result<HistoryPage, Failure> {
    let (t, now) = (visit.t, web.clock.now());
    let mut conn = web.db.read().await?;
    let found = edit::event(&mut conn, id).await?;
    let names = edit::names(&mut conn).await?;
    let calendars = store::calendars::by_ids(&mut conn, &found.calendars).await?;
    drop(conn);
    let calendar = calendars.first().ok_or(Failure::NotFound)?;
    let reading = Reading::new(t, &calendar.profile.zone, now);
    let nobody = desk::Actor::nobody(desk::ActorKind::System);
    let desk = Desk::new(&web.db, &nobody, now);
    let steps = desk.history(found.event.id, STEPS).await;
    let steps = steps.map_err(edit::failure)?;
    let body = &found.event.body;
    let row = |step: &Step| Row {
        back: differences(body, &step.body, &reading),
        current: step.version == found.event.version && found.removed.is_none(),
        ..row(step, &names, &reading)
    };
    let main = &body.main;
    Ok(HistoryPage {
        shell: shell(visit),
        title: main
            .title
            .pick(t.lang(), calendar.profile.language)
            .to_owned(),
        home: format!("/cms/events/{}", found.event.public_id),
        path: format!("/cms/events/{}/history", found.event.public_id),
        seen: found.event.version,
        removed: found.removed.is_some(),
        refused,
        rows: steps.iter().map(row).collect(),
        t,
    })
}

fn row(step: &Step, names: &BTreeMap<String, String>, reading: &Reading) -> Row {
    let t = reading.t();
    let by = step.by.clone().unwrap_or_default();
    Row {
        version: step.version,
        at: moment(step.at, reading),
        what: t.s(match step.kind {
            ChangeKind::Created => "history.created",
            ChangeKind::Rescheduled => "history.rescheduled",
            ChangeKind::Edited => "history.edited",
            ChangeKind::Cancelled => "history.cancelled",
            ChangeKind::Restored => "history.restored",
            ChangeKind::Removed => "history.removed",
            ChangeKind::Refreshed => "history.refreshed",
        }),
        by: names.get(&by).cloned().unwrap_or(by),
        source: step.source.clone().unwrap_or_default(),
        changes: step
            .changes
            .iter()
            .map(|one| Difference {
                name: name(one.field, t),
                was: value(&one.was, reading),
                is: value(&one.is, reading),
            })
            .collect(),
        back: Vec::new(),
        current: false,
    }
}

fn moment(at: Timestamp, reading: &Reading) -> String {
    reading.instant(at)
}

/// `GET /cms/events/{id}/history`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let page = build(&web, &visit, &id, None).await?;
    Ok(Page::private(page).into_response())
}

/// `POST /cms/events/{id}/history`: the event says again what it said at a version.
pub(crate) async fn revert(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let found = edit::event(&mut conn, &id).await?;
    drop(conn);
    let number = |name| {
        fields
            .one(name)
            .parse::<i64>()
            .map_err(|_| Failure::NotFound)
    };
    let (version, seen) = (number("version")?, number("seen")?);
    let by = actor(&staff);
    let desk = Desk::new(&web.db, &by, web.clock.now());
    match desk.revert_to(found.event.id, version, seen).await {
        Ok(done) => {
            let there = format!(
                "/cms/events/{}?undo={}",
                found.event.public_id, done.proposal
            );
            Ok(back(&there, "reverted"))
        }
        Err(error) => {
            let refused = refusal(error)?.say(visit.t);
            let page = build(&web, &visit, &id, Some(refused)).await?;
            Ok(Page::refusal(StatusCode::CONFLICT, page).into_response())
        }
    }
}
