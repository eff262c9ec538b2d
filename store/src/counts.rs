//! How often feeds are fetched, and about by how many: by day and family of programs, never by
//! person (`docs/decisions/0019`).

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use domain::count::{Counted, Family, Sketch};
use domain::id::CalendarId;
use jiff::civil::Date;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What visitors are hashed with for a day.
pub type Salt = [u8; 16];

/// What a row of counts stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Whose feed.
    pub calendar: CalendarId,
    /// On which day, in UTC.
    pub day: Date,
    /// By which programs.
    pub family: Family,
}

/// What is added to a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Added {
    /// How many fetches more.
    pub fetches: u64,
    /// Who came; `None` where visitors say nothing.
    pub sketch: Option<Sketch>,
}

/// The salt of a day, the same for all nodes; made up by whoever asks first.
pub async fn salt(tx: &mut Tx, day: Date) -> Result<Salt> {
    let fresh = crate::random_bits().to_le_bytes();
    sql!(
        tx,
        execute,
        "INSERT INTO count_salt (day, salt) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING",
        day.to_string(),
        fresh.as_slice()
    )?;
    let kept = sql!(
        tx,
        scalar Vec<u8>,
        "SELECT salt FROM count_salt WHERE day = $1",
        day.to_string()
    )?;
    kept.try_into().map_err(|_| damaged("salt"))
}

/// Adds fetches and takes sketches in. Nodes may do so at the same time: rows are taken in one
/// order. Calendars that nobody knows are passed over.
pub async fn add(tx: &mut Tx, rows: &BTreeMap<Key, Added>) -> Result<()> {
    for (key, added) in rows {
        let fresh = added.sketch.as_ref().map(Sketch::to_bytes);
        let day = key.day.to_string();
        // The row is locked from here on, so that its sketch can be read, merged and written.
        let kept = sql!(
            tx,
            optional(Option<Vec<u8>>, Option<i64>),
            "INSERT INTO feed_day (calendar, day, family, fetches, sketch)
             SELECT id, $2, $3, $4, $5 FROM calendar WHERE id = $1
             ON CONFLICT (calendar, day, family) DO UPDATE
             SET fetches = feed_day.fetches + excluded.fetches
             RETURNING sketch, visitors",
            key.calendar.0,
            day.as_str(),
            key.family.as_str(),
            i64::try_from(added.fetches).unwrap_or(i64::MAX),
            fresh.clone()
        )?;
        let (Some((kept, closed)), Some(sketch)) = (kept, &added.sketch) else {
            continue;
        };
        if let Some(visitors) = closed {
            // The day was closed meanwhile, and its sketch is gone.
            let late = i64::try_from(sketch.estimate()).unwrap_or(i64::MAX);
            write_visitors(
                tx,
                key.calendar.0,
                &day,
                key.family.as_str(),
                visitors.max(late),
            )
            .await?;
            continue;
        }
        if kept == fresh {
            continue;
        }
        let mut merged = kept.map_or(Ok(Sketch::new()), |bytes| read(&bytes))?;
        merged.merge(sketch);
        sql!(
            tx,
            execute,
            "UPDATE feed_day SET sketch = $4 WHERE calendar = $1 AND day = $2 AND family = $3",
            key.calendar.0,
            day.as_str(),
            key.family.as_str(),
            merged.to_bytes()
        )?;
    }
    Ok(())
}

/// Closes days before `before`, at most `limit` rows of them: a number takes the place of each
/// sketch. The salts of those days are gone at once. Returns how many rows were closed: as many as
/// `limit` means that there may be more.
pub async fn close_days(tx: &mut Tx, before: Date, limit: i64) -> Result<usize> {
    let before = before.to_string();
    sql!(
        tx,
        execute,
        "DELETE FROM count_salt WHERE day < $1",
        before.as_str()
    )?;
    let rows = sql!(
        tx,
        all(Uuid, String, String, Vec<u8>),
        sqlite "SELECT calendar, day, family, sketch
             FROM feed_day
             WHERE day < $1 AND sketch IS NOT NULL
             ORDER BY calendar, day, family
             LIMIT $2"
        postgres "SELECT calendar, day, family, sketch
             FROM feed_day
             WHERE day < $1 AND sketch IS NOT NULL
             ORDER BY calendar, day, family
             LIMIT $2
             FOR UPDATE",
        before.as_str(),
        limit
    )?;
    for (calendar, day, family, sketch) in &rows {
        let visitors = i64::try_from(read(sketch)?.estimate()).unwrap_or(i64::MAX);
        write_visitors(tx, *calendar, day, family, visitors).await?;
    }
    Ok(rows.len())
}

async fn write_visitors(
    tx: &mut Tx,
    calendar: Uuid,
    day: &str,
    family: &str,
    visitors: i64,
) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE feed_day
         SET visitors = $4, sketch = NULL
         WHERE calendar = $1 AND day = $2 AND family = $3",
        calendar,
        day,
        family,
        visitors
    )?;
    Ok(())
}

/// Forgets days before `before`, at most `limit` rows. Returns how many went.
pub async fn forget_days(tx: &mut Tx, before: Date, limit: i64) -> Result<u64> {
    Ok(sql!(
        tx,
        execute,
        "DELETE FROM feed_day
         WHERE (calendar, day, family) IN (
             SELECT calendar, day, family
             FROM feed_day
             WHERE day < $1
             ORDER BY day, calendar, family
             LIMIT $2
         )",
        before.to_string(),
        limit
    )?)
}

/// What was counted of one calendar since `from`, by day and family.
pub async fn recent(conn: &mut Conn, calendar: CalendarId, from: Date) -> Result<Vec<Counted>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT calendar, day, family, fetches, sketch, visitors
         FROM feed_day
         WHERE calendar = $1 AND day >= $2",
        calendar.0,
        from.to_string()
    )?;
    Ok(by_calendar(rows)?.remove(&calendar).unwrap_or_default())
}

/// The same of every calendar that was fetched at all.
pub async fn recent_of_all(
    conn: &mut Conn,
    from: Date,
) -> Result<BTreeMap<CalendarId, Vec<Counted>>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT calendar, day, family, fetches, sketch, visitors FROM feed_day WHERE day >= $1",
        from.to_string()
    )?;
    by_calendar(rows)
}

#[derive(sqlx::FromRow)]
struct Row {
    calendar: Uuid,
    day: String,
    family: String,
    fetches: i64,
    sketch: Option<Vec<u8>>,
    visitors: Option<i64>,
}

fn by_calendar(rows: Vec<Row>) -> Result<BTreeMap<CalendarId, Vec<Counted>>> {
    let mut found: BTreeMap<CalendarId, Vec<Counted>> = BTreeMap::new();
    for row in rows {
        let visitors = match (row.sketch, row.visitors) {
            (Some(sketch), _) => Some(read(&sketch)?.estimate()),
            (None, visitors) => visitors.map(|count| u64::try_from(count).unwrap_or(0)),
        };
        let counted = Counted {
            day: row.day.parse().map_err(|_| damaged("day"))?,
            // Only a newer program can have written a family that this one does not know.
            family: Family::parse(&row.family).unwrap_or(Family::Other),
            fetches: u64::try_from(row.fetches).unwrap_or(0),
            visitors,
        };
        found
            .entry(CalendarId(row.calendar))
            .or_default()
            .push(counted);
    }
    for days in found.values_mut() {
        days.sort_by_key(|counted| (counted.day, counted.family));
    }
    Ok(found)
}

fn damaged(cause: &str) -> Error {
    Error::Damaged {
        what: "count",
        cause: cause.to_owned(),
    }
}

fn read(sketch: &[u8]) -> Result<Sketch> {
    Sketch::from_bytes(sketch).ok_or_else(|| damaged("sketch"))
}
