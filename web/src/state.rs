//! What pages need to answer a request.

use crate::base_url::BaseUrl;
use domain::clock::Clock;
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
}
