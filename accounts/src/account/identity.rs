//! A person's own name, password and sessions.

use super::again;
use crate::attempt::{self, Subject};
use crate::forms::{Errors, back, wait_message};
use crate::mail::of_change;
use crate::welcome::weak;
use crate::{AccountsState, agent};
use axum::extract::State;
use axum::response::Response;
use domain::id::SessionId;
use domain::people::{PASSWORD_MOST, Person, check_password, clean_name};
use http::HeaderMap;
use serde_json::Value;
use store::Tx;
use store::people::{self, Actor, note};
use store::sessions::{self, State as Progress};
use uuid::Uuid;
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::session::{self, Staff};
use web::visit::{Segment, Visit};

/// `POST /account/name`.
pub(crate) async fn rename(
    State(accounts): State<AccountsState>,
    staff: Staff,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let mut tx = accounts.web.db.begin().await?;
    let person = own(&mut tx, &staff).await?;
    let name = clean_name(fields.one("name"), &person.email);
    people::rename(&mut tx, person.id, &name).await?;
    tx.commit().await?;
    Ok(back("/account", "named"))
}

/// The person behind a session.
pub(super) async fn own(tx: &mut Tx, staff: &Staff) -> Result<Person, Failure> {
    let person = people::person(tx, staff.person).await?;
    person.ok_or(Failure::NotFound)
}

/// Whether this is the person's password: asked again before what a borrowed browser must not do.
/// Somebody without one, who came by a link, has nothing to repeat.
pub(super) async fn is_own_password(
    accounts: &AccountsState,
    staff: &Staff,
    typed: &str,
) -> Result<Result<(), Message>, Failure> {
    let web = &accounts.web;
    let mut conn = web.db.read().await?;
    let factors = people::factors(&mut conn, staff.person).await?;
    drop(conn);
    let Some(kept) = factors.password else {
        return Ok(Ok(()));
    };
    let subject = Subject::second_factor(staff.person);
    let now = web.clock.now();
    if let Err(seconds) = attempt::begin(&web.db, &[subject], now).await? {
        return Ok(Err(wait_message(seconds)));
    }
    let fits = typed.chars().count() <= PASSWORD_MOST;
    let typed = if fits { typed } else { "" };
    if !accounts.hasher.is_right(typed, Some(&kept)).await? {
        return Ok(Err(Message::new("account.wrong_password")));
    }
    let mut tx = web.db.begin().await?;
    attempt::succeed(&mut tx, subject, None).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// `POST /account/password`.
pub(crate) async fn password(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let (old, new) = (fields.exactly("password"), fields.exactly("new_password"));
    if let Err(fault) = is_own_password(&accounts, &staff, old).await? {
        let errors = Errors::one("password", &fault, visit.t);
        return again(&accounts, (&staff, &visit), errors).await;
    }
    let mut tx = accounts.web.db.begin().await?;
    let person = own(&mut tx, &staff).await?;
    tx.roll_back().await?;
    if let Err(why) = check_password(new, &person.email, &person.name) {
        let errors = Errors::one("new_password", &weak(why), visit.t);
        return again(&accounts, (&staff, &visit), errors).await;
    }
    let hash = accounts.hasher.hash(new).await?;
    let mut tx = accounts.web.db.begin().await?;
    people::set_password(&mut tx, person.id, &hash).await?;
    sessions::drop_links(&mut tx, person.id).await?;
    let response = renewed(&mut tx, &accounts, (&staff, &headers), "password").await?;
    tx.commit().await?;
    let what = "mail.what_password";
    let letter = of_change(&person.email, what, &accounts.web.base_url, visit.t);
    accounts.mail.send_aside(letter, accounts.web.clock.now());
    Ok(response)
}

/// What somebody signs in with has changed: all their sessions are over, and this browser has a new
/// one (security cases E4 and E5). Goes back to the page, which says what was `done`.
pub(super) async fn renewed(
    tx: &mut Tx,
    accounts: &AccountsState,
    (staff, headers): (&Staff, &HeaderMap),
    done: &str,
) -> Result<Response, Failure> {
    let web = &accounts.web;
    let opened = renewed_session(tx, accounts, (staff, headers), done).await?;
    let mut response = back("/account", done);
    opened.give(&mut response, &web.base_url);
    Ok(response)
}

/// The same without the way back.
pub(super) async fn renewed_session(
    tx: &mut Tx,
    accounts: &AccountsState,
    (staff, headers): (&Staff, &HeaderMap),
    done: &str,
) -> Result<session::Opened, Failure> {
    let now = accounts.web.clock.now();
    sessions::close_all(tx, staff.person).await?;
    let state = (Progress::Full, &*agent::words(headers));
    let opened = session::open(tx, staff.person, state, now).await?;
    let detail = serde_json::json!({ "what": done });
    let actor = Actor::Person(staff.person);
    note(
        tx,
        now,
        actor,
        "sign_in_changed",
        Some(staff.person),
        &detail,
    )
    .await?;
    Ok(opened)
}

/// `POST /account/sessions/{id}/close`.
pub(crate) async fn close_one(
    State(accounts): State<AccountsState>,
    staff: Staff,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let id: Uuid = id.parse().map_err(|_| Failure::NotFound)?;
    let mut tx = accounts.web.db.begin().await?;
    let closed = sessions::close(&mut tx, staff.person, SessionId(id)).await?;
    noted(&mut tx, &accounts, &staff).await?;
    tx.commit().await?;
    if closed {
        Ok(back("/account", "closed"))
    } else {
        Err(PageFailure(Failure::NotFound))
    }
}

/// `POST /account/sessions/others/close`.
pub(crate) async fn close_others(
    State(accounts): State<AccountsState>,
    staff: Staff,
) -> Result<Response, PageFailure> {
    let web = &accounts.web;
    let mut tx = web.db.begin().await?;
    for one in sessions::of_person(&mut tx, staff.person, web.clock.now()).await? {
        if one.id != staff.session {
            sessions::close(&mut tx, staff.person, one.id).await?;
        }
    }
    noted(&mut tx, &accounts, &staff).await?;
    tx.commit().await?;
    Ok(back("/account", "closed"))
}

async fn noted(tx: &mut Tx, accounts: &AccountsState, staff: &Staff) -> store::Result<()> {
    let now = accounts.web.clock.now();
    let (actor, person) = (Actor::Person(staff.person), Some(staff.person));
    note(tx, now, actor, "sessions_closed", person, &Value::Null).await
}
