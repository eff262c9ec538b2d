//! `/account`: how somebody signs in, and where they are signed in, for themselves.

pub(crate) mod factors;
pub(crate) mod identity;

use crate::AccountsState;
use crate::forms::{Errors, done, moment, refused};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::people::Person;
use domain::policy::Permission;
use store::people::{self, Factors};
use store::{Conn, sessions};
use uuid::Uuid;
use web::failure::{Failure, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::visit::Visit;

/// The page.
#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    t: T,
    shell: Shell,
    notice: Option<&'static str>,
    email: String,
    name: String,
    role: &'static str,
    home: &'static str,
    looks_after_people: bool,
    has_password: bool,
    has_authenticator: bool,
    has_second: bool,
    codes_left: String,
    /// Whether this installation can do passkeys at all.
    passkeys_offered: bool,
    passkeys: Vec<PasskeyRow>,
    sessions: Vec<SessionRow>,
    errors: Errors,
}

/// A passkey in the list.
struct PasskeyRow {
    id: Uuid,
    label: String,
    created: String,
    used: Option<String>,
}

/// A browser in the list.
struct SessionRow {
    id: Uuid,
    agent: String,
    created: String,
    seen: String,
    here: bool,
}

/// A person with all that their page shows.
struct Facts {
    person: Person,
    factors: Factors,
    passkeys: Vec<people::Passkey>,
    sessions: Vec<sessions::Listed>,
}

impl Facts {
    async fn read(
        conn: &mut Conn,
        staff: &Staff,
        accounts: &AccountsState,
    ) -> Result<Self, Failure> {
        let now = accounts.web.clock.now();
        let person = people::person(conn, staff.person).await?;
        Ok(Self {
            person: person.ok_or(Failure::NotFound)?,
            factors: people::factors(conn, staff.person).await?,
            passkeys: people::passkeys(conn, staff.person).await?,
            sessions: sessions::of_person(conn, staff.person, now).await?,
        })
    }
}

/// What a role is called.
pub(crate) fn role_name(role: domain::people::Role, t: T) -> &'static str {
    use domain::people::Role;
    t.s(match role {
        Role::Admin => "people.role_admin",
        Role::Editor => "people.role_editor",
        Role::Moderator => "people.role_moderator",
        Role::Partner => "people.role_partner",
    })
}

impl AccountPage {
    fn build(visit: &Visit, accounts: &AccountsState, staff: &Staff, facts: Facts) -> Self {
        let t = visit.t;
        let passkey = |one: people::Passkey| PasskeyRow {
            id: one.id,
            label: one.label,
            created: moment(one.created),
            used: one.used.map(moment),
        };
        let unknown = t.s("account.unknown_browser");
        let session = |one: sessions::Listed| SessionRow {
            id: one.id.0,
            agent: match one.agent.as_str() {
                "" => unknown.to_owned(),
                known => known.to_owned(),
            },
            created: moment(one.created),
            seen: moment(one.seen),
            here: one.id == staff.session,
        };
        Self {
            shell: Shell::bare(t, "/account"),
            notice: done(visit),
            email: facts.person.email.to_string(),
            name: facts.person.name,
            role: role_name(staff.role, t),
            home: staff.role.home(),
            looks_after_people: staff.may(Permission::ManagePeople),
            has_password: facts.factors.password.is_some(),
            has_authenticator: facts.factors.totp_secret.is_some(),
            has_second: facts.factors.has_second(),
            codes_left: t.n(
                "account.codes_left",
                usize::try_from(facts.factors.recovery_codes).unwrap_or(0),
            ),
            passkeys_offered: accounts.passkeys.is_some(),
            passkeys: facts.passkeys.into_iter().map(passkey).collect(),
            sessions: facts.sessions.into_iter().map(session).collect(),
            errors: Errors::default(),
            t,
        }
    }
}

/// `GET /account`.
pub(crate) async fn show(
    State(accounts): State<AccountsState>,
    staff: Staff,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let mut conn = accounts.web.db.read().await?;
    let facts = Facts::read(&mut conn, &staff, &accounts).await?;
    Ok(Page::private(AccountPage::build(&visit, &accounts, &staff, facts)).into_response())
}

/// The page again, with what is wrong beside a field.
async fn again(
    accounts: &AccountsState,
    (staff, visit): (&Staff, &Visit),
    errors: Errors,
) -> Result<Response, PageFailure> {
    let mut conn = accounts.web.db.read().await?;
    let facts = Facts::read(&mut conn, staff, accounts).await?;
    let mut page = AccountPage::build(visit, accounts, staff, facts);
    page.errors = errors;
    Ok(refused(page))
}
