//! The shape of the program, kept: who may use whom, where SQL and HTTP may be named, how long a
//! file may be, and that every store operation is tried on both engines.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Direct dependencies between the parts (R25). What is not listed is not allowed.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("ical", &["domain"]),
    ("ingest", &["domain", "ical", "store"]),
    ("feeds", &["domain", "ical", "store"]),
    ("desk", &["domain", "store"]),
    ("jobs", &["desk", "domain", "store"]),
    ("search", &["domain", "store"]),
    ("web", &["domain", "search", "store"]),
    (
        "site",
        &["domain", "feeds", "ingest", "search", "store", "web"],
    ),
    (
        "api",
        &["domain", "feeds", "ingest", "search", "store", "web"],
    ),
    ("accounts", &["domain", "store", "web"]),
    (
        "cms",
        &["desk", "domain", "feeds", "ingest", "store", "web"],
    ),
    (
        "partners-portal",
        &["domain", "feeds", "ingest", "store", "web"],
    ),
    ("xtask", &[]),
];

/// Outside crates that only some parts may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    (
        "axum",
        &[
            "almanac",
            "web",
            "site",
            "api",
            "accounts",
            "cms",
            "partners-portal",
        ],
    ),
    ("hyper", &["almanac"]),
    (
        "tokio",
        &[
            "almanac", "accounts", "feeds", "jobs", "search", "site", "store",
        ],
    ),
];

/// Names that the world outside holds on to.
const FIXED: [&str; 7] = [
    "Cargo.toml",
    "api",
    "cms",
    "feeds",
    "partners-portal",
    "migrations",
    "tests",
];

const LONGEST_FILE: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Direct dependencies of each part, without those for tests.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap_or_default().to_owned();
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let used = list(&package["dependencies"]);
            let used = used
                .iter()
                .filter(|dependency| dependency["kind"].is_null());
            (name(package), used.map(name).collect())
        })
        .collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn parts_use_only_what_they_may() {
    let all = dependencies();
    for (part, used) in &all {
        let allowed = MAY_USE
            .iter()
            .find(|(name, _)| name == part)
            .map(|(_, allowed)| *allowed);
        let Some(allowed) = allowed else {
            assert_eq!(part, "almanac", "{part} has no row");
            continue;
        };
        let parts = used.iter().filter(|name| all.contains_key(*name));
        let wrong: Vec<_> = parts
            .filter(|name| !allowed.contains(&name.as_str()))
            .collect();
        assert!(wrong.is_empty(), "{part} may not use {wrong:?}");
    }
}

#[test]
fn some_crates_are_named_in_some_parts_only() {
    for (part, used) in dependencies() {
        for (outside, allowed) in ONLY_IN {
            let names = used.iter().any(|name| name == outside);
            assert!(
                !names || allowed.contains(&part.as_str()),
                "{part} names {outside}"
            );
        }
    }
}

#[test]
fn the_fixed_names_are_there() {
    for name in FIXED {
        assert!(root().join(name).exists(), "{name}");
    }
}

#[test]
fn no_file_holds_more_than_one_idea_s_worth_of_lines() {
    let mut files = Vec::new();
    for (part, _) in MAY_USE {
        rust_files(&root().join(part).join("src"), &mut files);
    }
    rust_files(&root().join("src"), &mut files);
    assert!(files.len() > 50);
    let lines = |path: &PathBuf| fs::read_to_string(path).map_or(0, |text| text.lines().count());
    let long: Vec<_> = files
        .iter()
        .filter(|path| lines(path) > LONGEST_FILE)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn every_store_operation_is_in_the_contract_suite() {
    let suites = [
        "store_contract.rs",
        "import_stories.rs",
        "databases.rs",
        "search.rs",
        "subscriptions.rs",
        "background.rs",
        "changed.rs",
        "people.rs",
        "desk.rs",
        "desk_calendars.rs",
        "cms_queue.rs",
        "tips.rs",
    ];
    let suites: String = suites
        .iter()
        .map(|name| fs::read_to_string(root().join("tests/it").join(name)).expect("a suite"))
        .collect();
    let mut files = Vec::new();
    rust_files(&root().join("store/src"), &mut files);
    let mut missing = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        for line in text.lines() {
            let Some(rest) = line.trim_start().strip_prefix("pub async fn ") else {
                continue;
            };
            let name = rest.split('(').next().unwrap_or_default();
            if !suites.contains(&format!("{name}(")) {
                missing.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(missing.is_empty(), "on no engine: {missing:#?}");
}
