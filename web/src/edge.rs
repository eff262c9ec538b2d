//! The outermost layer of the page surfaces: names each request, writes failures in the reader's
//! language, and sets the headers that every answer carries.

use crate::cache::Cache;
use crate::failure::{Failure, FieldError, Form, PageFailure, Pending, Problem};
use crate::layout::Shell;
use crate::locale::T;
use crate::origin::is_foreign;
use crate::page::html_response;
use crate::personal;
use crate::visit::{Visit, ui_lang};
use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use uuid::Uuid;

/// No script at all; styles, images and forms from this site only; shown in nobody's frame.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const STRICT: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Names the request in logs and on the page of a fault of ours. Also on every response, as an
/// extension, for the access log.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Puts the edge around a surface whose failures are pages: unknown paths and methods too.
pub fn around<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router
        .fallback(|| async { PageFailure(Failure::NotFound) })
        .method_not_allowed_fallback(|| async { PageFailure(Failure::MethodNotAllowed) })
        .layer(from_fn(finish))
}

/// The layer itself.
pub async fn finish(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().simple().to_string();
    let reader = Reader::of(&request);
    let secret = personal::holds_keys(request.uri().path());
    let mut response = match is_foreign(request.method(), request.uri().path(), request.headers()) {
        true => PageFailure(Failure::Forbidden).into_response(),
        false => next.run(request).await,
    };
    if let Some(pending) = response.extensions_mut().remove::<Pending>() {
        response = answer(&pending, &reader, &id, response.headers());
    }
    if secret {
        keep_secret(response.headers_mut());
    }
    harden(response.headers_mut());
    response.extensions_mut().insert(RequestId(id));
    response
}

/// The address itself is a secret (security cases D8, D12), whatever is answered there.
fn keep_secret(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, Cache::Never.value());
    for (name, value) in [
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Sets the strict headers where the handler set none of its own.
fn harden(headers: &mut HeaderMap) {
    for (name, value) in STRICT {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

struct Reader {
    t: T,
    here: String,
}

impl Reader {
    /// Even a request that cannot be read as a visit has a language.
    fn of(request: &Request) -> Self {
        match Visit::of(request.uri(), request.headers()) {
            Ok(visit) => Self {
                t: visit.t,
                here: visit.here,
            },
            Err(_) => Self {
                t: T::new(ui_lang(request.headers())),
                here: request.uri().path().to_owned(),
            },
        }
    }
}

fn answer(pending: &Pending, reader: &Reader, id: &str, sent: &HeaderMap) -> Response {
    let failure = &*pending.failure;
    if let Failure::Internal(cause) = failure {
        tracing::error!(
            request.id = id,
            cause = format!("{cause:#}"),
            "a request failed"
        );
    }
    let mut response = match pending.form {
        Form::Page => failure_page(failure, reader, id),
        Form::Problem => Problem::of(failure, id).into_response(),
    };
    // What the route and the layers inside said beside the failure stays: Allow, Retry-After,
    // limits. The length was that of no body.
    let own = response.headers_mut();
    for (name, value) in sent
        .iter()
        .filter(|(name, _)| **name != header::CONTENT_LENGTH)
    {
        own.entry(name).or_insert_with(|| value.clone());
    }
    response
}

/// The page of a failure.
#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    t: T,
    shell: Shell,
    status: u16,
    title: &'static str,
    detail: &'static str,
    errors: Vec<FieldError>,
    request_id: Option<&'a str>,
}

fn failure_page(failure: &Failure, reader: &Reader, id: &str) -> Response {
    let page = FailurePage {
        t: reader.t,
        shell: Shell::bare(reader.t, &reader.here),
        status: failure.status().as_u16(),
        title: failure.title(reader.t),
        detail: failure.detail(reader.t),
        errors: failure.errors(reader.t),
        request_id: matches!(failure, Failure::Internal(_)).then_some(id),
    };
    match page.render() {
        Ok(html) => html_response(failure.status(), Cache::Never, html),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{ApiFailure, Message};
    use axum::body::Body;
    use axum::routing::get;
    use http::Method;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    fn surface() -> Router {
        let boom = || anyhow::anyhow!("SELECT secret FROM key").context("reading");
        let month = || Failure::invalid("month", Message::new("invalid.month"));
        around(
            Router::new()
                .route("/ok", get(|| async { "ok" }))
                .route("/page", get(async move || PageFailure::from(boom())))
                .route("/api", get(async move || ApiFailure::from(boom())))
                .route("/month", get(async move || PageFailure(month())))
                .route("/api/month", get(async move || ApiFailure(month())))
                .route(
                    "/away",
                    get(async || PageFailure(Failure::Unavailable { retry_after: 5 })),
                ),
        )
    }

    async fn ask(method: Method, uri: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header(header::ACCEPT_LANGUAGE, "en")
            .body(Body::empty())
            .unwrap();
        let response = surface().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        (parts.status, parts.headers, text)
    }

    #[tokio::test]
    async fn e16_a_fault_of_ours_shows_only_the_request_id() {
        for uri in ["/page", "/api"] {
            let (status, headers, body) = ask(Method::GET, uri).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
            assert!(
                !body.contains("SELECT") && !body.contains("reading"),
                "{body}"
            );
            assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        }
        let (_, _, body) = ask(Method::GET, "/api").await;
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json["request_id"].as_str().map(str::len), Some(32));
    }

    #[tokio::test]
    async fn failures_name_the_field_in_both_forms() {
        let (status, _, body) = ask(Method::GET, "/month").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(
            body.contains("month") && body.contains("href=\"/\""),
            "{body}"
        );
        let (_, headers, body) = ask(Method::GET, "/api/month").await;
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json["errors"][0]["field"], "month");
        assert_eq!(json["status"], 400);
        assert_eq!(json["request_id"], serde_json::Value::Null);
    }

    #[tokio::test]
    async fn c12_the_failure_page_does_not_echo_markup() {
        let (status, _, body) = ask(
            Method::GET,
            "/no/%3Cscript%3Ealert(1)%3C/script%3E?a=%3Cb%3E",
        )
        .await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(!body.contains("<script>"), "{body}");
    }

    #[tokio::test]
    async fn other_methods_are_405_and_say_which_are_allowed() {
        let (status, headers, body) = ask(Method::POST, "/ok").await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(headers[header::ALLOW], "GET,HEAD");
        assert!(body.contains("<html lang=\"en\">"));
    }

    #[tokio::test]
    async fn d12_what_is_answered_where_keys_are_is_kept_and_told_nowhere() {
        for uri in ["/my/x", "/api/v1/subscriptions/x"] {
            let (_, headers, _) = ask(Method::GET, uri).await;
            assert_eq!(headers[header::CACHE_CONTROL], "no-store");
            assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
            assert_eq!(headers["x-robots-tag"], "noindex");
        }
    }

    #[tokio::test]
    async fn every_answer_is_hardened() {
        for uri in ["/ok", "/page", "/nowhere"] {
            let (_, headers, _) = ask(Method::GET, uri).await;
            for (name, value) in STRICT {
                assert_eq!(headers[&name], value, "{uri}");
            }
        }
        let (_, headers, _) = ask(Method::GET, "/away").await;
        assert_eq!(headers[header::RETRY_AFTER], "5");
        assert_eq!(headers[header::VARY], "Accept-Language, Cookie");
    }
}
