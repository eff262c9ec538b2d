//! `/forgot`: a mail with a link to choose another password. The answer is the same, and comes as
//! soon, whether anybody has that address.

use crate::AccountsState;
use crate::attempt::{self, Subject};
use crate::forms::{Errors, wait, wait_message};
use crate::links;
use crate::mail::{Occasion, with_link};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::people::Email;
use serde_json::Value;
use store::people::{self, Actor, note};
use store::sessions::Purpose;
use web::failure::PageFailure;
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::peer::PeerAddress;
use web::visit::Visit;

/// The page.
#[derive(Template)]
#[template(path = "forgot.html")]
struct ForgotPage {
    t: T,
    shell: Shell,
    email: String,
    /// The mail is on its way, if there is somebody to get it.
    sent: bool,
    /// Whether mail can go out at all.
    mail: bool,
    errors: Errors,
}

impl ForgotPage {
    fn build(visit: &Visit, accounts: &AccountsState, email: &str) -> Self {
        Self {
            t: visit.t,
            shell: Shell::bare(visit.t, &visit.here),
            email: email.chars().take(254).collect(),
            sent: false,
            mail: accounts.mail.is_configured(),
            errors: Errors::default(),
        }
    }
}

/// `GET /forgot`.
pub(crate) async fn show(State(accounts): State<AccountsState>, visit: Visit) -> Response {
    Page::private(ForgotPage::build(&visit, &accounts, "")).into_response()
}

/// `POST /forgot`.
pub(crate) async fn send(
    State(accounts): State<AccountsState>,
    peer: PeerAddress,
    visit: Visit,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let web = &accounts.web;
    let now = web.clock.now();
    let typed = fields.one("email");
    let mut page = ForgotPage::build(&visit, &accounts, typed);
    if !page.mail {
        return Ok(Page::private(page).into_response());
    }
    let subjects = [Subject::mail(typed), Subject::network(peer)];
    if let Err(seconds) = attempt::begin(&web.db, &subjects, now).await? {
        page.errors = Errors::one("email", &wait_message(seconds), visit.t);
        return Ok(wait(seconds, page));
    }
    if let Some(email) = Email::parse(typed) {
        let mut tx = web.db.begin().await?;
        let person = people::by_email(&mut tx, &email).await?;
        match person.filter(|person| !person.disabled) {
            Some(person) => {
                let path = links::make(&mut tx, Some(person.id), Purpose::Reset, now).await?;
                let (actor, id) = (Actor::Stranger, Some(person.id));
                note(&mut tx, now, actor, "reset_asked", id, &Value::Null).await?;
                tx.commit().await?;
                let to = (&web.base_url, path.as_str());
                let letter = with_link(Occasion::Reset, &person.email, to, visit.t);
                accounts.mail.send_aside(letter, now);
            }
            None => tx.roll_back().await?,
        }
    }
    page.sent = true;
    Ok(Page::private(page).into_response())
}
