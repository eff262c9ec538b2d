//! The small answers: the language switch, style sheets, icons, robots.txt.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, header};
use web::assets;
use web::cache::Cache;
use web::colors::ColorSheet;
use web::failure::{Failure, Message, PageFailure};
use web::locale::UiLang;
use web::next::safe_next;
use web::state::WebState;
use web::visit::{LANG_COOKIE, Segment, Visit};

/// A year.
const COOKIE_SECONDS: u32 = 365 * 24 * 3600;

/// `GET /language?to=en&next=/about`: keeps the chosen language in a cookie and goes back.
pub(crate) async fn language(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let to = visit.params.one("to")?.and_then(UiLang::parse);
    let to = to.ok_or_else(|| Failure::invalid("to", Message::new("invalid.lang")))?;
    let next = safe_next(visit.params.one("next")?.unwrap_or("/"));
    let cookie = cookie(to, web.base_url.is_https());
    let mut response = Redirect::to(next).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, Cache::Never.value());
    if let Ok(value) = HeaderValue::try_from(cookie) {
        headers.insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// Over https the name's prefix pins the cookie to this very host (R29).
fn cookie(to: UiLang, https: bool) -> String {
    let (prefix, secure) = if https {
        ("__Host-", "; Secure")
    } else {
        ("", "")
    };
    let code = to.as_str();
    format!(
        "{prefix}{LANG_COOKIE}={code}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}"
    )
}

/// `GET /assets/{name}`: a file of the program, or a page's colours.
pub(crate) async fn asset(Segment(name): Segment) -> Result<Response, PageFailure> {
    if let Some(response) = assets::named(&name) {
        return Ok(response);
    }
    let sheet = ColorSheet::named(&name).ok_or(Failure::NotFound)?;
    Ok(assets::css_response(sheet.css(), Cache::Immutable))
}

/// `GET /favicon.svg`.
pub(crate) async fn favicon() -> Response {
    assets::favicon_svg()
}

/// `GET /favicon.ico`.
pub(crate) async fn favicon_ico() -> Response {
    assets::favicon_ico()
}

/// `GET /robots.txt`. Calendar services obey it too, so it must never keep anybody from feeds.
pub(crate) async fn robots(State(web): State<WebState>) -> Response {
    let sitemap = web.base_url.join("/sitemap.xml");
    assets::text(format!(
        "User-agent: *\nDisallow: /cms/\nDisallow: /partners/\nDisallow: /language\n\n\
         Sitemap: {sitemap}\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_cookie_follows_the_scheme() {
        assert!(cookie(UiLang::En, true).starts_with("__Host-lang=en; Path=/;"));
        assert!(cookie(UiLang::En, true).ends_with("; Secure"));
        assert!(cookie(UiLang::Ko, false).starts_with("lang=ko;"));
        assert!(!cookie(UiLang::Ko, false).contains("Secure"));
    }
}
