//! What a request asks for: the names in its path, its query, its body, each value read in one
//! place. All faults are told at once, each with its field. Keys of a query that we do not know are
//! ignored (R15).

use crate::cursor::{self, Key};
use crate::range::{Range, RangeError, moment};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use domain::calendar::Slug;
use domain::filter::{self, Filter};
use domain::id::PublicId;
use domain::zone::Zone;
use http::request::Parts;
use http::{HeaderMap, header};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use web::failure::{ApiFailure, Failure, Message};
use web::visit::{Params, Segments};

/// Items on a page, unless asked otherwise.
pub const USUAL_LIMIT: i64 = 50;
/// Most items on a page.
pub const LARGEST_LIMIT: i64 = 200;

/// Keys that change which items a list holds; a cursor belongs to one choice of them.
const CHOOSING: [&str; 9] = [
    "calendar", "category", "from", "place", "q", "since", "status", "tags", "to",
];
/// Longest text to look for, in characters.
const LONGEST_TEXT: usize = 100;

/// The query of a request, and what is wrong with it so far.
#[derive(Debug)]
pub struct Ask {
    params: Params,
    path: String,
    faults: BTreeMap<String, Vec<Message>>,
    /// A cursor as we write them, but not of this list.
    strayed: bool,
}

impl Ask {
    /// How many items a page may hold; `usual` where nothing is said.
    pub fn limit(&mut self, usual: i64) -> i64 {
        let fault = Message::new("invalid.limit").with("max", LARGEST_LIMIT.to_string());
        let read = |text: &str| number(text).filter(|n| (1..=LARGEST_LIMIT).contains(n));
        self.value("limit", fault, read).unwrap_or(usual)
    }

    /// Where the page before ended.
    pub fn cursor<K: Key>(&mut self) -> Option<K> {
        let list = self.list();
        let read = |text: &str| cursor::is_shaped(text).then(|| cursor::open(&list, text));
        let found = self.value("cursor", Message::new("invalid.cursor"), read)?;
        self.strayed = found.is_none();
        found
    }

    /// The short name of a category.
    pub fn category(&mut self) -> Option<String> {
        let read = |text: &str| Slug::parse(text).ok().map(|slug| slug.to_string());
        self.value("category", Message::new("invalid.category"), read)
    }

    /// The words to look for; needed.
    pub fn words(&mut self) -> String {
        let fault = Message::new("invalid.words").with("max", LONGEST_TEXT.to_string());
        let words = self.value("q", fault.clone(), words);
        if words.is_none() && !self.faults.contains_key("q") {
            self.fault("q", fault);
        }
        words.unwrap_or_default()
    }

    /// Words of a place.
    pub fn place(&mut self) -> Option<String> {
        let fault = Message::new("invalid.words").with("max", LONGEST_TEXT.to_string());
        self.value("place", fault, words)
    }

    /// A calendar's id or short name.
    pub fn calendar(&mut self) -> Option<String> {
        let read = |text: &str| {
            let known = Slug::parse(text).is_ok() || PublicId::parse(text).is_some();
            known.then(|| text.to_owned())
        };
        self.value("calendar", Message::new("invalid.calendar"), read)
    }

    /// Tags that are wanted and unwanted.
    pub fn tags(&mut self) -> (Vec<String>, Vec<String>) {
        self.value("tags", Message::new("invalid.tags"), filter::tags)
            .unwrap_or_default()
    }

    /// A range of which either end may be open; days are read in `zone`.
    pub fn open_range(&mut self, zone: &Zone) -> (Option<Timestamp>, Option<Timestamp>) {
        let read = |text: &str| moment(text, zone);
        let from = self.value("from", Message::new("invalid.moment"), read);
        let to = self.value("to", Message::new("invalid.moment"), read);
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            self.fault("to", Message::new("invalid.range_order"));
        }
        (from, to)
    }

    /// The revision after which changes are wanted; needed.
    pub fn since(&mut self) -> i64 {
        let fault = Message::new("invalid.since");
        let since = self.value("since", fault.clone(), number);
        if since.is_none() && !self.faults.contains_key("since") {
            self.fault("since", fault);
        }
        since.unwrap_or_default()
    }

    /// The range of time; days are read in `zone`.
    pub fn range(&mut self, zone: &Zone, now: Timestamp) -> Range {
        let read = |text: &str| moment(text, zone);
        let from = self.value("from", Message::new("invalid.moment"), read);
        let to = self.value("to", Message::new("invalid.moment"), read);
        let key = match Range::new(from, to, now) {
            Ok(range) => return range,
            Err(RangeError::Order) => "invalid.range_order",
            Err(RangeError::Span) => "invalid.range_span",
        };
        if self.faults.is_empty() {
            self.fault("to", Message::new(key));
        }
        Range { from: now, to: now }
    }

    /// Which instances of the range.
    pub fn filter(&mut self) -> Filter {
        let (with, without) = self.tags();
        let states = self.value("status", Message::new("invalid.status"), filter::states);
        Filter {
            with,
            without,
            states: states.unwrap_or_default(),
            ..Filter::default()
        }
    }

    /// Names the list that is asked for, to tie cursors to it.
    pub fn list(&self) -> String {
        let chosen = CHOOSING.iter().filter_map(|key| {
            let value = self.params.one(key).ok().flatten()?;
            Some(format!("&{key}={value}"))
        });
        std::iter::once(self.path.clone()).chain(chosen).collect()
    }

    /// All faults, once everything is read.
    pub fn finish(&mut self) -> Result<(), Failure> {
        if !self.faults.is_empty() {
            return Err(Failure::Invalid(std::mem::take(&mut self.faults)));
        }
        if self.strayed {
            return Err(Failure::stale("cursor", Message::new("invalid.cursor")));
        }
        Ok(())
    }

    fn value<T>(
        &mut self,
        key: &str,
        fault: Message,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = match self.params.one(key) {
            Ok(text) => text?,
            Err(_) => {
                self.fault(key, Message::new("invalid.twice"));
                return None;
            }
        };
        let value = read(text);
        if value.is_none() {
            self.fault(key, fault);
        }
        value
    }

    fn fault(&mut self, key: &str, message: Message) {
        self.faults.entry(key.to_owned()).or_default().push(message);
    }
}

/// A text that is worth looking for.
fn words(text: &str) -> Option<String> {
    let text = domain::text::clean_line(text, LONGEST_TEXT * 4);
    let length = text.chars().count();
    (1..=LONGEST_TEXT).contains(&length).then_some(text)
}

/// Digits only: no sign, no blanks.
fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

impl<S: Send + Sync> FromRequestParts<S> for Ask {
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiFailure> {
        let params = Params::of(&parts.uri)
            .ok_or_else(|| Failure::invalid("query", Message::new("invalid.query")))?;
        Ok(Self {
            params,
            path: parts.uri.path().to_owned(),
            faults: BTreeMap::new(),
            strayed: false,
        })
    }
}

/// The one variable segment of a path. What is not UTF-8 names nothing: 404.
pub struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFailure> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(text)) => Ok(Self(text)),
            Err(_) => Err(ApiFailure(Failure::NotFound)),
        }
    }
}

/// Several variable segments of a path, in its order.
pub struct Names<const N: usize>(pub [String; N]);

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for Names<N> {
    type Rejection = ApiFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiFailure> {
        let segments = Segments::<N>::from_request_parts(parts, state).await;
        segments
            .map(|Segments(all)| Self(all))
            .map_err(|failure| ApiFailure(failure.0))
    }
}

/// Largest body, in bytes.
pub const BODY_BYTES: usize = 256 << 10;

/// A JSON body; null where there is none at all.
pub struct Body(pub Value);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiFailure;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiFailure> {
        let is_json = is_json(request.headers());
        let bytes = axum::body::to_bytes(request.into_body(), BODY_BYTES).await;
        let bytes = bytes.map_err(|_| Failure::TooLarge)?;
        if bytes.is_empty() && !is_json {
            return Ok(Self(Value::Null));
        }
        if !is_json {
            return Err(ApiFailure(Failure::MediaType));
        }
        match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Self(value)),
            Err(_) => Err(Failure::invalid("body", Message::new("invalid.json")).into()),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::CalendarId;

    fn ask(query: &str) -> Ask {
        let uri = format!("/api/v1/events?{query}").parse().unwrap();
        Ask {
            params: Params::of(&uri).unwrap(),
            path: uri.path().to_owned(),
            faults: BTreeMap::new(),
            strayed: false,
        }
    }

    fn faults(query: &str) -> Vec<String> {
        let mut ask = ask(query);
        ask.limit(USUAL_LIMIT);
        ask.category();
        ask.range(&Zone::seoul(), "2026-11-22T03:00:00Z".parse().unwrap());
        ask.filter();
        ask.cursor::<CalendarId>();
        match ask.finish() {
            Ok(()) => Vec::new(),
            Err(Failure::Invalid(fields)) => fields.into_keys().collect(),
            Err(other) => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn every_fault_is_told_with_its_field() {
        for (query, want) in [
            ("", &[][..]),
            ("limit=200&unknown=1&unknown=2&category=sport", &[]),
            ("limit=0", &["limit"]),
            ("limit=201", &["limit"]),
            ("limit=%2B5", &["limit"]),
            ("limit=", &["limit"]),
            ("limit=5&limit=6", &["limit"]),
            ("from=banana", &["from"]),
            ("from=banana&to=apple", &["from", "to"]),
            ("from=2027-04-02&to=2027-04-01", &["to"]),
            ("from=2027-04-01&to=2030-04-01", &["to"]),
            ("category=Sport", &["category"]),
            ("tags=a+b&status=x&cursor=00", &["cursor", "status", "tags"]),
        ] {
            assert_eq!(faults(query), want, "{query}");
        }
    }

    #[test]
    fn a_revision_is_needed_and_is_told_once() {
        for query in [
            "",
            "since=",
            "since=-1",
            "since=1e3",
            "since=99999999999999999999",
        ] {
            let mut ask = ask(query);
            ask.since();
            let Err(Failure::Invalid(fields)) = ask.finish() else {
                unreachable!("{query} is refused");
            };
            assert_eq!(fields["since"].len(), 1, "{query}");
        }
        let mut ask = ask("since=7");
        assert_eq!(ask.since(), 7);
        assert!(ask.finish().is_ok());
    }

    #[test]
    fn a_list_is_named_by_what_chooses_its_items() {
        let list = ask("to=2027-05-01&limit=5&x=y&from=2027-04-01").list();
        assert_eq!(
            list,
            ask("from=2027-04-01&to=2027-05-01&limit=9&cursor=a").list()
        );
        assert_ne!(list, ask("from=2027-04-01").list());
    }
}
