//! Conditional requests and codings (RFC 9110): what a client has already, and in which form it
//! takes the rest.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use jiff::{Timestamp, ToSpan};
use std::borrow::Cow;

/// A phone's If-Modified-Since is the phone's own clock at its last visit. Only when it lies
/// this far behind our last change do we believe that it has seen it (R5).
const CLOCK_SAFETY_MINUTES: i64 = 10;

/// A coding that an answer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

impl Coding {
    /// All of them, in the order of [`Coding::place`].
    pub(crate) const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Brotli, Self::Zstd];

    /// Its place in a list of all.
    pub(crate) const fn place(self) -> usize {
        self as usize
    }

    /// What tells its validator from the plain one's.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "-gz",
            Self::Brotli => "-br",
            Self::Zstd => "-zs",
        }
    }

    /// Its name in Content-Encoding; `None` for none.
    pub(crate) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
        }
    }
}

/// What a date that equals ours says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Equal {
    /// The client has these very bytes: every state of the feed has a date of its own.
    Proves,
    /// Two states may have the same date.
    ProvesNothing,
}

/// What a request's headers say about what the client has and what it takes. Several lines of one
/// header are one list (RFC 9110 §5.3).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Terms<'a> {
    /// If-None-Match.
    pub none_match: Option<&'a str>,
    /// If-Modified-Since.
    pub since: Option<&'a str>,
    /// Accept-Encoding; empty where there is none.
    pub accept: &'a str,
}

impl<'a> Terms<'a> {
    /// Whether the client has it already: `Some(tag that it named)`. If-None-Match decides alone
    /// where it is sent (RFC 9110 §13.2.2). The same state in another coding counts: the client
    /// has these very events.
    pub(crate) fn unchanged(
        &self,
        tag: &str,
        modified: Timestamp,
        equal: Equal,
    ) -> Option<Option<&'a str>> {
        if let Some(list) = self.none_match {
            return named(list, tag);
        }
        let since = read_http_date(self.since?)?;
        let safe = modified
            .checked_add(CLOCK_SAFETY_MINUTES.minutes())
            .unwrap_or(Timestamp::MAX);
        let equal = equal == Equal::Proves && since == modified;
        (equal || since >= safe).then_some(None)
    }

    /// The coding that the client likes best of those it names; of those it likes alike, the
    /// smallest. Only what is named: two Outlook services are reported to have choked on gzip.
    pub(crate) fn coding(&self) -> Coding {
        let mut best = (0.0, Coding::Identity);
        for part in self.accept.split(',') {
            let (name, weight) = part.split_once(';').unwrap_or((part, ""));
            let weight = match weight.trim().strip_prefix("q=") {
                Some(weight) => weight.parse::<f32>().unwrap_or(0.0),
                None => 1.0,
            };
            let (rank, coding) = match name.trim() {
                name if name.eq_ignore_ascii_case("br") => (0.003, Coding::Brotli),
                name if name.eq_ignore_ascii_case("zstd") => (0.002, Coding::Zstd),
                name if name.eq_ignore_ascii_case("gzip") => (0.001, Coding::Gzip),
                _ => continue,
            };
            // Weights have three decimals (RFC 9110 §12.4.2): a rank never outweighs one.
            let liking = (weight * 10.0) + rank;
            if weight > 0.0 && liking > best.0 {
                best = (liking, coding);
            }
        }
        best.1
    }
}

/// The tag in a list that names this state in any coding; `Some(None)` for a star.
fn named<'a>(list: &'a str, tag: &str) -> Option<Option<&'a str>> {
    list.split(',').map(str::trim).find_map(|one| {
        let strong = one.strip_prefix("W/").unwrap_or(one);
        let rest = strong.trim_matches('"').strip_prefix(tag);
        match one {
            "*" => Some(None),
            _ => rest.is_some_and(is_suffix).then_some(Some(strong)),
        }
    })
}

/// A header as one list; empty where a line of it is no text.
fn list(headers: &HeaderMap, name: HeaderName) -> Option<Cow<'_, str>> {
    let mut lines = headers.get_all(name).into_iter();
    let text = |line: &'_ HeaderValue| line.to_str().map(str::to_owned).unwrap_or_default();
    let first = lines.next()?;
    let Some(second) = lines.next() else {
        return Some(Cow::Borrowed(first.to_str().unwrap_or_default()));
    };
    let rest = std::iter::once(second).chain(lines);
    Some(Cow::Owned(
        rest.fold(text(first), |all, line| all + "," + &text(line)),
    ))
}

/// What a request's headers say.
pub(crate) struct Said<'a> {
    none_match: Option<Cow<'a, str>>,
    since: Option<&'a str>,
    accept: Option<Cow<'a, str>>,
}

impl<'a> Said<'a> {
    pub(crate) fn of(headers: &'a HeaderMap) -> Self {
        let since = headers.get(header::IF_MODIFIED_SINCE);
        Self {
            none_match: list(headers, header::IF_NONE_MATCH),
            since: since.and_then(|since| since.to_str().ok()),
            accept: list(headers, header::ACCEPT_ENCODING),
        }
    }

    pub(crate) fn terms(&self) -> Terms<'_> {
        Terms {
            none_match: self.none_match.as_deref(),
            since: self.since,
            accept: self.accept.as_deref().unwrap_or_default(),
        }
    }
}

/// [`Terms::unchanged`] for a request's headers.
pub(crate) fn unchanged(
    headers: &HeaderMap,
    tag: &str,
    modified: Timestamp,
) -> Option<Option<String>> {
    unchanged_with(headers, tag, modified, Equal::Proves)
}

/// [`unchanged`] where equal dates may say less.
pub(crate) fn unchanged_with(
    headers: &HeaderMap,
    tag: &str,
    modified: Timestamp,
    equal: Equal,
) -> Option<Option<String>> {
    let said = Said::of(headers);
    let known = said.terms().unchanged(tag, modified, equal)?;
    Some(known.map(str::to_owned))
}

/// [`Terms::coding`] for a request's headers.
pub(crate) fn coding(headers: &HeaderMap) -> Coding {
    Said::of(headers).terms().coding()
}

fn is_suffix(rest: &str) -> bool {
    Coding::ALL.iter().any(|coding| coding.suffix() == rest)
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

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "0123456789abcdefghijkl";

    fn modified() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn asks(name: http::HeaderName, value: &str) -> bool {
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
            "\"0123456789abcdefghijkl-br\"",
        ];
        for value in yes {
            assert!(asks(header::IF_NONE_MATCH, value), "{value}");
        }
        for value in [
            "\"x\"",
            "",
            "\"0123456789abcdefghijk\"",
            "\"-gz\"",
            "\"0123456789abcdefghijkl-xx\"",
        ] {
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
    fn only_codings_that_are_named_are_sent() {
        for (accept, want) in [
            ("gzip, deflate", Coding::Gzip),
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("gzip, zstd", Coding::Zstd),
            ("GZIP;q=0.5", Coding::Gzip),
            ("br;q=0.5, gzip;q=0.9", Coding::Gzip),
            ("*", Coding::Identity),
            ("identity", Coding::Identity),
            ("gzip;q=0", Coding::Identity),
            ("br;q=x", Coding::Identity),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accept.parse().unwrap());
            assert_eq!(coding(&headers), want, "{accept}");
        }
    }

    #[test]
    fn dates_read_back() {
        assert_eq!(read_http_date(&http_date(modified())), Some(modified()));
    }
}
