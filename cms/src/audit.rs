//! `/cms/audit`: who did what, newest first. Entries are read as they were written; nothing here
//! changes one.

use crate::desk::frame::{Frame, Names};
use crate::queue::Choice;
use askama::Template;
use axum::extract::State as Web;
use axum::response::{IntoResponse, Response};
use domain::id::{EventId, ProposalId};
use domain::zone::Zone;
use jiff::Timestamp;
use serde_json::Value;
use store::audit::{self, Cursor, Filter, Logged};
use uuid::Uuid;
use web::failure::{Failure, Message, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::state::WebState;
use web::visit::Visit;
use web::when::Reading;

const HERE: &str = "/cms/audit";
/// Entries of one page.
const PAGE: usize = 50;

/// The page.
#[derive(Template)]
#[template(path = "cms_audit.html")]
struct AuditPage {
    t: T,
    shell: Shell,
    frame: Frame,
    people: Vec<Choice>,
    actions: Vec<Choice>,
    event: String,
    narrowed: bool,
    rows: Vec<AuditRow>,
    next: Option<String>,
    first: Option<String>,
}

/// One entry.
struct AuditRow {
    when: String,
    who: String,
    what: String,
    proposal: Option<String>,
    event: Option<String>,
    detail: Option<String>,
}

/// What can be done, as the log has it, and what people call it.
const ACTIONS: [(&str, &str); 16] = [
    ("accept", "audit.accept"),
    ("reject", "audit.reject"),
    ("spam", "audit.spam"),
    ("merge", "audit.merge"),
    ("ask", "audit.ask"),
    ("claim", "audit.claim"),
    ("release", "audit.release"),
    ("undo", "audit.undo"),
    ("schedule", "audit.schedule"),
    ("unschedule", "audit.unschedule"),
    ("publish", "audit.publish"),
    ("put_back", "audit.put_back"),
    ("discard", "audit.discard"),
    ("revert", "audit.revert"),
    ("refused", "audit.refused"),
    ("person_role", "audit.person_role"),
];

fn action_name(action: &str, t: T) -> String {
    let known = ACTIONS.iter().find(|(word, _)| *word == action);
    known.map_or_else(|| action.to_owned(), |(_, key)| t.s(key).to_owned())
}

/// `GET /cms/audit`.
pub(crate) async fn show(
    Web(web): Web<WebState>,
    staff: Staff,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let (t, now) = (visit.t, web.clock.now());
    let given = |name: &str| -> Result<Option<String>, Failure> {
        let said = visit.params.one(name)?.filter(|text| !text.is_empty());
        Ok(said.map(|text| text.chars().take(80).collect()))
    };
    let unknown = |field| Failure::invalid(field, Message::new("queue.unknown_filter"));
    let id = |name: &'static str| -> Result<Option<Uuid>, Failure> {
        let id = given(name)?.map(|text| text.parse().map_err(|_| unknown(name)));
        id.transpose()
    };
    let filter = Filter {
        actor: given("who")?,
        action: given("what")?,
        event: id("event")?.map(EventId),
        proposal: id("proposal")?.map(ProposalId),
        ..Filter::default()
    };
    let before = match given("before")? {
        None => Cursor::END,
        Some(text) => cursor(&text).ok_or_else(|| unknown("before"))?,
    };
    let mut conn = web.db.read().await?;
    let names = Names::read(&mut conn, t).await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut logged = audit::page(&mut conn, &filter, before, limit).await?;
    let more = logged.len() > PAGE;
    logged.truncate(PAGE);
    let reading = Reading::new(t, &Zone::seoul(), now);
    let last = logged.last().filter(|_| more);
    let next = last.map(|last| {
        let place = format!("{}.{}", last.entry.at.as_millisecond(), last.id);
        address(&filter, Some(&place))
    });
    let page = AuditPage {
        frame: Frame::of(&staff, t, HERE),
        people: people(&filter, &names, t),
        actions: actions(&filter, t),
        event: filter.event.map(|id| id.to_string()).unwrap_or_default(),
        narrowed: filter != Filter::default(),
        rows: logged
            .iter()
            .map(|one| row(one, &names, &reading))
            .collect(),
        next,
        first: (before != Cursor::END).then(|| address(&filter, None)),
        shell: Shell::bare(t, &visit.here),
        t,
    };
    Ok(Page::private(page).into_response())
}

fn people(filter: &Filter, names: &Names, t: T) -> Vec<Choice> {
    let choice = |value: String, label: String| Choice {
        chosen: filter.actor.as_deref().unwrap_or_default() == value,
        value,
        label,
    };
    let mut all = vec![choice(String::new(), t.s("audit.anybody").to_owned())];
    all.extend(names.all().into_iter().map(|(id, name)| choice(id, name)));
    for word in ["reporter", "operator", "system"] {
        all.push(choice(word.to_owned(), names.of(word)));
    }
    all
}

fn actions(filter: &Filter, t: T) -> Vec<Choice> {
    let any = Choice {
        value: String::new(),
        label: t.s("audit.anything").to_owned(),
        chosen: filter.action.is_none(),
    };
    let each = ACTIONS.iter().map(|(word, key)| Choice {
        value: (*word).to_owned(),
        label: t.s(key).to_owned(),
        chosen: filter.action.as_deref() == Some(*word),
    });
    [any].into_iter().chain(each).collect()
}

fn row(logged: &Logged, names: &Names, reading: &Reading) -> AuditRow {
    let entry = &logged.entry;
    AuditRow {
        when: reading.instant(entry.at),
        who: names.of(&entry.actor),
        what: action_name(&entry.action, reading.t()),
        proposal: entry.proposal.map(|id| format!("/cms/tips/{id}")),
        event: entry.event.map(|id| format!("{HERE}?event={id}")),
        detail: entry
            .detail
            .as_ref()
            .map(detail)
            .filter(|text| !text.is_empty()),
    }
}

/// The small facts of an entry, as `name: value`.
fn detail(value: &Value) -> String {
    let Value::Object(fields) = value else {
        return String::new();
    };
    let small = fields.iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some(format!("{name}: {text}")),
        Value::Number(number) => Some(format!("{name}: {number}")),
        Value::Bool(flag) => Some(format!("{name}: {flag}")),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    });
    small.collect::<Vec<_>>().join(" · ")
}

fn cursor(text: &str) -> Option<Cursor> {
    let (at, id) = text.split_once('.')?;
    Some(Cursor {
        at: Timestamp::from_millisecond(at.parse().ok()?).ok()?,
        id: id.parse().ok()?,
    })
}

/// The log with this filter, from a place on. Words in it are ids and words of ours, or were typed:
/// what is no letter or digit is left out.
fn address(filter: &Filter, before: Option<&str>) -> String {
    let plain = |text: &str| -> String {
        let kept = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
        text.chars().filter(kept).collect()
    };
    let pairs = [
        ("who", filter.actor.clone()),
        ("what", filter.action.clone()),
        ("event", filter.event.map(|id| id.to_string())),
        ("proposal", filter.proposal.map(|id| id.to_string())),
        ("before", before.map(str::to_owned)),
    ];
    let given = pairs.into_iter();
    let given: Vec<String> = given
        .filter_map(|(name, value)| Some(format!("{name}={}", plain(&value?))))
        .collect();
    match given.is_empty() {
        true => HERE.to_owned(),
        false => format!("{HERE}?{}", given.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn small_facts_are_told_and_large_ones_left_out() {
        let said = detail(&json!({ "version": 3, "reason": "spam", "batch": null, "all": [1] }));
        assert_eq!(said, "reason: spam · version: 3");
        assert_eq!(detail(&json!(["x"])), "");
    }

    #[test]
    fn an_address_holds_words_and_ids_only() {
        let filter = Filter {
            actor: Some("a&b=\"<".to_owned()),
            ..Filter::default()
        };
        assert_eq!(
            address(&filter, Some("1.x")),
            "/cms/audit?who=ab&before=1.x"
        );
        assert_eq!(address(&Filter::default(), None), "/cms/audit");
    }
}
