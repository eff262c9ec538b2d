//! The table of routes (R21). A surface lists what it answers, and who may ask; the program
//! builds its router from these tables, and tests and documents read the same tables, because
//! axum cannot list its routes.

use crate::session;
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::MethodRouter;
use domain::policy::Permission;
use http::Method;

/// The parts of the program that speak HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Surface {
    /// The subscriber's pages.
    Site,
    /// Calendars in machine formats.
    Feeds,
    /// Calendars as CalDAV has them.
    Dav,
    /// Machines: JSON, voice, assistants.
    Api,
    /// The editors' pages.
    Cms,
    /// The partners' pages.
    Partners,
    /// Where people sign in and look after how they do.
    Accounts,
}

impl Surface {
    /// Whether it is for people who sign in. Its routes are checked by [`session::check`]; the others
    /// have nothing to check, or check keys of their own.
    pub const fn knows_people(self) -> bool {
        matches!(self, Self::Cms | Self::Partners | Self::Accounts)
    }
}

/// One method on one path. `S` is the state of the surface.
pub struct Route<S> {
    /// The method; GET answers HEAD too.
    pub method: Method,
    /// The path in axum's notation: `/calendars/{slug}`.
    pub path: &'static str,
    /// Whose it is.
    pub surface: Surface,
    /// What the caller must be allowed to do.
    pub permission: Permission,
    /// A name that is unique within the surface, for documents and logs: `calendar`.
    pub name: &'static str,
    /// Makes the handler; must be for `method`.
    pub handler: fn() -> MethodRouter<S>,
}

/// A route without its handler: what tables, tests and documents need, whatever the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// The method; GET answers HEAD too.
    pub method: Method,
    /// The path in axum's notation.
    pub path: &'static str,
    /// Whose it is.
    pub surface: Surface,
    /// What the caller must be allowed to do.
    pub permission: Permission,
    /// Unique within the surface.
    pub name: &'static str,
}

impl<S> Route<S> {
    /// The route without its handler.
    pub fn info(&self) -> RouteInfo {
        RouteInfo {
            method: self.method.clone(),
            path: self.path,
            surface: self.surface,
            permission: self.permission,
            name: self.name,
        }
    }
}

/// Builds a router from a table. Several methods on one path join; the same method twice on one
/// path is a fault of the table and stops the program at its start, in axum.
///
/// On surfaces that know people no handler runs before the table was asked; who asks is found by
/// [`session::load`], without which everybody is a stranger.
pub fn router<S: Clone + Send + Sync + 'static>(routes: &[Route<S>]) -> Router<S> {
    routes.iter().fold(Router::new(), |router, route| {
        let handler = (route.handler)();
        let permission = route.permission;
        let handler = if route.surface.knows_people() {
            handler.route_layer(from_fn(move |request, next| {
                session::check(permission, request, next)
            }))
        } else {
            handler
        };
        router.route(route.path, handler)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::routing::{get, post};
    use http::{Request, StatusCode};
    use tower::ServiceExt;

    fn table() -> Vec<Route<()>> {
        let route = |method, name, handler| Route {
            method,
            path: "/tips/{id}",
            surface: Surface::Api,
            permission: Permission::ReadPublished,
            name,
            handler,
        };
        vec![
            route(Method::GET, "read", || get(|| async { "read" })),
            route(Method::POST, "write", || post(|| async { "write" })),
        ]
    }

    async fn status(method: Method) -> StatusCode {
        let request = Request::builder()
            .method(method)
            .uri("/tips/1")
            .body(Body::empty())
            .unwrap();
        router(&table()).oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn methods_on_one_path_join_and_others_are_405() {
        assert_eq!(status(Method::GET).await, StatusCode::OK);
        assert_eq!(status(Method::HEAD).await, StatusCode::OK);
        assert_eq!(status(Method::POST).await, StatusCode::OK);
        for other in [Method::PUT, Method::DELETE, Method::TRACE] {
            assert_eq!(status(other).await, StatusCode::METHOD_NOT_ALLOWED);
        }
    }
}
