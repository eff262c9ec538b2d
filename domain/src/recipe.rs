//! One person's calendar as a recipe (R16): which calendars, which of their events, and how they
//! are told. What is read from it is made of the calendars' own compiled events.

use crate::alarm::Alarms;
use crate::caps;
use crate::filter::Filter;
use crate::id::CalendarId;
use crate::series::RecurrenceId;
use crate::text::Lang;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a feed tells scores and outcomes (R9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Results {
    /// They are part of what is shown.
    #[default]
    Shown,
    /// They are left out, for those who watch later.
    Hidden,
}

/// How much of the past a feed holds, counted from each calendar's own `as_of` day (R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Past {
    /// This many days.
    Days(u16),
    /// Everything.
    All,
}

impl Past {
    /// What a feed holds unless asked otherwise.
    pub const DEFAULT: Self = Self::Days(180);

    /// Reads `90d` or `all`; `None` for anything else and beyond
    /// [`caps::PAST_DAYS`].
    pub fn parse(text: &str) -> Option<Self> {
        if text == "all" {
            return Some(Self::All);
        }
        let digits = text.strip_suffix('d')?;
        let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let days = digits.parse().ok().filter(|_| plain)?;
        (days <= caps::PAST_DAYS).then_some(Self::Days(days))
    }
}

impl Default for Past {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Past {
    /// `90d` or `all`; [`Past::parse`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::All => f.write_str("all"),
        }
    }
}

impl Serialize for Past {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Past {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a span such as 90d, or all"))
    }
}

/// An event, or one instance of a series, that the person does not want to see.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    /// The event's public UID in its calendar.
    pub uid: String,
    /// Which instance; the whole event where `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence_id: Option<RecurrenceId>,
}

/// One calendar of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pick {
    /// Which calendar.
    pub calendar: CalendarId,
    /// Which of its events.
    #[serde(default, skip_serializing_if = "Filter::is_open")]
    pub filter: Filter,
    /// When to ring before each of them.
    #[serde(default, skip_serializing_if = "Alarms::is_empty")]
    pub alarms: Alarms,
    /// Single events that are left out, ordered, without doubles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<Hidden>,
}

impl Pick {
    /// All of a calendar, silently.
    pub fn all_of(calendar: CalendarId) -> Self {
        Self {
            calendar,
            filter: Filter::default(),
            alarms: Alarms::default(),
            hidden: Vec::new(),
        }
    }

    /// Leaves one more event out. False when it was left out already or there is no more room.
    pub fn hide(&mut self, hidden: Hidden) -> bool {
        match self.hidden.binary_search(&hidden) {
            Err(place) if self.hidden.len() < caps::RECIPE_HIDDEN => {
                self.hidden.insert(place, hidden);
                true
            }
            _ => false,
        }
    }

    /// Takes an event back in. False when it was not left out.
    pub fn show(&mut self, hidden: &Hidden) -> bool {
        let place = self.hidden.binary_search(hidden);
        place.map(|place| self.hidden.remove(place)).is_ok()
    }
}

/// What one person's calendar is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The calendars, each at most once, in the order in which they were chosen.
    pub picks: Vec<Pick>,
    /// The language of titles and words; each calendar's own where `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<Lang>,
    /// How much of the past.
    #[serde(default)]
    pub past: Past,
    /// Whether scores are told.
    #[serde(default)]
    pub results: Results,
}

impl Recipe {
    /// The part of the recipe for a calendar.
    pub fn pick_mut(&mut self, calendar: CalendarId) -> Option<&mut Pick> {
        self.picks.iter_mut().find(|pick| pick.calendar == calendar)
    }

    /// Follows a calendar that was taken into another one. Where both were picked they become one
    /// pick, which shows all that either showed. False when nothing changes.
    pub fn follow(&mut self, from: CalendarId, into: CalendarId) -> bool {
        let Some(place) = self.picks.iter().position(|pick| pick.calendar == from) else {
            return false;
        };
        if !self.picks.iter().any(|pick| pick.calendar == into) {
            self.picks[place].calendar = into;
            return true;
        }
        let gone = self.picks.remove(place);
        for pick in self.picks.iter_mut().filter(|pick| pick.calendar == into) {
            if pick.filter != gone.filter {
                pick.filter = Filter::default();
            }
            if pick.alarms.is_empty() {
                pick.alarms = gone.alarms.clone();
            }
            for hidden in gone.hidden.clone() {
                pick.hide(hidden);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_recipe_reads_back_as_it_was_written() {
        let mut pick = Pick::all_of(CalendarId(Uuid::from_u128(7)));
        pick.filter = Filter::by_tags("home,-preseason").unwrap();
        pick.alarms = Alarms::parse("2h,30m").unwrap();
        let whole = Hidden {
            uid: "a@x".into(),
            recurrence_id: None,
        };
        let one = Hidden {
            recurrence_id: RecurrenceId::parse("2027-04-15T09:00:00"),
            ..whole.clone()
        };
        assert!(pick.hide(one.clone()) && pick.hide(whole.clone()) && !pick.hide(one.clone()));
        let mut recipe = Recipe {
            picks: vec![pick],
            lang: Some(Lang::KO),
            past: Past::Days(90),
            results: Results::Hidden,
        };
        let json = serde_json::to_string(&recipe).unwrap();
        assert_eq!(serde_json::from_str::<Recipe>(&json).unwrap(), recipe);
        let pick = recipe.pick_mut(CalendarId(Uuid::from_u128(7))).unwrap();
        assert!(pick.show(&whole) && !pick.show(&whole));
        assert_eq!(pick.hidden, [one]);
    }

    #[test]
    fn a_recipe_follows_a_calendar_that_became_part_of_another() {
        let id = |number| CalendarId(Uuid::from_u128(number));
        let recipe = |picks| Recipe {
            picks,
            lang: None,
            past: Past::DEFAULT,
            results: Results::Shown,
        };
        let mut one = recipe(vec![Pick::all_of(id(1)), Pick::all_of(id(2))]);
        assert!(!one.follow(id(3), id(2)));
        assert!(one.follow(id(1), id(3)));
        let picked: Vec<_> = one.picks.iter().map(|pick| pick.calendar).collect();
        assert_eq!(picked, [id(3), id(2)]);
        one.picks[0].filter = Filter::by_tags("home").unwrap();
        one.picks[0].alarms = Alarms::parse("1h").unwrap();
        assert!(one.follow(id(3), id(2)));
        assert_eq!(one.picks.len(), 1);
        assert!(one.picks[0].filter.is_open());
        assert_eq!(one.picks[0].alarms, Alarms::parse("1h").unwrap());
    }

    #[test]
    fn pasts_are_read_or_refused() {
        for text in ["0d", "90d", "3650d", "all"] {
            assert_eq!(Past::parse(text).unwrap().to_string(), text);
        }
        for bad in ["", "banana", "-1d", "3651d", "90", "99999d", "+9d", "All"] {
            assert_eq!(Past::parse(bad), None, "{bad}");
        }
    }
}
