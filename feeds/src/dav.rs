//! A read-only CalDAV server's reading and writing (RFC 4791, RFC 6578, RFC 6764, RFC 5397): what
//! a request asks for, and the answer to it out of what was found.
//!
//! Pure: [`parse`] takes a request apart, [`Parsed::needs`] says which members its answer is made
//! of, whoever has the data hands them over as [`Found`], and [`answer`] writes. Nothing here knows
//! a database or a clock, and nothing can be changed through it: every method that writes is
//! refused by name (`DAV:need-privileges`).

mod answer;
mod ask;
mod body;
mod filter;
mod matching;
mod property;
mod refusal;
mod report;
mod target;
#[cfg(test)]
mod tests;
mod write;
mod xml;

pub use answer::answer;
pub use ask::{Ask, Depth, Href, Method, Needs, Parsed, Props, parse};
pub use body::Body;
pub use filter::{
    Collation, Component, Filter, Inside, Parameter, Property, Said, Span, Text, Wanted,
};
pub use refusal::challenge;
pub use target::{Owner, Target};
pub use write::Name;

use domain::event::Event;
use domain::zone::Zone;
use http::HeaderMap;
use jiff::Timestamp;
use std::sync::Arc;

/// Most bytes of a request's body; more is answered with 413. Whoever reads a body need not read
/// further than one byte past it.
pub const BODY_BYTES: usize = 64 << 10;

/// A calendar as a collection (RFC 4791 §4.2), or a pointer to a feed elsewhere.
#[derive(Debug, Clone)]
pub struct Collection {
    /// Its absolute path, percent-encoded, as [`Target::href`] writes it. Where the collection
    /// itself was asked for, the answer names it as it was asked for instead.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// What it holds; empty for nothing to say.
    pub description: String,
    /// The language of title and description (BCP 47).
    pub lang: String,
    /// Its colour as `#RRGGBB`.
    pub color: Option<String>,
    /// A VCALENDAR with the one VTIMEZONE in which floating times are meant (RFC 4791 §5.2.2).
    pub timezone: Option<String>,
    /// The same zone, to search by.
    pub zone: Zone,
    /// Names this state of the collection; a URI (RFC 6578 §4). Serves as `getctag` too.
    pub sync_token: String,
    /// The address of a feed: then this is a pointer (`CS:subscribed`) and has no members.
    pub source: Option<String>,
    /// The members that [`Parsed::needs`] asked for, in a fixed order.
    pub members: Vec<Member>,
}

/// One event as a calendar object resource: all components of one UID (RFC 4791 §4.1).
#[derive(Debug, Clone)]
pub struct Member {
    /// The last part of its path, not encoded: `{public id}.ics`.
    pub name: String,
    /// Its strong validator, in quotes (RFC 4791 §5.3.4).
    pub etag: String,
    /// When it last changed.
    pub modified: Timestamp,
    /// The event, to search in.
    pub event: Arc<Event>,
    /// Its text, made when somebody reads it.
    pub body: Body,
}

/// What changed in a collection between two of its states.
#[derive(Debug, Clone)]
pub struct Delta {
    /// Members that are new or other than before, in a fixed order.
    pub changed: Vec<Member>,
    /// Names of members that are gone.
    pub removed: Vec<String>,
    /// Names the state that the client has after this; a URI.
    pub token: String,
    /// Whether there is more to fetch with that token (RFC 6578 §3.6).
    pub truncated: bool,
}

/// A sync token that this collection never gave out, or no longer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this sync token is not known here: begin again without one")]
pub struct InvalidToken;

/// What is at a target.
#[derive(Debug, Clone)]
pub enum Found {
    /// The entrance.
    Root {
        /// Whose credentials came along, or nobody's.
        who: Owner,
    },
    /// A principal.
    Principal {
        /// What it is called.
        title: String,
    },
    /// A calendar home with its calendars, without their members.
    Home {
        /// The calendars, in the order in which they shall be seen.
        collections: Vec<Collection>,
    },
    /// One calendar.
    Collection(Collection),
    /// One event of a calendar.
    Member(Collection, Member),
    /// Nothing, or nothing that this person may see.
    Missing,
}

/// The password of Basic authentication (RFC 7617): a person's address token. The user name says
/// nothing. `None` where there is none, or none that can be read.
pub fn basic_password(headers: &HeaderMap) -> Option<String> {
    target::basic_password(headers)
}
