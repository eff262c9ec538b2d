//! The OpenAPI 3.1 document, made from the table of routes. What a route takes and answers stands
//! in `operations` under the route's name; a route without an entry fails a test.

pub mod operations;
mod personal;
pub mod schemas;
mod tips;

use crate::ROUTES;
use crate::answer::{Answer, json};
use crate::state::ApiState;
use axum::extract::State;
use operations::{Body, Operation, Parameter, Place};
use serde_json::{Map, Value, json as value};
use web::locale::{T, UiLang};
use web::route::RouteInfo;

/// `GET /api/v1/openapi.json`.
pub async fn show(State(api): State<ApiState>) -> Answer {
    json(&document(api.base_url.as_str()))
}

/// Every documented route with its documentation, in the table's order.
pub fn documented() -> impl Iterator<Item = (RouteInfo, &'static Operation)> {
    ROUTES.iter().filter_map(|route| {
        let info = route.info();
        operations::of(info.name).map(|operation| (info, operation))
    })
}

/// The document for the installation at `base`. It is written in English.
pub fn document(base: &str) -> Value {
    let t = T::new(UiLang::En);
    let mut paths = Map::new();
    for (route, operation) in documented() {
        let methods = paths.entry(route.path).or_insert_with(|| value!({}));
        methods[route.method.as_str().to_ascii_lowercase()] = described(&route, operation, t);
    }
    value!({
        "openapi": "3.1.0",
        "info": {
            "title": "Almanac",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": t.s("api.lead"),
            "description": rules(t),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": base }],
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "headers": headers(),
            "responses": { "Problem": {
                "description": "A problem document (RFC 9457).",
                "content": { "application/problem+json": { "schema": schema("Problem") } },
            } },
        },
    })
}

/// What holds for every request, in sentences.
pub fn rules(t: T) -> String {
    let n = web::limit::API.requests.to_string();
    let keys = [
        "api.rule_json",
        "api.rule_pages",
        "api.rule_times",
        "api.rule_etag",
        "api.rule_errors",
        "api.rule_keys",
    ];
    let mut said: Vec<String> = keys.iter().map(|key| t.s(key).to_owned()).collect();
    let leaving = web::limit::LEAVING.requests.to_string();
    said.push(t.f("api.rule_rate", &[("n", &n), ("leaving", &leaving)]));
    said.join("\n")
}

fn schema(name: &str) -> Value {
    value!({ "$ref": format!("#/components/schemas/{name}") })
}

fn described(route: &RouteInfo, operation: &Operation, t: T) -> Value {
    let parameters: Vec<Value> = operation
        .parameters
        .iter()
        .map(|one| parameter(one, t))
        .collect();
    let mut all = value!({
        "operationId": route.name,
        "summary": t.s(operation.summary),
        "parameters": parameters,
        "responses": responses(operation),
    });
    if let Some(sent) = &operation.sent {
        all["requestBody"] = value!({
            "required": sent.required,
            "content": { "application/json": { "schema": schema(sent.schema) } },
        });
    }
    all
}

fn parameter(one: &Parameter, t: T) -> Value {
    value!({
        "name": one.name,
        "in": match one.place {
            Place::Path => "path",
            Place::Query => "query",
        },
        "required": one.required,
        "description": t.s(one.meaning),
        "schema": one.form.schema(),
    })
}

fn responses(operation: &Operation) -> Value {
    let mut all = Map::new();
    let ok = match operation.body {
        Body::Json(name) => value!({
            "description": "The answer.",
            "headers": { "ETag": { "$ref": "#/components/headers/ETag" } },
            "content": { "application/json": { "schema": schema(name) } },
        }),
        Body::State(name) => value!({
            "description": "The answer.",
            "content": { "application/json": { "schema": schema(name) } },
        }),
        Body::Text(media_type) => value!({
            "description": "The answer.",
            "content": { media_type: { "schema": { "type": "string" } } },
        }),
        Body::Private(_, name) => value!({
            "description": "The answer. It is for the holder of the key alone.",
            "content": { "application/json": { "schema": schema(name) } },
        }),
        Body::Nothing => value!({ "description": "It is done." }),
    };
    if let Body::State(_) = operation.body {
        let mut not_ready = ok.clone();
        not_ready["description"] = value!("Not yet.");
        all.insert("503".to_owned(), not_ready);
    }
    if let Body::Json(_) = operation.body {
        let unchanged = value!({ "description": "What the client has is current." });
        all.insert("304".to_owned(), unchanged);
    }
    all.insert(operation.body.status().to_owned(), ok);
    for status in operation.problems.iter().chain(&["default"]) {
        let problem = value!({ "$ref": "#/components/responses/Problem" });
        all.insert((*status).to_owned(), problem);
    }
    Value::Object(all)
}

fn headers() -> Value {
    value!({
        "ETag": {
            "description": "A strong validator (RFC 9110), for If-None-Match.",
            "required": true,
            "schema": { "type": "string", "pattern": "^\"[0-9a-f]{32}\"$" },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_route_is_described_and_every_description_has_its_route() {
        let routes: BTreeSet<&str> = ROUTES.iter().map(|route| route.name).collect();
        assert_eq!(routes.len(), ROUTES.len(), "names are unique");
        let described: BTreeSet<&str> = operations::ALL.iter().map(|one| one.name).collect();
        assert_eq!(described, routes);
        assert_eq!(documented().count(), ROUTES.len());
    }

    #[test]
    fn the_places_of_a_path_are_its_path_parameters() {
        for (route, operation) in documented() {
            let places = route.path.split('{').skip(1);
            let places: Vec<&str> = places.filter_map(|part| part.split('}').next()).collect();
            let own = operation.parameters.iter();
            let in_path = own.filter(|one| matches!(one.place, Place::Path));
            assert!(in_path.clone().all(|one| one.required), "{}", route.path);
            let in_path: Vec<&str> = in_path.map(|one| one.name).collect();
            assert_eq!(in_path, places, "{}", route.path);
        }
    }

    /// All values of `$ref` in a document.
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    if let ("$ref", Some(target)) = (name.as_str(), inner.as_str()) {
                        found.push(target.to_owned());
                    }
                    references(inner, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn the_document_is_whole() {
        let document = document("https://almanac.example");
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["servers"][0]["url"], "https://almanac.example");
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20);
        for target in &found {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(
                document.pointer(pointer).is_some(),
                "{target} leads nowhere"
            );
        }
        for name in document["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys()
        {
            let target = format!("#/components/schemas/{name}");
            assert!(found.contains(&target), "{name} is used nowhere");
        }
        let text = document.to_string();
        assert!(!text.contains("\"api."), "every key has its words");
    }
}
