//! A page is an askama template with a status and a cache policy; its headers are the edge's.

use crate::cache::Cache;
use crate::failure::{Failure, PageFailure};
use anyhow::Context;
use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// A page that is ready to be written.
pub struct Page<P> {
    status: StatusCode,
    cache: Cache,
    page: P,
}

impl<P: Template> Page<P> {
    /// A public page.
    pub const fn public(page: P) -> Self {
        Self {
            status: StatusCode::OK,
            cache: Cache::Page,
            page,
        }
    }

    /// A page for one person, kept nowhere.
    pub const fn private(page: P) -> Self {
        Self {
            status: StatusCode::OK,
            cache: Cache::Never,
            page,
        }
    }

    /// A page that says that something is not to be had, with this status.
    pub const fn refusal(status: StatusCode, page: P) -> Self {
        Self {
            status,
            cache: Cache::Never,
            page,
        }
    }
}

impl<P: Template> IntoResponse for Page<P> {
    fn into_response(self) -> Response {
        match self.page.render().context("rendering a page") {
            Ok(html) => html_response(self.status, self.cache, html),
            Err(error) => PageFailure(Failure::Internal(error)).into_response(),
        }
    }
}

/// An HTML answer whose language depends on what the browser sent.
pub(crate) fn html_response(status: StatusCode, cache: Cache, html: String) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, cache.value()),
        (
            header::VARY,
            HeaderValue::from_static("Accept-Language, Cookie"),
        ),
    ];
    (status, headers, html).into_response()
}
