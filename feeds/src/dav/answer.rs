//! Answers out of what was found.

use super::ask::{Ask, Depth, Href, Method, Missing, Parsed, Props};
use super::matching;
use super::property::{Data, Known, MEMBER_TYPE, Resource};
use super::refusal::{self, Precondition, document, dressed};
use super::target::{Owner, Target, encoded};
use super::write::{Name, Xml};
use super::{Collection, Delta, Found, InvalidToken, Member};
use crate::answer::Answer;
use crate::conditional::{http_date, unchanged};
use crate::problem::set;
use bytes::Bytes;
use http::header::{self, HeaderName};
use http::{Response, StatusCode};
use std::collections::BTreeMap;

/// How long others may keep a public member before they ask again, in seconds.
const PUBLIC_CACHE: &str = "public, max-age=300";
const OK: &str = "HTTP/1.1 200 OK";
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden";
const TRUNCATED: &str = "HTTP/1.1 507 Insufficient Storage";

/// Answers a request. `found` is what [`Parsed::needs`] asked for; `delta` what changed, for a
/// sync-collection. Without one, everything that `found` holds counts as new.
pub fn answer(
    parsed: &Parsed,
    found: &Found,
    delta: Option<Result<Delta, InvalidToken>>,
) -> Answer {
    let owner = match found {
        Found::Root { who } => who,
        _ => parsed.target.owner(),
    };
    let answering = Answering { parsed, who: owner };
    dressed(answering.answer(found, delta), Some(owner))
}

struct Answering<'a> {
    parsed: &'a Parsed,
    who: &'a Owner,
}

impl Answering<'_> {
    fn answer(&self, found: &Found, delta: Option<Result<Delta, InvalidToken>>) -> Answer {
        let is_member = matches!(self.parsed.target, Target::Member(..));
        let allow = if is_member {
            refusal::ALLOW_MEMBER
        } else {
            refusal::ALLOW
        };
        match (self.parsed.method, found) {
            (Method::Options, _) => options(allow),
            (Method::Write, _) => refusal::read_only(&self.parsed.target.href()),
            (Method::Other, _) => refusal::not_allowed(allow),
            (Method::Get | Method::Head, _) if !is_member => refusal::not_allowed(allow),
            (_, Found::Missing) => refusal::missing(),
            (Method::Get | Method::Head, Found::Member(_, member)) => self.get(member),
            (Method::Get | Method::Head, _) => refusal::missing(),
            (Method::Propfind, found) => self.propfind(found),
            (Method::Proppatch, _) => self.proppatch(),
            (Method::Report, Found::Collection(collection)) => self.report(collection, delta),
            (Method::Report, _) => Precondition::SupportedReport.refuse(),
        }
    }

    fn get(&self, member: &Member) -> Answer {
        let tag = member.etag.trim_matches('"');
        let known = unchanged(&self.parsed.unless, tag, member.modified).is_some();
        let mut answer = Response::new(Bytes::new());
        if known {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let text = member.body.bytes();
            set(&mut answer, header::CONTENT_TYPE, MEMBER_TYPE);
            set(&mut answer, header::CONTENT_LENGTH, &text.len().to_string());
            if self.parsed.method == Method::Get {
                *answer.body_mut() = text;
            }
        }
        set(&mut answer, header::ETAG, &member.etag);
        set(
            &mut answer,
            header::LAST_MODIFIED,
            &http_date(member.modified),
        );
        set(&mut answer, header::CACHE_CONTROL, PUBLIC_CACHE);
        answer
    }

    fn propfind(&self, found: &Found) -> Answer {
        let Ask::Props(props) = &self.parsed.ask else {
            return refusal::bad_request("a PROPFIND has a DAV:propfind");
        };
        let mut status = self.multistatus(props, Data::Withheld);
        let here = self.parsed.target.href();
        let deep = self.parsed.depth == Depth::One;
        match found {
            Found::Root { .. } => {
                status.resource(&here, &Resource::Root);
                if deep {
                    status.resource(&self.who.home(), &Resource::Home);
                }
            }
            Found::Principal { title } => status.resource(&here, &Resource::Principal { title }),
            Found::Home { collections } => {
                status.resource(&here, &Resource::Home);
                for collection in collections.iter().filter(|_| deep) {
                    status.resource(&collection.href, &Resource::Collection(collection));
                }
            }
            Found::Collection(collection) => {
                status.resource(&here, &Resource::Collection(collection));
                for member in collection.members.iter().filter(|_| deep) {
                    status.member(&here, member);
                }
            }
            Found::Member(_, member) => status.resource(&here, &Resource::Member(member)),
            Found::Missing => return refusal::missing(),
        }
        status.end()
    }

    /// Every change is refused, one by one, and none of them done (RFC 4918 §9.2).
    fn proppatch(&self) -> Answer {
        let Ask::Update(names) = &self.parsed.ask else {
            return refusal::read_only(&self.parsed.target.href());
        };
        let mut xml = Xml::new("D:multistatus", names.iter());
        xml.open("D:response");
        xml.href(&self.parsed.target.href());
        xml.raw("<D:propstat><D:prop>");
        names.iter().for_each(|name| xml.named(name));
        xml.raw("</D:prop>");
        xml.text("D:status", FORBIDDEN);
        xml.raw("<D:error><D:cannot-modify-protected-property/></D:error></D:propstat>");
        xml.close("D:response");
        document(StatusCode::MULTI_STATUS, xml)
    }

    fn report(
        &self,
        collection: &Collection,
        delta: Option<Result<Delta, InvalidToken>>,
    ) -> Answer {
        if collection.source.is_some() {
            return Precondition::SupportedReport.refuse();
        }
        let here = self.parsed.target.href();
        match &self.parsed.ask {
            Ask::CalendarQuery { filter, props } => {
                let mut status = self.multistatus(props, Data::Given);
                for member in &collection.members {
                    if matching::fits(filter, member, &collection.zone) {
                        status.member(&here, member);
                    }
                }
                status.end()
            }
            Ask::CalendarMultiget { hrefs, props } => {
                let mut status = self.multistatus(props, Data::Given);
                status.named(&here, hrefs, &collection.members);
                status.end()
            }
            Ask::SyncCollection { props, .. } => {
                let status = self.multistatus(props, Data::Given);
                let (changed, removed, token, truncated) = match &delta {
                    Some(Err(InvalidToken)) => return Precondition::ValidSyncToken.refuse(),
                    Some(Ok(delta)) => (
                        &delta.changed,
                        delta.removed.as_slice(),
                        &delta.token,
                        delta.truncated,
                    ),
                    None => (
                        &collection.members,
                        [].as_slice(),
                        &collection.sync_token,
                        false,
                    ),
                };
                let mut status = status;
                changed.iter().for_each(|one| status.member(&here, one));
                removed.iter().for_each(|name| status.gone(&here, name));
                if truncated {
                    status.truncated(&here);
                }
                status.xml.text("D:sync-token", token);
                status.end()
            }
            Ask::Nothing | Ask::Props(_) | Ask::Update(_) | Ask::Unsupported => {
                Precondition::SupportedReport.refuse()
            }
        }
    }

    fn multistatus<'p>(&'p self, props: &'p Props, data: Data) -> Multistatus<'p> {
        let (names, all) = match props {
            Props::Some(names) => (names.as_slice(), None),
            Props::All(more) => (more.as_slice(), Some(All::Values)),
            Props::Names => (&[] as &[Name], Some(All::Names)),
        };
        let named = names.iter().map(|name| (name, Known::of(name))).collect();
        Multistatus {
            xml: Xml::new("D:multistatus", names.iter()),
            named,
            all,
            data,
            missing: self.parsed.missing,
            who: self.who,
        }
    }
}

fn options(allow: &str) -> Answer {
    let mut answer = Response::new(Bytes::new());
    set(&mut answer, header::ALLOW, allow);
    set(&mut answer, header::CONTENT_LENGTH, "0");
    answer
}

/// What is told beside what is asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum All {
    Values,
    Names,
}

/// A 207 being written (RFC 4918 §13).
struct Multistatus<'a> {
    xml: Xml,
    named: Vec<(&'a Name, Option<Known>)>,
    all: Option<All>,
    data: Data,
    missing: Missing,
    who: &'a Owner,
}

impl Multistatus<'_> {
    fn member(&mut self, calendar: &str, member: &Member) {
        let href = member_href(calendar, &member.name);
        self.resource(&href, &Resource::Member(member));
    }

    fn resource(&mut self, href: &str, resource: &Resource<'_>) {
        self.xml.open("D:response");
        self.xml.href(href);
        self.there(resource);
        self.not_there(resource);
        self.xml.close("D:response");
    }

    fn there(&mut self, resource: &Resource<'_>) {
        let begin = self.xml.mark();
        self.xml.raw("<D:propstat><D:prop>");
        let empty = self.xml.mark();
        let all = resource.properties().iter().copied();
        match self.all {
            Some(All::Names) => {
                for known in all.filter(|known| resource.has(*known, self.data)) {
                    let element = known.element();
                    self.xml.raw(&format!("<{element}/>"));
                }
            }
            Some(All::Values) => {
                for known in all.filter(|known| resource.always(*known)) {
                    resource.write(&mut self.xml, known, self.who);
                }
            }
            None => {}
        }
        for known in self.named.iter().filter_map(|(_, known)| *known) {
            let told = self.all == Some(All::Values) && resource.always(known);
            if !told && resource.has(known, self.data) {
                resource.write(&mut self.xml, known, self.who);
            }
        }
        // A response needs one propstat: an empty one where the others are left out.
        let others = self.missing == Missing::Told && !self.named.is_empty();
        if self.xml.mark() == empty && others {
            self.xml.back_to(begin);
            return;
        }
        self.xml.raw("</D:prop>");
        self.xml.text("D:status", OK);
        self.xml.close("D:propstat");
    }

    fn not_there(&mut self, resource: &Resource<'_>) {
        if self.missing == Missing::LeftOut {
            return;
        }
        let begin = self.xml.mark();
        self.xml.raw("<D:propstat><D:prop>");
        let empty = self.xml.mark();
        for (name, known) in &self.named {
            if !known.is_some_and(|known| resource.has(known, self.data)) {
                self.xml.named(name);
            }
        }
        if self.xml.mark() == empty {
            self.xml.back_to(begin);
            return;
        }
        self.xml.raw("</D:prop>");
        self.xml.text("D:status", NOT_FOUND);
        self.xml.close("D:propstat");
    }

    fn named(&mut self, calendar: &str, hrefs: &[Href], members: &[Member]) {
        let by_name: BTreeMap<&str, &Member> =
            members.iter().map(|one| (one.name.as_str(), one)).collect();
        for href in hrefs {
            let name = href.name.as_deref();
            match name.and_then(|name| by_name.get(name)) {
                Some(member) => self.member(calendar, member),
                None => self.status(&href.sent, NOT_FOUND, ""),
            }
        }
    }

    fn gone(&mut self, calendar: &str, name: &str) {
        self.status(&member_href(calendar, name), NOT_FOUND, "");
    }

    /// RFC 6578 §3.6.
    fn truncated(&mut self, calendar: &str) {
        let why = "<D:error><D:number-of-matches-within-limits/></D:error>";
        self.status(calendar, TRUNCATED, why);
    }

    fn status(&mut self, href: &str, status: &str, more: &str) {
        self.xml.open("D:response");
        self.xml.href(href);
        self.xml.text("D:status", status);
        self.xml.raw(more);
        self.xml.close("D:response");
    }

    fn end(self) -> Answer {
        let mut answer = document(StatusCode::MULTI_STATUS, self.xml);
        if self.missing == Missing::LeftOut {
            let applied = HeaderName::from_static("preference-applied");
            set(&mut answer, applied, "return=minimal");
        }
        answer
    }
}

fn member_href(calendar: &str, name: &str) -> String {
    [calendar, &encoded(name)].concat()
}
