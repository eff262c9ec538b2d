//! How often one network may ask: a token bucket each, in this node's memory, bounded in number.

use crate::failure::Failure;
use crate::peer::PeerAddress;
use domain::clock::Clock;
use jiff::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How many requests a full bucket holds, and in how long as many flow back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Requests; at least one.
    pub requests: i64,
    /// The window in seconds.
    pub seconds: i64,
}

/// Reading by machines.
pub const API: Quota = Quota {
    requests: 600,
    seconds: 60,
};
/// What strangers may leave in the database: personal calendars, reports.
pub const LEAVING: Quota = Quota {
    requests: 120,
    seconds: 3600,
};

/// Tips and amendments by one browser, whatever network it comes from.
pub const TELLING: Quota = Quota {
    requests: 40,
    seconds: 3600,
};

/// Networks remembered at once: some 4 MB.
const NETWORKS: usize = 65_536;

impl Quota {
    const fn window_ms(self) -> i64 {
        self.seconds * 1000
    }

    /// Milliseconds in which one request flows back.
    const fn step_ms(self) -> i64 {
        self.window_ms() / self.requests
    }
}

/// What is left after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Whether this request is within the quota.
    pub allowed: bool,
    /// Requests that may follow at once.
    pub requests: i64,
    /// Seconds until the bucket is full again, rounded up.
    pub full_in: i64,
    /// Seconds until one request is allowed again, rounded up; 0 where one is.
    pub retry_after: u32,
}

/// The buckets. Each is kept as the instant at which it will be full, in milliseconds (the
/// generic cell rate algorithm): one number, and full ones need not be remembered.
#[derive(Debug)]
pub struct RateLimiter {
    clock: Clock,
    quota: Quota,
    full_at: Mutex<HashMap<IpAddr, i64>>,
    networks: usize,
}

impl RateLimiter {
    /// A limiter on this clock, with all buckets full.
    pub fn new(clock: Clock, quota: Quota) -> Self {
        Self {
            clock,
            quota,
            full_at: Mutex::default(),
            networks: NETWORKS,
        }
    }

    /// Takes one request out of a caller's bucket.
    pub fn take(&self, peer: PeerAddress) -> Left {
        let now = self.clock.now().as_millisecond();
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let network = peer.network();
        // A clock that was put back would shut callers out for as long: never over a window.
        let full_at = buckets.get(&network).copied().unwrap_or(now);
        let full_at = full_at.clamp(now, now + self.quota.window_ms());
        let taken = full_at + self.quota.step_ms();
        let allowed = taken <= now + self.quota.window_ms();
        if allowed {
            make_room(&mut buckets, self.networks, now);
            buckets.insert(network, taken);
        }
        let missing = if allowed { taken } else { full_at } - now;
        left(self.quota, missing, allowed)
    }

    /// Takes one request, or says how long to wait.
    pub fn pass(&self, peer: PeerAddress) -> Result<(), Failure> {
        let Left {
            allowed,
            retry_after,
            ..
        } = self.take(peer);
        allowed
            .then_some(())
            .ok_or(Failure::TooMany { retry_after })
    }

    /// The same for what has a random name instead of an address. It must be asked of a limiter that
    /// counts nothing else.
    pub fn pass_named(&self, name: &[u8; 16]) -> Result<(), Failure> {
        // The first half is what networks are told by, and random enough.
        self.pass(PeerAddress(IpAddr::from(*name)))
    }

    /// The time that the limiter counts by.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

fn left(quota: Quota, missing: i64, allowed: bool) -> Left {
    let wait = (missing + quota.step_ms() - quota.window_ms()).max(0);
    Left {
        allowed,
        requests: (quota.window_ms() - missing) / quota.step_ms(),
        full_in: ceil_seconds(missing),
        retry_after: if allowed {
            0
        } else {
            u32::try_from(ceil_seconds(wait)).unwrap_or(1).max(1)
        },
    }
}

const fn ceil_seconds(ms: i64) -> i64 {
    (ms + 999) / 1000
}

/// Forgets full buckets when there are too many. Where that frees little, an attack from very
/// many networks is under way that no bucket per network can hold; then all begin anew, so that
/// neither memory nor time is lost on it.
fn make_room(buckets: &mut HashMap<IpAddr, i64>, most: usize, now: i64) {
    if buckets.len() < most {
        return;
    }
    buckets.retain(|_, full_at| *full_at > now);
    if buckets.len() > most - most / 4 {
        buckets.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::clock::ManualClock;
    use jiff::ToSpan;

    const QUOTA: i64 = API.requests;

    fn limiter() -> (RateLimiter, ManualClock) {
        let (clock, hand) = Clock::manual("2026-11-22T03:00:00Z".parse().unwrap());
        (RateLimiter::new(clock, API), hand)
    }

    fn peer(text: &str) -> PeerAddress {
        PeerAddress(text.parse().unwrap())
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let (limiter, hand) = limiter();
        let one = peer("192.0.2.1");
        let first = limiter.take(one);
        assert_eq!((first.requests, first.full_in), (QUOTA - 1, 1));
        let last = (1..QUOTA).map(|_| limiter.take(one)).last().unwrap();
        assert_eq!((last.allowed, last.requests, last.full_in), (true, 0, 60));
        let refused = limiter.take(one);
        assert_eq!((refused.allowed, refused.requests), (false, 0));
        assert_eq!(refused.retry_after, 1);
        assert!(
            limiter.take(peer("192.0.2.2")).allowed,
            "others are not held back"
        );
        hand.set(limiter.now().checked_add(1.second()).unwrap());
        let again = limiter.take(one);
        assert_eq!((again.allowed, again.requests), (true, 9));
        hand.set(limiter.now().checked_add(2.minutes()).unwrap());
        assert_eq!(limiter.take(one).requests, QUOTA - 1);
    }

    #[test]
    fn addresses_of_one_line_share_a_bucket() {
        let (limiter, _) = limiter();
        limiter.take(peer("2001:db8::1"));
        assert_eq!(limiter.take(peer("2001:db8::2")).requests, QUOTA - 2);
        assert_eq!(limiter.take(peer("2001:db8:0:1::2")).requests, QUOTA - 1);
    }

    #[test]
    fn a_clock_that_is_put_back_shuts_nobody_out_for_long() {
        let (limiter, hand) = limiter();
        let one = peer("192.0.2.1");
        limiter.take(one);
        hand.set(limiter.now().checked_sub(48.hours()).unwrap());
        let refused = limiter.take(one);
        assert_eq!((refused.allowed, refused.retry_after), (false, 1));
        hand.set(limiter.now().checked_add(1.second()).unwrap());
        assert!(!limiter.take(one).allowed);
        hand.set(limiter.now().checked_add(72.hours()).unwrap());
        assert!(limiter.take(one).allowed);
    }

    #[test]
    fn what_is_left_behind_has_a_stricter_quota() {
        let (clock, hand) = Clock::manual("2026-11-22T03:00:00Z".parse().unwrap());
        let limiter = RateLimiter::new(clock, LEAVING);
        let one = peer("192.0.2.1");
        for _ in 0..LEAVING.requests {
            assert!(limiter.pass(one).is_ok());
        }
        let Err(Failure::TooMany { retry_after }) = limiter.pass(one) else {
            unreachable!("the bucket is empty");
        };
        assert_eq!(retry_after, 30);
        hand.set(limiter.now().checked_add(30.seconds()).unwrap());
        assert!(limiter.pass(one).is_ok() && limiter.pass(one).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let (mut limiter, hand) = limiter();
        limiter.networks = 100;
        for n in 0..1_000u32 {
            limiter.take(PeerAddress(IpAddr::V4(n.into())));
            let count = limiter.full_at.lock().unwrap().len();
            assert!(count <= 100, "{count}");
        }
        hand.set(limiter.now().checked_add(2.minutes()).unwrap());
        for n in 0..100u32 {
            limiter.take(PeerAddress(IpAddr::V4(n.into())));
        }
        assert!(limiter.full_at.lock().unwrap().len() <= 100);
    }
}
