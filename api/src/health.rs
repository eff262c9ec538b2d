//! `/healthz`: the process answers. `/readyz`: it can serve, and if not, which part cannot.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Db;

/// What is still to be done before this node serves.
#[derive(Debug, Default)]
pub struct Health {
    demo_loading: AtomicBool,
}

impl Health {
    /// Notes whether the demo catalogue is still being loaded.
    pub fn set_demo_loading(&self, loading: bool) {
        self.demo_loading.store(loading, Ordering::Release);
    }
}

/// What the handlers look at.
#[derive(Debug, Clone)]
pub struct HealthState {
    /// The database.
    pub db: Db,
    /// This node's own state.
    pub health: Arc<Health>,
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    /// Parts that are not, by name.
    waiting_for: Vec<&'static str>,
}

fn uncached(status: StatusCode, body: impl IntoResponse) -> Response {
    let never = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, never, body).into_response()
}

/// The process answers.
pub async fn alive() -> Response {
    uncached(StatusCode::OK, "ok\n")
}

/// 200 when this node can serve, else 503 and the parts that are missing.
pub async fn ready(State(state): State<HealthState>) -> Response {
    let mut waiting_for = Vec::new();
    match state.db.check_schema().await {
        Ok(()) => {}
        Err(store::Error::Behind { .. } | store::Error::Ahead(_)) => waiting_for.push("migrations"),
        Err(_) => waiting_for.push("database"),
    }
    if state.health.demo_loading.load(Ordering::Acquire) {
        waiting_for.push("demo");
    }
    let ready = waiting_for.is_empty();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let mut response = uncached(status, Json(Ready { ready, waiting_for }));
    if !ready {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
