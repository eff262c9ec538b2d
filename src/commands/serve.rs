//! `almanac serve`: everything in one process.

use crate::cli::Serve;
use crate::config::Config;
use crate::demo;
use crate::server::{self, Parts};
use anyhow::{Context, Result, bail};
use api::{Health, HealthState};
use domain::clock::Clock;
use feeds::{Feeds, Settings};
use search::Search;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use store::{Db, Patience};
use tokio::signal::unix::{SignalKind, signal};
use web::base_url::BaseUrl;
use web::kept::Kept;
use web::limit::{LEAVING, RateLimiter, TELLING};
use web::state::WebState;

/// Memory for share images and other answers of pages that are dear to make: a hundred or so.
const KEPT_BYTES: usize = 8 << 20;

pub async fn run(config: &Config, serve: &Serve) -> Result<ExitCode> {
    let listener = server::listen(&config.listen).await?;
    let address = listener.local_addr()?;
    if serve.demo && !serve.demo_public && !address.ip().is_loopback() {
        bail!(
            "the demo is for this machine only, and {address} is not: \
             listen on 127.0.0.1, or say --demo-public"
        );
    }
    let db = open(config, serve).await?;
    let clock = config.clock();
    let parts = join(config, &db, &clock).await?;
    if serve.demo {
        parts.health.health.set_demo_loading(true);
        tokio::spawn(load_demo(db.clone(), clock.clone(), parts.clone()));
    } else {
        offer_set_up(&db, &clock, &parts.web.base_url).await?;
    }
    tokio::spawn(parts.feeds.clone().follow());
    tokio::spawn(make_searchable(parts.web.search.clone()));
    let counters = parts.feeds.counters();
    tokio::spawn(counters.clone().keep(db.clone(), clock.clone()));
    tokio::spawn(jobs::run(db.clone(), clock.clone(), node()));
    announce(&format!("listening on http://{address}"))?;
    server::serve(listener, parts, stopped()?).await;
    if let Err(error) = counters.flush(&db, clock.now()).await {
        tracing::warn!(%error, "the last counts of feeds are lost");
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn open(config: &Config, serve: &Serve) -> Result<Db> {
    let db = Db::open(&config.database, Patience::Server)
        .await
        .context("cannot open the database")?;
    if !serve.no_migrate {
        db.migrate().await?;
    }
    db.check_schema().await?;
    Ok(db)
}

/// The parts of a server on this database.
pub(super) async fn join(config: &Config, db: &Db, clock: &Clock) -> Result<Parts> {
    let mut tx = db.begin().await?;
    let lineage = store::settings::lineage(&mut tx).await?;
    tx.commit().await?;
    let settings = Settings {
        base_url: config.base_url.clone(),
        cache_bytes: config.feed_cache_bytes,
        clock: clock.clone(),
    };
    let base_url = BaseUrl::parse(&config.base_url).context("base-url is no address")?;
    Ok(Parts {
        feeds: Feeds::start(db.clone(), settings, lineage).await?,
        web: WebState {
            db: db.clone(),
            clock: clock.clone(),
            base_url,
            search: Search::start(db.clone()),
            kept: Kept::new(KEPT_BYTES),
            leaving: Arc::new(RateLimiter::new(clock.clone(), LEAVING)),
            telling: Arc::new(RateLimiter::new(clock.clone(), TELLING)),
        },
        health: HealthState {
            db: db.clone(),
            health: Arc::new(Health::default()),
        },
        mail: config.mail.clone(),
        trusted_proxies: config.trusted_proxies.as_slice().into(),
    })
}

/// What this process is called where several share a database: machine and process.
fn node() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = match host.trim() {
        "" => "node",
        host => host,
    };
    format!("{host}/{}", std::process::id())
}

/// Makes the search index where it is missing or of an earlier version. Pages and feeds do not
/// wait for it.
async fn make_searchable(search: Arc<Search>) {
    if let Err(error) = search.keep_current().await {
        tracing::error!(%error, "the search index could not be made; `almanac reindex` tries again");
    }
}

async fn load_demo(db: Db, clock: Clock, parts: Parts) {
    match demo::load(&db, clock.now()).await {
        Ok(true) => {
            if let Err(error) = let_demo_people_in(&db, &clock, &parts.web.base_url).await {
                tracing::error!("nobody can sign in to the demo: {error:#}");
            }
        }
        Ok(false) => {
            tracing::warn!("the database has calendars of its own: the demo was not loaded");
        }
        Err(error) => tracing::error!("the demo could not be loaded: {error:#}"),
    }
    if let Err(error) = parts.feeds.refresh().await {
        tracing::error!(%error, "the demo was loaded but is not seen yet");
    }
    parts.health.health.set_demo_loading(false);
    let ready = format!("ready: open {}/", parts.web.base_url.as_str());
    if let Err(error) = announce(&ready) {
        tracing::debug!(%error, "nobody reads standard output");
    }
}

/// Where nobody can sign in yet, prints a link by which the first administrator comes in.
async fn offer_set_up(db: &Db, clock: &Clock, base_url: &BaseUrl) -> Result<()> {
    if let Some(path) = accounts::welcome::set_up_link(db, clock.now()).await? {
        announce(&format!(
            "nobody can sign in yet; set up (within a day): {}",
            base_url.join(&path)
        ))?;
    }
    Ok(())
}

/// Prints one link for each role, each good for one sign-in within a day.
async fn let_demo_people_in(db: &Db, clock: &Clock, base_url: &BaseUrl) -> Result<()> {
    for (role, path) in accounts::demo::links(db, clock.now()).await? {
        announce(&format!("sign in as {role}: {}", base_url.join(&path)))?;
    }
    Ok(())
}

fn announce(line: &str) -> Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Resolves at SIGTERM or Ctrl-C.
fn stopped() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
