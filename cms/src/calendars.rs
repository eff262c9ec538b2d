//! `/cms/calendars`: all calendars of the installation, and making one.

use crate::calendar::form::{CalendarForm, Typed};
use crate::edit::{self, Errors, actor, back, done, refusal, shell};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use desk::Desk;
use domain::calendar::{Calendar, Visibility};
use domain::filter::fold;
use http::StatusCode;
use store::Conn;
use web::colors::{ColorSheet, class};
use web::failure::{Failure, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::state::WebState;
use web::visit::Visit;

/// One calendar in the list.
struct Row {
    path: String,
    title: String,
    slug: String,
    category: String,
    color: String,
    withdrawn: bool,
    sample: bool,
}

/// The list.
#[derive(Template)]
#[template(path = "cms_calendars.html")]
struct CalendarsPage {
    t: T,
    shell: Shell,
    notice: Option<&'static str>,
    text: String,
    total: String,
    rows: Vec<Row>,
}

/// The page on which one is made.
#[derive(Template)]
#[template(path = "cms_calendar_new.html")]
struct NewPage {
    t: T,
    shell: Shell,
    form: CalendarForm,
    refused: Option<String>,
}

/// `GET /cms/calendars`.
pub(crate) async fn list(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let t = visit.t;
    let mut conn = web.db.read().await?;
    let mut calendars = store::calendars::all_with_withdrawn(&mut conn).await?;
    let categories = store::categories::all(&mut conn).await?;
    let text = visit.params.one("q")?.unwrap_or_default();
    let text = domain::text::clean_line(text, 200);
    let words = fold(&text);
    let matches = |calendar: &Calendar| {
        let profile = &calendar.profile;
        let mut texts = profile.title.iter().map(|(_, title)| title);
        let slugs = [profile.slug.as_str(), profile.category.as_str()];
        let found = texts.any(|title| fold(title).contains(&words));
        found || slugs.iter().any(|slug| slug.contains(&words))
    };
    calendars.retain(|calendar| words.is_empty() || matches(calendar));
    let row = |calendar: &Calendar| {
        let profile = &calendar.profile;
        let category = categories.iter().find(|one| one.slug == profile.category);
        Row {
            path: format!("/cms/calendars/{}", calendar.public_id),
            title: profile.title.pick(t.lang(), profile.language).to_owned(),
            slug: profile.slug.to_string(),
            category: category
                .map_or(profile.category.as_str(), |one| {
                    one.title.pick(t.lang(), t.lang())
                })
                .to_owned(),
            color: class(profile.color),
            withdrawn: calendar.visibility == Visibility::Withdrawn,
            sample: profile.sample,
        }
    };
    let page = CalendarsPage {
        shell: Shell {
            colors: ColorSheet::of(calendars.iter().map(|one| one.profile.color)).address(),
            ..shell(&visit)
        },
        notice: done(&visit),
        total: t.n("cms_calendars.total", calendars.len()),
        rows: calendars.iter().map(row).collect(),
        text,
        t,
    };
    Ok(Page::private(page).into_response())
}

async fn new_page(
    conn: &mut Conn,
    visit: &Visit,
    (typed, errors): (Typed, Errors),
    refused: Option<String>,
) -> Result<NewPage, Failure> {
    Ok(NewPage {
        t: visit.t,
        shell: shell(visit),
        form: CalendarForm::build(conn, visit.t, typed, errors).await?,
        refused,
    })
}

/// `GET /cms/calendars/new`.
pub(crate) async fn fresh(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let asked = (Typed::default(), Errors::default());
    let page = new_page(&mut conn, &visit, asked, None).await?;
    Ok(Page::private(page).into_response())
}

/// `POST /cms/calendars/new`.
pub(crate) async fn make(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let t = visit.t;
    let typed = Typed::read(&fields);
    let mut errors = Errors::default();
    let mut refused = None;
    match typed.profile(None) {
        Err(faults) => {
            for (field, message) in &faults {
                errors.put(field, message, t);
            }
        }
        Ok(profile) => {
            let by = actor(&staff);
            let desk = Desk::new(&web.db, &by, web.clock.now());
            match desk.create_calendar(profile).await {
                Ok(made) => {
                    return Ok(back(&format!("/cms/calendars/{}", made.public_id), "made"));
                }
                Err(error @ desk::Error::NameTaken(_)) => {
                    errors.put("slug", &refusal(error)?, t);
                }
                Err(error) => refused = Some(refusal(error)?.say(t)),
            }
        }
    }
    let mut conn = web.db.read().await?;
    let page = new_page(&mut conn, &visit, (typed, errors), refused).await?;
    Ok(Page::refusal(StatusCode::BAD_REQUEST, page).into_response())
}

/// The calendars that one can be merged into or succeeded by: all others.
pub(crate) async fn others(conn: &mut Conn, own: &Calendar) -> Result<Vec<Calendar>, Failure> {
    let mut all = store::calendars::all_with_withdrawn(conn).await?;
    all.retain(|one| one.id != own.id);
    Ok(all)
}

/// A calendar that a form names by its short name, as of [`edit::calendar`].
pub(crate) async fn named(conn: &mut Conn, name: &str) -> Result<Option<Calendar>, Failure> {
    match edit::calendar(conn, name).await {
        Ok(found) => Ok(Some(found)),
        Err(Failure::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}
