//! Who is at the other end of the connection.

use std::net::{IpAddr, Ipv6Addr};

/// The address that the connection comes from, put on every request by the server. Headers that
/// claim another one are never believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeerAddress(pub IpAddr);

impl PeerAddress {
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

#[cfg(test)]
mod tests {
    use super::*;

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
