//! What an event says. [`EventBody`] is the part that people edit and sources send; identity and
//! version stand beside it in [`Event`].

use crate::id::{EventId, PublicId};
use crate::news::News;
use crate::patch::Field;
use crate::series::Series;
use crate::tag::Tag;
use crate::text::Text;
use crate::time::EventTime;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Whether it takes place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Announced with a reserve.
    Tentative,
    /// As announced.
    #[default]
    Confirmed,
    /// Put off; a new date may not be known yet.
    Postponed,
    /// Called off. It stays in every feed and says so.
    Cancelled,
}

impl Status {
    /// The stored and public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tentative => "tentative",
            Self::Confirmed => "confirmed",
            Self::Postponed => "postponed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Whether it takes up the subscriber's own time (RFC 5545 §3.8.2.7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Following a calendar does not make anybody busy: the default for published schedules.
    #[default]
    Free,
    /// The source says that it blocks time (TRANSP:OPAQUE).
    Busy,
}

/// A point on the earth in millionths of a degree (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Geo {
    /// Latitude, -90,000,000 to 90,000,000.
    pub lat_e6: i32,
    /// Longitude, -180,000,000 to 180,000,000.
    pub lon_e6: i32,
}

impl Geo {
    /// From degrees; `None` outside the globe.
    pub fn from_degrees(lat: f64, lon: f64) -> Option<Self> {
        if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
            return None;
        }
        // In range by the check above: at most 1.8e8, which an i32 holds.
        Some(Self {
            lat_e6: (lat * 1e6).round() as i32,
            lon_e6: (lon * 1e6).round() as i32,
        })
    }

    /// Latitude in degrees.
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e6) / 1e6
    }

    /// Longitude in degrees.
    pub fn lon(self) -> f64 {
        f64::from(self.lon_e6) / 1e6
    }
}

/// Where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub name: Text,
    /// Its position, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geo: Option<Geo>,
}

impl Place {
    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.geo.is_none()
    }
}

/// An http(s) address without credentials or control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct WebAddress(String);

impl WebAddress {
    /// Takes an http or https address with a host; everything else (`javascript:`, `data:`,
    /// relative paths, credentials, control characters, over-long ones) is `None`.
    pub fn parse(raw: &str) -> Option<Self> {
        let raw = raw.trim();
        if raw.len() > crate::caps::ADDRESS_BYTES {
            return None;
        }
        let (scheme, rest) = raw.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let authority = rest.split(['/', '?', '#']).next()?;
        let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>\"\\^`{|}".contains(c);
        let safe = !authority.is_empty() && !authority.contains('@') && rest.chars().all(plain);
        safe.then(|| Self(format!("{}://{rest}", scheme.to_ascii_lowercase())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for WebAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for WebAddress {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an http(s) address"))
    }
}

/// What a link of an event leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// Where tickets are sold.
    Tickets,
    /// Where it can be watched or heard.
    Stream,
    /// Anything else worth reading.
    More,
}

/// A link beside the event's main address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What it leads to.
    pub kind: LinkKind,
    /// Where.
    pub address: WebAddress,
}

/// Where the editors know it from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The page or notice.
    pub address: WebAddress,
    /// Local day on which somebody last looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Date>,
}

/// What one instance of an event says. An event that does not repeat is one of these; a changed
/// instance of a series is one of these, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Occurrence {
    /// What it is called. Never holds the score.
    pub title: Text,
    /// What else there is to say, plain text.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub description: Text,
    /// Where.
    #[serde(default, skip_serializing_if = "Place::is_empty")]
    pub place: Place,
    /// Its own page elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
    /// Other links: tickets, streams.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// When.
    pub time: EventTime,
    /// Whether it takes place.
    #[serde(default)]
    pub status: Status,
    /// What it can be filtered by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Whether it blocks the subscriber's time.
    #[serde(default)]
    pub availability: Availability,
    /// The score or outcome (R9): a field of its own, so that it can be left out.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub result: Text,
    /// Where it is known from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

impl Occurrence {
    /// An event with a title and a time and nothing else.
    pub fn new(title: Text, time: EventTime) -> Self {
        Self {
            title,
            description: Text::none(),
            place: Place::default(),
            url: None,
            links: Vec::new(),
            time,
            status: Status::default(),
            tags: Vec::new(),
            availability: Availability::default(),
            result: Text::none(),
            evidence: None,
        }
    }
}

/// Everything an event says: the first (or only) instance, and how it repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBody {
    /// The event itself, or what every instance of the series says unless changed.
    #[serde(flatten)]
    pub main: Occurrence,
    /// How it repeats; `None` for an event that happens once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
}

impl From<Occurrence> for EventBody {
    fn from(main: Occurrence) -> Self {
        Self { main, series: None }
    }
}

/// A published event: its body and what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Internal identity.
    pub id: EventId,
    /// The address of its page: `/events/{public_id}`.
    pub public_id: PublicId,
    /// Public UID (RFC 5545 §3.8.4.7), fixed at birth.
    pub uid: String,
    /// Counts the versions of this event, from 1.
    pub version: i64,
    /// RFC 5545 §3.8.7.4; never goes back.
    pub sequence: i64,
    /// When it was first published.
    pub created: Timestamp,
    /// LAST-MODIFIED: strictly later with each visible change, at a grain of a second (R5).
    pub modified: Timestamp,
    /// What it says.
    pub body: EventBody,
    /// What changed lately, newest first; told inside its entry until a job takes it out.
    pub news: Vec<News>,
}

/// What a source says about one event, before it is matched with what we have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The source's own identifier, where it gave one.
    pub uid: Option<String>,
    /// The source's SEQUENCE, 0 where it gave none.
    pub sequence: i64,
    /// Line of the source on which the entry begins, from 1; for messages.
    pub line: usize,
    /// What it says.
    pub body: EventBody,
    /// Fields that this source can know of at all. A source without a column for places says
    /// nothing about places, which is not the same as saying that there is none.
    pub speaks_of: Vec<Field>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_pass() {
        for good in [
            "https://almanac.example/a?b=c#d",
            "HTTP://x.kr",
            "https://한글.kr/길",
        ] {
            assert!(WebAddress::parse(good).is_some(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt://x/%0aalert(1)",
            "data:text/html,x",
            "java\tscript:alert(1)",
            "https://user@host/",
            "https://",
            "//host/path",
            "https://a.kr/\r\nEND:VEVENT",
            "https://a.kr/\"onclick=",
        ] {
            assert!(WebAddress::parse(bad).is_none(), "{bad}");
        }
    }
}
