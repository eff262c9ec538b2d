//! What the handlers need to answer a request.

use crate::health::{Health, HealthState};
use axum::extract::FromRef;
use domain::clock::Clock;
use search::Search;
use std::sync::Arc;
use store::Db;
use web::base_url::BaseUrl;
use web::limit::{API, RateLimiter};
use web::state::WebState;

/// Shared by all handlers of this surface; cheap to clone.
#[derive(Debug, Clone)]
pub struct ApiState {
    /// Where everything published is read from.
    pub db: Db,
    /// What time it is.
    pub clock: Clock,
    /// The address of this installation.
    pub base_url: BaseUrl,
    /// Where people's words are looked for.
    pub search: Arc<Search>,
    /// This node's own state.
    pub health: Arc<Health>,
    /// Who asked how often.
    pub limiter: Arc<RateLimiter>,
    /// Who left how much behind, here and on the pages.
    pub leaving: Arc<RateLimiter>,
    /// How often one browser sent tips, by its token.
    pub telling: Arc<RateLimiter>,
}

impl ApiState {
    /// The state of a surface that nobody has asked yet.
    pub fn new(health: HealthState, web: &WebState) -> Self {
        Self {
            db: health.db,
            clock: web.clock.clone(),
            base_url: web.base_url.clone(),
            search: web.search.clone(),
            health: health.health,
            limiter: Arc::new(RateLimiter::new(web.clock.clone(), API)),
            leaving: web.leaving.clone(),
            telling: web.telling.clone(),
        }
    }
}

impl FromRef<ApiState> for HealthState {
    fn from_ref(state: &ApiState) -> Self {
        Self {
            db: state.db.clone(),
            health: state.health.clone(),
        }
    }
}
