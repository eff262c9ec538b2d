//! What machines ask: for now, whether the program is well.

pub mod health;

pub use health::{Health, HealthState};

use axum::routing::get;
use domain::policy::Permission;
use http::Method;
use web::route::{Route, Surface};

/// The table of this surface (R21).
pub const ROUTES: &[Route<HealthState>] = &[
    Route {
        method: Method::GET,
        path: "/healthz",
        surface: Surface::Api,
        permission: Permission::ReadHealth,
        name: "healthz",
        handler: || get(health::alive),
    },
    Route {
        method: Method::GET,
        path: "/readyz",
        surface: Surface::Api,
        permission: Permission::ReadHealth,
        name: "readyz",
        handler: || get(health::ready),
    },
];
