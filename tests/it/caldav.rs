//! Real CalDAV clients have an account with the real program: what they find, and what they hold
//! after a change. The rules of the protocol are tried in `feeds/src/dav`.

use crate::support::clients::python;
use crate::support::http::{Request, Response};
use crate::support::server::{Server, cli};
use crate::support::shared;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const CALENDAR: &str = "/dav/calendars/forest/";
/// What one changed event may cost on the wire, headers left aside.
const SYNC_BYTES: usize = 4 << 10;
const LIMIT: Duration = Duration::from_secs(5);

#[test]
fn one_address_leads_to_every_public_calendar() {
    let forest = Forest::start();
    let moved = forest.server.get("/.well-known/caldav");
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, Some("/dav/"))
    );
    let mut path = "/dav/".to_owned();
    for property in ["D:current-user-principal", "C:calendar-home-set"] {
        path = forest.href_in(&path, property);
    }
    let home = forest.propfind(&path, "1", "<D:resourcetype/><D:displayname/>");
    assert!(home.text().contains("<C:calendar/>"), "{}", home.text());
    assert!(home.text().contains("이끼숲 마을"), "{}", home.text());
}

#[test]
fn a_sync_after_one_change_is_small_and_tells_just_that() {
    let forest = Forest::start();
    let all = forest.sync("");
    let token = token(&all);
    assert_eq!(
        all.text().matches("<D:getetag>").count(),
        3,
        "{}",
        all.text()
    );
    let nothing = forest.sync(&token);
    assert_eq!(nothing.text().matches("<D:response>").count(), 0);

    forest.change();
    let changes = forest.sync(&token);
    let text = changes.text();
    assert!(changes.body.len() < SYNC_BYTES, "{}", changes.body.len());
    // One moved and one new; one gone.
    assert_eq!(text.matches("<D:getetag>").count(), 2, "{text}");
    assert_eq!(text.matches("404 Not Found").count(), 1, "{text}");

    let refused = forest.sync("data:,nobody-ever-gave-this");
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("<D:valid-sync-token/>"));
}

#[test]
fn members_have_the_validators_that_the_listing_tells() {
    let forest = Forest::start();
    let listed = forest.propfind(CALENDAR, "1", "<D:getetag/>").text();
    let members: Vec<&str> = listed.split("<D:response>").skip(1).collect();
    let tagged = members.iter().filter(|one| one.contains("<D:getetag>"));
    let mut seen = 0;
    for member in tagged {
        let href = between(member, "<D:href>", "</D:href>").expect("an href");
        let tag = between(member, "<D:getetag>", "</D:getetag>").expect("a tag");
        let got = forest.server.get(href);
        assert_eq!((got.status, got.header("etag")), (200, Some(tag)), "{href}");
        let known = Request::new("GET", href).header("If-None-Match", tag);
        assert_eq!(forest.server.send(&known).status, 304, "{href}");
        seen += 1;
    }
    assert_eq!(seen, 3, "{listed}");
}

#[test]
fn nothing_can_be_written_by_caldav() {
    let forest = Forest::start();
    for method in ["PUT", "DELETE", "MKCALENDAR", "MOVE"] {
        let target = format!("{CALENDAR}new.ics");
        let request = Request::new(method, &target).body("text/calendar", "BEGIN:VCALENDAR");
        let refused = forest.server.send(&request);
        assert_eq!(refused.status, 403, "{method}");
        assert!(refused.text().contains("<D:need-privileges>"), "{method}");
    }
}

#[test]
fn python_caldav_finds_searches_and_syncs() {
    if shared().is_none() {
        return;
    }
    let forest = Forest::start();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/caldav/check.py");
    let mut child = python()
        .arg(script)
        .args([
            &forest.server.url(""),
            "이끼숲 마을",
            "2027-03-01",
            "2027-04-01",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut before: Vec<String> = Vec::new();
    while !before.last().is_some_and(|line| line.starts_with("synced")) {
        let line = lines.next().expect("it syncs before it ends");
        before.push(line.expect("a line"));
    }
    forest.change();
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(b"\n").expect("it waits");
    let after: Vec<String> = lines.map(|line| line.expect("a line")).collect();
    assert!(child.wait().expect("it ends").success());

    let found = before.iter().filter(|line| line.starts_with("found"));
    assert_eq!(found.count(), 2, "{before:#?}");
    assert_eq!(before.last().map(String::as_str), Some("synced\t3"));
    let kinds: Vec<&str> = after
        .iter()
        .filter_map(|line| line.split('\t').next())
        .collect();
    assert_eq!(
        kinds,
        ["changed", "changed", "removed", "done"],
        "{after:#?}"
    );
}

#[test]
fn evolution_shows_a_change_at_its_next_visit() {
    if shared().is_none() {
        return;
    }
    let forest = Forest::start();
    let state = forest.folder.path().join("evolution");
    let url = forest.server.url(CALENDAR);
    let starts = |rows: &str| -> Vec<String> {
        let starts = rows.lines().filter_map(|row| row.split('\t').next());
        starts.map(str::to_owned).collect()
    };
    let before = starts(&evolution(&url, &state));
    assert_eq!(before.len(), 5, "{before:#?}");
    assert!(
        before.contains(&"20270306T010000Z".to_owned()),
        "{before:#?}"
    );
    forest.change();
    let after = starts(&evolution(&url, &state));
    assert_eq!(after.len(), 5, "{after:#?}");
    assert!(after.contains(&"20270307T050000Z".to_owned()), "{after:#?}");
    assert!(
        !after.contains(&"20270306T010000Z".to_owned()),
        "{after:#?}"
    );
}

/// Evolution's data server with a CalDAV calendar; what it holds of 2027, a line per instance.
fn evolution(url: &str, state: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/caldav/evolution.sh");
    let output = Command::new("bash")
        .arg(script)
        .args([url, "2027-01-01", "2028-01-01"])
        .arg(state)
        .stdin(Stdio::null())
        .output()
        .expect("bash starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{url}: {complaint}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A server with one calendar: weekly meetings, a game that will move, a market that will go.
struct Forest {
    folder: tempfile::TempDir,
    data: PathBuf,
    server: Server,
}

impl Forest {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("a data folder");
        let server = Server::start(&data, &[]);
        let forest = Self {
            folder,
            data,
            server,
        };
        let moving = event("moved", "20270306T100000", "20270306T120000", "");
        let going = event("gone", "20270320T110000", "20270320T130000", "");
        forest.import(&[moving, going]);
        forest.wait_for("gone@forest");
        forest
    }

    /// The game moves, the market goes, a reading is new.
    fn change(&self) {
        let moved = event("moved", "20270307T140000", "20270307T160000", "");
        let new = event("added", "20270501T150000", "20270501T170000", "");
        self.import(&[moved, new]);
        self.wait_for("added@forest");
    }

    /// A feed that shows the change is no older than what CalDAV tells.
    fn wait_for(&self, uid: &str) {
        let feed = "/feeds/forest.ics?past=all";
        self.server
            .get_until(feed, LIMIT, |feed| feed.text().contains(uid));
    }

    fn import(&self, changing: &[String]) {
        let rule = "RRULE:FREQ=WEEKLY;COUNT=3\r\n";
        let weekly = event("weekly", "20270401T090000", "20270401T100000", rule);
        let events = [&[weekly], changing].concat().concat();
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//forest//KO\r\n{events}END:VCALENDAR\r\n"
        );
        let file = self.folder.path().join("forest.ics");
        fs::write(&file, text).expect("the file is written");
        let (file, data) = (file.display().to_string(), self.data.display().to_string());
        let done = cli(&[
            "import",
            &file,
            "--calendar",
            "forest",
            "--title",
            "이끼숲 마을",
            "--data-dir",
            &data,
        ]);
        assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    }

    fn xml(&self, method: &str, target: &str, depth: &str, body: &str) -> Response {
        let request = Request::new(method, target).header("Depth", depth);
        self.server.send(&request.body("application/xml", body))
    }

    fn propfind(&self, target: &str, depth: &str, props: &str) -> Response {
        let body = format!(
            "<D:propfind xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:prop>{props}\
             </D:prop></D:propfind>"
        );
        let answer = self.xml("PROPFIND", target, depth, &body);
        assert_eq!(answer.status, 207, "{target}: {}", answer.text());
        answer
    }

    /// The address in a property.
    fn href_in(&self, target: &str, property: &str) -> String {
        let text = self.propfind(target, "0", &format!("<{property}/>")).text();
        let value = between(&text, &format!("<{property}><D:href>"), "</D:href>");
        value.unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    fn sync(&self, token: &str) -> Response {
        let body = format!(
            "<D:sync-collection xmlns:D=\"DAV:\"><D:sync-token>{token}</D:sync-token>\
             <D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
        );
        self.xml("REPORT", CALENDAR, "0", &body)
    }
}

/// A VEVENT on Seoul's clock; `more` are further lines.
fn event(uid: &str, start: &str, end: &str, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}@forest\r\nDTSTAMP:20260101T000000Z\r\n\
         DTSTART;TZID=Asia/Seoul:{start}\r\nDTEND;TZID=Asia/Seoul:{end}\r\n\
         SUMMARY:이끼숲 {uid}\r\n{more}END:VEVENT\r\n"
    )
}

fn token(answer: &Response) -> String {
    let text = answer.text();
    let token = between(&text, "<D:sync-token>", "</D:sync-token>");
    token.unwrap_or_else(|| panic!("{text}")).to_owned()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(inside, _)| inside)
}
