//! What machines ask: the JSON API for reading, its description, and whether the program is well.
//! Everything here reads; nothing decides about schedules.

mod answer;
mod ask;
mod calendars;
mod cursor;
mod docs;
mod events;
mod gate;
pub mod health;
mod limit;
pub mod openapi;
mod range;
mod search;
mod shapes;
mod state;

pub use health::{Health, HealthState};
pub use state::ApiState;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, get};
use domain::policy::Permission;
use http::Method;
use web::failure::{ApiFailure, Failure};
use web::route::{Route, Surface};

const fn read(
    path: &'static str,
    name: &'static str,
    handler: fn() -> MethodRouter<ApiState>,
) -> Route<ApiState> {
    Route {
        method: Method::GET,
        path,
        surface: Surface::Api,
        permission: Permission::ReadPublished,
        name,
        handler,
    }
}

const fn about_health(
    path: &'static str,
    name: &'static str,
    handler: fn() -> MethodRouter<ApiState>,
) -> Route<ApiState> {
    Route {
        method: Method::GET,
        path,
        surface: Surface::Api,
        permission: Permission::ReadHealth,
        name,
        handler,
    }
}

/// The table of this surface (R21).
pub const ROUTES: &[Route<ApiState>] = &[
    read("/api/v1/calendars", "calendars", || get(calendars::list)),
    read("/api/v1/calendars/{calendar}", "calendar", || {
        get(calendars::show)
    }),
    read(
        "/api/v1/calendars/{calendar}/events",
        "calendar_events",
        || get(events::of_calendar),
    ),
    read("/api/v1/calendars/{calendar}/next", "next", || {
        get(events::next)
    }),
    read("/api/v1/calendars/{calendar}/changes", "changes", || {
        get(calendars::changes)
    }),
    read("/api/v1/categories", "categories", || {
        get(calendars::categories)
    }),
    read("/api/v1/events", "events", || get(events::of_category)),
    read("/api/v1/events/{id}", "event", || get(events::show)),
    read("/api/v1/search", "search", || get(search::find)),
    read("/api/v1/openapi.json", "openapi_json", || {
        get(openapi::show)
    }),
    read("/api/docs", "docs", || get(docs::show)),
    about_health("/healthz", "healthz", || get(health::alive)),
    about_health("/readyz", "readyz", || get(health::ready)),
];

/// The surface with what stands around it. Unknown paths under `/api` and unknown methods are
/// answered as machines understand it, with a problem document.
pub fn router(state: ApiState) -> Router {
    let unknown = || any(|| async { ApiFailure(Failure::NotFound) });
    web::route::router(ROUTES)
        .method_not_allowed_fallback(|| async { ApiFailure(Failure::MethodNotAllowed) })
        .route("/api", unknown())
        .route("/api/", unknown())
        .route("/api/{*rest}", unknown())
        .layer(from_fn_with_state(state.limiter.clone(), gate::around))
        .with_state(state)
}
