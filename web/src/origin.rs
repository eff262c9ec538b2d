//! Whether a request that changes something was sent by a page of this site (R29). Browsers say
//! where a request comes from in Sec-Fetch-Site and Origin; cookies alone say nothing about it.

use http::{HeaderMap, Method, header};

/// Where a change does not depend on who the browser is: these interfaces read no cookie.
const WITHOUT_COOKIES: [&str; 4] = ["/api/", "/voice/", "/dav/", "/mcp"];
/// Below here the path itself holds the key: who knows it needs no cookie.
const KEYED: [&str; 2] = ["/my/", "/welcome/"];
const FETCH_SITE: &str = "sec-fetch-site";

/// True for a change that another site's page asks for, or that comes with a cookie and without a
/// word on where from.
///
/// Pages that name no referrer, as those with a key in their address do, send `Origin: null` in
/// browsers that send no Sec-Fetch-Site; below `KEYED` that is no reason to refuse.
pub fn is_foreign(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    if method.is_safe() || WITHOUT_COOKIES.iter().any(|open| path.starts_with(open)) {
        return false;
    }
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or("null"));
    if let Some(site) = text(FETCH_SITE) {
        return !matches!(site, "same-origin" | "none");
    }
    let keyed = KEYED.iter().any(|root| path.starts_with(root)) || crate::tips::is_receipt(path);
    match text(header::ORIGIN.as_str()) {
        Some("null") => !keyed,
        Some(origin) => !is_own(origin, text(header::HOST.as_str())),
        None => !keyed && headers.contains_key(header::COOKIE),
    }
}

/// The host of a request was checked to be ours before it came here; its scheme is known to the
/// proxy alone.
fn is_own(origin: &str, host: Option<&str>) -> bool {
    let named = origin.split_once("://").map(|(_, host)| host);
    named
        .zip(host)
        .is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn foreign(method: Method, path: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        let mut headers: HeaderMap = headers.iter().map(pair).collect();
        headers.insert(header::HOST, HeaderValue::from_static("almanac.example"));
        is_foreign(&method, path, &headers)
    }

    #[test]
    fn e3_a_change_comes_from_our_own_pages() {
        let key = "/my/0123456789abcdefABCDEF";
        for (path, headers, refused) in [
            ("/my", &[("sec-fetch-site", "same-origin")][..], false),
            ("/my", &[("sec-fetch-site", "none")], false),
            ("/my", &[("sec-fetch-site", "same-site")], true),
            ("/my", &[("sec-fetch-site", "cross-site")], true),
            (
                "/my",
                &[("sec-fetch-site", "same-origin"), ("origin", "null")],
                false,
            ),
            ("/my", &[("origin", "https://almanac.example")], false),
            ("/my", &[("origin", "https://evil.example")], true),
            ("/my", &[("origin", "https://almanac.example.evil")], true),
            ("/my", &[("origin", "null")], true),
            ("/my", &[("cookie", "my=x")], true),
            ("/my", &[], false),
            ("/sign-in", &[("sec-fetch-site", "cross-site")], true),
            ("/sign-in", &[("origin", "https://evil.example")], true),
            ("/sign-out", &[("cookie", "session=x")], true),
            ("/cms/people", &[("cookie", "session=x")], true),
            ("/welcome/x", &[("origin", "null")], false),
            ("/welcome/x", &[("sec-fetch-site", "cross-site")], true),
            (key, &[("cookie", "my=x")], false),
            (key, &[("origin", "null")], false),
            (key, &[("origin", "https://evil.example")], true),
            (key, &[("sec-fetch-site", "cross-site")], true),
            (
                "/api/v1/subscriptions",
                &[("origin", "https://evil.example")],
                false,
            ),
        ] {
            assert_eq!(
                foreign(Method::POST, path, headers),
                refused,
                "{path} {headers:?}"
            );
            assert!(
                !foreign(Method::GET, path, headers),
                "reading changes nothing"
            );
        }
    }
}
