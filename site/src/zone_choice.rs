//! Times on the calendar's own clock or on the reader's: a choice that is remembered in the
//! address alone.

use crate::calendar::Ask;
use domain::calendar::Calendar;
use domain::zone::Zone;
use web::locale::T;
use web::when::Reading;

/// Zones that are offered by name; any other can stand in the address.
const COMMON: &[(&str, &str)] = &[
    ("Asia/Seoul", "zone.seoul"),
    ("Asia/Tokyo", "zone.tokyo"),
    ("Asia/Shanghai", "zone.shanghai"),
    ("Asia/Singapore", "zone.singapore"),
    ("Europe/London", "zone.london"),
    ("Europe/Paris", "zone.paris"),
    ("America/New_York", "zone.new_york"),
    ("America/Chicago", "zone.chicago"),
    ("America/Los_Angeles", "zone.los_angeles"),
    ("Australia/Sydney", "zone.sydney"),
    ("UTC", "zone.utc"),
];

/// One zone of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneOption {
    /// What the form sends; empty for the calendar's own.
    pub value: String,
    /// Its name.
    pub label: String,
    /// Times are shown in it.
    pub selected: bool,
}

/// The zone switch of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneChoice {
    /// The zone that times are shown in, in words.
    pub shown: String,
    /// The calendar's own zone, in words.
    pub home: String,
    /// Its name for machines.
    pub home_name: String,
    /// It is not the calendar's own.
    pub other: bool,
    /// What can be chosen.
    pub options: Vec<ZoneOption>,
    /// What else the form must send to come back to the same view.
    pub keep: Vec<(&'static str, String)>,
    /// The same view on the calendar's own clock.
    pub own: String,
}

impl ZoneChoice {
    /// The switch of a calendar's page.
    pub fn of(calendar: &Calendar, ask: &Ask, path: &str, reading: &Reading, t: T) -> Self {
        let now = reading.now();
        let (own, zone) = (&calendar.profile.zone, reading.zone());
        let other = zone != own;
        let mut options = vec![ZoneOption {
            value: String::new(),
            label: t.f("zone.own", &[("zone", &city(own, t))]),
            selected: !other,
        }];
        let listed = |name: &str| COMMON.iter().any(|(common, _)| *common == name);
        if other && !listed(zone.name()) {
            options.push(option(zone, zone, t));
        }
        let common = COMMON.iter().filter_map(|(name, _)| Zone::parse(name));
        options.extend(
            common
                .filter(|one| one != own)
                .map(|one| option(&one, zone, t)),
        );
        Self {
            shown: city(zone, t),
            home: reading.zone_name(own, now),
            home_name: own.name().to_owned(),
            other,
            options,
            keep: ask.pairs(),
            own: Ask {
                zone: None,
                ..ask.clone()
            }
            .address(path),
        }
    }
}

fn option(one: &Zone, shown: &Zone, t: T) -> ZoneOption {
    ZoneOption {
        value: one.name().to_owned(),
        label: city(one, t),
        selected: one == shown,
    }
}

/// A zone as people call it: by its city.
pub fn city(zone: &Zone, t: T) -> String {
    if let Some((_, key)) = COMMON.iter().find(|(name, _)| *name == zone.name()) {
        return t.s(key).to_owned();
    }
    let tail = zone.name().rsplit('/').next().unwrap_or_default();
    match zone.is_fixed() {
        true => format!("UTC{tail}"),
        false => tail.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::View;
    use crate::fixtures::{NOW, calendar};
    use domain::filter::Filter;
    use web::locale::UiLang;

    fn choice(zone: Option<&str>) -> ZoneChoice {
        let t = T::new(UiLang::En);
        let ask = Ask {
            view: View::Week(None),
            filter: Filter::by_tags("home").unwrap(),
            zone: zone.and_then(Zone::parse),
        };
        let shown = ask.zone.clone().unwrap_or_else(Zone::seoul);
        let reading = Reading::new(t, &shown, NOW.parse().unwrap());
        ZoneChoice::of(&calendar(), &ask, "/x", &reading, t)
    }

    #[test]
    fn the_switch_offers_the_calendar_s_own_zone_first() {
        let own = choice(None);
        assert!(!own.other && own.options[0].selected);
        assert_eq!(own.options.iter().filter(|o| o.selected).count(), 1);
        assert!(!own.options.iter().any(|o| o.value == "Asia/Seoul"));
        let keep = vec![("view", "week".to_owned()), ("tags", "home".to_owned())];
        assert_eq!(own.keep, keep);
    }

    #[test]
    fn a_zone_that_is_not_listed_can_be_asked_for() {
        let rare = choice(Some("America/Argentina/Buenos_Aires"));
        assert!(rare.other);
        assert_eq!(rare.shown, "Buenos Aires");
        assert!(
            rare.options
                .iter()
                .any(|o| o.selected && o.label == "Buenos Aires")
        );
        assert_eq!(rare.own, "/x?view=week&tags=home");
        assert_eq!(choice(Some("+05:30")).shown, "UTC+05:30");
    }
}
