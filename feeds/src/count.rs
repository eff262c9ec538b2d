//! Counting who reads feeds, beside every poll and without holding it up: some hashing and a few
//! relaxed atomics, written to the database in batches off the request path.
//!
//! Nobody is remembered (`docs/decisions/0019`): an address and a User-Agent become a hash keyed
//! with the day's salt, the hash raises one of a sketch's registers, and that is all. What a family
//! is and what a sketch tells, `domain` decides.

use arc_swap::ArcSwap;
use domain::clock::Clock;
use domain::count::{Family, Place, Sketch, day_of};
use domain::id::{AddressId, CalendarId};
use jiff::Timestamp;
use jiff::civil::Date;
use siphasher::sip::SipHasher13;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hasher;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};
use store::Db;
use store::counts::{Added, Key};

/// How often what was counted is written; a crash loses this much.
const FLUSH: Duration = Duration::from_secs(30);
/// Rows of one transaction: on SQLite other writers wait for it.
const BATCH: usize = 500;
/// Personal addresses that are remembered between two writes. Those that find no room are noted
/// at a later fetch.
const ADDRESSES: usize = 100_000;
/// Bytes of a User-Agent that count.
const AGENT_BYTES: usize = 256;
/// Calendars that are gone through before requests get their turn.
const AT_A_STRETCH: usize = 256;
/// Longest validator of a personal feed that is remembered.
const VALIDATOR_BYTES: usize = 200;

type Registers = [AtomicU8; Sketch::REGISTERS];

/// What was counted of one family since it was last taken.
#[derive(Debug, Default)]
struct Cell {
    fetches: AtomicU64,
    registers: OnceLock<Box<Registers>>,
}

/// What was counted of one calendar: kept beside it, shared by all requests. A kibibyte for each
/// family that ever came.
#[derive(Debug, Default)]
pub struct CalendarCount([Cell; Family::ALL.len()]);

impl CalendarCount {
    /// Notes a fetch. Of a family that fetches once for many, the visitor says nothing.
    pub fn note(&self, family: Family, visitor: u64) {
        let cell = &self.0[family as usize];
        cell.fetches.fetch_add(1, Ordering::Relaxed);
        if family.is_shared() {
            return;
        }
        let registers = cell
            .registers
            .get_or_init(|| Box::new([const { AtomicU8::new(0) }; Sketch::REGISTERS]));
        let place = Place::of(visitor);
        let register = &registers[place.register];
        // Almost always it is as high already, and reading does not take the line from others.
        if register.load(Ordering::Relaxed) < place.rank {
            register.fetch_max(place.rank, Ordering::Relaxed);
        }
    }

    /// Takes out what was counted of a family; `None` when it did not come.
    fn take(&self, family: Family) -> Option<Added> {
        let cell = &self.0[family as usize];
        let fetches = cell.fetches.swap(0, Ordering::Relaxed);
        if fetches == 0 {
            return None;
        }
        let sketch = cell.registers.get().map(|registers| {
            let mut sketch = Sketch::new();
            for (register, rank) in registers.iter().enumerate() {
                if rank.load(Ordering::Relaxed) > 0 {
                    let rank = rank.swap(0, Ordering::Relaxed);
                    sketch.raise(Place { register, rank });
                }
            }
            sketch
        });
        Some(Added { fetches, sketch })
    }
}

/// What visitors are hashed with for a day. Forgotten with the day: nobody can then be recognised
/// in what was counted, not even by whoever has the database.
#[derive(Debug, Clone, Copy)]
pub struct Salt {
    day: Date,
    key: store::counts::Salt,
}

impl Salt {
    /// The salt of a day.
    pub const fn new(day: Date, key: store::counts::Salt) -> Self {
        Self { day, key }
    }

    /// A visitor: who asks from the same line with the same program is taken for one. Of an IPv6
    /// address the first 64 bits count, which one subscriber line has for itself and within which
    /// phones move about.
    pub fn visitor(&self, ip: IpAddr, user_agent: &[u8]) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&self.key);
        match ip.to_canonical() {
            IpAddr::V4(v4) => hasher.write(&v4.octets()),
            IpAddr::V6(v6) => hasher.write(&v6.octets()[..8]),
        }
        hasher.write(&user_agent[..user_agent.len().min(AGENT_BYTES)]);
        hasher.finish()
    }
}

/// What waits to be written.
#[derive(Debug, Default)]
struct Waiting {
    rows: BTreeMap<Key, Added>,
    fetched: HashMap<AddressId, (Timestamp, String)>,
    /// True once the salt is the one that all nodes have.
    agreed: bool,
}

/// The counters of a process.
#[derive(Debug)]
pub struct Counters {
    salt: ArcSwap<Salt>,
    calendars: RwLock<HashMap<CalendarId, Arc<CalendarCount>>>,
    fetched: Mutex<HashMap<AddressId, (Timestamp, String)>>,
    waiting: tokio::sync::Mutex<Waiting>,
}

impl Counters {
    /// Counters that have counted nothing, with a salt of their own until [`Counters::flush`] has
    /// first reached the database.
    pub fn new(now: Timestamp) -> Self {
        let key = store::random_bits().to_le_bytes();
        Self {
            salt: ArcSwap::from_pointee(Salt::new(day_of(now), key)),
            calendars: RwLock::default(),
            fetched: Mutex::default(),
            waiting: tokio::sync::Mutex::default(),
        }
    }

    /// The counter of a calendar, to be kept beside it: looking it up takes a lock.
    pub fn of(&self, calendar: CalendarId) -> Arc<CalendarCount> {
        // Nothing that can panic runs under these locks; a poisoned map is still a whole map.
        let known = self
            .calendars
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = known.get(&calendar) {
            return count.clone();
        }
        drop(known);
        let mut known = self
            .calendars
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        known.entry(calendar).or_default().clone()
    }

    /// Notes a poll of a feed, answered with a body or without.
    pub fn note(&self, count: &CalendarCount, ip: IpAddr, user_agent: &[u8]) {
        let (family, visitor) = self.visitor(ip, user_agent);
        count.note(family, visitor);
    }

    /// Who asks, as far as it is counted.
    pub fn visitor(&self, ip: IpAddr, user_agent: &[u8]) -> (Family, u64) {
        let visitor = self.salt.load().visitor(ip, user_agent);
        let family = std::str::from_utf8(user_agent).map_or(Family::Other, Family::of);
        (family, visitor)
    }

    /// Notes a fetch under a personal address: when, and the validator of what it then has.
    pub fn fetched(&self, address: AddressId, at: Timestamp, validator: &str) {
        if validator.len() > VALIDATOR_BYTES {
            return;
        }
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((last, what)) = fetched.get_mut(&address) {
            if *last <= at {
                *last = at;
                if what != validator {
                    validator.clone_into(what);
                }
            }
        } else if fetched.len() < ADDRESSES {
            fetched.insert(address, (at, validator.to_owned()));
        }
    }

    /// Writes what was counted. What could not be written waits for the next time; a crash loses
    /// what came since the last. What was counted before the first writing after midnight (UTC)
    /// belongs to the day before, under its salt; then the salt changes.
    pub async fn flush(&self, db: &Db, now: Timestamp) -> store::Result<()> {
        let mut waiting = self.waiting.lock().await;
        let today = day_of(now);
        if waiting.agreed && self.salt.load().day == today {
            self.take(&mut waiting).await;
        } else {
            let mut tx = db.begin().await?;
            let salt = store::counts::salt(&mut tx, today).await;
            let key = end(tx, salt).await?;
            self.take(&mut waiting).await;
            self.salt.store(Arc::new(Salt::new(today, key)));
            waiting.agreed = true;
        }
        while !waiting.rows.is_empty() || !waiting.fetched.is_empty() {
            waiting.write(db).await?;
        }
        Ok(())
    }

    /// Moves what the hot path has counted to where it waits.
    async fn take(&self, waiting: &mut Waiting) {
        let day = self.salt.load().day;
        let known: Vec<(CalendarId, Arc<CalendarCount>)> = {
            let known = self
                .calendars
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            known
                .iter()
                .map(|(id, count)| (*id, count.clone()))
                .collect()
        };
        for (number, (calendar, count)) in known.into_iter().enumerate() {
            for family in Family::ALL {
                if let Some(added) = count.take(family) {
                    let key = Key {
                        calendar,
                        day,
                        family,
                    };
                    waiting.add(key, added);
                }
            }
            if number % AT_A_STRETCH == AT_A_STRETCH - 1 {
                tokio::task::yield_now().await;
            }
        }
        let fetched =
            std::mem::take(&mut *self.fetched.lock().unwrap_or_else(PoisonError::into_inner));
        for (address, (at, what)) in fetched {
            if waiting.fetched.len() < ADDRESSES || waiting.fetched.contains_key(&address) {
                waiting.fetched.insert(address, (at, what));
            }
        }
    }

    /// Writes every half minute for as long as the program runs. Call [`Counters::flush`] once
    /// more when it ends.
    pub async fn keep(self: Arc<Self>, db: Db, clock: Clock) {
        let mut away = false;
        loop {
            match self.flush(&db, clock.now()).await {
                Ok(()) if away => {
                    tracing::info!("counts of feeds are written again");
                    away = false;
                }
                Ok(()) => {}
                Err(error) if !away => {
                    tracing::warn!(%error, "counts of feeds cannot be written: they wait");
                    away = true;
                }
                Err(_) => {}
            }
            tokio::time::sleep(FLUSH).await;
        }
    }
}

impl Waiting {
    fn add(&mut self, key: Key, added: Added) {
        let row = self.rows.entry(key).or_default();
        row.fetches = row.fetches.saturating_add(added.fetches);
        match (&mut row.sketch, added.sketch) {
            (Some(known), Some(more)) => known.merge(&more),
            (known @ None, more) => *known = more,
            (Some(_), None) => {}
        }
    }

    /// Writes one batch, and forgets it once it is written.
    async fn write(&mut self, db: &Db) -> store::Result<()> {
        let rows: BTreeMap<Key, Added> = self
            .rows
            .iter()
            .take(BATCH)
            .map(|(key, added)| (*key, added.clone()))
            .collect();
        let mut fetched: Vec<(AddressId, Timestamp, String)> = self
            .fetched
            .iter()
            .take(BATCH)
            .map(|(address, (at, what))| (*address, *at, what.clone()))
            .collect();
        // Nodes lock rows in one order.
        fetched.sort_by_key(|(address, ..)| *address);
        let mut tx = db.begin().await?;
        let written = match store::counts::add(&mut tx, &rows).await {
            Ok(()) => store::subscriptions::note_fetched(&mut tx, &fetched).await,
            Err(error) => Err(error),
        };
        end(tx, written).await?;
        for key in rows.keys() {
            self.rows.remove(key);
        }
        for (address, ..) in &fetched {
            self.fetched.remove(address);
        }
        Ok(())
    }
}

/// Commits what went well, takes back what did not.
async fn end<T>(tx: store::Tx, result: store::Result<T>) -> store::Result<T> {
    match result {
        Ok(value) => {
            tx.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to tell.
            let _ = tx.roll_back().await;
            Err(error)
        }
    }
}

/// What one [`Counters::note`] takes, on average over `notes` polls of one feed by ten thousand
/// visitors of the most common programs: for `almanac bench`.
pub fn cost(notes: u32) -> Duration {
    const AGENTS: [&[u8]; 4] = [
        b"iOS/18.0 (22A3354) dataaccessd/1.0",
        b"Google-Calendar-Importer",
        b"Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.7.0",
        b"Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)",
    ];
    let counters = Counters::new(Timestamp::UNIX_EPOCH);
    let count = CalendarCount::default();
    let start = Instant::now();
    for number in 0..notes {
        let ip = IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + number % 10_000));
        counters.note(&count, ip, AGENTS[number as usize % AGENTS.len()]);
    }
    start.elapsed() / notes.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv6Addr;
    use uuid::Uuid;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn salt(byte: u8) -> Salt {
        Salt::new(Date::constant(2026, 11, 22), [byte; 16])
    }

    fn v4(number: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from(number))
    }

    #[test]
    fn a_visitor_is_a_line_and_a_program_under_one_salt() {
        let phone: &[u8] = b"iOS/18.0 (22A3354) dataaccessd/1.0";
        let one = salt(1).visitor(v4(7), phone);
        assert_eq!(one, salt(1).visitor(v4(7), phone));
        assert_ne!(one, salt(1).visitor(v4(8), phone), "another line");
        assert_ne!(one, salt(1).visitor(v4(7), b"ICSx5/2.3"), "another program");
        assert_ne!(one, salt(2).visitor(v4(7), phone), "another day");
        let mapped = IpAddr::V6(Ipv4Addr::from(7).to_ipv6_mapped());
        assert_eq!(
            one,
            salt(1).visitor(mapped, phone),
            "the same line, written as IPv6"
        );
        let home = |tail| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, tail, 0, 0, 1));
        assert_eq!(
            salt(1).visitor(home(1), phone),
            salt(1).visitor(home(2), phone),
            "a phone that changes its address within its line"
        );
    }

    #[test]
    fn what_is_taken_is_what_was_noted_once() {
        let counters = Counters::new(at("2026-11-22T03:00:00Z"));
        let count = counters.of(CalendarId(Uuid::nil()));
        for poll in 0..3_000 {
            counters.note(
                &count,
                v4(poll % 1_000),
                b"iOS/18.0 (22A3354) dataaccessd/1.0",
            );
        }
        counters.note(&count, v4(1), b"Google-Calendar-Importer");
        counters.note(&count, v4(1), b"\xff\xfe not text");
        let apple = count.take(Family::Apple).unwrap();
        assert_eq!(apple.fetches, 3_000);
        let told = apple.sketch.unwrap().estimate();
        assert!((850..1_150).contains(&told), "{told}");
        let google = count.take(Family::Google).unwrap();
        assert_eq!((google.fetches, google.sketch), (1, None));
        assert_eq!(count.take(Family::Other).unwrap().fetches, 1);
        assert_eq!(count.take(Family::Apple), None, "taken once");
        counters.note(&count, v4(5), b"iOS/18.0 (22A3354) dataaccessd/1.0");
        assert_eq!(
            count
                .take(Family::Apple)
                .unwrap()
                .sketch
                .unwrap()
                .estimate(),
            1
        );
    }

    #[test]
    fn one_counter_a_calendar_whoever_asks() {
        let counters = Counters::new(at("2026-11-22T03:00:00Z"));
        let id = CalendarId(Uuid::nil());
        assert!(Arc::ptr_eq(&counters.of(id), &counters.of(id)));
    }

    #[tokio::test]
    async fn the_latest_fetch_of_an_address_counts() {
        let counters = Counters::new(at("2026-11-22T03:00:00Z"));
        let address = AddressId(Uuid::nil());
        counters.fetched(address, at("2026-11-22T03:01:00Z"), "b");
        counters.fetched(address, at("2026-11-22T03:00:00Z"), "a");
        counters.fetched(address, at("2026-11-22T03:02:00Z"), &"x".repeat(1_000));
        let mut waiting = Waiting::default();
        counters.take(&mut waiting).await;
        let want = (at("2026-11-22T03:01:00Z"), "b".to_owned());
        assert_eq!(waiting.fetched[&address], want);
        assert!(counters.fetched.lock().unwrap().is_empty());
    }

    #[test]
    fn noting_costs_next_to_nothing() {
        // A hundred nanoseconds when optimised; here on a busy machine, without.
        assert!(cost(20_000) < Duration::from_micros(20));
    }

    #[test]
    fn polls_at_the_same_time_are_all_counted() {
        let counters = Counters::new(at("2026-11-22T03:00:00Z"));
        let count = counters.of(CalendarId(Uuid::nil()));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (counters, count) = (&counters, &count);
                scope.spawn(move || {
                    for poll in 0..1_000 {
                        counters.note(count, v4(thread * 1_000 + poll), b"ICSx5/2.3");
                    }
                });
            }
        });
        let taken = count.take(Family::Icsx5).unwrap();
        assert_eq!(taken.fetches, 4_000);
        let told = taken.sketch.unwrap().estimate();
        assert!((3_400..4_600).contains(&told), "{told}");
    }
}
