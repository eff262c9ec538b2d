//! `/cms/calendars/{id}/rename`: a place or a word that is called otherwise now, in every event of
//! a calendar. What would change is shown first.

use crate::edit::{self, Choice, actor, refusal, shell};
use crate::event::said::{Difference, differences};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use desk::{Desk, Rename};
use domain::calendar::Calendar;
use domain::caps::LINE_BYTES;
use domain::text::clean_line;
use http::StatusCode;
use jiff::Timestamp;
use store::Conn;
use web::failure::{Failure, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::{Staff, see_other};
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

/// Rows that are shown of what would change.
const SHOWN: usize = 200;

/// The page.
#[derive(Template)]
#[template(path = "cms_rename.html")]
struct RenamePage {
    t: T,
    shell: Shell,
    title: String,
    home: String,
    path: String,
    what: Vec<Choice>,
    wish: Wish,
    /// How many events would change; `None` where nothing was asked yet.
    count: Option<String>,
    any: bool,
    rows: Vec<(String, Vec<Difference>)>,
    refused: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wish {
    what: String,
    from: String,
    to: String,
}

impl Wish {
    fn new(what: &str, from: &str, to: &str) -> Self {
        Self {
            what: what.to_owned(),
            from: clean_line(from, LINE_BYTES),
            to: clean_line(to, LINE_BYTES),
        }
    }

    /// What the desk does; `None` while it is not said.
    fn rename(&self) -> Option<Rename> {
        let (from, to) = (self.from.clone(), self.to.clone());
        if from.is_empty() || to.is_empty() || from == to {
            return None;
        }
        Some(match self.what.as_str() {
            "title" => Rename::Title { from, to },
            _ => Rename::Place { from, to },
        })
    }
}

async fn build(
    conn: &mut Conn,
    visit: &Visit,
    calendar: &Calendar,
    (wish, refused): (Wish, Option<String>),
    now: Timestamp,
) -> Result<RenamePage, Failure> {
    let t = visit.t;
    let reading = Reading::new(t, &calendar.profile.zone, now);
    let mut rows = Vec::new();
    let mut count = 0;
    if let Some(rename) = wish.rename() {
        let mut events = store::events::of_calendar(conn, calendar.id).await?;
        events.sort_by_key(|event| event.id);
        for event in events {
            let patch = rename.patch(&event.body);
            if patch.is_empty() {
                continue;
            }
            count += 1;
            if rows.len() < SHOWN {
                let mut after = event.body.clone();
                patch.apply(&mut after);
                let when = reading.speak(&event.body.main.time).absolute;
                rows.push((when, differences(&event.body, &after, &reading)));
            }
        }
    }
    Ok(RenamePage {
        shell: shell(visit),
        title: calendar
            .profile
            .title
            .pick(t.lang(), calendar.profile.language)
            .to_owned(),
        home: format!("/cms/calendars/{}", calendar.public_id),
        path: format!("/cms/calendars/{}/rename", calendar.public_id),
        what: vec![
            Choice::new("place", t.s("cms_events.rename_place"), &wish.what),
            Choice::new("title", t.s("cms_events.rename_title"), &wish.what),
        ],
        count: wish.rename().map(|_| t.n("cms_events.would_change", count)),
        any: count > 0,
        wish,
        rows,
        refused,
        t,
    })
}

/// `GET /cms/calendars/{id}/rename`: what would change.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    let one = |name| visit.params.one(name).map(Option::unwrap_or_default);
    let wish = Wish::new(one("what")?, one("from")?, one("to")?);
    let page = build(&mut conn, &visit, &calendar, (wish, None), web.clock.now()).await?;
    Ok(Page::private(page).into_response())
}

/// `POST /cms/calendars/{id}/rename`.
pub(crate) async fn change(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let now = web.clock.now();
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    drop(conn);
    let wish = Wish::new(fields.one("what"), fields.one("from"), fields.one("to"));
    let by = actor(&staff);
    let desk = Desk::new(&web.db, &by, now);
    let refused = match wish.rename() {
        None => visit.t.s("cms_refused.nothing").to_owned(),
        Some(rename) => match desk.rename(calendar.id, &rename).await {
            Ok(done) if done.changed.is_empty() => visit.t.s("cms_refused.nothing").to_owned(),
            Ok(done) => {
                let (id, n) = (&calendar.public_id, done.changed.len());
                let there = format!("/cms/calendars/{id}/events?view=all");
                return Ok(see_other(&format!("{there}&batch={}&n={n}", done.batch)));
            }
            Err(error) => refusal(error)?.say(visit.t),
        },
    };
    let mut conn = web.db.read().await?;
    let page = build(&mut conn, &visit, &calendar, (wish, Some(refused)), now).await?;
    Ok(Page::refusal(StatusCode::CONFLICT, page).into_response())
}
