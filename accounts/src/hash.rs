//! Passwords as they are kept: Argon2id with 19 MiB, two passes, one lane (OWASP's floor), in PHC
//! form. Hashing is dear on purpose, so it runs aside of the runtime, and few at once: whoever sends
//! passwords as fast as they can fills a short queue and nobody's memory (security case E14).

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use web::failure::Failure;

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// Hashes at once: some 38 MiB.
const AT_ONCE: usize = 2;
/// How long somebody waits for their turn before they are asked to come back.
const PATIENCE: Duration = Duration::from_secs(5);
/// Seconds after which they may.
const COME_BACK_SECONDS: u32 = 2;

/// The hash of a password that nobody has: checked where there is no person or no password, so that
/// an unknown address takes as long as a known one (security case E10).
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$NSAvoLLpMFJe0mBMgTdpN1ps8qMrUR8BJEPqgWG02Jg";

/// Hashes and checks passwords. Cheap to clone; all clones share the queue.
#[derive(Clone, Debug)]
pub struct Hasher {
    turns: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Hasher {
    /// The hash to keep of a new password.
    pub async fn hash(&self, password: &str) -> Result<String, Failure> {
        let password = password.to_owned();
        let hashed = self.aside(move || hash(&password)).await?;
        hashed.map_err(|error| Failure::Internal(anyhow::anyhow!("hashing: {error}")))
    }

    /// Whether a password is the one that this hash was made of. Takes as long without a hash.
    pub async fn is_right(&self, password: &str, kept: Option<&str>) -> Result<bool, Failure> {
        let password = password.to_owned();
        let kept = kept.map(str::to_owned);
        self.aside(move || is_right(&password, kept.as_deref()))
            .await
    }

    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let turn = self.turn().await?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            // Given back when the memory is: a caller who has gone frees nothing.
            drop(turn);
            done
        });
        done.await
            .map_err(|error| Failure::Internal(anyhow::Error::new(error)))
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let turn = self.turns.clone().acquire_owned();
        match tokio::time::timeout(PATIENCE, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Failure::Unavailable {
                retry_after: COME_BACK_SECONDS,
            }),
        }
    }
}

fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let salt = store::random_bits().to_le_bytes();
    let hashed = argon.hash_password_with_salt(password.as_bytes(), &salt)?;
    Ok(hashed.to_string())
}

fn is_right(password: &str, kept: Option<&str>) -> bool {
    let Ok(parsed) = PasswordHash::new(kept.unwrap_or(NOBODY)) else {
        return false;
    };
    // The parameters are the stored hash's own.
    let fits = Argon2::default().verify_password(password.as_bytes(), &parsed);
    kept.is_some() && fits.is_ok()
}

/// The hash of a password, on the spot: for the command line.
pub fn hash_now(password: &str) -> anyhow::Result<String> {
    hash(password).map_err(|error| anyhow::anyhow!("hashing: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let kept = hash("길고 외우기 쉬운 문장").unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert_ne!(kept, hash("길고 외우기 쉬운 문장").unwrap(), "salted");
        assert!(is_right("길고 외우기 쉬운 문장", Some(&kept)));
        for (password, kept) in [
            ("길고 외우기 쉬운 문잔", Some(&*kept)),
            ("", Some(&kept)),
            ("길고 외우기 쉬운 문장", Some("no hash")),
            ("길고 외우기 쉬운 문장", None),
        ] {
            assert!(!is_right(password, kept), "{password:?} {kept:?}");
        }
    }

    #[test]
    fn e10_nobody_s_hash_costs_what_everybody_s_does() {
        let settings = |hash: &str| {
            hash.rsplit_once('$')
                .unwrap()
                .0
                .rsplit_once('$')
                .unwrap()
                .0
                .to_owned()
        };
        assert_eq!(settings(NOBODY), settings(&hash("x").unwrap()));
        let parsed = PasswordHash::new(NOBODY).unwrap();
        let output = parsed.hash.map(|hash| hash.len());
        assert_eq!(output, Some(32), "checked to the end");
    }

    #[tokio::test]
    async fn e14_who_waits_too_long_is_asked_to_come_back() {
        let hasher = Hasher::default();
        let taken = [hasher.turn().await.unwrap(), hasher.turn().await.unwrap()];
        tokio::time::pause();
        let refused = hasher.is_right("x", None).await;
        assert!(matches!(refused, Err(Failure::Unavailable { .. })));
        drop(taken);
        tokio::time::resume();
        assert!(!hasher.is_right("x", None).await.unwrap());
    }
}
