//! What is wrong with a tip, as sentences of the locale files.

use crate::failure::Message;
use domain::patch::Field;
use domain::tip::read::Wrong;

/// The sentence beside a field.
pub fn message(wrong: &Wrong) -> Message {
    match wrong {
        Wrong::Unknown => Message::new("invalid.unknown_field"),
        Wrong::NotText => Message::new("tips.wrong_text"),
        Wrong::NotFlag => Message::new("invalid.flag"),
        Wrong::Needed => Message::new("tips.wrong_needed"),
        Wrong::TooLong(max) => Message::new("tips.wrong_long").with("max", max.to_string()),
        Wrong::Control => Message::new("tips.wrong_control"),
        Wrong::Direction => Message::new("tips.wrong_direction"),
        Wrong::NotATime(said) => Message::new("tips.wrong_time").with("said", said.clone()),
        Wrong::Skipped { at, zone, instead } => Message::new("tips.wrong_skipped")
            .with("at", at.strftime("%Y-%m-%d %H:%M").to_string())
            .with("zone", zone.clone())
            .with("instead", instead.strftime("%H:%M").to_string()),
        Wrong::YearOutOfRange(year) => Message::new("tips.wrong_year")
            .with("year", year.to_string())
            .with("first", domain::time::FIRST_YEAR.to_string())
            .with("last", domain::time::LAST_YEAR.to_string()),
        Wrong::EndsBeforeStart => Message::new("tips.wrong_end"),
        Wrong::ClockOnWholeDay => Message::new("tips.wrong_whole_day"),
        Wrong::StartNeeded => Message::new("tips.wrong_start_needed"),
        Wrong::StartTwice => Message::new("tips.wrong_start_twice"),
        Wrong::WhichDate => Message::new("tips.wrong_which_date"),
        Wrong::NotAnAddress => Message::new("tips.wrong_address"),
        Wrong::NotAStatus => Message::new("tips.wrong_status"),
        Wrong::NothingSaid => Message::new("tips.wrong_nothing"),
        Wrong::NothingChanges => Message::new("tips.wrong_same"),
    }
}

/// The public name that a tip has for a field of an event.
pub const fn named(field: Field) -> &'static str {
    match field {
        Field::Time => "start",
        other => other.as_str(),
    }
}
