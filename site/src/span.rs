//! What several calendars hold between two instants, in bounded reads.

use domain::time::WallTime;
use domain::zone::Zone;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use store::Conn;
use store::occurrences::{Page, Position, Shown, page_of_category};
use web::when::Reading;

/// How many days "this week" is, today among them.
pub const WEEK_DAYS: i64 = 7;

/// The zone in which days of several calendars are counted and their hours are told.
pub fn common_zone() -> Zone {
    Zone::seoul()
}

/// The instant at which a day begins on the reader's clock, some days from today.
pub fn midnight(reading: &Reading, days: i64) -> Timestamp {
    let date = |days: i64| reading.today().checked_add(days.days());
    let day: Date = date(days).unwrap_or(reading.today());
    WallTime::new(day.at(0, 0, 0, 0)).instant(reading.zone())
}

/// What of a category's calendars, or with `None` of all, begins within a span and has not ended.
/// Spans that began before it are left out: they would fill every list for weeks.
pub async fn beginning(
    conn: &mut Conn,
    category: Option<&str>,
    (first, to): (Timestamp, Timestamp),
    now: Timestamp,
    limit: i64,
) -> store::Result<Vec<Shown>> {
    let page = Page {
        from: now.max(first),
        to,
        after: Position::before(first),
        limit,
    };
    let placed = page_of_category(conn, category, page).await?;
    Ok(placed.into_iter().map(|one| one.shown).collect())
}
