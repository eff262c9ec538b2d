//! Finding the calendar that an address names: by its slug, by a former one, or by its permanent
//! id; or the page that says that it was taken back.

use crate::catalogue::{Catalogue, calendar_path};
use crate::said::Said;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use domain::calendar::{Calendar, Visibility};
use http::{HeaderValue, StatusCode, header};
use store::Conn;
use web::failure::{Failure, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::visit::Visit;

/// A calendar that was asked for by a name.
pub(crate) enum Opened {
    /// It is here.
    Here(Catalogue, Box<Calendar>),
    /// It has another name by now, or is withdrawn: the answer.
    Elsewhere(Response),
}

/// Finds a calendar; `below` is what follows its name in the path.
pub(crate) async fn open(
    conn: &mut Conn,
    name: &str,
    visit: &Visit,
    below: &str,
) -> Result<Opened, PageFailure> {
    let found = store::calendars::find(conn, name).await?;
    let found = found.ok_or(Failure::NotFound)?;
    if found.calendar.visibility == Visibility::Withdrawn {
        let page = WithdrawnPage::build(visit, &found.calendar);
        let response = Page::refusal(StatusCode::GONE, page).into_response();
        return Ok(Opened::Elsewhere(response));
    }
    if found.alias {
        let query = visit.here.split_once('?').map(|(_, query)| query);
        let query = query.map(|q| format!("?{q}")).unwrap_or_default();
        let target = format!("{}{below}{query}", calendar_path(&found.calendar));
        return Ok(Opened::Elsewhere(moved(&target)));
    }
    let catalogue = Catalogue {
        calendars: vec![found.calendar.clone()],
    };
    Ok(Opened::Here(catalogue, Box::new(found.calendar)))
}

/// 301: the old name is never given to anybody else (R10).
fn moved(target: &str) -> Response {
    match HeaderValue::try_from(target) {
        Ok(value) => (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, value)]).into_response(),
        Err(_) => Redirect::to("/").into_response(),
    }
}

/// The page of a calendar that was taken back.
#[derive(Template)]
#[template(path = "withdrawn.html")]
struct WithdrawnPage {
    t: T,
    shell: Shell,
    title: Said,
}

impl WithdrawnPage {
    fn build(visit: &Visit, calendar: &Calendar) -> Self {
        let profile = &calendar.profile;
        Self {
            t: visit.t,
            shell: Shell::bare(visit.t, &visit.here),
            title: Said::of(&profile.title, visit.t, profile.language),
        }
    }
}
