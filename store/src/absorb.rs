//! Taking one calendar into another: its events move, and every address that it ever had leads to
//! the other from then on.

use crate::bulk::{self, Value};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::{calendars, events, occurrences, publish, read_json, search, write_json};
use domain::calendar::{Calendar, Slug, Visibility};
use domain::change::ChangeKind;
use domain::id::{CalendarId, EventId, PublicId, SubscriptionId};
use domain::recipe::Recipe;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// Takes `from` into `into`: events that do not stand there yet, sources, proposals, personal
/// calendars that picked it, and all its addresses. What is left of `from` is withdrawn and can be
/// reached by nobody. Lock both before.
pub async fn absorb(tx: &mut Tx, from: CalendarId, into: CalendarId, at: Timestamp) -> Result<()> {
    let (Some(gone), Some(home)) = (
        calendars::by_id(tx, from).await?,
        calendars::by_id(tx, into).await?,
    ) else {
        return Ok(());
    };
    let moved = move_placements(tx, &gone, &home).await?;
    move_addresses(tx, &gone, into).await?;
    move_sources(tx, &gone, into).await?;
    sql!(
        tx,
        execute,
        "UPDATE proposal SET calendar = $2 WHERE calendar = $1",
        from.0,
        into.0
    )?;
    follow(tx, from, into, at).await?;
    // Nothing is left in it: this takes it out of the lists and the index.
    calendars::set_visibility(tx, from, Visibility::Withdrawn, at).await?;
    let live = events::some_of_calendar(tx, into, &moved).await?;
    let fresh: Vec<_> = live.iter().collect();
    occurrences::derive_in(tx, into, &fresh, at, occurrences::Rows::None).await?;
    let found_by = live.iter().map(|event| (event, search::terms_of(event)));
    search::index_events(tx, &home, found_by).await?;
    let created = live.iter().map(|event| (event.id, ChangeKind::Created));
    let touched = BTreeMap::from([(into, created.collect())]);
    let revisions = publish::record(tx, touched, at).await?;
    if let Some(revision) = revisions.get(&into) {
        // Who followed the one that is gone comes with its numbers: they mean nothing here.
        calendars::raise_log_floor(tx, into, *revision).await?;
    }
    Ok(())
}

/// Moves events, removed ones too: their UIDs are never used again. Returns those that are new
/// there.
async fn move_placements(tx: &mut Tx, gone: &Calendar, home: &Calendar) -> Result<Vec<EventId>> {
    let there = events::uids(tx, home.id).await?;
    let mut uids: HashSet<String> = there.iter().map(|(uid, _)| uid.clone()).collect();
    let there: HashSet<EventId> = there.into_iter().map(|(_, event)| event).collect();
    sql!(
        tx,
        execute,
        "DELETE FROM occurrence WHERE calendar = $1",
        gone.id.0
    )?;
    let placed = sql!(
        tx,
        all(Uuid, String, String),
        "SELECT p.event, p.uid, e.public_id
         FROM placement p
         JOIN event e ON e.id = p.event
         WHERE p.calendar = $1
         ORDER BY p.event",
        gone.id.0
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM placement WHERE calendar = $1",
        gone.id.0
    )?;
    let (mut rows, mut moved) = (Vec::new(), Vec::new());
    for (event, mut uid, public_id) in placed {
        if there.contains(&EventId(event)) {
            continue;
        }
        if !uids.insert(uid.clone()) {
            // Two events of one UID: both stay, the one that comes takes another (R17).
            uid = public_id;
            uids.insert(uid.clone());
            sql!(
                tx,
                execute,
                "UPDATE event SET uid = $2 WHERE id = $1",
                event,
                uid.as_str()
            )?;
        }
        rows.push(vec![
            Value::Id(home.id.0),
            Value::Id(event),
            Value::Text(uid),
        ]);
        moved.push(EventId(event));
    }
    bulk::insert(tx, "placement", &["calendar", "event", "uid"], "", rows).await?;
    Ok(moved)
}

/// Every name and the permanent address lead to `into`. What is left gets names that nobody knows.
async fn move_addresses(tx: &mut Tx, gone: &Calendar, into: CalendarId) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE calendar_name SET calendar = $2 WHERE calendar = $1",
        gone.id.0,
        into.0
    )?;
    let mut profile = gone.profile.clone();
    let husk = format!("merged-{}", gone.id.0.simple());
    profile.slug = Slug::parse(&husk).map_err(|cause| Error::Damaged {
        what: "calendar",
        cause: cause.to_string(),
    })?;
    sql!(
        tx,
        execute,
        "UPDATE calendar SET public_id = $2, slug = $3, profile = $4 WHERE id = $1",
        gone.id.0,
        PublicId::from_bits(crate::random_bits()).as_str(),
        husk.as_str(),
        write_json("calendar", &profile)?
    )?;
    sql!(
        tx,
        execute,
        "INSERT INTO calendar_name (name, calendar) VALUES ($1, $2)",
        gone.public_id.as_str(),
        into.0
    )?;
    Ok(())
}

/// Sources keep what they own; one whose name is taken there says where it comes from.
async fn move_sources(tx: &mut Tx, gone: &Calendar, into: CalendarId) -> Result<()> {
    const NAMED: &str = "SELECT id, name FROM source WHERE calendar = $1 ORDER BY id";
    let theirs = sql!(tx, all(Uuid, String), NAMED, into.0)?;
    let taken: HashSet<String> = theirs.into_iter().map(|(_, name)| name).collect();
    let ours = sql!(tx, all(Uuid, String), NAMED, gone.id.0)?;
    for (id, mut name) in ours {
        if taken.contains(&name) {
            name = format!("{name} ({})", gone.profile.slug);
        }
        if taken.contains(&name) {
            name = format!("{name} {}", id.simple());
        }
        sql!(
            tx,
            execute,
            "UPDATE source SET calendar = $2, name = $3 WHERE id = $1",
            id,
            into.0,
            name.as_str()
        )?;
    }
    Ok(())
}

/// Personal calendars follow.
async fn follow(tx: &mut Tx, from: CalendarId, into: CalendarId, at: Timestamp) -> Result<()> {
    let rows = sql!(
        tx,
        all(Uuid, String),
        "SELECT id, recipe FROM subscription WHERE recipe LIKE $1 ORDER BY id",
        format!("%{from}%")
    )?;
    for (id, text) in rows {
        let mut recipe: Recipe = read_json("recipe", &text)?;
        if recipe.follow(from, into) {
            let id = SubscriptionId(id);
            crate::subscriptions::replace_recipe(tx, id, &recipe, at).await?;
        }
    }
    Ok(())
}
