//! Files that pages load, embedded in the program. Each address holds a hash of the content, so
//! that browsers may keep it for ever.

use crate::cache::Cache;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use std::sync::LazyLock;

const CSS: &str = concat!(
    include_str!("../assets/tokens.css"),
    include_str!("../assets/almanac.css"),
    include_str!("../assets/home.css"),
    include_str!("../assets/calendar.css"),
    include_str!("../assets/event.css"),
    include_str!("../assets/search.css"),
    include_str!("../assets/my.css"),
    include_str!("../assets/tips.css"),
    include_str!("../assets/cms.css"),
    include_str!("../assets/cms-edit.css"),
    include_str!("../assets/print.css"),
);
/// What makes pages quicker where scripts run. Every page works without it.
const SCRIPT: &str = concat!(
    include_str!("../assets/search.js"),
    include_str!("../assets/calendar.js"),
    include_str!("../assets/event.js"),
    include_str!("../assets/account.js"),
    include_str!("../assets/tips.js"),
    include_str!("../assets/cms.js"),
    include_str!("../assets/cms-edit.js"),
);
const FAVICON: &str = include_str!("../assets/favicon.svg");
const FAVICON_ICO: &[u8] = include_bytes!("../assets/favicon.ico");

static CSS_ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/assets/almanac-{}.css", hash(CSS)));

static SCRIPT_ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/assets/almanac-{}.js", hash(SCRIPT)));

/// Address of the style sheet.
pub fn css_address() -> &'static str {
    &CSS_ADDRESS
}

/// Address of the script.
pub fn script_address() -> &'static str {
    &SCRIPT_ADDRESS
}

/// The asset of exactly this name (security case E15: there is no directory to walk out of);
/// `None` where there is none.
pub fn named(name: &str) -> Option<Response> {
    let is = |address: &str| address.strip_prefix("/assets/") == Some(name);
    if is(css_address()) {
        Some(css_response(CSS.to_owned(), Cache::Immutable))
    } else if is(script_address()) {
        Some(typed(
            "text/javascript; charset=utf-8",
            Cache::Immutable,
            SCRIPT,
        ))
    } else {
        None
    }
}

/// A style sheet.
pub fn css_response(css: String, cache: Cache) -> Response {
    typed("text/css; charset=utf-8", cache, css)
}

/// The icon, as drawn.
pub fn favicon_svg() -> Response {
    typed("image/svg+xml", Cache::Hour, FAVICON)
}

/// The icon for those who ask for the old address.
pub fn favicon_ico() -> Response {
    typed("image/x-icon", Cache::Hour, FAVICON_ICO)
}

/// Plain text.
pub fn text(text: String) -> Response {
    typed("text/plain; charset=utf-8", Cache::Hour, text)
}

fn typed(media_type: &'static str, cache: Cache, body: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, cache.value()),
    ];
    (headers, body).into_response()
}

/// Names a content in 16 hexadecimal digits (FNV-1a, 64 bits): enough to tell versions of one
/// file apart, not to keep anybody out.
pub fn hash(content: &str) -> String {
    let mix = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let sum = content.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
    format!("{sum:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e15_only_exact_names_are_served() {
        for address in [css_address(), script_address()] {
            let name = address.rsplit('/').next().unwrap();
            assert!(named(name).is_some(), "{name}");
        }
        for bad in [
            "",
            "almanac.css",
            "../almanac.css",
            "..\\x",
            "\0",
            "../../etc/passwd",
        ] {
            assert!(named(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn the_style_sheet_and_the_script_are_small_and_load_nothing() {
        // The budget is 30 and 60 kB compressed; text shrinks to a third or less.
        assert!(CSS.len() < 60_000, "{}", CSS.len());
        assert!(SCRIPT.len() < 60_000, "{}", SCRIPT.len());
        assert!(!CSS.contains("url(") && !CSS.contains("@import"));
    }

    #[test]
    fn hashes_tell_contents_apart() {
        assert_eq!(hash(""), "cbf29ce484222325");
        assert_ne!(hash("a"), hash("b"));
    }
}
