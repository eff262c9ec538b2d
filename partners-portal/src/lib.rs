//! The partners' portal. This version has no sign-in, so it has one page: a refusal that tells
//! clubs and schools which files can be published today, and how.

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

/// Everything that the portal answers: its address with and without the slash.
pub const ROUTES: &[Route<WebState>] = &[
    page("/partners/", "portal"),
    page("/partners", "portal_without_slash"),
];

const fn page(path: &'static str, name: &'static str) -> Route<WebState> {
    Route {
        method: Method::GET,
        path,
        surface: Surface::Partners,
        permission: Permission::ReadPublished,
        name,
        handler: || get(show),
    }
}

/// The portal's part of the program's router, without the [edge](web::edge).
pub fn router() -> Router<WebState> {
    web::route::router(ROUTES)
}

/// The page.
#[derive(Template)]
#[template(path = "partner.html")]
struct PartnerPage {
    t: T,
    shell: Shell,
}

/// `GET /partners/`. A 401 must name a way to sign in (RFC 9110 §11.6.1); ours will be a session.
async fn show(visit: Visit) -> Response {
    let page = PartnerPage {
        t: visit.t,
        shell: Shell::bare(visit.t, &visit.here),
    };
    let challenge = [(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Session realm=\"partners\""),
    )];
    let page = Page::refusal(StatusCode::UNAUTHORIZED, page);
    (challenge, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::locale::UiLang;

    #[test]
    fn the_portal_says_which_files_can_be_published() {
        for ui in UiLang::ALL {
            let t = T::new(*ui);
            let shell = Shell::bare(t, "/partners/");
            let html = PartnerPage { t, shell }.render().unwrap();
            assert!(html.contains(&format!("<html lang=\"{}\">", ui.as_str())));
            assert!(
                [".ics", ".xlsx", ".csv", ".json"]
                    .iter()
                    .all(|kind| html.contains(kind))
            );
            assert!(!html.contains("partner.") && !html.contains("method="));
        }
    }

    #[tokio::test]
    async fn nobody_gets_in() {
        let visit = Visit::of(&"/partners/".parse().unwrap(), &http::HeaderMap::new()).unwrap();
        let response = show(visit).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(response.headers().contains_key(header::WWW_AUTHENTICATE));
    }
}
