//! `/welcome/{token}`: what a link that was sent or printed opens. Reading it says what it would do;
//! only the button does it, once, because scanners open the links in mails before people do.

use crate::AccountsState;
use crate::forms::{Errors, refused};
use crate::sign_in::{come_in, go_on};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::key::digest;
use domain::people::{Email, Person, Role, WeakPassword, check_password, clean_name};
use http::HeaderMap;
use serde_json::Value;
use store::people::{self, Actor, note};
use store::sessions::{self, Purpose};
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::visit::{Segment, Visit};

/// The page.
#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    t: T,
    shell: Shell,
    action: String,
    title: &'static str,
    lead: String,
    button: &'static str,
    /// Asked of the first administrator alone.
    email: Option<String>,
    /// Asked of who is new.
    name: Option<String>,
    /// Whether a password is chosen.
    password: bool,
    /// Whom password managers shall file it under.
    known_email: String,
    errors: Errors,
}

/// What a link opens.
struct Opened {
    purpose: Purpose,
    person: Option<Person>,
}

async fn open(
    conn: &mut store::Conn,
    accounts: &AccountsState,
    token: &str,
) -> Result<Opened, Failure> {
    let now = accounts.web.clock.now();
    let found = sessions::link(conn, &digest(token), now).await?;
    let (id, purpose) = found.ok_or(Failure::NotFound)?;
    let person = match id {
        Some(id) => people::person(conn, id).await?,
        None => None,
    };
    // Who comes first sets up; a link that was printed before that is of no use after.
    if purpose == Purpose::SetUp && !people::is_nobody(conn).await? {
        return Err(Failure::NotFound);
    }
    Ok(Opened { purpose, person })
}

impl WelcomePage {
    fn build(visit: &Visit, token: &str, opened: &Opened, fields: &Fields, errors: Errors) -> Self {
        let t = visit.t;
        let [title, lead, button] = match opened.purpose {
            Purpose::SetUp => [
                "welcome.set_up_title",
                "welcome.set_up",
                "welcome.set_up_go",
            ],
            Purpose::Invitation => [
                "welcome.invitation_title",
                "welcome.invitation",
                "welcome.invitation_go",
            ],
            Purpose::Reset => ["welcome.reset_title", "welcome.reset", "welcome.reset_go"],
            Purpose::SignIn => [
                "welcome.sign_in_title",
                "welcome.sign_in",
                "welcome.sign_in_go",
            ],
        };
        let known = opened.person.as_ref();
        let address = known.map_or("", |person| person.email.as_str());
        let new = matches!(opened.purpose, Purpose::SetUp | Purpose::Invitation);
        let name = match fields.one("name") {
            "" => known.map_or("", |person| person.name.as_str()),
            typed => typed,
        };
        Self {
            shell: Shell::bare(t, &visit.here),
            action: crate::links::path(token),
            title: t.s(title),
            lead: t.f(lead, &[("email", address)]),
            button: t.s(button),
            email: (opened.purpose == Purpose::SetUp).then(|| fields.one("email").to_owned()),
            name: new.then(|| name.to_owned()),
            password: opened.purpose != Purpose::SignIn,
            known_email: address.to_owned(),
            errors,
            t,
        }
    }
}

/// `GET /welcome/{token}`: changes nothing.
pub(crate) async fn show(
    State(accounts): State<AccountsState>,
    visit: Visit,
    Segment(token): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = accounts.web.db.read().await?;
    let opened = open(&mut conn, &accounts, &token).await?;
    let page = WelcomePage::build(
        &visit,
        &token,
        &opened,
        &Fields::default(),
        Errors::default(),
    );
    Ok(Page::private(page).into_response())
}

/// Why a password will not do, beside its field.
pub(crate) fn weak(why: WeakPassword) -> Message {
    let least = domain::people::PASSWORD_LEAST.to_string();
    let most = domain::people::PASSWORD_MOST.to_string();
    match why {
        WeakPassword::Short => Message::new("welcome.short").with("least", least),
        WeakPassword::Long => Message::new("welcome.long").with("most", most),
        WeakPassword::Common => Message::new("welcome.common"),
        WeakPassword::Obvious => Message::new("welcome.obvious"),
    }
}

/// `POST /welcome/{token}`.
pub(crate) async fn send(
    State(accounts): State<AccountsState>,
    visit: Visit,
    headers: HeaderMap,
    Segment(token): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let web = &accounts.web;
    let now = web.clock.now();
    let mut conn = web.db.read().await?;
    let opened = open(&mut conn, &accounts, &token).await?;
    drop(conn);
    let person = match read(&opened, &fields, now, visit.t) {
        Ok(person) => person,
        Err(errors) => {
            let page = WelcomePage::build(&visit, &token, &opened, &fields, errors);
            return Ok(refused(page));
        }
    };
    let password = match opened.purpose {
        Purpose::SignIn => None,
        _ => Some(accounts.hasher.hash(fields.exactly("password")).await?),
    };
    let mut tx = web.db.begin().await?;
    // Two browsers, or two servers: one of them uses the link.
    let used = sessions::use_link(&mut tx, &digest(&token), now).await?;
    let set_up = opened.purpose == Purpose::SetUp;
    if !used || (set_up && !people::is_nobody(&mut tx).await?) {
        tx.roll_back().await?;
        return Err(PageFailure(Failure::NotFound));
    }
    if set_up {
        people::insert(&mut tx, &person).await?;
    }
    if matches!(opened.purpose, Purpose::Invitation) {
        people::rename(&mut tx, person.id, &person.name).await?;
    }
    if let Some(hash) = password {
        people::set_password(&mut tx, person.id, &hash).await?;
        // Whoever else was in, or holds a link, is out (security case E5).
        sessions::close_all(&mut tx, person.id).await?;
        sessions::drop_links(&mut tx, person.id).await?;
    }
    let how = opened.purpose.as_str();
    let action = match opened.purpose {
        Purpose::SignIn => "link_used",
        _ => "password_set",
    };
    let detail = serde_json::json!({ "link": how });
    note(
        &mut tx,
        now,
        Actor::Person(person.id),
        action,
        Some(person.id),
        &detail,
    )
    .await?;
    let factors = people::factors(&mut tx, person.id).await?;
    let session = come_in(&mut tx, web, (&person, &factors), &headers, how).await?;
    tx.commit().await?;
    Ok(go_on(session, "/", &person, web))
}

/// The person as the form makes them, or what is wrong with it.
fn read(opened: &Opened, fields: &Fields, now: jiff::Timestamp, t: T) -> Result<Person, Errors> {
    let typed = Email::parse(fields.one("email"));
    let person = match (&opened.person, typed) {
        (Some(person), _) => person.clone(),
        (None, Some(email)) => people::draft(email, fields.one("name"), Role::Admin, now),
        (None, None) => return Err(Errors::one("email", &Message::new("welcome.no_address"), t)),
    };
    let name = match fields.one("name") {
        "" => person.name.clone(),
        typed => clean_name(typed, &person.email),
    };
    let person = Person { name, ..person };
    if opened.purpose != Purpose::SignIn {
        let password = fields.exactly("password");
        check_password(password, &person.email, &person.name)
            .map_err(|why| Errors::one("password", &weak(why), t))?;
    }
    Ok(person)
}

/// A link by which the first administrator sets the installation up; `None` where somebody is known.
pub async fn set_up_link(db: &store::Db, now: jiff::Timestamp) -> store::Result<Option<String>> {
    let mut tx = db.begin().await?;
    if !people::is_nobody(&mut tx).await? {
        tx.roll_back().await?;
        return Ok(None);
    }
    let path = crate::links::make(&mut tx, None, Purpose::SetUp, now).await?;
    note(
        &mut tx,
        now,
        Actor::Operator,
        "link_made",
        None,
        &Value::Null,
    )
    .await?;
    tx.commit().await?;
    Ok(Some(path))
}
