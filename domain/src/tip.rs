//! Tips: what readers without an account tell the desk. Reading what they send, telling equal tips
//! and bursts of spam apart, how far a browser is trusted, and the work that a form asks for.
//!
//! Everything here is pure. Nothing of a tip is public before somebody, or a rule of
//! [`trust`], has decided; what is kept where is `store::tips`'.

pub mod challenge;
pub mod likeness;
pub mod read;
pub mod seal;
pub mod spam;
mod text;
pub mod trust;
mod when;

use crate::calendar::Calendar;
use crate::text::Lang;
use crate::zone::Zone;

/// What somebody tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An event that a calendar lacks.
    NewEvent,
    /// Something about an event is wrong.
    Correction,
    /// An event does not take place.
    Cancellation,
    /// A calendar that there should be.
    NewCalendar,
}

impl Kind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::NewEvent,
        Self::Correction,
        Self::Cancellation,
        Self::NewCalendar,
    ];

    /// The stored and public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewEvent => "new_event",
            Self::Correction => "correction",
            Self::Cancellation => "cancellation",
            Self::NewCalendar => "new_calendar",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.as_str() == text)
    }
}

/// Where a tip's words and times are at home.
#[derive(Debug, Clone)]
pub struct Home {
    /// The zone of times without an offset.
    pub zone: Zone,
    /// The language that its texts are written in.
    pub language: Lang,
}

impl Home {
    /// A calendar's own zone and language.
    pub fn of(calendar: &Calendar) -> Self {
        Self {
            zone: calendar.profile.zone.clone(),
            language: calendar.profile.language,
        }
    }

    /// The same zone, another language.
    #[must_use]
    pub fn in_language(mut self, language: Lang) -> Self {
        self.language = language;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_read_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(Kind::parse("fax"), None);
    }
}
