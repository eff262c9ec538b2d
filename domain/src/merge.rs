//! What an import does to an event that we already have (R6): fields that people pinned stay,
//! unless the source now agrees; where it says a third thing, somebody has to decide.

use crate::event::EventBody;
use crate::patch::{Field, FieldValue};

/// A field that an accepted tip or a hand edit set against its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The value that the source had when it was overruled.
    pub overruled: FieldValue,
    /// A third value that the source has said since; waits for a decision.
    pub conflict: Option<FieldValue>,
}

impl Pin {
    /// Which field is pinned.
    pub const fn field(&self) -> Field {
        self.overruled.field()
    }
}

/// An event after an import, with its pins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// What it says now.
    pub body: EventBody,
    /// Pins that still hold, with any conflicts.
    pub pins: Vec<Pin>,
}

/// Takes over what the source says about the fields that it speaks of.
pub fn merge(current: &EventBody, source: &EventBody, speaks_of: &[Field], pins: &[Pin]) -> Merged {
    let mut body = current.clone();
    let mut kept = Vec::new();
    for &field in Field::ALL {
        let pin = pins.iter().find(|pin| pin.field() == field);
        if !speaks_of.contains(&field) {
            kept.extend(pin.cloned());
            continue;
        }
        let says = source.get(field);
        match pin {
            None => body.set(says),
            Some(_) if says == current.get(field) => {}
            Some(pin) if says == pin.overruled => {
                kept.push(Pin {
                    overruled: pin.overruled.clone(),
                    conflict: None,
                });
            }
            Some(pin) => {
                kept.push(Pin {
                    overruled: pin.overruled.clone(),
                    conflict: Some(says),
                });
            }
        }
    }
    Merged { body, pins: kept }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Occurrence, Place};
    use crate::text::{Lang, Text};
    use crate::time::EventTime;
    use jiff::civil::{date, datetime};

    fn at(hour: i8) -> EventTime {
        EventTime::Floating {
            start: datetime(2027, 4, 1, hour, 0, 0, 0),
            end: None,
        }
    }

    fn body(hour: i8) -> EventBody {
        Occurrence::new(Text::new(Lang::KO, "경기"), at(hour)).into()
    }

    fn pinned_against(hour: i8) -> Vec<Pin> {
        vec![Pin {
            overruled: FieldValue::Time(at(hour)),
            conflict: None,
        }]
    }

    #[test]
    fn a_pin_holds_while_the_source_repeats_itself() {
        let merged = merge(&body(17), &body(18), Field::ALL, &pinned_against(18));
        assert_eq!(merged.body, body(17));
        assert_eq!(merged.pins, pinned_against(18));
    }

    #[test]
    fn a_pin_goes_when_the_source_agrees() {
        let merged = merge(&body(17), &body(17), Field::ALL, &pinned_against(18));
        assert_eq!(merged.body, body(17));
        assert!(merged.pins.is_empty());
    }

    #[test]
    fn a_third_value_is_a_conflict_and_changes_nothing() {
        let merged = merge(&body(17), &body(20), Field::ALL, &pinned_against(18));
        assert_eq!(merged.body, body(17));
        assert_eq!(merged.pins[0].conflict, Some(FieldValue::Time(at(20))));
    }

    #[test]
    fn a_source_says_nothing_about_fields_it_does_not_know() {
        let mut current = body(17);
        current.main.place = Place {
            name: Text::new(Lang::KO, "잠실"),
            geo: None,
        };
        let known = [Field::Title, Field::Time];
        let merged = merge(
            &current,
            &EventBody::from(Occurrence::new(Text::none(), at(9))),
            &known,
            &[],
        );
        assert_eq!(merged.body.main.place, current.main.place);
        assert_eq!(merged.body.main.time, at(9));
        let _ = date(2027, 4, 1);
    }
}
