//! Who may ask what (R21, R22): every route of the program, walked by every caller, against a
//! table that is written down here and nowhere else.

use crate::support::http::Request;
use crate::support::server::Server;
use domain::policy::{Caller, Permission, may};
use web::route::Surface;

/// Surface, route, and what a stranger gets for it. A route without a row fails the test.
const STRANGER: &[(Surface, &str, &str, u16)] = &[
    (Surface::Feeds, "feed", "/feeds/f1-2026.ics", 200),
    (
        Surface::Feeds,
        "discover_new",
        "/feeds/discover/new.rss",
        200,
    ),
    (
        Surface::Feeds,
        "discover_week",
        "/feeds/discover/week/sports.ics",
        200,
    ),
    (Surface::Site, "home", "/", 200),
    (Surface::Site, "week", "/week", 200),
    (Surface::Site, "category", "/categories/sports", 200),
    (Surface::Site, "about", "/about", 200),
    (Surface::Site, "calendar", "/calendars/f1-2026", 200),
    (
        Surface::Site,
        "subscribe",
        "/calendars/f1-2026/subscribe",
        200,
    ),
    (
        Surface::Site,
        "event",
        "/events/0000000000000000000000",
        404,
    ),
    (Surface::Site, "search", "/search?q=%EB%8B%A4", 200),
    (
        Surface::Site,
        "event_file",
        "/events/0000000000000000000000/event.ics",
        404,
    ),
    (
        Surface::Site,
        "share_event",
        "/share/events/0000000000000000000000.png",
        404,
    ),
    (
        Surface::Site,
        "share_calendar",
        "/share/calendars/f1-2026.png",
        200,
    ),
    (Surface::Site, "sitemap", "/sitemap.xml", 200),
    (
        Surface::Site,
        "sitemap_file",
        "/sitemap/calendars-1.xml",
        200,
    ),
    (Surface::Site, "touch_icon", "/apple-touch-icon.png", 200),
    (Surface::Site, "language", "/language?to=en&next=/", 303),
    (Surface::Site, "asset", "/assets/nothing.css", 404),
    (Surface::Site, "robots", "/robots.txt", 200),
    (Surface::Site, "favicon", "/favicon.svg", 200),
    (Surface::Site, "favicon_ico", "/favicon.ico", 200),
    (Surface::Cms, "desk", "/cms/", 401),
    (Surface::Cms, "desk_without_slash", "/cms", 401),
    (Surface::Partners, "portal", "/partners/", 401),
    (Surface::Partners, "portal_without_slash", "/partners", 401),
    (Surface::Api, "calendars", "/api/v1/calendars", 200),
    (Surface::Api, "calendar", "/api/v1/calendars/f1-2026", 200),
    (
        Surface::Api,
        "calendar_events",
        "/api/v1/calendars/f1-2026/events",
        200,
    ),
    (Surface::Api, "next", "/api/v1/calendars/f1-2026/next", 200),
    (
        Surface::Api,
        "changes",
        "/api/v1/calendars/f1-2026/changes?since=0",
        200,
    ),
    (Surface::Api, "categories", "/api/v1/categories", 200),
    (Surface::Api, "events", "/api/v1/events", 200),
    (
        Surface::Api,
        "event",
        "/api/v1/events/0000000000000000000000",
        404,
    ),
    (Surface::Api, "search", "/api/v1/search?q=%EB%8B%A4", 200),
    (Surface::Api, "openapi_json", "/api/v1/openapi.json", 200),
    (Surface::Api, "docs", "/api/docs", 200),
    (Surface::Api, "healthz", "/healthz", 200),
    (Surface::Api, "readyz", "/readyz", 200),
];

#[test]
fn the_table_of_permissions_is_as_written() {
    for permission in Permission::ALL {
        let anybody = matches!(
            permission,
            Permission::ReadPublished | Permission::ReadHealth
        );
        assert_eq!(
            may(Caller::Anonymous, *permission),
            anybody,
            "{permission:?}"
        );
        assert!(may(Caller::Operator, *permission), "{permission:?}");
    }
}

#[test]
fn every_route_answers_a_stranger_as_the_table_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    let mut missing = Vec::new();
    for route in almanac::server::routes() {
        let row = STRANGER
            .iter()
            .find(|(s, name, ..)| (*s, *name) == (route.surface, route.name));
        let Some((_, _, target, status)) = row else {
            missing.push(format!("{:?} {}", route.surface, route.name));
            continue;
        };
        assert!(
            may(Caller::Anonymous, route.permission),
            "strangers may read everything so far"
        );
        assert_eq!(server.get(target).status, *status, "{target}");
        // E3: nothing changes anything, so nothing but reading is answered.
        for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE"] {
            let answer = server.send(&Request::new(method, target));
            assert_eq!(answer.status, 405, "{method} {target}");
        }
        let head = server.send(&Request::new("HEAD", target));
        assert_eq!(
            (head.status, head.body.len()),
            (*status, 0),
            "HEAD {target}"
        );
    }
    assert!(missing.is_empty(), "no row for {missing:?}");
    assert_eq!(
        STRANGER.len(),
        almanac::server::routes().len(),
        "rows without a route"
    );
}
