//! A large schedule from file to feed, and the same file again: the time of each stage.
//!
//!     cargo bench --bench import -- FILE.ics
//!
//! On an embedded database in a fresh folder, with the settings of the server (every commit
//! reaches the disk).

#![expect(clippy::panic, reason = "a benchmark that cannot go on stops")]

use domain::calendar::{CalendarProfile, Category, Color, Slug};
use domain::text::{Lang, Text};
use domain::zone::Zone;
use feeds::{Asked, Feeds, Settings};
use ingest::{Format, Import, Reading, Removals, Target};
use std::io::Write as _;
use std::time::Instant;
use store::{Address, Db, Patience};

struct Stages(Instant);

impl Stages {
    fn done(&mut self, what: &str) {
        let took = self.0.elapsed().as_secs_f64() * 1e3;
        let _ = writeln!(std::io::stdout(), "{what:<40} {took:>9.1} ms");
        self.0 = Instant::now();
    }
}

fn main() {
    let file = std::env::args().skip(1).find(|a| a.ends_with(".ics"));
    let Some(file) = file else {
        // `cargo bench` without a file runs every benchmark: this one has nothing to do then.
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap_or_else(|e| panic!("{e}"));
    runtime
        .block_on(run(&file))
        .unwrap_or_else(|e| panic!("{e}"));
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn read(file: &str) -> Outcome<Reading> {
    Ok(ingest::read(
        Format::Ics,
        &std::fs::read(file)?,
        Lang::KO,
        &Zone::seoul(),
    )?)
}

async fn run(file: &str) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let address = Address::Embedded(folder.path().to_owned());
    let db = Db::open(&address, Patience::Command).await?;
    db.migrate().await?;
    let at = "2026-01-01T00:00:00Z".parse()?;
    let category = Category {
        slug: Slug::parse("bench")?,
        title: Text::none(),
    };
    let profile = CalendarProfile {
        slug: category.slug.clone(),
        title: Text::new(Lang::KO, "큰 일정표"),
        description: Text::none(),
        category: category.slug.clone(),
        color: Color::for_name("bench"),
        language: Lang::KO,
        zone: Zone::seoul(),
        url: None,
        attribution: None,
        sample: true,
    };
    let calendar = store::calendars::draft(profile, at);
    let (source, removals) = ("bench", Removals::Guarded);

    let mut stages = Stages(Instant::now());
    let reading = read(file)?;
    stages.done("read");
    let target = Target::New(&calendar, &category);
    let import = Import {
        target,
        source,
        reading: &reading,
        removals,
        at,
    };
    let first = ingest::bring_in(&db, &import, false).await?;
    stages.done(&format!("compare and store {} events", first.created));
    let settings = Settings {
        base_url: "https://almanac.example".into(),
        cache_bytes: 1 << 30,
        clock: domain::clock::Clock::fixed(at),
    };
    let feeds = Feeds::start(db.clone(), settings, "bench".into()).await?;
    let headers = http::HeaderMap::new();
    let method = http::Method::GET;
    let asked = Asked {
        method: &method,
        target: "/feeds/bench.ics?past=all",
        headers: &headers,
        peer: None,
    };
    let body = feeds.answer(asked).await.into_body();
    stages.done(&format!("publish {} bytes", body.len()));
    let reading = read(file)?;
    stages.done("read again");
    let target = Target::Known(&calendar);
    let import = Import {
        target,
        source,
        reading: &reading,
        removals,
        at,
    };
    let again = ingest::bring_in(&db, &import, false).await?;
    stages.done(&format!("compare {} unchanged events", again.unchanged));
    Ok(())
}
