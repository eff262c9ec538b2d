//! The editors' desk as pages: today's list, the queue of tips, its log, the health of calendars. What
//! decisions do is `::desk`'s; who may see what is the table's below, checked by `web::session`
//! before any handler here runs. Every page works as plain forms; scripts only make it quicker.

mod audit;
mod desk;
mod health;
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
