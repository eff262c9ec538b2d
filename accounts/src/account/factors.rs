//! A person's own second factors: an authenticator program, passkeys, and recovery codes for the day
//! on which both are lost.

use super::again;
use super::identity::{is_own_password, own, renewed, renewed_session};
use crate::forms::{Errors, refused};
use crate::mail::of_change;
use crate::passkeys::{Ceremony, MOST};
use crate::second::{PasskeyPage, documents};
use crate::{AccountsState, authenticator, recovery};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::people::{Email, Person, clean_name};
use http::HeaderMap;
use store::sessions;
use store::{Tx, people};
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::qr::Qr;
use web::session::{Staff, see_other};
use web::visit::Visit;

/// The page that shows an authenticator program its secret.
#[derive(Template)]
#[template(path = "authenticator.html")]
struct AuthenticatorPage {
    t: T,
    shell: Shell,
    secret: String,
    qr: Option<Qr>,
    errors: Errors,
}

/// The page that shows recovery codes, once.
#[derive(Template)]
#[template(path = "recovery.html")]
struct RecoveryPage {
    t: T,
    shell: Shell,
    codes: Vec<String>,
}

/// `POST /account/authenticator/ask`: a new secret, not yet in force.
pub(crate) async fn ask_authenticator(
    State(accounts): State<AccountsState>,
    staff: Staff,
) -> Result<Response, PageFailure> {
    let ceremony = Ceremony::Authenticator(authenticator::fresh_secret());
    let mut tx = accounts.web.db.begin().await?;
    sessions::set_ceremony(&mut tx, staff.session, ceremony.write().as_deref()).await?;
    tx.commit().await?;
    Ok(see_other("/account/authenticator"))
}

async fn shown(tx: &mut store::Conn, staff: &Staff) -> store::Result<Option<Vec<u8>>> {
    let under_way = sessions::ceremony(tx, staff.session).await?;
    Ok(match under_way.as_deref().and_then(Ceremony::read) {
        Some(Ceremony::Authenticator(secret)) => Some(secret),
        _ => None,
    })
}

fn authenticator_page(
    accounts: &AccountsState,
    (visit, email): (&Visit, &Email),
    secret: &[u8],
    errors: Errors,
) -> AuthenticatorPage {
    let host = accounts.web.base_url.authority();
    AuthenticatorPage {
        t: visit.t,
        shell: Shell::bare(visit.t, "/account/authenticator"),
        secret: authenticator::written(secret),
        qr: Qr::of(&authenticator::key_uri(secret, email, host)),
        errors,
    }
}

/// `GET /account/authenticator`: the secret that was just made.
pub(crate) async fn show_authenticator(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let mut conn = accounts.web.db.read().await?;
    let Some(secret) = shown(&mut conn, &staff).await? else {
        return Ok(see_other("/account"));
    };
    let person = people::person(&mut conn, staff.person).await?;
    let person = person.ok_or(Failure::NotFound)?;
    let to = (&visit, &person.email);
    let page = authenticator_page(&accounts, to, &secret, Errors::default());
    Ok(Page::private(page).into_response())
}

/// `POST /account/authenticator`: its first code puts it in force.
pub(crate) async fn authenticator(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let web = &accounts.web;
    let mut tx = web.db.begin().await?;
    let person = own(&mut tx, &staff).await?;
    let Some(secret) = shown(&mut tx, &staff).await? else {
        tx.roll_back().await?;
        return Ok(see_other("/account"));
    };
    let Some(step) = authenticator::step_of(fields.one("code"), &secret, web.clock.now()) else {
        tx.roll_back().await?;
        let errors = Errors::one("code", &Message::new("sign_in.wrong_code"), visit.t);
        let to = (&visit, &person.email);
        return Ok(refused(authenticator_page(&accounts, to, &secret, errors)));
    };
    people::set_totp(&mut tx, person.id, &secret, step).await?;
    let had_codes = people::factors(&mut tx, person.id).await?.recovery_codes > 0;
    let asked = (&staff, &headers, &visit);
    let response = in_force(
        &mut tx,
        &accounts,
        asked,
        (&person, had_codes, "authenticator"),
    )
    .await?;
    tx.commit().await?;
    tell(&accounts, &person, "mail.what_second_added", visit.t);
    Ok(response)
}

/// A second factor is in force: new session, and recovery codes where there were none.
async fn in_force(
    tx: &mut Tx,
    accounts: &AccountsState,
    (staff, headers, visit): (&Staff, &HeaderMap, &Visit),
    (person, had_codes, done): (&Person, bool, &str),
) -> Result<Response, Failure> {
    if had_codes {
        return renewed(tx, accounts, (staff, headers), done).await;
    }
    let page = fresh_codes(tx, person, visit).await?;
    let opened = renewed_session(tx, accounts, (staff, headers), done).await?;
    let mut response = Page::private(page).into_response();
    opened.give(&mut response, &accounts.web.base_url);
    Ok(response)
}

async fn fresh_codes(tx: &mut Tx, person: &Person, visit: &Visit) -> store::Result<RecoveryPage> {
    let codes = recovery::fresh();
    let kept: Vec<_> = codes
        .iter()
        .map(|code| recovery::kept(person.id, code))
        .collect();
    people::replace_recovery_codes(tx, person.id, &kept).await?;
    Ok(RecoveryPage {
        t: visit.t,
        shell: Shell::bare(visit.t, "/account"),
        codes,
    })
}

fn tell(accounts: &AccountsState, person: &Person, what: &'static str, t: T) {
    let letter = of_change(&person.email, what, &accounts.web.base_url, t);
    accounts.mail.send_aside(letter, accounts.web.clock.now());
}

/// `POST /account/recovery-codes`: ten new ones; all earlier ones die.
pub(crate) async fn recovery_codes(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, PageFailure> {
    if let Err(fault) = is_own_password(&accounts, &staff, fields.exactly("password")).await? {
        let errors = Errors::one("codes_password", &fault, visit.t);
        return again(&accounts, (&staff, &visit), errors).await;
    }
    let mut tx = accounts.web.db.begin().await?;
    let person = own(&mut tx, &staff).await?;
    if !people::factors(&mut tx, person.id).await?.has_second() {
        tx.roll_back().await?;
        return Ok(see_other("/account"));
    }
    let asked = (&staff, &headers, &visit);
    let response = in_force(
        &mut tx,
        &accounts,
        asked,
        (&person, false, "recovery codes"),
    )
    .await?;
    tx.commit().await?;
    Ok(response)
}

/// `POST /account/second/forget`: the authenticator, or one passkey. With the last second factor the
/// recovery codes go too.
pub(crate) async fn forget(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, PageFailure> {
    if let Err(fault) = is_own_password(&accounts, &staff, fields.exactly("password")).await? {
        let errors = Errors::one("forget_password", &fault, visit.t);
        return again(&accounts, (&staff, &visit), errors).await;
    }
    let mut tx = accounts.web.db.begin().await?;
    let person = own(&mut tx, &staff).await?;
    match fields.one("which") {
        "authenticator" => people::forget_totp(&mut tx, person.id).await?,
        passkey => {
            let id = passkey.parse().map_err(|_| Failure::NotFound)?;
            if !people::forget_passkey(&mut tx, person.id, id).await? {
                return Err(PageFailure(Failure::NotFound));
            }
        }
    }
    if !people::factors(&mut tx, person.id).await?.has_second() {
        people::replace_recovery_codes(&mut tx, person.id, &[]).await?;
    }
    let asked = (&staff, &headers);
    let response = renewed(&mut tx, &accounts, asked, "second_forgotten").await?;
    tx.commit().await?;
    tell(&accounts, &person, "mail.what_second_gone", visit.t);
    Ok(response)
}

/// `POST /account/passkeys/ask`: what the browser is asked.
pub(crate) async fn ask_passkey(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let checker = accounts.passkeys.as_ref().ok_or(Failure::NotFound)?;
    let mut tx = accounts.web.db.begin().await?;
    let person = own(&mut tx, &staff).await?;
    let known = documents(&mut tx, person.id).await?;
    let who = (person.id, person.email.as_str(), person.name.as_str());
    let (asked, ceremony) = checker.make(who, &known).ok_or(Failure::NotFound)?;
    sessions::set_ceremony(&mut tx, staff.session, ceremony.write().as_deref()).await?;
    tx.commit().await?;
    let t = visit.t;
    let page = PasskeyPage {
        shell: Shell::bare(t, "/account"),
        deed: "create",
        title: t.s("account.passkey_title"),
        lead: t.s("account.passkey_lead"),
        button: t.s("account.passkey_go"),
        asked,
        action: "/account/passkeys",
        next: String::new(),
        back: "/account",
        named: true,
        t,
    };
    Ok(Page::private(page).into_response())
}

/// `POST /account/passkeys`: the browser's answer.
pub(crate) async fn passkey(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let checker = accounts.passkeys.as_ref().ok_or(Failure::NotFound)?;
    let mut tx = accounts.web.db.begin().await?;
    let person = own(&mut tx, &staff).await?;
    let before = people::factors(&mut tx, person.id).await?;
    let under_way = sessions::ceremony(&mut tx, staff.session).await?;
    let under_way = under_way.as_deref().and_then(Ceremony::read);
    let made = under_way.and_then(|under_way| checker.made(&under_way, fields.one("answer")));
    let added = match made {
        Some(made) if before.passkeys < MOST => {
            let label = label(&fields, &person, visit.t);
            let one = (&*made.credential, &*label, &*made.document);
            people::add_passkey(&mut tx, person.id, one, accounts.web.clock.now()).await?
        }
        _ => false,
    };
    if !added {
        tx.roll_back().await?;
        let errors = Errors::one("passkey", &Message::new("account.passkey_failed"), visit.t);
        return again(&accounts, (&staff, &visit), errors).await;
    }
    let had_codes = before.recovery_codes > 0;
    let asked = (&staff, &headers, &visit);
    let response = in_force(&mut tx, &accounts, asked, (&person, had_codes, "passkey")).await?;
    tx.commit().await?;
    tell(&accounts, &person, "mail.what_second_added", visit.t);
    Ok(response)
}

fn label(fields: &Fields, person: &Person, t: T) -> String {
    match fields.one("label") {
        "" => t.s("account.passkey").to_owned(),
        typed => clean_name(typed, &person.email),
    }
}
