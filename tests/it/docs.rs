//! The documents tell the truth where a program can check it: links lead somewhere, flags and
//! variables exist, every setting and every cap is listed, every decision is.

use crate::support::server::cli;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders without documents of ours.
const NOT_OURS: [&str; 3] = ["target", "node_modules", "almanac-data"];
/// Flags in the documents that belong to other programs: cargo's.
const FOREIGN_FLAGS: [&str; 3] = ["--release", "--bench", "--workspace"];
/// Variables that no flag stands for: the log's filter, and what the test command sets.
const OTHER_VARIABLES: [&str; 5] = [
    "ALMANAC_LOG",
    "ALMANAC_SHARED",
    "ALMANAC_TEST_CLOCK_FILE",
    "ALMANAC_TEST_NODE",
    "ALMANAC_TEST_POSTGRES",
];
const COMMANDS: [&str; 9] = [
    "serve", "import", "export", "migrate", "reindex", "doctor", "status", "user", "bench",
];
const USERS: [&str; 2] = ["add", "list"];
const BENCHES: [&str; 3] = ["seed", "pages", "search"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !NOT_OURS.contains(&name.as_str()) {
                documents(&path, found);
            }
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Lines outside of fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

fn links(text: &str) -> Vec<&str> {
    prose(text)
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split(')').next())
        .collect()
}

/// The anchor that a heading has on the usual hosts.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    });
    kept.collect()
}

fn has_anchor(text: &str, wanted: &str) -> bool {
    prose(text)
        .filter(|line| line.starts_with('#'))
        .any(|line| anchor(line.trim_start_matches('#')) == wanted)
}

fn leads_nowhere(document: &Path, link: &str) -> bool {
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => document.to_owned(),
        path => document.parent().expect("a folder").join(path),
    };
    !target.exists() || !(fragment.is_empty() || has_anchor(&read(&target), fragment))
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut files = Vec::new();
    documents(root(), &mut files);
    assert!(files.len() > 15, "{files:?}");
    let mut broken = Vec::new();
    let mut followed = 0;
    for file in &files {
        let text = read(file);
        for link in links(&text).into_iter().filter(|l| !l.contains("://")) {
            followed += 1;
            if leads_nowhere(file, link) {
                broken.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(followed > 40, "{followed}");
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Words that begin with `start` and go on in `plain` characters.
fn words(text: &str, start: &str, plain: fn(char) -> bool) -> BTreeSet<String> {
    let word = |(at, _): (usize, &str)| {
        let before = text[..at].chars().next_back();
        let tail = &text[at + start.len()..];
        let tail = &tail[..tail.find(|c| !plain(c)).unwrap_or(tail.len())];
        let begins = before.is_none_or(|c| !plain(c));
        (begins && tail.starts_with(char::is_alphabetic)).then(|| format!("{start}{tail}"))
    };
    text.match_indices(start).filter_map(word).collect()
}

fn flags(text: &str) -> BTreeSet<String> {
    words(text, "--", |c| c.is_ascii_lowercase() || c == '-')
}

fn variables(text: &str) -> BTreeSet<String> {
    words(text, "ALMANAC_", |c| c.is_ascii_uppercase() || c == '_')
}

fn help(arguments: &[&str]) -> String {
    let done = cli(arguments);
    assert_eq!(done.code, 0, "{arguments:?}: {}", done.stderr);
    done.stdout
}

fn all_help() -> String {
    let each = COMMANDS.map(|command| help(&[command, "--help"]));
    let benches = BENCHES.map(|bench| help(&["bench", bench, "--help"]));
    let users = USERS.map(|user| help(&["user", user, "--help"]));
    help(&["--help"]) + &each.concat() + &benches.concat() + &users.concat()
}

#[test]
fn every_flag_and_variable_in_the_documents_exists() {
    let help = all_help();
    let mut known = flags(&help);
    known.extend(FOREIGN_FLAGS.map(str::to_owned));
    let mut settable = variables(&help);
    settable.extend(OTHER_VARIABLES.map(str::to_owned));
    let mut unknown = Vec::new();
    let names = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/operating.md",
        "docs/LOGGING.md",
        "docs/ARCHITECTURE.md",
    ];
    for name in names {
        let text = read(&root().join(name));
        let found = flags(&text).into_iter().filter(|f| !known.contains(f));
        unknown.extend(found.map(|flag| format!("{name}: {flag}")));
        let found = variables(&text)
            .into_iter()
            .filter(|v| !settable.contains(v));
        unknown.extend(found.map(|variable| format!("{name}: {variable}")));
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn every_setting_and_every_cap_is_in_the_operator_s_document() {
    let operating = read(&root().join("docs/operating.md"));
    let help = help(&["--help"]) + &help(&["serve", "--help"]);
    let mut wanted = flags(&help);
    wanted.remove("--help");
    wanted.remove("--version");
    wanted.extend(variables(&help));
    let missing: Vec<_> = wanted
        .iter()
        .filter(|w| !operating.contains(&format!("`{w}`")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");

    let caps = read(&root().join("domain/src/caps.rs"));
    let names = caps
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    let missing: Vec<_> = names
        .filter(|name| !operating.contains(&format!("| `{name}` |")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_command_is_in_the_readme_or_the_operator_s_document() {
    let text = read(&root().join("README.md")) + &read(&root().join("docs/operating.md"));
    let listed = help(&["--help"]);
    let listed = listed
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help");
    let listed: Vec<&str> = listed.collect();
    assert_eq!(listed, COMMANDS);
    for command in listed {
        assert!(text.contains(&format!("almanac {command}")), "{command}");
    }
}

#[test]
fn every_decision_is_numbered_in_order_and_listed() {
    let folder = root().join("docs/decisions");
    let list = read(&folder.join("README.md"));
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "README.md")
        .collect();
    names.sort();
    for (number, name) in (1..).zip(&names) {
        assert!(name.starts_with(&format!("{number:04}-")), "{name}");
        assert!(list.contains(&format!("]({name})")), "{name} is not listed");
        let title = read(&folder.join(name));
        assert!(title.starts_with(&format!("# {number:04} ")), "{name}");
    }
}
