//! Feeds of discovery: what begins this week in a category, and which calendars are new. Unlike a
//! calendar's feed they change with the day, so their validator is a hash of their bytes; and
//! since nobody needs them to the second, each is made at most once a minute.

mod listed;
mod wanted;

use crate::Feeds;
use crate::answer::{Answer, Asked};
use crate::compiled::{brotli, gzip, zstd};
use crate::conditional::{Coding, coding, http_date, unchanged};
use crate::problem::{problem, set, unusable};
use crate::query::FeedQuery;
use bytes::Bytes;
use http::header;
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wanted::Wanted;

/// How long a feed is served as it was made.
const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// Most feeds that are kept. There are a few for each category.
const KEPT: usize = 512;

/// A feed as it was made.
#[derive(Debug)]
struct Ready {
    made: Timestamp,
    /// When its bytes became what they are, as far as this process has seen.
    modified: Timestamp,
    tag: String,
    body: Bytes,
}

/// The feeds that were asked for lately.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Mutex<HashMap<Wanted, Arc<Ready>>>);

impl Shelf {
    fn feeds(&self) -> MutexGuard<'_, HashMap<Wanted, Arc<Ready>>> {
        // Nothing that can panic runs under the lock; a poisoned map is still a whole map.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, wanted: &Wanted) -> Option<Arc<Ready>> {
        self.feeds().get(wanted).cloned()
    }

    fn put(&self, wanted: &Wanted, ready: Arc<Ready>) {
        let mut feeds = self.feeds();
        if feeds.len() >= KEPT {
            feeds.retain(|_, kept| ready.made.duration_since(kept.made) < FRESH);
        }
        if feeds.len() < KEPT {
            feeds.insert(wanted.clone(), ready);
        }
    }
}

impl Ready {
    /// The bytes made now. They are as old as the data in them, unless this process has served
    /// other bytes before: then they are as new as now.
    fn of(body: Vec<u8>, data: Timestamp, now: Timestamp, before: Option<&Self>) -> Self {
        let tag = blake3::hash(&body).to_hex()[..22].to_owned();
        let modified = match before {
            Some(before) if before.tag == tag => before.modified,
            Some(before) => domain::change::next_modified(Some(before.modified), now),
            None => domain::change::next_modified(None, data.min(now)),
        };
        Self {
            made: now,
            modified,
            tag,
            body: Bytes::from(body),
        }
    }
}

impl Feeds {
    /// Answers what stands under `/feeds/discover/`.
    pub(crate) async fn discover(&self, path: &str, asked: &Asked<'_>) -> Answer {
        let query = match FeedQuery::parse(asked.parts().1) {
            Ok(query) => query,
            Err(bad) => return unusable(&bad),
        };
        let none = || problem(StatusCode::NOT_FOUND, "there is no such feed here", &[]);
        let Some(wanted) = Wanted::parse(path, &query) else {
            return none();
        };
        match self.ready(&wanted).await {
            Ok(Some(ready)) => answer(&wanted, &ready, asked),
            Ok(None) => none(),
            Err(error) => {
                tracing::error!(%error, "feed of discovery not made");
                let detail = "come back in a minute";
                let mut away = problem(StatusCode::SERVICE_UNAVAILABLE, detail, &[]);
                set(&mut away, header::RETRY_AFTER, "60");
                away
            }
        }
    }

    /// The feed, made anew where it is older than a minute. While the database is away, the last
    /// bytes go on being served (R19).
    async fn ready(&self, wanted: &Wanted) -> store::Result<Option<Arc<Ready>>> {
        let now = self.settings.clock.now();
        let before = self.discovered.get(wanted);
        if let Some(kept) = &before
            && kept.made <= now
            && now.duration_since(kept.made) < FRESH
        {
            return Ok(before);
        }
        let made = match self.make(wanted, now).await {
            Ok(made) => made,
            Err(error) => return before.map(Some).ok_or(error),
        };
        let Some((body, data)) = made else {
            return Ok(None);
        };
        let ready = Arc::new(Ready::of(body, data, now, before.as_deref()));
        self.discovered.put(wanted, ready.clone());
        Ok(Some(ready))
    }

    /// The bytes of a feed and how new the data in them is; `None` where there is no such
    /// category.
    async fn make(
        &self,
        wanted: &Wanted,
        now: Timestamp,
    ) -> store::Result<Option<(Vec<u8>, Timestamp)>> {
        let mut snapshot = self.db.snapshot().await?;
        let listed = listed::read(&mut snapshot, &wanted.list, now).await;
        snapshot.roll_back().await?;
        let base = &self.settings.base_url;
        let written = |listed: listed::Listed| {
            let data = listed.modified();
            (listed.write(wanted, base), data)
        };
        Ok(listed?.map(written))
    }
}

fn answer(wanted: &Wanted, ready: &Ready, asked: &Asked<'_>) -> Answer {
    let coding = coding(asked.headers);
    let own = format!("\"{}{}\"", ready.tag, coding.suffix());
    if let Some(matched) = unchanged(asked.headers, &ready.tag, ready.modified) {
        let mut same = Response::new(Bytes::new());
        *same.status_mut() = StatusCode::NOT_MODIFIED;
        validators(&mut same, &matched.unwrap_or(own), ready);
        return same;
    }
    let body = match coding {
        Coding::Identity => ready.body.clone(),
        Coding::Gzip => gzip(&ready.body),
        Coding::Brotli => brotli(&ready.body),
        Coding::Zstd => zstd(&ready.body),
    };
    let length = body.len().to_string();
    let mut answer = Response::new(body);
    set(
        &mut answer,
        header::CONTENT_TYPE,
        wanted.format.media_type(),
    );
    set(&mut answer, header::CONTENT_LENGTH, &length);
    if let Some(name) = coding.name() {
        set(&mut answer, header::CONTENT_ENCODING, name);
    }
    let robots = header::HeaderName::from_static("x-robots-tag");
    set(&mut answer, robots, "noindex");
    validators(&mut answer, &own, ready);
    answer
}

fn validators(answer: &mut Answer, tag: &str, ready: &Ready) {
    set(answer, header::ETAG, tag);
    set(answer, header::LAST_MODIFIED, &http_date(ready.modified));
    set(answer, header::CACHE_CONTROL, "public, max-age=3600");
    set(answer, header::VARY, "Accept-Encoding");
}

/// The beginning of a day of the list's own clock, some days from the day of `now`.
fn midnight(now: Timestamp, days: i64) -> Timestamp {
    let zone = domain::zone::Zone::seoul();
    let today = now.to_zoned(zone.rules().clone()).date();
    let day = today.checked_add(days.days()).unwrap_or(today);
    domain::time::WallTime::new(day.at(0, 0, 0, 0)).instant(&zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_same_bytes_keep_their_validators_and_others_get_later_ones() {
        let data = at("2026-11-20T00:00:00Z");
        let first = Ready::of(b"a".to_vec(), data, at("2026-11-22T10:00:00.5Z"), None);
        assert_eq!(first.modified, data);
        let now = at("2026-11-22T10:05:00.5Z");
        let same = Ready::of(b"a".to_vec(), now, now, Some(&first));
        assert_eq!((&same.tag, same.modified), (&first.tag, data));
        // What went away leaves older data behind, which is news all the same.
        let less = Ready::of(b"".to_vec(), at("2026-11-01T00:00:00Z"), now, Some(&same));
        assert_ne!(less.tag, first.tag);
        assert_eq!(less.modified, at("2026-11-22T10:05:00Z"));
    }

    #[test]
    fn days_begin_in_seoul() {
        let now = at("2026-11-22T15:30:00Z");
        assert_eq!(midnight(now, 0), at("2026-11-22T15:00:00Z"));
        assert_eq!(midnight(now, 7), at("2026-11-29T15:00:00Z"));
    }
}
