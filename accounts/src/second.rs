//! `/sign-in/second`: the second factor of somebody whose password was right. A code of their
//! authenticator, a recovery code, or a passkey turns half a session into a whole one, under a new
//! id (security case E4).

use crate::attempt::{self, Subject};
use crate::forms::{Errors, refused, wait, wait_message};
use crate::passkeys::Ceremony;
use crate::sign_in::wanted;
use crate::{AccountsState, agent, authenticator, recovery};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::id::PersonId;
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::people::{self, Actor, Factors, note};
use store::sessions::{self, Session, State as Progress};
use store::{Db, Tx};
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::{self, Known, see_other};
use web::visit::Visit;

/// The page.
#[derive(Template)]
#[template(path = "second.html")]
struct SecondPage {
    t: T,
    shell: Shell,
    next: String,
    code: bool,
    passkey: bool,
    errors: Errors,
}

impl SecondPage {
    fn build(
        visit: &Visit,
        next: &str,
        factors: &Factors,
        (passkeys, errors): (bool, Errors),
    ) -> Self {
        Self {
            t: visit.t,
            shell: Shell::bare(visit.t, &visit.here),
            next: next.to_owned(),
            code: factors.totp_secret.is_some(),
            passkey: passkeys && factors.passkeys > 0,
            errors,
        }
    }
}

/// The page on which the browser asks for a passkey.
#[derive(Template)]
#[template(path = "passkey.html")]
pub(crate) struct PasskeyPage {
    pub t: T,
    pub shell: Shell,
    /// `get` or `create`, as the browser calls it.
    pub deed: &'static str,
    pub title: &'static str,
    pub lead: &'static str,
    pub button: &'static str,
    /// What the browser is asked, as JSON.
    pub asked: String,
    pub action: &'static str,
    pub next: String,
    /// Where to go instead.
    pub back: &'static str,
    /// Whether the new one is to be named.
    pub named: bool,
}

/// `GET /sign-in/second`.
pub(crate) async fn show(
    State(accounts): State<AccountsState>,
    Known(known): Known,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let next = wanted(visit.params.one("next")?.unwrap_or_default());
    if known.state == Progress::Full {
        return Ok(see_other("/account"));
    }
    let factors = factors(&accounts.web.db, known.person).await?;
    let offered = (accounts.passkeys.is_some(), Errors::default());
    Ok(Page::private(SecondPage::build(&visit, next, &factors, offered)).into_response())
}

async fn factors(db: &Db, person: PersonId) -> Result<Factors, Failure> {
    let mut conn = db.read().await?;
    Ok(people::factors(&mut conn, person).await?)
}

/// `POST /sign-in/second`: six digits, or a recovery code.
pub(crate) async fn code(
    State(accounts): State<AccountsState>,
    Known(known): Known,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let web = &accounts.web;
    let now = web.clock.now();
    let next = wanted(fields.one("next"));
    if known.state == Progress::Full {
        return Ok(see_other("/account"));
    }
    let subject = Subject::second_factor(known.person);
    let factors = factors(&web.db, known.person).await?;
    let page = |errors| {
        SecondPage::build(
            &visit,
            next,
            &factors,
            (accounts.passkeys.is_some(), errors),
        )
    };
    if let Err(seconds) = attempt::begin(&web.db, &[subject], now).await? {
        let errors = Errors::one("code", &wait_message(seconds), visit.t);
        return Ok(wait(seconds, page(errors)));
    }
    let mut tx = web.db.begin().await?;
    let Some(how) = spend(&mut tx, (&known, &factors), fields.one("code"), now).await? else {
        let (actor, person) = (Actor::Stranger, Some(known.person));
        note(
            &mut tx,
            now,
            actor,
            "second_factor_failed",
            person,
            &Value::Null,
        )
        .await?;
        tx.commit().await?;
        let errors = Errors::one("code", &Message::new("sign_in.wrong_code"), visit.t);
        return Ok(refused(page(errors)));
    };
    attempt::succeed(&mut tx, subject, None).await?;
    let response = finish(&mut tx, &accounts, (&known, how), &headers, next).await?;
    tx.commit().await?;
    Ok(response)
}

/// Takes a code, once; says what it was.
async fn spend(
    tx: &mut Tx,
    (known, factors): (&Session, &Factors),
    code: &str,
    now: Timestamp,
) -> store::Result<Option<&'static str>> {
    let secret = factors.totp_secret.as_deref();
    let step = secret.and_then(|secret| authenticator::step_of(code, secret, now));
    if let Some(step) = step {
        return Ok(people::spend_totp(tx, known.person, step)
            .await?
            .then_some("authenticator"));
    }
    let kept = recovery::kept(known.person, code);
    Ok(people::spend_recovery_code(tx, known.person, &kept)
        .await?
        .then_some("recovery code"))
}

/// The whole session instead of the half one. Whoever was quicker with the same half has it.
async fn finish(
    tx: &mut Tx,
    accounts: &AccountsState,
    (known, how): (&Session, &str),
    headers: &HeaderMap,
    next: &str,
) -> Result<Response, Failure> {
    let web = &accounts.web;
    let now = web.clock.now();
    if !sessions::close(tx, known.person, known.id).await? {
        return Err(Failure::Conflict);
    }
    let agent = agent::words(headers);
    let opened = session::open(tx, known.person, (Progress::Full, &agent), now).await?;
    let (actor, detail) = (Actor::Person(known.person), json!({ "how": how }));
    note(tx, now, actor, "signed_in", Some(known.person), &detail).await?;
    let next = if next == "/" { known.role.home() } else { next };
    let mut response = see_other(next);
    opened.give(&mut response, &web.base_url);
    Ok(response)
}

/// `POST /sign-in/second/passkey/ask`: what the browser is asked.
pub(crate) async fn ask_passkey(
    State(accounts): State<AccountsState>,
    Known(known): Known,
    visit: Visit,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let next = wanted(fields.one("next"));
    let checker = accounts.passkeys.as_ref().ok_or(Failure::NotFound)?;
    let mut tx = accounts.web.db.begin().await?;
    let documents = documents(&mut tx, known.person).await?;
    let (asked, ceremony) = checker.ask(&documents).ok_or(Failure::NotFound)?;
    sessions::set_ceremony(&mut tx, known.id, ceremony.write().as_deref()).await?;
    tx.commit().await?;
    let t = visit.t;
    let page = PasskeyPage {
        shell: Shell::bare(t, "/sign-in/second"),
        deed: "get",
        title: t.s("sign_in.passkey_title"),
        lead: t.s("sign_in.passkey_lead"),
        button: t.s("sign_in.passkey_go"),
        asked,
        action: "/sign-in/second/passkey",
        next: next.to_owned(),
        back: session::SECOND,
        named: false,
        t,
    };
    Ok(Page::private(page).into_response())
}

pub(crate) async fn documents(tx: &mut Tx, person: PersonId) -> store::Result<Vec<String>> {
    let passkeys = people::passkeys(tx, person).await?;
    Ok(passkeys.into_iter().map(|one| one.document).collect())
}

/// `POST /sign-in/second/passkey`: the browser's answer.
pub(crate) async fn passkey(
    State(accounts): State<AccountsState>,
    Known(known): Known,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let web = &accounts.web;
    let now = web.clock.now();
    let next = wanted(fields.one("next"));
    let checker = accounts.passkeys.as_ref().ok_or(Failure::NotFound)?;
    let mut tx = web.db.begin().await?;
    let passkeys = people::passkeys(&mut tx, known.person).await?;
    let documents: Vec<String> = passkeys.iter().map(|one| one.document.clone()).collect();
    let under_way = sessions::ceremony(&mut tx, known.id).await?;
    let under_way = under_way.as_deref().and_then(Ceremony::read);
    let found = under_way.and_then(|ceremony| {
        let (n, document) = checker.answered(&ceremony, fields.one("answer"), &documents)?;
        Some((passkeys.get(n)?.id, document))
    });
    // A challenge is answered once, rightly or wrongly.
    sessions::set_ceremony(&mut tx, known.id, None).await?;
    let Some((id, document)) = found else {
        let (actor, person) = (Actor::Stranger, Some(known.person));
        note(
            &mut tx,
            now,
            actor,
            "second_factor_failed",
            person,
            &Value::Null,
        )
        .await?;
        tx.commit().await?;
        let factors = factors(&web.db, known.person).await?;
        let errors = Errors::one("passkey", &Message::new("sign_in.wrong_passkey"), visit.t);
        return Ok(refused(SecondPage::build(
            &visit,
            next,
            &factors,
            (true, errors),
        )));
    };
    people::note_passkey_used(&mut tx, known.person, id, &document, now).await?;
    let response = finish(&mut tx, &accounts, (&known, "passkey"), &headers, next).await?;
    tx.commit().await?;
    Ok(response)
}
