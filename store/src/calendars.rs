//! Calendars, their names past and present, and their revisions.

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::{instant, read_json, write_json};
use domain::calendar::{Calendar, CalendarProfile, Upkeep, Visibility};
use domain::id::{CalendarId, PublicId};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: Uuid,
    public_id: String,
    profile: String,
    visibility: String,
    revision: i64,
    modified_ms: i64,
    as_of: String,
    created_ms: i64,
}

pub(crate) fn read(row: Row) -> Result<Calendar> {
    let damaged = |cause: &str| Error::Damaged {
        what: "calendar",
        cause: cause.to_owned(),
    };
    Ok(Calendar {
        id: CalendarId(row.id),
        public_id: PublicId::parse(&row.public_id).ok_or_else(|| damaged("public id"))?,
        profile: read_json("calendar", &row.profile)?,
        visibility: match row.visibility.as_str() {
            "withdrawn" => Visibility::Withdrawn,
            _ => Visibility::Public,
        },
        revision: row.revision,
        modified: instant(row.modified_ms),
        as_of: row.as_of.parse().map_err(|_| damaged("as_of"))?,
        created: instant(row.created_ms),
    })
}

/// A calendar that was asked for by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The calendar.
    pub calendar: Calendar,
    /// True when the name is an earlier one, so that a page redirects to the current one.
    pub alias: bool,
}

/// All calendars, withdrawn ones too, in catalogue order.
pub async fn all_with_withdrawn(conn: &mut Conn) -> Result<Vec<Calendar>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, public_id, profile, visibility, revision, modified_ms, as_of, created_ms
         FROM calendar
         ORDER BY position, id"
    )?;
    rows.into_iter().map(read).collect()
}

/// All public calendars in catalogue order.
pub async fn all(conn: &mut Conn) -> Result<Vec<Calendar>> {
    let mut calendars = all_with_withdrawn(conn).await?;
    calendars.retain(|calendar| calendar.visibility == Visibility::Public);
    Ok(calendars)
}

/// Public calendars of a category, or with `None` of all, in catalogue order: those after
/// `after`, from the beginning with `None`.
pub async fn page(
    conn: &mut Conn,
    category: Option<&str>,
    after: Option<CalendarId>,
    limit: i64,
) -> Result<Vec<Calendar>> {
    let (position, id) = match after {
        Some(after) => place_of(conn, after).await?,
        None => (i64::MIN, Uuid::nil()),
    };
    let rows = match category {
        Some(category) => sql!(
            conn,
            all Row,
            "SELECT id, public_id, profile, visibility, revision, modified_ms, as_of, created_ms
             FROM calendar
             WHERE category = $1 AND visibility = 'public' AND (position, id) > ($2, $3)
             ORDER BY position, id
             LIMIT $4",
            category,
            position,
            id,
            limit
        ),
        None => sql!(
            conn,
            all Row,
            "SELECT id, public_id, profile, visibility, revision, modified_ms, as_of, created_ms
             FROM calendar
             WHERE visibility = 'public' AND (position, id) > ($1, $2)
             ORDER BY position, id
             LIMIT $3",
            position,
            id,
            limit
        ),
    }?;
    rows.into_iter().map(read).collect()
}

/// Where a calendar stands in the catalogue; one that nobody knows stands behind all.
async fn place_of(conn: &mut Conn, id: CalendarId) -> Result<(i64, Uuid)> {
    let position = sql!(
        conn,
        scalar_optional i64,
        "SELECT position FROM calendar WHERE id = $1",
        id.0
    )?;
    Ok((position.unwrap_or(i64::MAX), id.0))
}

/// These calendars, withdrawn ones too, in catalogue order; meant for those of one page.
pub async fn by_ids(conn: &mut Conn, ids: &[CalendarId]) -> Result<Vec<Calendar>> {
    let rows = sql!(
        conn,
        all Row,
        sqlite "SELECT id, public_id, profile, visibility, revision, modified_ms, as_of, created_ms
             FROM calendar
             WHERE id IN (SELECT unhex(value) FROM json_each($1))
             ORDER BY position, id"
        postgres "SELECT id, public_id, profile, visibility, revision, modified_ms, as_of, created_ms
             FROM calendar
             WHERE id IN (
                SELECT CAST(j.id AS UUID) FROM json_array_elements_text(CAST($1 AS JSON)) AS j (id)
             )
             ORDER BY position, id",
        crate::write_ids(ids.iter().map(|id| id.0))
    )?;
    rows.into_iter().map(read).collect()
}

/// The newest public calendars, newest first.
pub async fn newest(conn: &mut Conn, limit: i64) -> Result<Vec<Calendar>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, public_id, profile, visibility, revision, modified_ms, as_of, created_ms
         FROM calendar
         WHERE visibility = 'public'
         ORDER BY created_ms DESC, id DESC
         LIMIT $1",
        limit
    )?;
    rows.into_iter().map(read).collect()
}

/// The revision after which the change log is whole; what was before is no longer kept (R1).
pub async fn log_floor(conn: &mut Conn, id: CalendarId) -> Result<i64> {
    let floor = sql!(
        conn,
        scalar_optional i64,
        "SELECT log_floor FROM calendar WHERE id = $1",
        id.0
    )?;
    Ok(floor.unwrap_or_default())
}

/// Every calendar's revision: the cheap look that tells what to load anew.
pub async fn revisions(conn: &mut Conn) -> Result<Vec<(CalendarId, i64)>> {
    let rows = sql!(
        conn,
        all(Uuid, i64),
        "SELECT id, revision FROM calendar ORDER BY position, id"
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, revision)| (CalendarId(id), revision))
        .collect())
}

/// The calendars that changed last, withdrawn ones too, the latest first: where nodes look for what
/// a change has moved. Clocks of nodes differ, so that one may be missing; [`tally`] tells.
pub async fn changed_last(conn: &mut Conn, limit: i64) -> Result<Vec<Calendar>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, public_id, profile, visibility, revision, modified_ms, as_of, created_ms
         FROM calendar
         ORDER BY modified_ms DESC, id DESC
         LIMIT $1",
        limit
    )?;
    rows.into_iter().map(read).collect()
}

/// How many calendars there are, and their revisions added up. Revisions only rise and no calendar
/// is ever deleted: the same two numbers mean that nothing was published.
pub async fn tally(conn: &mut Conn) -> Result<(i64, i64)> {
    Ok(sql!(
        conn,
        one(i64, i64),
        "SELECT count(*), CAST(coalesce(sum(revision), 0) AS BIGINT) FROM calendar"
    )?)
}

/// Every name that leads to one of these calendars.
pub async fn names_of(
    conn: &mut Conn,
    calendars: &[CalendarId],
) -> Result<Vec<(String, CalendarId)>> {
    let rows = sql!(
        conn,
        all(String, Uuid),
        sqlite "SELECT name, calendar
             FROM calendar_name
             WHERE calendar IN (SELECT unhex(value) FROM json_each($1))
             ORDER BY calendar"
        postgres "SELECT name, calendar
             FROM calendar_name
             WHERE calendar IN (
                SELECT CAST(j.id AS UUID) FROM json_array_elements_text(CAST($1 AS JSON)) AS j (id)
             )
             ORDER BY calendar",
        crate::write_ids(calendars.iter().map(|id| id.0))
    )?;
    Ok(rows
        .into_iter()
        .map(|(name, id)| (name, CalendarId(id)))
        .collect())
}

/// Every name that leads to a calendar: current and former slugs.
pub async fn names(conn: &mut Conn) -> Result<Vec<(String, CalendarId)>> {
    let rows = sql!(
        conn,
        all(String, Uuid),
        "SELECT name, calendar FROM calendar_name ORDER BY name"
    )?;
    Ok(rows
        .into_iter()
        .map(|(name, id)| (name, CalendarId(id)))
        .collect())
}

/// One calendar.
pub async fn by_id(conn: &mut Conn, id: CalendarId) -> Result<Option<Calendar>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, public_id, profile, visibility, revision, modified_ms, as_of, created_ms
         FROM calendar
         WHERE id = $1",
        id.0
    )?;
    row.map(read).transpose()
}

/// A calendar by its permanent id or by any slug it has ever had.
pub async fn find(conn: &mut Conn, name: &str) -> Result<Option<Found>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, public_id, profile, visibility, revision, modified_ms, as_of, created_ms
         FROM calendar
         WHERE public_id = $1 OR id = (SELECT calendar FROM calendar_name WHERE name = $1)",
        name
    )?;
    let Some(calendar) = row.map(read).transpose()? else {
        return Ok(None);
    };
    let alias = calendar.profile.slug.as_str() != name;
    Ok(Some(Found { calendar, alias }))
}

/// A calendar that does not exist yet, at revision 1; [`insert`] makes it.
pub fn draft(profile: CalendarProfile, at: Timestamp) -> Calendar {
    Calendar {
        id: CalendarId(crate::new_id()),
        public_id: PublicId::from_bits(crate::random_bits()),
        visibility: Visibility::Public,
        revision: 1,
        modified: domain::change::next_modified(None, at),
        as_of: at.to_zoned(profile.zone.rules().clone()).date(),
        created: at,
        profile,
    }
}

/// Makes a calendar, last in the catalogue. Its slug must never have been anybody's.
pub async fn insert(tx: &mut Tx, calendar: &Calendar) -> Result<()> {
    let slug = calendar.profile.slug.as_str();
    sql!(
        tx,
        execute,
        "INSERT INTO calendar (id, public_id, slug, category, position, profile, visibility,
            revision, log_floor, modified_ms, as_of, created_ms)
         SELECT $1, $2, $3, $4, coalesce(max(position), 0) + 1, $5, $6, $7, 0, $8, $9, $10
         FROM calendar",
        calendar.id.0,
        calendar.public_id.as_str(),
        slug,
        calendar.profile.category.as_str(),
        write_json("calendar", &calendar.profile)?,
        calendar.visibility.as_str(),
        calendar.revision,
        calendar.modified.as_millisecond(),
        calendar.as_of.to_string(),
        calendar.created.as_millisecond()
    )?;
    claim_name(tx, slug, calendar.id).await?;
    crate::search::index_calendar(tx, calendar).await?;
    crate::changes::announce(tx, calendar.id).await
}

async fn claim_name(tx: &mut Tx, name: &str, calendar: CalendarId) -> Result<()> {
    let owner = sql!(
        tx,
        scalar_optional Uuid,
        "INSERT INTO calendar_name (name, calendar) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET name = excluded.name
         RETURNING calendar",
        name,
        calendar.0
    )?;
    if owner == Some(calendar.0) {
        Ok(())
    } else {
        Err(Error::NameTaken(name.to_owned()))
    }
}

/// Gives a calendar another profile, as one revision. A former slug stays an address of it.
pub async fn update_profile(
    tx: &mut Tx,
    id: CalendarId,
    profile: &CalendarProfile,
    at: Timestamp,
) -> Result<i64> {
    claim_name(tx, profile.slug.as_str(), id).await?;
    let before = by_id(tx, id).await?;
    sql!(
        tx,
        execute,
        "UPDATE calendar SET slug = $2, category = $3, profile = $4 WHERE id = $1",
        id.0,
        profile.slug.as_str(),
        profile.category.as_str(),
        write_json("calendar", profile)?
    )?;
    crate::occurrences::put_in_category(tx, id).await?;
    let renamed = before
        .as_ref()
        .is_none_or(|before| before.profile.title != profile.title);
    find_again(tx, id, renamed).await?;
    let told_otherwise = before.is_some_and(|before| {
        before.profile.language != profile.language || before.profile.zone != profile.zone
    });
    let revision = bump(tx, id, at).await?;
    if told_otherwise {
        // Every entry is written otherwise without a change of its own: who asks for changes only
        // has to begin anew.
        raise_log_floor(tx, id, revision).await?;
    }
    Ok(revision)
}

pub(crate) async fn raise_log_floor(tx: &mut Tx, id: CalendarId, revision: i64) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE calendar SET log_floor = $2 WHERE id = $1 AND log_floor < $2",
        id.0,
        revision
    )?;
    Ok(())
}

/// Makes a calendar findable as it is now, with its events where they are found by its name too.
async fn find_again(tx: &mut Tx, id: CalendarId, with_events: bool) -> Result<()> {
    match by_id(tx, id).await? {
        Some(calendar) if with_events => crate::search::reindex_calendar(tx, &calendar).await,
        Some(calendar) => crate::search::index_calendar(tx, &calendar).await,
        None => Ok(()),
    }
}

/// Withdraws a calendar for good, or brings it back.
pub async fn set_visibility(
    tx: &mut Tx,
    id: CalendarId,
    visibility: Visibility,
    at: Timestamp,
) -> Result<i64> {
    sql!(
        tx,
        execute,
        "UPDATE calendar SET visibility = $2 WHERE id = $1",
        id.0,
        visibility.as_str()
    )?;
    crate::occurrences::put_in_category(tx, id).await?;
    find_again(tx, id, true).await?;
    bump(tx, id, at).await
}

/// What editors set for a calendar beside its profile; `None` where there is no such calendar.
pub async fn upkeep(conn: &mut Conn, id: CalendarId) -> Result<Option<Upkeep>> {
    let row = sql!(
        conn,
        scalar_optional Option<String>,
        "SELECT upkeep FROM calendar WHERE id = $1",
        id.0
    )?;
    row.map(|upkeep| upkeep.map_or(Ok(Upkeep::default()), |text| read_json("upkeep", &text)))
        .transpose()
}

/// Sets it, as one revision: feeds may say otherwise.
pub async fn set_upkeep(
    tx: &mut Tx,
    id: CalendarId,
    upkeep: &Upkeep,
    at: Timestamp,
) -> Result<i64> {
    sql!(
        tx,
        execute,
        "UPDATE calendar SET upkeep = $2 WHERE id = $1",
        id.0,
        write_json("upkeep", upkeep)?
    )?;
    bump(tx, id, at).await
}

/// Moves the window of past events of calendars that are due (R14), at most `limit` of them: each
/// on a weekday of its own, so that not all feeds change on one day, and none is left for more than
/// a week. One `refreshed` revision each, without change rows. Returns how many moved: as many as
/// `limit` means that there may be more.
pub async fn roll_windows(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<usize> {
    // Somewhere on earth it is already tomorrow in UTC; nowhere is it later than that.
    let utc = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let tomorrow = utc.tomorrow().unwrap_or(utc);
    let rows = sql!(
        tx,
        all(Uuid, String),
        "SELECT id, as_of FROM calendar WHERE as_of < $1 ORDER BY id",
        tomorrow.to_string()
    )?;
    let mut moved = 0;
    for (id, as_of) in rows {
        if moved == limit {
            break;
        }
        let id = CalendarId(id);
        let as_of: Date = as_of.parse().map_err(|_| Error::Damaged {
            what: "calendar",
            cause: "as_of".to_owned(),
        })?;
        // Most are not due in any zone: that is seen without reading their profiles.
        let days = [utc.yesterday().unwrap_or(utc), utc, tomorrow];
        if !days.iter().any(|day| window_is_due(id, as_of, *day)) {
            continue;
        }
        let Some(calendar) = by_id(tx, id).await? else {
            continue;
        };
        let today = now.to_zoned(calendar.profile.zone.rules().clone()).date();
        if !window_is_due(id, calendar.as_of, today) {
            continue;
        }
        sql!(
            tx,
            execute,
            "UPDATE calendar SET as_of = $2 WHERE id = $1",
            id.0,
            today.to_string()
        )?;
        bump(tx, id, now).await?;
        moved += 1;
    }
    Ok(moved)
}

fn window_is_due(id: CalendarId, as_of: Date, today: Date) -> bool {
    let age = as_of.until(today).map_or(0, |span| span.get_days());
    let own_day = id.0.as_bytes()[15] % 7;
    let is_own_day = today.weekday().to_monday_zero_offset().unsigned_abs() == own_day;
    age >= 7 || (age >= 1 && is_own_day)
}

/// The calendar's revision, locked against others until the transaction ends. On SQLite the
/// transaction already holds the one write lock.
pub async fn lock(tx: &mut Tx, id: CalendarId) -> Result<Option<i64>> {
    Ok(sql!(
        tx,
        scalar_optional i64,
        sqlite "SELECT revision FROM calendar WHERE id = $1"
        postgres "SELECT revision FROM calendar WHERE id = $1 FOR UPDATE",
        id.0
    )?)
}

/// Takes the calendar's row lock and its next revision, late in the transaction (R1).
pub(crate) async fn bump(tx: &mut Tx, id: CalendarId, at: Timestamp) -> Result<i64> {
    let whole = domain::change::next_modified(None, at);
    let revision = sql!(
        tx,
        scalar i64,
        "UPDATE calendar
         SET revision = revision + 1,
             modified_ms = CASE WHEN modified_ms + 1000 > $2 THEN modified_ms + 1000 ELSE $2 END
         WHERE id = $1
         RETURNING revision",
        id.0,
        whole.as_millisecond()
    )?;
    crate::changes::announce(tx, id).await?;
    Ok(revision)
}
