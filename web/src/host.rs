//! Under which names this installation may be asked (R29, security case E8). Links are made from the
//! configured address alone; a request for another name is refused outright, so that no cache and
//! no rebound DNS name ever holds our answers under it.

use crate::base_url::{BaseUrl, is_loopback};
use crate::cache::Cache;
use crate::locale::T;
use crate::visit::ui_lang;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

/// Monitors ask by address, and learn nothing that is worth a name.
const FOR_ANY_HOST: [&str; 2] = ["/healthz", "/readyz"];

/// The name that the operator configured.
#[derive(Debug, Clone)]
pub struct OwnHost(BaseUrl);

impl OwnHost {
    /// The host of the public address.
    pub const fn of(base_url: BaseUrl) -> Self {
        Self(base_url)
    }

    /// The refusal of a request for another host; `None` where it is to be answered.
    pub fn refuses(&self, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
        if self.is_plainly_ours(uri, headers) || FOR_ANY_HOST.contains(&uri.path()) {
            return None;
        }
        match asked_host(uri, headers) {
            Some(host) if self.is_ours(&host) => None,
            asked => {
                let status =
                    asked.map_or(StatusCode::BAD_REQUEST, |_| StatusCode::MISDIRECTED_REQUEST);
                Some(self.refusal(status, headers))
            }
        }
    }

    /// The usual case, without taking anything apart: one Host header, exactly as configured. Polls
    /// are answered in a microsecond or two; this is a part of each.
    pub fn is_plainly_ours(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).into_iter();
        let one = hosts.next().map(HeaderValue::as_bytes);
        uri.authority().is_none()
            && one.is_some_and(|one| self.is_plainly(one))
            && hosts.next().is_none()
    }

    /// Whether a Host header says exactly what is configured.
    pub fn is_plainly(&self, host: &[u8]) -> bool {
        host == self.0.authority().as_bytes()
    }

    fn is_ours(&self, host: &str) -> bool {
        host.eq_ignore_ascii_case(self.0.host()) || is_loopback(host)
    }

    fn refusal(&self, status: StatusCode, headers: &HeaderMap) -> Response {
        let t = T::new(ui_lang(headers));
        let said = t.f("failure.other_host", &[("address", self.0.as_str())]);
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/plain; charset=utf-8"),
            ),
            (header::CACHE_CONTROL, Cache::Never.value()),
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
        ];
        (status, headers, format!("{said}\n")).into_response()
    }
}

/// The host that a request is for, in lower case, without port and closing dot: of an absolute
/// address, which beats the header (RFC 9112 §3.2.2), else of the one Host header.
fn asked_host(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let authority = match uri.authority() {
        Some(authority) => authority.as_str().to_owned(),
        None => {
            let mut all = headers.get_all(header::HOST).into_iter();
            let one = all.next()?.to_str().ok()?.to_owned();
            if all.next().is_some() {
                return None;
            }
            one
        }
    };
    let parsed: http::uri::Authority = authority.parse().ok()?;
    if parsed.as_str().contains('@') {
        return None;
    }
    let host = parsed.host().trim_start_matches('[').trim_end_matches(']');
    let host = host.strip_suffix('.').unwrap_or(host);
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(uri: &str, hosts: &[&'static str]) -> Option<u16> {
        let own = OwnHost::of(BaseUrl::parse("https://Almanac.example:8443").unwrap());
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_static(host));
        }
        own.refuses(&uri.parse().unwrap(), &headers)
            .map(|refusal| refusal.status().as_u16())
    }

    #[test]
    fn e8_our_name_and_this_computer_s_are_answered() {
        for host in [
            "almanac.example",
            "ALMANAC.example:8443",
            "almanac.example.",
            "localhost",
            "localhost:9",
            "127.0.0.1:8080",
            "[::1]:8080",
            "almanac.localhost",
        ] {
            assert_eq!(status("/", &[host]), None, "{host}");
        }
    }

    #[test]
    fn e8_every_other_name_is_refused() {
        for host in [
            "evil.example",
            "almanac.example.evil.example",
            "evil.example:8443",
            "192.0.2.7",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
        ] {
            assert_eq!(status("/", &[host]), Some(421), "{host}");
            assert_eq!(status("/healthz", &[host]), None, "{host}");
        }
        for hosts in [
            &[][..],
            &[""],
            &["evil.example@almanac.example"],
            &["almanac.example", "almanac.example"],
            &["almanac.example/x"],
        ] {
            assert_eq!(status("/", hosts), Some(400), "{hosts:?}");
        }
    }

    #[test]
    fn e8_an_absolute_address_beats_the_header() {
        assert_eq!(status("http://evil.example/", &["localhost"]), Some(421));
        assert_eq!(status("http://localhost/", &["evil.example"]), None);
    }
}
