//! Which resource a path names, and the path of a resource. Says nothing about whether it exists.

use http::HeaderMap;
use http::header;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Longest path that can name anything here, in bytes as sent.
const PATH_BYTES: usize = 2 << 10;
/// Longest part of a path between slashes, in bytes once decoded.
const PART_BYTES: usize = 255;
/// Longest Authorization header that is looked at, in bytes.
const CREDENTIALS_BYTES: usize = 1 << 10;

/// What stands for itself in a part of a path (RFC 3986 §2.3); everything else is encoded.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Whose calendars.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// Everybody's: the public catalogue.
    Public,
    /// One person's, named by a read-only address token.
    Person(String),
}

/// A resource of the CalDAV tree.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// `/dav/`: where discovery begins.
    Root,
    /// `/dav/public/` or `/dav/my/{token}/`.
    Principal(Owner),
    /// `/dav/calendars/` or `/dav/my/{token}/calendars/`.
    Home(Owner),
    /// A calendar of a home, by the last part of its path: a public id, a slug, or `all`.
    Collection(Owner, String),
    /// A member of a calendar, by the last part of its path.
    Member(Owner, String, String),
}

impl Target {
    /// Reads a path as sent; a missing slash at the end does not matter. `None` where nothing can
    /// be.
    pub fn parse(path: &str) -> Option<Self> {
        if path.len() > PATH_BYTES {
            return None;
        }
        let parts = path.strip_prefix("/dav")?;
        let parts = match parts.strip_prefix('/') {
            Some(parts) => parts.strip_suffix('/').unwrap_or(parts),
            None if parts.is_empty() => parts,
            None => return None,
        };
        if parts.is_empty() {
            return Some(Self::Root);
        }
        let parts: Option<Vec<String>> = parts.split('/').map(part).collect();
        let parts = parts?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["public"] => Some(Self::Principal(Owner::Public)),
            ["calendars", rest @ ..] => Self::in_home(Owner::Public, rest),
            ["my", token] => Some(Self::Principal(Owner::Person((*token).to_owned()))),
            ["my", token, "calendars", rest @ ..] => {
                Self::in_home(Owner::Person((*token).to_owned()), rest)
            }
            _ => None,
        }
    }

    fn in_home(owner: Owner, rest: &[&str]) -> Option<Self> {
        match *rest {
            [] => Some(Self::Home(owner)),
            [calendar] => Some(Self::Collection(owner, calendar.to_owned())),
            [calendar, name] => Some(Self::Member(owner, calendar.to_owned(), name.to_owned())),
            _ => None,
        }
    }

    /// Its absolute path, percent-encoded, with a slash at the end of everything that can hold
    /// something. [`Target::parse`] reads it back.
    pub fn href(&self) -> String {
        match self {
            Self::Root => "/dav/".to_owned(),
            Self::Principal(Owner::Public) => "/dav/public/".to_owned(),
            Self::Principal(Owner::Person(token)) => format!("/dav/my/{}/", encoded(token)),
            Self::Home(Owner::Public) => "/dav/calendars/".to_owned(),
            Self::Home(owner) => format!("{}calendars/", owner.principal()),
            Self::Collection(owner, calendar) => {
                format!("{}{}/", owner.home(), encoded(calendar))
            }
            Self::Member(owner, calendar, name) => {
                format!("{}{}/{}", owner.home(), encoded(calendar), encoded(name))
            }
        }
    }

    /// Whose it is; the root is everybody's.
    pub const fn owner(&self) -> &Owner {
        match self {
            Self::Root => &Owner::Public,
            Self::Principal(owner)
            | Self::Home(owner)
            | Self::Collection(owner, _)
            | Self::Member(owner, _, _) => owner,
        }
    }
}

impl Owner {
    /// The path of the principal (RFC 3744 §2).
    pub fn principal(&self) -> String {
        Target::Principal(self.clone()).href()
    }

    /// The path of the calendar home (RFC 4791 §6.2.1).
    pub fn home(&self) -> String {
        Target::Home(self.clone()).href()
    }
}

/// A part of a path, encoded.
pub(super) fn encoded(part: &str) -> String {
    utf8_percent_encode(part, PART).to_string()
}

/// A part of a path, decoded. Dots alone would mean another folder to somebody on the way, and a
/// slash inside would be read as two parts by the next reader.
fn part(raw: &str) -> Option<String> {
    let text = percent_decode_str(raw).decode_utf8().ok()?;
    let plain = !text.contains(|c: char| c.is_control() || c == '/' || c == '\\');
    let fits = (1..=PART_BYTES).contains(&text.len()) && text != "." && text != "..";
    (plain && fits).then(|| text.into_owned())
}

/// The path of an address that may be absolute: clients send both (RFC 4918 §8.3).
pub(super) fn path_of(href: &str) -> &str {
    let Some((_, rest)) = href.split_once("://") else {
        return href;
    };
    rest.find('/').map_or("/", |at| &rest[at..])
}

pub(super) fn basic_password(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, coded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || coded.len() > CREDENTIALS_BYTES {
        return None;
    }
    let text = String::from_utf8(base64(coded.trim())?).ok()?;
    let (_, password) = text.split_once(':')?;
    (!password.is_empty()).then(|| password.to_owned())
}

/// RFC 4648 §4, with or without padding; `None` for anything else.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0x3fff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    // Six bits alone are no byte.
    (held != 6).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn person() -> Owner {
        Owner::Person("T0k3n".to_owned())
    }

    #[test]
    fn paths_name_resources() {
        let member = |owner, name: &str| Target::Member(owner, "c".into(), name.into());
        for (path, want) in [
            ("/dav", Some(Target::Root)),
            ("/dav/", Some(Target::Root)),
            ("/dav/public/", Some(Target::Principal(Owner::Public))),
            ("/dav/public", Some(Target::Principal(Owner::Public))),
            ("/dav/calendars/", Some(Target::Home(Owner::Public))),
            (
                "/dav/calendars/kbo-lotte",
                Some(Target::Collection(Owner::Public, "kbo-lotte".into())),
            ),
            (
                "/dav/calendars/c/e.ics",
                Some(member(Owner::Public, "e.ics")),
            ),
            (
                "/dav/calendars/%63/%65.ics",
                Some(member(Owner::Public, "e.ics")),
            ),
            ("/dav/my/T0k3n", Some(Target::Principal(person()))),
            ("/dav/my/T0k3n/calendars/", Some(Target::Home(person()))),
            (
                "/dav/my/T0k3n/calendars/all/",
                Some(Target::Collection(person(), "all".into())),
            ),
            (
                "/dav/my/T0k3n/calendars/c/e.ics",
                Some(member(person(), "e.ics")),
            ),
            ("/dav/my/", None),
            ("/dav/my/T0k3n/inbox/", None),
            ("/david/", None),
            ("/dav//", Some(Target::Root)),
            ("/dav/calendars//", None),
            ("/dav/calendars/../public/", None),
            ("/dav/calendars/%2e%2e/x", None),
            ("/dav/calendars/a%2fb/", None),
            ("/dav/calendars/a%00/", None),
            ("/dav/calendars/%ff/", None),
            ("/dav/calendars/c/e.ics/more", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Target::parse(path), want, "{path}");
        }
        assert_eq!(
            Target::parse(&format!("/dav/my/{}/", "x".repeat(256))),
            None
        );
    }

    #[test]
    fn addresses_may_be_absolute() {
        for (href, path) in [
            ("/dav/public/", "/dav/public/"),
            ("https://almanac.example/dav/public/", "/dav/public/"),
            ("http://almanac.example", "/"),
            ("e.ics", "e.ics"),
        ] {
            assert_eq!(path_of(href), path, "{href}");
        }
    }

    #[test]
    fn the_password_is_read_and_the_user_ignored() {
        for (value, want) in [
            ("Basic dXNlcjpUMGszbg==", Some("T0k3n")),
            ("basic OlQwazNu", Some("T0k3n")),
            ("Basic dTphOmI", Some("a:b")),
            ("Basic dXNlcjo=", None),
            ("Basic dXNlcg==", None),
            ("Basic ****", None),
            ("Bearer dXNlcjpUMGszbg==", None),
            ("Basic", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            assert_eq!(basic_password(&headers).as_deref(), want, "{value}");
        }
        assert_eq!(basic_password(&HeaderMap::new()), None);
    }

    proptest! {
        #[test]
        fn hrefs_read_back(token in "[^/\\\\\\p{Cc}]{1,60}", name in "[^/\\\\\\p{Cc}]{1,60}") {
            prop_assume!(![".", ".."].contains(&&*token) && ![".", ".."].contains(&&*name));
            for target in [
                Target::Principal(Owner::Person(token.clone())),
                Target::Home(Owner::Person(token.clone())),
                Target::Collection(Owner::Public, token.clone()),
                Target::Member(Owner::Person(token.clone()), name.clone(), name.clone()),
            ] {
                let href = target.href();
                prop_assert!(href.is_ascii());
                prop_assert_eq!(Target::parse(&href), Some(target));
            }
        }

        #[test]
        fn any_path_is_read_without_harm(path in ".{0,80}") {
            if let Some(target) = Target::parse(&path) {
                prop_assert_eq!(Target::parse(&target.href()), Some(target));
            }
        }
    }
}
