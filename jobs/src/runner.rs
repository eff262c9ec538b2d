//! The loop: looks what is due, takes it, does it, says when it is due again.

use crate::kinds::{KINDS, Kind, Next, PROMPT, Turn};
use domain::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;
use store::jobs::{Claimed, Holder};
use store::{Db, Tx, jobs};

/// How often a lease is renewed at most: what takes longer than two hours hangs, and another may
/// try. Prompt work is given up after three minutes.
const RENEWALS: usize = 360;
/// How long it is slept at most and at least, and how long taken work is kept from others.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// At most: another node or a command may have asked for work.
    longest: Duration,
    /// At least, while something is due: work that another holds, or that was just lost.
    shortest: Duration,
    /// How long other nodes keep off taken work. The work of a node that died waits for so long.
    lease: SignedDuration,
    /// How often that is renewed while the work goes on.
    renewal: Duration,
}

/// For work that nobody waits for.
const CALM: Pace = Pace {
    longest: Duration::from_secs(10),
    shortest: Duration::from_secs(1),
    lease: SignedDuration::from_secs(60),
    renewal: Duration::from_secs(20),
};
/// For work that is late after a second. A look reads one row.
const HASTY: Pace = Pace {
    longest: Duration::from_millis(250),
    shortest: Duration::from_millis(250),
    lease: SignedDuration::from_secs(2),
    renewal: Duration::from_millis(500),
};
/// How long it is slept at least before something that is not due yet.
const GRAIN: Duration = Duration::from_millis(5);
/// Between two batches of the same work: other writers get their turn.
const PAUSE: Duration = Duration::from_millis(20);
/// Most turns of one kind in a row, before the others get theirs.
const TURNS: usize = 500;

/// Why work failed.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The database said no, or is away.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A fault of the program's.
    #[error("the work broke off: {0}")]
    BrokeOff(String),
}

/// Runs for as long as the program does. `node` names this process to the operator. Work that
/// fails is told once and tried again after a pause; the rest goes on.
pub async fn run(db: Db, clock: Clock, node: String) {
    let runner = |kinds, pace| Runner {
        db: db.clone(),
        clock: clock.clone(),
        node: node.clone(),
        kinds,
        pace,
    };
    tokio::join!(go_on(runner(PROMPT, HASTY)), go_on(runner(KINDS, CALM)));
}

/// The loop over some kinds; never ends.
async fn go_on(runner: Runner) {
    let mut log = Log::default();
    // A new program may know more than the one that last did the work: everything is due once.
    let mut enrolled = false;
    loop {
        if !enrolled {
            let now = runner.clock.now();
            enrolled = log
                .database(runner.enrol(Enrol::AtOnce(now)).await)
                .is_some();
        }
        let tried = runner.round().await;
        for (kind, result) in log.database(tried).unwrap_or_default() {
            log.kind(kind, result);
        }
        tokio::time::sleep(runner.until_due().await).await;
    }
}

/// Does everything that is due at `now` until nothing is. The first failure is returned, after
/// the others had their turn.
pub async fn once(db: &Db, now: Timestamp) -> Result<(), Failed> {
    for kinds in [PROMPT, KINDS] {
        let runner = Runner {
            db: db.clone(),
            clock: Clock::fixed(now),
            node: "once".to_owned(),
            kinds,
            pace: CALM,
        };
        runner.all_due(now).await?;
    }
    Ok(())
}

/// Which kinds are put down as due.
#[derive(Debug, Clone, Copy)]
enum Enrol {
    /// All, now.
    AtOnce(Timestamp),
    /// Those that the database does not know, now.
    Missing(Timestamp),
}

#[derive(Clone)]
struct Runner {
    db: Db,
    clock: Clock,
    node: String,
    kinds: &'static [Kind],
    pace: Pace,
}

/// How a kind's turns went.
type Went = (&'static str, Result<(), Failed>);

impl Runner {
    async fn enrol(&self, which: Enrol) -> store::Result<()> {
        let mut tx = self.db.begin().await?;
        let done = enrol(&mut tx, self.kinds, which).await;
        end(tx, done).await
    }

    async fn all_due(&self, now: Timestamp) -> Result<(), Failed> {
        self.enrol(Enrol::Missing(now)).await?;
        loop {
            let results = self.round().await?;
            if results.is_empty() {
                return Ok(());
            }
            for (_, result) in results {
                result?;
            }
        }
    }

    /// Takes and does what is due, kind by kind. Empty when nothing was, or others hold it. An
    /// error means that nothing could be looked up or taken.
    async fn round(&self) -> store::Result<Vec<Went>> {
        let mut conn = self.db.read().await?;
        let due = jobs::due(&mut conn, self.clock.now()).await?;
        drop(conn);
        let mut went = Vec::new();
        for kind in self.kinds {
            let now = self.clock.now();
            if !due.iter().any(|(name, at)| name == kind.name && *at <= now) {
                continue;
            }
            let mut turns = 0;
            while turns < TURNS
                && let Some(claimed) = self.claim(kind).await?
            {
                let result = self.guarded(kind, claimed).await;
                turns += 1;
                went.push((kind.name, result));
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(went)
    }

    async fn claim(&self, kind: &Kind) -> store::Result<Option<Claimed>> {
        let holder = Holder {
            name: &self.node,
            lease: self.pace.lease,
        };
        let mut tx = self.db.begin().await?;
        let claimed = jobs::claim(&mut tx, kind.name, holder, self.clock.now()).await;
        end(tx, claimed).await
    }

    /// A turn as a task of its own: a fault in one kind does not end the loop for all.
    async fn guarded(&self, kind: &'static Kind, claimed: Claimed) -> Result<(), Failed> {
        let (runner, held) = (self.clone(), claimed.clone());
        let turn = tokio::spawn(async move {
            tokio::select! {
                result = runner.turn(kind, &held) => result,
                never = runner.keep(&held) => match never {},
            }
        });
        let result = match turn.await {
            Ok(result) => result.map_err(Failed::from),
            Err(broken) => Err(Failed::BrokeOff(broken.to_string())),
        };
        if let Err(failed) = &result {
            self.give_back(&claimed, failed).await;
        }
        result
    }

    /// Does one piece. What was lost to another meanwhile is taken back and is no failure.
    async fn turn(&self, kind: &'static Kind, claimed: &Claimed) -> store::Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let next = (kind.run)(Turn { tx: &mut tx, now }).await;
        let finished = match next {
            Ok(next) => {
                let next = due_again(kind, next, now);
                jobs::finish(&mut tx, claimed, now, Some(next)).await
            }
            Err(error) => Err(error),
        };
        match finished {
            Ok(true) => tx.commit().await,
            Ok(false) => {
                tracing::warn!(
                    job = kind.name,
                    "background work took so long that another node began it anew"
                );
                tx.roll_back().await
            }
            Err(error) => {
                // The first error is the one to tell.
                let _ = tx.roll_back().await;
                Err(error)
            }
        }
    }

    /// Renews the lease while the work goes on. It may well fail: on SQLite nobody writes beside
    /// the work, and nobody can take it either.
    async fn keep(&self, claimed: &Claimed) -> std::convert::Infallible {
        for _ in 0..RENEWALS {
            tokio::time::sleep(self.pace.renewal).await;
            if let Err(error) = self.renew(claimed).await {
                tracing::debug!(%error, job = claimed.kind, "lease not renewed");
            }
        }
        std::future::pending().await
    }

    async fn renew(&self, claimed: &Claimed) -> store::Result<bool> {
        let mut tx = self.db.begin().await?;
        let renewed = jobs::renew(&mut tx, claimed, self.pace.lease, self.clock.now()).await;
        end(tx, renewed).await
    }

    /// Notes the failure. If that fails too, the lease runs out and the work is tried again.
    async fn give_back(&self, claimed: &Claimed, failed: &Failed) {
        let given = async {
            let mut tx = self.db.begin().await?;
            let given = jobs::fail(&mut tx, claimed, self.clock.now(), &failed.to_string()).await;
            end(tx, given).await
        };
        if let Err(error) = given.await {
            tracing::debug!(%error, job = claimed.kind, "failure not noted");
        }
    }

    /// How long nothing is due.
    async fn until_due(&self) -> Duration {
        let now = self.clock.now();
        let due = async {
            let mut conn = self.db.read().await?;
            jobs::due(&mut conn, now).await
        };
        // A database that is away is looked for again at the longest pace.
        let due = due.await.unwrap_or_default();
        let known = due
            .iter()
            .filter(|(name, _)| self.kinds.iter().any(|kind| kind.name == name));
        let first = known.map(|(_, at)| *at).min();
        first.map_or(self.pace.longest, |at| self.pace.until(now, at))
    }
}

impl Pace {
    fn until(self, now: Timestamp, due: Timestamp) -> Duration {
        match Duration::try_from(due.duration_since(now)) {
            Ok(wait) if !wait.is_zero() => wait.clamp(GRAIN, self.longest),
            _ => self.shortest,
        }
    }
}

fn due_again(kind: &Kind, next: Next, now: Timestamp) -> Timestamp {
    let latest = now.checked_add(kind.every).unwrap_or(Timestamp::MAX);
    match next {
        Next::AtOnce => now,
        Next::Later => latest,
        Next::At(at) => at.min(latest),
    }
}

async fn enrol(tx: &mut Tx, kinds: &[Kind], which: Enrol) -> store::Result<()> {
    let (known, at) = match which {
        Enrol::AtOnce(at) => (Vec::new(), at),
        Enrol::Missing(at) => (jobs::list(tx).await?, at),
    };
    for kind in kinds {
        if !known.iter().any(|job| job.kind == kind.name) {
            jobs::ensure(tx, kind.name, "", at).await?;
        }
    }
    Ok(())
}

/// Commits what went well, takes back what did not.
async fn end<T>(tx: Tx, result: store::Result<T>) -> store::Result<T> {
    match result {
        Ok(value) => {
            tx.commit().await?;
            Ok(value)
        }
        Err(error) => {
            let _ = tx.roll_back().await;
            Err(error)
        }
    }
}

/// Tells what lasts when it begins and when it ends, not at every try.
#[derive(Debug, Default)]
struct Log {
    failing: BTreeSet<&'static str>,
    away: bool,
}

impl Log {
    fn database<T>(&mut self, result: store::Result<T>) -> Option<T> {
        match result {
            Ok(value) => {
                if self.away {
                    tracing::info!("background work goes on");
                }
                self.away = false;
                Some(value)
            }
            Err(error) => {
                if !self.away {
                    tracing::error!(%error, "background work stands still; it is looked for again");
                }
                self.away = true;
                None
            }
        }
    }

    fn kind(&mut self, kind: &'static str, result: Result<(), Failed>) {
        match result {
            Ok(()) => {
                if self.failing.remove(kind) {
                    tracing::info!(job = kind, "background work that failed has been done");
                }
            }
            Err(error) => {
                if self.failing.insert(kind) {
                    tracing::error!(%error, job = kind, "background work failed; it is tried again");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn sleep_is_never_longer_than_the_pace_and_never_a_busy_loop() {
        let now = at("2026-11-22T03:00:00Z");
        for (due, calm, hasty) in [
            ("2026-11-22T02:00:00Z", 1_000, 250),
            ("2026-11-22T03:00:00Z", 1_000, 250),
            ("2026-11-22T03:00:00.001Z", 5, 5),
            ("2026-11-22T03:00:00.100Z", 100, 100),
            ("2026-11-22T03:00:04Z", 4_000, 250),
            ("2026-11-22T03:30:00Z", 10_000, 250),
            ("9999-01-01T00:00:00Z", 10_000, 250),
        ] {
            assert_eq!(CALM.until(now, at(due)).as_millis(), calm, "{due}");
            assert_eq!(HASTY.until(now, at(due)).as_millis(), hasty, "{due}");
        }
    }

    #[test]
    fn work_comes_again_when_its_kind_says_at_the_latest() {
        let now = at("2026-11-22T03:00:00Z");
        let kind = &KINDS[0];
        let latest = now.checked_add(kind.every).unwrap();
        let soon = at("2026-11-22T04:00:00Z");
        assert_eq!(due_again(kind, Next::AtOnce, now), now);
        assert_eq!(due_again(kind, Next::Later, now), latest);
        assert_eq!(due_again(kind, Next::At(soon), now), soon);
        assert_eq!(due_again(kind, Next::At(Timestamp::MAX), now), latest);
    }

    const ODD: &[Kind] = &[
        Kind {
            name: "refused",
            every: SignedDuration::from_hours(1),
            run: |_| Box::pin(async { Err(store::Error::NameTaken("haneul".to_owned())) }),
        },
        Kind {
            name: "faulty",
            every: SignedDuration::from_hours(1),
            run: |_| Box::pin(async { panic!("a fault") }),
        },
        Kind {
            name: "sound",
            every: SignedDuration::from_hours(1),
            run: |_| Box::pin(async { Ok(Next::Later) }),
        },
    ];

    #[tokio::test]
    async fn what_fails_or_breaks_off_waits_and_the_rest_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let address = store::Address::Embedded(folder.path().to_owned());
        let db = Db::open(&address, store::Patience::Server).await.unwrap();
        db.migrate().await.unwrap();
        let now = at("2026-11-22T03:00:00Z");
        let (clock, hand) = Clock::manual(now);
        let runner = Runner {
            db: db.clone(),
            clock,
            node: "test".to_owned(),
            kinds: ODD,
            pace: CALM,
        };
        assert!(runner.all_due(now).await.is_err());
        assert!(
            runner.round().await.unwrap().is_empty(),
            "nothing is due again yet"
        );
        let seen = async || {
            let mut conn = db.read().await.unwrap();
            let jobs = jobs::list(&mut conn).await.unwrap();
            let facts = jobs.into_iter().map(|job| {
                assert_eq!(job.held, None);
                let wait = job.run_at.unwrap().duration_since(now).as_secs();
                (job.kind, wait, job.failure.unwrap_or_default())
            });
            facts.collect::<Vec<_>>()
        };
        let jobs = seen().await;
        assert_eq!((jobs[0].0.as_str(), jobs[0].1), ("faulty", 30));
        assert!(jobs[0].2.starts_with("the work broke off"), "{}", jobs[0].2);
        let refused = "the name haneul is taken, or was used before";
        assert_eq!(jobs[1], ("refused".to_owned(), 30, refused.to_owned()));
        assert_eq!(jobs[2], ("sound".to_owned(), 3_600, String::new()));
        hand.set(at("2026-11-22T03:00:30Z"));
        assert_eq!(runner.round().await.unwrap().len(), 2, "tried again");
        assert_eq!(seen().await[1].1, 90, "a longer pause");
    }

    #[test]
    fn a_failure_is_remembered_until_it_is_over() {
        let mut log = Log::default();
        let broken = || Err(Failed::BrokeOff("cause".to_owned()));
        log.kind("horizon", broken());
        log.kind("horizon", broken());
        assert!(log.failing.contains("horizon"));
        log.kind("horizon", Ok(()));
        assert!(log.failing.is_empty());
    }
}
