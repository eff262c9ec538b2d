//! How much a tip looks like spam, and which tips came in one burst. No word lists and no third
//! party: what counts is how something came, how often, and how many links it has. The score
//! orders the queue and keeps a tip from publishing itself; it never throws anything away.

use super::likeness::{distance, hosts};
use super::seal::BYTES;
use super::trust::Level;

/// Within how many milliseconds tips can be one burst.
pub const BURST_MS: i64 = 10 * 60 * 1000;
/// How many tips that are alike make a burst, the new one among them.
pub const BURST_TIPS: usize = 10;
/// Most differing bits of fingerprints that are alike.
const ALIKE_BITS: u32 = 8;
/// Tips of one network a day that raise no suspicion.
const USUAL_FROM_NETWORK: u32 = 5;

/// Whether a field that people do not see was filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trap {
    /// Left alone, as people do.
    Untouched,
    /// Filled, as machines do.
    Filled,
}

/// Whether the browser did the work that it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It did.
    Done,
    /// It did not, or could not.
    Missing,
}

/// What is known about a tip when it comes in.
#[derive(Debug, Clone)]
pub struct Sighting<'a> {
    /// All words in it.
    pub texts: &'a [&'a str],
    /// The hidden field.
    pub trap: Trap,
    /// The proof of work.
    pub work: Work,
    /// Earlier tips of the same network today.
    pub from_network: u32,
    /// Earlier tips of the last minutes that are alike.
    pub alike: u32,
    /// How far the reporter is trusted.
    pub level: Level,
}

/// The score: 0 looks like somebody's tip, 100 like spam.
pub fn score(seen: &Sighting<'_>) -> u8 {
    let links = u32::try_from(hosts(seen.texts).len()).unwrap_or(u32::MAX);
    let repeated = seen.texts.iter().any(|text| repeats_itself(text));
    let mut points = 0_u32;
    let mut add = |more: u32, most: u32| points = points.saturating_add(more.min(most));
    add(if seen.trap == Trap::Filled { 100 } else { 0 }, 100);
    add(if seen.work == Work::Missing { 10 } else { 0 }, 10);
    add(links.saturating_sub(1).saturating_mul(15), 45);
    add(if repeated { 15 } else { 0 }, 15);
    let many = seen.from_network.saturating_sub(USUAL_FROM_NETWORK);
    add(many.saturating_mul(4), 40);
    add(seen.alike.saturating_mul(8), 60);
    let trust = match seen.level {
        Level::Unknown => 0,
        Level::Known => 20,
        Level::Trusted => 40,
    };
    let points = points.min(140).saturating_sub(trust).min(100);
    u8::try_from(points).unwrap_or(100)
}

/// One character more than ten times in a row.
fn repeats_itself(text: &str) -> bool {
    let mut run = (None, 0);
    text.chars().any(|c| {
        run = match run {
            (Some(last), n) if last == c => (Some(c), n + 1),
            _ => (Some(c), 1),
        };
        run.1 > 10 && !c.is_whitespace()
    })
}

/// What is remembered of a tip to tell a burst by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// When it came, in milliseconds.
    pub at_ms: i64,
    /// The fingerprint of its words; 0 where it has none.
    pub shape: u64,
    /// Stands for the first host that it links to; 0 where there is none.
    pub host: u64,
    /// Stands for its network today.
    pub network: [u8; BYTES],
}

/// Whether two tips are alike: in their words, or by linking to the same host from the same
/// network. Tips without words are like no others: what they propose says enough, and equal
/// ones have gathered already.
pub fn are_alike(a: &Print, b: &Print) -> bool {
    let same_words = a.shape != 0 && b.shape != 0 && distance(a.shape, b.shape) <= ALIKE_BITS;
    let same_host = a.host != 0 && a.host == b.host && a.network == b.network;
    same_words || same_host
}

/// Those of the recent tips that are like a new one, where together they are a burst; `None` where
/// they are not. The order of the recent ones does not matter.
pub fn burst(recent: &[Print], new: &Print) -> Option<Vec<usize>> {
    let alike: Vec<usize> = alike(recent, new).collect();
    (alike.len() + 1 >= BURST_TIPS).then_some(alike)
}

/// Places of the recent tips that are like a new one.
pub fn alike(recent: &[Print], new: &Print) -> impl Iterator<Item = usize> {
    let is_recent = |one: &Print| new.at_ms.abs_diff(one.at_ms) <= BURST_MS.unsigned_abs();
    let each = recent.iter().enumerate();
    each.filter(move |(_, one)| is_recent(one) && are_alike(one, new))
        .map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::super::likeness::shape;
    use super::*;
    use proptest::prelude::*;

    const CLEAN: Sighting<'_> = Sighting {
        texts: &["5시로 바뀌었어요"],
        trap: Trap::Untouched,
        work: Work::Done,
        from_network: 0,
        alike: 0,
        level: Level::Unknown,
    };

    #[test]
    fn what_counts_adds_up() {
        let links = ["https://a.kr https://b.kr https://c.kr"];
        let shout = ["와아아아아아아아아아아아"];
        for (seen, want) in [
            (CLEAN, 0),
            (
                Sighting {
                    work: Work::Missing,
                    ..CLEAN
                },
                10,
            ),
            (
                Sighting {
                    trap: Trap::Filled,
                    ..CLEAN
                },
                100,
            ),
            (
                Sighting {
                    texts: &["https://club.example/notice"],
                    ..CLEAN
                },
                0,
            ),
            (
                Sighting {
                    texts: &links,
                    ..CLEAN
                },
                30,
            ),
            (
                Sighting {
                    texts: &shout,
                    ..CLEAN
                },
                15,
            ),
            (
                Sighting {
                    from_network: 5,
                    ..CLEAN
                },
                0,
            ),
            (
                Sighting {
                    from_network: 100,
                    ..CLEAN
                },
                40,
            ),
            (Sighting { alike: 9, ..CLEAN }, 60),
            (
                Sighting {
                    alike: 9,
                    level: Level::Trusted,
                    ..CLEAN
                },
                20,
            ),
            (
                Sighting {
                    trap: Trap::Filled,
                    level: Level::Trusted,
                    ..CLEAN
                },
                60,
            ),
        ] {
            assert_eq!(score(&seen), want, "{seen:?}");
        }
    }

    fn print(text: &str, at_ms: i64) -> Print {
        Print {
            at_ms,
            shape: shape(&[text]),
            host: 0,
            network: [1; BYTES],
        }
    }

    #[test]
    fn sixty_alike_are_one_burst_and_six_are_none() {
        let spam = |n: i64| print(&format!("무료 쿠폰 받으러 오세요 어서 빨리 {n}"), n * 1000);
        let recent: Vec<Print> = (0..60).map(spam).collect();
        assert_eq!(burst(&recent, &spam(60)).map(|b| b.len()), Some(60));
        assert_eq!(burst(&recent[..6], &spam(6)), None);
        let late = spam(BURST_MS / 1000 + 120);
        assert_eq!(burst(&recent, &late), None);
        let other = print("경기 시간이 오후 다섯 시로 바뀌었다고 합니다", 61_000);
        assert_eq!(burst(&recent, &other), None);
    }

    #[test]
    fn many_cancellations_without_words_are_no_burst() {
        let silent: Vec<Print> = (0..60).map(|n| print("", n)).collect();
        assert_eq!(burst(&silent, &print("", 60)), None);
    }

    prop_compose! {
        fn any_print()(at_ms in 0..2 * BURST_MS, shape: u64, host in 0u64..3, network in 0u8..2)
            -> Print {
            Print { at_ms, shape: shape & 0xff, host, network: [network; BYTES] }
        }
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter(
            recent in proptest::collection::vec(any_print(), 0..40),
            new in any_print(),
        ) {
            let pick = |prints: &[Print]| {
                let mut alike: Vec<_> = burst(prints, &new).unwrap_or_default()
                    .into_iter().map(|n| (prints[n].at_ms, prints[n].shape, prints[n].host)).collect();
                alike.sort_unstable();
                alike
            };
            let mut turned = recent.clone();
            turned.reverse();
            prop_assert_eq!(pick(&recent), pick(&turned));
            prop_assert!(recent.iter().all(|one| are_alike(one, &new) == are_alike(&new, one)));
        }

        #[test]
        fn a_score_is_a_score(text: String, from_network: u32, alike: u32) {
            let texts = [text.as_str()];
            let seen = Sighting { texts: &texts, from_network, alike, ..CLEAN };
            prop_assert!(score(&seen) <= 100);
            let trusted = Sighting { level: Level::Trusted, ..seen.clone() };
            prop_assert!(score(&trusted) <= score(&seen));
        }
    }
}
