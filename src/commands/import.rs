//! `almanac import`: a file into a calendar, beside a running server or not.

use super::open;
use crate::cli::Import;
use crate::config::Config;
use anyhow::{Context, Result, bail};
use domain::calendar::{Calendar, CalendarProfile, Category, Color, Slug};
use domain::caps;
use domain::text::{Lang, Text, clean_line};
use domain::zone::Zone;
use indicatif::{ProgressBar, ProgressStyle};
use ingest::{Format, Outcome, ReadOptions, Reading, Removals, Target};
use jiff::Timestamp;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use store::Db;

pub async fn run(config: &Config, import: &Import) -> Result<ExitCode> {
    let slug = Slug::parse(&import.calendar)
        .with_context(|| format!("--calendar {:?}", import.calendar))?;
    let progress = progress();
    progress.set_message("reading");
    let bytes = read(&import.file)?;
    let format = Format::guess(&import.file.to_string_lossy(), &bytes)?;
    let db = open(config).await?;
    let now = config.clock().now();
    let known = known(&db, &slug).await?;
    let (lang, zone) = language_and_zone(import, known.as_ref())?;
    let name = import.file.file_name().unwrap_or_default();
    let name = name.to_string_lossy();
    let options = ReadOptions {
        name: &name,
        today: Some(now.to_zoned(zone.rules().clone()).date()),
        choices: &import.map,
        ..ReadOptions::new(lang, &zone)
    };
    let reading = ingest::read_with(format, &bytes, &options)?;
    progress.set_message(format!("comparing {} entries", reading.drafts.len()));
    progress.set_position(1);
    let removals = if import.allow_removals {
        Removals::Allowed
    } else {
        Removals::Guarded
    };
    let source = clean_line(&import.source, 100);
    let category = category(import)?;
    let fresh = store::calendars::draft(
        profile(import, &slug, &category, &reading, lang, &zone)?,
        now,
    );
    let target = match &known {
        Some(calendar) => Target::Known(calendar),
        None if reading.drafts.is_empty() => {
            bail!("the file has no entry that can be read: no calendar was made");
        }
        None => Target::New(&fresh, &category),
    };
    progress.set_message(format!("publishing {} entries", reading.drafts.len()));
    progress.set_position(2);
    let change = ingest::Import {
        target,
        source: &source,
        reading: &reading,
        removals,
        at: now,
    };
    let outcome = ingest::bring_in(&db, &change, import.dry_run).await?;
    if let Some(calendar) = known.filter(|_| !import.dry_run) {
        retitle(&db, import, calendar, now).await?;
    }
    db.close().await;
    progress.finish_and_clear();
    report(&reading, outcome)?;
    Ok(ExitCode::SUCCESS)
}

/// Reading, comparing, publishing.
const STAGES: u64 = 3;

/// A bar of the stages with what is being done and the time so far, on a terminal only.
fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} [{bar:18}] {msg} ({elapsed})")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new(STAGES).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn read(file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than allowed: enough to tell that it is too much.
    let limit = caps::IMPORT_BYTES as u64 + 1;
    if file == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(limit)
            .read_to_end(&mut bytes)?;
    } else {
        let open =
            std::fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        let size = open.metadata().map_or(0, |meta| meta.len());
        if size >= limit {
            let most = caps::IMPORT_BYTES >> 20;
            bail!("{} has more than {most} MiB: split it", file.display());
        }
        open.take(limit)
            .read_to_end(&mut bytes)
            .with_context(|| format!("cannot read {}", file.display()))?;
    }
    Ok(bytes)
}

async fn known(db: &Db, slug: &Slug) -> Result<Option<Calendar>> {
    let mut conn = db.read().await?;
    Ok(store::calendars::find(&mut conn, slug.as_str())
        .await?
        .map(|found| found.calendar))
}

fn language_and_zone(import: &Import, known: Option<&Calendar>) -> Result<(Lang, Zone)> {
    let lang = match &import.language {
        Some(code) => Lang::parse(code)
            .with_context(|| format!("--language {code:?} is no code like ko or en"))?,
        None => known.map_or(Lang::KO, |c| c.profile.language),
    };
    let zone = match &import.zone {
        Some(name) => Zone::parse(name)
            .with_context(|| format!("--zone {name:?} is no time zone like Asia/Seoul"))?,
        None => known.map_or_else(Zone::seoul, |c| c.profile.zone.clone()),
    };
    Ok((lang, zone))
}

fn category(import: &Import) -> Result<Category> {
    let slug = import
        .category
        .as_deref()
        .unwrap_or(store::categories::OTHER);
    let slug = Slug::parse(slug).with_context(|| format!("--category {slug:?}"))?;
    let title = if slug.as_str() == store::categories::OTHER {
        Text::new(Lang::KO, "그 밖의 일정").with(Lang::EN, "Other")
    } else {
        Text::new(Lang::EN, slug.as_str())
    };
    Ok(Category { slug, title })
}

/// What a new calendar says about itself: what the command says, else the file.
fn profile(
    import: &Import,
    slug: &Slug,
    category: &Category,
    reading: &Reading,
    lang: Lang,
    zone: &Zone,
) -> Result<CalendarProfile> {
    let title = match &import.title {
        Some(title) => Text::new(lang, clean_line(title, caps::LINE_BYTES)),
        None if reading.title.is_empty() => Text::new(lang, slug.as_str()),
        None => reading.title.clone(),
    };
    let zone = match (&import.zone, &reading.zone) {
        (None, Some(own)) => own.clone(),
        _ => zone.clone(),
    };
    Ok(CalendarProfile {
        slug: slug.clone(),
        title,
        description: reading.description.clone(),
        category: category.slug.clone(),
        color: Color::for_name(slug.as_str()),
        language: lang,
        zone,
        url: None,
        attribution: None,
        sample: false,
    })
}

/// Gives a calendar the title or category that the command names, where it has another.
async fn retitle(db: &Db, import: &Import, calendar: Calendar, at: Timestamp) -> Result<()> {
    let mut profile = calendar.profile.clone();
    if let Some(title) = &import.title {
        profile
            .title
            .set(profile.language, clean_line(title, caps::LINE_BYTES));
    }
    let category = match &import.category {
        Some(_) => Some(category(import)?),
        None => None,
    };
    if let Some(category) = &category {
        profile.category = category.slug.clone();
    }
    if profile == calendar.profile {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    if let Some(category) = &category {
        store::categories::add(&mut tx, category).await?;
    }
    store::calendars::update_profile(&mut tx, calendar.id, &profile, at).await?;
    tx.commit().await?;
    Ok(())
}

fn report(reading: &Reading, outcome: Outcome) -> Result<()> {
    for columns in &reading.columns {
        eprintln!("{columns}");
    }
    for warning in &reading.warnings {
        eprintln!("{warning}");
    }
    let mut out = std::io::stdout().lock();
    for skipped in &reading.skipped {
        writeln!(out, "{skipped}")?;
    }
    let Outcome {
        created,
        updated,
        unchanged,
        cancelled,
        skipped,
        removed,
        conflicts,
    } = outcome;
    if conflicts > 0 {
        eprintln!("{conflicts} fields kept as people set them: the file says something new there");
    }
    writeln!(
        out,
        "created {created}, updated {updated}, unchanged {unchanged}, cancelled {cancelled}, \
         skipped {skipped}, removed {removed}"
    )?;
    Ok(())
}
