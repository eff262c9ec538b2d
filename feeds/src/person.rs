//! Personal calendars by their read-only addresses: remembered by digest, looked up again whenever
//! any recipe or address has changed.

use crate::cache::{Cache, Weighed};
use crate::choose::Links;
use crate::query::FeedQuery;
use domain::id::AddressId;
use domain::key::{OwnLinks, digest};
use domain::text::Lang;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use store::Db;
use store::subscriptions::{Digest, Subscription};

/// Longest text that is taken for an address. Anything is looked up, so that nobody learns from
/// the time of a refusal what an address looks like.
const LONGEST: usize = 128;

/// Whoever holds an address, and what it leads to.
#[derive(Debug)]
pub(crate) struct Person {
    pub address: AddressId,
    /// Whether the entries end with the person's own links.
    pub own: bool,
    pub subscription: Subscription,
    /// [`Db::subscriptions_seen`] from before it was looked up.
    seen: u64,
    /// What its feed was last called, and of which catalogue and question: most polls ask again what
    /// was asked before.
    named: Mutex<Option<Named>>,
}

/// The name of a feed's bytes in one state.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// The catalogue's number.
    pub generation: u64,
    pub query: FeedQuery,
    pub tag: String,
    pub modified: Timestamp,
}

impl Weighed for Person {
    fn weight(&self) -> usize {
        let picks = &self.subscription.recipe.picks;
        let hidden: usize = picks.iter().map(|pick| pick.hidden.len() * 96).sum();
        512 + picks.len() * 256 + hidden
    }
}

impl Person {
    /// Somebody with this subscription, whose address is their own.
    #[cfg(test)]
    pub(crate) fn with(subscription: Subscription) -> Self {
        Self {
            address: AddressId(Default::default()),
            own: true,
            subscription,
            seen: 0,
            named: Mutex::default(),
        }
    }

    /// What the feed is called, where nothing has changed since it was last asked for.
    pub(crate) fn named(&self, generation: u64, query: &FeedQuery) -> Option<Named> {
        // Nothing that can panic runs under the lock; what it holds is whole.
        let named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |one: &&Named| one.generation == generation && one.query == *query;
        named.as_ref().filter(same).cloned()
    }

    /// Remembers what it is called.
    pub(crate) fn name(&self, named: Named) {
        *self.named.lock().unwrap_or_else(PoisonError::into_inner) = Some(named);
    }

    /// The links of this person's entries, in the feed's language.
    pub(crate) fn links(&self, base_url: &str, lang: Lang) -> Option<Links> {
        if !self.own {
            return None;
        }
        let signed = OwnLinks::new(self.subscription.id, &self.subscription.link_key);
        let signed = signed.as_str();
        let (not, report) = crate::words::own_links(lang);
        Some(Links {
            not: format!("{not}: {base_url}/my/not/{signed}/"),
            report: format!("{report}: {base_url}/my/report/{signed}/"),
        })
    }
}

/// Those who asked lately.
#[derive(Debug)]
pub(crate) struct People {
    known: Cache<Digest, Person>,
}

/// What a look-up came to.
#[derive(Debug)]
pub(crate) enum Found {
    /// The address leads somewhere.
    Person(Arc<Person>),
    /// It leads nowhere, or not any more.
    Nobody,
    /// The database is away and the address was never seen: nobody knows.
    Away,
}

impl People {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            known: Cache::new(limit),
        }
    }

    pub(crate) fn fill(&self) -> (usize, usize) {
        self.known.fill()
    }

    /// Who an address belongs to, where that is known and current.
    pub(crate) fn known(&self, db: &Db, address: &str) -> Option<Arc<Person>> {
        if address.len() > LONGEST {
            return None;
        }
        let seen = db.subscriptions_seen();
        let person = self.known.get(&digest(address))?;
        (person.seen == seen).then_some(person)
    }

    /// Who an address belongs to. While the database is away, what was known goes on.
    pub(crate) async fn find(&self, db: &Db, address: &str) -> Found {
        if address.len() > LONGEST {
            return Found::Nobody;
        }
        let digest = digest(address);
        let seen = db.subscriptions_seen();
        let before = self.known.get(&digest);
        if let Some(person) = before.as_ref().filter(|person| person.seen == seen) {
            return Found::Person(person.clone());
        }
        match look_up(db, &digest).await {
            Ok(Some((address, own, subscription))) => {
                let person = Arc::new(Person {
                    address,
                    own,
                    subscription,
                    seen,
                    named: Mutex::default(),
                });
                self.known.put(digest, person.clone());
                Found::Person(person)
            }
            Ok(None) => {
                self.known.forget(&digest);
                Found::Nobody
            }
            Err(error) => {
                tracing::error!(%error, "personal address not looked up");
                before.map_or(Found::Away, Found::Person)
            }
        }
    }
}

async fn look_up(
    db: &Db,
    digest: &Digest,
) -> store::Result<Option<(AddressId, bool, Subscription)>> {
    let mut conn = db.read().await?;
    store::subscriptions::by_address(&mut conn, digest).await
}
