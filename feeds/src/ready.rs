//! Answers that are ready before they are asked for: for every address of a public feed that was
//! asked lately, its validators and headers as they go out. A poll is then a look-up and a
//! comparison; a change of the catalogue makes each of them be looked at once more.

use crate::answer::{Answer, Asked};
use crate::compiled::Compiled;
use crate::conditional::{Coding, coding, http_date, unchanged};
use crate::count::CalendarCount;
use crate::plan::Plan;
use bytes::Bytes;
use domain::id::CalendarId;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Response, StatusCode};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};

/// Most addresses that are kept; then all are forgotten, and come back as they are asked for.
const ADDRESSES: usize = 30_000;

/// One address, ready to be answered.
#[derive(Debug)]
pub(crate) struct Ready {
    pub calendar: CalendarId,
    pub revision: i64,
    /// The catalogue with which it was last found to be current.
    confirmed: AtomicU64,
    tag: String,
    modified: Timestamp,
    /// The headers of a 304, by coding.
    not_modified: [OnceLock<HeaderMap>; 4],
    full: OnceLock<Full>,
    /// Who asked for its calendar.
    pub count: Arc<CalendarCount>,
}

/// The bytes of a feed with the headers of each coding. The bytes belong to the cache, which may
/// let them go.
#[derive(Debug)]
struct Full {
    compiled: Weak<Compiled>,
    heads: [OnceLock<HeaderMap>; 4],
}

impl Ready {
    pub(crate) fn new(
        plan: &Plan,
        tag: String,
        modified: Timestamp,
        generation: u64,
        count: Arc<CalendarCount>,
    ) -> Self {
        let calendar = &plan.parts[0].calendar;
        Self {
            calendar: calendar.id,
            revision: calendar.revision,
            confirmed: AtomicU64::new(generation),
            not_modified: Default::default(),
            full: OnceLock::new(),
            count,
            tag,
            modified,
        }
    }

    pub(crate) fn is_confirmed(&self, generation: u64) -> bool {
        self.confirmed.load(Ordering::Acquire) == generation
    }

    pub(crate) fn confirm(&self, generation: u64) {
        self.confirmed.store(generation, Ordering::Release);
    }

    /// 304 where the client has it already.
    pub(crate) fn not_modified(&self, headers: &HeaderMap) -> Option<Answer> {
        let coding = match self.plainly_known(headers) {
            Some(coding) => coding,
            None => {
                let known = unchanged(headers, &self.tag, self.modified)?;
                let suffix = known
                    .as_deref()
                    .and_then(|named| named.trim_matches('"').strip_prefix(&*self.tag));
                let of_tag = Coding::ALL
                    .into_iter()
                    .find(|one| Some(one.suffix()) == suffix);
                of_tag.unwrap_or_else(|| coding(headers))
            }
        };
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        let headers = self.not_modified[coding.place()].get_or_init(|| {
            let mut headers = HeaderMap::with_capacity(8);
            crate::answer::public_validators(&mut headers, &self.tag, coding, self.modified);
            headers
        });
        *answer.headers_mut() = headers.clone();
        Some(answer)
    }

    /// The usual case without taking anything apart: one If-None-Match, our tag alone.
    fn plainly_known(&self, headers: &HeaderMap) -> Option<Coding> {
        let value = headers.get(header::IF_NONE_MATCH)?.as_bytes();
        let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let rest = inner.strip_prefix(self.tag.as_bytes())?;
        Coding::ALL
            .into_iter()
            .find(|coding| coding.suffix().as_bytes() == rest)
    }

    /// The whole answer, where its bytes are still there in the coding that the client takes.
    pub(crate) fn full(&self, asked: &Asked<'_>) -> Option<Answer> {
        let full = self.full.get()?;
        let coding = coding(asked.headers);
        let head = full.heads[coding.place()].get()?;
        let body = full.compiled.upgrade()?.ready(coding)?;
        let mut answer = Response::new(body);
        *answer.headers_mut() = head.clone();
        Some(answer)
    }

    /// Takes over bytes that were just sent, for the next who asks. Bytes of another state are not
    /// this address's.
    pub(crate) fn learn(&self, compiled: &Arc<Compiled>, coding: Coding, headers: &HeaderMap) {
        if compiled.tag != self.tag {
            return;
        }
        let full = self.full.get_or_init(|| Full {
            compiled: Arc::downgrade(compiled),
            heads: Default::default(),
        });
        let _ = full.heads[coding.place()].set(headers.clone());
    }

    /// Whether it names these bytes, and they were not let go.
    pub(crate) fn is_of(&self, tag: &str) -> bool {
        let full = self.full.get();
        self.tag == tag && full.is_none_or(|full| full.compiled.strong_count() > 0)
    }
}

/// A header's value from text that is known to fit.
pub(crate) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// A date as a header's value.
pub(crate) fn date_value(at: Timestamp) -> HeaderValue {
    value(&http_date(at))
}

/// All ready addresses.
#[derive(Debug, Default)]
pub(crate) struct Board(RwLock<HashMap<Box<str>, Arc<Ready>>>);

impl Board {
    pub(crate) fn get(&self, target: &str) -> Option<Arc<Ready>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(target).cloned()
    }

    pub(crate) fn put(&self, target: &str, ready: Arc<Ready>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ADDRESSES {
            all.clear();
        }
        all.insert(target.into(), ready);
    }
}
