//! The shapes of answers as JSON Schema: the same fields that `shapes` writes.

use serde_json::{Map, Value, json};

/// One field of a shape: name, schema, meaning. All fields are always there.
pub(super) type Field = (&'static str, Value, &'static str);

/// Every shape by name.
pub fn all() -> Value {
    let mut all = public();
    if let Some(shapes) = all.as_object_mut() {
        shapes.extend(super::personal::all());
        shapes.extend(super::tips::all());
    }
    all
}

fn public() -> Value {
    json!({
        "Calendar": object(calendar()),
        "CalendarName": object(calendar_name()),
        "CalendarList": list("Calendar"),
        "Category": object(category()),
        "CategoryList": list("Category"),
        "Instance": object(instance()),
        "InstanceList": list("Instance"),
        "Results": results(),
        "Event": object(event()),
        "Version": object(version()),
        "Change": object(change()),
        "ChangeList": change_list(),
        "Link": object(link()),
        "Point": object(point()),
        "Attribution": attribution(),
        "Texts": {
            "description": "A text in each language it exists in, by ISO 639-1 code.",
            "type": "object",
            "additionalProperties": { "type": "string" },
            "propertyNames": { "pattern": "^[a-z]{2}$" },
        },
        "Problem": problem(),
        "Ready": object(ready()),
        "Document": { "description": "An OpenAPI 3.1 document.", "type": "object" },
    })
}

pub(super) fn object(fields: Vec<Field>) -> Value {
    let names: Vec<&str> = fields.iter().map(|(name, ..)| *name).collect();
    let mut properties = Map::new();
    for (name, mut schema, about) in fields {
        schema["description"] = json!(about);
        properties.insert(name.to_owned(), schema);
    }
    json!({ "type": "object", "properties": properties, "required": names })
}

fn list(of: &str) -> Value {
    object(vec![
        ("items", array(reference(of)), "What the page holds."),
        (
            "next",
            maybe_text(),
            "Cursor of the page after this one; null after the last.",
        ),
    ])
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn maybe(name: &str) -> Value {
    json!({ "anyOf": [reference(name), { "type": "null" }] })
}

pub(super) fn array(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn maybe_text() -> Value {
    json!({ "type": ["string", "null"] })
}

fn number() -> Value {
    json!({ "type": "integer" })
}

pub(super) fn flag() -> Value {
    json!({ "type": "boolean" })
}

pub(super) fn address() -> Value {
    json!({ "type": "string", "format": "uri" })
}

pub(super) fn instant() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn words(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

fn content() -> Vec<Field> {
    let kinds = [
        "zoned",
        "floating",
        "all_day",
        "date_only",
        "window",
        "undecided",
    ];
    let states = ["tentative", "confirmed", "postponed", "cancelled"];
    vec![
        (
            "title",
            text(),
            "What it is called, in the calendar's own language where there is one.",
        ),
        ("titles", reference("Texts"), "The same in each language."),
        (
            "start",
            maybe_text(),
            "RFC 3339 with offset, or a date; null where no day was ever named.",
        ),
        (
            "end",
            maybe_text(),
            "The same, exclusive; null for openings and deadlines.",
        ),
        ("all_day", flag(), "True where start and end are dates."),
        (
            "time_kind",
            words(&kinds),
            "How much of the time is known, and how it is meant.",
        ),
        (
            "zone",
            text(),
            "IANA name of the zone that start and end are read in.",
        ),
        (
            "status",
            words(&states),
            "Whether it takes place. What is called off stays and says so.",
        ),
        ("place", maybe_text(), "Where."),
        ("geo", maybe("Point"), "Its position."),
        ("url", maybe_text(), "Its own page elsewhere."),
        (
            "links",
            array(reference("Link")),
            "Tickets, streams, more to read.",
        ),
        ("tags", array(text()), "Keys that it can be filtered by."),
        (
            "description",
            maybe_text(),
            "What else there is to say, plain text.",
        ),
        ("result", maybe_text(), "The score or outcome."),
    ]
}

fn instance() -> Vec<Field> {
    let mut fields = vec![
        ("uid", text(), "Public UID, the same as in feeds."),
        (
            "recurrence_id",
            maybe_text(),
            "Which instance: its planned start on the event's own clock; null where the event does not repeat.",
        ),
        (
            "revision",
            number(),
            "The calendar's revision that this is from.",
        ),
        ("calendar", text(), "Short name of its calendar."),
    ];
    fields.extend(content());
    fields.push(("id", text(), "The event's id."));
    fields.push(("page", address(), "Its page for people."));
    fields
}

fn event() -> Vec<Field> {
    let mut fields = vec![
        ("id", text(), "Its permanent id."),
        ("uid", text(), "Public UID, the same as in feeds."),
        (
            "revision",
            number(),
            "The revision of the first of its calendars.",
        ),
        (
            "calendar",
            text(),
            "Short name of the first of its calendars.",
        ),
        (
            "calendars",
            array(reference("CalendarName")),
            "The calendars it stands in.",
        ),
    ];
    fields.extend(content());
    fields.extend([
        (
            "repeats",
            flag(),
            "True for a series; then the fields above are of its first instance.",
        ),
        (
            "rules",
            array(text()),
            "How it repeats, as RRULE values (RFC 5545).",
        ),
        ("version", number(), "Counts its versions, from 1."),
        ("sequence", number(), "SEQUENCE (RFC 5545)."),
        ("created", instant(), "When it was first published."),
        ("modified", instant(), "When it last changed."),
        ("page", address(), "Its page for people."),
        (
            "coming",
            array(reference("Instance")),
            "Its instances that have not ended, the next ten.",
        ),
        (
            "history",
            array(reference("Version")),
            "Its versions, newest first, at most fifty.",
        ),
    ]);
    fields
}

fn version() -> Vec<Field> {
    let mut fields = vec![
        ("version", number(), "Counts from 1."),
        ("at", instant(), "When it became public."),
        ("kind", kinds_of_change(), "What it changed."),
        (
            "source",
            maybe_text(),
            "Where the change came from; null for people.",
        ),
    ];
    fields.extend(content());
    fields.push(("repeats", flag(), "True for a series."));
    fields
}

fn kinds_of_change() -> Value {
    words(&[
        "created",
        "rescheduled",
        "edited",
        "cancelled",
        "restored",
        "removed",
        "refreshed",
    ])
}

fn change() -> Vec<Field> {
    vec![
        (
            "revision",
            number(),
            "The calendar's revision that it came with.",
        ),
        ("kind", kinds_of_change(), "What happened to the event."),
        ("at", instant(), "When."),
        ("id", text(), "The event's id."),
        ("uid", text(), "The event's public UID."),
        ("page", address(), "The event's page."),
    ]
}

fn change_list() -> Value {
    object(vec![
        (
            "revision",
            number(),
            "The calendar's revision now: the since of the next time, once all pages are read.",
        ),
        ("items", array(reference("Change")), "What the page holds."),
        (
            "next",
            maybe_text(),
            "Cursor of the page after this one; null after the last.",
        ),
    ])
}

fn results() -> Value {
    object(vec![
        (
            "items",
            array(reference("Instance")),
            "Events at their next instance, by start; then what is over, latest first.",
        ),
        (
            "next",
            maybe_text(),
            "Cursor of the page after this one; null after the last.",
        ),
        (
            "calendars",
            array(reference("Calendar")),
            "Calendars that are called so; on the first page only.",
        ),
        (
            "read_as",
            maybe_text(),
            "What was looked for instead, where nothing was found as it was typed.",
        ),
    ])
}

fn calendar() -> Vec<Field> {
    vec![
        ("id", text(), "Its permanent id."),
        (
            "slug",
            text(),
            "Its current short name. Earlier ones go on working.",
        ),
        ("title", text(), "Its name, in its own language."),
        ("titles", reference("Texts"), "The same in each language."),
        ("description", maybe_text(), "What it holds, for whom."),
        ("category", text(), "Short name of its category."),
        (
            "color",
            json!({ "type": "string", "pattern": "^#[0-9A-F]{6}$" }),
            "Its colour.",
        ),
        ("language", text(), "The language it is written in first."),
        ("zone", text(), "The zone that its days are counted in."),
        (
            "revision",
            number(),
            "Counts the changes that subscribers could see.",
        ),
        ("modified", instant(), "When it last changed."),
        (
            "next_event",
            maybe("Instance"),
            "What is under way in it, else what starts next.",
        ),
        ("page", address(), "Its page for people."),
        ("feed", address(), "Its iCalendar feed."),
        ("url", maybe_text(), "Its own page elsewhere."),
        ("sample", flag(), "True where the data is invented."),
        (
            "attribution",
            maybe("Attribution"),
            "Whose data it is, on what terms.",
        ),
    ]
}

fn calendar_name() -> Vec<Field> {
    let keep = ["id", "slug", "title", "revision"];
    let mut fields = calendar();
    fields.retain(|(name, ..)| keep.contains(name));
    fields
}

fn category() -> Vec<Field> {
    vec![
        ("slug", text(), "Its short name."),
        ("title", text(), "Its name."),
        ("titles", reference("Texts"), "The same in each language."),
        (
            "calendars",
            number(),
            "How many public calendars stand in it.",
        ),
    ]
}

fn link() -> Vec<Field> {
    vec![
        (
            "kind",
            words(&["tickets", "stream", "more"]),
            "What it leads to.",
        ),
        ("address", address(), "Where."),
    ]
}

fn point() -> Vec<Field> {
    let degrees = |most: i32| json!({ "type": "number", "minimum": -most, "maximum": most });
    vec![
        ("lat", degrees(90), "Latitude in degrees (WGS 84)."),
        ("lon", degrees(180), "Longitude in degrees (WGS 84)."),
    ]
}

fn attribution() -> Value {
    let mut shape = object(vec![
        ("name", text(), "Person, project or authority."),
        (
            "licence",
            text(),
            "Its licence, by SPDX name where it has one.",
        ),
        ("address", address(), "Where it comes from."),
    ]);
    shape["required"] = json!(["name"]);
    shape
}

fn problem() -> Value {
    let fault = object(vec![
        ("field", text(), "The value as it is named in the request."),
        ("message", text(), "What is wrong with it."),
    ]);
    let mut shape = object(vec![
        ("type", text(), "Names the kind of problem."),
        ("title", text(), "What happened."),
        ("status", number(), "The HTTP status."),
        ("detail", text(), "What to do now."),
        ("errors", array(fault), "Which values are at fault."),
        (
            "request_id",
            text(),
            "Names the request in the log, where the fault is the server's.",
        ),
    ]);
    shape["required"] = json!(["type", "title", "status", "detail"]);
    shape
}

fn ready() -> Vec<Field> {
    vec![
        ("ready", flag(), "Whether it can serve."),
        ("waiting_for", array(text()), "The parts that are missing."),
    ]
}
