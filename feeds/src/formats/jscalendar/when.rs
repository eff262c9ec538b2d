//! When something is, in JSCalendar's terms: a local start, a zone, a duration (RFC 8984 §4.1, §5.1).

use super::put;
use domain::event::EventBody;
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

/// What is still to be announced about a time that is shown as whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// The day is known, the hour is not.
    Hour,
    /// A span of possible days is known.
    Day,
    /// Nothing is known any more.
    All,
}

/// A time as JSCalendar shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct When {
    pub start: DateTime,
    /// The TimeZoneId (§1.4.8); `None` for floating times and whole days.
    pub zone: Option<String>,
    pub duration: String,
    pub whole_days: bool,
    pub open: Option<Open>,
}

impl When {
    /// The time of something that happens once; `None` when it has no day.
    pub(super) fn once(time: &EventTime) -> Option<Self> {
        match time {
            EventTime::Zoned(zoned) => Some(Self::moment(zoned)),
            other => Self::repeating(other),
        }
    }

    /// The time of a series: its instances last as long as the first one on the clock.
    pub(super) fn repeating(time: &EventTime) -> Option<Self> {
        Some(match time {
            EventTime::Zoned(zoned) => {
                let on_clock = zoned.end.map(|end| end.at.duration_since(zoned.start.at));
                // Where the clock was put back in between, it may even read less than before.
                let duration = match on_clock {
                    Some(length) if length < SignedDuration::ZERO => exact(seconds(zoned)),
                    length => nominal(length.unwrap_or_default()),
                };
                Self {
                    start: zoned.start.at,
                    zone: Some(zone_id(&zoned.zone)),
                    duration,
                    whole_days: false,
                    open: None,
                }
            }
            EventTime::Floating { start, end } => Self {
                start: *start,
                zone: None,
                duration: nominal(
                    end.map(|end| end.duration_since(*start))
                        .unwrap_or_default(),
                ),
                whole_days: false,
                open: None,
            },
            EventTime::AllDay { first, last } => Self::days(*first, *last, None),
            EventTime::DateOnly { date } => Self::days(*date, *date, Some(Open::Hour)),
            EventTime::Window { first, last } => Self::days(*first, *last, Some(Open::Day)),
            EventTime::Undecided { was } => {
                let (first, last) = (*was)?;
                Self::days(first, last, Some(Open::All))
            }
        })
    }

    /// An instance that lost its date stays, as a whole day, where the series had it (R4).
    pub(super) fn lost(day: Date) -> Self {
        Self::days(day, day, Some(Open::All))
    }

    /// One moment or span. JSCalendar reads a clock time that comes twice as the first (§1.4.5), so
    /// the second is told in UTC.
    fn moment(zoned: &Zoned) -> Self {
        let begins = zoned.start.instant(&zoned.zone);
        let says_so = WallTime::new(zoned.start.at).instant(&zoned.zone) == begins;
        let utc = Zone::utc();
        let (start, zone) = if says_so {
            (zoned.start.at, &zoned.zone)
        } else {
            (WallTime::of(begins, &utc).at, &utc)
        };
        Self {
            start,
            zone: Some(zone_id(zone)),
            duration: exact(seconds(zoned)),
            whole_days: false,
            open: None,
        }
    }

    /// Whole days, both inclusive.
    fn days(first: Date, last: Date, open: Option<Open>) -> Self {
        let length = last.duration_since(first) + SignedDuration::from_hours(24);
        Self {
            start: first.at(0, 0, 0, 0),
            zone: None,
            duration: nominal(length),
            whole_days: true,
            open,
        }
    }

    /// Writes the properties that tell it.
    pub(super) fn put_into(&self, map: &mut Map<String, Value>) {
        put(map, "start", local(self.start));
        put(map, "timeZone", self.zone.clone());
        put(map, "duration", self.duration.as_str());
        if self.whole_days {
            put(map, "showWithoutTime", true);
        }
    }
}

fn seconds(zoned: &Zoned) -> i64 {
    let begins = zoned.start.instant(&zoned.zone);
    let ends = zoned.end.map_or(begins, |end| end.instant(&zoned.zone));
    ends.as_second() - begins.as_second()
}

/// A LocalDateTime (§1.4.5).
pub(super) fn local(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// A Duration (§1.4.6) of so many seconds, whatever the clock does: in hours and less, never
/// negative. Days would be days of the clock.
pub(super) fn exact(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let mut text = "PT".to_owned();
    let parts = [
        (seconds / 3_600, 'H'),
        (seconds / 60 % 60, 'M'),
        (seconds % 60, 'S'),
    ];
    for (value, unit) in parts {
        if value > 0 {
            text.push_str(&format!("{value}{unit}"));
        }
    }
    if seconds == 0 {
        text.push_str("0S");
    }
    text
}

/// A Duration as a clock shows it: whole days are days of the clock, the rest is exact.
pub(super) fn nominal(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    match (seconds / 86_400, seconds % 86_400) {
        (0, rest) => exact(rest),
        (days, 0) => format!("P{days}D"),
        (days, rest) => exact(rest).replacen('P', &format!("P{days}D"), 1),
    }
}

/// The TimeZoneId of a zone. IANA's names go as they are; a fixed offset of whole hours has a name
/// there too, with its sign turned round as POSIX has it; any other is described in `timeZones`
/// under a name that begins with a slash (§1.4.8).
pub(super) fn zone_id(zone: &Zone) -> String {
    if zone.is_utc() {
        return "Etc/UTC".to_owned();
    }
    let Some(east) = fixed_seconds(zone) else {
        return zone.name().to_owned();
    };
    match (east / 3_600, east % 3_600) {
        (0, 0) => "Etc/UTC".to_owned(),
        (hours @ 1..=14, 0) => format!("Etc/GMT-{hours}"),
        (hours @ -12..=-1, 0) => format!("Etc/GMT+{}", -hours),
        _ => format!("/{}", ical::write::tzid(zone)),
    }
}

fn fixed_seconds(zone: &Zone) -> Option<i32> {
    let offset = zone.rules().to_fixed_offset().ok();
    offset.filter(|_| zone.is_fixed()).map(|o| o.seconds())
}

/// The zones of an event that have no name outside it (§4.7.2).
pub(super) fn own_zones(body: &EventBody) -> Map<String, Value> {
    let changed = body.series.iter().flat_map(|series| &series.overrides);
    let times = std::iter::once(&body.main.time).chain(changed.map(|one| &one.instead.time));
    let mut zones = Map::new();
    for time in times {
        let EventTime::Zoned(zoned) = time else {
            continue;
        };
        let id = zone_id(&zoned.zone);
        if id.starts_with('/') {
            put(&mut zones, &id, own_zone(&zoned.zone));
        }
    }
    zones
}

fn own_zone(zone: &Zone) -> Value {
    // As TZOFFSETFROM and TZOFFSETTO write it (RFC 5545 §3.3.14): the TZID less its "UTC".
    let tzid = ical::write::tzid(zone);
    let offset = tzid.trim_start_matches("UTC");
    let standard = json!({
        "@type": "TimeZoneRule",
        "start": "1970-01-01T00:00:00",
        "offsetFrom": offset,
        "offsetTo": offset,
    });
    json!({ "@type": "TimeZone", "tzId": &*tzid, "standard": [standard] })
}
