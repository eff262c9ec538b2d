//! Requests taken apart: method, target, depth, and what the body asks for. Decides everything
//! that needs no data, so that whoever has the data is told in one word what to bring.

use super::BODY_BYTES;
use super::filter::{Filter, Span};
use super::refusal::{self, Precondition};
use super::report;
use super::target::{Owner, Target};
use super::write::{CAL, DAV, Name};
use super::xml::{self, Element};
use crate::answer::Answer;
use http::header::{self, HeaderMap};

/// Most properties of one request: what is not known is written back for every member.
const PROPERTIES: usize = 100;
/// Most bytes that their names may have together.
const PROPERTY_BYTES: usize = 8 << 10;
/// Where clients begin to look (RFC 6764 §5).
const WELL_KNOWN: &str = "/.well-known/caldav";

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Tell what is understood.
    Options,
    /// Read properties.
    Propfind,
    /// Change properties: refused one by one.
    Proppatch,
    /// Search or compare.
    Report,
    /// Read a member.
    Get,
    /// The same without its text.
    Head,
    /// Anything that would write: refused.
    Write,
    /// Anything else.
    Other,
}

/// How far below the target (RFC 4918 §10.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The target alone.
    Zero,
    /// And what is directly in it.
    One,
    /// And all below.
    Infinity,
}

/// Which properties are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Props {
    /// WebDAV's own, and these (allprop with include, RFC 4918 §9.1).
    All(Vec<Name>),
    /// The names of all that there are (propname).
    Names,
    /// These, whether they exist or not, without doubles, in the client's order.
    Some(Vec<Name>),
}

/// An address in a multiget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Href {
    /// As sent.
    pub sent: String,
    /// The member of the target that it names; `None` where it leads elsewhere.
    pub name: Option<String>,
}

/// What the body asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// There is none, or it does not matter.
    Nothing,
    /// PROPFIND.
    Props(Props),
    /// PROPPATCH: the properties that would be set or removed.
    Update(Vec<Name>),
    /// Members that fit a filter (RFC 4791 §7.8).
    CalendarQuery {
        /// The filter.
        filter: Filter,
        /// What of them.
        props: Props,
    },
    /// Members by their addresses (RFC 4791 §7.9).
    CalendarMultiget {
        /// The addresses, without doubles.
        hrefs: Vec<Href>,
        /// What of them.
        props: Props,
    },
    /// What changed since a state (RFC 6578 §3).
    SyncCollection {
        /// The state; everything is new where `None`.
        token: Option<String>,
        /// At most so many members at once, at least 1.
        limit: Option<u32>,
        /// What of those that changed.
        props: Props,
    },
    /// A report that is not offered (free-busy-query among them), or not here.
    Unsupported,
}

/// What an answer is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs<'a> {
    /// Nothing at all, not even whether the target exists.
    Nothing,
    /// What is at the target, without members of calendars.
    Itself,
    /// A calendar with all its members.
    All,
    /// A calendar with at least those members that have an instance in a span.
    Within(Span),
    /// A calendar with those of its members that have these names.
    Named(Vec<&'a str>),
    /// A calendar without its members, and what changed in it.
    Changes {
        /// The token of the state; from the beginning where `None`.
        since: Option<&'a str>,
        /// At most so many members at once, at least 1.
        limit: Option<u32>,
    },
}

/// Whether properties that do not exist are told (RFC 8144 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Told,
    LeftOut,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// What is to be done.
    pub method: Method,
    /// With what.
    pub target: Target,
    /// How far below it.
    pub depth: Depth,
    /// What the body asks for.
    pub ask: Ask,
    pub(super) missing: Missing,
    /// If-None-Match, as sent (RFC 9110 §13.1.2).
    pub(super) unless: HeaderMap,
}

impl Parsed {
    /// What [`answer`](super::answer) wants to be given. A member is found by its target alone and
    /// needs nothing beyond itself.
    pub fn needs(&self) -> Needs<'_> {
        match (&self.method, &self.ask) {
            (Method::Options | Method::Write | Method::Other, _) => Needs::Nothing,
            (Method::Get | Method::Head, _) if !matches!(self.target, Target::Member(..)) => {
                Needs::Nothing
            }
            (Method::Propfind, _)
                if self.depth == Depth::One && matches!(self.target, Target::Collection(..)) =>
            {
                Needs::All
            }
            (_, Ask::CalendarQuery { filter, .. }) => {
                filter.span().map_or(Needs::All, Needs::Within)
            }
            (_, Ask::CalendarMultiget { hrefs, .. }) => Needs::Named(
                hrefs
                    .iter()
                    .filter_map(|href| href.name.as_deref())
                    .collect(),
            ),
            (_, Ask::SyncCollection { token, limit, .. }) => Needs::Changes {
                since: token.as_deref(),
                limit: *limit,
            },
            _ => Needs::Itself,
        }
    }
}

/// Why a request is not answered from data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// 400, with what is wrong.
    Bad(&'static str),
    /// 413.
    TooLarge,
    /// 403, with its element.
    Because(Precondition),
}

impl From<Precondition> for Refused {
    fn from(precondition: Precondition) -> Self {
        Self::Because(precondition)
    }
}

impl From<xml::Unreadable> for Refused {
    fn from(_: xml::Unreadable) -> Self {
        Self::Bad("the body is not XML as it is read here: UTF-8, no DOCTYPE, not very deep")
    }
}

/// Takes a request apart. Errors are answers, ready to be sent. `path` is as sent, without a query.
#[expect(
    clippy::result_large_err,
    reason = "both are moved once, from here to the caller"
)]
pub fn parse(
    method: &http::Method,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Parsed, Answer> {
    if path.strip_suffix('/').unwrap_or(path) == WELL_KNOWN {
        return Err(refusal::dressed(refusal::well_known(), None));
    }
    let Some(target) = Target::parse(path) else {
        let secret = path.starts_with("/dav/my/");
        let owner = if secret {
            Owner::Person(String::new())
        } else {
            Owner::Public
        };
        return Err(refusal::dressed(refusal::missing(), Some(&owner)));
    };
    let refused = match read(method, &target, headers, body) {
        Ok((method, depth, ask)) => {
            return Ok(Parsed {
                method,
                target,
                depth,
                ask,
                missing: missing(headers),
                unless: conditions(headers),
            });
        }
        Err(refused) => refused,
    };
    let refused = match refused {
        Refused::Bad(detail) => refusal::bad_request(detail),
        Refused::TooLarge => refusal::too_large(),
        Refused::Because(precondition) => precondition.refuse(),
    };
    Err(refusal::dressed(refused, Some(target.owner())))
}

fn read(
    method: &http::Method,
    target: &Target,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Method, Depth, Ask), Refused> {
    let method = match method.as_str() {
        "OPTIONS" => Method::Options,
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "PROPFIND" => Method::Propfind,
        "PROPPATCH" => Method::Proppatch,
        "REPORT" => Method::Report,
        "PUT" | "POST" | "PATCH" | "DELETE" | "MKCOL" | "MKCALENDAR" | "MOVE" | "COPY" | "LOCK"
        | "UNLOCK" | "ACL" | "BIND" | "UNBIND" | "REBIND" => Method::Write,
        _ => Method::Other,
    };
    if !matches!(
        method,
        Method::Propfind | Method::Proppatch | Method::Report
    ) {
        return Ok((method, Depth::Zero, Ask::Nothing));
    }
    if body.len() > BODY_BYTES {
        return Err(Refused::TooLarge);
    }
    let sent = depth(headers)?;
    let root = xml::read(body)?;
    match method {
        Method::Propfind => {
            let depth = sent.unwrap_or(Depth::Infinity);
            if depth == Depth::Infinity {
                return Err(Precondition::FiniteDepth.into());
            }
            let ask = match &root {
                None => Props::All(Vec::new()),
                Some(root) if root.name.is(DAV, "propfind") => props(root)?,
                Some(_) => return Err(Refused::Bad("a PROPFIND has a DAV:propfind")),
            };
            Ok((method, depth, Ask::Props(ask)))
        }
        Method::Proppatch => {
            let root = root.filter(|root| root.name.is(DAV, "propertyupdate"));
            let root = root.ok_or(Refused::Bad("a PROPPATCH has a DAV:propertyupdate"))?;
            Ok((method, Depth::Zero, Ask::Update(updates(&root)?)))
        }
        _ => {
            let depth = sent.unwrap_or(Depth::Zero);
            let root = root.ok_or(Refused::Bad("a REPORT says which one"))?;
            Ok((method, depth, report::read(&root, target, depth)?))
        }
    }
}

fn depth(headers: &HeaderMap) -> Result<Option<Depth>, Refused> {
    let Some(value) = headers.get("depth") else {
        return Ok(None);
    };
    match value.to_str().unwrap_or_default().trim() {
        "0" => Ok(Some(Depth::Zero)),
        "1" => Ok(Some(Depth::One)),
        far if far.eq_ignore_ascii_case("infinity") => Ok(Some(Depth::Infinity)),
        _ => Err(Refused::Bad("Depth is 0, 1 or infinity")),
    }
}

/// Two ways to say the same: Prefer (RFC 8144 §2.1, and its drafts' spelling) and Microsoft's
/// Brief.
fn missing(headers: &HeaderMap) -> Missing {
    let says = |name: &str, wanted: &[&str]| {
        let values = headers.get_all(name).into_iter();
        values
            .flat_map(|value| value.to_str().unwrap_or_default().split([',', ';']))
            .any(|one| wanted.iter().any(|is| one.trim().eq_ignore_ascii_case(is)))
    };
    if says("prefer", &["return=minimal", "return-minimal"]) || says("brief", &["t"]) {
        Missing::LeftOut
    } else {
        Missing::Told
    }
}

fn conditions(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for value in headers.get_all(header::IF_NONE_MATCH) {
        kept.append(header::IF_NONE_MATCH, value.clone());
    }
    kept
}

/// What an element with `prop`, `allprop` or `propname` in it wants.
pub(super) fn props(root: &Element) -> Result<Props, Refused> {
    if let Some(some) = root.child(DAV, "prop") {
        return Ok(Props::Some(names(some.children.iter())?));
    }
    if root.child(DAV, "propname").is_some() {
        return Ok(Props::Names);
    }
    let more = root.child(DAV, "include").into_iter();
    Ok(Props::All(names(more.flat_map(|one| &one.children))?))
}

/// Properties that would be changed (RFC 4918 §9.2).
fn updates(root: &Element) -> Result<Vec<Name>, Refused> {
    let verbs = root.children.iter();
    let props = verbs.filter_map(|verb| verb.child(DAV, "prop"));
    names(props.flat_map(|prop| &prop.children))
}

fn names<'a>(elements: impl Iterator<Item = &'a Element>) -> Result<Vec<Name>, Refused> {
    let (mut names, mut bytes) = (Vec::<Name>::new(), 0);
    for element in elements {
        let is_icalendar = element
            .attribute("content-type")
            .is_none_or(|kind| kind.eq_ignore_ascii_case("text/calendar"));
        if element.name.is(CAL, "calendar-data") && !is_icalendar {
            return Err(Precondition::SupportedCalendarData.into());
        }
        bytes += element.name.local().len();
        if names.contains(&element.name) {
            continue;
        }
        if names.len() >= PROPERTIES || bytes > PROPERTY_BYTES {
            return Err(Refused::Bad("a request may ask for 100 properties"));
        }
        names.push(element.name.clone());
    }
    Ok(names)
}
