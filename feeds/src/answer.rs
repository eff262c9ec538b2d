//! Answering a poll (RFC 9110): validators, conditional requests, codings, and errors that no
//! client takes for an empty calendar.

use crate::Feeds;
use crate::cache::Key;
use crate::compile::Compiled;
use crate::query::{BadQuery, FeedQuery};
use bytes::Bytes;
use domain::calendar::{Calendar, Visibility};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use jiff::{Timestamp, ToSpan};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::sync::Arc;

/// An answer, whole.
pub type Answer = Response<Bytes>;

/// A request as far as feeds look at it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// GET and HEAD are answered, others refused.
    pub method: &'a Method,
    /// The path, as sent.
    pub path: &'a str,
    /// The part after `?`, as sent; empty if there is none.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
}

/// A phone's If-Modified-Since is the phone's own clock at its last visit. Only when it lies
/// this far behind our last change do we believe that it has seen it (R5).
const CLOCK_SAFETY_MINUTES: i64 = 10;

/// A coding that an answer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
}

impl Coding {
    /// What tells its validator from the plain one's.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "-gz",
        }
    }
}

impl Feeds {
    /// Answers anything under `/feeds/`.
    pub async fn answer(&self, asked: Asked<'_>) -> Answer {
        let head = *asked.method == Method::HEAD;
        let mut answer = if head || *asked.method == Method::GET {
            self.feed(&asked).await
        } else {
            let mut refused = problem(
                StatusCode::METHOD_NOT_ALLOWED,
                "feeds are read with GET",
                &[],
            );
            set(&mut refused, header::ALLOW, "GET, HEAD");
            refused
        };
        set(&mut answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(&mut answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        set(
            &mut answer,
            header::HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        );
        if head {
            *answer.body_mut() = Bytes::new();
        }
        answer
    }

    async fn feed(&self, asked: &Asked<'_>) -> Answer {
        if let Some(path) = asked.path.strip_prefix("/feeds/discover/") {
            return self.discover(path, asked).await;
        }
        let name = asked
            .path
            .strip_prefix("/feeds/")
            .and_then(|file| file.strip_suffix(".ics"));
        let Some(name) = name.filter(|name| !name.contains('/')) else {
            return not_found();
        };
        let name = percent_decode_str(name).decode_utf8_lossy();
        let catalogue = self.catalogue();
        let Some(calendar) = catalogue.find(&name) else {
            return not_found();
        };
        if calendar.visibility == Visibility::Withdrawn {
            return problem(
                StatusCode::GONE,
                "this calendar was withdrawn by its editors",
                &[],
            );
        }
        let query = match FeedQuery::parse(asked.query) {
            Ok(query) => query,
            Err(bad) => return unusable(&bad),
        };
        let coding = coding(asked.headers);
        let tag = self.validator(calendar, &query);
        if let Some(matched) = unchanged(asked.headers, &tag, calendar.modified) {
            let shown = matched.unwrap_or_else(|| format!("\"{tag}{}\"", coding.suffix()));
            return self.not_modified(calendar, &shown);
        }
        self.full(calendar, &query, coding).await
    }

    fn not_modified(&self, calendar: &Calendar, tag: &str) -> Answer {
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        validators(&mut answer, tag, calendar);
        answer
    }

    async fn full(&self, calendar: &Arc<Calendar>, query: &FeedQuery, coding: Coding) -> Answer {
        let Some((calendar, compiled)) = self.bytes(calendar, query).await else {
            let mut away = problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "come back in a minute",
                &[],
            );
            set(&mut away, header::RETRY_AFTER, "60");
            return away;
        };
        let body = match coding {
            Coding::Identity => compiled.body.clone(),
            Coding::Gzip => compiled.gzip(),
        };
        let tag = self.validator(&calendar, query);
        let length = body.len().to_string();
        let mut answer = Response::new(body);
        set(
            &mut answer,
            header::CONTENT_TYPE,
            "text/calendar; charset=utf-8",
        );
        set(&mut answer, header::CONTENT_LENGTH, &length);
        if coding == Coding::Gzip {
            set(&mut answer, header::CONTENT_ENCODING, "gzip");
        }
        set(
            &mut answer,
            header::CONTENT_DISPOSITION,
            &file_name(&calendar),
        );
        set(
            &mut answer,
            HeaderName::from_static("x-robots-tag"),
            "noindex",
        );
        let page = format!(
            "<{}/calendars/{}>; rel=\"alternate\"; type=\"text/html\"",
            self.settings.base_url, calendar.profile.slug
        );
        set(&mut answer, header::LINK, &page);
        validators(
            &mut answer,
            &format!("\"{tag}{}\"", coding.suffix()),
            &calendar,
        );
        answer
    }

    /// The compiled feed with the calendar as it was at that revision; compiles it if nobody
    /// has. The last good bytes go on being served while the database is away (R19), under
    /// their own validator. `None` when there never were any.
    async fn bytes(
        &self,
        calendar: &Arc<Calendar>,
        query: &FeedQuery,
    ) -> Option<(Arc<Calendar>, Arc<Compiled>)> {
        let key: Key = (calendar.id, query.clone());
        if let Some(ready) = self.current(&key, calendar) {
            return Some((calendar.clone(), ready));
        }
        let turn = self.cache.turn(&key);
        let _mine = turn.lock().await;
        if let Some(ready) = self.current(&key, calendar) {
            return Some((calendar.clone(), ready));
        }
        match self.compile(calendar, query).await {
            Ok(Some((calendar, compiled))) => {
                let compiled = Arc::new(compiled);
                self.cache.put(key, compiled.clone());
                Some((Arc::new(calendar), compiled))
            }
            Ok(None) => {
                self.cache.drop_empty(&key);
                None
            }
            Err(error) => {
                tracing::error!(%error, calendar.slug = %calendar.profile.slug, "feed not compiled");
                let last = self.cache.get(&key);
                if last.is_none() {
                    self.cache.drop_empty(&key);
                }
                let last = last?;
                let mut as_it_was = Calendar::clone(calendar);
                as_it_was.revision = last.revision;
                Some((Arc::new(as_it_was), last))
            }
        }
    }

    fn current(&self, key: &Key, calendar: &Calendar) -> Option<Arc<Compiled>> {
        self.cache
            .get(key)
            .filter(|ready| ready.revision == calendar.revision)
    }
}

fn validators(answer: &mut Answer, tag: &str, calendar: &Calendar) {
    set(answer, header::ETAG, tag);
    set(answer, header::LAST_MODIFIED, &http_date(calendar.modified));
    let cache = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400";
    set(answer, header::CACHE_CONTROL, cache);
    set(answer, header::VARY, "Accept-Encoding");
}

/// Whether the client has it already: `Some(tag that it named)`. If-None-Match decides alone
/// where it is sent (RFC 9110 §13.2.2). The same revision in another coding counts: the client
/// has these very events.
pub(crate) fn unchanged(
    headers: &HeaderMap,
    tag: &str,
    modified: Timestamp,
) -> Option<Option<String>> {
    if headers.contains_key(header::IF_NONE_MATCH) {
        for value in headers.get_all(header::IF_NONE_MATCH) {
            for one in value.to_str().ok()?.split(',').map(str::trim) {
                let strong = one.strip_prefix("W/").unwrap_or(one);
                let bare = strong.trim_matches('"');
                if one == "*" {
                    return Some(None);
                }
                if bare == tag || bare.strip_suffix("-gz") == Some(tag) {
                    return Some(Some(strong.to_owned()));
                }
            }
        }
        return None;
    }
    let since = headers.get(header::IF_MODIFIED_SINCE)?.to_str().ok()?;
    let since = read_http_date(since)?;
    let safe = modified
        .checked_add(CLOCK_SAFETY_MINUTES.minutes())
        .unwrap_or(Timestamp::MAX);
    (since == modified || since >= safe).then_some(None)
}

/// gzip only where the client asks for it by name: two Outlook services are reported to have
/// choked on it.
pub(crate) fn coding(headers: &HeaderMap) -> Coding {
    let mut best = Coding::Identity;
    for value in headers.get_all(header::ACCEPT_ENCODING) {
        for part in value.to_str().unwrap_or_default().split(',') {
            let (name, weight) = part.split_once(';').unwrap_or((part, ""));
            let refused = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.parse::<f32>().ok())
                .is_some_and(|q| q <= 0.0);
            if name.trim().eq_ignore_ascii_case("gzip") && !refused {
                best = Coding::Gzip;
            }
        }
    }
    best
}

pub(crate) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn read_http_date(text: &str) -> Option<Timestamp> {
    let plain = text.strip_suffix(" GMT")?;
    let at = jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S", plain).ok()?;
    at.to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// RFC 6266: an ASCII name for everybody, the calendar's own name for those who read it.
fn file_name(calendar: &Calendar) -> String {
    let profile = &calendar.profile;
    let title = profile.title.pick(profile.language, profile.language);
    let safe: String = title
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == ' ' || c == '-' {
                c
            } else {
                '_'
            }
        })
        .take(60)
        .collect();
    let encoded = utf8_percent_encode(&safe, NON_ALPHANUMERIC);
    format!(
        "inline; filename=\"{}.ics\"; filename*=UTF-8''{encoded}.ics",
        profile.slug
    )
}

fn not_found() -> Answer {
    problem(StatusCode::NOT_FOUND, "there is no such calendar here", &[])
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

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "0123456789abcdefghijkl";

    fn modified() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn asks(name: HeaderName, value: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        unchanged(&headers, TAG, modified()).is_some()
    }

    #[test]
    fn if_none_match_takes_lists_weak_tags_stars_and_other_codings() {
        let yes = [
            "\"0123456789abcdefghijkl\"",
            "W/\"0123456789abcdefghijkl\"",
            "*",
            "\"x\", \"0123456789abcdefghijkl-gz\"",
        ];
        for value in yes {
            assert!(asks(header::IF_NONE_MATCH, value), "{value}");
        }
        for value in ["\"x\"", "", "\"0123456789abcdefghijk\"", "\"-gz\""] {
            assert!(!asks(header::IF_NONE_MATCH, value), "{value}");
        }
    }

    #[test]
    fn if_modified_since_is_believed_only_when_equal_or_ten_minutes_later() {
        for (since, same) in [
            ("Sun, 22 Nov 2026 09:59:59 GMT", false),
            ("Sun, 22 Nov 2026 10:00:00 GMT", true),
            ("Sun, 22 Nov 2026 10:05:00 GMT", false),
            ("Sun, 22 Nov 2026 10:10:00 GMT", true),
            ("Mon, 23 Nov 2026 10:00:00 GMT", true),
            ("yesterday", false),
            ("Sun, 22 Nov 2026 10:00:00", false),
        ] {
            assert_eq!(asks(header::IF_MODIFIED_SINCE, since), same, "{since}");
        }
    }

    #[test]
    fn if_none_match_overrules_if_modified_since() {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, "\"x\"".parse().unwrap());
        headers.insert(
            header::IF_MODIFIED_SINCE,
            "Mon, 23 Nov 2026 10:00:00 GMT".parse().unwrap(),
        );
        assert_eq!(unchanged(&headers, TAG, modified()), None);
    }

    #[test]
    fn gzip_is_sent_only_to_those_who_name_it() {
        for (accept, gzip) in [
            ("gzip, deflate, br", true),
            ("GZIP;q=0.5", true),
            ("*", false),
            ("identity", false),
            ("gzip;q=0", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accept.parse().unwrap());
            assert_eq!(coding(&headers) == Coding::Gzip, gzip, "{accept}");
        }
    }

    #[test]
    fn dates_read_back() {
        assert_eq!(read_http_date(&http_date(modified())), Some(modified()));
    }
}
