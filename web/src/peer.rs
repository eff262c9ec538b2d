//! Who is at the other end of the connection.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderValue};
use serde::Deserialize;
use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The header in which each proxy notes, at the right, whom it was asked by.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a request comes from, put on it by the server: the connection's, or what a
/// proxy that the operator trusts says. Nobody else's headers are believed (security case E9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeerAddress(pub IpAddr);

impl PeerAddress {
    /// Who asks, given who is connected. Each proxy adds at the right whom it was asked by, and
    /// what stands left of that was sent by a stranger: the rightmost address that is no trusted
    /// proxy's own counts. What is no address ends the search at the proxy that passed it on.
    pub fn of(connected: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> Self {
        if trusted.is_empty() {
            return Self(connected);
        }
        let lists = headers.get_all(FORWARDED_FOR).into_iter();
        Self::through(connected, lists.map(HeaderValue::as_bytes), trusted)
    }

    /// The same with the lines of X-Forwarded-For, in their order.
    pub fn through<'a>(
        connected: IpAddr,
        lists: impl DoubleEndedIterator<Item = &'a [u8]>,
        trusted: &[Network],
    ) -> Self {
        let is_trusted = |address: IpAddr| trusted.iter().any(|n| n.contains(address));
        let mut known = connected;
        for list in lists.rev() {
            let list = std::str::from_utf8(list).unwrap_or_default();
            for one in list.rsplit(',') {
                if !is_trusted(known) {
                    return Self(known);
                }
                match address(one.trim()) {
                    Some(address) => known = address,
                    None => return Self(known),
                }
            }
        }
        Self(known)
    }

    /// What the server noted on a request. Without it, as in tests of a router alone, all callers
    /// are one.
    pub fn noted_on(extensions: &Extensions) -> Self {
        let nobody = Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        extensions.get().copied().unwrap_or(nobody)
    }

    /// What limits are counted by: an IPv4 address, or the first 64 bits of an IPv6 address,
    /// because one subscriber line is given that many.
    pub fn network(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 @ IpAddr::V4(_) => v4,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PeerAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::noted_on(&parts.extensions))
    }
}

/// An address as proxies write it, with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|t| t.split(']').next());
    bare.unwrap_or(text)
        .parse()
        .ok()
        .or_else(|| Some(text.parse::<std::net::SocketAddr>().ok()?.ip()))
}

/// A range of addresses in CIDR notation, `10.0.0.0/8`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether an address lies in it; IPv4 written as IPv6 is IPv4.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let (own, other) = (own.to_bits(), other.to_bits());
                (own ^ other).checked_shr(32 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let (own, other) = (own.to_bits(), other.to_bits());
                (own ^ other).checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Why a text names no range of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotANetwork(String);

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a range like 10.0.0.0/8 or ::1", self.0)
    }
}

impl std::error::Error for NotANetwork {}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) => digits.parse().map_err(|_| wrong())?,
            None => most,
        };
        (prefix <= most)
            .then_some(Self { address, prefix })
            .ok_or_else(wrong)
    }
}

impl TryFrom<String> for Network {
    type Error = NotANetwork;

    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn peer(connected: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let trusted: Vec<Network> = trusted.iter().map(|n| n.parse().unwrap()).collect();
        PeerAddress::of(connected.parse().unwrap(), &headers, &trusted)
            .0
            .to_string()
    }

    #[test]
    fn e9_nobody_but_a_trusted_proxy_is_believed() {
        assert_eq!(peer("192.0.2.9", &["203.0.113.1"], &[]), "192.0.2.9");
        let inner = ["10.0.0.0/8"];
        assert_eq!(peer("192.0.2.9", &["203.0.113.1"], &inner), "192.0.2.9");
        assert_eq!(peer("10.1.2.3", &["203.0.113.1"], &inner), "203.0.113.1");
        assert_eq!(peer("10.1.2.3", &[], &inner), "10.1.2.3");
    }

    #[test]
    fn e9_what_the_client_wrote_itself_stands_left_and_does_not_count() {
        let inner = ["10.0.0.0/8", "::1"];
        for (forwarded, want) in [
            (vec!["1.2.3.4, 203.0.113.1"], "203.0.113.1"),
            (vec!["1.2.3.4, 203.0.113.1, 10.9.9.9"], "203.0.113.1"),
            (vec!["1.2.3.4", "203.0.113.1"], "203.0.113.1"),
            (vec!["203.0.113.1:4711"], "203.0.113.1"),
            (vec!["[2001:db8::7]:4711"], "2001:db8::7"),
            (vec!["2001:db8::7"], "2001:db8::7"),
            (vec!["203.0.113.1, banana"], "10.1.2.3"),
            (vec!["203.0.113.1,"], "10.1.2.3"),
            (vec!["10.7.7.7"], "10.7.7.7"),
        ] {
            assert_eq!(peer("10.1.2.3", &forwarded, &inner), want, "{forwarded:?}");
        }
        assert_eq!(peer("::1", &["203.0.113.1"], &inner), "203.0.113.1");
        assert_eq!(
            peer("::ffff:10.1.2.3", &["203.0.113.1"], &inner),
            "203.0.113.1"
        );
    }

    #[test]
    fn ranges_hold_their_first_and_last_address_and_no_other() {
        for (range, inside, outside) in [
            (
                "10.0.0.0/8",
                ["10.0.0.0", "10.255.255.255"],
                ["9.255.255.255", "11.0.0.0"],
            ),
            (
                "192.0.2.7",
                ["192.0.2.7", "::ffff:192.0.2.7"],
                ["192.0.2.6", "192.0.2.8"],
            ),
            (
                "2001:db8::/32",
                ["2001:db8::", "2001:db8:ffff::1"],
                ["2001:db7::1", "10.0.0.1"],
            ),
            (
                "0.0.0.0/0",
                ["1.2.3.4", "255.255.255.255"],
                ["::1", "2001:db8::"],
            ),
        ] {
            let network: Network = range.parse().unwrap();
            for address in inside {
                assert!(
                    network.contains(address.parse().unwrap()),
                    "{range} {address}"
                );
            }
            for address in outside {
                assert!(
                    !network.contains(address.parse().unwrap()),
                    "{range} {address}"
                );
            }
        }
        for bad in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "::/129",
            "10.0.0.0/8/8",
            "proxy",
            "10.0.0/8",
        ] {
            assert!(bad.parse::<Network>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_line_s_addresses_are_one_network() {
        for (address, network) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            let found = PeerAddress(address.parse().unwrap()).network();
            assert_eq!(found.to_string(), network);
        }
    }
}
