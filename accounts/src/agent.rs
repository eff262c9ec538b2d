//! A few words on a browser, for the list of where somebody is signed in. Only names from this list
//! are ever kept: nothing that a stranger sent, and not enough to follow anybody by.

use http::{HeaderMap, header};

/// What stands in the header, and what it is called; the first that fits. Most browsers claim to be
/// several others.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Whale/", "Whale"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// The words; empty where nothing is known.
pub fn words(headers: &HeaderMap) -> String {
    let sent = headers.get(header::USER_AGENT);
    let sent = sent.and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    let name = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(mark, _)| sent.contains(mark));
        found.map(|(_, name)| *name)
    };
    let known = [name(BROWSERS), name(SYSTEMS)];
    let known: Vec<&str> = known.into_iter().flatten().collect();
    known.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn browsers_are_called_what_people_call_them() {
        for (sent, want) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge · Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Mobile Safari/604.1",
                "Safari · iPhone",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
                "Firefox · Linux",
            ),
            ("curl/8.0", "curl"),
            ("<script>", ""),
            ("", ""),
        ] {
            let headers = [(header::USER_AGENT, HeaderValue::from_str(sent).unwrap())];
            assert_eq!(words(&HeaderMap::from_iter(headers)), want);
        }
    }
}
