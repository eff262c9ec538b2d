//! What changed since a client was last here, from the change log: the same answer for the
//! enhanced GET (draft-ietf-calext-subscription-upgrade-13) and for CalDAV's sync-collection (RFC
//! 6578). A token says which revisions a client has; while it fetches page by page, also where it
//! began and how far it has come.

use crate::Feeds;
use crate::choose::Chosen;
use crate::compile::Gathered;
use crate::plan::Plan;
use domain::event::Event;
use domain::id::EventId;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use store::Conn;
use uuid::Uuid;

/// Longest token that is read, in bytes: a hundred calendars fit.
const LONGEST: usize = 4096;
/// Most changes that are told at once; who has missed more begins anew.
const CHANGES: i64 = 20_000;

/// With more changed events than this, nobody looks for UIDs that they had earlier.
const FORMER: usize = 200;
/// How many versions of an event are looked through for them.
const VERSIONS: i64 = 8;

/// Where a client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// [`Plan::lineage`]: the token is good for one question only.
    lineage: String,
    /// The revisions that the client has, or will have after the last page.
    goal: Vec<i64>,
    /// Between two pages.
    page: Option<Page>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    /// The revisions that the client had before the first page; `None` for nothing.
    since: Option<Vec<i64>>,
    /// The last event of the page before.
    after: EventId,
}

/// A token of another database, another feed, or from before the log began: the client has to begin
/// anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidToken;

impl fmt::Display for Token {
    /// A URI, as both protocols want it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "data:,{}-{}", self.lineage, list(&self.goal))?;
        if let Some(page) = &self.page {
            let since = page
                .since
                .as_ref()
                .map_or_else(|| "x".to_owned(), |since| list(since));
            write!(f, "-{since}-{}", page.after.0.simple())?;
        }
        Ok(())
    }
}

fn list(marks: &[i64]) -> String {
    let marks: Vec<String> = marks.iter().map(i64::to_string).collect();
    marks.join(".")
}

fn read_list(text: &str) -> Option<Vec<i64>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let plain = |mark: &str| mark.bytes().all(|b| b.is_ascii_digit());
    let mark = |mark: &str| mark.parse().ok().filter(|_| plain(mark));
    text.split('.').map(mark).collect()
}

impl Token {
    /// Reads a token; its marks have still to be compared with the state of the feed.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidToken> {
        Self::read(text).ok_or(InvalidToken)
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut parts = text.strip_prefix("data:,")?.split('-');
        let lineage = parts.next()?.to_owned();
        let goal = read_list(parts.next()?)?;
        let page = match parts.next() {
            None => None,
            Some(since) => {
                let since = match since {
                    "x" => None,
                    since => Some(read_list(since)?),
                };
                let after = EventId(Uuid::try_parse(parts.next()?).ok()?);
                Some(Page { since, after })
            }
        };
        let whole = parts.next().is_none();
        whole.then_some(Self {
            lineage,
            goal,
            page,
        })
    }

    /// The token of a client that has these revisions.
    pub(crate) fn at(lineage: String, marks: Vec<i64>) -> Self {
        Self {
            lineage,
            goal: marks,
            page: None,
        }
    }
}

/// What a client lacks.
#[derive(Debug)]
pub(crate) struct Delta {
    /// Everything that the feed holds, to find what changed in.
    pub gathered: Gathered,
    /// Which events are new or other than before.
    pub changed: Vec<EventId>,
    /// Those that are gone, or that the feed does not take any more.
    pub removed: Vec<Event>,
    /// Earlier versions of changed series, newest first: under other UIDs some of their instances may
    /// be held by the client.
    pub former: Vec<Event>,
    /// For the next time.
    pub token: Token,
    /// More is to be fetched at once, with the token.
    pub more: bool,
}

impl Delta {
    /// What changed, as the feed tells it, in the order of feeds.
    pub(crate) fn told<'a>(&'a self, plan: &'a Plan) -> Vec<Chosen<'a>> {
        let wanted: BTreeSet<EventId> = self.changed.iter().copied().collect();
        let mut all = self.gathered.chosen(plan);
        all.retain(|one| wanted.contains(&one.piece.event.id));
        all
    }
}

impl Feeds {
    /// The token of the state that the catalogue knows.
    pub(crate) fn token(&self, plan: &Plan) -> Token {
        Token::at(plan.lineage(&self.seed), plan.state().marks)
    }

    /// What a client with this token lacks, at most `limit` events of it; without a token,
    /// everything.
    pub(crate) async fn delta(
        &self,
        plan: &Plan,
        token: Option<Token>,
        limit: usize,
    ) -> store::Result<Result<Delta, InvalidToken>> {
        let gathered = self.gather(plan).await?;
        let marks = gathered.state(plan).marks;
        let lineage = plan.lineage(&self.seed);
        if let Some(token) = &token
            && !token.fits(&lineage, &marks)
        {
            return Ok(Err(InvalidToken));
        }
        let (since, after, goal) = match token {
            None => (None, EventId(Uuid::nil()), marks),
            Some(Token {
                goal,
                page: Some(page),
                ..
            }) => (page.since, page.after, goal),
            Some(token) => (Some(token.goal), EventId(Uuid::nil()), marks),
        };
        let ids = match &since {
            None => everything(&gathered, plan, after),
            Some(since) => match self.changed(&gathered, since, after).await? {
                Some(ids) => ids,
                None => return Ok(Err(InvalidToken)),
            },
        };
        let more = ids.len() > limit;
        let ids: Vec<EventId> = ids.into_iter().take(limit).collect();
        let page = ids.last().filter(|_| more).map(|last| Page {
            since,
            after: *last,
        });
        let token = Token {
            lineage,
            goal,
            page,
        };
        self.sorted_out(plan, gathered, ids, token, more)
            .await
            .map(Ok)
    }

    /// Events that changed since; `None` where the log does not reach back so far.
    async fn changed(
        &self,
        gathered: &Gathered,
        since: &[i64],
        after: EventId,
    ) -> store::Result<Option<BTreeSet<EventId>>> {
        let mut conn = self.db.read().await?;
        let mut ids = BTreeSet::new();
        for (parts, since) in gathered.parts.iter().zip(since) {
            let calendar = &parts.calendar;
            if *since == calendar.revision {
                continue;
            }
            if *since < store::calendars::log_floor(&mut conn, calendar.id).await? {
                return Ok(None);
            }
            let changed =
                store::events::changed_since(&mut conn, calendar.id, *since, after, CHANGES)
                    .await?;
            if i64::try_from(changed.len()).is_ok_and(|count| count >= CHANGES) {
                return Ok(None);
            }
            ids.extend(changed);
        }
        Ok(Some(ids))
    }

    /// Which of the changed events are still there.
    async fn sorted_out(
        &self,
        plan: &Plan,
        gathered: Gathered,
        ids: Vec<EventId>,
        token: Token,
        more: bool,
    ) -> store::Result<Delta> {
        let there: BTreeSet<EventId> = gathered
            .chosen(plan)
            .iter()
            .map(|one| one.piece.event.id)
            .collect();
        let (changed, gone): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| there.contains(id));
        let removed = match gone.is_empty() {
            true => Vec::new(),
            false => removed(&mut self.db.read().await?, &gone).await?,
        };
        let former = match changed.len() <= FORMER {
            true => former(&mut self.db.read().await?, &changed).await?,
            false => Vec::new(),
        };
        Ok(Delta {
            gathered,
            changed,
            removed,
            former,
            token,
            more,
        })
    }
}

impl Token {
    /// Whether it is of this feed, and of no state that the feed has not been in.
    fn fits(&self, lineage: &str, marks: &[i64]) -> bool {
        let reached = |theirs: &[i64]| {
            theirs.len() == marks.len() && theirs.iter().zip(marks).all(|(t, m)| t <= m)
        };
        let since = self.page.as_ref().and_then(|page| page.since.as_ref());
        self.lineage == lineage && reached(&self.goal) && since.is_none_or(|since| reached(since))
    }
}

/// The events of a whole feed after one of them.
fn everything(gathered: &Gathered, plan: &Plan, after: EventId) -> BTreeSet<EventId> {
    let chosen = gathered.chosen(plan);
    let recent = chosen.iter().filter(|one| one.recent);
    recent
        .map(|one| one.piece.event.id)
        .filter(|id| *id > after)
        .collect()
}

/// Earlier versions of events that repeated then.
async fn former(conn: &mut Conn, ids: &[EventId]) -> store::Result<Vec<Event>> {
    let mut all = Vec::new();
    for id in ids {
        let versions = store::events::history(conn, *id, VERSIONS).await?;
        let mut earlier = versions
            .into_iter()
            .skip(1)
            .filter(|one| one.body.series.is_some());
        let Some(first) = earlier.next() else {
            continue;
        };
        let Some(found) = store::events::by_id(conn, *id).await? else {
            continue;
        };
        for version in [first].into_iter().chain(earlier) {
            all.push(Event {
                body: version.body,
                ..found.event.clone()
            });
        }
    }
    Ok(all)
}

async fn removed(conn: &mut Conn, ids: &[EventId]) -> store::Result<Vec<Event>> {
    let mut events = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(found) = store::events::by_id(conn, *id).await? {
            events.push(found.event);
        }
    }
    Ok(events)
}

/// UIDs that stand in a feed now: what is removed under one of them was another's.
pub(crate) fn uids<'a>(chosen: &'a [Chosen<'_>]) -> HashMap<&'a str, EventId> {
    chosen
        .iter()
        .map(|one| (one.event().uid.as_str(), one.piece.event.id))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strangers_tokens_are_refused() {
        for bad in [
            "",
            "data:,",
            "data:,nonsense",
            "data:,a-1-x",
            "data:,a-1-x-zz",
            "data:,a--1",
            "data:,a-+1",
            "data:,a-1.-",
            "http://example.com/",
            &format!("data:,a-{}", "1.".repeat(4000)),
        ] {
            assert_eq!(Token::parse(bad), Err(InvalidToken), "{bad}");
        }
        let token = Token::at("a".into(), vec![3, 5]);
        assert!(token.fits("a", &[3, 5]) && token.fits("a", &[4, 9]));
        assert!(!token.fits("b", &[3, 5]) && !token.fits("a", &[3, 4]) && !token.fits("a", &[3]));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            goal in proptest::collection::vec(0_i64.., 0..6),
            since in proptest::option::of(proptest::collection::vec(0_i64.., 1..6)),
            after in proptest::option::of(any::<u128>()),
        ) {
            let page = after.map(|after| Page { since, after: EventId(Uuid::from_u128(after)) });
            let token = Token { lineage: "0123456789abcdefghijkl".into(), goal, page };
            prop_assert_eq!(Token::parse(&token.to_string()), Ok(token));
        }

        #[test]
        fn nothing_that_is_sent_makes_the_reader_fail(text in ".{0,80}") {
            let _ = Token::parse(&format!("data:,{text}"));
        }
    }
}
