//! The API's page for people, from the same tables as the OpenAPI document.

use crate::openapi::operations::{Body, Operation, Parameter};
use crate::openapi::{documented, rules, schemas};
use crate::state::ApiState;
use askama::Template;
use axum::extract::State;
use serde_json::Value;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::route::RouteInfo;
use web::visit::Visit;

/// One value that a route takes.
struct ParameterRow {
    name: &'static str,
    meaning: &'static str,
    signs: String,
    required: bool,
}

/// One route.
struct RouteSection {
    name: &'static str,
    method: String,
    path: &'static str,
    summary: &'static str,
    parameters: Vec<ParameterRow>,
    /// The shape of the body that it takes.
    sent: Option<&'static str>,
    status: &'static str,
    /// The shape of the answer, or its media type.
    shape: Option<&'static str>,
    media_type: &'static str,
    problems: String,
}

/// One field of a shape.
struct FieldRow {
    name: String,
    kind: String,
    about: String,
}

/// One shape of an answer. The descriptions are the document's own, in English.
struct ShapeSection {
    name: String,
    fields: Vec<FieldRow>,
}

/// The page.
#[derive(Template)]
#[template(path = "api_docs.html")]
pub struct ApiDocsPage {
    t: T,
    shell: Shell,
    rules: Vec<String>,
    routes: Vec<RouteSection>,
    shapes: Vec<ShapeSection>,
}

/// `GET /api/docs`.
pub async fn show(State(api): State<ApiState>, visit: Visit) -> Page<ApiDocsPage> {
    let canonical = api.base_url.join("/api/docs");
    let shell = Shell::public(&visit, canonical, None);
    Page::public(ApiDocsPage::build(visit.t, shell))
}

impl ApiDocsPage {
    fn build(t: T, shell: Shell) -> Self {
        Self {
            t,
            shell,
            rules: rules(t).lines().map(str::to_owned).collect(),
            routes: documented()
                .map(|(route, operation)| section(&route, operation, t))
                .collect(),
            shapes: shapes(),
        }
    }
}

fn section(route: &RouteInfo, operation: &Operation, t: T) -> RouteSection {
    let (shape, media_type) = match operation.body {
        Body::Json(name) | Body::State(name) | Body::Private(_, name) => {
            (Some(name), "application/json")
        }
        Body::Text(media_type) => (None, media_type),
        Body::Nothing => (None, ""),
    };
    let row = |one: &Parameter| ParameterRow {
        name: one.name,
        meaning: t.s(one.meaning),
        signs: one.form.signs(),
        required: one.required,
    };
    RouteSection {
        name: route.name,
        method: route.method.to_string(),
        path: route.path,
        summary: t.s(operation.summary),
        parameters: operation.parameters.iter().map(row).collect(),
        sent: operation.sent.as_ref().map(|sent| sent.schema),
        status: operation.body.status(),
        shape,
        media_type,
        problems: operation.problems.join(", "),
    }
}

fn shapes() -> Vec<ShapeSection> {
    let all = schemas::all();
    let shapes = all.as_object().into_iter().flatten();
    shapes
        .map(|(name, schema)| ShapeSection {
            name: name.clone(),
            fields: fields(schema),
        })
        .collect()
}

fn fields(schema: &Value) -> Vec<FieldRow> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let row = |(name, field): (&String, &Value)| FieldRow {
        name: name.clone(),
        kind: kind(field),
        about: field["description"].as_str().unwrap_or_default().to_owned(),
    };
    let mut rows: Vec<FieldRow> = properties.map(row).collect();
    if rows.is_empty() {
        rows.push(FieldRow {
            name: "...".to_owned(),
            kind: kind(schema),
            about: schema["description"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        });
    }
    rows
}

/// A schema in a few words: `string`, `Instance or null`, `Link[]`.
fn kind(schema: &Value) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        return target.rsplit('/').next().unwrap_or_default().to_owned();
    }
    let join = |parts: &[Value], one: fn(&Value) -> String| {
        let parts: Vec<String> = parts.iter().map(one).collect();
        parts.join(" or ")
    };
    if let Some(choices) = schema["enum"].as_array() {
        return join(choices, |one| one.as_str().unwrap_or_default().to_owned());
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        return join(choices, kind);
    }
    match (&schema["type"], schema["format"].as_str()) {
        (Value::String(name), None) if name == "array" => format!("{}[]", kind(&schema["items"])),
        (Value::String(name), Some(format)) => format!("{name} ({format})"),
        (Value::String(name), None) => name.clone(),
        (Value::Array(names), _) => join(names, |one| one.as_str().unwrap_or_default().to_owned()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::locale::UiLang;

    #[test]
    fn every_route_and_every_shape_is_on_the_page_in_both_languages() {
        for ui in UiLang::ALL {
            let t = T::new(*ui);
            let html = ApiDocsPage::build(t, Shell::bare(t, "/api/docs"))
                .render()
                .unwrap();
            assert!(html.contains(&format!("<html lang=\"{}\">", ui.as_str())));
            for route in crate::ROUTES {
                assert!(
                    html.contains(&format!("id=\"{}\"", route.name)),
                    "{}",
                    route.name
                );
            }
            for shape in shapes() {
                assert!(html.contains(&format!("id=\"shape-{}\"", shape.name)));
                assert!(!shape.fields.is_empty(), "{}", shape.name);
            }
            assert!(
                !html.contains("<script>") && !html.contains("style=") && !html.contains(">api.")
            );
        }
    }

    #[test]
    fn schemas_are_said_in_a_few_words() {
        use serde_json::json;
        for (schema, words) in [
            (json!({ "type": "string", "format": "uri" }), "string (uri)"),
            (json!({ "type": ["string", "null"] }), "string or null"),
            (
                json!({ "type": "array", "items": { "$ref": "#/x/Link" } }),
                "Link[]",
            ),
            (
                json!({ "anyOf": [{ "$ref": "#/x/Point" }, { "type": "null" }] }),
                "Point or null",
            ),
            (json!({ "type": "string", "enum": ["a", "b"] }), "a or b"),
        ] {
            assert_eq!(kind(&schema), words);
        }
    }
}
