//! People who sign in: who they are, what they are here for, which passwords will do, and how long
//! somebody who guesses has to wait. How a password is kept and a session made is not decided here.

use crate::id::PersonId;
use crate::policy::Caller;
use crate::text::clean_line;
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// What somebody is here for; what that allows is [`policy`](crate::policy)'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Looks after the installation and its people, and may do all that editors do.
    Admin,
    /// Keeps calendars.
    Editor,
    /// Decides what readers report, and sets single events right.
    Moderator,
    /// Keeps the calendars of an organisation outside.
    Partner,
}

impl Role {
    /// All roles, the one that may most first.
    pub const ALL: &'static [Self] = &[Self::Admin, Self::Editor, Self::Moderator, Self::Partner];

    /// The word in the database, on the command line and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Moderator => "moderator",
            Self::Partner => "partner",
        }
    }

    /// Reads exactly such a word.
    pub fn parse(text: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|role| role.as_str() == text)
    }

    /// The caller that somebody of this role is once both factors are given.
    pub const fn caller(self) -> Caller {
        match self {
            Self::Admin => Caller::Admin,
            Self::Editor => Caller::Editor,
            Self::Moderator => Caller::Moderator,
            Self::Partner => Caller::Partner,
        }
    }

    /// Where somebody of this role begins to work.
    pub const fn home(self) -> &'static str {
        match self {
            Self::Admin | Self::Editor | Self::Moderator => "/cms/",
            Self::Partner => "/partners/",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An e-mail address that mail can be sent to, in lower case: people do not tell addresses apart
/// by case, though RFC 5321 §2.4 would let them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

impl Email {
    /// Longest address in bytes (RFC 5321 §4.5.3.1.3, without the angle brackets).
    const MOST: usize = 254;
    /// Longest part before the @ in bytes (RFC 5321 §4.5.3.1.1).
    const MOST_LOCAL: usize = 64;

    /// Reads an address: a dot-atom (RFC 5322 §3.2.3) at a host name, blanks around it dropped.
    /// Quoted names, comments, literals and names outside of ASCII are refused: hardly anybody has
    /// one, and each is a way to smuggle something into a mail's head.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let (local, host) = text.split_once('@')?;
        let fits = text.len() <= Self::MOST && local.len() <= Self::MOST_LOCAL;
        (fits && is_dot_atom(local) && is_host(host)).then_some(Self(text))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the @.
    pub fn local(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

fn is_dot_atom(text: &str) -> bool {
    let atom = |part: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
        !part.is_empty() && part.bytes().all(plain)
    };
    text.split('.').all(atom)
}

/// Two labels at least: mail to a bare host name is the machine's own, not a person's.
fn is_host(text: &str) -> bool {
    let label = |part: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=63).contains(&part.len())
            && part.bytes().all(plain)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.contains('.') && text.split('.').all(label)
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Identity, whatever their address or name.
    pub id: PersonId,
    /// Where mail reaches them, and what they sign in with.
    pub email: Email,
    /// What colleagues call them; never empty.
    pub name: String,
    /// What they are here for.
    pub role: Role,
    /// Short name of the organisation that a partner stands for.
    pub organisation: Option<String>,
    /// They may not sign in any more. People are never deleted: the log tells of them.
    pub disabled: bool,
    /// Since when they are known.
    pub created: Timestamp,
}

/// Longest name of a person, in characters.
pub const NAME_CHARS: usize = 60;

/// A name as it is kept: one line, not too long; what stands before the @ where there is none.
pub fn clean_name(text: &str, email: &Email) -> String {
    let line = clean_line(text, 4 * NAME_CHARS);
    let name: String = line.chars().take(NAME_CHARS).collect();
    if name.is_empty() {
        email.local().to_owned()
    } else {
        name
    }
}

/// Why a password will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeakPassword {
    /// Fewer than [`PASSWORD_LEAST`] characters.
    Short,
    /// More than [`PASSWORD_MOST`] characters.
    Long,
    /// Among those that everybody tries first.
    Common,
    /// The person's own address or name, or the name of this program.
    Obvious,
}

/// Fewest characters of a password (NIST SP 800-63B §3.1.1.2, with a second factor on offer).
pub const PASSWORD_LEAST: usize = 8;
/// Most characters of a password: hashing takes no longer for long ones, reading them does.
pub const PASSWORD_MOST: usize = 256;

/// Whether a password will do for somebody of this address and name. There are no rules about
/// kinds of characters: they make passwords that are hard to keep in mind and easy to guess.
pub fn check_password(password: &str, email: &Email, name: &str) -> Result<(), WeakPassword> {
    let count = password.chars().count();
    if count < PASSWORD_LEAST {
        return Err(WeakPassword::Short);
    }
    if count > PASSWORD_MOST {
        return Err(WeakPassword::Long);
    }
    let folded = folded(password);
    let own = [email.as_str(), email.local(), name, "almanac"];
    if own.iter().any(|word| is_made_of(&folded, word)) {
        return Err(WeakPassword::Obvious);
    }
    if is_common(&folded) {
        return Err(WeakPassword::Common);
    }
    Ok(())
}

fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// True where a password is a word, perhaps twice, perhaps with digits or marks around it.
fn is_made_of(password: &str, word: &str) -> bool {
    let word = folded(word);
    let alone = password.trim_matches(|c: char| !c.is_alphabetic());
    let parts = |text: &str| {
        word.len() >= 3 && text.contains(&word) && text.replace(&word, "").trim().is_empty()
    };
    password == word || parts(password) || parts(alone)
}

/// The passwords of eight characters and more that stand first in every list of leaked ones, and
/// the Korean ones among them: words typed on a Latin keyboard.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "password1",
    "password12",
    "password123",
    "p@ssw0rd",
    "p@ssword",
    "123456789",
    "1234567890",
    "12345678",
    "87654321",
    "987654321",
    "0987654321",
    "147258369",
    "123123123",
    "123454321",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "1qazxsw2",
    "q1w2e3r4",
    "q1w2e3r4t5",
    "qwertyui",
    "qwertyuiop",
    "qwerty12",
    "qwerty123",
    "qwerty1234",
    "asdfghjk",
    "asdfghjkl",
    "asdfasdf",
    "asdf1234",
    "zxcvbnm1",
    "zxcvbnm123",
    "zaq12wsx",
    "abcd1234",
    "abc12345",
    "abcdefgh",
    "abcdefg1",
    "a1b2c3d4",
    "a1234567",
    "a12345678",
    "aa123456",
    "aa12345678",
    "iloveyou",
    "iloveyou1",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "basketball",
    "superman",
    "starwars",
    "trustno1",
    "letmein1",
    "welcome1",
    "welcome123",
    "changeme",
    "changeme123",
    "administrator",
    "admin123",
    "admin1234",
    "adminadmin",
    "computer",
    "internet",
    "michelle",
    "jennifer",
    "jonathan",
    "corvette",
    "mercedes",
    "maverick",
    "dragon123",
    "monkey123",
    "whatever",
    "samsung1",
    "liverpool",
    "chelsea1",
    "arsenal1",
    "pokemon1",
    "minecraft",
    "test1234",
    "testtest",
    "guest1234",
    "default1",
    "secret123",
    "tkfkdgo",
    "tkfkdgo1",
    "tkfkdgo12",
    "tkfkdgody",
    "dkssudgktpdy",
    "dkssud12",
    "rlaclgosj",
    "eogksalsrnr",
    "qlalfqjsgh",
    "qlalfqjsgh1",
    "rhksflwk",
    "ektlgksqjs",
    "gksrnrdj",
    "tjdnfdlqslek",
    "calendar",
    "calendar1",
    "calendar123",
];

fn is_common(folded: &str) -> bool {
    let mut chars = folded.chars();
    let first = chars.next();
    let one_over_and_over = chars.all(|c| Some(c) == first);
    one_over_and_over || COMMON.contains(&folded) || is_run(folded)
}

/// Characters that each follow the one before, up or down: `abcdefgh`, `98765432`.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    [1, -1].iter().any(|step| {
        let follows = |pair: &[i64]| pair[1] - pair[0] == *step;
        codes.len() > 1 && codes.windows(2).all(follows)
    })
}

/// What is known of failed attempts under one name or from one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many, since the last pause of [`FORGOTTEN_AFTER`].
    pub count: i64,
    /// When the last one was.
    pub last: Timestamp,
}

/// How attempts are slowed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// Attempts that need not wait.
    pub free: i64,
    /// The longest wait. There is no lock-out: who guesses at somebody's password must not be able
    /// to keep its owner out for longer than this.
    pub longest: SignedDuration,
}

/// For one account, whoever tries: a minute's wait leaves a guesser some 1,400 tries a day.
pub const PER_ACCOUNT: Throttle = Throttle {
    free: 5,
    longest: SignedDuration::from_secs(60),
};

/// For one network, whomever it tries: an office with one address has many people who mistype.
pub const PER_NETWORK: Throttle = Throttle {
    free: 20,
    longest: SignedDuration::from_secs(15 * 60),
};

/// For the second factor of one person: who guesses at it has the password already.
pub const PER_SECOND_FACTOR: Throttle = Throttle {
    free: 5,
    longest: SignedDuration::from_secs(15 * 60),
};

/// For mail to one address that anybody can ask for.
pub const PER_MAIL: Throttle = Throttle {
    free: 3,
    longest: SignedDuration::from_secs(60 * 60),
};

/// After a pause this long, earlier failures no longer count.
pub const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);

impl Throttle {
    /// How long from `now` until the next attempt is taken: nothing for the first few, then a second,
    /// doubled by each further failure. A clock that was put back makes nobody wait for longer than
    /// [`Throttle::longest`].
    pub fn wait(self, failures: Failures, now: Timestamp) -> SignedDuration {
        let since = now.duration_since(failures.last);
        if failures.count < self.free || since >= FORGOTTEN_AFTER {
            return SignedDuration::ZERO;
        }
        let doublings = (failures.count - self.free).clamp(0, 30);
        let wait = SignedDuration::from_secs(1 << doublings).min(self.longest);
        (wait - since.max(SignedDuration::ZERO)).max(SignedDuration::ZERO)
    }
}

impl Failures {
    /// One more.
    #[must_use]
    pub fn and_one_at(self, now: Timestamp) -> Self {
        let pause = now.duration_since(self.last);
        let count = if pause >= FORGOTTEN_AFTER {
            0
        } else {
            self.count
        };
        Self {
            count: count.saturating_add(1),
            last: now,
        }
    }
}

#[cfg(test)]
mod tests;
