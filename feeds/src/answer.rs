//! Answering a poll (RFC 9110): which feed an address names, whether the client has it already, and
//! errors that no client takes for an empty calendar.

use crate::Feeds;
use crate::compiled::Compiled;
use crate::conditional::{Coding, Equal, Said, Terms, coding, unchanged_with};
use crate::count::CalendarCount;
use crate::format::Format;
use crate::person::{Found, Named, Person};
use crate::plan::{Plan, Whose};
use crate::problem::{away, not_found, problem, set, unusable};
use crate::query::{BadQuery, FeedQuery};
use crate::ready::{OnTheWire, Ready, Verdict, date_value, value};
use crate::sync::Token;
use crate::upgrade::{PREFERENCE, Wanted, shown};
use bytes::Bytes;
use domain::calendar::{Calendar, Visibility};
use domain::text::Text;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// An answer, whole.
pub type Answer = Response<Bytes>;

/// A request as far as feeds look at it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// GET and HEAD are answered, others refused.
    pub method: &'a Method,
    /// Path and query, as sent.
    pub target: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// Who asks, for counting; see [`crate::count`].
    pub peer: Option<IpAddr>,
}

/// A poll of a feed, in the words of the wire: GET under HTTP/1.1, without content, and without any
/// header that asks for something special.
#[derive(Debug, Clone, Copy)]
pub struct Poll<'a> {
    /// Path and query, as sent.
    pub target: &'a str,
    /// If-None-Match.
    pub none_match: Option<&'a str>,
    /// If-Modified-Since.
    pub since: Option<&'a str>,
    /// Accept-Encoding; empty where there is none.
    pub accept: &'a str,
    /// User-Agent, for counting; see [`crate::count`].
    pub user_agent: &'a [u8],
    /// Who asks, for counting.
    pub peer: IpAddr,
}

impl<'a> Asked<'a> {
    /// The path and what follows the question mark; empty if there is none.
    pub(crate) fn parts(&self) -> (&'a str, &'a str) {
        self.target.split_once('?').unwrap_or((self.target, ""))
    }
}

/// How long a feed is good for without asking again, in caches that many share.
const PUBLIC: HeaderValue = HeaderValue::from_static(
    "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400",
);
/// A person's feed is nobody else's, and is asked for each time.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
/// The enhanced GET answers otherwise under the same address
/// (draft-ietf-calext-subscription-upgrade-13 §3.4).
const VARY: HeaderValue = HeaderValue::from_static("Accept-Encoding, Prefer, Sync-Token");
const ANYBODY: HeaderValue = HeaderValue::from_static("*");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NOINDEX: HeaderValue = HeaderValue::from_static("noindex");
const CROSS_ORIGIN: HeaderValue = HeaderValue::from_static("cross-origin");
const PREFER: HeaderName = HeaderName::from_static("prefer");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

impl Feeds {
    /// Answers anything under `/feeds/`.
    pub async fn answer(&self, asked: Asked<'_>) -> Answer {
        let head = *asked.method == Method::HEAD;
        let mut answer = if head || *asked.method == Method::GET {
            match self.lying_ready(&asked) {
                Some(answer) => answer,
                None => self.feed(&asked).await,
            }
        } else {
            let detail = "feeds are read with GET";
            let mut refused = problem(StatusCode::METHOD_NOT_ALLOWED, detail, &[]);
            set(&mut refused, header::ALLOW, "GET, HEAD");
            refused
        };
        if head {
            *answer.body_mut() = Bytes::new();
        }
        answer
    }

    /// The answer where it is ready, without waiting for anything. `None` says nothing: then
    /// [`Feeds::answer`] has to be asked.
    pub fn answer_at_once(&self, asked: Asked<'_>) -> Option<Answer> {
        match *asked.method {
            Method::GET => self.lying_ready(&asked),
            _ => None,
        }
    }

    /// The answer where it is ready.
    fn lying_ready(&self, asked: &Asked<'_>) -> Option<Answer> {
        let ready = self.ready_at(asked.target)?;
        if asked.headers.contains_key(PREFER) {
            return None;
        }
        let verdict = ready.verdict(&Said::of(asked.headers).terms());
        let answer = ready.answer(verdict)?;
        self.count(&ready.count, asked);
        Some(answer)
    }

    /// What lies ready under an address, if it is what the catalogue says now.
    fn ready_at(&self, target: &str) -> Option<Arc<Ready>> {
        let ready = self.ready.get(target)?;
        let generation = self.generation.load(Ordering::Acquire);
        if !ready.is_confirmed(generation) {
            let catalogue = self.catalogue.load();
            let calendar = catalogue.get(ready.calendar)?;
            let same = calendar.revision == ready.revision;
            if !same || calendar.visibility == Visibility::Withdrawn {
                return None;
            }
            ready.confirm(generation);
        }
        Some(ready)
    }

    /// Answers a poll that was read from the wire, to the wire: the same answer as
    /// [`Feeds::answer`] gives. `None` says nothing: then that has to be asked.
    pub fn answer_poll(&self, poll: &Poll<'_>) -> Option<OnTheWire> {
        let terms = Terms {
            none_match: poll.none_match,
            since: poll.since,
            accept: poll.accept,
        };
        if let Some(rest) = poll.target.strip_prefix("/feeds/my/") {
            return self.unchanged_for_person(rest, &terms, poll);
        }
        let ready = self.ready_at(poll.target)?;
        let answer = ready.on_the_wire(ready.verdict(&terms))?;
        self.counters.note(&ready.count, poll.peer, poll.user_agent);
        Some(answer)
    }

    /// A 304 of a person's feed, where everything that it follows from is in memory.
    fn unchanged_for_person(
        &self,
        rest: &str,
        terms: &Terms<'_>,
        poll: &Poll<'_>,
    ) -> Option<OnTheWire> {
        let (file, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (address, format) = Format::of_file(file)?;
        let query = FeedQuery::parse(query).ok()?;
        let query = FeedQuery { format, ..query };
        let person = self.people.known(&self.db, address)?;
        let named = self.name_of(&person, &query);
        let known = terms.unchanged(&named.tag, named.modified, Equal::ProvesNothing)?;
        self.count_person(&person, &named.tag, (Some(poll.peer), poll.user_agent));
        let same = not_modified(&named, known, terms.coding());
        Some(OnTheWire::of(&as_private(same)))
    }

    async fn feed(&self, asked: &Asked<'_>) -> Answer {
        let (path, query) = asked.parts();
        if let Some(path) = path.strip_prefix("/feeds/discover/") {
            return with_common(self.discover(path, asked).await);
        }
        let answer = match path.strip_prefix("/feeds/my/") {
            Some(file) => self.persons(file, query, asked).await,
            None => self.public(path, query, asked).await,
        };
        with_common(answer)
    }

    async fn public(&self, path: &str, query: &str, asked: &Asked<'_>) -> Answer {
        let file = path.strip_prefix("/feeds/").unwrap_or_default();
        let Some((name, format)) = Format::of_file(file).filter(|(name, _)| !name.contains('/'))
        else {
            return not_found();
        };
        let name = percent_decode_str(name).decode_utf8_lossy();
        // The number before the catalogue: a newer catalogue is looked at again, never missed.
        let generation = self.generation.load(Ordering::Acquire);
        let catalogue = self.catalogue();
        let Some(calendar) = catalogue.find(&name) else {
            return not_found();
        };
        if calendar.visibility == Visibility::Withdrawn {
            let detail = "this calendar was withdrawn by its editors";
            return problem(StatusCode::GONE, detail, &[]);
        }
        let (query, extra) = match FeedQuery::read(query) {
            Ok(read) => read,
            Err(bad) => return unusable(&bad),
        };
        let plan = Plan::public(calendar.clone(), FeedQuery { format, ..query });
        if let Some(wanted) = enhanced(format, asked.headers) {
            return self.upgraded(&plan, wanted, asked).await;
        }
        let state = plan.state();
        let tag = plan.validator(&self.seed, &state);
        let known = self
            .ready
            .get(asked.target)
            .filter(|ready| ready.is_of(&tag));
        let ready = known.unwrap_or_else(|| {
            let ready = Arc::new(Ready::new(
                &plan,
                tag,
                state.modified,
                generation,
                self.counters.of(calendar.id),
            ));
            if !extra {
                self.ready.put(asked.target, ready.clone());
            }
            ready
        });
        self.count(&ready.count, asked);
        let verdict = ready.verdict(&Said::of(asked.headers).terms());
        if let (Verdict::Same(_), Some(same)) = (verdict, ready.answer(verdict)) {
            return same;
        }
        let Some(compiled) = self.compiled(&plan).await else {
            return away();
        };
        let coding = coding(asked.headers);
        let answer = self.full(&plan, &compiled, coding).await;
        ready.learn(&compiled, coding, answer.headers());
        answer
    }

    /// A person's feed. An address that nobody knows gives the same answer in the same time as one
    /// that was taken back; while the database is away nobody can tell.
    async fn persons(&self, file: &str, query: &str, asked: &Asked<'_>) -> Answer {
        let (address, format) = match Format::of_file(file) {
            Some((address, format)) => (address, Some(format)),
            None => (file, None),
        };
        let person = match self.people.find(&self.db, address).await {
            Found::Person(person) => person,
            Found::Nobody => return as_private(not_found()),
            Found::Away => return as_private(away()),
        };
        let Some(format) = format else {
            return as_private(not_found());
        };
        let query = match FeedQuery::parse(query) {
            Ok(query) => FeedQuery { format, ..query },
            Err(bad) => return as_private(unusable(&bad)),
        };
        as_private(self.persons_feed(&person, query, asked).await)
    }

    async fn persons_feed(
        &self,
        person: &Arc<Person>,
        query: FeedQuery,
        asked: &Asked<'_>,
    ) -> Answer {
        if let Some(wanted) = enhanced(query.format, asked.headers) {
            let plan = Plan::personal(person.clone(), &self.catalogue(), query);
            return self.upgraded(&plan, wanted, asked).await;
        }
        let named = self.name_of(person, &query);
        let coding = coding(asked.headers);
        self.count_person(person, &named.tag, (asked.peer, user_agent(asked.headers)));
        // Two of its calendars may change in one second: the date alone proves nothing.
        let (tag, modified) = (&named.tag, named.modified);
        if let Some(known) = unchanged_with(asked.headers, tag, modified, Equal::ProvesNothing) {
            return not_modified(&named, known.as_deref(), coding);
        }
        let plan = Plan::personal(person.clone(), &self.catalogue(), query);
        match self.compiled(&plan).await {
            Some(compiled) => self.full(&plan, &compiled, coding).await,
            None => away(),
        }
    }

    /// What a person's feed is called now. Nothing is rendered for it: the revisions of its parts
    /// say it.
    fn name_of(&self, person: &Arc<Person>, query: &FeedQuery) -> Named {
        // The number before the catalogue: a newer catalogue is looked at again, never missed.
        let generation = self.generation.load(Ordering::Acquire);
        if let Some(named) = person.named(generation, query) {
            return named;
        }
        let plan = Plan::personal(person.clone(), &self.catalogue(), query.clone());
        let state = plan.state();
        let named = Named {
            generation,
            query: query.clone(),
            tag: plan.validator(&self.seed, &state),
            modified: state.modified,
        };
        person.name(named.clone());
        named
    }

    /// Notes who asked for a calendar.
    pub(crate) fn count(&self, count: &CalendarCount, asked: &Asked<'_>) {
        if let Some(ip) = asked.peer {
            self.counters.note(count, ip, user_agent(asked.headers));
        }
    }

    /// Notes who asked for a person's calendars, and what the address has then. A client that
    /// fetches them as one reads each.
    fn count_person(&self, person: &Person, tag: &str, (peer, agent): (Option<IpAddr>, &[u8])) {
        let now = self.settings.clock.now();
        self.counters.fetched(person.address, now, tag);
        let Some(ip) = peer else { return };
        let (family, visitor) = self.counters.visitor(ip, agent);
        for pick in &person.subscription.recipe.picks {
            self.counters.of(pick.calendar).note(family, visitor);
        }
    }

    /// The whole feed.
    pub(crate) async fn full(
        &self,
        plan: &Plan,
        compiled: &Arc<Compiled>,
        coding: Coding,
    ) -> Answer {
        let body = compiled.coded(coding).await;
        let length = body.len();
        let mut answer = Response::new(body);
        let headers = answer.headers_mut();
        match &plan.whose {
            Whose::Public => {
                public_validators(headers, &compiled.tag, coding, compiled.modified);
            }
            Whose::Person(_) => {
                let tag = quoted(&compiled.tag, coding);
                private_validators(headers, &tag, compiled.modified);
            }
        }
        let format = plan.query.format;
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(format.media_type()),
        );
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        if let Some(name) = coding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        headers.insert(header::CONTENT_DISPOSITION, value(&file_name(plan)));
        headers.insert(ROBOTS, NOINDEX);
        headers.insert(header::LINK, value(&self.links_of(plan)));
        if format == Format::Ics {
            let token = Token::at(plan.lineage(&self.seed), compiled.marks.clone());
            headers.insert("sync-token", value(&shown(&token)));
        }
        common(headers);
        answer
    }

    /// Where else the same is (RFC 8288). The draft spells its relations in two ways; both are sent.
    fn links_of(&self, plan: &Plan) -> String {
        let base = &self.settings.base_url;
        let (page, upgrades) = match &plan.whose {
            Whose::Public => {
                let calendar = &plan.parts[0].calendar;
                let (slug, id) = (&calendar.profile.slug, &calendar.public_id);
                let dav = format!("{base}/dav/calendars/{id}/");
                (
                    format!("{base}/calendars/{slug}"),
                    format!(", <{dav}>; rel=\"subscribe-caldav\""),
                )
            }
            // A person's address is repeated nowhere.
            Whose::Person(_) => (format!("{base}/my"), String::new()),
        };
        let mut links = format!("<{page}>; rel=\"alternate\"; type=\"text/html\"");
        if plan.query.format == Format::Ics {
            let other = PREFERENCE.replace("enhanced-get", "enhanced_get");
            links.push_str(&format!(", <>; rel=\"{PREFERENCE}\", <>; rel=\"{other}\""));
            links.push_str(&upgrades);
        }
        links
    }
}

/// Whether only what changed is asked for; calendars alone can be.
fn enhanced(format: Format, headers: &HeaderMap) -> Option<Result<Wanted, BadQuery>> {
    Wanted::read(headers).filter(|_| format == Format::Ics)
}

fn user_agent(headers: &HeaderMap) -> &[u8] {
    headers
        .get(header::USER_AGENT)
        .map_or(b"", HeaderValue::as_bytes)
}

/// A tag as a header shows it.
pub(crate) fn quoted(tag: &str, coding: Coding) -> String {
    format!("\"{tag}{}\"", coding.suffix())
}

/// What names the state of a public feed, in 200 and 304 alike (RFC 9110 §15.4.5).
pub(crate) fn public_validators(
    headers: &mut HeaderMap,
    tag: &str,
    coding: Coding,
    modified: Timestamp,
) {
    headers.insert(header::ETAG, value(&quoted(tag, coding)));
    headers.insert(header::LAST_MODIFIED, date_value(modified));
    headers.insert(header::CACHE_CONTROL, PUBLIC);
    headers.insert(header::VARY, VARY);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY);
}

fn private_validators(headers: &mut HeaderMap, shown: &str, modified: Timestamp) {
    headers.insert(header::ETAG, value(shown));
    headers.insert(header::LAST_MODIFIED, date_value(modified));
    headers.insert(header::CACHE_CONTROL, PRIVATE);
    headers.insert(header::VARY, VARY);
}

/// A person's feed that the client has already, under the tag that it named.
fn not_modified(named: &Named, known: Option<&str>, coding: Coding) -> Answer {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = StatusCode::NOT_MODIFIED;
    let shown = known.map_or_else(|| quoted(&named.tag, coding), str::to_owned);
    private_validators(answer.headers_mut(), &shown, named.modified);
    answer
}

/// Whatever is answered under a person's address stays out of indexes, shared caches and Referer
/// headers (security case D12).
pub(crate) fn as_private(mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(PRIVATE);
    headers.insert(ROBOTS, NOINDEX);
    headers.insert(header::REFERRER_POLICY, NO_REFERRER);
    answer
}

fn common(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY);
    headers.insert(RESOURCE_POLICY, CROSS_ORIGIN);
}

fn with_common(mut answer: Answer) -> Answer {
    if answer.status() != StatusCode::NOT_MODIFIED {
        common(answer.headers_mut());
    }
    answer
}

/// RFC 6266: an ASCII name for everybody, the calendar's own name for those who read it.
fn file_name(plan: &Plan) -> String {
    let extension = plan.query.format.extension();
    let (plain, title) = match &plan.whose {
        Whose::Public => public_name(&plan.parts[0].calendar),
        Whose::Person(_) => ("my-calendar".to_owned(), crate::words::my_calendar()),
    };
    let title = title.pick(plan.lang(), plan.lang());
    let as_plain = |c: char| match c {
        c if c.is_alphanumeric() || c == ' ' || c == '-' => c,
        _ => '_',
    };
    let safe: String = title.chars().map(as_plain).take(60).collect();
    let encoded = utf8_percent_encode(&safe, NON_ALPHANUMERIC);
    format!("inline; filename=\"{plain}.{extension}\"; filename*=UTF-8''{encoded}.{extension}")
}

fn public_name(calendar: &Calendar) -> (String, Text) {
    let profile = &calendar.profile;
    (profile.slug.to_string(), profile.title.clone())
}
