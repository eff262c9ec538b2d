//! Real calendar programs and checkers, driven from outside: each subscribes to an address or reads
//! a file and tells what it then holds.

use serde::Deserialize;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;

/// One instance as a client shows it: `YYYYMMDDTHHMMSSZ`, or `YYYYMMDD` for whole days.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub start: String,
    /// As the client has it: khal's all-day ends are the last day, Evolution's the day after.
    pub end: String,
    /// Empty where the client has none.
    pub status: String,
    /// `-` where the client does not tell.
    pub uid: String,
    pub summary: String,
}

/// One subscription of one client: an address and the folder in which the client remembers it.
/// Polling twice with the same one is what the client does when its interval has passed.
pub struct Subscription<'a> {
    pub url: &'a str,
    pub state: &'a Path,
}

/// vdirsyncer fetches, khal lists the instances from `from` up to but not including `to`.
pub fn khal(shared: &Path, feed: &Subscription, from: &str, to: &str) -> Vec<Row> {
    fs::create_dir_all(feed.state).expect("a folder for the client");
    let venv = feed.state.join("venv");
    if !venv.exists() {
        std::os::unix::fs::symlink(python_environment(), &venv).expect("a link to the environment");
    }
    poll(&shared.join("clients/khal.sh"), feed, from, to)
}

/// Evolution's data server, the engine of GNOME Calendar, in a session bus of its own. Takes about
/// 25 seconds, nearly all of it waiting.
pub fn evolution(shared: &Path, feed: &Subscription, from: &str, to: &str) -> Vec<Row> {
    poll(&shared.join("clients/evolution.sh"), feed, from, to)
}

fn poll(script: &Path, feed: &Subscription, from: &str, to: &str) -> Vec<Row> {
    let output = Command::new("bash")
        .arg(script)
        .args([feed.url, from, to])
        .arg(feed.state)
        .stdin(Stdio::null())
        .output()
        .expect("bash starts");
    assert!(
        output.status.success(),
        "{} did not fetch {}: {}",
        script.display(),
        feed.url,
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(row).collect()
}

fn row(line: &str) -> Row {
    let mut fields = line.splitn(5, '\t').map(str::to_owned);
    let mut next = || fields.next().unwrap_or_default();
    Row {
        start: next(),
        end: next(),
        status: next(),
        uid: next(),
        summary: next(),
    }
}

/// The pinned Python programs, which `cargo xtask test` makes.
fn python_environment() -> PathBuf {
    let made = std::env::var_os("ALMANAC_TEST_PYTHON").map_or_else(
        || Path::new(env!("CARGO_TARGET_TMPDIR")).join("../python"),
        PathBuf::from,
    );
    assert!(
        made.join("bin/python").exists(),
        "no Python environment at {}: `cargo xtask test` makes it",
        made.display()
    );
    made
}

/// That Python, to be given a script.
pub fn python() -> Command {
    Command::new(python_environment().join("bin/python"))
}

/// What libical's strict parser and its check of RFC 5545's and 5546's restrictions say against
/// these bytes; `None` when they hold.
pub fn libical_complaints(shared: &Path, calendar: &[u8]) -> Option<String> {
    let output = fed(&mut Command::new(libical_strict(shared)), calendar);
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The checker's program, compiled once per process.
fn libical_strict(shared: &Path) -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let name = format!("libical_strict-{}", std::process::id());
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let compiled = Command::new("cc")
            .arg(shared.join("clients/libical_strict.c"))
            .args(["-lical", "-o"])
            .arg(&program)
            .output()
            .expect("a C compiler");
        assert!(compiled.status.success(), "{compiled:?}");
        let shared_by_all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libical_strict");
        fs::rename(program, &shared_by_all).expect("one place for the program");
        shared_by_all
    })
}

/// What Python's recurring-ical-events finds in two files for the years 1995 to 2034.
#[derive(Debug, Deserialize)]
pub struct Comparison {
    pub source: PathBuf,
    pub published: PathBuf,
    /// Python can expand the source at all; if not, `reason` says why and the rest is empty.
    pub readable: bool,
    /// Python left out some series of the source, so `extra` may hold their instances.
    pub partial: bool,
    /// Why the source, or (`published: ...`) the published file, could not be read in whole.
    pub reason: String,
    /// How many instances the source has.
    pub instances: u64,
    pub missing_count: u64,
    pub extra_count: u64,
    /// The first instances that the published file lacks: start, end, status, summary.
    pub missing: Vec<[String; 4]>,
    /// The first instances that only the published file has.
    pub extra: Vec<[String; 4]>,
}

/// Compares pairs of files (source, published) by their instances, all in one Python process.
pub fn compare_instances(pairs: &[(PathBuf, PathBuf)]) -> Vec<Comparison> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/instances.py");
    let lines: String = pairs
        .iter()
        .map(|(source, published)| format!("{}\t{}\n", source.display(), published.display()))
        .collect();
    let output = fed(python().arg(script), lines.as_bytes());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout);
    let results: Vec<Comparison> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    assert_eq!(results.len(), pairs.len(), "one answer per pair");
    results
}

/// Runs a command to its end with this standard input.
fn fed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("piped");
    thread::scope(|scope| {
        // It may stop reading early; what it then says is the result.
        scope.spawn(move || stdin.write_all(input).ok());
        child.wait_with_output().expect("the program ends")
    })
}
