//! Who may ask what (R21, R22): every route of the program, walked by every caller, against a
//! table that is written down here and nowhere else.

use crate::support::http::Request;
use crate::support::server::Server;
use domain::policy::{Caller, Permission, may};
use std::collections::BTreeSet;
use web::route::{RouteInfo, Surface};

/// Surface, route, and what a stranger gets for it, with a key or a signature that opens nothing
/// where one is needed. A route without a row fails the test.
const STRANGER: &[(Surface, &str, &str, u16)] = &[
    (Surface::Feeds, "feed", "/feeds/f1-2026.ics", 200),
    (
        Surface::Feeds,
        "personal_feed",
        "/feeds/my/0000000000000000000000.ics",
        404,
    ),
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
    (
        Surface::Dav,
        "caldav_options",
        "/dav/calendars/f1-2026/",
        200,
    ),
    (
        Surface::Dav,
        "caldav_properties",
        "/dav/calendars/f1-2026/",
        207,
    ),
    (
        Surface::Dav,
        "caldav_report",
        "/dav/calendars/f1-2026/",
        400,
    ),
    (
        Surface::Dav,
        "caldav_member",
        "/dav/calendars/f1-2026/0.ics",
        404,
    ),
    (Surface::Dav, "caldav_discovery", "/.well-known/caldav", 301),
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
    (Surface::Cms, "cms_calendars", "/cms/calendars", 303),
    (Surface::Cms, "cms_calendar_new", "/cms/calendars/new", 303),
    (Surface::Cms, "cms_calendar_make", "/cms/calendars/new", 401),
    (
        Surface::Cms,
        "cms_calendar",
        "/cms/calendars/0000000000000000000000",
        303,
    ),
    (
        Surface::Cms,
        "cms_calendar_change",
        "/cms/calendars/0000000000000000000000",
        401,
    ),
    (
        Surface::Cms,
        "cms_upkeep",
        "/cms/calendars/0000000000000000000000/upkeep",
        401,
    ),
    (
        Surface::Cms,
        "cms_visibility",
        "/cms/calendars/0000000000000000000000/visibility",
        401,
    ),
    (
        Surface::Cms,
        "cms_merge",
        "/cms/calendars/0000000000000000000000/merge",
        303,
    ),
    (
        Surface::Cms,
        "cms_merge_go",
        "/cms/calendars/0000000000000000000000/merge",
        401,
    ),
    (
        Surface::Cms,
        "cms_events",
        "/cms/calendars/0000000000000000000000/events",
        303,
    ),
    (
        Surface::Cms,
        "cms_events_change",
        "/cms/calendars/0000000000000000000000/events",
        401,
    ),
    (
        Surface::Cms,
        "cms_undo_batch",
        "/cms/batches/0000000000000000000000/undo",
        401,
    ),
    (
        Surface::Cms,
        "cms_rename",
        "/cms/calendars/0000000000000000000000/rename",
        303,
    ),
    (
        Surface::Cms,
        "cms_rename_go",
        "/cms/calendars/0000000000000000000000/rename",
        401,
    ),
    (
        Surface::Cms,
        "cms_event_new",
        "/cms/calendars/0000000000000000000000/events/new",
        303,
    ),
    (
        Surface::Cms,
        "cms_event_make",
        "/cms/calendars/0000000000000000000000/events/new",
        401,
    ),
    (
        Surface::Cms,
        "cms_event",
        "/cms/events/0000000000000000000000",
        303,
    ),
    (
        Surface::Cms,
        "cms_event_change",
        "/cms/events/0000000000000000000000",
        401,
    ),
    (
        Surface::Cms,
        "cms_event_remove",
        "/cms/events/0000000000000000000000/remove",
        401,
    ),
    (
        Surface::Cms,
        "cms_history",
        "/cms/events/0000000000000000000000/history",
        303,
    ),
    (
        Surface::Cms,
        "cms_revert",
        "/cms/events/0000000000000000000000/history",
        401,
    ),
    (
        Surface::Cms,
        "cms_entry",
        "/cms/calendars/0000000000000000000000/entry",
        303,
    ),
    (
        Surface::Cms,
        "cms_entry_go",
        "/cms/calendars/0000000000000000000000/entry",
        401,
    ),
    (
        Surface::Cms,
        "cms_table",
        "/cms/calendars/0000000000000000000000/table",
        303,
    ),
    (
        Surface::Cms,
        "cms_table_go",
        "/cms/calendars/0000000000000000000000/table",
        401,
    ),
    (Surface::Cms, "cms_drafts", "/cms/drafts", 303),
    (Surface::Cms, "cms_drafts_decide", "/cms/drafts", 401),
    (
        Surface::Cms,
        "cms_draft",
        "/cms/drafts/0000000000000000000000",
        303,
    ),
    (
        Surface::Cms,
        "cms_draft_change",
        "/cms/drafts/0000000000000000000000",
        401,
    ),
    (
        Surface::Cms,
        "cms_draft_decide",
        "/cms/drafts/0000000000000000000000/decide",
        401,
    ),
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
    (Surface::Site, "my", "/my", 200),
    (Surface::Site, "my_make", "/my", 400),
    (Surface::Site, "my_page", "/my/0000000000000000000000", 404),
    (
        Surface::Site,
        "my_change",
        "/my/0000000000000000000000",
        404,
    ),
    (
        Surface::Site,
        "my_remember",
        "/my/0000000000000000000000/remember",
        404,
    ),
    (
        Surface::Site,
        "my_add_ask",
        "/my/0000000000000000000000/calendars",
        404,
    ),
    (
        Surface::Site,
        "my_add",
        "/my/0000000000000000000000/calendars",
        404,
    ),
    (
        Surface::Site,
        "my_pick",
        "/my/0000000000000000000000/calendars/0000000000000000000000",
        404,
    ),
    (
        Surface::Site,
        "my_pick_change",
        "/my/0000000000000000000000/calendars/0000000000000000000000",
        404,
    ),
    (
        Surface::Site,
        "my_pick_remove",
        "/my/0000000000000000000000/calendars/0000000000000000000000/remove",
        404,
    ),
    (
        Surface::Site,
        "my_pick_show",
        "/my/0000000000000000000000/calendars/0000000000000000000000/show",
        404,
    ),
    (
        Surface::Site,
        "my_address",
        "/my/0000000000000000000000/addresses",
        404,
    ),
    (
        Surface::Site,
        "my_revoke",
        "/my/0000000000000000000000/addresses/00000000-0000-0000-0000-000000000000/revoke",
        404,
    ),
    (
        Surface::Site,
        "my_rotate_ask",
        "/my/0000000000000000000000/rotate",
        404,
    ),
    (
        Surface::Site,
        "my_rotate",
        "/my/0000000000000000000000/rotate",
        404,
    ),
    (
        Surface::Site,
        "my_delete_ask",
        "/my/0000000000000000000000/delete",
        404,
    ),
    (
        Surface::Site,
        "my_delete",
        "/my/0000000000000000000000/delete",
        404,
    ),
    (
        Surface::Site,
        "my_not_ask",
        "/my/not/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/0000000000000000000000",
        404,
    ),
    (
        Surface::Site,
        "my_not",
        "/my/not/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/0000000000000000000000",
        404,
    ),
    (
        Surface::Site,
        "my_report_ask",
        "/my/report/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/0000000000000000000000",
        404,
    ),
    (
        Surface::Site,
        "my_report",
        "/my/report/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/0000000000000000000000",
        404,
    ),
    (
        Surface::Api,
        "make_subscription",
        "/api/v1/subscriptions",
        400,
    ),
    (
        Surface::Api,
        "subscription",
        "/api/v1/subscriptions/0000000000000000000000",
        404,
    ),
    (
        Surface::Api,
        "change_subscription",
        "/api/v1/subscriptions/0000000000000000000000",
        404,
    ),
    (
        Surface::Api,
        "forget_subscription",
        "/api/v1/subscriptions/0000000000000000000000",
        404,
    ),
    (
        Surface::Api,
        "rotate_subscription",
        "/api/v1/subscriptions/0000000000000000000000/rotate",
        404,
    ),
    (
        Surface::Api,
        "addresses",
        "/api/v1/subscriptions/0000000000000000000000/addresses",
        404,
    ),
    (
        Surface::Api,
        "add_address",
        "/api/v1/subscriptions/0000000000000000000000/addresses",
        404,
    ),
    (
        Surface::Api,
        "revoke_address",
        "/api/v1/subscriptions/0000000000000000000000/addresses/00000000-0000-0000-0000-000000000000",
        404,
    ),
    (Surface::Api, "send_tip", "/api/v1/tips", 400),
];

/// What each caller may do besides what everybody may; the operator may everything.
const MAY: &[(Caller, &[Permission])] = &[
    (Caller::Anonymous, &[]),
    (Caller::Reader, &[Permission::ReadSubscription]),
    (
        Caller::OwnReader,
        &[Permission::HideOwnEvent, Permission::ReportOwnEvent],
    ),
    (
        Caller::Subscriber,
        &[
            Permission::ReadSubscription,
            Permission::ManageSubscription,
            Permission::HideOwnEvent,
            Permission::ReportOwnEvent,
        ],
    ),
    (Caller::Reporter, &[Permission::ReadOwnTip]),
    (Caller::Operator, Permission::ALL),
];

/// What everybody may.
const EVERYBODY: [Permission; 4] = [
    Permission::ReadPublished,
    Permission::ReadHealth,
    Permission::MakeSubscription,
    Permission::SendTip,
];

#[test]
fn the_table_of_permissions_is_as_written() {
    for caller in Caller::ALL {
        let own = MAY.iter().find(|(one, _)| one == caller);
        let (_, own) = own.unwrap_or_else(|| panic!("no row for {caller:?}"));
        for permission in Permission::ALL {
            let want = own.contains(permission) || EVERYBODY.contains(permission);
            assert_eq!(may(*caller, *permission), want, "{caller:?} {permission:?}");
        }
    }
}

/// A stranger's request: with a body of the kind that the surface reads, where it changes things.
fn request(route: &RouteInfo, target: &str) -> Request {
    let request = Request::new(route.method.as_str(), target);
    match (route.method.is_safe(), route.surface) {
        (true, _) => request,
        (false, Surface::Api) => request.body("application/json", "{}"),
        (false, Surface::Dav) if route.name == "caldav_properties" => {
            request.header("Depth", "0").body(
                "application/xml",
                "<propfind xmlns=\"DAV:\"><allprop/></propfind>",
            )
        }
        (false, _) => request.body("application/x-www-form-urlencoded", "x=1"),
    }
}

#[test]
fn every_route_answers_a_stranger_as_the_table_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    let routes = almanac::server::routes();
    let mut missing = Vec::new();
    for route in &routes {
        let row = STRANGER
            .iter()
            .find(|(s, name, ..)| (*s, *name) == (route.surface, route.name));
        let Some((_, _, target, status)) = row else {
            missing.push(format!("{:?} {}", route.surface, route.name));
            continue;
        };
        // Who may not even know that something is there is told that it is not.
        let allowed = may(Caller::Anonymous, route.permission);
        assert!(allowed || *status == 404, "{target} is open to strangers");
        let answer = server.send(&request(route, target));
        assert_eq!(answer.status, *status, "{} {target}", route.method);
        if route.surface == Surface::Dav {
            // CalDAV has words of its own for "no": `caldav::nothing_can_be_written_by_caldav`.
            continue;
        }
        // E3: no method but those of the table does anything.
        let listed: BTreeSet<&str> = routes
            .iter()
            .filter(|other| other.path == route.path)
            .map(|other| other.method.as_str())
            .collect();
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"] {
            if !listed.contains(method) {
                let answer = server.send(&Request::new(method, target));
                assert_eq!(answer.status, 405, "{method} {target}");
            }
        }
        if listed.contains("GET") {
            let get = server.get(target).status;
            let head = server.send(&Request::new("HEAD", target));
            assert_eq!((head.status, head.body.len()), (get, 0), "HEAD {target}");
        }
    }
    assert!(missing.is_empty(), "no row for {missing:?}");
    assert_eq!(STRANGER.len(), routes.len(), "rows without a route");
}
