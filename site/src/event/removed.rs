//! The page of an event that was taken out of its calendars: what happened, and what is near.

use super::facts::Facts;
use crate::catalogue::{CalendarLink, Catalogue};
use crate::rows::{Row, title_or_untitled};
use crate::said::Said;
use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::calendar::Calendar;
use http::StatusCode;
use jiff::Timestamp;
use store::Conn;
use store::events::Found;
use store::occurrences::{self, Shown};
use web::failure::PageFailure;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::when::Reading;

/// Coming events of its calendar that are shown instead.
const NEXT: i64 = 5;

/// A coming event with its date.
struct Next {
    date: String,
    row: Row,
}

/// The page.
#[derive(Template)]
#[template(path = "removed.html")]
pub(super) struct RemovedPage {
    t: T,
    shell: Shell,
    title: Said,
    was: String,
    removed: String,
    calendars: Vec<CalendarLink>,
    next: Vec<Next>,
}

/// The answer: 410, with the next events of its calendar.
pub(super) async fn answer(
    conn: &mut Conn,
    catalogue: &Catalogue,
    found: &Found,
    (t, shell): (T, Shell),
    now: Timestamp,
) -> Result<Response, PageFailure> {
    let next = match catalogue.calendars.first() {
        Some(calendar) => occurrences::upcoming(conn, calendar.id, now, NEXT).await?,
        None => Vec::new(),
    };
    let page = RemovedPage::build(t, shell, catalogue, found, &next, now);
    Ok(Page::refusal(StatusCode::GONE, page).into_response())
}

impl RemovedPage {
    pub(super) fn build(
        t: T,
        shell: Shell,
        catalogue: &Catalogue,
        found: &Found,
        next: &[Shown],
        now: Timestamp,
    ) -> Self {
        let calendars: &[Calendar] = &catalogue.calendars;
        let first = calendars.first();
        let primary = first.map_or(t.lang(), |c| c.profile.language);
        let reading = Facts::reading_in(first, t, now);
        let main = &found.event.body.main;
        let row = |shown: &Shown, calendar: &Calendar| Next {
            date: date_of(shown, &reading),
            row: Row::of(shown, calendar, &reading, t),
        };
        Self {
            t,
            shell: shell.unlisted(),
            title: title_or_untitled(Said::of(&main.title, t, primary), t),
            was: reading.speak(&main.time).absolute,
            removed: found
                .removed
                .map(|at| reading.instant(at))
                .unwrap_or_default(),
            calendars: calendars.iter().map(|c| CalendarLink::of(c, t)).collect(),
            next: first
                .map(|calendar| next.iter().map(|shown| row(shown, calendar)).collect())
                .unwrap_or_default(),
        }
    }
}

fn date_of(shown: &Shown, reading: &Reading) -> String {
    let days = shown.what.time.days(reading.zone());
    days.map(|(first, _)| reading.date(first))
        .unwrap_or_default()
}
