//! What machines ask: the JSON API for reading and for personal calendars, its description, and
//! whether the program is well. Nothing here decides about schedules.

mod answer;
mod ask;
mod calendars;
mod cursor;
mod docs;
mod events;
mod gate;
pub mod health;
pub mod openapi;
mod range;
mod search;
mod shapes;
mod state;
mod subscriptions;
mod tips;

pub use health::{Health, HealthState};
pub use state::ApiState;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, delete, get, post, put};
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

const fn personal(
    method: Method,
    path: &'static str,
    name: &'static str,
    handler: fn() -> MethodRouter<ApiState>,
) -> Route<ApiState> {
    Route {
        method,
        path,
        surface: Surface::Api,
        permission: Permission::ManageSubscription,
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
    Route {
        method: Method::POST,
        path: "/api/v1/subscriptions",
        surface: Surface::Api,
        permission: Permission::MakeSubscription,
        name: "make_subscription",
        handler: || post(subscriptions::make),
    },
    personal(
        Method::GET,
        "/api/v1/subscriptions/{token}",
        "subscription",
        || get(subscriptions::show),
    ),
    personal(
        Method::PUT,
        "/api/v1/subscriptions/{token}",
        "change_subscription",
        || put(subscriptions::change),
    ),
    personal(
        Method::DELETE,
        "/api/v1/subscriptions/{token}",
        "forget_subscription",
        || delete(subscriptions::forget),
    ),
    personal(
        Method::POST,
        "/api/v1/subscriptions/{token}/rotate",
        "rotate_subscription",
        || post(subscriptions::rotate),
    ),
    personal(
        Method::GET,
        "/api/v1/subscriptions/{token}/addresses",
        "addresses",
        || get(subscriptions::addresses),
    ),
    personal(
        Method::POST,
        "/api/v1/subscriptions/{token}/addresses",
        "add_address",
        || post(subscriptions::add_address),
    ),
    personal(
        Method::DELETE,
        "/api/v1/subscriptions/{token}/addresses/{id}",
        "revoke_address",
        || delete(subscriptions::revoke),
    ),
    Route {
        method: Method::POST,
        path: "/api/v1/tips",
        surface: Surface::Api,
        permission: Permission::SendTip,
        name: "send_tip",
        handler: || post(tips::send),
    },
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
