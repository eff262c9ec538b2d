//! The cookie, and the check that stands before every handler.

use super::*;
use crate::route::{Route, Surface, router};
use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use tower::ServiceExt;
use uuid::Uuid;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn session(role: Role, state: Progress) -> Session {
    Session {
        id: SessionId(Uuid::from_u128(1)),
        person: PersonId(Uuid::from_u128(2)),
        name: "Ann".into(),
        role,
        organisation: None,
        state,
        seen: at("2026-11-22T03:00:00Z"),
        expires: at("2026-12-06T03:00:00Z"),
    }
}

fn desk() -> Router {
    let route = |method, permission, name, handler| Route {
        method,
        path: "/cms/x",
        surface: Surface::Cms,
        permission,
        name,
        handler,
    };
    router(&[
        route(Method::GET, Permission::ReadDesk, "read", || {
            get(|staff: Staff| async move { staff.name })
        }),
        route(Method::POST, Permission::ManagePeople, "write", || {
            post(|| async { "done" })
        }),
    ])
}

async fn ask(method: Method, known: Option<Session>, mode: Option<&str>) -> Response {
    let mut request = Request::builder().method(method).uri("/cms/x?a=b%20c");
    if let Some(mode) = mode {
        request = request.header("sec-fetch-mode", mode);
    }
    let mut request = request.body(Body::empty()).unwrap();
    if let Some(session) = known {
        request.extensions_mut().insert(Known(session));
    }
    desk().oneshot(request).await.unwrap()
}

#[tokio::test]
async fn the_table_is_asked_before_any_handler_runs() {
    use Progress::{Full, SecondFactorOwed};
    let admin = || Some(session(Role::Admin, Full));
    let moderator = || Some(session(Role::Moderator, Full));
    let partner = || Some(session(Role::Partner, Full));
    let pending = || Some(session(Role::Admin, SecondFactorOwed));
    for (method, known, mode, status) in [
        (Method::GET, None, None, 303),
        (Method::GET, None, Some("navigate"), 303),
        (Method::HEAD, None, None, 303),
        (Method::GET, None, Some("cors"), 401),
        (Method::POST, None, None, 401),
        (Method::GET, pending(), None, 303),
        (Method::POST, pending(), None, 401),
        (Method::GET, moderator(), None, 200),
        (Method::POST, moderator(), None, 403),
        (Method::GET, partner(), None, 403),
        (Method::POST, admin(), None, 200),
        (Method::PUT, admin(), None, 405),
    ] {
        let who = known.as_ref().map(|known| (known.role, known.state));
        let answer = ask(method.clone(), known, mode).await;
        assert_eq!(answer.status(), status, "{method} {who:?} {mode:?}");
        let challenged = answer.headers().contains_key(header::WWW_AUTHENTICATE);
        assert_eq!(challenged, status == 401);
    }
}

#[tokio::test]
async fn who_must_sign_in_first_comes_back_to_where_they_were_going() {
    let location = |answer: Response| {
        answer.headers()[header::LOCATION]
            .to_str()
            .unwrap()
            .to_owned()
    };
    let stranger = location(ask(Method::GET, None, None).await);
    assert_eq!(stranger, "/sign-in?next=%2Fcms%2Fx%3Fa%3Db%2520c");
    let pending = session(Role::Editor, Progress::SecondFactorOwed);
    let pending = location(ask(Method::GET, Some(pending), None).await);
    assert!(pending.starts_with("/sign-in/second?next="), "{pending}");
}

#[test]
fn e6_the_cookie_is_out_of_reach_of_scripts_other_sites_and_neighbours() {
    let secure = BaseUrl::parse("https://almanac.example").unwrap();
    let plain = BaseUrl::parse("http://localhost:8080").unwrap();
    assert_eq!(
        cookie_line("t", 5, &secure),
        "__Host-session=t; Path=/; Max-Age=5; HttpOnly; SameSite=Lax; Secure"
    );
    assert!(!cookie_line("t", 5, &plain).contains("Secure"));
    for (base, sent, want) in [
        (&secure, "a=b; __Host-session=x", Some("x")),
        (&secure, "session=x", None),
        (&plain, "session=x; lang=ko", Some("x")),
        (&plain, "session=", None),
        (&plain, "__Host-session=x", None),
    ] {
        let headers = [(header::COOKIE, HeaderValue::from_static(sent))];
        assert_eq!(token(&HeaderMap::from_iter(headers), base), want, "{sent}");
    }
}

#[test]
fn a_session_ends_by_idleness_and_no_clock_makes_it_immortal() {
    let session = session(Role::Editor, Progress::Full);
    for (now, alive) in [
        ("2026-11-22T03:00:00Z", true),
        ("2026-11-25T02:59:59Z", true),
        ("2026-11-25T03:00:00Z", false),
        ("2026-11-22T02:00:00Z", true),
        ("2026-11-20T03:00:00Z", false),
    ] {
        assert_eq!(is_alive(&session, at(now)), alive, "{now}");
    }
}
