//! Calendars: what people subscribe to.

use crate::alarm::Alarms;
use crate::event::WebAddress;
use crate::id::{CalendarId, PublicId};
use crate::text::{Lang, Text};
use crate::zone::Zone;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The readable part of an address (R10): `[a-z0-9-]{2,64}`, not reserved, never used again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

/// Words that addresses need for themselves.
const RESERVED: &[&str] = &[
    "about",
    "admin",
    "api",
    "assets",
    "calendars",
    "cms",
    "dav",
    "embed",
    "events",
    "feeds",
    "healthz",
    "mcp",
    "metrics",
    "my",
    "new",
    "partners",
    "readyz",
    "search",
    "static",
    "tips",
    "voice",
    "well-known",
];

/// Why a slug is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Too short, too long, or a character that an address cannot carry plainly.
    #[error(
        "a calendar's short name is 2 to 64 of a-z, 0-9 and '-', beginning with a letter or digit"
    )]
    Form,
    /// A word that addresses need.
    #[error("this short name is reserved")]
    Reserved,
}

impl Slug {
    /// Takes a slug exactly as written; nothing is repaired, because it becomes an address.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let edges = !text.starts_with('-') && !text.ends_with('-');
        if !(2..=64).contains(&text.len()) || !text.bytes().all(plain) || !edges {
            return Err(SlugError::Form);
        }
        if RESERVED.contains(&text) {
            return Err(SlugError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// An sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red, green, blue.
    pub rgb: [u8; 3],
}

impl Color {
    /// Reads `#RRGGBB`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text
            .strip_prefix('#')
            .filter(|h| h.len() == 6 && h.is_ascii())?;
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        Some(Self {
            rgb: [byte(0)?, byte(2)?, byte(4)?],
        })
    }

    /// A steady colour for a calendar that was given none: picked from a palette by its name.
    pub fn for_name(name: &str) -> Self {
        const PALETTE: [[u8; 3]; 8] = [
            [0xb4, 0x2f, 0x2f],
            [0x1d, 0x6f, 0x8c],
            [0x5b, 0x7a, 0x1f],
            [0x8a, 0x4b, 0xa8],
            [0xb0, 0x63, 0x0a],
            [0x2f, 0x5f, 0xb3],
            [0x0f, 0x7a, 0x5c],
            [0xa8, 0x3a, 0x6e],
        ];
        let sum = name
            .bytes()
            .fold(0usize, |sum, b| sum.wrapping_mul(31).wrapping_add(b.into()));
        Self {
            rgb: PALETTE[sum % PALETTE.len()],
        }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.rgb;
        write!(f, "#{r:02X}{g:02X}{b:02X}")
    }
}

/// Who made the data and on what terms it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// Person, project or authority.
    pub name: String,
    /// Licence, by its SPDX name where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<WebAddress>,
}

/// Who can see a calendar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Listed and subscribable.
    #[default]
    Public,
    /// Taken back for good: its feed answers 410, which makes clients stop asking.
    Withdrawn,
}

impl Visibility {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A group of calendars on the home page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Address part and key.
    pub slug: Slug,
    /// What people read.
    pub title: Text,
}

/// What a calendar says about itself; what editors set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarProfile {
    /// Its current short name.
    pub slug: Slug,
    /// Its name.
    pub title: Text,
    /// What it holds, for whom.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub description: Text,
    /// Which category it stands in.
    pub category: Slug,
    /// Its colour.
    #[serde(with = "color_text")]
    pub color: Color,
    /// The language its texts are written in first.
    pub language: Lang,
    /// The zone it is shown in, and in which whole days are counted.
    pub zone: Zone,
    /// Its own page elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<WebAddress>,
    /// Whose data it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
    /// Invented data, shown to try the product; always labelled.
    #[serde(default)]
    pub sample: bool,
}

/// A published calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Internal identity.
    pub id: CalendarId,
    /// The address that never changes.
    pub public_id: PublicId,
    /// What it says about itself.
    pub profile: CalendarProfile,
    /// Who can see it.
    pub visibility: Visibility,
    /// Counts what subscribers could see changing (R1); seed of every validator.
    pub revision: i64,
    /// Last-Modified of its feeds: strictly later with each revision, grain one second (R5).
    pub modified: Timestamp,
    /// The day from which the window of past events is counted (R14).
    pub as_of: Date,
    /// When it was made.
    pub created: Timestamp,
}

/// What editors set for a calendar beside what it says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upkeep {
    /// When clients ring, unless a subscriber asks otherwise.
    #[serde(default, skip_serializing_if = "Alarms::is_empty")]
    pub alarms: Alarms,
    /// How often clients are asked to look, in minutes (RFC 7986 §5.7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_minutes: Option<u32>,
    /// The last day that it covers: nothing more is to come. Its feed stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Date>,
    /// The calendar that goes on where it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeded_by: Option<CalendarId>,
    /// Who looks after it: a person's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeper: Option<String>,
}

/// Why an upkeep is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpkeepError {
    /// Polls would cost more than they tell, or changes come too late.
    #[error("clients can be asked to look every 15 minutes at the most, every week at the least")]
    Refresh,
}

impl Upkeep {
    /// Refuses what clients cannot be asked for.
    pub fn check(&self) -> Result<(), UpkeepError> {
        let fits = |minutes: u32| (15..=7 * 24 * 60).contains(&minutes);
        if self.refresh_minutes.is_none_or(fits) {
            Ok(())
        } else {
            Err(UpkeepError::Refresh)
        }
    }
}

mod color_text {
    use super::Color;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(color: &Color, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(color)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Color, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Color::parse(&text).ok_or_else(|| serde::de::Error::custom("not a #RRGGBB colour"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_taken_as_written_or_refused() {
        assert!(Slug::parse("kbo-lotte-2026").is_ok());
        for bad in [
            "a",
            "-ab",
            "ab-",
            "Ab",
            "a b",
            "한글",
            "a/b",
            "",
            &"x".repeat(65),
        ] {
            assert_eq!(Slug::parse(bad), Err(SlugError::Form), "{bad}");
        }
        assert_eq!(Slug::parse("cms"), Err(SlugError::Reserved));
    }

    #[test]
    fn upkeep_reads_back_and_clients_are_not_asked_too_often() {
        let mut upkeep = Upkeep {
            alarms: Alarms::parse("2h,30m").unwrap(),
            refresh_minutes: Some(60),
            ended: Some(jiff::civil::date(2027, 11, 1)),
            ..Upkeep::default()
        };
        let json = serde_json::to_string(&upkeep).unwrap();
        assert_eq!(serde_json::from_str::<Upkeep>(&json).unwrap(), upkeep);
        assert_eq!(serde_json::to_string(&Upkeep::default()).unwrap(), "{}");
        assert_eq!(upkeep.check(), Ok(()));
        for minutes in [0, 14, 10_081] {
            upkeep.refresh_minutes = Some(minutes);
            assert_eq!(upkeep.check(), Err(UpkeepError::Refresh), "{minutes}");
        }
    }

    #[test]
    fn colours_read_back() {
        let color = Color::for_name("kbo");
        assert_eq!(Color::parse(&color.to_string()), Some(color));
        assert_eq!(Color::parse("#12345"), None);
        assert_eq!(Color::parse("#가나"), None);
    }
}
