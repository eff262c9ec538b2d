//! The demo catalogue (R31): real calendars where free data exists, plainly labelled samples
//! elsewhere, embedded in the binary and brought in by the same code as any import.

use anyhow::{Context, Result};
use domain::calendar::{Calendar, CalendarProfile, Category};
use domain::event::Draft;
use domain::text::Text;
use domain::zone::Zone;
use ingest::{Format, Reading, Removals, Target};
use jiff::Timestamp;
use serde::Deserialize;
use store::Db;

/// The source of what was invented for the demo; the others are named by whose data they are.
const SAMPLES: &str = "Almanac";
/// Set in a database that the demo catalogue was put into.
const MARK: &str = "demo";

const CATALOGUE: &str = include_str!("../demo/catalogue.json");

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../demo/", $name)))),+]
    };
}

const FILES: &[(&str, &[u8])] = files![
    "data/ai-deadlines.json",
    "data/ajou-university.ics",
    "data/cycling-world-tour-2026.json",
    "data/data-conferences-2026.json",
    "data/dongguk-university.ics",
    "data/f1-2026.json",
    "data/jp-public-holidays.json",
    "data/kr-anniversaries.ics",
    "data/kr-public-holidays.ics",
    "data/nijisanji-events.json",
    "data/premier-league-2025-26.json",
    "data/rust-project-meetings.ics",
    "data/sample-baseball.json",
    "data/sample-beauty-sales.json",
    "data/sample-idol.json",
    "data/sample-mart-closing-days.ics",
    "data/sample-theatre.json",
    "data/seoul-world-cup-stadium.json",
    "data/us-federal-holidays.json",
    "data/world-cup-2026.json",
];

#[derive(Deserialize)]
struct Catalogue {
    shifted: Text,
    categories: Vec<Category>,
    calendars: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    /// Matches and shows: moved by whole weeks when nothing is to come. Holidays, terms and
    /// deadlines never are.
    season: bool,
    #[serde(flatten)]
    profile: CalendarProfile,
}

/// Loads what is missing of the demo catalogue, and moves seasons on that are over. A database
/// with calendars of its own is left alone: false.
pub async fn load(db: &Db, now: Timestamp) -> Result<bool> {
    let catalogue: Catalogue =
        serde_json::from_str(CATALOGUE).context("the demo catalogue does not read")?;
    if !claim(db, &catalogue.categories).await? {
        return Ok(false);
    }
    for entry in &catalogue.calendars {
        let slug = &entry.profile.slug;
        bring(db, entry, &catalogue, now)
            .await
            .with_context(|| format!("demo calendar {slug}"))?;
    }
    Ok(true)
}

/// Marks an empty database as the demo's. True when it is.
async fn claim(db: &Db, categories: &[Category]) -> Result<bool> {
    let mut tx = db.begin().await?;
    let marked = store::settings::get(&mut tx, MARK).await?.is_some();
    let empty = store::calendars::revisions(&mut tx).await?.is_empty();
    if !marked && empty {
        for category in categories {
            store::categories::put(&mut tx, category).await?;
        }
        store::settings::put(&mut tx, MARK, "yes").await?;
    }
    tx.commit().await?;
    Ok(marked || empty)
}

async fn bring(db: &Db, entry: &Entry, catalogue: &Catalogue, now: Timestamp) -> Result<()> {
    let mut conn = db.read().await?;
    let known = store::calendars::find(&mut conn, entry.profile.slug.as_str()).await?;
    let over = match &known {
        Some(found) => entry.season && is_over(&mut conn, &found.calendar, now).await?,
        None => false,
    };
    drop(conn);
    if known.is_some() && !over {
        return Ok(());
    }
    let (mut reading, shifted) = read(entry, now)?;
    let mut profile = entry.profile.clone();
    if shifted {
        // Dates that never were: labelled like everything invented, on the page, in the feed's
        // name and in each entry.
        profile.sample = true;
        append(&mut profile.description, &catalogue.shifted);
        for draft in &mut reading.drafts {
            append(&mut draft.body.main.description, &catalogue.shifted);
        }
    }
    let fresh = store::calendars::draft(profile, now);
    let category = catalogue
        .categories
        .iter()
        .find(|c| c.slug == entry.profile.category);
    let category = category.context("its category is not in the catalogue")?;
    let target = match &known {
        Some(found) => Target::Known(&found.calendar),
        None => Target::New(&fresh, category),
    };
    let import = ingest::Import {
        target,
        source: entry
            .profile
            .attribution
            .as_ref()
            .map_or(SAMPLES, |whose| whose.name.as_str()),
        reading: &reading,
        removals: Removals::Allowed,
        at: now,
    };
    ingest::bring_in(db, &import, false).await?;
    Ok(())
}

fn append(text: &mut Text, note: &Text) {
    for (lang, note) in note.iter() {
        let said = text.get(lang).unwrap_or_default();
        text.set(lang, format!("{said} {note}").trim());
    }
}

async fn is_over(conn: &mut store::Conn, calendar: &Calendar, now: Timestamp) -> Result<bool> {
    Ok(store::occurrences::upcoming(conn, calendar.id, now, 1)
        .await?
        .is_empty())
}

/// Reads a calendar's file; true when its season had to be moved.
fn read(entry: &Entry, now: Timestamp) -> Result<(Reading, bool)> {
    let bytes = FILES
        .iter()
        .find(|(name, _)| *name == entry.file)
        .map(|(_, bytes)| *bytes);
    let bytes = bytes.with_context(|| format!("{} is not in the program", entry.file))?;
    let (lang, zone) = (entry.profile.language, &entry.profile.zone);
    let format = Format::guess(&entry.file, bytes)?;
    let mut reading = ingest::read(format, bytes, lang, zone)?;
    let shifted = entry.season && move_season(&mut reading.drafts, zone, now);
    Ok((reading, shifted))
}

/// Moves a season that is over by whole weeks, so that half of it lies ahead again. Repeating
/// events go on by themselves and are left alone.
fn move_season(drafts: &mut [Draft], zone: &Zone, now: Timestamp) -> bool {
    let mut starts: Vec<Timestamp> = drafts
        .iter()
        .filter_map(|d| d.body.main.time.instants(zone))
        .map(|(s, _)| s)
        .collect();
    let repeats = drafts.iter().any(|d| d.body.series.is_some());
    starts.sort_unstable();
    let (Some(last), Some(middle)) = (starts.last(), starts.get(starts.len() / 2)) else {
        return false;
    };
    if *last >= now || repeats {
        return false;
    }
    let days = (now.as_second() - middle.as_second()) / 86_400;
    let weeks = i32::try_from(days / 7 + 1).unwrap_or(0);
    for draft in drafts {
        if let Some(moved) = draft.body.main.time.plus_days(weeks * 7) {
            draft.body.main.time = moved;
        }
    }
    true
}

/// A moment well inside the demo's own dates, for tests.
#[cfg(test)]
fn some_day() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    #[test]
    fn every_file_of_the_catalogue_reads_without_a_skip() {
        let catalogue: Catalogue = serde_json::from_str(CATALOGUE).unwrap();
        assert!(catalogue.calendars.len() >= 12);
        for entry in &catalogue.calendars {
            let (reading, _) = read(entry, some_day()).unwrap();
            assert!(
                reading.skipped.is_empty(),
                "{}: {:?}",
                entry.file,
                reading.skipped
            );
            assert!(!reading.drafts.is_empty(), "{}", entry.file);
            assert!(
                catalogue
                    .categories
                    .iter()
                    .any(|c| c.slug == entry.profile.category)
            );
        }
    }

    #[test]
    fn a_season_that_is_over_moves_by_whole_weeks_and_holidays_never() {
        let catalogue: Catalogue = serde_json::from_str(CATALOGUE).unwrap();
        let later = some_day().checked_add((24 * 365 * 9).hours()).unwrap();
        for entry in &catalogue.calendars {
            let (before, _) = read(entry, "2024-01-01T00:00:00Z".parse().unwrap()).unwrap();
            let (after, moved) = read(entry, later).unwrap();
            let repeats = before.drafts.iter().any(|d| d.body.series.is_some());
            assert_eq!(moved, entry.season && !repeats, "{}", entry.file);
            if moved {
                let zone = &entry.profile.zone;
                let day = |d: &Draft| d.body.main.time.days(zone).map(|(first, _)| first);
                let (a, b) = (
                    day(&before.drafts[0]).unwrap(),
                    day(&after.drafts[0]).unwrap(),
                );
                assert_eq!(a.weekday(), b.weekday());
                let coming = |d: &&Draft| {
                    d.body
                        .main
                        .time
                        .instants(zone)
                        .is_some_and(|(s, _)| s >= later)
                };
                assert!(
                    after.drafts.iter().filter(coming).count() > 0,
                    "{}",
                    entry.file
                );
            }
        }
    }
}
