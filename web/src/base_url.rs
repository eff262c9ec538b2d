//! The configured address of this installation (R29). Every absolute link is made from it, never
//! from the request's Host header (security case E8).

use domain::event::WebAddress;
use std::fmt;
use std::sync::Arc;

/// Scheme and host (with port and path prefix, if any), without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Arc<str>);

impl BaseUrl {
    /// Takes an http or https address; a query, a fragment or credentials make it `None`.
    pub fn parse(raw: &str) -> Option<Self> {
        let address = WebAddress::parse(raw)?;
        let text = address.as_str().trim_end_matches('/');
        (!text.contains(['?', '#'])).then(|| Self(text.into()))
    }

    /// The address, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The absolute address of a path that begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The same with the `webcal:` scheme, which phones and desktop calendars open as a
    /// subscription.
    pub fn webcal(&self, path: &str) -> String {
        format!("webcal://{}{path}", self.without_scheme())
    }

    /// True when browsers reach it over TLS; then cookies are `Secure`.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Host with its port, if one is named.
    pub fn authority(&self) -> &str {
        self.without_scheme().split('/').next().unwrap_or_default()
    }

    /// Host without port.
    pub fn host(&self) -> &str {
        let authority = self.authority();
        if let Some(rest) = authority.strip_prefix('[') {
            return rest.split(']').next().unwrap_or_default();
        }
        authority.split(':').next().unwrap_or_default()
    }

    /// True when only this computer can reach it: services such as Google cannot.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    fn without_scheme(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, rest)| rest)
    }
}

/// True for the names that a computer has for itself.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_come_from_the_configured_address() {
        let base = BaseUrl::parse("https://almanac.example:8443/").unwrap();
        assert_eq!(base.join("/about"), "https://almanac.example:8443/about");
        assert_eq!(
            base.webcal("/feeds/kbo.ics"),
            "webcal://almanac.example:8443/feeds/kbo.ics"
        );
        assert_eq!(base.host(), "almanac.example");
        assert!(base.is_https() && !base.is_loopback());
    }

    #[test]
    fn loopback_addresses_are_known() {
        for local in [
            "http://localhost:8080",
            "http://127.0.0.1",
            "http://[::1]:8080",
        ] {
            assert!(BaseUrl::parse(local).unwrap().is_loopback(), "{local}");
        }
        assert_eq!(BaseUrl::parse("ftp://x"), None);
        assert_eq!(BaseUrl::parse("https://x/?a=b"), None);
    }
}
