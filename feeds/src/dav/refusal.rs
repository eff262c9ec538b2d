//! Refusals, and the headers that every answer has.

use super::target::{Owner, Target};
use super::write::Xml;
use crate::answer::Answer;
use crate::problem::{problem, set};
use bytes::Bytes;
use http::header::{self, HeaderName};
use http::{Response, StatusCode};

/// What of WebDAV is understood (RFC 4918 §10.1, RFC 4791 §5.1).
const DAV_HEADER: &str = "1, 3, calendar-access";
/// The media type of all XML here.
pub(super) const XML_TYPE: &str = "application/xml; charset=utf-8";

/// What a collection takes; members take GET too.
pub(super) const ALLOW: &str = "OPTIONS, PROPFIND, REPORT";
/// What a member takes.
pub(super) const ALLOW_MEMBER: &str = "OPTIONS, GET, HEAD, PROPFIND";

/// A precondition that does not hold, by the element that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precondition {
    /// RFC 3253 §3.6.
    SupportedReport,
    /// RFC 4918 §9.1.1: depth infinity.
    FiniteDepth,
    /// RFC 6578 §3.2.
    ValidSyncToken,
    /// RFC 4791 §7.8: a filter that is well-formed but not searched by.
    SupportedFilter,
    /// RFC 4791 §7.8: a filter that makes no sense.
    ValidFilter,
    /// RFC 4791 §7.8.
    SupportedCollation,
    /// RFC 4791 §7.8: another format of calendar data than iCalendar.
    SupportedCalendarData,
}

impl Precondition {
    const fn markup(self) -> &'static str {
        match self {
            Self::SupportedReport => "<D:supported-report/>",
            Self::FiniteDepth => "<D:propfind-finite-depth/>",
            Self::ValidSyncToken => "<D:valid-sync-token/>",
            Self::SupportedFilter => "<C:supported-filter/>",
            Self::ValidFilter => "<C:valid-filter/>",
            Self::SupportedCollation => "<C:supported-collation/>",
            Self::SupportedCalendarData => "<C:supported-calendar-data/>",
        }
    }

    /// 403 with the element.
    pub(super) fn refuse(self) -> Answer {
        let mut xml = Xml::new("D:error", std::iter::empty());
        xml.raw(self.markup());
        document(StatusCode::FORBIDDEN, xml)
    }
}

/// 403: nothing is ever written here (RFC 3744 §7.1.1).
pub(super) fn read_only(href: &str) -> Answer {
    let mut xml = Xml::new("D:error", std::iter::empty());
    xml.raw("<D:need-privileges><D:resource>");
    xml.href(href);
    xml.raw("<D:privilege><D:write/></D:privilege></D:resource></D:need-privileges>");
    document(StatusCode::FORBIDDEN, xml)
}

/// 400.
pub(super) fn bad_request(detail: &str) -> Answer {
    problem(StatusCode::BAD_REQUEST, detail, &[])
}

/// 413.
pub(super) fn too_large() -> Answer {
    problem(
        StatusCode::PAYLOAD_TOO_LARGE,
        "a request may be 64 KiB long: ask for fewer resources at once",
        &[],
    )
}

/// 404.
pub(super) fn missing() -> Answer {
    problem(StatusCode::NOT_FOUND, "there is nothing here", &[])
}

/// 405 with what is allowed.
pub(super) fn not_allowed(allow: &str) -> Answer {
    let detail = "this is a read-only CalDAV server: subscribe to it with a calendar program";
    let mut refused = problem(StatusCode::METHOD_NOT_ALLOWED, detail, &[]);
    set(&mut refused, header::ALLOW, allow);
    refused
}

/// 301 from where clients begin to look (RFC 6764 §5).
pub(super) fn well_known() -> Answer {
    let mut moved = Response::new(Bytes::new());
    *moved.status_mut() = StatusCode::MOVED_PERMANENTLY;
    set(&mut moved, header::LOCATION, &Target::Root.href());
    set(&mut moved, header::CONTENT_LENGTH, "0");
    moved
}

/// 401, for whoever wants to ask a client for a person's address token as its password. Never
/// needed: public calendars are everybody's, and a token in the path does as well.
pub fn challenge() -> Answer {
    let detail = "give the token of your private address as the password, with any user name";
    let mut asks = problem(StatusCode::UNAUTHORIZED, detail, &[]);
    let scheme = "Basic realm=\"Almanac\", charset=\"UTF-8\"";
    set(&mut asks, header::WWW_AUTHENTICATE, scheme);
    dressed(asks, None)
}

/// An answer that is an XML document.
pub(super) fn document(status: StatusCode, xml: Xml) -> Answer {
    let body = Bytes::from(xml.end());
    let length = body.len().to_string();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    set(&mut answer, header::CONTENT_TYPE, XML_TYPE);
    set(&mut answer, header::CONTENT_LENGTH, &length);
    answer
}

/// Adds what every answer has. A person's must not be kept by anybody on the way, and their
/// addresses, which are secrets, not told to others.
pub(super) fn dressed(mut answer: Answer, owner: Option<&Owner>) -> Answer {
    set(&mut answer, HeaderName::from_static("dav"), DAV_HEADER);
    set(&mut answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    let person = matches!(owner, Some(Owner::Person(_)));
    if person || !answer.headers().contains_key(header::CACHE_CONTROL) {
        set(&mut answer, header::CACHE_CONTROL, "private, no-store");
    }
    if person {
        set(&mut answer, header::REFERRER_POLICY, "no-referrer");
        let robots = HeaderName::from_static("x-robots-tag");
        set(&mut answer, robots, "noindex");
    }
    answer
}
