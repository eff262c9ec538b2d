//! Counting who reads a feed without knowing anybody: kinds of programs, and sketches from which
//! a number of distinct visitors can be estimated but no visitor be read
//! (`docs/decisions/0019`).
//!
//! Pure: whoever counts brings visitors as hashes, keyed with a salt that lives for a day.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;

/// Counts are kept for this many days.
pub const KEPT_DAYS: i64 = 800;

/// The day that something is counted in: UTC, so that all nodes and all calendars share it.
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// The first day that is still kept when it is `today`.
pub fn first_kept(today: Date) -> Date {
    today.checked_sub(KEPT_DAYS.days()).unwrap_or(Date::MIN)
}

/// A family of programs that read feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Calendar of iOS, iPadOS and macOS.
    Apple,
    /// Google's importer, which fetches once for all accounts.
    Google,
    /// Outlook on Windows, Outlook.com and Exchange.
    Outlook,
    /// Thunderbird and its kin.
    Thunderbird,
    /// ICSx5 on Android.
    Icsx5,
    /// Programs that speak CalDAV and are none of the others.
    Caldav,
    /// Whatever else.
    Other,
}

impl Family {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Apple,
        Self::Google,
        Self::Outlook,
        Self::Thunderbird,
        Self::Icsx5,
        Self::Caldav,
        Self::Other,
    ];

    /// The family of a User-Agent. It stands in the path of every poll, so it looks at the
    /// beginning and at the last word, whatever the length, and only at the odd old Outlook whole.
    /// It is a guess that nothing but statistics depends on (R18).
    pub fn of(user_agent: &str) -> Self {
        let last = user_agent.rsplit(' ').next().unwrap_or_default();
        let begins = |any: &[&str]| any.iter().any(|start| user_agent.starts_with(start));
        let ends = |any: &[&str]| any.iter().any(|start| last.starts_with(start));
        match user_agent.as_bytes().first() {
            Some(b'M') if begins(&["Mozilla/"]) => {
                if ends(&["Thunderbird/", "Betterbird/", "Lightning/"]) {
                    Self::Thunderbird
                } else if begins(&["Mozilla/4.0 "]) && names_office(user_agent) {
                    Self::Outlook
                } else {
                    Self::Other
                }
            }
            Some(b'M') if begins(&["Microsoft Office/", "Microsoft Exchange/"]) => Self::Outlook,
            Some(b'O') if begins(&["Outlook"]) => Self::Outlook,
            Some(b'G') if begins(&["Google-Calendar"]) => Self::Google,
            Some(b'I') if begins(&["ICSx5/"]) => Self::Icsx5,
            Some(b'D') if begins(&["DAVx5/", "DAVdroid/"]) => Self::Caldav,
            _ if begins(&["iOS/", "iPadOS/", "macOS/", "watchOS/", "visionOS/"])
                || ends(&["dataaccessd/", "CalendarAgent/"]) =>
            {
                Self::Apple
            }
            _ => Self::Other,
        }
    }

    /// Its name in the database and in answers to programs. Never changed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apple => "apple",
            Self::Google => "google",
            Self::Outlook => "outlook",
            Self::Thunderbird => "thunderbird",
            Self::Icsx5 => "icsx5",
            Self::Caldav => "caldav",
            Self::Other => "other",
        }
    }

    /// Reads a name back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.as_str() == name)
    }

    /// True where one fetch serves any number of people, so that visitors say nothing about
    /// subscribers.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Google)
    }
}

/// Outlook before it had a name of its own: `Mozilla/4.0 (compatible; ms-office; MSOffice 16)`.
/// Nothing of it stands beyond the first few hundred bytes.
fn names_office(user_agent: &str) -> bool {
    let head = user_agent.as_bytes();
    let head = &head[..head.len().min(512)];
    ["ms-office", "Microsoft Outlook"].iter().any(|name| {
        head.windows(name.len())
            .any(|window| window == name.as_bytes())
    })
}

/// Where a visitor stands in a sketch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which register, below [`Sketch::REGISTERS`].
    pub register: usize,
    /// What it is raised to, 1 to 55.
    pub rank: u8,
}

impl Place {
    /// Of a visitor's hash: its first ten bits choose the register, the zeros that follow the rank.
    pub const fn of(visitor: u64) -> Self {
        let rest = visitor << 10;
        // The guard bit ends the zeros after the 54 bits that are left.
        let zeros = (rest | (1 << 9)).leading_zeros();
        Self {
            register: (visitor >> 54) as usize,
            rank: zeros as u8 + 1,
        }
    }
}

/// A HyperLogLog sketch of distinct visitors: for each of 1,024 registers the highest rank seen.
/// The estimate is off by about 3%. Registers say nothing about who was there.
#[derive(Clone, PartialEq, Eq)]
pub struct Sketch(Box<[u8; Self::REGISTERS]>);

/// First byte of a stored sketch with all its registers.
const WHOLE: u8 = 0;
/// First byte of a stored sketch with (register, rank) for those that are not zero.
const SPARSE: u8 = 1;

impl Sketch {
    /// How many registers there are.
    pub const REGISTERS: usize = 1_024;

    /// Nobody.
    pub fn new() -> Self {
        Self(Box::new([0; Self::REGISTERS]))
    }

    /// Notes a visitor, given as a uniform hash.
    pub fn note(&mut self, visitor: u64) {
        self.raise(Place::of(visitor));
    }

    /// Raises one register. One beyond the last is passed over.
    pub fn raise(&mut self, place: Place) {
        if let Some(register) = self.0.get_mut(place.register) {
            *register = place.rank.max(*register);
        }
    }

    /// Takes in everybody of another sketch.
    pub fn merge(&mut self, other: &Self) {
        for (own, theirs) in self.0.iter_mut().zip(other.0.iter()) {
            *own = (*own).max(*theirs);
        }
    }

    /// True when nobody was noted.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|rank| *rank == 0)
    }

    /// About how many visitors there were. Uses the bias-free estimator of O. Ertl, "New
    /// cardinality estimation algorithms for HyperLogLog sketches" (2017): it needs no threshold
    /// between few and many.
    pub fn estimate(&self) -> u64 {
        let zeros = self.0.iter().filter(|rank| **rank == 0).count();
        if zeros == Self::REGISTERS {
            return 0;
        }
        let m = Self::REGISTERS as f64;
        let raised: f64 = self
            .0
            .iter()
            .filter(|rank| **rank > 0)
            .map(|rank| (-f64::from(*rank)).exp2())
            .sum();
        let sum = m * sigma(zeros as f64 / m) + raised;
        (m * m / (2.0 * std::f64::consts::LN_2 * sum)).round() as u64
    }

    /// As it is stored: few visitors take few bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let raised = self.0.iter().filter(|rank| **rank > 0).count();
        if raised * 3 >= Self::REGISTERS {
            let mut bytes = Vec::with_capacity(1 + Self::REGISTERS);
            bytes.push(WHOLE);
            bytes.extend_from_slice(self.0.as_slice());
            return bytes;
        }
        let mut bytes = Vec::with_capacity(1 + raised * 3);
        bytes.push(SPARSE);
        for (register, rank) in self.0.iter().enumerate().filter(|(_, rank)| **rank > 0) {
            // There are fewer registers than two bytes can count.
            bytes.extend_from_slice(&(register as u16).to_le_bytes());
            bytes.push(*rank);
        }
        bytes
    }

    /// Reads a stored sketch; `None` when it is none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (form, rest) = bytes.split_first()?;
        let mut sketch = Self::new();
        match *form {
            WHOLE if rest.len() == Self::REGISTERS => sketch.0.copy_from_slice(rest),
            SPARSE if rest.len().is_multiple_of(3) => {
                for entry in rest.chunks_exact(3) {
                    let register = usize::from(u16::from_le_bytes([entry[0], entry[1]]));
                    *sketch.0.get_mut(register)? = entry[2];
                }
            }
            _ => return None,
        }
        // 54 bits have at most 54 zeros.
        sketch.0.iter().all(|rank| *rank <= 55).then_some(sketch)
    }
}

impl Default for Sketch {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Sketch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sketch(about {})", self.estimate())
    }
}

/// x + x² + 2x⁴ + 4x⁸ + ...: what registers that were never raised are worth. For all of them
/// it would be without end; the caller has at least one raised.
fn sigma(mut x: f64) -> f64 {
    let (mut sum, mut weight) = (x, 1.0);
    loop {
        x *= x;
        let next = sum + x * weight;
        if next == sum {
            return sum;
        }
        sum = next;
        weight *= 2.0;
    }
}

/// What is known of a family on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The day, in UTC.
    pub day: Date,
    /// Which programs.
    pub family: Family,
    /// How often they fetched, answers without a body among them.
    pub fetches: u64,
    /// About how many there were; `None` where that cannot be told.
    pub visitors: Option<u64>,
}

/// What several days say about one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readers {
    /// Which programs.
    pub family: Family,
    /// How often they fetched in all.
    pub fetches: u64,
    /// About how many subscribe: as many as came on the busiest day, since salts change with the
    /// day and nobody can be recognised on the next. Programs that come once a week are told too
    /// low. `None` where one fetch serves any number of people.
    pub subscribers: Option<u64>,
    /// True where one fetch serves any number of people.
    pub shared: bool,
}

/// Sums days up, in the order of [`Family::ALL`]; families that never came are left out.
pub fn readers(days: &[Counted]) -> Vec<Readers> {
    let mut by_family: BTreeMap<Family, Readers> = BTreeMap::new();
    for day in days {
        let shared = day.family.is_shared();
        let sum = by_family.entry(day.family).or_insert(Readers {
            family: day.family,
            fetches: 0,
            subscribers: (!shared).then_some(0),
            shared,
        });
        sum.fetches += day.fetches;
        if let Some(most) = &mut sum.subscribers {
            *most = (*most).max(day.visitors.unwrap_or(0));
        }
    }
    by_family.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// Spreads numbers evenly over 64 bits (the finaliser of SplitMix64).
    fn spread(seed: u64, number: u64) -> u64 {
        let mut z = seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn sketch_of(seed: u64, visitors: u64) -> Sketch {
        let mut sketch = Sketch::new();
        for number in 0..visitors {
            sketch.note(spread(seed, number));
        }
        sketch
    }

    #[test]
    fn programs_are_told_by_their_user_agents() {
        let outlook = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)";
        let old_outlook =
            "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 6.1; ms-office; MSOffice 16)";
        let thunderbird =
            "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.7.0";
        let lightning = "Mozilla/5.0 (Windows NT 6.1; rv:60.0) Gecko/20100101 Thunderbird/60.9.0 Lightning/6.2.9";
        let chrome = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) \
            Chrome/140.0.0.0 Safari/537.36";
        for (user_agent, family) in [
            ("iOS/18.0 (22A3354) dataaccessd/1.0", Family::Apple),
            ("macOS/13.4 (22F66) dataaccessd/1.0", Family::Apple),
            (
                "Mac OS X/10.15.7 (19H15) CalendarAgent/930.5.1",
                Family::Apple,
            ),
            ("Google-Calendar-Importer", Family::Google),
            ("Microsoft Exchange/15.20 (15.20.8400.0)", Family::Outlook),
            (outlook, Family::Outlook),
            (old_outlook, Family::Outlook),
            (thunderbird, Family::Thunderbird),
            (lightning, Family::Thunderbird),
            (
                "ICSx5/2.3.1 (ical4j/4.0 okhttp/4.12.0 Android/14)",
                Family::Icsx5,
            ),
            (
                "DAVx5/4.4.3-ose (dav4jvm; okhttp/4.12.0) Android/14",
                Family::Caldav,
            ),
            (chrome, Family::Other),
            ("Evolution/3.46.4", Family::Other),
            ("Nextcloud Webcal Service", Family::Other),
            ("vdirsyncer/0.21.0", Family::Other),
            ("한글 프로그램", Family::Other),
            ("Mozilla/4.0 ", Family::Other),
            ("", Family::Other),
            ("M", Family::Other),
        ] {
            assert_eq!(Family::of(user_agent), family, "{user_agent}");
        }
    }

    #[test]
    fn families_read_back_as_written() {
        for family in Family::ALL {
            assert_eq!(Family::parse(family.as_str()), Some(family));
        }
        assert_eq!(Family::parse("Apple"), None);
    }

    #[test]
    fn estimates_are_within_a_tenth_from_ten_to_a_hundred_thousand() {
        for seed in [1, 77, 4_242, 990_001] {
            for visitors in [
                1, 2, 5, 10, 30, 100, 300, 700, 1_000, 1_800, 2_560, 4_000, 5_000, 10_000, 30_000,
                100_000,
            ] {
                let told = sketch_of(seed, visitors).estimate();
                let off = told.abs_diff(visitors) * 10;
                assert!(off <= visitors, "{visitors} visitors told as {told}");
            }
        }
    }

    #[test]
    fn nobody_is_nobody() {
        assert_eq!(Sketch::new().estimate(), 0);
        assert!(Sketch::new().is_empty());
        assert!(!sketch_of(1, 1).is_empty());
    }

    #[test]
    fn the_rarest_hashes_stay_within_the_registers() {
        let none = Place::of(0);
        assert_eq!((none.register, none.rank), (0, 55));
        let all = Place::of(u64::MAX);
        assert_eq!((all.register, all.rank), (1_023, 1));
    }

    #[test]
    fn days_are_summed_and_google_is_said_to_be_shared() {
        let day = |day, family, fetches, visitors| Counted {
            day: date(2026, 11, day),
            family,
            fetches,
            visitors,
        };
        let summed = readers(&[
            day(20, Family::Google, 3, None),
            day(20, Family::Apple, 90, Some(30)),
            day(21, Family::Apple, 80, Some(33)),
            day(21, Family::Google, 2, None),
        ]);
        let want = [
            Readers {
                family: Family::Apple,
                fetches: 170,
                subscribers: Some(33),
                shared: false,
            },
            Readers {
                family: Family::Google,
                fetches: 5,
                subscribers: None,
                shared: true,
            },
        ];
        assert_eq!(summed, want);
    }

    #[test]
    fn days_are_those_of_utc() {
        let late = "2026-11-22T23:59:59.999Z".parse().unwrap();
        assert_eq!(day_of(late), date(2026, 11, 22));
        assert_eq!(first_kept(date(2026, 11, 22)), date(2024, 9, 13));
    }

    proptest! {
        #[test]
        fn sketches_read_back_as_written(seed: u64, visitors in 0u64..3_000) {
            let sketch = sketch_of(seed, visitors);
            let bytes = sketch.to_bytes();
            prop_assert!(bytes.len() <= 1 + Sketch::REGISTERS);
            prop_assert_eq!(Sketch::from_bytes(&bytes), Some(sketch));
        }

        #[test]
        fn any_bytes_are_a_sketch_or_none(bytes: Vec<u8>) {
            if let Some(sketch) = Sketch::from_bytes(&bytes) {
                let _ = sketch.estimate();
            }
        }

        #[test]
        fn merging_is_commutative_idempotent_and_the_same_as_noting_all(
            seed: u64, a in 0u64..2_000, b in 0u64..2_000,
        ) {
            let (one, other) = (sketch_of(seed, a), sketch_of(!seed, b));
            let mut left = one.clone();
            left.merge(&other);
            let mut right = other.clone();
            right.merge(&one);
            prop_assert_eq!(&left, &right);
            right.merge(&one);
            right.merge(&left.clone());
            prop_assert_eq!(&left, &right);
            let mut noted = sketch_of(seed, a);
            for number in 0..b {
                noted.note(spread(!seed, number));
            }
            prop_assert_eq!(&left, &noted);
        }

        #[test]
        fn estimates_of_any_visitors_are_near(seed: u64, visitors in 10u64..20_000) {
            let told = sketch_of(seed, visitors).estimate() as f64;
            // Six times the standard error: never by chance.
            let off = (told - visitors as f64).abs() / visitors as f64;
            prop_assert!(off < 0.2, "{} visitors told as {}", visitors, told);
        }

        #[test]
        fn no_user_agent_is_too_odd(user_agent: String) {
            let _ = Family::of(&user_agent);
        }
    }
}
