//! What the CalDAV tree holds: public calendars, and one person's. It is put together from the same
//! fragments as the feeds, each event as one resource (RFC 4791 §4.1), and `dav` does the talking.

use crate::Feeds;
use crate::answer::Answer;
use crate::choose::{Chosen, Writer};
use crate::compile::{blocking, cast_of, ending, frame};
use crate::dav::{self, Body, Collection, Found, Member, Needs, Owner, Parsed, Target};
use crate::person::{self, Person};
use crate::plan::{Plan, Whose};
use crate::problem::away;
use crate::query::FeedQuery;
use crate::sync::{InvalidToken, Token};
use bytes::Bytes;
use domain::calendar::{Calendar, Visibility};
use domain::count::Family;
use domain::event::Event;
use domain::text::Lang;
use http::{HeaderMap, Method, header};
use ical::write::{Used, Years};
use jiff::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;

/// The name of a person's calendar in their home.
const ALL: &str = "all";
/// Most members of one answer to a sync-collection, where the client sets no limit.
const PAGE: usize = 20_000;

/// A calendar of the tree with what it is made of.
struct Place {
    plan: Plan,
    collection: Collection,
}

/// What was found, and what changed in it.
type Answered = (Found, Option<Result<dav::Delta, dav::InvalidToken>>);

impl Feeds {
    /// Answers anything under `/dav/`, and `/.well-known/caldav`. `path` is as sent, without a
    /// query; of `body` no more than [`dav::BODY_BYTES`] and one are looked at.
    pub async fn dav(
        &self,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
        peer: Option<IpAddr>,
    ) -> Answer {
        let parsed = match dav::parse(method, path, headers, body) {
            Ok(parsed) => parsed,
            Err(refused) => return refused,
        };
        if parsed.needs() == Needs::Nothing {
            return dav::answer(&parsed, &Found::Missing, None);
        }
        match self.look_up(&parsed, headers, peer).await {
            Ok((found, delta)) => dav::answer(&parsed, &found, delta),
            Err(error) => {
                tracing::error!(%error, "CalDAV request not answered");
                away()
            }
        }
    }

    async fn look_up(
        &self,
        parsed: &Parsed,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Result<Answered, Gone> {
        let owner = match (&parsed.target, dav::basic_password(headers)) {
            (Target::Root, Some(token)) => Owner::Person(token),
            (target, _) => target.owner().clone(),
        };
        let person = match &owner {
            Owner::Public => None,
            Owner::Person(token) => match self.people.find(&self.db, token).await {
                person::Found::Person(person) => Some(person),
                person::Found::Nobody if parsed.target == Target::Root => {
                    return Ok((Found::Root { who: Owner::Public }, None));
                }
                person::Found::Nobody => return Ok((Found::Missing, None)),
                person::Found::Away => return Err(Gone::Away),
            },
        };
        let found = match &parsed.target {
            Target::Root => Found::Root { who: owner },
            Target::Principal(_) => Found::Principal {
                title: match person {
                    None => "Almanac".to_owned(),
                    Some(_) => title_of(Lang::KO),
                },
            },
            Target::Home(_) => Found::Home {
                collections: self.home(&owner, person.as_ref()),
            },
            Target::Collection(_, name) | Target::Member(_, name, _) => {
                return match self.place(&owner, person.as_ref(), name) {
                    Some(place) => {
                        self.count_place(&place, headers, peer);
                        self.within(parsed, place).await
                    }
                    None => Ok((Found::Missing, None)),
                };
            }
        };
        Ok((found, None))
    }

    /// Notes who asked for a calendar, and what a person's address has then.
    fn count_place(&self, place: &Place, headers: &HeaderMap, peer: Option<IpAddr>) {
        if let Whose::Person(person) = &place.plan.whose {
            let token = &place.collection.sync_token;
            self.counters
                .fetched(person.address, self.settings.clock.now(), token);
        }
        let Some(ip) = peer else { return };
        let agent = headers.get(header::USER_AGENT);
        let agent = agent.map_or(&b""[..], |agent| agent.as_bytes());
        // Whatever calls itself otherwise speaks CalDAV here.
        let (_, visitor) = self.counters.visitor(ip, agent);
        for part in &place.plan.parts {
            self.counters
                .of(part.calendar.id)
                .note(Family::Caldav, visitor);
        }
    }

    fn home(&self, owner: &Owner, person: Option<&Arc<Person>>) -> Vec<Collection> {
        let catalogue = self.catalogue();
        let Some(person) = person else {
            let public = catalogue
                .iter()
                .filter(|one| one.visibility == Visibility::Public);
            let places = public.map(|calendar| self.public_place(calendar).collection);
            return places.collect();
        };
        let all = self.persons_place(owner, person);
        let follows = all
            .plan
            .parts
            .iter()
            .map(|part| self.pointer(owner, &part.calendar));
        let follows: Vec<Collection> = follows.collect();
        [all.collection].into_iter().chain(follows).collect()
    }

    fn place(&self, owner: &Owner, person: Option<&Arc<Person>>, name: &str) -> Option<Place> {
        let Some(person) = person else {
            let catalogue = self.catalogue();
            let calendar = catalogue.find(name)?;
            let public = calendar.visibility == Visibility::Public;
            return public.then(|| self.public_place(calendar));
        };
        let place = self.persons_place(owner, person);
        if name == ALL {
            return Some(place);
        }
        let mut parts = place.plan.parts.iter();
        let part = parts.find(|part| part.calendar.public_id.as_str() == name)?;
        let collection = self.pointer(owner, &part.calendar);
        Some(Place {
            plan: place.plan.clone(),
            collection,
        })
    }

    fn public_place(&self, calendar: &Arc<Calendar>) -> Place {
        let plan = Plan::public(calendar.clone(), FeedQuery::default()).one_entry_each();
        let profile = &calendar.profile;
        let target = Target::Collection(Owner::Public, calendar.public_id.to_string());
        let pick = |text: &domain::text::Text| text.pick(plan.lang(), plan.lang()).to_owned();
        let collection = Collection {
            href: target.href(),
            title: pick(&profile.title),
            description: pick(&profile.description),
            lang: plan.lang().to_string(),
            color: Some(profile.color.to_string()),
            timezone: timezone(calendar),
            zone: profile.zone.clone(),
            sync_token: self.token(&plan).to_string(),
            source: None,
            members: Vec::new(),
        };
        Place { plan, collection }
    }

    fn persons_place(&self, owner: &Owner, person: &Arc<Person>) -> Place {
        let catalogue = self.catalogue();
        let plan =
            Plan::personal(person.clone(), &catalogue, FeedQuery::default()).one_entry_each();
        let first = plan.parts.first().map(|part| part.calendar.clone());
        let zone = first.as_ref().map(|first| first.profile.zone.clone());
        let collection = Collection {
            href: Target::Collection(owner.clone(), ALL.to_owned()).href(),
            title: title_of(plan.lang()),
            description: String::new(),
            lang: plan.lang().to_string(),
            color: None,
            timezone: first.as_deref().and_then(timezone),
            zone: zone.unwrap_or_else(domain::zone::Zone::seoul),
            sync_token: self.token(&plan).to_string(),
            source: None,
            members: Vec::new(),
        };
        Place { plan, collection }
    }

    /// One of the calendars that a person follows, as the address of a feed of it alone: clients
    /// that know `CS:subscribed` subscribe to it.
    fn pointer(&self, owner: &Owner, calendar: &Arc<Calendar>) -> Collection {
        let id = &calendar.public_id;
        let token = match owner {
            Owner::Person(token) => token.as_str(),
            Owner::Public => "",
        };
        let source = format!("{}/feeds/my/{token}.ics?only={id}", self.settings.base_url);
        Collection {
            href: Target::Collection(owner.clone(), id.to_string()).href(),
            source: Some(source),
            ..self.public_place(calendar).collection
        }
    }

    /// A calendar, or a member of it, and what changed.
    async fn within(&self, parsed: &Parsed, place: Place) -> Result<Answered, Gone> {
        let Place {
            plan,
            mut collection,
        } = place;
        if collection.source.is_some() {
            let found = match &parsed.target {
                Target::Member(..) => Found::Missing,
                _ => Found::Collection(collection),
            };
            return Ok((found, None));
        }
        let wanted = match (&parsed.target, parsed.needs()) {
            (Target::Member(_, _, name), _) => Wanted::Named(vec![name.clone()]),
            (_, Needs::Changes { since, limit }) => {
                let delta = self.changes(&plan, since, limit).await?;
                return Ok((Found::Collection(collection), Some(delta)));
            }
            (_, Needs::All) => Wanted::All,
            (_, Needs::Within(span)) => Wanted::Within(span.from, span.to),
            (_, Needs::Named(names)) => {
                Wanted::Named(names.into_iter().map(str::to_owned).collect())
            }
            (_, Needs::Itself | Needs::Nothing) => {
                return Ok((Found::Collection(collection), None));
            }
        };
        let gathered = self.gather(&plan).await?;
        let base_url = self.settings.base_url.clone();
        collection.members = blocking(move || {
            let mut chosen = gathered.chosen(&plan);
            chosen.retain(|one| one.recent && wanted.takes(one));
            let (home, cast) = frame(&plan, &gathered);
            let context = home.context(&cast, &base_url);
            members(&plan, &chosen, &context)
        })
        .await?;
        let is_member = matches!(parsed.target, Target::Member(..));
        let found = match collection.members.pop_if(|_| is_member) {
            Some(member) => Found::Member(collection, member),
            None if is_member => Found::Missing,
            None => Found::Collection(collection),
        };
        Ok((found, None))
    }

    async fn changes(
        &self,
        plan: &Plan,
        since: Option<&str>,
        limit: Option<u32>,
    ) -> Result<Result<dav::Delta, dav::InvalidToken>, Gone> {
        let token = match since.map(Token::parse).transpose() {
            Ok(token) => token,
            Err(InvalidToken) => return Ok(Err(dav::InvalidToken)),
        };
        let limit = limit.and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.unwrap_or(PAGE).clamp(1, PAGE);
        let Ok(delta) = self.delta(plan, token, limit).await? else {
            return Ok(Err(dav::InvalidToken));
        };
        let (plan, base_url) = (plan.clone(), self.settings.base_url.clone());
        let told = blocking(move || {
            let chosen = delta.told(&plan);
            let (home, cast) = frame(&plan, &delta.gathered);
            let context = home.context(&cast, &base_url);
            dav::Delta {
                changed: members(&plan, &chosen, &context),
                removed: delta
                    .removed
                    .iter()
                    .map(|event| name(&event.public_id))
                    .collect(),
                token: delta.token.to_string(),
                truncated: delta.more,
            }
        });
        Ok(Ok(told.await?))
    }
}

/// Why nothing can be said now.
#[derive(Debug, thiserror::Error)]
enum Gone {
    #[error("a personal address could not be looked up")]
    Away,
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Which members an answer is made of.
enum Wanted {
    All,
    Within(Timestamp, Timestamp),
    Named(Vec<String>),
}

impl Wanted {
    fn takes(&self, one: &Chosen<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => {
                let own = name(&one.piece.event.public_id);
                names.contains(&own)
            }
            // More than those that overlap the span is no fault: they are looked at again.
            Self::Within(from, to) => {
                let zone = &one.parts.calendar.profile.zone;
                let start = one
                    .event()
                    .body
                    .main
                    .time
                    .instants(zone)
                    .map(|(start, _)| start);
                one.piece.last >= *from && start.is_none_or(|start| start < *to)
            }
        }
    }
}

fn name(id: &domain::id::PublicId) -> String {
    format!("{id}.ics")
}

fn title_of(lang: Lang) -> String {
    crate::words::my_calendar().pick(lang, lang).to_owned()
}

/// The zone in which a calendar's floating times are meant (RFC 4791 §5.2.2).
fn timezone(calendar: &Calendar) -> Option<String> {
    let year = calendar.as_of.year();
    let years = Years {
        first: year,
        last: year.saturating_add(1),
    };
    if calendar.profile.zone.is_utc() {
        return None;
    }
    let mut out = Vec::with_capacity(1024);
    ical::write::begin(&mut out);
    ical::write::timezone(&mut out, &calendar.profile.zone, years);
    ical::write::tail(&mut out);
    String::from_utf8(out).ok()
}

/// The resources of some events. What has no day, and so nothing to show, has none.
fn members(plan: &Plan, chosen: &[Chosen<'_>], context: &ical::write::Context<'_>) -> Vec<Member> {
    let ending = ending(plan, context.base_url);
    let public = matches!(plan.whose, Whose::Public);
    debug_assert!(public || !plan.parts.is_empty() || chosen.is_empty());
    let mut zones = ZoneTexts::default();
    let mut entry = Vec::new();
    let mut all = Vec::with_capacity(chosen.len());
    for one in chosen {
        entry.clear();
        let mut writer = Writer::new(cast_of(context), context.base_url, ending.as_ref());
        writer.write(&mut entry, one);
        if entry.is_empty() {
            continue;
        }
        let zones = zones.of(writer.used());
        let mut text = Vec::with_capacity(entry.len() + zones.len() + 128);
        ical::write::begin(&mut text);
        text.extend_from_slice(zones);
        text.extend_from_slice(&entry);
        ical::write::tail(&mut text);
        let digest = blake3::hash(&text).to_hex();
        let event = match &one.otherwise {
            Some(event) => Arc::new(Event::clone(event)),
            None => one.piece.event.clone(),
        };
        all.push(Member {
            name: name(&event.public_id),
            etag: format!("\"{}\"", &digest[..22]),
            modified: event.modified,
            event,
            body: Body::ready(Bytes::from(text)),
        });
    }
    all
}

/// VTIMEZONEs, written once for neighbours that name the same zones.
#[derive(Default)]
struct ZoneTexts {
    last: Option<Used>,
    text: Vec<u8>,
}

impl ZoneTexts {
    fn of(&mut self, used: Used) -> &[u8] {
        if self.last.as_ref() != Some(&used) {
            self.text.clear();
            ical::write::timezones(&mut self.text, &used);
            self.last = Some(used);
        }
        &self.text
    }
}
