//! From written dates to moments: which zone a value is read in, and how a value of one clock is
//! said on another.

use super::component::{Calendar, Component, Kind};
use super::line::{Name, Property};
use super::notice::{Reason, Warnings, shown};
use super::value::{self, Mark, Moment};
use crate::zones::definition::{Definition, Years};
use crate::zones::{by_likeness, by_name};
use domain::series::RecurrenceId;
use domain::time::{EventTime, FIRST_YEAR, LAST_YEAR, WallTime};
use domain::zone::Zone;
use jiff::civil::{Date, DateTime, Time};
use std::collections::HashMap;

/// A value with its clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum When {
    Day(Date),
    Floating(DateTime),
    Zoned(WallTime, Zone),
}

impl When {
    /// The clock reading as written; midnight for days.
    pub(crate) fn at(&self) -> DateTime {
        match self {
            Self::Day(date) => date.to_datetime(Time::midnight()),
            Self::Floating(at) => *at,
            Self::Zoned(wall, _) => wall.at,
        }
    }

    /// The same moment read in `zone`. Floating readings are taken as they stand.
    pub(crate) fn wall_in(&self, zone: &Zone) -> WallTime {
        match self {
            Self::Zoned(wall, own) if own != zone => WallTime::of(wall.instant(own), zone),
            Self::Zoned(wall, _) => *wall,
            other => WallTime::new(other.at()),
        }
    }
}

/// What the starts of a series are read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Clock {
    Days,
    Floating { start: Time },
    Zone { zone: Zone, start: Time },
}

impl Clock {
    pub(crate) fn of(time: &EventTime) -> Self {
        match time {
            EventTime::Zoned(zoned) => Self::Zone {
                zone: zoned.zone.clone(),
                start: zoned.start.at.time(),
            },
            EventTime::Floating { start, .. } => Self::Floating {
                start: start.time(),
            },
            _ => Self::Days,
        }
    }

    /// The instance that a value names. A mere date names the instance of that day; a time on a
    /// series of whole days names its day as written.
    pub(crate) fn instance(&self, when: &When) -> RecurrenceId {
        match (self, when) {
            (Self::Days, when) => RecurrenceId::Date(when.at().date()),
            (Self::Floating { start } | Self::Zone { start, .. }, When::Day(date)) => {
                RecurrenceId::Local(date.to_datetime(*start))
            }
            (Self::Floating { .. }, when) => RecurrenceId::Local(when.at()),
            (Self::Zone { zone, .. }, when) => RecurrenceId::Local(when.wall_in(zone).at),
        }
    }

    /// True when a value is of another kind than the series' own starts.
    pub(crate) fn differs_in_kind(&self, when: &When) -> bool {
        (*self == Self::Days) != matches!(when, When::Day(_))
    }
}

/// The work left for the definitions of one input, whatever it holds (B14).
pub(crate) struct Effort {
    /// Definitions that may be read.
    definitions: usize,
    /// Times that one may be compared with the zones of the world.
    searches: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            definitions: 5_000,
            searches: 2_000,
        }
    }
}

/// What a TZID turned out to be.
enum Found {
    Zone(Zone),
    /// No single zone fits for all years in use; the likely one by its name, and the zone for
    /// each year.
    Offsets {
        definition: Definition,
        likely: Option<Zone>,
        by_year: HashMap<i16, Option<Zone>>,
    },
    Unknown,
}

/// The zones of one VCALENDAR.
pub(crate) struct Zones<'c, 'a> {
    calendar: &'c Calendar<'a>,
    /// X-WR-TIMEZONE.
    home: Option<Zone>,
    found: HashMap<String, Found>,
    years: Option<HashMap<&'c str, Years>>,
    /// The file's definitions by their names in lower case; the first of a name counts.
    defined: Option<HashMap<String, &'c Component<'a>>>,
    effort: &'c mut Effort,
}

impl<'c, 'a> Zones<'c, 'a> {
    pub(crate) fn new(calendar: &'c Calendar<'a>, effort: &'c mut Effort) -> Self {
        Self {
            calendar,
            home: home_of(calendar),
            found: HashMap::new(),
            years: None,
            defined: None,
            effort,
        }
    }

    /// The zone in which the calendar's floating times are meant, where it names one.
    pub(crate) fn home(&self) -> Option<&Zone> {
        self.home.as_ref()
    }

    /// The zone that a TZID means for a clock reading.
    pub(crate) fn get(
        &mut self,
        tzid: &str,
        at: DateTime,
        line: usize,
        warnings: &mut Warnings,
    ) -> Option<Zone> {
        if !self.found.contains_key(tzid) {
            let found = self.look_up(tzid, line, warnings);
            self.found.insert(tzid.to_owned(), found);
        }
        match self.found.get_mut(tzid)? {
            Found::Zone(zone) => Some(zone.clone()),
            Found::Unknown => None,
            Found::Offsets {
                definition,
                likely,
                by_year,
            } => {
                let searches = &mut self.effort.searches;
                let year = at.year().clamp(FIRST_YEAR, LAST_YEAR);
                let zone = by_year.entry(year).or_insert_with(|| {
                    *searches = searches.checked_sub(1)?;
                    definition.same_as(likely.clone(), (year, year + 1))
                });
                if zone.is_some() {
                    return zone.clone();
                }
                let seconds = definition.offset_of(at);
                if let Some(zone) = likely.as_ref().filter(|z| offset_in(z, at) == seconds) {
                    return Some(zone.clone());
                }
                let zone = Zone::fixed(seconds)?;
                let text = format!("no known zone has the offsets of {}: {zone}", shown(tzid));
                warnings.push(line, "zone-fixed", text);
                Some(zone)
            }
        }
    }

    fn look_up(&mut self, tzid: &str, line: usize, warnings: &mut Warnings) -> Found {
        let plain = value::unescape(tzid);
        if let Some(zone) = by_name(&plain) {
            return Found::Zone(zone);
        }
        let defined = self.defined(&plain);
        let location = defined.and_then(|zone| zone.get(Name::LicLocation));
        let likely = location
            .and_then(|p| by_name(&p.value))
            .or_else(|| by_likeness(&plain));
        let years = self.years_of(tzid);
        let definition = defined.and_then(|zone| {
            self.effort.definitions = self.effort.definitions.checked_sub(1)?;
            Definition::read(zone, years.1 + 1)
        });
        let read_as = match &definition {
            Some(definition) if self.effort.searches > 0 => {
                self.effort.searches -= 1;
                definition.same_as(likely.clone(), years)
            }
            Some(_) => None,
            None => likely.clone(),
        };
        match (read_as, definition) {
            (Some(zone), _) => {
                let text = format!("time zone {} is read as {zone}", shown(&plain));
                warnings.push(line, "zone-guessed", text);
                Found::Zone(zone)
            }
            (None, Some(definition)) => Found::Offsets {
                definition,
                likely,
                by_year: HashMap::new(),
            },
            (None, None) => Found::Unknown,
        }
    }

    fn defined(&mut self, tzid: &str) -> Option<&'c Component<'a>> {
        let calendar = self.calendar;
        let index = self.defined.get_or_insert_with(|| {
            let named = |zone| Some((name_of(zone)?, zone));
            // Reversed, so that the first of a name is the one that stays.
            calendar.zones.iter().rev().filter_map(named).collect()
        });
        index.get(&tzid.trim().to_lowercase()).copied()
    }

    /// The years of all values that name a zone, widened by one because series go on.
    fn years_of(&mut self, tzid: &str) -> Years {
        let calendar = self.calendar;
        let years = self.years.get_or_insert_with(|| years_in_use(calendar));
        let (from, until) = years.get(tzid).copied().unwrap_or((2020, 2026));
        (from, (until + 1).min(LAST_YEAR))
    }

    /// Reads a property's value, or one value of its list.
    pub(crate) fn when(
        &mut self,
        property: &Property<'_>,
        text: &str,
        warnings: &mut Warnings,
    ) -> Result<When, Reason> {
        let line = property.line;
        let moment = value::moment(text).map_err(|_| Reason::BadDate {
            line,
            name: property.name.as_str(),
            value: shown(text),
        })?;
        if moment.odd {
            let text = format!("date not written as in iCalendar: {}", shown(text));
            warnings.push(line, "odd-date", text);
        }
        if moment.time.is_none() || is_date_at_midnight(property, &moment) {
            return Ok(When::Day(moment.date));
        }
        let at = moment.at();
        let zone = match (moment.mark, property.param("TZID").map(str::trim)) {
            (Mark::Utc, _) => Zone::utc(),
            (Mark::Offset(seconds), _) => Zone::fixed(seconds).unwrap_or_else(Zone::utc),
            (Mark::None, None | Some("")) => return Ok(When::Floating(at)),
            (Mark::None, Some(tzid)) => {
                let zone = self.get(tzid, at, line, warnings);
                zone.ok_or_else(|| Reason::UnknownZone {
                    line,
                    tzid: shown(tzid),
                })?
            }
        };
        Ok(When::Zoned(WallTime::new(at), zone))
    }
}

/// `VALUE=DATE` with a midnight behind it is a day all the same.
fn is_date_at_midnight(property: &Property<'_>, moment: &Moment) -> bool {
    let is_date = property
        .param("VALUE")
        .is_some_and(|v| v.eq_ignore_ascii_case("DATE"));
    is_date && moment.time == Some(Time::midnight())
}

fn home_of(calendar: &Calendar<'_>) -> Option<Zone> {
    let mut named = calendar
        .properties
        .iter()
        .filter(|p| p.name == Name::CalendarZone);
    named.find_map(|p| crate::zones::by_name_or_likeness(&value::unescape(&p.value)))
}

fn name_of(zone: &Component<'_>) -> Option<String> {
    let id = value::unescape(&zone.get(Name::TzId)?.value).to_lowercase();
    Some(id.trim().trim_matches('"').to_owned())
}

fn offset_in(zone: &Zone, at: DateTime) -> i32 {
    let instant = WallTime::new(at).instant(zone);
    zone.rules().to_offset(instant).seconds()
}

fn years_in_use<'c>(calendar: &'c Calendar<'_>) -> HashMap<&'c str, Years> {
    let mut years: HashMap<&str, Years> = HashMap::new();
    let events = calendar.entries.iter().filter(|e| e.kind == Kind::Event);
    for property in events.flat_map(|e| &e.properties) {
        let Some(tzid) = property.param("TZID").map(str::trim) else {
            continue;
        };
        let written = property.value.trim().get(..4).and_then(|y| y.parse().ok());
        let Some(year) = written.filter(|y| (FIRST_YEAR..=LAST_YEAR).contains(y)) else {
            continue;
        };
        let range = years.entry(tzid).or_insert((year, year));
        *range = (range.0.min(year), range.1.max(year));
    }
    years
}
