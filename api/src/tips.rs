//! `POST /api/v1/tips`: what programs tell the desk for somebody without an account. Nothing of it
//! is public before it is decided; the answer holds the address of the reporter's own page. No
//! cookie is looked at.

use crate::answer::{Answer, private_json};
use crate::ask::Body;
use crate::state::ApiState;
use axum::extract::State;
use axum::response::IntoResponse;
use domain::id::PublicId;
use domain::tip::Kind;
use domain::tip::read::Wrong;
use domain::tip::spam::Trap;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use web::failure::{Failure, Message};
use web::peer::PeerAddress;
use web::tips::{Desk, Sender, Told, message, receipt_path};

/// Names one attempt of a program, which may make it again: the same tip then gets the same
/// receipt (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Longest such name, in bytes.
const LONGEST_KEY: usize = 200;
/// Most faults that one answer tells.
const MOST: usize = 50;

#[derive(Serialize)]
struct Receipt {
    receipt: String,
}

/// `POST /api/v1/tips`.
pub async fn send(
    State(api): State<ApiState>,
    peer: PeerAddress,
    headers: HeaderMap,
    Body(body): Body,
) -> Answer {
    let told = read(&body)?;
    let desk = Desk {
        db: &api.db,
        clock: &api.clock,
        leaving: &api.leaving,
        telling: &api.telling,
    };
    let sender = Sender {
        peer,
        form_key: attempt(&headers)?,
        token: None,
        trap: Trap::Untouched,
        solution: String::new(),
    };
    let receipt = web::tips::send(&desk, &told, &sender).await?;
    let address = api.base_url.join(&receipt_path(receipt.as_str()));
    let location = HeaderValue::try_from(address.as_str());
    let told = Receipt { receipt: address };
    let mut answer = private_json(StatusCode::CREATED, &told)?.into_response();
    if let Ok(location) = location {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(answer)
}

/// What names this attempt; random where nothing does.
fn attempt(headers: &HeaderMap) -> Result<String, Failure> {
    match headers.get(IDEMPOTENCY_KEY).map(HeaderValue::to_str) {
        None => Ok(PublicId::from_bits(store::random_bits()).to_string()),
        Some(Ok(key)) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(format!("program {key}")),
        Some(_) => {
            let fault = Message::new("tips.wrong_attempt").with("max", LONGEST_KEY.to_string());
            Err(Failure::invalid("Idempotency-Key", fault))
        }
    }
}

const KNOWN: [&str; 8] = [
    "kind",
    "calendar",
    "event",
    "recurrence_id",
    "revision",
    "changes",
    "evidence_url",
    "note",
];

/// The fields of a body, with all that is wrong with their kinds.
struct Fields<'v> {
    fields: &'v Map<String, Value>,
    faults: BTreeMap<String, Vec<Message>>,
}

impl<'v> Fields<'v> {
    fn fault(&mut self, field: &str, message: Message) {
        if self.faults.len() < MOST {
            self.faults.insert(field.to_owned(), vec![message]);
        }
    }

    /// A value, where there is one; null is none.
    fn value(&self, field: &str) -> Option<&'v Value> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    fn text(&mut self, field: &str) -> Option<&'v str> {
        let value = self.value(field)?;
        if value.as_str().is_none() {
            self.fault(field, message(&Wrong::NotText));
        }
        value.as_str()
    }

    fn revision(&mut self, field: &str) -> Option<i64> {
        let value = self.value(field)?;
        let read = value.as_i64().filter(|n| *n >= 0);
        if read.is_none() {
            self.fault(field, Message::new("invalid.since"));
        }
        read
    }
}

/// Reads a body. Fields that nobody knows are refused (security case D2): who sends `status` or
/// `verified` beside a tip believes something that is not so.
fn read(body: &Value) -> Result<Told, Failure> {
    let Some(fields) = body.as_object() else {
        return Err(Failure::invalid("body", Message::new("invalid.json")));
    };
    let mut read = Fields {
        fields,
        faults: BTreeMap::new(),
    };
    for name in fields.keys().filter(|name| !KNOWN.contains(&name.as_str())) {
        // The name is the sender's own, shortened so that the answer is no echo of the body.
        let name: String = name.chars().take(40).collect();
        read.fault(&name, message(&Wrong::Unknown));
    }
    let kind = read.text("kind").and_then(Kind::parse);
    if kind.is_none() {
        read.fault("kind", Message::new("tips.wrong_kind"));
    }
    let text = |text: Option<&str>| text.map(str::to_owned);
    let mut told = Told::new(kind.unwrap_or(Kind::Correction));
    told.calendar = text(read.text("calendar"));
    told.event = text(read.text("event"));
    told.instance = text(read.text("recurrence_id"));
    told.revision = read.revision("revision");
    told.note = text(read.text("note")).unwrap_or_default();
    told.evidence = text(read.text("evidence_url")).unwrap_or_default();
    match read.value("changes") {
        None => {}
        Some(Value::Object(changes)) => told.changes = changes.clone(),
        Some(_) => read.fault("changes", Message::new("invalid.object")),
    }
    match read.faults.is_empty() {
        true => Ok(told),
        false => Err(Failure::Invalid(read.faults)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn faults(body: &Value) -> Vec<String> {
        match read(body) {
            Ok(_) => Vec::new(),
            Err(Failure::Invalid(fields)) => fields.into_keys().collect(),
            Err(other) => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn every_fault_is_told_with_its_field() {
        for (body, want) in [
            (
                json!({ "kind": "correction", "event": "x", "revision": 3 }),
                &[][..],
            ),
            (
                json!({ "kind": "new_event", "changes": {}, "note": null }),
                &[],
            ),
            (json!({ "kind": "fax" }), &["kind"]),
            (json!({}), &["kind"]),
            (json!([]), &["body"]),
            (
                json!({ "kind": "correction", "revision": "3" }),
                &["revision"],
            ),
            (
                json!({ "kind": "correction", "revision": -1 }),
                &["revision"],
            ),
            (
                json!({ "kind": "correction", "changes": "x" }),
                &["changes"],
            ),
            (json!({ "kind": 1, "note": [] }), &["kind", "note"]),
        ] {
            assert_eq!(faults(&body), want, "{body}");
        }
    }

    #[test]
    fn d2_what_a_tip_may_not_decide_is_refused_by_name() {
        let body = json!({
            "kind": "correction", "status": "published", "verified": true, "tenant_id": 1,
            "created_by": "me", "id": "x",
        });
        let want = ["created_by", "id", "status", "tenant_id", "verified"];
        assert_eq!(faults(&body), want);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(kind: String, name: String, text: String) {
            let _ = read(&json!({ "kind": kind, name: text }));
        }
    }
}
