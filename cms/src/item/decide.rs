//! `POST /cms/tips/{proposal}`: one step with one proposal. Whoever decides one gets the next at once,
//! claimed for them; whoever comes second is told.

use super::edit;
use super::{ItemPage, Subject, id_of, refusal, refused};
use crate::desk::frame::{actor, homes};
use crate::queue::told::Told;
use crate::queue::{HERE, filters, start};
use axum::extract::State as Web;
use axum::response::{IntoResponse, Response};
use desk::{Decision, Desk, Error, Take};
use domain::id::ProposalId;
use domain::patch::{EventPatch, Field};
use domain::proposal::{Aim, Lease, Reason, State};
use domain::tip::read::{self, Faults};
use http::StatusCode;
use store::desk_lists::{self, Queue, Way};
use store::proposals::Cursor;
use web::failure::{Failure, PageFailure};
use web::form::Fields;
use web::page::Page;
use web::session::{Staff, see_other};
use web::state::WebState;
use web::visit::{Segment, Visit};

/// Items that are looked through for one that nobody has.
const LOOKED: i64 = 20;

/// A step that somebody asks for.
enum Step {
    Decide(Decision, &'static str),
    Ask(String),
    Claim,
    Skip,
}

/// Why a form comes back.
enum Back {
    /// With one sentence above it.
    Fault(&'static str),
    /// With faults beside the fields of the edit.
    Edit(Faults),
    /// Because the desk refused.
    Desk(Error),
}

/// The handler.
pub(crate) async fn send(
    Web(web): Web<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let id = id_of(&id)?;
    let queue = filters::read(&visit.params)?;
    let mut conn = web.db.read().await?;
    let subject = Subject::read(&mut conn, id).await?;
    let homes = homes(&mut conn, visit.t).await?;
    drop(conn);
    let home = homes
        .get(&subject.entry.proposal.calendar)
        .ok_or(Failure::NotFound)?;
    let actor = actor(&staff);
    let desk = Desk::new(&web.db, &actor, web.clock.now());
    let step = match step(&subject, home, &fields) {
        Ok(step) => step,
        Err(back) => return came_back(&web, &staff, (&visit, id), (&fields, back)).await,
    };
    let told = match carry_out(&desk, id, step).await {
        Ok(told) => told,
        Err(error) => {
            let back = (&fields, Back::Desk(error));
            return came_back(&web, &staff, (&visit, id), back).await;
        }
    };
    if let Told::Plain("claimed") = told {
        return Ok(see_other(&told.on(&format!("{HERE}/{id}"), &queue)));
    }
    let place = Cursor::at(&subject.entry.proposal);
    let path = match next(&web, &desk, (&queue, place), &actor).await? {
        Some(next) => format!("{HERE}/{next}"),
        None => HERE.to_owned(),
    };
    Ok(see_other(&told.on(&path, &queue)))
}

/// What the form asks for.
fn step(subject: &Subject, home: &crate::desk::frame::Home, fields: &Fields) -> Result<Step, Back> {
    let edition: i64 = fields.one("edition").parse().unwrap_or_default();
    let seen: i64 = fields.one("seen_version").parse().unwrap_or_default();
    let is_now = edition == subject.entry.handling.edition;
    let amended = || {
        let edition = subject.entry.handling.edition;
        Back::Desk(Error::Amended { edition })
    };
    let words = |name| match read::note(fields.one(name)) {
        Ok(words) => Ok(words),
        Err(_) => Err(Back::Fault("queue.bad_words")),
    };
    match fields.one("do") {
        "accept" if !is_now => Err(amended()),
        "accept" => {
            let take = taken(subject, (fields, seen))?;
            Ok(Step::Decide(Decision::Accept(take), "accepted"))
        }
        "edit" if !is_now => Err(amended()),
        "edit" => {
            let take = edit::take(subject, home, (fields, seen)).map_err(Back::Edit)?;
            Ok(Step::Decide(Decision::Accept(take), "accepted"))
        }
        "spam" => {
            let reason = Reason::Spam;
            Ok(Step::Decide(
                Decision::Reject {
                    reason,
                    reply: None,
                },
                "spam",
            ))
        }
        "ask" => match words("question")? {
            Some(question) => Ok(Step::Ask(question)),
            None => Err(Back::Fault("queue.no_question")),
        },
        "merge" => match fields.one("into").parse() {
            Ok(into) => Ok(Step::Decide(
                Decision::MergeInto(ProposalId(into)),
                "merged",
            )),
            Err(_) => Err(Back::Fault("queue.no_other")),
        },
        "claim" => Ok(Step::Claim),
        "skip" => Ok(Step::Skip),
        other => {
            let reason = other.strip_prefix("reject-").and_then(Reason::parse);
            let Some(reason) = reason else {
                return Err(Back::Fault("queue.no_decision"));
            };
            let reply = words("words")?;
            if reason == Reason::Other && reply.is_none() {
                return Err(Back::Fault("queue.no_words"));
            }
            let decision = Decision::Reject { reason, reply };
            Ok(Step::Decide(decision, "rejected"))
        }
    }
}

/// How much is taken: all fields that are ticked. Where others changed the same fields since, the
/// page has shown that, and what is ticked is wanted all the same, of the version that was seen.
fn taken(subject: &Subject, (fields, seen_version): (&Fields, i64)) -> Result<Take, Back> {
    let ticked: Vec<Field> = fields.all("field").filter_map(Field::parse).collect();
    let Aim::Change { patch, .. } = &subject.entry.proposal.aim else {
        let all = fields.one("fields").is_empty();
        return Ok(if all {
            Take::Whole
        } else {
            Take::Fields(ticked)
        });
    };
    if patch.is_empty() || fields.one("fields").is_empty() {
        return Ok(Take::Whole);
    }
    let mut some = EventPatch::default();
    for value in patch.values() {
        if ticked.contains(&value.field()) {
            some.put(value.clone());
        }
    }
    if some.is_empty() {
        return Err(Back::Fault("queue.no_field"));
    }
    if fields.one("over") == "1" {
        return Ok(Take::Edited {
            patch: some,
            seen_version,
        });
    }
    Ok(match some == *patch {
        true => Take::Whole,
        false => Take::Fields(ticked),
    })
}

async fn carry_out(desk: &Desk<'_>, id: ProposalId, step: Step) -> Result<Told, Error> {
    match step {
        Step::Decide(decision, done) => {
            desk.decide(id, &decision).await?;
            Ok(Told::One(done, id.0))
        }
        Step::Ask(question) => {
            desk.ask(id, &question).await?;
            desk.release(id).await?;
            Ok(Told::Plain("asked"))
        }
        Step::Claim => {
            desk.claim(id).await?;
            Ok(Told::Plain("claimed"))
        }
        Step::Skip => {
            desk.release(id).await?;
            Ok(Told::Plain("skipped"))
        }
    }
}

async fn came_back(
    web: &WebState,
    staff: &Staff,
    (visit, id): (&Visit, ProposalId),
    (fields, back): (&Fields, Back),
) -> Result<Response, PageFailure> {
    let (fault, faults) = match back {
        Back::Desk(error) => return refused(web, staff, (visit, id), error).await,
        Back::Fault(key) => (Some(key), None),
        Back::Edit(faults) => (None, Some(faults)),
    };
    let mut page = ItemPage::read(web, staff, visit, id).await?;
    page.flash = None;
    page.fault = Some(visit.t.s(fault.unwrap_or("queue.edit_faults")).to_owned());
    if let Some(faults) = faults {
        page.edit.came_back(fields, &faults, visit.t);
    }
    Ok(Page::refusal(StatusCode::BAD_REQUEST, page).into_response())
}

/// The next item that nobody else works on, claimed; from the beginning again where the list ends.
async fn next(
    web: &WebState,
    desk: &Desk<'_>,
    (queue, place): (&Queue, Cursor),
    actor: &desk::Actor,
) -> Result<Option<ProposalId>, PageFailure> {
    if queue.state != State::Waiting {
        return Ok(None);
    }
    let now = web.clock.now();
    let mut conn = web.db.read().await?;
    for from in [(place, Way::Later), start(State::Waiting)] {
        let page = desk_lists::queue_page(&mut conn, queue, from, LOOKED).await?;
        let taken = |lease: &Lease| lease.by != actor.word() && lease.until > now;
        let free = page.iter().find(|one| {
            let skipped = Cursor::at(&one.proposal) == place;
            !skipped && !one.handling.lease.as_ref().is_some_and(taken)
        });
        if let Some(free) = free {
            let id = free.proposal.id;
            drop(conn);
            return match desk.claim(id).await {
                // Somebody was quicker: their name stands on its page.
                Ok(_) | Err(Error::Held { .. } | Error::AlreadyDecided { .. }) => Ok(Some(id)),
                Err(error) => Err(refusal(error)),
            };
        }
    }
    Ok(None)
}
