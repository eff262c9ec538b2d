//! The properties that there are, and their values for each kind of resource. Unknown ones are
//! told apart here and written back by name elsewhere.

use super::target::Owner;
use super::write::{APPLE, CAL, DAV, Name, SERVER, Xml};
use super::{Collection, Member};
use crate::conditional::http_date;

/// What a member is, for clients that ask before they read.
pub(super) const MEMBER_TYPE: &str = "text/calendar; charset=utf-8; component=vevent";
/// CALDAV:max-resource-size (RFC 4791 §5.2.5). Nothing is ever taken, so it only has to be a
/// number that no client takes offence at.
const MAX_RESOURCE_BYTES: &str = "1048576";

/// A known property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    ResourceType,
    DisplayName,
    CurrentUserPrincipal,
    PrincipalUrl,
    Owner,
    CurrentUserPrivilegeSet,
    SupportedReportSet,
    SyncToken,
    GetEtag,
    GetContentType,
    GetContentLength,
    GetLastModified,
    CreationDate,
    CalendarHomeSet,
    CalendarUserAddressSet,
    SupportedComponents,
    SupportedCalendarData,
    SupportedCollations,
    CalendarDescription,
    CalendarTimezone,
    CalendarData,
    MaxResourceSize,
    GetCtag,
    Source,
    CalendarColor,
}

use Known as K;

/// All of them: namespace, name, and the same with the prefix that answers declare.
const ALL: [(K, &str, &str, &str); 25] = [
    (K::ResourceType, DAV, "resourcetype", "D:resourcetype"),
    (K::DisplayName, DAV, "displayname", "D:displayname"),
    (
        K::CurrentUserPrincipal,
        DAV,
        "current-user-principal",
        "D:current-user-principal",
    ),
    (K::PrincipalUrl, DAV, "principal-URL", "D:principal-URL"),
    (K::Owner, DAV, "owner", "D:owner"),
    (
        K::CurrentUserPrivilegeSet,
        DAV,
        "current-user-privilege-set",
        "D:current-user-privilege-set",
    ),
    (
        K::SupportedReportSet,
        DAV,
        "supported-report-set",
        "D:supported-report-set",
    ),
    (K::SyncToken, DAV, "sync-token", "D:sync-token"),
    (K::GetEtag, DAV, "getetag", "D:getetag"),
    (K::GetContentType, DAV, "getcontenttype", "D:getcontenttype"),
    (
        K::GetContentLength,
        DAV,
        "getcontentlength",
        "D:getcontentlength",
    ),
    (
        K::GetLastModified,
        DAV,
        "getlastmodified",
        "D:getlastmodified",
    ),
    (K::CreationDate, DAV, "creationdate", "D:creationdate"),
    (
        K::CalendarHomeSet,
        CAL,
        "calendar-home-set",
        "C:calendar-home-set",
    ),
    (
        K::CalendarUserAddressSet,
        CAL,
        "calendar-user-address-set",
        "C:calendar-user-address-set",
    ),
    (
        K::SupportedComponents,
        CAL,
        "supported-calendar-component-set",
        "C:supported-calendar-component-set",
    ),
    (
        K::SupportedCalendarData,
        CAL,
        "supported-calendar-data",
        "C:supported-calendar-data",
    ),
    (
        K::SupportedCollations,
        CAL,
        "supported-collation-set",
        "C:supported-collation-set",
    ),
    (
        K::CalendarDescription,
        CAL,
        "calendar-description",
        "C:calendar-description",
    ),
    (
        K::CalendarTimezone,
        CAL,
        "calendar-timezone",
        "C:calendar-timezone",
    ),
    (K::CalendarData, CAL, "calendar-data", "C:calendar-data"),
    (
        K::MaxResourceSize,
        CAL,
        "max-resource-size",
        "C:max-resource-size",
    ),
    (K::GetCtag, SERVER, "getctag", "S:getctag"),
    (K::Source, SERVER, "source", "S:source"),
    (
        K::CalendarColor,
        APPLE,
        "calendar-color",
        "A:calendar-color",
    ),
];

/// What `allprop` gives: WebDAV's own (RFC 4918 §9.1), which the later documents want to stay.
const WEBDAV: [K; 7] = [
    K::ResourceType,
    K::DisplayName,
    K::GetEtag,
    K::GetContentType,
    K::GetContentLength,
    K::GetLastModified,
    K::CreationDate,
];

const ROOT: &[K] = &[
    K::ResourceType,
    K::CurrentUserPrincipal,
    K::CurrentUserPrivilegeSet,
    K::SupportedReportSet,
    K::CalendarHomeSet,
];
const PRINCIPAL: &[K] = &[
    K::ResourceType,
    K::DisplayName,
    K::CurrentUserPrincipal,
    K::PrincipalUrl,
    K::CurrentUserPrivilegeSet,
    K::SupportedReportSet,
    K::CalendarHomeSet,
    K::CalendarUserAddressSet,
];
const HOME: &[K] = &[
    K::ResourceType,
    K::CurrentUserPrincipal,
    K::Owner,
    K::CurrentUserPrivilegeSet,
    K::SupportedReportSet,
];
const POINTER: &[K] = &[
    K::ResourceType,
    K::DisplayName,
    K::CurrentUserPrincipal,
    K::Owner,
    K::CurrentUserPrivilegeSet,
    K::SupportedReportSet,
    K::SupportedComponents,
    K::CalendarDescription,
    K::Source,
    K::CalendarColor,
];
const CALENDAR: &[K] = &[
    K::ResourceType,
    K::DisplayName,
    K::CurrentUserPrincipal,
    K::Owner,
    K::CurrentUserPrivilegeSet,
    K::SupportedReportSet,
    K::SyncToken,
    K::SupportedComponents,
    K::SupportedCalendarData,
    K::SupportedCollations,
    K::CalendarDescription,
    K::CalendarTimezone,
    K::MaxResourceSize,
    K::GetCtag,
    K::CalendarColor,
];
const MEMBER: &[K] = &[
    K::ResourceType,
    K::CurrentUserPrincipal,
    K::Owner,
    K::CurrentUserPrivilegeSet,
    K::SupportedReportSet,
    K::GetEtag,
    K::GetContentType,
    K::GetContentLength,
    K::GetLastModified,
    K::CreationDate,
];

impl Known {
    /// The property of this name.
    pub(super) fn of(name: &Name) -> Option<Self> {
        let mut all = ALL.iter();
        all.find(|(_, space, local, _)| name.is(space, local))
            .map(|(known, ..)| *known)
    }

    /// Its element, with the declared prefix.
    pub(super) fn element(self) -> &'static str {
        let mut all = ALL.iter();
        all.find(|(known, ..)| *known == self)
            .map_or("", |(.., element)| *element)
    }
}

/// A resource whose properties are told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Resource<'a> {
    Root,
    Principal { title: &'a str },
    Home,
    Collection(&'a Collection),
    Member(&'a Member),
}

/// Whether a member's text may be told among its properties: only reports give it (RFC 4791
/// §9.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Data {
    Given,
    Withheld,
}

impl Resource<'_> {
    /// The properties that such a resource can have.
    pub(super) const fn properties(&self) -> &'static [K] {
        match self {
            Self::Root => ROOT,
            Self::Principal { .. } => PRINCIPAL,
            Self::Home => HOME,
            Self::Collection(collection) if collection.source.is_some() => POINTER,
            Self::Collection(_) => CALENDAR,
            Self::Member(_) => MEMBER,
        }
    }

    /// Whether `allprop` gives a property that it has.
    pub(super) fn always(&self, known: K) -> bool {
        // RFC 5397 §3 would rather not. But several HTTP libraries follow the redirect of the
        // well-known address without the body, and what then arrives asks for everything.
        let wanted = [K::CurrentUserPrincipal, K::CalendarHomeSet].contains(&known);
        WEBDAV.contains(&known) || (wanted && matches!(self, Self::Root))
    }

    /// Whether this one has it.
    pub(super) fn has(&self, known: K, data: Data) -> bool {
        if known == K::CalendarData {
            return data == Data::Given && matches!(self, Self::Member(_));
        }
        let there = match (self, known) {
            (Self::Collection(one), K::CalendarDescription) => !one.description.is_empty(),
            (Self::Collection(one), K::CalendarTimezone) => one.timezone.is_some(),
            (Self::Collection(one), K::CalendarColor) => one.color.is_some(),
            _ => true,
        };
        there && self.properties().contains(&known)
    }

    /// Writes a property that it has. `who` is the one who asks; all that they can see is theirs
    /// or everybody's.
    pub(super) fn write(&self, xml: &mut Xml, known: K, who: &Owner) {
        let element = known.element();
        match known {
            K::CurrentUserPrincipal | K::PrincipalUrl | K::Owner => {
                xml.holding_href(element, &who.principal());
            }
            K::CalendarHomeSet => xml.holding_href(element, &who.home()),
            K::CurrentUserPrivilegeSet => inside(xml, element, PRIVILEGES),
            K::SupportedReportSet => inside(xml, element, self.reports()),
            K::ResourceType => inside(xml, element, self.kind()),
            K::CalendarUserAddressSet => inside(xml, element, ""),
            K::SupportedComponents => inside(xml, element, "<C:comp name=\"VEVENT\"/>"),
            K::SupportedCalendarData => inside(xml, element, CALENDAR_DATA),
            K::SupportedCollations => inside(xml, element, COLLATIONS),
            K::MaxResourceSize => xml.text(element, MAX_RESOURCE_BYTES),
            _ => match self {
                Self::Principal { title } => xml.text(element, title),
                Self::Collection(collection) => of_collection(xml, known, collection),
                Self::Member(member) => of_member(xml, known, member),
                Self::Root | Self::Home => {}
            },
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Root | Self::Home => "<D:collection/>",
            Self::Principal { .. } => "<D:collection/><D:principal/>",
            Self::Collection(collection) if collection.source.is_some() => {
                "<D:collection/><S:subscribed/>"
            }
            Self::Collection(_) => "<D:collection/><C:calendar/>",
            Self::Member(_) => "",
        }
    }

    const fn reports(&self) -> &'static str {
        match self {
            Self::Collection(collection) if collection.source.is_none() => REPORTS,
            _ => "",
        }
    }
}

const PRIVILEGES: &str = "<D:privilege><D:read/></D:privilege>\
     <D:privilege><D:read-current-user-privilege-set/></D:privilege>";
const REPORTS: &str = "<D:supported-report><D:report><C:calendar-query/></D:report></D:supported-report>\
     <D:supported-report><D:report><C:calendar-multiget/></D:report></D:supported-report>\
     <D:supported-report><D:report><D:sync-collection/></D:report></D:supported-report>";
const CALENDAR_DATA: &str = "<C:calendar-data content-type=\"text/calendar\" version=\"2.0\"/>";
const COLLATIONS: &str = "<C:supported-collation>i;ascii-casemap</C:supported-collation>\
     <C:supported-collation>i;octet</C:supported-collation>";

fn inside(xml: &mut Xml, element: &str, markup: &str) {
    xml.open(element);
    xml.raw(markup);
    xml.close(element);
}

fn of_collection(xml: &mut Xml, known: K, collection: &Collection) {
    let element = known.element();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match known {
        K::DisplayName => xml.text_in(element, &collection.lang, &collection.title),
        K::CalendarDescription => xml.text_in(element, &collection.lang, &collection.description),
        K::SyncToken | K::GetCtag => xml.text(element, &collection.sync_token),
        K::CalendarTimezone => xml.text(element, &text(&collection.timezone)),
        K::CalendarColor => xml.text(element, &text(&collection.color)),
        K::Source => xml.holding_href(element, &text(&collection.source)),
        _ => {}
    }
}

fn of_member(xml: &mut Xml, known: K, member: &Member) {
    let element = known.element();
    match known {
        K::GetEtag => xml.text(element, &member.etag),
        K::GetContentType => xml.text(element, MEMBER_TYPE),
        K::GetContentLength => xml.text(element, &member.body.bytes().len().to_string()),
        K::GetLastModified => xml.text(element, &http_date(member.modified)),
        K::CreationDate => {
            let created = member.event.created.strftime("%Y-%m-%dT%H:%M:%SZ");
            xml.text(element, &created.to_string());
        }
        K::CalendarData => {
            let text = member.body.bytes();
            xml.text(element, &String::from_utf8_lossy(&text));
        }
        _ => {}
    }
}
