//! The shapes of tips as JSON Schema.

use super::schemas::{Field, address, maybe_text, object};
use domain::caps;
use domain::tip::Kind;
use serde_json::{Map, Value, json};

/// Every shape by name.
pub fn all() -> Map<String, Value> {
    let mut wish = object(tip());
    wish["required"] = json!(["kind"]);
    wish["additionalProperties"] = json!(false);
    let mut changes = object(changes());
    changes["required"] = json!([]);
    changes["additionalProperties"] = json!(false);
    let shapes = [
        ("Tip", wish),
        ("TipChanges", changes),
        ("TipReceipt", object(receipt())),
    ];
    let own = shapes.into_iter();
    own.map(|(name, shape)| (name.to_owned(), shape)).collect()
}

fn tip() -> Vec<Field> {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    vec![
        (
            "kind",
            json!({ "type": "string", "enum": kinds }),
            "What it is about. new_event needs calendar and changes, correction and cancellation \
             need event, new_calendar needs changes with a title.",
        ),
        (
            "calendar",
            maybe_text(),
            "The calendar's permanent id, or any short name that it ever had.",
        ),
        (
            "event",
            maybe_text(),
            "The event's id; its public UID where calendar is named.",
        ),
        (
            "recurrence_id",
            maybe_text(),
            "Which instance of an event that repeats.",
        ),
        (
            "revision",
            json!({ "type": ["integer", "null"], "minimum": 0 }),
            "The revision under which the event was read. Fields that somebody else changed since \
             are answered 409.",
        ),
        (
            "changes",
            json!({ "anyOf": [
                { "$ref": "#/components/schemas/TipChanges" },
                { "type": "null" },
            ] }),
            "What should be different. What is left out stays, null takes a value away.",
        ),
        (
            "evidence_url",
            maybe_text(),
            "A page on which it can be checked.",
        ),
        (
            "note",
            json!({ "type": ["string", "null"], "maxLength": caps::NOTE_CHARS }),
            "Anything else, for the editors. Never public.",
        ),
    ]
}

fn changes() -> Vec<Field> {
    let line = || json!({ "type": ["string", "null"], "maxLength": caps::TIP_LINE_CHARS });
    let flag = json!({ "type": ["boolean", "null"] });
    let states = json!({
        "type": ["string", "null"],
        "enum": ["tentative", "confirmed", "postponed", "cancelled", null],
    });
    vec![
        ("title", line(), "What it is called."),
        (
            "start",
            maybe_text(),
            "A date or a time. Without an offset it is read in the calendar's zone; a time that the \
             clocks skip there is refused.",
        ),
        (
            "end",
            maybe_text(),
            "Until before here: a time, or for whole days the day after.",
        ),
        ("all_day", flag, "Whether it lasts whole days."),
        (
            "date",
            maybe_text(),
            "The day of something that lasts it whole; instead of start.",
        ),
        ("place", line(), "Where it is."),
        ("url", maybe_text(), "Its own page."),
        ("status", states, "Whether it takes place."),
        (
            "description",
            json!({ "type": ["string", "null"], "maxLength": caps::TIP_DESCRIPTION_CHARS }),
            "What else there is to say.",
        ),
        ("result", line(), "The score or outcome."),
    ]
}

fn receipt() -> Vec<Field> {
    let mut page = address();
    page["examples"] = json!(["https://almanac.example/tips/0123456789abcdefABCDEF"]);
    vec![(
        "receipt",
        page,
        "The reporter's own page: what became of it. Whoever knows it can change the tip or take it \
         back while it waits.",
    )]
}
