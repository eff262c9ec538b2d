//! `/cms/people`: whom administrators invite, and what they change about them. Nobody changes their
//! own role or shuts themselves out here, so that somebody is always left who may.

use crate::AccountsState;
use crate::account::role_name;
use crate::forms::{Errors, back, done, moment, refused};
use crate::links;
use crate::mail::{Occasion, with_link};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calendar::Slug;
use domain::id::PersonId;
use domain::people::{Email, Person, Role};
use serde_json::{Value, json};
use store::people::{self, Actor, Factors, Shut, note};
use store::sessions::{self, Purpose};
use store::{Conn, Tx};
use uuid::Uuid;
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::visit::{Segment, Visit};

const HERE: &str = "/cms/people";

/// The page.
#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    t: T,
    shell: Shell,
    notice: Option<&'static str>,
    people: Vec<PersonRow>,
    mail: bool,
    typed: Typed,
    errors: Errors,
}

/// Somebody in the list.
struct PersonRow {
    id: Uuid,
    name: String,
    email: String,
    role: &'static str,
    roles: Vec<RoleChoice>,
    organisation: String,
    created: String,
    disabled: bool,
    has_second: bool,
    /// Nobody has followed the invitation yet.
    invited: bool,
    /// In how many browsers they are signed in.
    sessions: String,
    signed_in: bool,
    /// Who reads the page.
    own: bool,
}

/// A role to choose.
struct RoleChoice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

/// What was typed into the invitation.
#[derive(Default)]
struct Typed {
    email: String,
    name: String,
    organisation: String,
    roles: Vec<RoleChoice>,
}

fn roles(chosen: Role, t: T) -> Vec<RoleChoice> {
    let choice = |role: &Role| RoleChoice {
        value: role.as_str(),
        label: role_name(*role, t),
        chosen: *role == chosen,
    };
    Role::ALL.iter().map(choice).collect()
}

impl PersonRow {
    fn new(person: Person, (factors, sessions): (&Factors, usize), own: bool, t: T) -> Self {
        Self {
            id: person.id.0,
            name: person.name,
            email: person.email.to_string(),
            role: role_name(person.role, t),
            roles: roles(person.role, t),
            organisation: person.organisation.unwrap_or_default(),
            created: moment(person.created),
            disabled: person.disabled,
            has_second: factors.has_second(),
            invited: factors.password.is_none() && sessions == 0,
            sessions: t.n("people.sessions", sessions),
            signed_in: sessions > 0,
            own,
        }
    }
}

impl PeoplePage {
    async fn read(
        accounts: &AccountsState,
        (staff, visit): (&Staff, &Visit),
        conn: &mut Conn,
    ) -> Result<Self, Failure> {
        let (t, now) = (visit.t, accounts.web.clock.now());
        let mut rows = Vec::new();
        for person in people::everybody(conn).await? {
            let factors = people::factors(conn, person.id).await?;
            let sessions = sessions::of_person(conn, person.id, now).await?.len();
            let own = person.id == staff.person;
            rows.push(PersonRow::new(person, (&factors, sessions), own, t));
        }
        Ok(Self {
            shell: Shell::bare(t, HERE),
            notice: done(visit),
            people: rows,
            mail: accounts.mail.is_configured(),
            typed: Typed {
                roles: roles(Role::Moderator, t),
                ..Typed::default()
            },
            errors: Errors::default(),
            t,
        })
    }
}

/// `GET /cms/people`.
pub(crate) async fn show(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let mut conn = accounts.web.db.read().await?;
    let page = PeoplePage::read(&accounts, (&staff, &visit), &mut conn).await?;
    Ok(Page::private(page).into_response())
}

/// `POST /cms/people`: invites somebody. An address that is known already is left alone (security
/// case D5).
pub(crate) async fn invite(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let web = &accounts.web;
    let now = web.clock.now();
    let (person, fault) = match wanted(&fields, now) {
        Ok(person) => (Some(person), None),
        Err(fault) => (None, Some(fault)),
    };
    let mut tx = web.db.begin().await?;
    let taken = ("email", Message::new("people.known"));
    let fault = match &person {
        Some(person) => (!people::insert(&mut tx, person).await?).then_some(taken),
        None => fault,
    };
    let (Some(person), None) = (person, &fault) else {
        tx.roll_back().await?;
        let mut conn = web.db.read().await?;
        let mut page = PeoplePage::read(&accounts, (&staff, &visit), &mut conn).await?;
        if let Some((field, message)) = &fault {
            page.errors.put(field, message, visit.t);
        }
        let chosen = Role::parse(fields.one("role")).unwrap_or(Role::Moderator);
        page.typed = Typed {
            email: fields.one("email").to_owned(),
            name: fields.one("name").to_owned(),
            organisation: fields.one("organisation").to_owned(),
            roles: roles(chosen, visit.t),
        };
        return Ok(refused(page));
    };
    let path = links::make(&mut tx, Some(person.id), Purpose::Invitation, now).await?;
    let detail = json!({ "role": person.role.as_str() });
    record(
        &mut tx,
        &accounts,
        &staff,
        ("person_invited", person.id, detail),
    )
    .await?;
    tx.commit().await?;
    let sent = deliver(&accounts, Occasion::Invitation, &person, (&path, visit.t)).await;
    Ok(back(HERE, sent))
}

/// A new person as the form describes them, or the field that is wrong and why.
fn wanted(fields: &Fields, now: jiff::Timestamp) -> Result<Person, (&'static str, Message)> {
    let wrong = |field, key| (field, Message::new(key));
    let email = Email::parse(fields.one("email"));
    let email = email.ok_or_else(|| wrong("email", "welcome.no_address"))?;
    let (role, organisation) = role_of(fields)?;
    let person = people::draft(email, fields.one("name"), role, now);
    Ok(Person {
        organisation,
        ..person
    })
}

/// A partner stands for an organisation; staff for none.
fn role_of(fields: &Fields) -> Result<(Role, Option<String>), (&'static str, Message)> {
    let role = Role::parse(fields.one("role"));
    let role = role.ok_or_else(|| ("role", Message::new("people.no_role")))?;
    if role != Role::Partner || fields.one("organisation").is_empty() {
        return Ok((role, None));
    }
    match Slug::parse(fields.one("organisation")) {
        Ok(slug) => Ok((role, Some(slug.as_str().to_owned()))),
        Err(_) => Err(("organisation", Message::new("people.no_organisation"))),
    }
}

/// Sends a link; says how that went, for [`done`].
async fn deliver(
    accounts: &AccountsState,
    occasion: Occasion,
    person: &Person,
    (path, t): (&str, T),
) -> &'static str {
    let letter = with_link(occasion, &person.email, (&accounts.web.base_url, path), t);
    match accounts.mail.send(&letter, accounts.web.clock.now()).await {
        Ok(true) => "invited",
        Ok(false) => "invited_no_mail",
        Err(error) => {
            tracing::error!(%error, "an invitation could not be sent");
            "not_sent"
        }
    }
}

async fn record(
    tx: &mut Tx,
    accounts: &AccountsState,
    staff: &Staff,
    (action, person, detail): (&str, PersonId, Value),
) -> store::Result<()> {
    let now = accounts.web.clock.now();
    note(
        tx,
        now,
        Actor::Person(staff.person),
        action,
        Some(person),
        &detail,
    )
    .await
}

/// Somebody else, by the id in the address.
async fn other(tx: &mut Tx, staff: &Staff, id: &str) -> Result<Person, Failure> {
    let person = anybody(tx, id).await?;
    if person.id == staff.person {
        return Err(Failure::Forbidden);
    }
    Ok(person)
}

async fn anybody(tx: &mut Tx, id: &str) -> Result<Person, Failure> {
    let id: Uuid = id.parse().map_err(|_| Failure::NotFound)?;
    let person = people::person(tx, PersonId(id)).await?;
    person.ok_or(Failure::NotFound)
}

/// `POST /cms/people/{id}/role`. Whoever has another role now signs in anew (security case E4).
pub(crate) async fn role(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let (role, organisation) = match role_of(&fields) {
        Ok(wanted) => wanted,
        Err((field, message)) => {
            let mut conn = accounts.web.db.read().await?;
            let mut page = PeoplePage::read(&accounts, (&staff, &visit), &mut conn).await?;
            page.errors.put(field, &message, visit.t);
            return Ok(refused(page));
        }
    };
    let mut tx = accounts.web.db.begin().await?;
    let person = other(&mut tx, &staff, &id).await?;
    people::set_role(&mut tx, person.id, role, organisation.as_deref()).await?;
    sessions::close_all(&mut tx, person.id).await?;
    let detail = json!({ "from": person.role.as_str(), "to": role.as_str() });
    record(
        &mut tx,
        &accounts,
        &staff,
        ("person_role", person.id, detail),
    )
    .await?;
    tx.commit().await?;
    Ok(back(HERE, "role"))
}

/// `POST /cms/people/{id}/shut-out`: at once, on every server (security case E5).
pub(crate) async fn shut_out(
    State(accounts): State<AccountsState>,
    staff: Staff,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut tx = accounts.web.db.begin().await?;
    let person = other(&mut tx, &staff, &id).await?;
    people::set_disabled(&mut tx, person.id, Shut::Out).await?;
    sessions::close_all(&mut tx, person.id).await?;
    sessions::drop_links(&mut tx, person.id).await?;
    record(
        &mut tx,
        &accounts,
        &staff,
        ("person_shut_out", person.id, Value::Null),
    )
    .await?;
    tx.commit().await?;
    Ok(back(HERE, "shut_out"))
}

/// `POST /cms/people/{id}/let-in`.
pub(crate) async fn let_in(
    State(accounts): State<AccountsState>,
    staff: Staff,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut tx = accounts.web.db.begin().await?;
    let person = other(&mut tx, &staff, &id).await?;
    people::set_disabled(&mut tx, person.id, Shut::Open).await?;
    record(
        &mut tx,
        &accounts,
        &staff,
        ("person_let_in", person.id, Value::Null),
    )
    .await?;
    tx.commit().await?;
    Ok(back(HERE, "let_in"))
}

/// `POST /cms/people/{id}/sign-out`: everywhere.
pub(crate) async fn sign_out(
    State(accounts): State<AccountsState>,
    staff: Staff,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut tx = accounts.web.db.begin().await?;
    let person = anybody(&mut tx, &id).await?;
    sessions::close_all(&mut tx, person.id).await?;
    record(
        &mut tx,
        &accounts,
        &staff,
        ("sessions_closed", person.id, Value::Null),
    )
    .await?;
    tx.commit().await?;
    Ok(back(HERE, "signed_out_person"))
}

/// `POST /cms/people/{id}/link`: the invitation once more, or a link to choose another password.
pub(crate) async fn link(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let now = accounts.web.clock.now();
    let mut tx = accounts.web.db.begin().await?;
    let person = anybody(&mut tx, &id).await?;
    if person.disabled {
        return Err(PageFailure(Failure::Conflict));
    }
    let is_new = people::factors(&mut tx, person.id)
        .await?
        .password
        .is_none();
    let (purpose, occasion) = if is_new {
        (Purpose::Invitation, Occasion::Invitation)
    } else {
        (Purpose::Reset, Occasion::Reset)
    };
    let path = links::make(&mut tx, Some(person.id), purpose, now).await?;
    let detail = json!({ "purpose": purpose.as_str() });
    record(&mut tx, &accounts, &staff, ("link_made", person.id, detail)).await?;
    tx.commit().await?;
    let sent = deliver(&accounts, occasion, &person, (&path, visit.t)).await;
    Ok(back(HERE, sent))
}

/// `POST /cms/people/{id}/second/forget`: for who has lost phone and recovery codes.
pub(crate) async fn forget_second(
    State(accounts): State<AccountsState>,
    staff: Staff,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut tx = accounts.web.db.begin().await?;
    let person = other(&mut tx, &staff, &id).await?;
    people::forget_second_factors(&mut tx, person.id).await?;
    sessions::close_all(&mut tx, person.id).await?;
    let what = ("second_factors_forgotten", person.id, Value::Null);
    record(&mut tx, &accounts, &staff, what).await?;
    tx.commit().await?;
    Ok(back(HERE, "second_person"))
}
