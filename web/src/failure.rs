//! What can go wrong with a request, said once for pages and machines. Handlers return
//! [`PageFailure`] or [`ApiFailure`]; the [edge](crate::edge) knows the reader's language and the
//! request's id and writes the answer.

use crate::cache::Cache;
use crate::locale::{T, UiLang};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One sentence about one field, in whatever language it will be read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    key: &'static str,
    values: Vec<(&'static str, String)>,
}

impl Message {
    /// A sentence of the locale files.
    pub const fn new(key: &'static str) -> Self {
        Self {
            key,
            values: Vec::new(),
        }
    }

    /// Fills one place of the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// The sentence in a language.
    pub fn say(&self, t: T) -> String {
        let values: Vec<_> = self.values.iter().map(|(n, v)| (*n, v.as_str())).collect();
        t.f(self.key, &values)
    }
}

/// Why a request is not answered as asked.
#[derive(Debug)]
pub enum Failure {
    /// There is no such thing, or none that this caller may know of.
    NotFound,
    /// It was taken back for good.
    Gone,
    /// Fields whose values cannot be used, with why.
    Invalid(BTreeMap<String, Vec<Message>>),
    /// It needs a sign-in.
    Unauthenticated,
    /// This caller may not.
    Forbidden,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// Somebody else changed it meanwhile.
    Conflict,
    /// Fields whose values are ours, but of another list or another time.
    Stale(BTreeMap<String, Vec<Message>>),
    /// The body is of another kind than this reads.
    MediaType,
    /// The body is larger than this reads.
    TooLarge,
    /// Too many requests.
    TooMany {
        /// Seconds until another try makes sense.
        retry_after: u32,
    },
    /// The database or another part is away for a moment.
    Unavailable {
        /// Seconds until another try makes sense.
        retry_after: u32,
    },
    /// A fault of ours. The cause is logged, never shown (security case E16).
    Internal(anyhow::Error),
}

impl Failure {
    /// One field with one fault.
    pub fn invalid(field: &str, message: Message) -> Self {
        Self::Invalid(BTreeMap::from([(field.to_owned(), vec![message])]))
    }

    /// One field whose value belongs to something else.
    pub fn stale(field: &str, message: Message) -> Self {
        Self::Stale(BTreeMap::from([(field.to_owned(), vec![message])]))
    }

    /// The status code.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict | Self::Stale(_) => StatusCode::CONFLICT,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What happened, in a few words.
    pub fn title(&self, t: T) -> &'static str {
        t.s(match self {
            Self::NotFound => "failure.not_found_title",
            Self::Gone => "failure.gone_title",
            Self::Invalid(_) => "failure.invalid_title",
            Self::Unauthenticated => "failure.unauthenticated_title",
            Self::Forbidden => "failure.forbidden_title",
            Self::MethodNotAllowed => "failure.method_title",
            Self::Conflict => "failure.conflict_title",
            Self::Stale(_) => "failure.stale_title",
            Self::MediaType => "failure.media_type_title",
            Self::TooLarge => "failure.too_large_title",
            Self::TooMany { .. } => "failure.too_many_title",
            Self::Unavailable { .. } => "failure.unavailable_title",
            Self::Internal(_) => "failure.internal_title",
        })
    }

    /// What to do now.
    pub fn detail(&self, t: T) -> &'static str {
        t.s(match self {
            Self::NotFound => "failure.not_found_detail",
            Self::Gone => "failure.gone_detail",
            Self::Invalid(_) => "failure.invalid_detail",
            Self::Unauthenticated => "failure.unauthenticated_detail",
            Self::Forbidden => "failure.forbidden_detail",
            Self::MethodNotAllowed => "failure.method_detail",
            Self::Conflict => "failure.conflict_detail",
            Self::Stale(_) => "failure.stale_detail",
            Self::MediaType => "failure.media_type_detail",
            Self::TooLarge => "failure.too_large_detail",
            Self::TooMany { .. } => "failure.too_many_detail",
            Self::Unavailable { .. } => "failure.unavailable_detail",
            Self::Internal(_) => "failure.internal_detail",
        })
    }

    /// Seconds for Retry-After, where waiting helps.
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooMany { retry_after } | Self::Unavailable { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// Each fault of each field, in words.
    pub fn errors(&self, t: T) -> Vec<FieldError> {
        let (Self::Invalid(fields) | Self::Stale(fields)) = self else {
            return Vec::new();
        };
        let each = |(field, messages): (&String, &Vec<Message>)| {
            let say = |m: &Message| FieldError {
                field: field.clone(),
                message: m.say(t),
            };
            messages.iter().map(say).collect::<Vec<_>>()
        };
        fields.iter().flat_map(each).collect()
    }
}

/// One fault of one field, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field as it stands in the address or the form.
    pub field: String,
    /// What is wrong with its value.
    pub message: String,
}

/// A problem document (RFC 9457).
#[derive(Debug, Serialize)]
pub struct Problem {
    /// Names the kind of problem; the status says enough, so `about:blank`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What happened.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What to do now; where fields are at fault, which and why.
    pub detail: String,
    /// Which fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Names the request in our log; only where the fault is ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// The document for a failure. Machines are answered in English.
    pub fn of(failure: &Failure, request_id: &str) -> Self {
        let t = T::new(UiLang::En);
        let errors = failure.errors(t);
        let faults: Vec<String> = errors
            .iter()
            .map(|fault| format!("{}: {}", fault.field, fault.message))
            .collect();
        Self {
            kind: "about:blank",
            title: failure.title(t),
            status: failure.status().as_u16(),
            detail: if faults.is_empty() {
                failure.detail(t).to_owned()
            } else {
                faults.join(" ")
            },
            errors,
            request_id: matches!(failure, Failure::Internal(_)).then(|| request_id.to_owned()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/problem+json"),
            ),
            (header::CACHE_CONTROL, Cache::Never.value()),
        ];
        (status, headers, body).into_response()
    }
}

/// How the reader of a failure wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A page with a way back.
    Page,
    /// A problem document.
    Problem,
}

/// Travels from the handler to the edge inside a response that has no body yet.
#[derive(Debug, Clone)]
pub struct Pending {
    /// What happened.
    pub failure: Arc<Failure>,
    /// How to say it.
    pub form: Form,
}

fn pending(failure: Failure, form: Form) -> Response {
    let mut response = failure.status().into_response();
    if let Some(seconds) = failure.retry_after() {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response.extensions_mut().insert(Pending {
        failure: Arc::new(failure),
        form,
    });
    response
}

/// A failure of a page.
#[derive(Debug)]
pub struct PageFailure(pub Failure);

/// A failure of a machine interface.
#[derive(Debug)]
pub struct ApiFailure(pub Failure);

impl IntoResponse for PageFailure {
    fn into_response(self) -> Response {
        pending(self.0, Form::Page)
    }
}

impl IntoResponse for ApiFailure {
    fn into_response(self) -> Response {
        pending(self.0, Form::Problem)
    }
}

impl<E: Into<Failure>> From<E> for PageFailure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl<E: Into<Failure>> From<E> for ApiFailure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// Seconds until a page asks again for a database that is away.
const AWAY_SECONDS: u32 = 10;

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        if error.is_away() {
            tracing::warn!(cause = %error, "the database is away");
            return Self::Unavailable {
                retry_after: AWAY_SECONDS,
            };
        }
        Self::Internal(error.into())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}
