//! What the pages of this surface need besides what all pages need.

use crate::hash::Hasher;
use crate::mail::Mailer;
use crate::passkeys::Passkeys;
use axum::extract::FromRef;
use web::state::WebState;

/// Shared by all handlers here; cheap to clone.
#[derive(Clone)]
pub struct AccountsState {
    /// What all pages need.
    pub web: WebState,
    /// Where passwords are hashed.
    pub hasher: Hasher,
    /// Where mail goes out.
    pub mail: Mailer,
    /// Who checks passkeys; none where the public address is not a name.
    pub(crate) passkeys: Option<Passkeys>,
}

impl AccountsState {
    /// The state for an installation.
    pub fn new(web: WebState, mail: Mailer) -> Self {
        Self {
            passkeys: Passkeys::of(&web.base_url),
            hasher: Hasher::default(),
            web,
            mail,
        }
    }
}

impl FromRef<AccountsState> for WebState {
    fn from_ref(state: &AccountsState) -> Self {
        state.web.clone()
    }
}
