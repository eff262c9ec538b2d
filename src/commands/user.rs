//! `almanac user`: people who sign in, looked after from the machine's own command line.

use crate::cli::{User, UserAdd, UserCommand};
use crate::config::Config;
use accounts::links;
use anyhow::{Context, Result, bail};
use domain::calendar::Slug;
use domain::clock::Clock;
use domain::people::{Email, Person, Role, WeakPassword, check_password};
use serde_json::{Value, json};
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use store::people::{self, Actor, Shut, note};
use store::sessions::{self, Purpose};
use store::{Db, Tx};
use web::base_url::BaseUrl;

/// Longest line that is read as a password, in bytes.
const LINE_BYTES: u64 = 4096;

pub async fn run(config: &Config, user: &User) -> Result<ExitCode> {
    let db = super::open(config).await?;
    let clock = config.clock();
    let done = match &user.what {
        UserCommand::Add(add) => self::add(config, &db, add, &clock).await,
        UserCommand::List => list(&db).await,
        UserCommand::Disable(named) => disable(&db, &named.email, &clock).await,
        UserCommand::Reset2fa(named) => reset_2fa(&db, &named.email, &clock).await,
        UserCommand::SignInLink(named) => sign_in_link(config, &db, &named.email, &clock).await,
    };
    db.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn address(text: &str) -> Result<Email> {
    Email::parse(text).with_context(|| format!("{text:?} is no email address"))
}

async fn add(config: &Config, db: &Db, add: &UserAdd, clock: &Clock) -> Result<()> {
    let now = clock.now();
    let email = address(&add.email)?;
    let mut person = people::draft(
        email,
        add.name.as_deref().unwrap_or_default(),
        add.role,
        now,
    );
    person.organisation = organisation(add)?;
    let password = match add.password_stdin {
        true => Some(password(&person)?),
        false => None,
    };
    let mut tx = db.begin().await?;
    if !people::insert(&mut tx, &person).await? {
        tx.roll_back().await?;
        bail!("somebody has the address {} already", person.email);
    }
    let link = match &password {
        Some(password) => {
            let hash = accounts::hash::hash_now(password)?;
            people::set_password(&mut tx, person.id, &hash).await?;
            None
        }
        None => Some(links::make(&mut tx, Some(person.id), Purpose::Invitation, now).await?),
    };
    let detail = json!({ "role": person.role.as_str() });
    let (actor, id) = (Actor::Operator, Some(person.id));
    note(&mut tx, now, actor, "person_invited", id, &detail).await?;
    tx.commit().await?;
    say(&format!("added {} as {}", person.email, person.role))?;
    match link {
        Some(path) => say(&format!(
            "they choose a password here, within seven days: {}",
            absolute(config, &path)?
        )),
        None => Ok(()),
    }
}

fn organisation(add: &UserAdd) -> Result<Option<String>> {
    let Some(name) = &add.organisation else {
        return Ok(None);
    };
    if add.role != Role::Partner {
        bail!("--organisation is for partners; a {} has none", add.role);
    }
    match Slug::parse(name) {
        Ok(slug) => Ok(Some(slug.as_str().to_owned())),
        Err(_) => bail!("{name:?} is no short name like haneul-fc"),
    }
}

/// The first line of standard input, without its end.
fn password(person: &Person) -> Result<String> {
    let mut line = String::new();
    let mut input = std::io::Read::take(std::io::stdin().lock(), LINE_BYTES);
    input
        .read_line(&mut line)
        .context("the password on standard input is no text")?;
    let password = line.trim_end_matches(['\r', '\n']);
    match check_password(password, &person.email, &person.name) {
        Ok(()) => Ok(password.to_owned()),
        Err(WeakPassword::Short) => bail!("the password is too short: at least 8 characters"),
        Err(WeakPassword::Long) => bail!("the password is too long: at most 256 characters"),
        Err(WeakPassword::Common) => bail!("the password is one that everybody tries first"),
        Err(WeakPassword::Obvious) => {
            bail!("the password is too easy to guess from the name or the address")
        }
    }
}

fn absolute(config: &Config, path: &str) -> Result<String> {
    let base = BaseUrl::parse(&config.base_url).context("base-url is no address")?;
    Ok(base.join(path))
}

async fn list(db: &Db) -> Result<()> {
    let mut conn = db.read().await?;
    for person in people::everybody(&mut conn).await? {
        let factors = people::factors(&mut conn, person.id).await?;
        let state = match (person.disabled, &factors.password) {
            (true, _) => "disabled",
            (false, Some(_)) => "active",
            (false, None) => "no-password",
        };
        let second = if factors.has_second() { "2fa" } else { "-" };
        let organisation = person.organisation.as_deref().unwrap_or("-");
        let (email, role, name) = (&person.email, person.role, &person.name);
        say(&format!(
            "{email}\t{role}\t{organisation}\t{state}\t{second}\t{name}"
        ))?;
    }
    Ok(())
}

async fn known(tx: &mut Tx, email: &str) -> Result<Person> {
    let email = address(email)?;
    let found = people::by_email(tx, &email).await?;
    found.with_context(|| {
        format!("nobody has the address {email}; `almanac user list` tells who is known")
    })
}

async fn disable(db: &Db, email: &str, clock: &Clock) -> Result<()> {
    let mut tx = db.begin().await?;
    let person = known(&mut tx, email).await?;
    people::set_disabled(&mut tx, person.id, Shut::Out).await?;
    sessions::close_all(&mut tx, person.id).await?;
    sessions::drop_links(&mut tx, person.id).await?;
    recorded(&mut tx, clock, "person_shut_out", &person, &Value::Null).await?;
    tx.commit().await?;
    say(&format!("{} may not sign in any more", person.email))
}

async fn reset_2fa(db: &Db, email: &str, clock: &Clock) -> Result<()> {
    let mut tx = db.begin().await?;
    let person = known(&mut tx, email).await?;
    people::forget_second_factors(&mut tx, person.id).await?;
    sessions::close_all(&mut tx, person.id).await?;
    recorded(
        &mut tx,
        clock,
        "second_factors_forgotten",
        &person,
        &Value::Null,
    )
    .await?;
    tx.commit().await?;
    say(&format!(
        "{} signs in with the password alone now",
        person.email
    ))
}

async fn sign_in_link(config: &Config, db: &Db, email: &str, clock: &Clock) -> Result<()> {
    let mut tx = db.begin().await?;
    let person = known(&mut tx, email).await?;
    if person.disabled {
        tx.roll_back().await?;
        bail!(
            "{} may not sign in; an administrator lets them in again",
            person.email
        );
    }
    let path = links::make(&mut tx, Some(person.id), Purpose::SignIn, clock.now()).await?;
    let detail = json!({ "purpose": Purpose::SignIn.as_str() });
    recorded(&mut tx, clock, "link_made", &person, &detail).await?;
    tx.commit().await?;
    say(&absolute(config, &path)?)
}

async fn recorded(
    tx: &mut Tx,
    clock: &Clock,
    action: &str,
    person: &Person,
    detail: &Value,
) -> Result<()> {
    note(
        tx,
        clock.now(),
        Actor::Operator,
        action,
        Some(person.id),
        detail,
    )
    .await?;
    Ok(())
}
