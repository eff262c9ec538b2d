//! What differs between the forms of one feed (R18), decided field by field in pure functions.
//! A new form is a new variant; the compiler then asks every question below again. Why each
//! client is answered as it is: `docs/decisions/0015-client-forms.md`.

use super::time::Open;
use super::words::Words;
use crate::zones::windows_name;
use domain::event::{Availability, Occurrence, Status};
use domain::text::Lang;
use domain::zone::Zone;

/// For whom the same events are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// The default: whatever client reads it, nobody stands before a closed gate. What clients
    /// show in different ways or not at all (called off, put off, hour unknown) is said in words.
    #[default]
    FailSafe,
    /// The letter of the RFCs, and nothing lost: our own reader gives the same events back. What
    /// RFC 5545 has no property for stands in `X-ALMANAC-` ones.
    Standard,
    /// Calendar on iPhone, iPad and Mac: as what fails safe, and places on the map.
    Apple,
    /// Google Calendar: as what fails safe, without what it does not read.
    Google,
    /// Outlook, on the desk and in the web: as what fails safe, with Outlook's own properties,
    /// HTML and the names that Windows has for time zones.
    Outlook,
}

impl Form {
    /// All forms, for tables and tests.
    pub const ALL: [Self; 5] = [
        Self::FailSafe,
        Self::Standard,
        Self::Apple,
        Self::Google,
        Self::Outlook,
    ];

    /// STATUS (RFC 5545 §3.8.1.11). Google hides CANCELLED events, Outlook shows them as if
    /// nothing had happened; so only the letter of the RFC uses it.
    pub(super) const fn status(self, status: Status) -> &'static str {
        match (self, status) {
            (_, Status::Tentative) | (Self::Standard, Status::Postponed) => "TENTATIVE",
            (Self::Standard, Status::Cancelled) => "CANCELLED",
            (_, Status::Confirmed)
            | (
                Self::FailSafe | Self::Apple | Self::Google | Self::Outlook,
                Status::Postponed | Status::Cancelled,
            ) => "CONFIRMED",
        }
    }

    /// Whether it takes up the subscriber's time. What does not take place never does, where the
    /// client may not know that it does not take place.
    pub(super) const fn availability(self, of: &Occurrence) -> Availability {
        match (self, of.status) {
            (
                Self::FailSafe | Self::Apple | Self::Google | Self::Outlook,
                Status::Cancelled | Status::Postponed,
            ) => Availability::Free,
            (Self::Standard, Status::Cancelled | Status::Postponed)
            | (_, Status::Confirmed | Status::Tentative) => of.availability,
        }
    }

    /// What is said in words around the title, and around it only: before, after.
    pub(super) fn around_title(
        self,
        status: Status,
        open: Option<Open>,
        lang: Lang,
    ) -> (&'static str, &'static str) {
        match self {
            Self::FailSafe | Self::Apple | Self::Google | Self::Outlook => {
                (status_words(status, lang), open_words(open, lang))
            }
            Self::Standard => ("", ""),
        }
    }

    /// Whether news, links and the event's page are told where people read them on a phone, in
    /// DESCRIPTION. Otherwise each has a property of its own.
    pub(super) const fn spells_out(self) -> bool {
        match self {
            Self::FailSafe | Self::Apple | Self::Google | Self::Outlook => true,
            Self::Standard => false,
        }
    }

    /// Whether the description is there as HTML as well (X-ALT-DESC). Outlook shows addresses in
    /// it as links.
    pub(super) const fn writes_html(self) -> bool {
        match self {
            Self::Outlook => true,
            Self::FailSafe | Self::Standard | Self::Apple | Self::Google => false,
        }
    }

    /// Whether a place with a position is given in Apple's own property: without it there is no
    /// map and no travel time, GEO or not.
    pub(super) const fn maps_places(self) -> bool {
        match self {
            Self::Apple => true,
            Self::FailSafe | Self::Standard | Self::Google | Self::Outlook => false,
        }
    }

    /// Whether the calendar names the zone it is at home in (X-WR-TIMEZONE). Readers that know it
    /// bend floating and UTC times into that zone, which is not what those say by the letter.
    pub(super) const fn names_home(self) -> bool {
        match self {
            Self::FailSafe | Self::Apple | Self::Google | Self::Outlook => true,
            Self::Standard => false,
        }
    }

    /// Whether an event without an address of its own is given that of its page here.
    pub(super) const fn lends_address(self) -> bool {
        match self {
            Self::FailSafe | Self::Apple | Self::Google | Self::Outlook => true,
            Self::Standard => false,
        }
    }

    /// Whether what iCalendar cannot say is kept in properties of our own.
    pub(super) const fn keeps_everything(self) -> bool {
        match self {
            Self::Standard => true,
            Self::FailSafe | Self::Apple | Self::Google | Self::Outlook => false,
        }
    }

    /// Free and busy as Outlook's own property says them (X-MICROSOFT-CDO-BUSYSTATUS), where it
    /// is written.
    pub(super) const fn busy_status(self, of: &Occurrence) -> Option<&'static str> {
        match (self, self.availability(of), of.status) {
            (Self::Standard | Self::Apple | Self::Google, ..) => None,
            (Self::FailSafe | Self::Outlook, Availability::Free, _) => Some("FREE"),
            (Self::Outlook, Availability::Busy, Status::Tentative) => Some("TENTATIVE"),
            (Self::FailSafe | Self::Outlook, Availability::Busy, _) => Some("BUSY"),
        }
    }

    /// Whether whole days are marked in Outlook's own property (X-MICROSOFT-CDO-ALLDAYEVENT).
    pub(super) const fn marks_whole_days(self) -> bool {
        match self {
            Self::Outlook => true,
            Self::FailSafe | Self::Standard | Self::Apple | Self::Google => false,
        }
    }

    /// The TZID of a zone, where it is not [`tzid`](super::tzid): Outlook matches Windows' own
    /// names and builds a nameless zone from everything else.
    pub(super) fn zone_name(self, zone: &Zone) -> Option<&'static str> {
        match self {
            Self::Outlook => windows_name(zone),
            Self::FailSafe | Self::Standard | Self::Apple | Self::Google => None,
        }
    }

    /// Whether readings that a clock shows twice or never, and clocks with a fixed offset, are
    /// written as instants although local time could say them.
    pub(super) const fn doubts_clocks(self) -> bool {
        match self {
            Self::FailSafe | Self::Apple | Self::Google | Self::Outlook => true,
            Self::Standard => false,
        }
    }

    /// Whether any rule is carried, also one that engines disagree about.
    pub(super) const fn carries_any_rule(self) -> bool {
        match self {
            Self::Standard => true,
            Self::FailSafe | Self::Apple | Self::Google | Self::Outlook => false,
        }
    }

    /// Whether RDATE may be a PERIOD (RFC 5545 §3.8.5.2), which few clients read.
    pub(super) const fn writes_periods(self) -> bool {
        match self {
            Self::Standard => true,
            Self::FailSafe | Self::Apple | Self::Google | Self::Outlook => false,
        }
    }
}

/// The words for a status that clients show in different ways; empty for the others.
pub(super) fn status_words(status: Status, lang: Lang) -> &'static str {
    let words = Words::of(lang);
    match status {
        Status::Cancelled => words.cancelled,
        Status::Postponed => words.postponed,
        Status::Confirmed | Status::Tentative => "",
    }
}

/// The words for a time that is not quite known; empty for the others.
pub(super) fn open_words(open: Option<Open>, lang: Lang) -> &'static str {
    let words = Words::of(lang);
    match open {
        Some(Open::Hour) => words.hour_open,
        Some(Open::Day) => words.day_open,
        Some(Open::All) => words.all_open,
        None => "",
    }
}
