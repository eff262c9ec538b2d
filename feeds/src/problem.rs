//! Errors as problem documents (RFC 9457). Never text/calendar: a client must not take an error for
//! an empty schedule.

use crate::answer::Answer;
use crate::query::BadQuery;
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};

/// There is no such feed: the same for what never was and for an address that was taken back.
pub(crate) fn not_found() -> Answer {
    problem(StatusCode::NOT_FOUND, "there is no such calendar here", &[])
}

/// The database is away and there are no earlier bytes.
pub(crate) fn away() -> Answer {
    let mut away = problem(
        StatusCode::SERVICE_UNAVAILABLE,
        "come back in a minute",
        &[],
    );
    set(&mut away, header::RETRY_AFTER, "60");
    away
}

/// A known key with a value that it does not take.
pub(crate) fn unusable(bad: &BadQuery) -> Answer {
    let field = (bad.key, bad.takes);
    problem(StatusCode::BAD_REQUEST, &bad.to_string(), &[field])
}

/// RFC 9457. Never text/calendar: a client must not take an error for an empty schedule.
pub(crate) fn problem(status: StatusCode, detail: &str, errors: &[(&str, &str)]) -> Answer {
    let errors: Vec<_> = errors
        .iter()
        .map(|(field, message)| serde_json::json!({ "field": field, "message": message }))
        .collect();
    let mut body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": detail,
    });
    if !errors.is_empty() {
        body["errors"] = errors.into();
    }
    let body = Bytes::from(body.to_string());
    let length = body.len().to_string();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    set(
        &mut answer,
        header::CONTENT_TYPE,
        "application/problem+json",
    );
    set(&mut answer, header::CONTENT_LENGTH, &length);
    set(&mut answer, header::CACHE_CONTROL, "no-store");
    answer
}

pub(crate) fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}
