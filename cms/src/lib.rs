//! The editors' desk. This version has no sign-in, so it has one page: a refusal that says how
//! calendars are kept meanwhile.

mod calendar;
mod calendars;
mod drafts;
mod edit;
mod entry;
mod event;
mod events;
mod history;

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use domain::policy::Permission;
use http::{HeaderValue, Method, StatusCode, header};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::route::{Route, Surface};
use web::state::WebState;
use web::visit::Visit;

/// Everything that the desk answers: its address with and without the slash.
pub const ROUTES: &[Route<WebState>] = &[
    page("/cms/", "desk"),
    page("/cms", "desk_without_slash"),
    // The pages in which calendars are kept.
    read("/cms/calendars", "cms_calendars", || get(calendars::list)),
    keep_get("/cms/calendars/new", "cms_calendar_new", || {
        get(calendars::fresh)
    }),
    keep("/cms/calendars/new", "cms_calendar_make", || {
        post(calendars::make)
    }),
    read("/cms/calendars/{id}", "cms_calendar", || {
        get(calendar::show)
    }),
    keep("/cms/calendars/{id}", "cms_calendar_change", || {
        post(calendar::change)
    }),
    keep("/cms/calendars/{id}/upkeep", "cms_upkeep", || {
        post(calendar::keep)
    }),
    keep("/cms/calendars/{id}/visibility", "cms_visibility", || {
        post(calendar::set_visibility)
    }),
    keep_get("/cms/calendars/{id}/merge", "cms_merge", || {
        get(calendar::merge::show)
    }),
    keep("/cms/calendars/{id}/merge", "cms_merge_go", || {
        post(calendar::merge::merge)
    }),
    read("/cms/calendars/{id}/events", "cms_events", || {
        get(events::show)
    }),
    publish("/cms/calendars/{id}/events", "cms_events_change", || {
        post(events::change)
    }),
    publish("/cms/batches/{id}/undo", "cms_undo_batch", || {
        post(events::undo_batch)
    }),
    read("/cms/calendars/{id}/rename", "cms_rename", || {
        get(events::rename::show)
    }),
    publish("/cms/calendars/{id}/rename", "cms_rename_go", || {
        post(events::rename::change)
    }),
    read("/cms/calendars/{id}/events/new", "cms_event_new", || {
        get(event::fresh)
    }),
    write("/cms/calendars/{id}/events/new", "cms_event_make", || {
        post(event::make)
    }),
    read("/cms/events/{id}", "cms_event", || get(event::event)),
    write("/cms/events/{id}", "cms_event_change", || {
        post(event::change)
    }),
    publish("/cms/events/{id}/remove", "cms_event_remove", || {
        post(event::remove)
    }),
    read("/cms/events/{id}/history", "cms_history", || {
        get(history::show)
    }),
    write("/cms/events/{id}/history", "cms_revert", || {
        post(history::revert)
    }),
    read("/cms/calendars/{id}/entry", "cms_entry", || {
        get(entry::show_lines)
    }),
    write("/cms/calendars/{id}/entry", "cms_entry_go", || {
        post(entry::change_lines)
    }),
    read("/cms/calendars/{id}/table", "cms_table", || {
        get(entry::show_table)
    }),
    write("/cms/calendars/{id}/table", "cms_table_go", || {
        post(entry::change_table)
    }),
    read("/cms/drafts", "cms_drafts", || get(drafts::show)),
    publish("/cms/drafts", "cms_drafts_decide", || post(drafts::decide)),
    read("/cms/drafts/{id}", "cms_draft", || get(event::draft)),
    write("/cms/drafts/{id}", "cms_draft_change", || {
        post(event::amend)
    }),
    write("/cms/drafts/{id}/decide", "cms_draft_decide", || {
        post(drafts::decide_one)
    }),
];

const fn of_desk(
    method: Method,
    (path, name): (&'static str, &'static str),
    permission: Permission,
    handler: fn() -> MethodRouter<WebState>,
) -> Route<WebState> {
    Route {
        method,
        path,
        surface: Surface::Cms,
        permission,
        name,
        handler,
    }
}

type Handler = fn() -> MethodRouter<WebState>;

/// A page for whoever changes one event at a time.
const fn read(path: &'static str, name: &'static str, handler: Handler) -> Route<WebState> {
    of_desk(Method::GET, (path, name), Permission::EditSchedule, handler)
}

/// A change of one event.
const fn write(path: &'static str, name: &'static str, handler: Handler) -> Route<WebState> {
    of_desk(
        Method::POST,
        (path, name),
        Permission::EditSchedule,
        handler,
    )
}

/// A change of many events at once.
const fn publish(path: &'static str, name: &'static str, handler: Handler) -> Route<WebState> {
    of_desk(
        Method::POST,
        (path, name),
        Permission::PublishSchedule,
        handler,
    )
}

/// A page for whoever keeps calendars.
const fn keep_get(path: &'static str, name: &'static str, handler: Handler) -> Route<WebState> {
    of_desk(
        Method::GET,
        (path, name),
        Permission::ManageCalendars,
        handler,
    )
}

/// A change of a calendar.
const fn keep(path: &'static str, name: &'static str, handler: Handler) -> Route<WebState> {
    of_desk(
        Method::POST,
        (path, name),
        Permission::ManageCalendars,
        handler,
    )
}

const fn page(path: &'static str, name: &'static str) -> Route<WebState> {
    Route {
        method: Method::GET,
        path,
        surface: Surface::Cms,
        permission: Permission::ReadPublished,
        name,
        handler: || get(show),
    }
}

/// The desk's part of the program's router, without the [edge](web::edge).
pub fn router() -> Router<WebState> {
    web::route::router(ROUTES)
}

/// The page.
#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    t: T,
    shell: Shell,
}

/// `GET /cms/`. A 401 must name a way to sign in (RFC 9110 §11.6.1); ours will be a session.
async fn show(visit: Visit) -> Response {
    let page = DeskPage {
        t: visit.t,
        shell: Shell::bare(visit.t, &visit.here),
    };
    let challenge = [(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Session realm=\"cms\""),
    )];
    let page = Page::refusal(StatusCode::UNAUTHORIZED, page);
    (challenge, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::locale::UiLang;

    #[test]
    fn the_desk_says_how_calendars_are_kept_today() {
        for ui in UiLang::ALL {
            let t = T::new(*ui);
            let shell = Shell::bare(t, "/cms/");
            let html = DeskPage { t, shell }.render().unwrap();
            assert!(html.contains(&format!("<html lang=\"{}\">", ui.as_str())));
            assert!(html.contains("--dry-run") && html.contains("--allow-removals"));
            assert!(!html.contains("desk.") && !html.contains("method="));
        }
    }

    #[tokio::test]
    async fn nobody_gets_in() {
        let visit = Visit::of(&"/cms/".parse().unwrap(), &http::HeaderMap::new()).unwrap();
        let response = show(visit).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(response.headers().contains_key(header::WWW_AUTHENTICATE));
    }
}
