//! Tips for people: the form that tells the desk what is wrong or missing, the reporter's own page,
//! and the calendars that people wish for. Everything works without scripts; with one, a browser
//! does a little work that speaks for the tip. A receipt's address is a secret: such pages are kept
//! by no cache, listed by no search engine, and name no referrer; the edge sees to that.

mod about;
mod compose;
mod difference;
pub(crate) mod form;
mod image;
pub(crate) mod receipt;
mod sent;
pub(crate) mod wishes;

use axum::response::{IntoResponse, Redirect, Response};
use domain::calendar::Calendar;
use domain::tip::seal::Keys;
use domain::tip::trust::Token;
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use std::collections::BTreeMap;
use web::cache::Cache;
use web::colors::ColorSheet;
use web::failure::Failure;
use web::layout::Shell;
use web::locale::T;
use web::state::WebState;
use web::tips::Desk;
use web::visit::{Visit, cookie};

/// Name of the cookie in which a browser keeps what it is trusted with (with `__Host-` before it
/// over https).
const TRUST_COOKIE: &str = "tips";
/// As long as browsers keep any cookie.
const COOKIE_SECONDS: u32 = 400 * 24 * 3600;
/// The field that people do not see.
const TRAP: &str = "homepage";

/// What is wrong with the fields of a form, in the reader's words.
#[derive(Debug, Default)]
struct Errors(BTreeMap<String, String>);

impl Errors {
    /// The faults of a failure, by the form's own names; `None` where it has none to show.
    fn of(failure: &Failure, t: T) -> Option<Self> {
        match failure {
            Failure::Invalid(_) | Failure::Stale(_) => {}
            _ => return None,
        }
        let mut errors = Self::default();
        for one in failure.errors(t) {
            errors
                .0
                .entry(form_name(&one.field).to_owned())
                .or_insert(one.message);
        }
        Some(errors)
    }

    /// The sentence beside a field.
    fn at(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }
}

/// Where a fault is shown.
fn form_name(field: &str) -> &str {
    match field.strip_prefix("changes.").unwrap_or(field) {
        "start" | "date" => "date",
        "end" => "end",
        "all_day" => "all_day",
        "status" => "off",
        own @ ("title" | "place" | "url" | "note" | "evidence_url" | "image") => own,
        _ => "form",
    }
}

fn desk(web: &WebState) -> Desk<'_> {
    Desk {
        db: &web.db,
        clock: &web.clock,
        leaving: &web.leaving,
        telling: &web.telling,
    }
}

/// What this browser is trusted with, if it keeps anything of ours.
fn token(headers: &HeaderMap, keys: &Keys, now: Timestamp) -> Option<Token> {
    cookie(headers, TRUST_COOKIE).and_then(|text| Token::open(text, keys, now))
}

/// Lets the browser keep it.
fn keep_token(response: &mut Response, token: &Token, keys: &Keys, web: &WebState) {
    let cookie = trust_cookie(&token.sealed(keys), web.base_url.is_https());
    if let Ok(value) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Not for scripts, and not for other sites' forms.
fn trust_cookie(text: &str, https: bool) -> String {
    let (prefix, secure) = if https {
        ("__Host-", "; Secure")
    } else {
        ("", "")
    };
    format!(
        "{prefix}{TRUST_COOKIE}={text}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; \
         SameSite=Lax{secure}"
    )
}

/// The keys of this installation.
async fn keys_of(web: &WebState) -> Result<Keys, Failure> {
    web::tips::keys(&web.db).await
}

/// The layout of a page that search engines shall not list; `here` is where the language switch
/// comes back to.
fn shell(visit: &Visit, here: &str, calendar: Option<&Calendar>) -> Shell {
    Shell {
        colors: ColorSheet::of(calendar.map(|c| c.profile.color)).address(),
        ..Shell::bare(visit.t, here)
    }
}

/// 303 to a page that says what was done.
fn to(path: &str) -> Response {
    let mut response = Redirect::to(path).into_response();
    let no_store = Cache::Never.value();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::failure::Message;
    use web::locale::UiLang;

    #[test]
    fn the_trust_cookie_is_out_of_reach_of_scripts_and_of_other_sites_forms() {
        let cookie = trust_cookie("x", true);
        for part in [
            "__Host-tips=x; Path=/",
            "HttpOnly",
            "SameSite=Lax",
            "Secure",
        ] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!trust_cookie("x", false).contains("Secure"));
    }

    #[test]
    fn faults_stand_where_the_form_has_their_field() {
        for (field, want) in [
            ("changes.start", "date"),
            ("changes.end", "end"),
            ("changes.title", "title"),
            ("evidence_url", "evidence_url"),
            ("changes", "form"),
            ("recurrence_id", "form"),
            ("event", "form"),
        ] {
            assert_eq!(form_name(field), want);
        }
        let failure = Failure::invalid("changes.start", Message::new("tips.wrong_needed"));
        let errors = Errors::of(&failure, T::new(UiLang::En)).unwrap();
        assert!(errors.at("date").is_some() && errors.at("end").is_none());
        assert!(Errors::of(&Failure::NotFound, T::new(UiLang::En)).is_none());
    }
}
