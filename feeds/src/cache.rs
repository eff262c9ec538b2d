//! Compiled feeds in memory: bounded by bytes, each made once however many ask for it.

use crate::compile::Compiled;
use crate::query::FeedQuery;
use domain::id::CalendarId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Which feed.
pub(crate) type Key = (CalendarId, FeedQuery);

#[derive(Debug, Default)]
struct Slot {
    compiled: Option<Arc<Compiled>>,
    /// Held while the feed is being compiled, so that others wait instead of compiling too.
    turn: Arc<tokio::sync::Mutex<()>>,
    used: u64,
}

#[derive(Debug, Default)]
struct Slots {
    by_key: HashMap<Key, Slot>,
    bytes: usize,
    clock: u64,
}

#[derive(Debug)]
pub(crate) struct Cache {
    slots: Mutex<Slots>,
    limit: usize,
}

impl Cache {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            slots: Mutex::default(),
            limit,
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        // Nothing that can panic runs under the lock; a poisoned map is still a whole map.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is there, of whatever revision.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<Compiled>> {
        let mut slots = self.slots();
        slots.clock += 1;
        let now = slots.clock;
        let slot = slots.by_key.get_mut(key)?;
        slot.used = now;
        slot.compiled.clone()
    }

    /// The lock under which this feed is compiled.
    pub(crate) fn turn(&self, key: &Key) -> Arc<tokio::sync::Mutex<()>> {
        self.slots()
            .by_key
            .entry(key.clone())
            .or_default()
            .turn
            .clone()
    }

    /// Keeps a feed and lets the least recently used ones go when there is too much. The feed
    /// itself stays, however large.
    pub(crate) fn put(&self, key: Key, compiled: Arc<Compiled>) {
        let mut slots = self.slots();
        slots.clock += 1;
        let now = slots.clock;
        slots.bytes += compiled.weight();
        let slot = slots.by_key.entry(key.clone()).or_default();
        slot.used = now;
        if let Some(old) = slot.compiled.replace(compiled) {
            slots.bytes -= old.weight();
        }
        while slots.bytes > self.limit {
            let oldest = slots
                .by_key
                .iter()
                .filter(|(other, slot)| **other != key && slot.compiled.is_some())
                .min_by_key(|(_, slot)| slot.used)
                .map(|(other, _)| other.clone());
            let Some(oldest) = oldest else { break };
            if let Some(gone) = slots.by_key.remove(&oldest).and_then(|slot| slot.compiled) {
                slots.bytes -= gone.weight();
            }
        }
    }

    /// Forgets a slot that stayed empty: a feed that could not be made.
    pub(crate) fn drop_empty(&self, key: &Key) {
        let mut slots = self.slots();
        if slots
            .by_key
            .get(key)
            .is_some_and(|slot| slot.compiled.is_none())
        {
            slots.by_key.remove(key);
        }
    }
}
