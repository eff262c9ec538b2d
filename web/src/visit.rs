//! Who reads and what they asked for: the language of the page, the query, one path segment.

use crate::failure::{Failure, Message, PageFailure};
use crate::locale::{T, UiLang};
use axum::extract::{FromRequestParts, Path, Query};
use http::request::Parts;
use http::{HeaderMap, Uri, header};

/// Name of the cookie in which the chosen language stands (with `__Host-` before it over https).
pub const LANG_COOKIE: &str = "lang";

/// The query of an address. A key that we know may stand once (security case E12); keys that we
/// do not know are ignored (R15).
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query; `None` when it is not a query.
    pub fn of(uri: &Uri) -> Option<Self> {
        Query::try_from_uri(uri)
            .ok()
            .map(|Query(pairs)| Self(pairs))
    }

    /// The value of a key, if any; a key that stands twice is refused.
    pub fn one(&self, key: &str) -> Result<Option<&str>, Failure> {
        let mut values = self.0.iter().filter(|(k, _)| k == key);
        let first = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() {
            return Err(Failure::invalid(key, Message::new("invalid.twice")));
        }
        Ok(first)
    }
}

/// One visit to a page.
#[derive(Clone)]
pub struct Visit {
    /// The translator.
    pub t: T,
    /// What stands behind the question mark.
    pub params: Params,
    /// Path and query, to come back to.
    pub here: String,
    /// Whether the address names the language, so that it is the same for every reader.
    pub names_language: bool,
}

impl Visit {
    /// Reads a visit from a request's parts.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Result<Self, Failure> {
        let params = Params::of(uri)
            .ok_or_else(|| Failure::invalid("query", Message::new("invalid.query")))?;
        let asked = params.one("lang")?.map(|text| {
            UiLang::parse(text)
                .ok_or_else(|| Failure::invalid("lang", Message::new("invalid.lang")))
        });
        let asked = asked.transpose()?;
        let ui = asked.unwrap_or_else(|| ui_lang(headers));
        Ok(Self {
            t: T::new(ui),
            params,
            here: here(uri),
            names_language: asked.is_some(),
        })
    }
}

/// The reader's language where the address names none: the cookie of the language switch, then
/// Accept-Language, then Korean.
pub fn ui_lang(headers: &HeaderMap) -> UiLang {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    cookie(headers, LANG_COOKIE)
        .and_then(UiLang::parse)
        .or_else(|| text(header::ACCEPT_LANGUAGE).and_then(UiLang::negotiate))
        .unwrap_or(UiLang::Ko)
}

/// Path and query without `lang`, which the language switch would otherwise fight with.
fn here(uri: &Uri) -> String {
    let kept: Vec<&str> = uri
        .query()
        .into_iter()
        .flat_map(|q| q.split('&'))
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("lang"))
        .collect();
    if kept.is_empty() {
        uri.path().to_owned()
    } else {
        format!("{}?{}", uri.path(), kept.join("&"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = PageFailure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageFailure> {
        Self::of(&parts.uri, &parts.headers).map_err(PageFailure)
    }
}

/// The one variable segment of a path. What is not UTF-8 names nothing: 404.
pub struct Segment(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = PageFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageFailure> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(text)) => Ok(Self(text)),
            Err(_) => Err(PageFailure(Failure::NotFound)),
        }
    }
}

/// Several variable segments of a path, in its order. What is not UTF-8 names nothing: 404.
pub struct Segments<const N: usize>(pub [String; N]);

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for Segments<N> {
    type Rejection = PageFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageFailure> {
        let Ok(Path(all)) = Path::<Vec<String>>::from_request_parts(parts, state).await else {
            return Err(PageFailure(Failure::NotFound));
        };
        let all = all.try_into();
        all.map(Self)
            .map_err(|_: Vec<String>| PageFailure(Failure::NotFound))
    }
}

/// The value of a cookie, whichever prefix the scheme gave its name (R29).
pub fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let text = headers.get(header::COOKIE)?.to_str().ok()?;
    text.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name.strip_prefix("__Host-").unwrap_or(name) == wanted).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn visit(uri: &str, headers: &[(header::HeaderName, &'static str)]) -> Result<Visit, Failure> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect();
        Visit::of(&uri.parse().unwrap(), &headers)
    }

    #[test]
    fn the_address_beats_the_cookie_beats_the_browser() {
        let english = (header::ACCEPT_LANGUAGE, "en");
        let korean = (header::COOKIE, "a=b; __Host-lang=ko");
        let ui = |uri, headers: &[_]| visit(uri, headers).unwrap().t.ui();
        assert_eq!(ui("/", &[]), UiLang::Ko);
        assert_eq!(ui("/", std::slice::from_ref(&english)), UiLang::En);
        assert_eq!(ui("/", &[english.clone(), korean.clone()]), UiLang::Ko);
        assert_eq!(ui("/?lang=en", &[english, korean]), UiLang::En);
        assert_eq!(ui("/", &[(header::COOKIE, "lang=<x>")]), UiLang::Ko);
    }

    #[test]
    fn e12_a_known_key_stands_once_and_means_something() {
        assert_eq!(
            visit("/?lang=fr", &[]).err().map(|f| f.status()),
            Some(http::StatusCode::BAD_REQUEST)
        );
        assert!(visit("/?lang=ko&lang=en", &[]).is_err());
        let visit = visit("/?x=1&x=2&month=2026-12", &[]).unwrap();
        assert_eq!(visit.params.one("month").unwrap(), Some("2026-12"));
        assert!(visit.params.one("x").is_err());
    }

    #[test]
    fn the_way_back_keeps_everything_but_the_language() {
        let back = |uri| visit(uri, &[]).unwrap().here;
        assert_eq!(
            back("/calendars/kbo?lang=en&view=list"),
            "/calendars/kbo?view=list"
        );
        assert_eq!(back("/?lang=en"), "/");
    }
}
