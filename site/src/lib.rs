//! The subscriber's pages: what there is, when it is, and how to subscribe. Each page is a struct
//! built by a pure function from domain values; its handler only reads and translates.

mod about;
mod calendar;
mod cards;
mod catalogue;
mod category;
mod event;
mod history;
mod home;
mod jsonld;
mod month;
mod my;
mod opened;
mod prose;
mod repeats;
mod rows;
mod said;
mod search;
mod share;
mod sitemap;
mod small;
mod span;
mod subscribe;
mod tags;
mod this_week;
mod tips;
mod week;
mod zone_choice;

#[cfg(test)]
mod fixtures;

use axum::Router;
use axum::routing::{MethodRouter, get, post};
use domain::policy::Permission;
use http::Method;
use web::route::{Route, Surface};
use web::state::WebState;

const fn page(
    path: &'static str,
    name: &'static str,
    handler: fn() -> MethodRouter<WebState>,
) -> Route<WebState> {
    Route {
        method: Method::GET,
        path,
        surface: Surface::Site,
        permission: Permission::ReadPublished,
        name,
        handler,
    }
}

/// A page or a form of a personal calendar, or of its one entry.
const fn own(
    method: Method,
    permission: Permission,
    path: &'static str,
    name: &'static str,
    handler: fn() -> MethodRouter<WebState>,
) -> Route<WebState> {
    Route {
        method,
        path,
        surface: Surface::Site,
        permission,
        name,
        handler,
    }
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const MAKE: Permission = Permission::MakeSubscription;
const MANAGE: Permission = Permission::ManageSubscription;
const HIDE: Permission = Permission::HideOwnEvent;
const REPORT: Permission = Permission::ReportOwnEvent;
const TELL: Permission = Permission::SendTip;
const OWN_TIP: Permission = Permission::ReadOwnTip;

/// Everything that the site answers.
pub const ROUTES: &[Route<WebState>] = &[
    page("/", "home", || get(home::show)),
    page("/about", "about", || get(about::show)),
    page("/week", "week", || get(this_week::show)),
    page("/categories/{slug}", "category", || get(category::show)),
    page("/calendars/{name}", "calendar", || get(calendar::show)),
    page("/calendars/{name}/subscribe", "subscribe", || {
        get(subscribe::show)
    }),
    page("/events/{id}", "event", || get(event::show)),
    page("/events/{id}/event.ics", "event_file", || {
        get(event::file::show)
    }),
    page("/share/events/{file}", "share_event", || get(share::event)),
    page("/share/calendars/{file}", "share_calendar", || {
        get(share::calendar)
    }),
    page("/sitemap.xml", "sitemap", || get(sitemap::index)),
    page("/sitemap/{file}", "sitemap_file", || get(sitemap::file)),
    page("/search", "search", || get(search::show)),
    own(GET, MAKE, "/my", "my", || get(my::start::show)),
    own(POST, MAKE, "/my", "my_make", || post(my::start::make)),
    own(GET, MANAGE, "/my/{token}", "my_page", || {
        get(my::page::show)
    }),
    own(POST, MANAGE, "/my/{token}", "my_change", || {
        post(my::page::change)
    }),
    own(POST, MANAGE, "/my/{token}/remember", "my_remember", || {
        post(my::page::keep)
    }),
    own(GET, MANAGE, "/my/{token}/calendars", "my_add_ask", || {
        get(my::add::show)
    }),
    own(POST, MANAGE, "/my/{token}/calendars", "my_add", || {
        post(my::add::add)
    }),
    own(
        GET,
        MANAGE,
        "/my/{token}/calendars/{calendar}",
        "my_pick",
        || get(my::pick::show),
    ),
    own(
        POST,
        MANAGE,
        "/my/{token}/calendars/{calendar}",
        "my_pick_change",
        || post(my::pick::change),
    ),
    own(
        POST,
        MANAGE,
        "/my/{token}/calendars/{calendar}/remove",
        "my_pick_remove",
        || post(my::pick::remove),
    ),
    own(
        POST,
        MANAGE,
        "/my/{token}/calendars/{calendar}/show",
        "my_pick_show",
        || post(my::pick::show_again),
    ),
    own(POST, MANAGE, "/my/{token}/addresses", "my_address", || {
        post(my::access::add)
    }),
    own(
        POST,
        MANAGE,
        "/my/{token}/addresses/{id}/revoke",
        "my_revoke",
        || post(my::access::revoke),
    ),
    own(GET, MANAGE, "/my/{token}/rotate", "my_rotate_ask", || {
        get(my::access::ask_rotate)
    }),
    own(POST, MANAGE, "/my/{token}/rotate", "my_rotate", || {
        post(my::access::rotate)
    }),
    own(GET, MANAGE, "/my/{token}/delete", "my_delete_ask", || {
        get(my::access::ask_delete)
    }),
    own(POST, MANAGE, "/my/{token}/delete", "my_delete", || {
        post(my::access::delete)
    }),
    own(GET, HIDE, "/my/not/{links}/{event}", "my_not_ask", || {
        get(my::entry::ask)
    }),
    own(POST, HIDE, "/my/not/{links}/{event}", "my_not", || {
        post(my::entry::hide)
    }),
    own(
        GET,
        REPORT,
        "/my/report/{links}/{event}",
        "my_report_ask",
        || get(my::report::ask),
    ),
    own(
        POST,
        REPORT,
        "/my/report/{links}/{event}",
        "my_report",
        || post(my::report::send),
    ),
    own(GET, TELL, "/tips/new", "tip_ask", || get(tips::form::show)),
    own(POST, TELL, "/tips/new", "tip_send", tips::form::sending),
    own(GET, TELL, "/tips/requests", "wishes", || {
        get(tips::wishes::show)
    }),
    own(
        POST,
        TELL,
        "/tips/requests/{id}/second",
        "wish_second",
        || post(tips::wishes::second),
    ),
    own(GET, OWN_TIP, "/tips/{receipt}", "tip", || {
        get(tips::receipt::show)
    }),
    own(
        GET,
        OWN_TIP,
        "/tips/{receipt}/amend",
        "tip_amend_ask",
        || get(tips::receipt::ask_amend),
    ),
    own(
        POST,
        OWN_TIP,
        "/tips/{receipt}/amend",
        "tip_amend",
        tips::receipt::amending,
    ),
    own(
        POST,
        OWN_TIP,
        "/tips/{receipt}/withdraw",
        "tip_withdraw",
        || post(tips::receipt::withdraw),
    ),
    page("/language", "language", || get(small::language)),
    page("/assets/{name}", "asset", || get(small::asset)),
    page("/robots.txt", "robots", || get(small::robots)),
    page("/apple-touch-icon.png", "touch_icon", || {
        get(share::touch_icon)
    }),
    page("/favicon.svg", "favicon", || get(small::favicon)),
    page("/favicon.ico", "favicon_ico", || get(small::favicon_ico)),
];

/// The site's part of the program's router, without the [edge](web::edge).
pub fn router() -> Router<WebState> {
    web::route::router(ROUTES)
}
