//! `/cms/calendars/{id}/merge`: takes a calendar into another one. The page says first what will
//! happen, because this is not taken back.

use crate::calendars::{named, others};
use crate::edit::{self, Choice, actor, back, refusal, shell};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use desk::Desk;
use domain::calendar::Calendar;
use http::StatusCode;
use std::collections::BTreeSet;
use store::Conn;
use web::failure::{Failure, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::state::WebState;
use web::visit::{Segment, Visit};

/// What will happen.
struct Plan {
    into: String,
    slug: String,
    /// Events that move.
    moving: String,
    /// Events that stand in both already.
    shared: String,
    /// Addresses that will lead to the other calendar.
    names: Vec<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "cms_merge.html")]
struct MergePage {
    t: T,
    shell: Shell,
    title: String,
    home: String,
    path: String,
    into: Vec<Choice>,
    plan: Option<Plan>,
    refused: Option<String>,
}

async fn build(
    conn: &mut Conn,
    visit: &Visit,
    calendar: &Calendar,
    (into, refused): (Option<Calendar>, Option<String>),
) -> Result<MergePage, Failure> {
    let t = visit.t;
    let title = |one: &Calendar| {
        one.profile
            .title
            .pick(t.lang(), one.profile.language)
            .to_owned()
    };
    let chosen = into.as_ref().map(|into| into.profile.slug.to_string());
    let chosen = chosen.unwrap_or_default();
    let choice = |one: Calendar| {
        let slug = one.profile.slug.as_str();
        Choice::new(slug, &format!("{} ({slug})", title(&one)), &chosen)
    };
    let all = others(conn, calendar).await?;
    let plan = match into {
        None => None,
        Some(into) => {
            let own = store::events::of_calendar(conn, calendar.id).await?;
            let theirs = store::events::of_calendar(conn, into.id).await?;
            let theirs: BTreeSet<_> = theirs.iter().map(|event| event.id).collect();
            let shared = own
                .iter()
                .filter(|event| theirs.contains(&event.id))
                .count();
            let names = store::calendars::names_of(conn, &[calendar.id]).await?;
            let mut names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
            names.sort();
            names.push(calendar.public_id.to_string());
            Some(Plan {
                into: title(&into),
                slug: into.profile.slug.to_string(),
                moving: t.n("cms_merge.moving", own.len() - shared),
                shared: t.n("cms_merge.shared", shared),
                names,
            })
        }
    };
    Ok(MergePage {
        shell: shell(visit),
        title: title(calendar),
        home: format!("/cms/calendars/{}", calendar.public_id),
        path: format!("/cms/calendars/{}/merge", calendar.public_id),
        into: all.into_iter().map(choice).collect(),
        plan,
        refused,
        t,
    })
}

/// `GET /cms/calendars/{id}/merge`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    let into = visit.params.one("into")?.unwrap_or_default();
    let into = named(&mut conn, into)
        .await?
        .filter(|into| into.id != calendar.id);
    let page = build(&mut conn, &visit, &calendar, (into, None)).await?;
    Ok(Page::private(page).into_response())
}

/// `POST /cms/calendars/{id}/merge`.
pub(crate) async fn merge(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    let into = named(&mut conn, fields.one("into")).await?;
    drop(conn);
    let into = into.ok_or(Failure::NotFound)?;
    let by = actor(&staff);
    let desk = Desk::new(&web.db, &by, web.clock.now());
    match desk.merge_calendars(calendar.id, into.id).await {
        Ok(()) => Ok(back(
            &format!("/cms/calendars/{}", into.public_id),
            "merged",
        )),
        Err(error) => {
            let refused = Some(refusal(error)?.say(visit.t));
            let mut conn = web.db.read().await?;
            let page = build(&mut conn, &visit, &calendar, (Some(into), refused)).await?;
            Ok(Page::refusal(StatusCode::CONFLICT, page).into_response())
        }
    }
}
