//! The shapes of personal calendars as JSON Schema: what is sent and what is answered.

use super::schemas::{Field, address, array, flag, instant, maybe_text, object, reference, text};
use domain::caps;
use serde_json::{Map, Value, json};

/// Every shape by name.
pub fn all() -> Map<String, Value> {
    let shapes = [
        ("RecipeWish", wish(recipe_wish(), &["calendars"])),
        ("PickWish", wish(pick_wish(), &["calendar"])),
        ("AddressWish", wish(address_wish(), &[])),
        ("Recipe", object(recipe())),
        ("Pick", object(pick())),
        ("Hidden", object(hidden())),
        ("Keys", object(keys())),
        ("NewAddress", object(new_address())),
        ("Address", object(known_address())),
        ("AddressList", address_list()),
    ];
    let own = shapes.into_iter();
    own.map(|(name, shape)| (name.to_owned(), shape)).collect()
}

/// What is sent: only some fields must be there, and no others may.
fn wish(fields: Vec<Field>, needed: &[&str]) -> Value {
    let mut shape = object(fields);
    shape["required"] = json!(needed);
    shape["additionalProperties"] = json!(false);
    shape
}

/// Words between commas, or a list of them.
fn listed() -> Value {
    json!({ "anyOf": [
        { "type": "string" },
        { "type": "array", "items": { "type": "string" } },
        { "type": "null" },
    ] })
}

fn at_most(mut list: Value, most: usize) -> Value {
    list["maxItems"] = json!(most);
    list
}

const TAGS: &str = "Tags, separated by commas. Only events with one of them; a tag after a - leaves \
                    out the events that have it.";
const WORDS: &str = "Only events with all of these words, and none of those after a -.";
const PLACES: &str = "Only events whose place has one of these in its name.";
const DAYS: &str = "Only events that begin on one of these days: mo, tu, we, th, fr, sa, su.";
const HOURS: &str =
    "Only events that begin in this part of the day, such as 18:00-24:00, in the calendar's zone.";
const ALARM: &str = "When to ring before each event, such as 2h,30m; never where it is left out.";
const HIDE: &str = "Single events that are left out.";
const LANG: &str = "The language of words: ko or en; each calendar's own where it is left out.";
const PAST: &str = "How much of the past: a number of days such as 90d, or all.";
const SPOILERS: &str = "Whether scores and outcomes are told. False hides them.";

fn pick_wish() -> Vec<Field> {
    let uid = json!({ "anyOf": [{ "type": "string" }, reference("Hidden")] });
    vec![
        (
            "calendar",
            text(),
            "The calendar's permanent id, or any short name that it ever had.",
        ),
        ("tags", listed(), TAGS),
        ("q", maybe_text(), WORDS),
        (
            "places",
            at_most(array(text()), caps::FILTER_PLACES),
            PLACES,
        ),
        ("days", listed(), DAYS),
        ("hours", maybe_text(), HOURS),
        ("alarm", listed(), ALARM),
        ("hide", at_most(array(uid), caps::RECIPE_HIDDEN), HIDE),
    ]
}

fn recipe_wish() -> Vec<Field> {
    let mut picks = at_most(array(reference("PickWish")), caps::RECIPE_CALENDARS);
    picks["minItems"] = json!(1);
    vec![
        (
            "calendars",
            picks,
            "What it is made of, each calendar once.",
        ),
        ("lang", maybe_text(), LANG),
        ("past", maybe_text(), PAST),
        ("spoilers", flag(), SPOILERS),
    ]
}

fn pick() -> Vec<Field> {
    vec![
        ("calendar", text(), "The calendar's permanent id."),
        ("tags", maybe_text(), TAGS),
        ("q", maybe_text(), WORDS),
        ("places", array(text()), PLACES),
        ("days", maybe_text(), DAYS),
        ("hours", maybe_text(), HOURS),
        ("alarm", maybe_text(), ALARM),
        ("hide", array(reference("Hidden")), HIDE),
    ]
}

fn recipe() -> Vec<Field> {
    vec![
        ("calendars", array(reference("Pick")), "What it is made of."),
        ("lang", maybe_text(), LANG),
        ("past", text(), PAST),
        ("spoilers", flag(), SPOILERS),
    ]
}

fn hidden() -> Vec<Field> {
    vec![
        ("uid", text(), "The event's public UID."),
        (
            "recurrence_id",
            maybe_text(),
            "Which instance of a series; null for the whole event.",
        ),
    ]
}

fn keys() -> Vec<Field> {
    vec![
        (
            "token",
            text(),
            "The manage key. Told once: whoever has it can change everything.",
        ),
        (
            "feed",
            address(),
            "A first read-only address, as iCalendar.",
        ),
        ("caldav", address(), "The same over CalDAV."),
        (
            "page",
            address(),
            "The page that manages it. Holds the key.",
        ),
    ]
}

fn new_address() -> Vec<Field> {
    vec![
        ("id", text(), "Names the address to its owner."),
        ("feed", address(), "The address, as iCalendar."),
        ("caldav", address(), "The same over CalDAV."),
    ]
}

fn address_wish() -> Vec<Field> {
    let label = json!({ "type": ["string", "null"], "maxLength": caps::ADDRESS_LABEL_CHARS });
    vec![
        ("label", label, "What the owner calls it."),
        (
            "shared",
            flag(),
            "True for somebody else: its entries carry none of the owner's links.",
        ),
    ]
}

fn known_address() -> Vec<Field> {
    vec![
        ("id", text(), "Names the address to its owner."),
        ("label", text(), "What the owner calls it."),
        ("shared", flag(), "True where it is for somebody else."),
        ("created", instant(), "When it was made."),
        (
            "fetched",
            json!({ "type": ["string", "null"], "format": "date-time" }),
            "When it was last fetched; null before the first time.",
        ),
        ("feed", maybe_text(), "The address, where the key gives it."),
        ("caldav", maybe_text(), "The same over CalDAV."),
    ]
}

fn address_list() -> Value {
    object(vec![
        (
            "items",
            array(reference("Address")),
            "All of them, oldest first.",
        ),
        ("next", maybe_text(), "Always null: there is one page."),
    ])
}
