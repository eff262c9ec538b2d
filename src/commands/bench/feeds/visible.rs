//! From the commit of a change to the new validator, on this node and on a second one, while polls
//! go on.

use super::made::{Made, move_one};
use super::{Line, ask, engine, ms, tag};
use crate::commands::open;
use crate::config::Config;
use anyhow::{Result, bail};
use feeds::Feeds;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::Db;

/// A change that is not seen by then is lost.
const LOST: Duration = Duration::from_secs(5);

pub(super) async fn measure(
    config: &Config,
    db: &Db,
    feeds: &Arc<Feeds>,
    made: &Made,
    changes: usize,
) -> Result<Vec<Line>> {
    let second_db = open(config).await?;
    let second = engine(config, &second_db).await?;
    let following = [feeds, &second].map(|one| tokio::spawn(one.clone().follow()));
    let (stop, polls) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let polling = tokio::spawn(poll(
        feeds.clone(),
        made.personal.clone(),
        stop.clone(),
        polls.clone(),
    ));
    let target = format!("/feeds/{}.ics", made.small.profile.slug);
    let (mut here, mut there) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    for _ in 0..changes {
        let before = [
            tag(&ask(feeds, &target, &[]).await?),
            tag(&ask(&second, &target, &[]).await?),
        ];
        let committed = move_one(db, &made.small, config.clock().now()).await?;
        let seen = tokio::join!(
            seen(feeds, &target, &before[0], committed),
            seen(&second, &target, &before[1], committed)
        );
        here.push(seen.0?);
        there.push(seen.1?);
    }
    let elapsed = begun.elapsed();
    stop.store(true, Ordering::Relaxed);
    let _ = polling.await;
    for one in following {
        one.abort();
    }
    second_db.close().await;
    let rate = polls.load(Ordering::Relaxed) as f64 / elapsed.as_secs_f64();
    Ok(vec![
        Line::new("polls meanwhile", rate, "1/s"),
        Line::new(
            "publication to visible, this node, p50",
            at(&mut here, 50),
            "ms",
        ),
        Line::new(
            "publication to visible, this node, p99",
            at(&mut here, 99),
            "ms",
        )
        .beside(50.0, "wanted"),
        Line::new(
            "publication to visible, second node, p50",
            at(&mut there, 50),
            "ms",
        ),
        Line::new(
            "publication to visible, second node, p99",
            at(&mut there, 99),
            "ms",
        )
        .beside(250.0, "wanted"),
    ])
}

/// Polls without a pause, as many phones do, a thousand and then a breath.
async fn poll(feeds: Arc<Feeds>, personal: String, stop: Arc<AtomicBool>, polls: Arc<AtomicU64>) {
    while !stop.load(Ordering::Relaxed) {
        for target in [
            "/feeds/bench-small.ics",
            "/feeds/bench-own-3.ics",
            personal.as_str(),
        ] {
            for _ in 0..300 {
                if ask(&feeds, target, &[("if-none-match", "\"x\"")])
                    .await
                    .is_ok()
                {
                    polls.fetch_add(1, Ordering::Relaxed);
                }
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

async fn seen(feeds: &Feeds, target: &str, before: &str, committed: Instant) -> Result<Duration> {
    while committed.elapsed() < LOST {
        if tag(&ask(feeds, target, &[]).await?) != before {
            return Ok(committed.elapsed());
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    bail!("a change was not seen within five seconds")
}

fn at(times: &mut [Duration], percent: usize) -> f64 {
    times.sort();
    let rank = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(rank).copied().map(ms).unwrap_or_default()
}
