//! `/sign-in` and `/sign-out`: an address and a password for a session, and the end of one.

use crate::attempt::{self, Subject};
use crate::forms::{Errors, done, refused, wait, wait_message};
use crate::{AccountsState, agent};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::people::{Email, PASSWORD_MOST, Person};
use http::HeaderMap;
use serde_json::{Value, json};
use store::people::{self, Actor, Factors, note};
use store::sessions::{self, State as Progress};
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::next::safe_next;
use web::page::Page;
use web::peer::PeerAddress;
use web::session::{self, Opened, SECOND, see_other, with_next};
use web::state::WebState;
use web::visit::Visit;

/// The page.
#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    t: T,
    shell: Shell,
    notice: Option<&'static str>,
    email: String,
    next: String,
    errors: Errors,
}

impl SignInPage {
    fn build(visit: &Visit, (email, next): (&str, &str), errors: Errors) -> Self {
        Self {
            t: visit.t,
            shell: Shell::bare(visit.t, &visit.here),
            notice: done(visit),
            email: email.chars().take(254).collect(),
            next: next.to_owned(),
            errors,
        }
    }
}

/// Where somebody goes on to: nowhere, unless it is a page of this site (security case E7).
pub(crate) fn wanted(next: &str) -> &str {
    match safe_next(next) {
        // Nobody signs in to look at the form again.
        next if next.starts_with("/sign-") || next.starts_with("/welcome") => "/",
        next => next,
    }
}

/// `GET /sign-in`.
pub(crate) async fn show(visit: Visit) -> Result<Response, PageFailure> {
    let next = visit.params.one("next")?.unwrap_or_default();
    let page = SignInPage::build(&visit, ("", wanted(next)), Errors::default());
    Ok(Page::private(page).into_response())
}

/// `POST /sign-in`. Whatever is wrong, the answer is one, and takes the same time (security case
/// E10).
pub(crate) async fn send(
    State(accounts): State<AccountsState>,
    peer: PeerAddress,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let web = &accounts.web;
    let now = web.clock.now();
    let (typed, next) = (fields.one("email"), wanted(fields.one("next")));
    // A password may begin or end with blanks.
    let password = fields.exactly("password");
    let (account, network) = (Subject::account(typed), Subject::network(peer));
    if let Err(seconds) = attempt::begin(&web.db, &[account, network], now).await? {
        let errors = Errors::one("password", &wait_message(seconds), visit.t);
        return Ok(wait(
            seconds,
            SignInPage::build(&visit, (typed, next), errors),
        ));
    }
    let known = find(web, typed).await?;
    let kept = known
        .as_ref()
        .and_then(|(_, factors)| factors.password.as_deref());
    let fits = password.chars().count() <= PASSWORD_MOST;
    let right = accounts
        .hasher
        .is_right(if fits { password } else { "" }, kept)
        .await?;
    let mut tx = web.db.begin().await?;
    let Some((person, factors)) = known.filter(|_| right && fits) else {
        if let Some(person) = find_person(&mut tx, typed).await? {
            let actor = Actor::Stranger;
            note(
                &mut tx,
                now,
                actor,
                "sign_in_failed",
                Some(person.id),
                &Value::Null,
            )
            .await?;
        }
        tx.commit().await?;
        let errors = Errors::one("password", &Message::new("sign_in.wrong"), visit.t);
        return Ok(refused(SignInPage::build(&visit, (typed, next), errors)));
    };
    // The password may have been changed while this one was hashed.
    if people::factors(&mut tx, person.id).await?.password != factors.password {
        tx.roll_back().await?;
        return Err(PageFailure(Failure::Conflict));
    }
    attempt::succeed(&mut tx, account, Some(network)).await?;
    sessions::sweep(&mut tx, now).await?;
    let opened = come_in(&mut tx, web, (&person, &factors), &headers, "password").await?;
    tx.commit().await?;
    Ok(go_on(opened, next, &person, web))
}

/// Somebody who may sign in, by what was typed.
async fn find(web: &WebState, typed: &str) -> Result<Option<(Person, Factors)>, Failure> {
    let mut conn = web.db.read().await?;
    let Some(person) = find_person(&mut conn, typed)
        .await?
        .filter(|one| !one.disabled)
    else {
        return Ok(None);
    };
    let factors = people::factors(&mut conn, person.id).await?;
    Ok(Some((person, factors)))
}

async fn find_person(conn: &mut store::Conn, typed: &str) -> store::Result<Option<Person>> {
    match Email::parse(typed) {
        Some(email) => people::by_email(conn, &email).await,
        None => Ok(None),
    }
}

/// A session for somebody who has shown one factor; `how` is for the audit log. The session that
/// their browser had is over (security case E4).
pub(crate) async fn come_in(
    tx: &mut store::Tx,
    web: &WebState,
    (person, factors): (&Person, &Factors),
    headers: &HeaderMap,
    how: &str,
) -> store::Result<(Opened, Progress)> {
    let now = web.clock.now();
    close_current(tx, web, headers).await?;
    let state = if factors.has_second() {
        Progress::SecondFactorOwed
    } else {
        Progress::Full
    };
    let opened = session::open(tx, person.id, (state, &agent::words(headers)), now).await?;
    if state == Progress::Full {
        let detail = json!({ "how": how });
        note(
            tx,
            now,
            Actor::Person(person.id),
            "signed_in",
            Some(person.id),
            &detail,
        )
        .await?;
    }
    Ok((opened, state))
}

/// Ends the session of the browser that asks, whosever it is.
async fn close_current(
    tx: &mut store::Tx,
    web: &WebState,
    headers: &HeaderMap,
) -> store::Result<()> {
    let Some(token) = session::token(headers, &web.base_url) else {
        return Ok(());
    };
    let digest = domain::key::digest(token);
    if let Some(old) = sessions::by_cookie(tx, &digest, web.clock.now()).await? {
        sessions::close(tx, old.person, old.id).await?;
    }
    Ok(())
}

/// On to the second factor, or to where somebody was going.
pub(crate) fn go_on(
    (opened, state): (Opened, Progress),
    next: &str,
    person: &Person,
    web: &WebState,
) -> Response {
    let next = if next == "/" {
        person.role.home()
    } else {
        next
    };
    let mut response = match state {
        Progress::SecondFactorOwed => see_other(&with_next(SECOND, next)),
        Progress::Full => see_other(next),
    };
    opened.give(&mut response, &web.base_url);
    response
}

/// `POST /sign-out`.
pub(crate) async fn out(
    State(web): State<WebState>,
    headers: HeaderMap,
) -> Result<Response, PageFailure> {
    let mut tx = web.db.begin().await?;
    close_current(&mut tx, &web, &headers).await?;
    tx.commit().await?;
    let mut response = crate::forms::back("/sign-in", "signed_out");
    session::forget(&mut response, &web.base_url);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_nobody_is_led_elsewhere_or_back_to_the_form() {
        for (next, want) in [
            ("/cms/tips?page=2", "/cms/tips?page=2"),
            ("//evil", "/"),
            ("/\\evil", "/"),
            ("https:evil", "/"),
            ("/sign-in?next=/sign-in", "/"),
            ("/sign-out", "/"),
            ("/welcome/x", "/"),
            ("", "/"),
        ] {
            assert_eq!(wanted(next), want, "{next}");
        }
    }
}
