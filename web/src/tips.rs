//! Tips as the surfaces take them: what somebody tells, whether it can be, how it came, and the
//! receipt that is answered. Forms and programs pass here; what a tip may say is
//! `domain::tip::read`'s, what is kept `store::tips`'.

mod resolve;
mod say;

pub use resolve::{Target, Told, resolve};
pub use say::{message, named};

use crate::failure::{Failure, Message};
use crate::limit::RateLimiter;
use crate::peer::PeerAddress;
use domain::clock::Clock;
use domain::id::PublicId;
use domain::key;
use domain::tip::likeness::{hosts, shape};
use domain::tip::seal::{Keys, unhex};
use domain::tip::spam::{self, Print, Sighting, Trap, Work};
use domain::tip::trust::{self, Level, Standing, Token};
use domain::tip::{challenge, read};
use jiff::{SignedDuration, Timestamp};
use resolve::Resolved;
use std::sync::Arc;
use store::tips::{Coming, Decided, Kept, Sent, Towards};
use store::{Conn, Db, Tx};

/// What challenges of these forms are made for.
pub const PURPOSE: &str = "tip";
/// Pages below this path are receipts, but for those with a name of their own.
const PAGES: &str = "/tips/";
const NAMED: [&str; 2] = ["new", "requests"];

/// Whether a path holds a receipt: who knows it may do what its page does.
pub fn is_receipt(path: &str) -> bool {
    let first = path
        .strip_prefix(PAGES)
        .and_then(|rest| rest.split('/').next());
    first.is_some_and(|first| !first.is_empty() && !NAMED.contains(&first))
}

/// Whether forms that are sent to a path may hold a picture.
pub fn takes_images(path: &str) -> bool {
    path == "/tips/new" || (is_receipt(path) && path.ends_with("/amend"))
}

/// The path of a receipt's page.
pub fn receipt_path(receipt: &str) -> String {
    format!("{PAGES}{receipt}")
}

/// What tips are taken with; cheap to borrow from either surface's state.
pub struct Desk<'a> {
    /// Where they are kept.
    pub db: &'a Db,
    /// What time it is.
    pub clock: &'a Clock,
    /// How much each network left behind.
    pub leaving: &'a Arc<RateLimiter>,
    /// How often each browser told something.
    pub telling: &'a Arc<RateLimiter>,
}

/// How a tip came.
#[derive(Debug, Clone)]
pub struct Sender {
    /// From where.
    pub peer: PeerAddress,
    /// Names the form, or the program's attempt: the same tip under the same name is the same tip.
    pub form_key: String,
    /// What the browser keeps.
    pub token: Option<Token>,
    /// The field that people do not see.
    pub trap: Trap,
    /// What the browser's script found.
    pub solution: String,
}

/// The keys of this installation; its secret is made up at the first call.
pub async fn keys(db: &Db) -> Result<Keys, Failure> {
    let mut conn = db.read().await?;
    let known = store::settings::get(&mut conn, store::settings::SECRET).await?;
    drop(conn);
    if let Some(secret) = known.as_deref().and_then(unhex) {
        return Ok(Keys::of(&secret));
    }
    let mut tx = db.begin().await?;
    let secret = store::settings::secret(&mut tx).await?;
    tx.commit().await?;
    Ok(Keys::of(&secret))
}

/// A challenge for a form, as hard as the last minutes ask for.
pub async fn challenge(
    conn: &mut Conn,
    keys: &Keys,
    now: Timestamp,
) -> Result<(String, u32), Failure> {
    let since = now - SignedDuration::from_mins(10);
    let recent = store::tips::count_since(conn, since).await?;
    let bits = challenge::bits(u32::try_from(recent).unwrap_or(u32::MAX));
    let made = challenge::Challenge::new(PURPOSE, now, bits, store::random_bits());
    Ok((made.sealed(keys), bits))
}

/// The tip of a receipt. Whatever is no receipt takes the same way to the same answer.
pub async fn open(conn: &mut Conn, receipt: &str) -> Result<Kept, Failure> {
    let found = store::tips::by_receipt(conn, &key::digest(receipt)).await?;
    found.ok_or(Failure::NotFound)
}

/// Takes a tip: everything about it is kept, in one transaction, before the receipt is answered.
pub async fn send(desk: &Desk<'_>, told: &Told, sender: &Sender) -> Result<PublicId, Failure> {
    let keys = keys(desk.db).await?;
    let receipt = keys.receipt(&sender.form_key, &told.content());
    let digest = key::digest(receipt.as_str());
    let mut conn = desk.db.read().await?;
    if store::tips::by_receipt(&mut conn, &digest).await?.is_some() {
        return Ok(receipt);
    }
    // What cannot be is refused before it costs anybody a place in a queue.
    resolve(&mut conn, told).await?;
    drop(conn);
    limit(desk, sender)?;
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let kept = keep(&mut tx, (&keys, &digest), told, sender, now).await;
    match kept {
        Ok(Sent::New(_)) => tx.commit().await?,
        Ok(Sent::Before) => tx.roll_back().await?,
        Err(failure) => {
            tx.roll_back().await?;
            return Err(failure);
        }
    }
    Ok(receipt)
}

async fn keep(
    tx: &mut Tx,
    (keys, digest): (&Keys, &[u8; 32]),
    told: &Told,
    sender: &Sender,
    now: Timestamp,
) -> Result<Sent, Failure> {
    // Once more, on the state that it will be written to.
    let resolved = resolve(tx, told).await?;
    let coming = look(tx, keys, &resolved, sender, now).await?;
    let towards = towards(tx, keys, &resolved, (sender, &coming), now).await?;
    Ok(store::tips::send(tx, digest, &resolved.content, &coming.0, &towards).await?)
}

/// Says something else in a tip that still waits.
pub async fn amend(
    desk: &Desk<'_>,
    receipt: &str,
    told: &Told,
    sender: &Sender,
) -> Result<(), Failure> {
    let keys = keys(desk.db).await?;
    let mut conn = desk.db.read().await?;
    resolve(&mut conn, told).await?;
    drop(conn);
    limit(desk, sender)?;
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let done = change(&mut tx, &keys, (receipt, told), sender, now).await;
    match done {
        Ok(()) => Ok(tx.commit().await?),
        Err(failure) => {
            tx.roll_back().await?;
            Err(failure)
        }
    }
}

async fn change(
    tx: &mut Tx,
    keys: &Keys,
    (receipt, told): (&str, &Told),
    sender: &Sender,
    now: Timestamp,
) -> Result<(), Failure> {
    let kept = open(tx, receipt).await?;
    if !kept.is_open() {
        return Err(Failure::Conflict);
    }
    let resolved = resolve(tx, told).await?;
    let coming = look(tx, keys, &resolved, sender, now).await?;
    let towards = towards(tx, keys, &resolved, (sender, &coming), now).await?;
    store::tips::amend(tx, &kept, &resolved.content, &coming.0, &towards).await?;
    Ok(())
}

/// Takes a tip back that still waits.
pub async fn withdraw(desk: &Desk<'_>, receipt: &str) -> Result<(), Failure> {
    let mut tx = desk.db.begin().await?;
    let kept = open(&mut tx, receipt).await?;
    if !kept.is_open() {
        tx.roll_back().await?;
        return Err(Failure::Conflict);
    }
    store::tips::withdraw(&mut tx, &kept, desk.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// One more person who wishes for a listed calendar.
pub async fn second(
    desk: &Desk<'_>,
    request: domain::id::RequestId,
    sender: &Sender,
) -> Result<(), Failure> {
    let keys = keys(desk.db).await?;
    limit(desk, sender)?;
    let now = desk.clock.now();
    let mut tx = desk.db.begin().await?;
    let found = store::tips::requests::by_id(&mut tx, request).await?;
    if found.is_none_or(|wish| wish.stage != store::tips::requests::Stage::Listed) {
        tx.roll_back().await?;
        return Err(Failure::NotFound);
    }
    let voter = voter(&keys, sender, request, now);
    store::tips::requests::second(&mut tx, request, &voter).await?;
    Ok(tx.commit().await?)
}

fn limit(desk: &Desk<'_>, sender: &Sender) -> Result<(), Failure> {
    desk.leaving.pass(sender.peer)?;
    match &sender.token {
        Some(token) => desk.telling.pass_named(&token.name),
        None => Ok(()),
    }
}

/// How a tip came, and whether its work was done.
async fn look(
    tx: &mut Tx,
    keys: &Keys,
    resolved: &Resolved,
    sender: &Sender,
    now: Timestamp,
) -> Result<(Coming, Work), Failure> {
    let words = resolved.words();
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let known = hosts(
        &resolved
            .known
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    let strange = hosts(&texts).into_iter().find(|host| !known.contains(host));
    let print = Print {
        at_ms: now.as_millisecond(),
        shape: shape(&texts),
        host: strange.map_or(0, |host| first_eight(&key::digest(&host))),
        network: network(keys, sender, now),
    };
    let from_trusted = store::tips::trusted_from(tx).await?;
    let level = sender.token.as_ref().map_or(Level::Unknown, |token| {
        token.level(from_trusted.unwrap_or(trust::TRUSTED))
    });
    let recent = store::tips::recent(tx, now).await?;
    let recent: Vec<Print> = recent.into_iter().map(|one| one.print).collect();
    let work = work(tx, keys, sender, now).await?;
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    let seen = Sighting {
        texts: &texts,
        trap: sender.trap,
        work,
        from_network: count(store::tips::count_from(tx, &print.network).await?),
        alike: u32::try_from(spam::alike(&recent, &print).count()).unwrap_or(u32::MAX),
        level,
    };
    let score = spam::score(&seen);
    let coming = Coming {
        level,
        score,
        print,
    };
    Ok((coming, work))
}

fn first_eight(bytes: &[u8; 32]) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[..8]);
    // 0 stands for none.
    u64::from_le_bytes(eight).max(1)
}

fn network(keys: &Keys, sender: &Sender, now: Timestamp) -> [u8; 16] {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    keys.network(&sender.peer.network().to_string(), today)
}

fn voter(keys: &Keys, sender: &Sender, request: domain::id::RequestId, now: Timestamp) -> [u8; 16] {
    // Anybody can have a new token at any time; one that was right once is somebody.
    let voter = match &sender.token {
        Some(token) if token.accepted > 0 => token.name,
        _ => network(keys, sender, now),
    };
    keys.voter(&voter, request.0.as_bytes())
}

/// A solved challenge counts once.
async fn work(tx: &mut Tx, keys: &Keys, sender: &Sender, now: Timestamp) -> Result<Work, Failure> {
    let Some(asked) = challenge::Challenge::open(&sender.form_key, PURPOSE, keys) else {
        return Ok(Work::Missing);
    };
    let solved = challenge::is_solved(&sender.form_key, asked.bits, &sender.solution);
    if !asked.is_open(now) || !solved {
        return Ok(Work::Missing);
    }
    let used = (asked.expires_ms, now);
    match store::tips::use_challenge(tx, &sender.form_key, used).await? {
        true => Ok(Work::Done),
        false => Ok(Work::Missing),
    }
}

async fn towards(
    tx: &mut Tx,
    keys: &Keys,
    resolved: &Resolved,
    (sender, (coming, work)): (&Sender, &(Coming, Work)),
    now: Timestamp,
) -> Result<Towards, Failure> {
    let (calendar, aim) = match &resolved.target {
        Target::Wish(wish) => {
            let note = resolved.content.note.as_deref();
            let id = store::tips::requests::open(tx, wish, note, now).await?;
            let voter = voter(keys, sender, id, now);
            store::tips::requests::second(tx, id, &voter).await?;
            return Ok(Towards::Request(id));
        }
        Target::Calendar { calendar, aim } => (*calendar, aim),
    };
    let standing = Standing {
        level: coming.level,
        score: coming.score,
    };
    let allowed = store::tips::trusted_from(tx).await?.is_some() && *work == Work::Done;
    let small = match (aim, &resolved.current) {
        (domain::proposal::Aim::Change { patch, .. }, Some(body)) => {
            trust::publishes_itself(patch, body, standing)
        }
        _ => false,
    };
    Ok(Towards::Proposal {
        calendar,
        aim: aim.clone(),
        decided: match allowed && small {
            true => Decided::ByTrust,
            false => Decided::ByTheDesk,
        },
    })
}

/// One fault as a failure.
fn wrong(field: &str, wrong: &read::Wrong) -> Failure {
    Failure::invalid(field, message(wrong))
}

/// One fault that has no shape in `domain`.
fn refused(field: &str, key: &'static str) -> Failure {
    Failure::invalid(field, Message::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_told_from_pages_with_names() {
        for (path, is) in [
            ("/tips/new", false),
            ("/tips/requests", false),
            ("/tips/requests/x/second", false),
            ("/tips/", false),
            ("/tips", false),
            ("/tipsy/x", false),
            ("/tips/x", true),
            ("/tips/x/amend", true),
        ] {
            assert_eq!(is_receipt(path), is, "{path}");
        }
    }
}
