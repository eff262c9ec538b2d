//! What the pages of this surface share: faults beside fields, words on what was done, moments as
//! people read them, and answers that go somewhere else.

use axum::response::{IntoResponse, Response};
use domain::zone::Zone;
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use std::collections::BTreeMap;
use web::failure::Message;
use web::locale::T;
use web::page::Page;
use web::session::see_other;
use web::visit::Visit;

/// What is wrong with the fields of a form, in the reader's words.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Errors(BTreeMap<&'static str, String>);

impl Errors {
    /// One field, one fault.
    pub fn one(field: &'static str, message: &Message, t: T) -> Self {
        let mut errors = Self::default();
        errors.put(field, message, t);
        errors
    }

    /// One more; the first of a field stays.
    pub fn put(&mut self, field: &'static str, message: &Message, t: T) {
        self.0.entry(field).or_insert_with(|| message.say(t));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sentence beside a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }
}

/// 303 to a page that says what was done.
pub fn back(path: &str, done: &str) -> Response {
    see_other(&format!("{path}?done={done}"))
}

/// What was just done, in words; nothing for what we never say.
pub fn done(visit: &Visit) -> Option<&'static str> {
    let key = match visit.params.one("done").ok().flatten()? {
        "signed_out" => "account.done_signed_out",
        "named" => "account.done_named",
        "password" => "account.done_password",
        "authenticator" => "account.done_authenticator",
        "passkey" => "account.done_passkey",
        "second_forgotten" => "account.done_second_forgotten",
        "closed" => "account.done_closed",
        "invited" => "people.done_invited",
        "invited_no_mail" => "people.done_invited_no_mail",
        "not_sent" => "people.done_not_sent",
        "role" => "people.done_role",
        "shut_out" => "people.done_shut_out",
        "let_in" => "people.done_let_in",
        "signed_out_person" => "people.done_signed_out",
        "second_person" => "people.done_second",
        _ => return None,
    };
    Some(visit.t.s(key))
}

/// A page that asks to wait, with the seconds where programs look for them.
pub fn wait(seconds: u32, page: impl askama::Template) -> Response {
    let mut response = Page::refusal(StatusCode::TOO_MANY_REQUESTS, page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A form as it came back, with what is wrong beside its fields.
pub fn refused(page: impl askama::Template) -> Response {
    Page::refusal(StatusCode::BAD_REQUEST, page).into_response()
}

/// How long to wait, beside a field.
pub fn wait_message(seconds: u32) -> Message {
    Message::new("sign_in.wait").with("seconds", seconds.to_string())
}

/// A moment, to the minute: in the zone that this installation's desk works in.
pub fn moment(at: Timestamp) -> String {
    let zone = Zone::seoul();
    at.to_zoned(zone.rules().clone())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use web::locale::UiLang;

    #[test]
    fn only_what_we_say_is_said() {
        let visit = |uri: &str| Visit::of(&uri.parse().unwrap(), &HeaderMap::new()).unwrap();
        assert!(done(&visit("/account?done=named")).is_some());
        assert_eq!(done(&visit("/account?done=%3Cb%3E")), None);
        assert_eq!(done(&visit("/account")), None);
    }

    #[test]
    fn the_first_fault_of_a_field_stands() {
        let t = T::new(UiLang::En);
        let mut errors = Errors::one("email", &wait_message(3), t);
        errors.put("email", &Message::new("sign_in.wrong"), t);
        assert!(errors.of("email").unwrap().contains('3'));
        assert!(errors.of("password").is_none() && !errors.is_empty());
    }

    #[test]
    fn moments_are_told_to_the_minute() {
        let at = "2026-11-22T03:04:05Z".parse().unwrap();
        assert_eq!(moment(at), "2026-11-22 12:04");
    }
}
