//! What is dear to make, in memory: bounded by bytes, the least recently used go first, each made
//! once however many ask for it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Something that is kept.
pub(crate) trait Weighed {
    /// Memory that it takes, in bytes, roughly.
    fn weight(&self) -> usize;

    /// Whether it was used since this was last asked, past the cache: then it stays for now.
    fn was_used(&self) -> bool {
        false
    }
}

#[derive(Debug)]
struct Slot<V> {
    kept: Option<Arc<V>>,
    /// What it weighed when it was counted.
    weight: usize,
    /// Held while it is being made, so that others wait instead of making it too.
    turn: Arc<tokio::sync::Mutex<()>>,
    used: u64,
}

impl<V> Default for Slot<V> {
    fn default() -> Self {
        Self {
            kept: None,
            weight: 0,
            turn: Arc::default(),
            used: 0,
        }
    }
}

#[derive(Debug)]
struct Slots<K, V> {
    by_key: HashMap<K, Slot<V>>,
    bytes: usize,
    clock: u64,
}

/// One kind of kept things.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    slots: Mutex<Slots<K, V>>,
    limit: usize,
}

impl<K: Hash + Eq + Clone, V: Weighed> Cache<K, V> {
    pub(crate) fn new(limit: usize) -> Self {
        let slots = Slots {
            by_key: HashMap::new(),
            bytes: 0,
            clock: 0,
        };
        Self {
            slots: Mutex::new(slots),
            limit,
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots<K, V>> {
        // Nothing that can panic runs under the lock; a poisoned map is still a whole map.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is there, however old.
    pub(crate) fn get(&self, key: &K) -> Option<Arc<V>> {
        let mut slots = self.slots();
        slots.clock += 1;
        let now = slots.clock;
        let slot = slots.by_key.get_mut(key)?;
        slot.used = now;
        slot.kept.clone()
    }

    /// The lock under which it is made.
    pub(crate) fn turn(&self, key: &K) -> Arc<tokio::sync::Mutex<()>> {
        let mut slots = self.slots();
        slots.by_key.entry(key.clone()).or_default().turn.clone()
    }

    /// Keeps it and lets the least recently used go when there is too much. What was just made
    /// stays, however large.
    pub(crate) fn put(&self, key: K, made: Arc<V>) {
        let weight = made.weight();
        let mut slots = self.slots();
        slots.clock += 1;
        let now = slots.clock;
        slots.bytes += weight;
        let slot = slots.by_key.entry(key.clone()).or_default();
        slot.used = now;
        slot.kept = Some(made);
        let before = std::mem::replace(&mut slot.weight, weight);
        slots.bytes -= before;
        if slots.bytes > self.limit {
            slots.let_go(self.limit, &key);
        }
    }

    /// Forgets a slot that stayed empty: something that could not be made.
    pub(crate) fn drop_empty(&self, key: &K) {
        let mut slots = self.slots();
        if slots
            .by_key
            .get(key)
            .is_some_and(|slot| slot.kept.is_none())
        {
            slots.by_key.remove(key);
        }
    }

    /// Forgets something.
    pub(crate) fn forget(&self, key: &K) {
        let mut slots = self.slots();
        if let Some(gone) = slots.by_key.remove(key) {
            slots.bytes -= gone.weight;
        }
    }

    /// Memory that all of it takes, in bytes, and how many there are.
    pub(crate) fn fill(&self) -> (usize, usize) {
        let slots = self.slots();
        (slots.bytes, slots.by_key.len())
    }
}

impl<K: Hash + Eq + Clone, V: Weighed> Slots<K, V> {
    /// Goes down to seven eighths at once: looking for the oldest is not done for every newcomer.
    fn let_go(&mut self, limit: usize, but: &K) {
        let mut oldest: Vec<(u64, K)> = self
            .by_key
            .iter()
            .filter(|(key, slot)| *key != but && slot.kept.is_some())
            .map(|(key, slot)| (slot.used, key.clone()))
            .collect();
        oldest.sort_unstable_by_key(|(used, _)| *used);
        let used = |slots: &Self, key: &K| {
            let kept = slots.by_key.get(key).and_then(|slot| slot.kept.as_ref());
            kept.is_some_and(|kept| kept.was_used())
        };
        // Those that were used past the cache get another chance; where all were, nobody does.
        let (again, going): (Vec<_>, Vec<_>) =
            oldest.into_iter().partition(|(_, key)| used(self, key));
        for (_, key) in going.into_iter().chain(again) {
            if self.bytes <= limit - limit / 8 {
                break;
            }
            if let Some(gone) = self.by_key.remove(&key) {
                self.bytes -= gone.weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weighed for Vec<u8> {
        fn weight(&self) -> usize {
            self.len()
        }
    }

    #[test]
    fn the_least_recently_used_goes_first_and_the_newest_stays() {
        let cache: Cache<&str, Vec<u8>> = Cache::new(40);
        for key in ["a", "b", "c", "d"] {
            cache.put(key, Arc::new(vec![0; 10]));
        }
        assert!(cache.get(&"a").is_some());
        cache.put("e", Arc::new(vec![0; 10]));
        assert!(cache.get(&"b").is_none() && cache.get(&"a").is_some());
        cache.put("huge", Arc::new(vec![0; 100]));
        assert_eq!(cache.fill(), (100, 1));
    }

    #[test]
    fn what_is_put_twice_counts_once_and_empty_slots_go() {
        let cache: Cache<&str, Vec<u8>> = Cache::new(100);
        for _ in 0..20 {
            cache.put("a", Arc::new(vec![0; 30]));
        }
        let _ = cache.turn(&"b");
        assert_eq!(cache.fill(), (30, 2));
        cache.drop_empty(&"b");
        cache.drop_empty(&"a");
        assert_eq!(cache.fill(), (30, 1));
    }
}
