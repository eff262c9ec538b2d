//! What every answer under `/api/` has around it: the rate limit, leave for scripts of other
//! sites to read (CORS), and 304 to those who have it already.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use std::sync::Arc;
use web::failure::{ApiFailure, Failure};
use web::limit::{API, Left, RateLimiter};
use web::peer::PeerAddress;

/// draft-ietf-httpapi-ratelimit-headers: what is left, and what there is.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Nothing here looks at cookies: who may change something says so in the path. So anybody's
/// script may ask, and none of this lets it send a reader's credentials.
const READABLE: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        "ETag, RateLimit, RateLimit-Policy, Retry-After",
    ),
    (RESOURCE_POLICY, "cross-origin"),
];

/// The layer around the API's routes.
pub async fn around(
    State(limiter): State<Arc<RateLimiter>>,
    request: Request,
    next: Next,
) -> Response {
    if !request.uri().path().starts_with("/api") {
        return next.run(request).await;
    }
    let left = limiter.take(PeerAddress::noted_on(request.extensions()));
    let mut response = if left.allowed {
        within_quota(request, next).await
    } else {
        let retry_after = left.retry_after;
        ApiFailure(Failure::TooMany { retry_after }).into_response()
    };
    let headers = response.headers_mut();
    for (name, value) in READABLE {
        headers.insert(name, HeaderValue::from_static(value));
    }
    tell(headers, left);
    response
}

async fn within_quota(request: Request, next: Next) -> Response {
    let asks_for_options = request.method() == Method::OPTIONS;
    let known = request.headers().get_all(header::IF_NONE_MATCH);
    let known: Vec<HeaderValue> = known.iter().cloned().collect();
    let response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        return other_method(response, asks_for_options);
    }
    let has_it = response.status() == StatusCode::OK && is_known(&known, response.headers());
    if has_it {
        not_modified(&response)
    } else {
        response
    }
}

/// OPTIONS is answered wherever something is, other methods are told which there are.
fn other_method(mut response: Response, asks_for_options: bool) -> Response {
    let allow = response.headers().get(header::ALLOW);
    let allow = allow.and_then(|v| v.to_str().ok()).unwrap_or("GET,HEAD");
    let Ok(allow) = HeaderValue::from_str(&format!("{allow},OPTIONS")) else {
        return response;
    };
    if !asks_for_options {
        response.headers_mut().insert(header::ALLOW, allow);
        return response;
    }
    let preflight = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, allow.clone()),
        (header::ALLOW, allow),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Content-Type, If-None-Match"),
        ),
        (
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("86400"),
        ),
    ];
    (StatusCode::NO_CONTENT, preflight).into_response()
}

/// If-None-Match (RFC 9110 §13.1.2): a star, or one of the tags, weak or not.
fn is_known(known: &[HeaderValue], headers: &HeaderMap) -> bool {
    let Some(tag) = headers.get(header::ETAG).and_then(|v| v.to_str().ok()) else {
        return false;
    };
    let names_it = |one: &str| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag;
    let lists = known.iter().filter_map(|value| value.to_str().ok());
    lists
        .flat_map(|list| list.split(','))
        .any(|one| names_it(one.trim()))
}

/// The answer without what describes its body (RFC 9110 §15.4.5).
fn not_modified(response: &Response) -> Response {
    let mut headers = response.headers().clone();
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_LENGTH);
    (StatusCode::NOT_MODIFIED, headers).into_response()
}

fn tell(headers: &mut HeaderMap, left: Left) {
    let policy = format!("\"api\";q={};w={}", API.requests, API.seconds);
    let now = format!("\"api\";r={};t={}", left.requests, left.full_in);
    for (name, text) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, now)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_in_a_list_weak_or_by_a_star() {
        let headers = HeaderMap::from_iter([(header::ETAG, HeaderValue::from_static("\"a1\""))]);
        for (known, want) in [
            ("\"a1\"", true),
            ("W/\"a1\"", true),
            ("\"x\", \"a1\"", true),
            ("*", true),
            ("\"x\"", false),
            ("a1", false),
            ("", false),
        ] {
            let known = [HeaderValue::from_static(known)];
            assert_eq!(is_known(&known, &headers), want, "{known:?}");
        }
        assert!(!is_known(
            &[HeaderValue::from_static("*")],
            &HeaderMap::new()
        ));
    }
}
