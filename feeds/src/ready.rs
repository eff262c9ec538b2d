//! Answers that are ready before they are asked for: for every address of a public feed that was
//! asked lately, its validators and headers as they go out. A poll is then a look-up and a
//! comparison; a change of the catalogue makes each of them be looked at once more.

use crate::answer::Answer;
use crate::compiled::Compiled;
use crate::conditional::{Coding, Equal, Terms, http_date};
use crate::count::CalendarCount;
use crate::plan::Plan;
use bytes::Bytes;
use domain::id::CalendarId;
use http::header::{HeaderMap, HeaderValue};
use http::{Response, StatusCode};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, Weak};

/// Most addresses of each of the two shelves of the [`Board`].
const ADDRESSES: usize = 16_384;

/// One address, ready to be answered.
#[derive(Debug)]
pub(crate) struct Ready {
    pub calendar: CalendarId,
    pub revision: i64,
    /// The catalogue with which it was last found to be current.
    confirmed: AtomicU64,
    tag: String,
    modified: Timestamp,
    /// The heads of a 304, by coding.
    not_modified: [OnceLock<Head>; 4],
    full: OnceLock<Full>,
    /// Who asked for its calendar.
    pub count: Arc<CalendarCount>,
}

/// The bytes of a feed with the headers of each coding. The bytes belong to the cache, which may
/// let them go.
#[derive(Debug)]
struct Full {
    compiled: Weak<Compiled>,
    heads: [OnceLock<Head>; 4],
}

/// The headers of an answer, and once they were asked for so, as they are written.
#[derive(Debug)]
struct Head {
    fields: HeaderMap,
    written: OnceLock<Bytes>,
}

impl Head {
    const fn of(fields: HeaderMap) -> Self {
        Self {
            fields,
            written: OnceLock::new(),
        }
    }
}

/// What is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The client has it already, in this coding.
    Same(Coding),
    /// The whole, in this coding.
    Send(Coding),
}

impl Verdict {
    const fn status(self) -> StatusCode {
        match self {
            Self::Same(_) => StatusCode::NOT_MODIFIED,
            Self::Send(_) => StatusCode::OK,
        }
    }
}

/// An answer as HTTP/1.1 writes it (RFC 9112 §4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTheWire {
    /// Status line and headers but the last, which is `Date`, and the empty line.
    pub head: Bytes,
    /// The content.
    pub body: Bytes,
}

impl OnTheWire {
    /// An answer that nobody else will ask for.
    pub(crate) fn of(answer: &Answer) -> Self {
        Self {
            head: written(answer.status(), answer.headers()),
            body: answer.body().clone(),
        }
    }
}

fn written(status: StatusCode, fields: &HeaderMap) -> Bytes {
    let mut out = Vec::with_capacity(1024);
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(status.as_str().as_bytes());
    out.push(b' ');
    let reason = status.canonical_reason().unwrap_or_default();
    out.extend_from_slice(reason.as_bytes());
    out.extend_from_slice(b"\r\n");
    for (name, value) in fields {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    Bytes::from(out)
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

    /// What is to be answered: that the client has it already, or the whole in a coding.
    pub(crate) fn verdict(&self, terms: &Terms<'_>) -> Verdict {
        if let Some(coding) = terms.none_match.and_then(|list| self.plainly_known(list)) {
            return Verdict::Same(coding);
        }
        let coding = terms.coding();
        match terms.unchanged(&self.tag, self.modified, Equal::Proves) {
            None => Verdict::Send(coding),
            Some(known) => {
                let suffix =
                    known.and_then(|named| named.trim_matches('"').strip_prefix(self.tag.as_str()));
                let of_tag = Coding::ALL
                    .into_iter()
                    .find(|one| Some(one.suffix()) == suffix);
                Verdict::Same(of_tag.unwrap_or(coding))
            }
        }
    }

    /// The usual case without taking anything apart: one If-None-Match, our tag alone.
    fn plainly_known(&self, list: &str) -> Option<Coding> {
        let inner = list.strip_prefix('"')?.strip_suffix('"')?;
        let rest = inner.strip_prefix(self.tag.as_str())?;
        Coding::ALL
            .into_iter()
            .find(|coding| coding.suffix() == rest)
    }

    /// The answer to a verdict; `None` where its bytes are not there any more in that coding.
    pub(crate) fn answer(&self, verdict: Verdict) -> Option<Answer> {
        let (head, body) = self.kept(verdict)?;
        let mut answer = Response::new(body);
        *answer.status_mut() = verdict.status();
        *answer.headers_mut() = head.fields.clone();
        Some(answer)
    }

    /// The same as it goes over the wire.
    pub(crate) fn on_the_wire(&self, verdict: Verdict) -> Option<OnTheWire> {
        let (head, body) = self.kept(verdict)?;
        let written = head
            .written
            .get_or_init(|| written(verdict.status(), &head.fields));
        Some(OnTheWire {
            head: written.clone(),
            body,
        })
    }

    fn kept(&self, verdict: Verdict) -> Option<(&Head, Bytes)> {
        match verdict {
            Verdict::Same(coding) => {
                let head = self.not_modified[coding.place()].get_or_init(|| {
                    let mut fields = HeaderMap::with_capacity(8);
                    crate::answer::public_validators(&mut fields, &self.tag, coding, self.modified);
                    Head::of(fields)
                });
                Some((head, Bytes::new()))
            }
            Verdict::Send(coding) => {
                let full = self.full.get()?;
                let head = full.heads[coding.place()].get()?;
                Some((head, full.compiled.upgrade()?.ready(coding)?))
            }
        }
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
        let _ = full.heads[coding.place()].set(Head::of(headers.clone()));
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

/// All ready addresses, those that were asked for lately apart from those that were not for a
/// while: when there are too many, the latter go.
#[derive(Debug, Default)]
pub(crate) struct Board(RwLock<Shelves>);

#[derive(Debug, Default)]
struct Shelves {
    lately: HashMap<Box<str>, Arc<Ready>>,
    before: HashMap<Box<str>, Arc<Ready>>,
}

impl Board {
    pub(crate) fn get(&self, target: &str) -> Option<Arc<Ready>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = all.lately.get(target) {
            return Some(ready.clone());
        }
        let ready = all.before.get(target)?.clone();
        drop(all);
        self.put(target, ready.clone());
        Some(ready)
    }

    pub(crate) fn put(&self, target: &str, ready: Arc<Ready>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.lately.len() >= ADDRESSES && !all.lately.contains_key(target) {
            all.before = std::mem::take(&mut all.lately);
        }
        all.lately.insert(target.into(), ready);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::examples::{calendar, stamp};
    use crate::query::FeedQuery;

    #[test]
    fn what_is_asked_for_stays_when_there_are_too_many() {
        let plan = Plan::public(Arc::new(calendar()), FeedQuery::default());
        let count = Arc::new(CalendarCount::default());
        let at = stamp("2026-11-25T00:00:00Z");
        let ready = Arc::new(Ready::new(&plan, "tag".to_owned(), at, 1, count));
        let board = Board::default();
        board.put("/feeds/kept.ics", ready.clone());
        board.put("/feeds/once.ics", ready.clone());
        for n in 0..ADDRESSES * 3 {
            board.put(&format!("/feeds/{n}.ics"), ready.clone());
            assert!(board.get("/feeds/kept.ics").is_some(), "{n}");
        }
        assert!(board.get("/feeds/once.ics").is_none());
        let all = board.0.read().unwrap();
        assert!(all.lately.len() + all.before.len() <= 2 * ADDRESSES);
    }
}
