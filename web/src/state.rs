//! What pages need to answer a request.

use crate::base_url::BaseUrl;
use crate::kept::Kept;
use crate::limit::RateLimiter;
use domain::clock::Clock;
use search::Search;
use std::sync::Arc;
use store::Db;

/// Shared by all handlers of the page surfaces; cheap to clone.
#[derive(Clone)]
pub struct WebState {
    /// Where everything published is read from.
    pub db: Db,
    /// What time it is.
    pub clock: Clock,
    /// The address of this installation.
    pub base_url: BaseUrl,
    /// Where people's words are looked for.
    pub search: Arc<Search>,
    /// Pictures and lists that are dear to make.
    pub kept: Kept,
    /// Who left how much behind: personal calendars, reports.
    pub leaving: Arc<RateLimiter>,
    /// How often one browser sent tips, by its token.
    pub telling: Arc<RateLimiter>,
}
