//! What odd and hostile requests are answered (security cases C5, C6, C9, C12, E6 to E9, E12, E13,
//! E15), and which answers are compressed. The program has no sign-in yet, so there is nothing that
//! E14 (memory of hashing passwords) could be tried on.

use crate::support::http::{Request, Response};
use crate::support::server::{Server, cli};
use std::io::Read as _;
use std::path::Path;

const EVIL: &str = "evil.example";
/// What every address on the list is asked for, unless a test says otherwise.
const OWN: &str = "almanac.example";

struct Scene {
    _folder: tempfile::TempDir,
    server: Server,
}

impl Scene {
    /// A server with one calendar, `good`, of two harmless events.
    fn new(more: &[&str]) -> Self {
        Self::with(
            &serde_json::json!([
                { "uid": "a", "title": "하늘 대 바다", "start": "2027-04-05T18:30" },
                { "uid": "b", "title": "바다 대 하늘", "start": "2027-04-06T18:30" },
            ]),
            more,
        )
    }

    fn with(events: &serde_json::Value, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        import(folder.path(), &data, events);
        let server = Server::start(&data, more);
        Self {
            _folder: folder,
            server,
        }
    }

    fn ask(&self, target: &str, headers: &[(&str, &str)]) -> Response {
        let request = headers
            .iter()
            .fold(Request::new("GET", target), |r, (name, value)| {
                r.header(name, value)
            });
        self.server.send(&request)
    }

    fn event_page(&self) -> String {
        let list = self.server.get("/calendars/good?view=list").text();
        let start = list.find("/events/").expect("the list links to an event");
        let end = list[start..].find(['"', '?', '#']).expect("the link ends");
        list[start..start + end].to_owned()
    }
}

fn import(folder: &Path, data: &Path, events: &serde_json::Value) {
    let file = folder.join("good.json");
    std::fs::write(&file, events.to_string()).expect("the file is written");
    let (file, data) = (file.display().to_string(), data.display().to_string());
    let arguments = ["import", &file, "--calendar", "good", "--data-dir", &data];
    let done = cli(&arguments);
    assert_eq!(done.code, 0, "{}", done.stderr);
}

#[test]
fn c5_c6_what_a_file_says_is_never_markup_nor_a_link_that_runs() {
    let hostile = "<svg><animate onbegin=alert(1) attributeName=x></svg><img src=x onerror=alert(1)>\
        <math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=alert(1)&gt;\">\
        </script><script>alert(1)</script>";
    let event = serde_json::json!([{
        "uid": "a",
        "title": hostile,
        "start": "2027-04-05T18:30",
        "description": format!("{hostile}\njavascript:alert(1) JaVa\tScript:alert(1) data:text/html,x"),
        "place": hostile,
    }]);
    let scene = Scene::with(&event, &[]);
    let page = scene.event_page();
    for target in [
        page.as_str(),
        "/calendars/good?view=list",
        "/",
        "/calendars/good?month=2027-04",
    ] {
        let html = scene.server.get(target).text();
        for markup in [
            "<svg><animate",
            "<img",
            "<math",
            "<script>alert",
            "<style",
            "<table><mglyph",
        ] {
            assert!(!html.contains(markup), "{markup} on {target}");
        }
        let lower = html.to_lowercase();
        for scheme in ["javascript:", "data:", "vbscript:"] {
            for attribute in ["href", "src", "action"] {
                let link = format!("{attribute}=\"{scheme}");
                assert!(!lower.contains(&link), "{link} on {target}");
            }
        }
    }
}

#[test]
fn c9_nothing_of_a_request_reaches_the_log() {
    let scene = Scene::new(&["--log-format", "json"]);
    let agent = "Mozilla\u{1b}[2J forged-agent";
    for target in [
        "/",
        "/no-such-page",
        "/feeds/good.ics",
        "/calendars/good?month=forged-month",
    ] {
        scene.ask(target, &[("User-Agent", agent)]);
    }
    let output = scene.server.output();
    assert!(!output.contains("forged"), "{output}");
    let log = output.lines().filter(|line| line.contains("\"level\""));
    for line in log {
        let event: Result<serde_json::Value, _> = serde_json::from_str(line);
        assert!(event.is_ok(), "{line}");
    }
}

#[test]
fn c12_errors_do_not_echo_markup() {
    let scene = Scene::new(&[]);
    let script = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for target in [
        format!("/{script}"),
        format!("/calendars/{script}"),
        format!("/calendars/good?month={script}"),
        format!("/events/{script}"),
        format!("/language?to={script}"),
    ] {
        let answer = scene.server.get(&target);
        assert!((400..500).contains(&answer.status), "{target}");
        assert!(!answer.text().contains("<script>alert"), "{target}");
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{target}"
        );
    }
    for target in [
        format!("/api/v1/{script}"),
        format!("/api/v1/events?from={script}"),
        format!("/feeds/{script}.ics"),
        format!("/feeds/good.ics?for={script}"),
    ] {
        let answer = scene.server.get(&target);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{target}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{target}"
        );
    }
}

#[test]
fn e6_the_cookie_is_pinned_to_this_host_over_https() {
    let scene = Scene::new(&["--base-url", "https://almanac.example"]);
    let answer = scene.ask("/language?to=en&next=/", &[("Host", OWN)]);
    assert_eq!(answer.status, 303);
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-lang=en; Path=/; "), "{cookie}");
    for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.to_lowercase().contains("domain"), "{cookie}");
    let plain = Scene::new(&[]).ask("/language?to=en&next=/", &[]);
    let plain = plain.header("set-cookie").expect("a cookie").to_owned();
    assert!(
        plain.starts_with("lang=en; ") && !plain.contains("Secure"),
        "{plain}"
    );
}

#[test]
fn e7_the_way_back_stays_on_this_site() {
    let scene = Scene::new(&[]);
    for next in [
        "//evil.example",
        "/%5Cevil.example",
        "%5C%5Cevil.example",
        "https:evil.example",
        "https://evil.example/",
        "/%09/evil.example",
        "%09//evil.example",
        "/%0d%0aSet-Cookie:x=1",
        "javascript:alert(1)",
        "",
    ] {
        let answer = scene.server.get(&format!("/language?to=en&next={next}"));
        assert_eq!(answer.header("location"), Some("/"), "{next}");
    }
    let answer = scene
        .server
        .get("/language?to=en&next=/calendars/good%3Fview=list");
    assert_eq!(answer.header("location"), Some("/calendars/good?view=list"));
}

#[test]
fn e8_other_names_are_refused_and_links_name_the_configured_address() {
    let scene = Scene::new(&["--base-url", "https://almanac.example"]);
    let targets = [
        "/",
        "/feeds/good.ics",
        "/api/v1/calendars",
        "/robots.txt",
        "/calendars/good",
    ];
    for target in targets {
        let refused = scene.ask(target, &[("Host", EVIL)]);
        assert_eq!(refused.status, 421, "{target}");
        assert_eq!(
            refused.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
        assert_eq!(refused.header("cache-control"), Some("no-store"));
        assert!(
            refused.text().contains("https://almanac.example"),
            "{}",
            refused.text()
        );
        assert!(!refused.text().contains("evil"), "{}", refused.text());
        let absolute = format!("http://{EVIL}{target}");
        assert_eq!(
            scene.ask(&absolute, &[("Host", OWN)]).status,
            421,
            "{absolute}"
        );
        for host in [
            OWN,
            "ALMANAC.EXAMPLE:443",
            "localhost",
            "127.0.0.1:1",
            "[::1]",
        ] {
            let answer = scene.ask(
                target,
                &[
                    ("Host", host),
                    ("X-Forwarded-Host", EVIL),
                    ("Forwarded", "host=evil.example"),
                ],
            );
            assert_eq!(answer.status, 200, "{host} {target}");
            assert!(!answer.text().contains("evil"), "{host} {target}");
        }
    }
    let absolute = format!("http://{OWN}/feeds/good.ics");
    assert_eq!(scene.ask(&absolute, &[("Host", OWN)]).status, 200);
    let page = scene
        .ask("/calendars/good/subscribe", &[("Host", "localhost")])
        .text();
    assert!(
        page.contains("https://almanac.example/feeds/good.ics"),
        "{page}"
    );
    for target in ["/healthz", "/readyz"] {
        assert_eq!(scene.ask(target, &[("Host", "10.0.0.7:8080")]).status, 200);
    }
    let two = [("Host", OWN), ("Host", EVIL)];
    assert_eq!(scene.ask("/", &two).status, 400);
}

/// How many requests the answer says are left.
fn left(answer: &Response) -> u32 {
    let limit = answer.header("ratelimit").expect("a RateLimit header");
    let rest = limit.split("r=").nth(1).expect("what is left");
    rest.split(';')
        .next()
        .and_then(|n| n.parse().ok())
        .expect("a number")
}

#[test]
fn e9_only_a_trusted_proxy_says_who_asks() {
    let ask = |scene: &Scene, from: &str| {
        left(&scene.ask("/api/v1/categories", &[("X-Forwarded-For", from)]))
    };
    let open = Scene::new(&[]);
    let first = ask(&open, "203.0.113.1");
    assert_eq!(ask(&open, "203.0.113.2"), first - 1);
    let behind = Scene::new(&["--trusted-proxy", "127.0.0.0/8,10.0.0.0/8"]);
    assert_eq!(ask(&behind, "203.0.113.1"), first);
    assert_eq!(ask(&behind, "203.0.113.2"), first);
    assert_eq!(
        ask(&behind, "198.51.100.9, 203.0.113.2, 10.1.1.1"),
        first - 1
    );
}

#[test]
fn e12_methods_are_what_they_are_and_keys_stand_once() {
    let scene = Scene::new(&[]);
    for target in ["/", "/feeds/good.ics", "/api/v1/calendars", "/healthz"] {
        assert_eq!(
            scene.server.send(&Request::new("TRACE", target)).status,
            405,
            "{target}"
        );
        for name in [
            "X-HTTP-Method-Override",
            "X-HTTP-Method",
            "X-Method-Override",
        ] {
            assert_eq!(
                scene.ask(target, &[(name, "DELETE")]).status,
                200,
                "{name} {target}"
            );
        }
    }
    for target in [
        "/?lang=ko&lang=en",
        "/calendars/good?month=2027-04&month=2027-05",
        "/api/v1/events?limit=1&limit=2",
        "/feeds/good.ics?for=apple&for=google",
    ] {
        assert_eq!(scene.server.get(target).status, 400, "{target}");
    }
}

#[test]
fn e13_the_inside_is_not_public() {
    let scene = Scene::new(&[]);
    for target in [
        "/metrics",
        "/debug",
        "/debug/pprof",
        "/.git/config",
        "/.env",
        "/server-status",
        "/almanac.db",
        "/Cargo.toml",
    ] {
        assert_eq!(scene.server.get(target).status, 404, "{target}");
    }
    for target in [
        "/",
        "/feeds/good.ics",
        "/api/v1/calendars",
        "/healthz",
        "/no-such-page",
    ] {
        let answer = scene.server.get(target);
        for name in ["server", "x-powered-by", "x-version", "via"] {
            assert_eq!(answer.header(name), None, "{target}");
        }
        let version = env!("CARGO_PKG_VERSION");
        let tells = answer
            .headers
            .iter()
            .find(|(_, value)| value.contains(version));
        assert_eq!(tells, None, "{target}");
    }
}

#[test]
fn e15_no_path_leads_out_of_the_assets() {
    let scene = Scene::new(&[]);
    for target in [
        "/assets/..%2f..%2fetc/passwd",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/../../etc/passwd",
        "/assets/..%5c..%5cetc%5cpasswd",
        "/assets/....//etc/passwd",
        "/assets/%00",
        "/assets/almanac.css%00.png",
        "/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/static/..%2f..%2fetc/passwd",
        "/feeds/..%2f..%2fetc%2fpasswd.ics",
        "/feeds/..%2fgood.ics",
        "/calendars/..%2f..%2fetc%2fpasswd",
    ] {
        let answer = scene.server.get(target);
        assert_eq!(answer.status, 404, "{target}");
        assert!(!answer.text().contains("root:"), "{target}");
    }
}

#[test]
fn public_pages_are_compressed_and_nothing_that_has_an_etag() {
    let scene = Scene::new(&[]);
    let plain = scene.server.get("/about");
    assert_eq!(plain.header("content-encoding"), None);
    let gzip = scene.ask("/about", &[("Accept-Encoding", "gzip")]);
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
    let mut unpacked = Vec::new();
    let read = flate2::read::GzDecoder::new(gzip.body.as_slice()).read_to_end(&mut unpacked);
    assert!(read.is_ok() && unpacked == plain.body);
    let vary: Vec<_> = gzip
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("vary"))
        .map(|(_, value)| value.to_lowercase())
        .collect();
    let vary = vary.join(", ");
    assert!(
        vary.contains("accept-encoding") && vary.contains("accept-language"),
        "{vary}"
    );
    let style = plain.text();
    let style = style
        .split('"')
        .find(|word| word.starts_with("/assets/almanac-"))
        .expect("a style sheet");
    for target in ["/about", style] {
        let best = scene.ask(target, &[("Accept-Encoding", "gzip, deflate, br, zstd")]);
        assert_eq!(best.header("content-encoding"), Some("gzip"), "{target}");
        assert!(
            best.body.len() * 2 < scene.server.get(target).body.len(),
            "{target}"
        );
    }
    for target in ["/api/v1/openapi.json", "/no-such-page", "/cms/", "/healthz"] {
        let answer = scene.ask(target, &[("Accept-Encoding", "gzip, br")]);
        assert_eq!(answer.header("content-encoding"), None, "{target}");
    }
    let head = Request::new("HEAD", "/about").header("Accept-Encoding", "gzip");
    let head = scene.server.send(&head);
    assert_eq!((head.status, head.body.len()), (200, 0));
}
