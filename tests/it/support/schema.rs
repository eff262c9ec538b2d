//! A small reader of JSON Schema, for the words that our own OpenAPI document uses.

use serde_json::Value;
use std::collections::BTreeSet;

/// What of a value its schema does not allow or does not name. Knows the words that our own
/// document uses.
pub fn misfits(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        let target = document
            .pointer(target.trim_start_matches('#'))
            .expect("it leads somewhere");
        return misfits(document, target, value, at, found);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &Value| {
            let mut own = Vec::new();
            misfits(document, choice, value, at, &mut own);
            own.is_empty()
        };
        if !choices.iter().any(fits) {
            found.push(format!("{at}: {value} is none of {schema}"));
        }
        return;
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        one => one == kind,
    };
    let listed = schema["enum"]
        .as_array()
        .is_none_or(|words| words.contains(value));
    if !allowed || !listed {
        found.push(format!("{at}: {value} is no {schema}"));
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        misfits(
            document,
            &schema["items"],
            item,
            &format!("{at}[{number}]"),
            found,
        );
    }
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    let fields = value.as_object().into_iter().flatten();
    let names: BTreeSet<&str> = fields.clone().map(|(name, _)| name.as_str()).collect();
    for name in schema["required"].as_array().into_iter().flatten() {
        if name.as_str().is_some_and(|name| !names.contains(name)) {
            found.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, field) in fields {
        match properties.get(name) {
            Some(schema) => misfits(document, schema, field, &format!("{at}.{name}"), found),
            None => found.push(format!("{at}.{name} is not described")),
        }
    }
}
