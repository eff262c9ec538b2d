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
mod opened;
mod prose;
mod qr;
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
mod week;
mod zone_choice;

#[cfg(test)]
mod fixtures;

use axum::Router;
use axum::routing::{MethodRouter, get};
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
