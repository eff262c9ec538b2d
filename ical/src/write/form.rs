//! What differs between the forms of one feed (R18), decided field by field in pure functions.
//! A new form is a new variant; the compiler then asks every question below again.

use super::time::Open;
use super::words::Words;
use domain::event::{Availability, Occurrence, Status};
use domain::text::Lang;

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
}

impl Form {
    /// STATUS (RFC 5545 §3.8.1.11). Google hides CANCELLED events, Outlook shows them as if
    /// nothing had happened; so the form that fails safe never uses it.
    pub(super) const fn status(self, status: Status) -> &'static str {
        match (self, status) {
            (_, Status::Tentative) | (Self::Standard, Status::Postponed) => "TENTATIVE",
            (Self::Standard, Status::Cancelled) => "CANCELLED",
            (_, Status::Confirmed) | (Self::FailSafe, Status::Postponed | Status::Cancelled) => {
                "CONFIRMED"
            }
        }
    }

    /// Whether it takes up the subscriber's time. What does not take place never does, where the
    /// client may not know that it does not take place.
    pub(super) const fn availability(self, of: &Occurrence) -> Availability {
        match (self, of.status) {
            (Self::FailSafe, Status::Cancelled | Status::Postponed) => Availability::Free,
            _ => of.availability,
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
            Self::FailSafe => (status_words(status, lang), open_words(open, lang)),
            Self::Standard => ("", ""),
        }
    }

    /// Whether links and the event's page are repeated where people read them on a phone.
    pub(super) const fn spells_out_links(self) -> bool {
        match self {
            Self::FailSafe => true,
            Self::Standard => false,
        }
    }

    /// Whether the calendar names the zone it is at home in (X-WR-TIMEZONE). Readers that know it
    /// bend floating and UTC times into that zone, which is not what those say by the letter.
    pub(super) const fn names_home(self) -> bool {
        match self {
            Self::FailSafe => true,
            Self::Standard => false,
        }
    }

    /// Whether an event without an address of its own is given that of its page here.
    pub(super) const fn lends_address(self) -> bool {
        match self {
            Self::FailSafe => true,
            Self::Standard => false,
        }
    }

    /// Whether what iCalendar cannot say is kept in properties of our own.
    pub(super) const fn keeps_everything(self) -> bool {
        match self {
            Self::FailSafe => false,
            Self::Standard => true,
        }
    }

    /// Whether Outlook is told free and busy in its own property as well.
    pub(super) const fn tells_outlook(self) -> bool {
        match self {
            Self::FailSafe => true,
            Self::Standard => false,
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
