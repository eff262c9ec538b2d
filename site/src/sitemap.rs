//! What search engines are told of (sitemaps.org): the site's own pages, its calendars, and events
//! that are still to come. The files of events are ranges of one index whose ends are looked up
//! once a day, so that no file costs more than the events that it names. Languages are not listed
//! here: each page names its own.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use std::fmt::Write as _;
use store::Conn;
use store::sitemap::{self, Mark};
use web::base_url::BaseUrl;
use web::cache::Cache;
use web::failure::{Failure, PageFailure};
use web::state::WebState;
use web::visit::Segment;

/// Most addresses in a file. The protocol allows 50,000, but a file is made while somebody waits.
const MOST: i64 = 10_000;
/// Events between two files' beginnings, so that a day's new events still fit in.
const STEP: i64 = 8_000;
/// Most files of events.
const FILES: usize = 1_000;
/// The site's own pages, in the first file.
const OWN: [&str; 3] = ["/", "/week", "/about"];

const OPEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SPACE: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";

/// `GET /sitemap.xml`: the list of files.
pub(crate) async fn index(State(web): State<WebState>) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendars = sitemap::count_calendars(&mut conn).await?;
    let plan = Plan::of_today(&web, &mut conn).await?;
    let files = usize::try_from((calendars.max(1) - 1) / MOST + 1).unwrap_or(1);
    let names = (1..=files).map(|n| format!("calendars-{n}"));
    let names = names.chain((1..=plan.marks.len()).map(|n| format!("events-{n}")));
    let mut text = format!("{OPEN}<sitemapindex {SPACE}>\n");
    for name in names {
        let address = escape(&web.base_url.join(&format!("/sitemap/{name}.xml")));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "<sitemap><loc>{address}</loc></sitemap>");
    }
    text.push_str("</sitemapindex>\n");
    Ok(xml(text))
}

/// `GET /sitemap/{file}`: one of the files that the list names.
pub(crate) async fn file(
    State(web): State<WebState>,
    Segment(name): Segment,
) -> Result<Response, PageFailure> {
    let (kind, number) = parse(&name).ok_or(Failure::NotFound)?;
    let mut conn = web.db.read().await?;
    let text = match kind {
        Kind::Calendars => calendars(&mut conn, &web.base_url, number).await?,
        Kind::Events => {
            let plan = Plan::of_today(&web, &mut conn).await?;
            events(&mut conn, &web.base_url, &plan, number).await?
        }
    };
    Ok(xml(text.ok_or(Failure::NotFound)?))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Calendars,
    Events,
}

/// Reads `events-3.xml`; files count from 1.
fn parse(name: &str) -> Option<(Kind, usize)> {
    let (kind, number) = name.strip_suffix(".xml")?.split_once('-')?;
    let kind = match kind {
        "calendars" => Kind::Calendars,
        "events" => Kind::Events,
        _ => return None,
    };
    let plain = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
    let number = number.parse().ok().filter(|n| plain && *n <= FILES)?;
    Some((kind, number))
}

/// Where each file of events begins.
struct Plan {
    from: Timestamp,
    marks: Vec<Mark>,
}

impl Plan {
    /// The day's plan, looked up when it is first asked for.
    async fn of_today(web: &WebState, conn: &mut Conn) -> store::Result<Self> {
        let from = midnight(web.clock.now());
        let key = format!("sitemap {from}");
        if let Some(kept) = web.kept.get(&key) {
            let text = String::from_utf8_lossy(&kept);
            let marks = text.lines().filter_map(Mark::parse).collect();
            return Ok(Self { from, marks });
        }
        let plan = Self::look_up(conn, from).await?;
        let lines: Vec<String> = plan.marks.iter().map(Mark::as_text).collect();
        if !lines.is_empty() {
            web.kept.put(&key, lines.join("\n").into_bytes().into());
        }
        Ok(plan)
    }

    async fn look_up(conn: &mut Conn, from: Timestamp) -> store::Result<Self> {
        let mut marks = Vec::new();
        let start = Mark::before(from);
        let any = sitemap::mark_after(conn, from, start, 1).await?;
        let mut next = any.map(|_| start);
        while let Some(mark) = next.filter(|_| marks.len() < FILES) {
            marks.push(mark);
            next = sitemap::mark_after(conn, from, mark, STEP).await?;
        }
        Ok(Self { from, marks })
    }
}

/// The beginning of the day in UTC: the same on every node, whatever its clock's minute.
fn midnight(now: Timestamp) -> Timestamp {
    let day = now.to_zoned(TimeZone::UTC).start_of_day();
    day.map_or(now, |day| day.timestamp())
}

async fn calendars(
    conn: &mut Conn,
    base: &BaseUrl,
    number: usize,
) -> store::Result<Option<String>> {
    let skip = i64::try_from(number - 1)
        .unwrap_or(i64::MAX)
        .saturating_mul(MOST);
    let found = sitemap::calendars(conn, skip, MOST).await?;
    let mut set = Set::new();
    if number == 1 {
        for path in OWN {
            set.add(&base.join(path), None);
        }
        for category in store::categories::all(conn).await? {
            set.add(&base.join(&format!("/categories/{}", category.slug)), None);
        }
    } else if found.is_empty() {
        return Ok(None);
    }
    for one in found {
        set.add(
            &base.join(&format!("/calendars/{}", one.name)),
            Some(one.modified),
        );
    }
    Ok(Some(set.close()))
}

async fn events(
    conn: &mut Conn,
    base: &BaseUrl,
    plan: &Plan,
    number: usize,
) -> store::Result<Option<String>> {
    let Some(after) = plan.marks.get(number - 1) else {
        return Ok(None);
    };
    let range = (*after, plan.marks.get(number).copied());
    let mut set = Set::new();
    for one in sitemap::events(conn, plan.from, range, MOST).await? {
        set.add(
            &base.join(&format!("/events/{}", one.name)),
            Some(one.modified),
        );
    }
    Ok(Some(set.close()))
}

/// A file that is being written.
struct Set(String);

impl Set {
    fn new() -> Self {
        Self(format!("{OPEN}<urlset {SPACE}>\n"))
    }

    fn add(&mut self, address: &str, modified: Option<Timestamp>) {
        let _ = write!(self.0, "<url><loc>{}</loc>", escape(address));
        if let Some(at) = modified {
            let at = at.round(Unit::Second).unwrap_or(at);
            let _ = write!(self.0, "<lastmod>{at}</lastmod>");
        }
        self.0.push_str("</url>\n");
    }

    fn close(mut self) -> String {
        self.0.push_str("</urlset>\n");
        self.0
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\'', "&apos;")
        .replace('"', "&quot;")
}

fn xml(text: String) -> Response {
    let kind = HeaderValue::from_static("application/xml; charset=utf-8");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, Cache::Hour.value()),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e15_only_names_that_the_list_writes_are_files() {
        assert_eq!(parse("events-3.xml"), Some((Kind::Events, 3)));
        assert_eq!(parse("calendars-1.xml"), Some((Kind::Calendars, 1)));
        for bad in [
            "events-0.xml",
            "events-01.xml",
            "events-+1.xml",
            "events--1.xml",
            "events-1001.xml",
            "events-.xml",
            "events-1",
            "../events-1.xml",
            "pages-1.xml",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_file_is_escaped_and_dated() {
        let mut set = Set::new();
        let at = "2026-11-22T10:00:00.4Z".parse().unwrap();
        set.add("https://a.kr/x?a='1'&b=<2>", Some(at));
        let text = set.close();
        assert!(text.contains("<loc>https://a.kr/x?a=&apos;1&apos;&amp;b=&lt;2&gt;</loc>"));
        assert!(
            text.contains("<lastmod>2026-11-22T10:00:00Z</lastmod>"),
            "{text}"
        );
    }

    #[test]
    fn a_day_s_plan_is_the_same_at_any_hour() {
        let day = |text: &str| midnight(text.parse().unwrap()).to_string();
        assert_eq!(day("2026-11-22T23:59:59Z"), "2026-11-22T00:00:00Z");
        assert_eq!(day("2026-11-22T00:00:00Z"), "2026-11-22T00:00:00Z");
    }
}
