//! Personal calendars for people (R16): making one, and the page that manages it. Whoever knows a
//! page's address may do what it does, so these pages are kept by no cache, listed by no search
//! engine, and name no referrer; the edge sees to that for every path below `/my/`. Reading one of
//! them changes nothing: mail scanners and previews of links open what they find.

pub(crate) mod access;
pub(crate) mod add;
mod choices;
pub(crate) mod entry;
mod groups;
pub(crate) mod page;
pub(crate) mod pick;
pub(crate) mod report;
pub(crate) mod start;

use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, header};
use std::collections::BTreeMap;
use store::Conn;
use web::cache::Cache;
use web::failure::{Failure, Message};
use web::layout::Shell;
use web::locale::T;
use web::personal::page_path;
use web::state::WebState;
use web::visit::{Visit, cookie};

/// Name of the cookie in which a browser keeps the manage key (with `__Host-` before it over https).
const KEY_COOKIE: &str = "my";
/// As long as browsers keep any cookie.
const COOKIE_SECONDS: u32 = 400 * 24 * 3600;

/// What is wrong with the fields of a form, in the reader's words.
#[derive(Debug, Default)]
struct Errors(BTreeMap<&'static str, String>);

impl Errors {
    fn put(&mut self, field: &'static str, message: &Message, t: T) {
        self.0.entry(field).or_insert_with(|| message.say(t));
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sentence beside a field.
    fn of(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }
}

/// The layout of a page whose address is a secret; `here` is where the language switch comes back
/// to.
fn shell(visit: &Visit, here: &str) -> Shell {
    Shell::bare(visit.t, here)
}

/// 303 to a page that says what was done.
fn back(path: &str, done: &str) -> Response {
    let mut response = Redirect::to(&format!("{path}?done={done}")).into_response();
    let no_store = Cache::Never.value();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

/// What was just done, in words; nothing for what we never say.
fn done(visit: &Visit) -> Option<&'static str> {
    let key = match visit.params.one("done").ok().flatten()? {
        "made" => "my.done_made",
        "saved" => "my.done_saved",
        "added" => "my.done_added",
        "removed" => "my.done_removed",
        "shown" => "my.done_shown",
        "hidden" => "my.done_hidden",
        "address" => "my.done_address",
        "revoked" => "my.done_revoked",
        "rotated" => "my.done_rotated",
        "remembered" => "my.done_remembered",
        "deleted" => "my.done_deleted",
        _ => return None,
    };
    Some(visit.t.s(key))
}

/// The key that this browser keeps, if it still opens something.
async fn kept_key(conn: &mut Conn, headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(key) = cookie(headers, KEY_COOKIE).filter(|key| !key.is_empty()) else {
        return Ok(None);
    };
    match web::personal::open(conn, key).await {
        Ok(_) => Ok(Some(key.to_owned())),
        Err(Failure::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Lets the browser keep a key.
fn remember(response: &mut Response, key: &str, web: &WebState) {
    set_cookie(response, key, COOKIE_SECONDS, web);
}

/// Lets the browser forget it.
fn forget(response: &mut Response, web: &WebState) {
    set_cookie(response, "", 0, web);
}

fn set_cookie(response: &mut Response, key: &str, seconds: u32, web: &WebState) {
    let cookie = key_cookie(key, seconds, web.base_url.is_https());
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Not for scripts; sent when a link leads here, so that `/my` knows its reader, but with no form
/// of another site.
fn key_cookie(key: &str, seconds: u32, https: bool) -> String {
    let (prefix, secure) = if https {
        ("__Host-", "; Secure")
    } else {
        ("", "")
    };
    format!("{prefix}{KEY_COOKIE}={key}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// The path of the page about one chosen calendar.
fn pick_path(token: &str, calendar: &domain::id::PublicId) -> String {
    format!("{}/calendars/{calendar}", page_path(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_s_cookie_is_out_of_reach_of_scripts_and_of_other_sites_forms() {
        let cookie = key_cookie("k", 5, true);
        assert_eq!(
            cookie,
            "__Host-my=k; Path=/; Max-Age=5; HttpOnly; SameSite=Lax; Secure"
        );
        assert!(!key_cookie("k", 5, false).contains("Secure"));
    }

    #[test]
    fn only_what_we_say_is_said() {
        let visit = |uri: &str| Visit::of(&uri.parse().unwrap(), &HeaderMap::new()).unwrap();
        assert!(done(&visit("/my/x?done=saved")).is_some());
        assert_eq!(done(&visit("/my/x?done=%3Cb%3E")), None);
        assert_eq!(done(&visit("/my/x")), None);
    }
}
