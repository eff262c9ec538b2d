//! A real browser looks at the real program with its demo: the scripts in `tests/browser` drive
//! Debian's Chromium and say what they found; nothing is asserted here but that they found no
//! fault, and that they looked at enough.

use crate::support::server::Server;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The time that the program pretends, so that the pages are the same in every run.
const NOW: &str = "2026-11-22T03:00:00Z";

#[test]
fn a_visitor_finds_and_subscribes_on_phone_and_desktop_in_both_languages_with_and_without_scripts()
{
    finds_no_fault("walk.mjs", &[], 100);
}

#[test]
fn a_reader_tells_what_is_wrong_on_phone_and_desktop_in_both_languages_with_and_without_scripts() {
    finds_no_fault("tips.mjs", &[], 50);
}

#[test]
fn everything_is_reached_by_keyboard_and_shows_where_it_is() {
    finds_no_fault("keyboard.mjs", &[], 30);
}

#[test]
fn axe_finds_nothing_on_any_page_in_any_language_theme_or_size() {
    finds_no_fault("accessibility.mjs", &[], 200);
}

#[test]
fn no_page_scrolls_sideways_shifts_or_weighs_too_much() {
    finds_no_fault("layout.mjs", &[], 300);
}

#[test]
fn lighthouse_finds_no_fault_with_access_practices_and_search_engines() {
    let folder = artefacts("lighthouse");
    let folder = folder.display().to_string();
    let categories = ["accessibility", "best-practices", "seo"];
    let arguments: Vec<&str> = [&folder, "1"].into_iter().chain(categories).collect();
    finds_no_fault("lighthouse.mjs", &arguments, 12);
}

#[test]
fn pictures_of_the_main_pages_are_kept() {
    let folder = artefacts("screenshots-of-tests");
    let folder = folder.display().to_string();
    let pages = [
        "home",
        "calendar-month",
        "event-zoned",
        "subscribe",
        "search-found",
    ];
    let arguments: Vec<&str> = std::iter::once(folder.as_str()).chain(pages).collect();
    finds_no_fault("screenshots.mjs", &arguments, 40);
}

/// A folder beside the build, which stays after the run.
fn artefacts(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("..").join(name)
}

/// Runs a script against a demo of its own.
fn finds_no_fault(script: &str, arguments: &[&str], least_checks: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = folder.path().join("clock.txt");
    fs::write(&clock, NOW).expect("the clock is set");
    let data = folder.path().join("data");
    let server = Server::start_at(&clock, &data, &["--demo", "--allow-now"]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let done = Command::new("node")
        .arg(root.join("tests/browser").join(script))
        .arg(server.url(""))
        .args(arguments)
        .env("ALMANAC_TEST_NODE", node_packages())
        .stdin(Stdio::null())
        .output()
        .expect("node starts");
    let said = String::from_utf8_lossy(&done.stderr);
    let found: serde_json::Value =
        serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{error}\n{said}"));
    assert!(done.status.success(), "{said}");
    let checks = found["checks"].as_u64().unwrap_or(0);
    assert!(checks >= least_checks, "only {checks} checks\n{said}");
}

/// The pinned Node.js packages, which `cargo xtask test` installs.
fn node_packages() -> PathBuf {
    let made = std::env::var_os("ALMANAC_TEST_NODE").map_or_else(
        || Path::new(env!("CARGO_TARGET_TMPDIR")).join("../node"),
        PathBuf::from,
    );
    assert!(
        made.join("node_modules").exists(),
        "no Node.js packages at {}: `cargo xtask test` installs them",
        made.display()
    );
    made
}
