//! From the time zone names of the world to zones we know (R4): IANA names in any dress, the
//! names of Windows and Outlook, and the offsets of a file's own VTIMEZONE.

pub(crate) mod definition;
mod windows;

use domain::zone::Zone;
use jiff::civil::date;
use std::sync::LazyLock;

/// The zone that a TZID names beyond doubt: an IANA name, alone or at the end of a path
/// (`/mozilla.org/20050126_1/Europe/Berlin`), a Windows or Outlook name, a fixed offset.
pub fn by_name(tzid: &str) -> Option<Zone> {
    let name = tzid.trim().trim_matches('"');
    Zone::parse(name)
        .or_else(|| Zone::parse(&name.replace(' ', "_")))
        .or_else(|| windows::by_registry_name(name).and_then(Zone::parse))
        .or_else(|| by_path(name))
        .or_else(|| by_offset_pair(name))
        .or_else(|| by_outlook_label(name))
}

/// The name that Windows and Outlook have for a zone; `None` where the zone is not the one that
/// Unicode's CLDR maps a Windows name to.
pub(crate) fn windows_name(zone: &Zone) -> Option<&'static str> {
    windows::registry_name(zone.name())
}

/// The zone that a TZID probably means; to be believed only where the file's own definition
/// does not speak against it, or where there is none.
pub fn by_likeness(tzid: &str) -> Option<Zone> {
    let name = tzid.trim().trim_matches('"');
    by_embedded_name(name)
        .or_else(|| Zone::parse(&name.replacen('-', "/", 1)))
        .or_else(|| by_abbreviation(name))
        .or_else(|| by_plain_offset(name))
}

/// The zone that a calendar names without defining it (X-WR-TIMEZONE).
pub(crate) fn by_name_or_likeness(name: &str) -> Option<Zone> {
    by_name(name).or_else(|| by_likeness(name))
}

static CANDIDATES: LazyLock<Vec<Zone>> = LazyLock::new(|| {
    let region = |name: &String| name.contains('/') && !name.starts_with("Etc/");
    let usual = windows::usual_zones().filter(|n| !n.starts_with("Etc/"));
    let rest = domain::zone::known_names().into_iter().filter(region);
    let first = [
        "Asia/Seoul",
        "Europe/Berlin",
        "Europe/London",
        "America/New_York",
        "UTC",
    ];
    let named = first.into_iter().chain(usual).map(str::to_owned);
    named
        .chain(rest)
        .filter_map(|name| Zone::parse(&name))
        .collect()
});

/// Zones to compare a VTIMEZONE with, the likely ones first.
pub(crate) fn candidates() -> impl Iterator<Item = &'static Zone> {
    CANDIDATES.iter()
}

fn by_path(name: &str) -> Option<Zone> {
    let parts: Vec<&str> = name.split('/').filter(|p| !p.is_empty()).collect();
    let longest = parts.len().min(3);
    let shortest = if name.starts_with('/') { 1 } else { 2 };
    (shortest..=longest)
        .rev()
        .find_map(|n| Zone::parse(&parts[parts.len() - n..].join("/").replace(' ', "_")))
}

/// `GMT +0900 (Standard) / GMT +0900 (Daylight)`: the zone best known for this pair.
fn by_offset_pair(name: &str) -> Option<Zone> {
    let (standard, daylight) = name.split_once('/')?;
    let offset = |part: &str, word: &str| {
        let part = part.trim().strip_suffix(word)?.trim();
        seconds_of(part.strip_prefix("GMT")?.trim())
    };
    let standard = offset(standard, "(Standard)")?;
    let daylight = offset(daylight, "(Daylight)")?;
    let moves = |zone: &Zone| {
        let mut both = [offset_in(zone, 1), offset_in(zone, 7)];
        both.sort_unstable();
        both == [standard.min(daylight), standard.max(daylight)]
    };
    let known = candidates().find(|zone| moves(zone)).cloned();
    known.or_else(|| Zone::fixed(standard))
}

/// `(UTC+09:00) Seoul`, `(GMT -05:00) Eastern Time (US & Canada)`, or the label alone. A city
/// that is an IANA zone counts when its offset is the one in the brackets.
fn by_outlook_label(name: &str) -> Option<Zone> {
    let (offset, label) = match name.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((offset, label)) => (Some(bracket_seconds(offset)?), label.trim()),
        None => (None, name),
    };
    let label: String = label.chars().map(plain_letter).collect();
    let label = label.replace("US and Canada", "US & Canada");
    if let Some(iana) = windows::by_label(&label) {
        return Zone::parse(iana);
    }
    let fits = |zone: &Zone| {
        offset.is_none_or(|seconds| [1, 7].iter().any(|m| offset_in(zone, *m) == seconds))
    };
    let cities = label.split([',', ';', '/']).map(str::trim);
    let by_city = cities.filter_map(by_city).find(fits);
    by_city.or_else(|| offset.filter(|_| label.is_empty()).and_then(Zone::fixed))
}

fn bracket_seconds(text: &str) -> Option<i32> {
    let digits = text
        .strip_prefix("UTC")
        .or_else(|| text.strip_prefix("GMT"))?;
    match digits.trim() {
        "" => Some(0),
        digits => seconds_of(digits),
    }
}

fn by_city(city: &str) -> Option<Zone> {
    let city = city.replace(' ', "_");
    let known = domain::zone::known_names();
    let fits = |name: &&String| {
        let tail = name.rsplit('/').next().unwrap_or_default();
        name.contains('/') && !name.starts_with("Etc/") && tail.eq_ignore_ascii_case(&city)
    };
    known.iter().find(fits).and_then(|name| Zone::parse(name))
}

/// The accents that occur in Outlook's labels.
const fn plain_letter(c: char) -> char {
    match c {
        'á' | 'ã' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' => 'u',
        other => other,
    }
}

/// Seconds east of Greenwich in the summer or winter half of a recent year.
fn offset_in(zone: &Zone, month: i8) -> i32 {
    let at = date(2020, month, 1).at(12, 0, 0, 0);
    let zoned = zone.rules().to_ambiguous_zoned(at).compatible();
    zoned.map(|z| z.offset().seconds()).unwrap_or_default()
}

/// `custom_America/New_York_Forward_reference`: an IANA name with something around it.
fn by_embedded_name(name: &str) -> Option<Zone> {
    const REGIONS: [&str; 9] = [
        "Africa/",
        "America/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
        "US/",
    ];
    let at = REGIONS.iter().find_map(|region| name.find(region))?;
    let plain = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '_' | '-');
    let rest = &name[at..];
    let mut name = &rest[..rest.find(|c| !plain(c)).unwrap_or(rest.len())];
    loop {
        if let Some(zone) = Zone::parse(name) {
            return Some(zone);
        }
        name = &name[..name.rfind(['_', '-'])?];
    }
}

/// Short names, and what Lotus Notes and some web services say.
fn by_abbreviation(name: &str) -> Option<Zone> {
    let iana = match name.to_ascii_uppercase().as_str() {
        "KST" => "Asia/Seoul",
        "JST" => "Asia/Tokyo",
        "EASTERN" | "EDT" => "America/New_York",
        "CENTRAL" | "CDT" => "America/Chicago",
        "MOUNTAIN" | "MDT" => "America/Denver",
        "PACIFIC" | "PST" | "PDT" => "America/Los_Angeles",
        "BST" => "Europe/London",
        "CEST" | "WESTERN/CENTRAL EUROPE" | "EUROPE/GERMANY" => "Europe/Berlin",
        _ => return None,
    };
    Zone::parse(iana)
}

/// `UTC+01`, `GMT-3`, `UTC+05:30`.
fn by_plain_offset(name: &str) -> Option<Zone> {
    let digits = name
        .strip_prefix("UTC")
        .or_else(|| name.strip_prefix("GMT"))?;
    Zone::fixed(seconds_of(digits.trim())?)
}

/// `+9`, `+09`, `+0900`, `+09:00` or `-00:44:30` as seconds; the sign is required.
pub(crate) fn seconds_of(text: &str) -> Option<i32> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: Vec<i32> = text[1..]
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_digit(10).and_then(|d| i32::try_from(d).ok()))
        .collect::<Option<_>>()?;
    let seconds = match digits[..] {
        [h] => h * 3600,
        [a, b] => (a * 10 + b) * 3600,
        [a, b, c, d] => (a * 10 + b) * 3600 + (c * 10 + d) * 60,
        [a, b, c, d, e, f] => (a * 10 + b) * 3600 + (c * 10 + d) * 60 + e * 10 + f,
        _ => return None,
    };
    (seconds <= 24 * 3600).then_some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b14_names_of_the_world_lead_to_zones() {
        for (tzid, wanted) in [
            ("Asia/Seoul", "Asia/Seoul"),
            ("asia/seoul", "Asia/Seoul"),
            ("\"Europe/Warsaw\"", "Europe/Warsaw"),
            ("America/Los Angeles", "America/Los_Angeles"),
            ("Korea Standard Time", "Asia/Seoul"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"),
            (
                "/freeassociation.sourceforge.net/Tzfile/America/Chicago",
                "America/Chicago",
            ),
            (
                "/x/America/Argentina/Buenos_Aires",
                "America/Argentina/Buenos_Aires",
            ),
            ("/Europe/Stockholm", "Europe/Stockholm"),
            ("posix/Europe/Vaduz", "Europe/Vaduz"),
            ("(UTC+09:00) Seoul", "Asia/Seoul"),
            ("(GMT+09:00) Osaka, Sapporo, Tokyo", "Asia/Tokyo"),
            ("(UTC-03:00) Brasília", "America/Sao_Paulo"),
            ("(UTC+07:00) Bangkok, Hanoi, Jakarta", "Asia/Bangkok"),
            (
                "(GMT -05:00) Eastern Time (US & Canada)",
                "America/New_York",
            ),
            (
                "(UTC-05:00) Eastern Time (US and Canada)",
                "America/New_York",
            ),
            ("(GMT +01:00) Vienna", "Europe/Vienna"),
            ("Kuala Lumpur, Singapore", "Asia/Singapore"),
            ("Canberra, Melbourne, Sydney", "Australia/Sydney"),
            ("GMT +0900 (Standard) / GMT +0900 (Daylight)", "Asia/Seoul"),
            (
                "GMT +0100 (Standard) / GMT +0200 (Daylight)",
                "Europe/Berlin",
            ),
            (
                "GMT -0800 (Standard) / GMT -0700 (Daylight)",
                "America/Los_Angeles",
            ),
            ("+09:00", "+09:00"),
        ] {
            let zone = by_name(tzid).map(|z| z.to_string());
            assert_eq!(zone.as_deref(), Some(wanted), "{tzid}");
        }
        for unknown in [
            "",
            "Customized Time Zone",
            "Nowhere/Middle",
            "MyTimezone",
            "US-Eastern",
        ] {
            assert_eq!(by_name(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn b14_likely_names_are_kept_apart() {
        for (tzid, wanted) in [
            ("US-Eastern", "US/Eastern"),
            ("America-Chicago", "America/Chicago"),
            (
                "custom_America/New_York_Forward_reference",
                "America/New_York",
            ),
            ("Eastern", "America/New_York"),
            ("UTC+11", "+11:00"),
            ("KST", "Asia/Seoul"),
        ] {
            assert_eq!(
                by_likeness(tzid).map(|z| z.to_string()).as_deref(),
                Some(wanted)
            );
        }
        assert_eq!(by_likeness("US-Eostern"), None);
    }
}
