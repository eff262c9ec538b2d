//! Who may ask what (R21, R22): every route of the program, walked by every caller, against a
//! table that is written down here and nowhere else.

use crate::support::http::Request;
use crate::support::people::Visitors;
use crate::support::server::Server;
use domain::people::Role;
use domain::policy::{Caller, Permission, may};
use std::collections::BTreeSet;
use store::Address;
use store::sessions::State as Progress;
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
    (Surface::Cms, "desk", "/cms/", 303),
    (Surface::Cms, "desk_without_slash", "/cms", 303),
    (Surface::Cms, "queue", "/cms/tips", 303),
    (Surface::Cms, "queue_decide", "/cms/tips", 401),
    (Surface::Cms, "queue_undo", "/cms/tips/undo", 401),
    (
        Surface::Cms,
        "item",
        "/cms/tips/00000000-0000-0000-0000-000000000000",
        303,
    ),
    (
        Surface::Cms,
        "item_decide",
        "/cms/tips/00000000-0000-0000-0000-000000000000",
        401,
    ),
    (
        Surface::Cms,
        "upload",
        "/cms/uploads/00000000-0000-0000-0000-000000000000",
        303,
    ),
    (Surface::Cms, "audit", "/cms/audit", 303),
    (Surface::Cms, "health", "/cms/health", 303),
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
    (Surface::Site, "tip_ask", "/tips/new", 200),
    (Surface::Site, "tip_send", "/tips/new", 400),
    (Surface::Site, "wishes", "/tips/requests", 200),
    (
        Surface::Site,
        "wish_second",
        "/tips/requests/00000000-0000-0000-0000-000000000000/second",
        404,
    ),
    (Surface::Site, "tip", "/tips/0000000000000000000000", 404),
    (
        Surface::Site,
        "tip_amend_ask",
        "/tips/0000000000000000000000/amend",
        404,
    ),
    (
        Surface::Site,
        "tip_amend",
        "/tips/0000000000000000000000/amend",
        404,
    ),
    (
        Surface::Site,
        "tip_withdraw",
        "/tips/0000000000000000000000/withdraw",
        404,
    ),
    (Surface::Accounts, "sign_in_ask", "/sign-in", 200),
    (Surface::Accounts, "sign_in", "/sign-in", 400),
    (Surface::Accounts, "second_ask", "/sign-in/second", 303),
    (Surface::Accounts, "second", "/sign-in/second", 401),
    (
        Surface::Accounts,
        "second_passkey_ask",
        "/sign-in/second/passkey/ask",
        401,
    ),
    (
        Surface::Accounts,
        "second_passkey",
        "/sign-in/second/passkey",
        401,
    ),
    (Surface::Accounts, "sign_out", "/sign-out", 303),
    (Surface::Accounts, "forgot_ask", "/forgot", 200),
    (Surface::Accounts, "forgot", "/forgot", 200),
    (
        Surface::Accounts,
        "welcome_ask",
        "/welcome/0000000000000000000000",
        404,
    ),
    (
        Surface::Accounts,
        "welcome",
        "/welcome/0000000000000000000000",
        404,
    ),
    (Surface::Accounts, "account", "/account", 303),
    (Surface::Accounts, "account_name", "/account/name", 401),
    (
        Surface::Accounts,
        "account_password",
        "/account/password",
        401,
    ),
    (
        Surface::Accounts,
        "authenticator_ask",
        "/account/authenticator/ask",
        401,
    ),
    (
        Surface::Accounts,
        "authenticator_show",
        "/account/authenticator",
        303,
    ),
    (
        Surface::Accounts,
        "authenticator",
        "/account/authenticator",
        401,
    ),
    (
        Surface::Accounts,
        "second_forget",
        "/account/second/forget",
        401,
    ),
    (
        Surface::Accounts,
        "recovery_codes",
        "/account/recovery-codes",
        401,
    ),
    (
        Surface::Accounts,
        "passkey_ask",
        "/account/passkeys/ask",
        401,
    ),
    (Surface::Accounts, "passkey", "/account/passkeys", 401),
    (
        Surface::Accounts,
        "sessions_close",
        "/account/sessions/others/close",
        401,
    ),
    (
        Surface::Accounts,
        "session_close",
        "/account/sessions/00000000-0000-0000-0000-000000000000/close",
        401,
    ),
    (Surface::Accounts, "people", "/cms/people", 303),
    (Surface::Accounts, "person_invite", "/cms/people", 401),
    (
        Surface::Accounts,
        "person_role",
        "/cms/people/00000000-0000-0000-0000-000000000000/role",
        401,
    ),
    (
        Surface::Accounts,
        "person_shut_out",
        "/cms/people/00000000-0000-0000-0000-000000000000/shut-out",
        401,
    ),
    (
        Surface::Accounts,
        "person_let_in",
        "/cms/people/00000000-0000-0000-0000-000000000000/let-in",
        401,
    ),
    (
        Surface::Accounts,
        "person_sign_out",
        "/cms/people/00000000-0000-0000-0000-000000000000/sign-out",
        401,
    ),
    (
        Surface::Accounts,
        "person_link",
        "/cms/people/00000000-0000-0000-0000-000000000000/link",
        401,
    ),
    (
        Surface::Accounts,
        "person_second",
        "/cms/people/00000000-0000-0000-0000-000000000000/second/forget",
        401,
    ),
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
    (Caller::PendingStaff, &[Permission::FinishSignIn]),
    (
        Caller::Partner,
        &[Permission::FinishSignIn, Permission::ManageOwnSignIn],
    ),
    (
        Caller::Moderator,
        &[
            Permission::FinishSignIn,
            Permission::ManageOwnSignIn,
            Permission::ReadDesk,
            Permission::DecideTips,
            Permission::EditSchedule,
        ],
    ),
    (
        Caller::Editor,
        &[
            Permission::FinishSignIn,
            Permission::ManageOwnSignIn,
            Permission::ReadDesk,
            Permission::DecideTips,
            Permission::EditSchedule,
            Permission::ImportSchedule,
            Permission::PublishSchedule,
            Permission::ManageCalendars,
            Permission::ReadAudit,
        ],
    ),
    (
        Caller::Admin,
        &[
            Permission::FinishSignIn,
            Permission::ManageOwnSignIn,
            Permission::ReadDesk,
            Permission::DecideTips,
            Permission::EditSchedule,
            Permission::ImportSchedule,
            Permission::PublishSchedule,
            Permission::ManageCalendars,
            Permission::ReadAudit,
            Permission::ManagePeople,
        ],
    ),
];

/// What everybody may.
const EVERYBODY: [Permission; 5] = [
    Permission::SignIn,
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
        // Who could sign in is asked to; who may not even know that something is there is told
        // that it is not.
        let allowed = may(Caller::Anonymous, route.permission);
        let refusal = match (route.surface.knows_people(), route.method.is_safe()) {
            (true, true) => 303,
            (true, false) => 401,
            (false, _) => 404,
        };
        assert!(
            allowed || *status == refusal,
            "{target} is open to strangers"
        );
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

/// Every route of the surfaces that know people, asked by everybody who can be signed in.
#[test]
fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let database = Address::Embedded(folder.path().to_owned());
    let visitors = Visitors::of(&database);
    let mut asked = 0;
    for route in almanac::server::routes() {
        if !route.surface.knows_people() {
            continue;
        }
        let row = STRANGER
            .iter()
            .find(|(s, name, ..)| (*s, *name) == (route.surface, route.name));
        let (_, _, target, _) = row.unwrap_or_else(|| panic!("no row for {}", route.name));
        for (caller, role, progress) in SIGNED_IN {
            // Some routes end the session that asks: each request has its own.
            let request = request(&route, target)
                .header("Cookie", &visitors.cookie(*role, *progress))
                .header("Sec-Fetch-Site", "same-origin");
            let answer = server.send(&request);
            let to = answer.header("location").unwrap_or_default();
            let refused = matches!(answer.status, 401 | 403) || to.starts_with("/sign-in");
            let leaves = route.name == "sign_out" || route.surface == Surface::Partners;
            let allowed = may(*caller, route.permission);
            assert!(
                leaves || refused != allowed,
                "{} {target} as {caller:?}: {} {to}",
                route.method,
                answer.status
            );
            if !allowed && *progress == Progress::Full {
                assert_eq!(answer.status, 403, "{target} as {caller:?}");
            }
            asked += 1;
        }
    }
    assert!(asked > 150, "{asked}");
}

const SIGNED_IN: &[(Caller, Role, Progress)] = &[
    (Caller::Admin, Role::Admin, Progress::Full),
    (Caller::Editor, Role::Editor, Progress::Full),
    (Caller::Moderator, Role::Moderator, Progress::Full),
    (Caller::Partner, Role::Partner, Progress::Full),
    (
        Caller::PendingStaff,
        Role::Admin,
        Progress::SecondFactorOwed,
    ),
];
