//! Answers that are dear to make, kept in memory: bounded by bytes, the least recently used ones
//! go first. A key names one content for ever; what changes gets another key.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
struct Slots {
    by_key: HashMap<String, Slot>,
    bytes: usize,
    clock: u64,
}

#[derive(Debug)]
struct Slot {
    bytes: Arc<[u8]>,
    used: u64,
}

impl Slot {
    fn weight(&self, key: &str) -> usize {
        self.bytes.len() + key.len()
    }
}

/// The answers. Cheap to clone; clones share them.
#[derive(Debug, Clone)]
pub struct Kept {
    slots: Arc<Mutex<Slots>>,
    limit: usize,
}

impl Kept {
    /// Keeps at most this many bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            slots: Arc::default(),
            limit,
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        // Nothing that can panic runs under the lock; a poisoned map is still a whole map.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept under a key.
    pub fn get(&self, key: &str) -> Option<Arc<[u8]>> {
        let mut slots = self.slots();
        slots.clock += 1;
        let now = slots.clock;
        let slot = slots.by_key.get_mut(key)?;
        slot.used = now;
        Some(slot.bytes.clone())
    }

    /// Keeps an answer, unless it alone is more than everything may be.
    pub fn put(&self, key: &str, bytes: Arc<[u8]>) {
        let mut slots = self.slots();
        slots.clock += 1;
        let slot = Slot {
            bytes,
            used: slots.clock,
        };
        if slot.weight(key) > self.limit {
            return;
        }
        slots.bytes += slot.weight(key);
        if let Some(old) = slots.by_key.insert(key.to_owned(), slot) {
            slots.bytes -= old.weight(key);
        }
        while slots.bytes > self.limit {
            let oldest = slots.by_key.iter().min_by_key(|(_, slot)| slot.used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            if let Some(old) = slots.by_key.remove(&oldest) {
                slots.bytes -= old.weight(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_goes_first() {
        let kept = Kept::new(30);
        let put = |key: &str| kept.put(key, Arc::from([0; 9]));
        put("a");
        put("b");
        put("c");
        assert!(kept.get("a").is_some());
        put("d");
        let there = |key: &str| kept.get(key).is_some();
        assert!(there("a") && !there("b") && there("c") && there("d"));
    }

    #[test]
    fn what_is_put_twice_counts_once_and_what_is_too_large_is_not_kept() {
        let kept = Kept::new(30);
        for _ in 0..10 {
            kept.put("a", Arc::from([1; 20]));
        }
        assert_eq!(kept.get("a").as_deref(), Some(&[1; 20][..]));
        kept.put("b", Arc::from([0; 30]));
        assert!(kept.get("b").is_none() && kept.get("a").is_some());
    }
}
