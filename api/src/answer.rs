//! A JSON answer with its validator.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use web::cache::Cache;
use web::failure::{ApiFailure, Failure};

/// What handlers return.
pub type Answer = Result<Response, ApiFailure>;

/// A list, or a page of one.
#[derive(Debug, Serialize)]
pub struct Listing<T> {
    /// What it holds.
    pub items: Vec<T>,
    /// The cursor of the page after this one; none after the last.
    pub next: Option<String>,
}

/// Writes an answer. Its tag is a hash of the very bytes, so the same tag never names two
/// different bodies (R13), whatever they depend on.
pub fn json(value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).map_err(|error| Failure::Internal(error.into()))?;
    let tag = format!("\"{}\"", &blake3::hash(&body).to_hex()[..32]);
    let tag = HeaderValue::from_str(&tag).map_err(|error| Failure::Internal(error.into()))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (header::CACHE_CONTROL, Cache::Page.value()),
        (header::ETAG, tag),
    ];
    Ok((headers, body).into_response())
}

/// Writes an answer for one person, without a validator: it is kept nowhere.
pub fn private_json(status: StatusCode, value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).map_err(|error| Failure::Internal(error.into()))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (header::CACHE_CONTROL, Cache::Never.value()),
    ];
    Ok((status, headers, body).into_response())
}

/// Cuts a list that was read one item too far, and names the last one that stays where there was
/// one more.
pub fn cut<T, K>(rows: &mut Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Option<K> {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| more).map(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_where_the_page_ends() {
        for (count, kept, last) in [(0, 0, None), (2, 2, None), (3, 3, None), (4, 3, Some(2))] {
            let mut rows: Vec<i32> = (0..count).collect();
            assert_eq!(cut(&mut rows, 3, |row| *row), last, "{count}");
            assert_eq!(rows.len(), kept);
        }
    }

    #[test]
    fn the_same_bytes_have_the_same_tag() {
        let tag = |value: &str| json(&value).unwrap().headers()[header::ETAG].clone();
        assert_eq!(tag("a"), tag("a"));
        assert_ne!(tag("a"), tag("b"));
        assert!(tag("a").to_str().unwrap().starts_with('"'));
    }
}
