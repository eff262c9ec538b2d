//! The editors' desk. This version has no sign-in, so it has one page: a refusal that says how
//! calendars are kept meanwhile.

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::policy::Permission;
use http::{HeaderValue, Method, StatusCode, header};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::route::{Route, Surface};
use web::state::WebState;
use web::visit::Visit;

/// Everything that the desk answers: its address with and without the slash.
pub const ROUTES: &[Route<WebState>] = &[page("/cms/", "desk"), page("/cms", "desk_without_slash")];

const fn page(path: &'static str, name: &'static str) -> Route<WebState> {
    Route {
        method: Method::GET,
        path,
        surface: Surface::Cms,
        permission: Permission::ReadPublished,
        name,
        handler: || get(show),
    }
}

/// The desk's part of the program's router, without the [edge](web::edge).
pub fn router() -> Router<WebState> {
    web::route::router(ROUTES)
}

/// The page.
#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    t: T,
    shell: Shell,
}

/// `GET /cms/`. A 401 must name a way to sign in (RFC 9110 §11.6.1); ours will be a session.
async fn show(visit: Visit) -> Response {
    let page = DeskPage {
        t: visit.t,
        shell: Shell::bare(visit.t, &visit.here),
    };
    let challenge = [(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Session realm=\"cms\""),
    )];
    let page = Page::refusal(StatusCode::UNAUTHORIZED, page);
    (challenge, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::locale::UiLang;

    #[test]
    fn the_desk_says_how_calendars_are_kept_today() {
        for ui in UiLang::ALL {
            let t = T::new(*ui);
            let shell = Shell::bare(t, "/cms/");
            let html = DeskPage { t, shell }.render().unwrap();
            assert!(html.contains(&format!("<html lang=\"{}\">", ui.as_str())));
            assert!(html.contains("--dry-run") && html.contains("--allow-removals"));
            assert!(!html.contains("desk.") && !html.contains("method="));
        }
    }

    #[tokio::test]
    async fn nobody_gets_in() {
        let visit = Visit::of(&"/cms/".parse().unwrap(), &http::HeaderMap::new()).unwrap();
        let response = show(visit).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(response.headers().contains_key(header::WWW_AUTHENTICATE));
    }
}
