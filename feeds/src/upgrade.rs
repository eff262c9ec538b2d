//! The enhanced GET of draft-ietf-calext-subscription-upgrade-13: a client that says so gets only
//! what changed since its Sync-Token. An entry is one UID: a series travels with all its instances.

use crate::Feeds;
use crate::answer::{Answer, Asked, as_private};
use crate::choose::{Chosen, Writer, second_uid};
use crate::compile::{cast_of, ending, frame, write_head};
use crate::compiled::gzip;
use crate::conditional::{Coding, coding};
use crate::plan::{Plan, Whose};
use crate::problem::{away, problem, set, unusable};
use crate::query::BadQuery;
use crate::sync::{Delta, Token, uids};
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName};
use http::{Response, StatusCode};
use std::sync::Arc;

/// The preference, and the link relation.
pub(crate) const PREFERENCE: &str = "subscribe-enhanced-get";
const SYNC_TOKEN: HeaderName = HeaderName::from_static("sync-token");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// Most entries of one page, and as many as are sent without being asked.
const LARGEST_PAGE: usize = 20_000;
/// Smaller bodies are not worth a coding.
const WORTH_CODING: usize = 512;

/// What a client prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// At most so many entries at once; §3.3.
    limit: Option<usize>,
}

impl Wanted {
    /// Reads Prefer (RFC 7240); `None` where the enhanced GET is not preferred. A limit that cannot
    /// be kept is refused by name.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Result<Self, BadQuery>> {
        let values = headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok());
        let (mut enhanced, mut limit) = (false, None);
        for preference in values
            .flat_map(|value| value.split([',', ';']))
            .map(str::trim)
        {
            if preference.eq_ignore_ascii_case(PREFERENCE) {
                enhanced = true;
            } else if let Some((name, number)) = preference.split_once('=')
                && name.trim().eq_ignore_ascii_case("limit")
            {
                limit = Some(number.trim().trim_matches('"').parse::<usize>().ok());
            }
        }
        let limit = match limit {
            _ if !enhanced => return None,
            None => Ok(None),
            Some(Some(limit)) if (1..=LARGEST_PAGE).contains(&limit) => Ok(Some(limit)),
            Some(_) => Err(BadQuery {
                key: "limit",
                takes: "a number of entries from 1 to 20000",
            }),
        };
        Some(limit.map(|limit| Self { limit }))
    }

    /// What Preference-Applied says.
    fn applied(self) -> String {
        match self.limit {
            Some(limit) => format!("{PREFERENCE}, limit={limit}"),
            None => PREFERENCE.to_owned(),
        }
    }
}

/// Reads Sync-Token (§5): a URI between quotation marks; `None` where there is none.
fn sent_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(&SYNC_TOKEN)?;
    // What is no text is no token of ours either.
    let text = value.to_str().unwrap_or("?").trim();
    Some(
        text.strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .unwrap_or(text),
    )
}

/// A token as a header shows it.
pub(crate) fn shown(token: &Token) -> String {
    format!("\"{token}\"")
}

impl Feeds {
    /// Answers the enhanced GET.
    pub(crate) async fn upgraded(
        &self,
        plan: &Plan,
        wanted: Result<Wanted, BadQuery>,
        asked: &Asked<'_>,
    ) -> Answer {
        let wanted = match wanted {
            Ok(wanted) => wanted,
            Err(bad) => return unusable(&bad),
        };
        let token = match sent_token(asked.headers).map(Token::parse).transpose() {
            Ok(token) => token,
            Err(_) => return stale(wanted),
        };
        if token.is_none() && wanted.limit.is_none() {
            return self.whole(plan, wanted, asked).await;
        }
        if token
            .as_ref()
            .is_some_and(|token| *token == self.token(plan))
        {
            let mut same = Response::new(Bytes::new());
            *same.status_mut() = StatusCode::NOT_MODIFIED;
            return self.applied(same, plan, wanted, &self.token(plan));
        }
        let limit = wanted.limit.unwrap_or(LARGEST_PAGE);
        match self.delta(plan, token, limit).await {
            Ok(Ok(delta)) => self.told(plan, wanted, delta, asked),
            Ok(Err(_)) => stale(wanted),
            Err(error) => {
                tracing::error!(%error, "changes not read");
                away()
            }
        }
    }

    /// The whole feed with a token, for who has none.
    async fn whole(&self, plan: &Plan, wanted: Wanted, asked: &Asked<'_>) -> Answer {
        let Some(compiled) = self.compiled(plan).await else {
            return away();
        };
        let token = Token::at(plan.lineage(&self.seed), compiled.marks.clone());
        let answer = self.full(plan, &compiled, coding(asked.headers)).await;
        self.applied(answer, plan, wanted, &token)
    }

    fn told(&self, plan: &Plan, wanted: Wanted, delta: Delta, asked: &Asked<'_>) -> Answer {
        let body = self.written_delta(plan, &delta);
        let coding = match coding(asked.headers) {
            Coding::Identity => Coding::Identity,
            _ if body.len() < WORTH_CODING => Coding::Identity,
            // A difference is told once: what is quick to make.
            _ if accepts_gzip(asked.headers) => Coding::Gzip,
            _ => Coding::Identity,
        };
        let body = match coding {
            Coding::Gzip => gzip(&body),
            _ => Bytes::from(body),
        };
        let length = body.len().to_string();
        let mut answer = Response::new(body);
        set(
            &mut answer,
            header::CONTENT_TYPE,
            "text/calendar; charset=utf-8",
        );
        set(&mut answer, header::CONTENT_LENGTH, &length);
        if let Some(name) = coding.name() {
            set(&mut answer, header::CONTENT_ENCODING, name);
        }
        // The next token makes this answer useless: it is nobody else's and is kept nowhere.
        set(&mut answer, header::CACHE_CONTROL, "private, no-store");
        self.applied(answer, plan, wanted, &delta.token)
    }

    fn applied(&self, mut answer: Answer, plan: &Plan, wanted: Wanted, token: &Token) -> Answer {
        set(&mut answer, SYNC_TOKEN, &shown(token));
        set(&mut answer, PREFERENCE_APPLIED, &wanted.applied());
        set(
            &mut answer,
            header::VARY,
            "Accept-Encoding, Prefer, Sync-Token",
        );
        match plan.whose {
            Whose::Public => answer,
            Whose::Person(_) => as_private(answer),
        }
    }

    /// The changed entries as a feed of their own, and a skeleton for each that is gone (§3.2).
    fn written_delta(&self, plan: &Plan, delta: &Delta) -> Vec<u8> {
        let base_url = &self.settings.base_url;
        let all = delta.gathered.chosen(plan);
        let told: Vec<Chosen<'_>> = delta.told(plan);
        let (home, cast) = frame(plan, &delta.gathered);
        let context = home.context(&cast, base_url);
        let ending = ending(plan, base_url);
        let mut writer = Writer::new(cast_of(&context), base_url, ending.as_ref());
        let mut entries = Vec::new();
        for one in &told {
            writer.write(&mut entries, one);
        }
        for before in &delta.former {
            if let Some(now) = told.iter().find(|one| one.piece.event.id == before.id) {
                ical::write::dropped(&mut entries, before, now.event(), &context);
            }
        }
        let there = uids(&all);
        for event in &delta.removed {
            let event = match there.get(event.uid.as_str()) {
                None => Arc::new(event.clone()),
                // Another event has this UID: what is gone stood here under its second one.
                Some(_) => {
                    let mut second = event.clone();
                    let Some(parts) = delta.gathered.parts.last() else {
                        continue;
                    };
                    second.uid = second_uid(&second.uid, parts);
                    Arc::new(second)
                }
            };
            ical::write::deleted(&mut entries, &event, &context);
        }
        let mut out = Vec::with_capacity(entries.len() + 2048);
        write_head(&mut out, plan, &home, &context, &delta.gathered.state(plan));
        ical::write::zones(&mut out, &writer.used(), context.zone, home.as_of());
        out.extend_from_slice(&entries);
        ical::write::tail(&mut out);
        out
    }
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("gzip"))
}

/// 409: the client drops what it has and begins anew (§3.1).
fn stale(wanted: Wanted) -> Answer {
    let detail = "this Sync-Token is not of this feed, or too old: fetch all of it";
    let mut conflict = problem(StatusCode::CONFLICT, detail, &[]);
    set(&mut conflict, PREFERENCE_APPLIED, &wanted.applied());
    set(
        &mut conflict,
        header::VARY,
        "Accept-Encoding, Prefer, Sync-Token",
    );
    conflict
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Option<Result<Wanted, BadQuery>> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("prefer", value.parse().unwrap());
        }
        Wanted::read(&headers)
    }

    #[test]
    fn preferences_are_read_in_any_order_and_case() {
        let limited = |limit| Some(Ok(Wanted { limit }));
        assert_eq!(read(&["subscribe-enhanced-get"]), limited(None));
        assert_eq!(
            read(&["Subscribe-Enhanced-Get, limit=100"]),
            limited(Some(100))
        );
        assert_eq!(
            read(&["limit = 100", "subscribe-enhanced-get"]),
            limited(Some(100))
        );
        assert_eq!(read(&["return=minimal"]), None);
        assert_eq!(read(&["limit=0"]), None);
        for bad in ["0", "-1", "20001", "x", "99999999999999999999"] {
            let asked = format!("subscribe-enhanced-get, limit={bad}");
            assert_eq!(read(&[&asked]).unwrap().unwrap_err().key, "limit", "{bad}");
        }
    }
}
