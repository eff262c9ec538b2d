//! The editors' desk as pages: today's list, the queue of tips, its log, the health of calendars, and the pages in which
//! calendars and events are kept. What decisions do is `::desk`'s; who may see what is the table's below, checked by `web::session`
//! before any handler here runs. Every page works as plain forms; scripts only make it quicker.

mod audit;
mod calendar;
mod calendars;
mod desk;
mod drafts;
mod edit;
mod entry;
mod event;
mod events;
mod health;
mod history;
mod item;
mod queue;
mod uploads;

use axum::Router;
use axum::routing::{MethodRouter, get, post};
use domain::policy::Permission;
use http::Method;
use web::route::{Route, Surface};
use web::state::WebState;

/// Everything that the desk answers: its address with and without the slash.
pub const ROUTES: &[Route<WebState>] = &[
    // Today, the queue, uploads, the log and the health of calendars.
    read("/cms/", Permission::ReadDesk, "desk", || get(desk::show)),
    read("/cms", Permission::ReadDesk, "desk_without_slash", || {
        get(desk::show)
    }),
    read("/cms/tips", Permission::DecideTips, "queue", || {
        get(queue::show)
    }),
    write("/cms/tips", Permission::DecideTips, "queue_decide", || {
        post(queue::decide)
    }),
    write(
        "/cms/tips/undo",
        Permission::DecideTips,
        "queue_undo",
        || post(queue::undo),
    ),
    read(
        "/cms/tips/{proposal}",
        Permission::DecideTips,
        "item",
        || get(item::show),
    ),
    write(
        "/cms/tips/{proposal}",
        Permission::DecideTips,
        "item_decide",
        || post(item::decide::send),
    ),
    read(
        "/cms/uploads/{id}",
        Permission::DecideTips,
        "upload",
        || get(uploads::show),
    ),
    read("/cms/audit", Permission::ReadAudit, "audit", || {
        get(audit::show)
    }),
    read("/cms/health", Permission::ReadDesk, "health", || {
        get(health::show)
    }),
    // The pages in which calendars are kept.
    read(
        "/cms/calendars",
        Permission::EditSchedule,
        "cms_calendars",
        || get(calendars::list),
    ),
    read(
        "/cms/calendars/new",
        Permission::ManageCalendars,
        "cms_calendar_new",
        || get(calendars::fresh),
    ),
    write(
        "/cms/calendars/new",
        Permission::ManageCalendars,
        "cms_calendar_make",
        || post(calendars::make),
    ),
    read(
        "/cms/calendars/{id}",
        Permission::EditSchedule,
        "cms_calendar",
        || get(calendar::show),
    ),
    write(
        "/cms/calendars/{id}",
        Permission::ManageCalendars,
        "cms_calendar_change",
        || post(calendar::change),
    ),
    write(
        "/cms/calendars/{id}/upkeep",
        Permission::ManageCalendars,
        "cms_upkeep",
        || post(calendar::keep),
    ),
    write(
        "/cms/calendars/{id}/visibility",
        Permission::ManageCalendars,
        "cms_visibility",
        || post(calendar::set_visibility),
    ),
    read(
        "/cms/calendars/{id}/merge",
        Permission::ManageCalendars,
        "cms_merge",
        || get(calendar::merge::show),
    ),
    write(
        "/cms/calendars/{id}/merge",
        Permission::ManageCalendars,
        "cms_merge_go",
        || post(calendar::merge::merge),
    ),
    read(
        "/cms/calendars/{id}/events",
        Permission::EditSchedule,
        "cms_events",
        || get(events::show),
    ),
    write(
        "/cms/calendars/{id}/events",
        Permission::PublishSchedule,
        "cms_events_change",
        || post(events::change),
    ),
    write(
        "/cms/batches/{id}/undo",
        Permission::PublishSchedule,
        "cms_undo_batch",
        || post(events::undo_batch),
    ),
    read(
        "/cms/calendars/{id}/rename",
        Permission::EditSchedule,
        "cms_rename",
        || get(events::rename::show),
    ),
    write(
        "/cms/calendars/{id}/rename",
        Permission::PublishSchedule,
        "cms_rename_go",
        || post(events::rename::change),
    ),
    read(
        "/cms/calendars/{id}/events/new",
        Permission::EditSchedule,
        "cms_event_new",
        || get(event::fresh),
    ),
    write(
        "/cms/calendars/{id}/events/new",
        Permission::EditSchedule,
        "cms_event_make",
        || post(event::make),
    ),
    read(
        "/cms/events/{id}",
        Permission::EditSchedule,
        "cms_event",
        || get(event::event),
    ),
    write(
        "/cms/events/{id}",
        Permission::EditSchedule,
        "cms_event_change",
        || post(event::change),
    ),
    write(
        "/cms/events/{id}/remove",
        Permission::PublishSchedule,
        "cms_event_remove",
        || post(event::remove),
    ),
    read(
        "/cms/events/{id}/history",
        Permission::EditSchedule,
        "cms_history",
        || get(history::show),
    ),
    write(
        "/cms/events/{id}/history",
        Permission::EditSchedule,
        "cms_revert",
        || post(history::revert),
    ),
    read(
        "/cms/calendars/{id}/entry",
        Permission::EditSchedule,
        "cms_entry",
        || get(entry::show_lines),
    ),
    write(
        "/cms/calendars/{id}/entry",
        Permission::EditSchedule,
        "cms_entry_go",
        || post(entry::change_lines),
    ),
    read(
        "/cms/calendars/{id}/table",
        Permission::EditSchedule,
        "cms_table",
        || get(entry::show_table),
    ),
    write(
        "/cms/calendars/{id}/table",
        Permission::EditSchedule,
        "cms_table_go",
        || post(entry::change_table),
    ),
    read(
        "/cms/drafts",
        Permission::EditSchedule,
        "cms_drafts",
        || get(drafts::show),
    ),
    write(
        "/cms/drafts",
        Permission::PublishSchedule,
        "cms_drafts_decide",
        || post(drafts::decide),
    ),
    read(
        "/cms/drafts/{id}",
        Permission::EditSchedule,
        "cms_draft",
        || get(event::draft),
    ),
    write(
        "/cms/drafts/{id}",
        Permission::EditSchedule,
        "cms_draft_change",
        || post(event::amend),
    ),
    write(
        "/cms/drafts/{id}/decide",
        Permission::EditSchedule,
        "cms_draft_decide",
        || post(drafts::decide_one),
    ),
];

type Handler = fn() -> MethodRouter<WebState>;

const fn read(
    path: &'static str,
    permission: Permission,
    name: &'static str,
    handler: Handler,
) -> Route<WebState> {
    route(Method::GET, path, permission, name, handler)
}

const fn write(
    path: &'static str,
    permission: Permission,
    name: &'static str,
    handler: Handler,
) -> Route<WebState> {
    route(Method::POST, path, permission, name, handler)
}

const fn route(
    method: Method,
    path: &'static str,
    permission: Permission,
    name: &'static str,
    handler: Handler,
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

/// The desk's part of the program's router, without the [edge](web::edge).
pub fn router() -> Router<WebState> {
    web::route::router(ROUTES)
}
