//! Where to go after a small detour (security case E7): only ever a path on this site.

use percent_encoding::percent_decode_str;

/// The path to go back to, or `/` when what was asked for could lead anywhere else: an absolute
/// address, `//host`, `/\host`, or one that hides such a thing behind percent signs.
pub fn safe_next(raw: &str) -> &str {
    if is_local(raw) { raw } else { "/" }
}

fn is_local(raw: &str) -> bool {
    let Ok(decoded) = percent_decode_str(raw).decode_utf8() else {
        return false;
    };
    let path = decoded.split(['?', '#']).next().unwrap_or_default();
    raw.starts_with('/')
        && raw.len() <= 2048
        && raw.bytes().all(|b| b.is_ascii_graphic())
        && !path.contains("//")
        && !decoded.contains('\\')
        && !decoded.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_only_paths_of_this_site_are_followed() {
        for good in [
            "/",
            "/calendars/kbo?view=list",
            "/events/0123456789abcdefABCDEF",
            "/calendars/kbo?next=https%3A%2F%2Fx",
        ] {
            assert_eq!(safe_next(good), good);
        }
        for bad in [
            "",
            "//evil",
            "/\\evil",
            "https:evil",
            "https://evil",
            "/%09/evil",
            "/%2f/evil",
            "/%5cevil",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x",
            "/a b",
            "/%ff",
            "/한글",
        ] {
            assert_eq!(safe_next(bad), "/", "{bad:?}");
        }
    }
}
