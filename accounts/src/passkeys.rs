//! Passkeys as second factors (WebAuthn): what the browser is asked, and whether its answer is
//! right. What is under way is kept in the session's row, so that any server may take the answer.
//!
//! The relying party is the host of the public address. Browsers refuse addresses in numbers (R29);
//! where it is one, passkeys are not on offer.

use domain::id::PersonId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use web::base_url::BaseUrl;
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// Most passkeys of one person.
pub const MOST: i64 = 10;

/// The checker. Cheap to clone.
#[derive(Clone)]
pub struct Passkeys(Arc<Webauthn>);

/// What is under way in a session. One thing at a time: whatever begins replaces what was.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ceremony {
    /// An authenticator program was shown this secret, and owes its first code.
    Authenticator(Vec<u8>),
    /// A passkey is being made.
    Make(Box<PasskeyRegistration>),
    /// A passkey is being asked for.
    Ask(Box<PasskeyAuthentication>),
}

impl Ceremony {
    /// As it is kept.
    pub fn write(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }

    /// What [`Ceremony::write`] wrote, by this version or another.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// A passkey that was just made.
pub struct Made {
    /// The authenticator's own id for it.
    pub credential: Vec<u8>,
    /// As it is kept.
    pub document: String,
}

impl Passkeys {
    /// The checker for an installation.
    pub fn of(base: &BaseUrl) -> Option<Self> {
        let host = base.host();
        let is_number = host.parse::<std::net::IpAddr>().is_ok();
        // Browsers have passkeys on safe origins only.
        if is_number || !(base.is_https() || base.is_loopback()) {
            return None;
        }
        let origin = Url::parse(base.as_str()).ok()?;
        let built = WebauthnBuilder::new(host, &origin).ok()?;
        // On one's own computer the port that is listened on need not be the configured one.
        let built = built.allow_any_port(base.is_loopback());
        let checker = built.rp_name("Almanac").build().ok()?;
        Some(Self(Arc::new(checker)))
    }

    /// What the browser is asked when a person makes one more passkey, and what must be remembered.
    pub fn make(
        &self,
        (person, email, name): (PersonId, &str, &str),
        known: &[String],
    ) -> Option<(String, Ceremony)> {
        let known = known.iter().filter_map(|document| read(document));
        let known = known.map(|passkey| passkey.cred_id().clone()).collect();
        let (asked, state) = self
            .0
            .start_passkey_registration(person.0, email, name, Some(known))
            .ok()?;
        let asked = serde_json::to_string(&asked).ok()?;
        Some((asked, Ceremony::Make(Box::new(state))))
    }

    /// The passkey, where the browser's answer is right.
    pub fn made(&self, ceremony: &Ceremony, answer: &str) -> Option<Made> {
        let Ceremony::Make(state) = ceremony else {
            return None;
        };
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).ok()?;
        let passkey = self.0.finish_passkey_registration(&answer, state).ok()?;
        Some(Made {
            credential: passkey.cred_id().as_slice().to_vec(),
            document: serde_json::to_string(&passkey).ok()?,
        })
    }

    /// What the browser is asked when one of these passkeys is owed, and what must be remembered.
    pub fn ask(&self, known: &[String]) -> Option<(String, Ceremony)> {
        let known: Vec<Passkey> = known.iter().filter_map(|document| read(document)).collect();
        let (asked, state) = self.0.start_passkey_authentication(&known).ok()?;
        let asked = serde_json::to_string(&asked).ok()?;
        Some((asked, Ceremony::Ask(Box::new(state))))
    }

    /// Which of these passkeys the browser's answer was made with, and how it is to be kept now.
    pub fn answered(
        &self,
        ceremony: &Ceremony,
        answer: &str,
        known: &[String],
    ) -> Option<(usize, String)> {
        let Ceremony::Ask(state) = ceremony else {
            return None;
        };
        let answer: PublicKeyCredential = serde_json::from_str(answer).ok()?;
        let result = self.0.finish_passkey_authentication(&answer, state).ok()?;
        known.iter().enumerate().find_map(|(n, document)| {
            let mut passkey = read(document)?;
            passkey.update_credential(&result)?;
            Some((n, serde_json::to_string(&passkey).ok()?))
        })
    }
}

fn read(document: &str) -> Option<Passkey> {
    serde_json::from_str(document).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn of(base: &str) -> Option<Passkeys> {
        Passkeys::of(&BaseUrl::parse(base).unwrap())
    }

    #[test]
    fn passkeys_are_on_offer_where_browsers_take_them() {
        for (base, offered) in [
            ("https://almanac.example", true),
            ("https://almanac.example:8443", true),
            ("http://localhost:8080", true),
            ("http://almanac.example", false),
            ("https://192.0.2.1", false),
            ("http://127.0.0.1:8080", false),
            ("http://[::1]:8080", false),
        ] {
            assert_eq!(of(base).is_some(), offered, "{base}");
        }
    }

    #[test]
    fn what_the_browser_is_asked_names_this_installation_and_is_remembered() {
        let passkeys = of("https://almanac.example").unwrap();
        let person = PersonId(Uuid::from_u128(7));
        let (asked, ceremony) = passkeys.make((person, "ann@x.io", "Ann"), &[]).unwrap();
        let asked: serde_json::Value = serde_json::from_str(&asked).unwrap();
        assert_eq!(asked["publicKey"]["rp"]["id"], "almanac.example");
        assert!(asked["publicKey"]["challenge"].as_str().unwrap().len() >= 22);
        let again = Ceremony::read(&ceremony.write().unwrap()).unwrap();
        assert!(matches!(again, Ceremony::Make(_)));
        for answer in ["", "{}", "null", "[]", "\0"] {
            assert!(passkeys.made(&again, answer).is_none());
            assert!(passkeys.answered(&again, answer, &[]).is_none());
        }
        assert!(passkeys.ask(&[]).is_none() || passkeys.ask(&["{}".into()]).is_some());
    }
}
