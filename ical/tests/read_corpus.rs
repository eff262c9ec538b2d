//! Every iCalendar file of the shared corpora is read or refused, never worse, and the books of
//! what was read balance. Without the corpora the test says so; CI fails then (R33).

use domain::text::Lang;
use ical::read::{Document, ReadOptions, decode};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn shared() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    std::env::var_os("ALMANAC_SHARED").map_or_else(default, PathBuf::from)
}

fn calendar_files() -> Vec<PathBuf> {
    let mut folders = vec![shared().join("corpus/ics"), shared().join("data")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("ics"))
            {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn balance(document: &Document) -> usize {
    let overrides = |draft: &domain::event::Draft| {
        let series = draft.body.series.as_ref();
        series.map_or(0, |series| series.overrides.len())
    };
    let changed: usize = document.drafts.iter().map(overrides).sum();
    document.drafts.len() + changed + document.merged + document.skipped.len()
}

#[test]
fn every_file_of_the_corpora_is_read_or_refused() {
    let files = calendar_files();
    if files.is_empty() {
        assert!(std::env::var_os("CI").is_none(), "the corpora are missing");
        println!("skipped: no corpora at {}", shared().display());
        return;
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |what: String, n: usize| *counts.entry(what).or_default() += n;
    for path in &files {
        let bytes = std::fs::read(path).unwrap();
        let name = path.strip_prefix(shared()).unwrap_or(path).display();
        match decode(&bytes, ReadOptions::new(Lang::EN)) {
            Ok(document) => {
                assert_eq!(balance(&document), document.entries, "{name}");
                count("files read".into(), 1);
                count("drafts".into(), document.drafts.len());
                for skipped in &document.skipped {
                    count(format!("skipped: {}", skipped.reason.code()), 1);
                    println!("{name}: {skipped}");
                }
                for warning in &document.warnings {
                    count(format!("warned: {}", warning.code), 1);
                    println!("{name}: warning: {warning}");
                }
                for draft in &document.drafts {
                    assert_eq!(draft.body.main.time.check(), Ok(()), "{name}");
                }
            }
            Err(refusal) => {
                count(format!("refused: {}", refusal.code()), 1);
                println!("{name}: refused: {refusal}");
            }
        }
    }
    println!("{} files", files.len());
    for (what, n) in counts {
        println!("{n:7} {what}");
    }
}
