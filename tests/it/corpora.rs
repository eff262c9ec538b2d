//! Other people's files: each is read or refused with a reason, and what is published is what
//! python's icalendar and recurring-ical-events see in the source.

use crate::given;
use crate::support::clients::compare_instances;
use crate::support::shared;
use domain::calendar::CalendarProfile;
use domain::event::{Event, EventBody};
use feeds::{FeedQuery, Past};
use ical::write::Form;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files whose published instances are known to differ, each with its reason.
const EXCEPTIONS: &str = include_str!("corpora_exceptions.toml");

#[derive(Deserialize)]
struct Exceptions {
    /// A sentence for each kind of difference.
    reasons: BTreeMap<String, String>,
    /// The kind for each file.
    differs: BTreeMap<String, String>,
}

fn ics_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|e| e.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            ics_files(&path, found);
        } else if path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("ics"))
        {
            found.push(path);
        }
    }
}

/// The feed that a calendar made from this file by the command line would have; `None` when the
/// file is refused. Such a calendar is at home where the file says, else in Seoul.
fn published(source: &Path) -> Option<Vec<u8>> {
    let bytes = std::fs::read(source).expect("the file is read");
    let profile = given::profile("corpus");
    let reading =
        ingest::read(ingest::Format::Ics, &bytes, profile.language, &profile.zone).ok()?;
    let profile = CalendarProfile {
        zone: reading.zone.clone().unwrap_or(profile.zone),
        ..profile
    };
    let calendar = store::calendars::draft(profile, given::now());
    let stored = |body: &EventBody| -> EventBody {
        let text = serde_json::to_string(body).expect("a body is written");
        serde_json::from_str(&text).expect("a body reads back as it was written")
    };
    let events: Vec<Event> = (0..)
        .zip(&reading.drafts)
        .map(|(n, draft)| {
            let uid = draft.uid.clone().unwrap_or_else(|| format!("made-up-{n}"));
            let body = stored(&draft.body);
            assert_eq!(body, draft.body, "{}", source.display());
            given::event(&uid, body)
        })
        .collect();
    let asked = FeedQuery {
        form: Form::Standard,
        past: Some(Past::All),
        ..FeedQuery::default()
    };
    let feed = feeds::render(&calendar, &events, &asked, "https://almanac.example");
    let failsafe = feeds::render(
        &calendar,
        &events,
        &FeedQuery::default(),
        "https://almanac.example",
    );
    for feed in [&feed, &failsafe] {
        if let Err(unsound) = feeds::verify(feed) {
            panic!("{}: {unsound}", source.display());
        }
    }
    Some(feed)
}

#[test]
fn every_readable_file_is_published_with_the_instances_of_its_source() {
    let Some(shared) = shared() else { return };
    let exceptions: Exceptions = toml::from_str(EXCEPTIONS).expect("the exceptions read");
    let folder = tempfile::tempdir().expect("a folder");
    let mut sources = Vec::new();
    ics_files(&shared.join("corpus/ics"), &mut sources);
    ics_files(&shared.join("data"), &mut sources);
    assert!(sources.len() > 700, "{} files", sources.len());
    let mut pairs = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        if let Some(feed) = published(source) {
            let file = folder.path().join(format!("{number}.ics"));
            std::fs::write(&file, feed).expect("the feed is written");
            pairs.push((source.clone(), file));
        }
    }
    let mut wrong = Vec::new();
    let mut stale: Vec<&String> = exceptions.differs.keys().collect();
    let mut compared = 0;
    for comparison in compare_instances(&pairs) {
        let name = Path::new(&comparison.source)
            .strip_prefix(&shared)
            .unwrap_or(Path::new(""));
        let name = name.display().to_string();
        compared += usize::from(comparison.readable);
        let same = !comparison.readable
            || (comparison.missing.is_empty()
                && (comparison.extra.is_empty() || comparison.partial));
        match (same, exceptions.differs.contains_key(&name)) {
            (true, true) | (false, false) => wrong.push((name, comparison)),
            (false, true) => stale.retain(|known| **known != name),
            (true, false) => {}
        }
    }
    println!(
        "{} files published, {compared} compared, {} differ",
        pairs.len(),
        exceptions.differs.len()
    );
    for (kind, why) in &exceptions.reasons {
        let files = exceptions.differs.values().filter(|k| *k == kind).count();
        println!("{files:4} {kind}: {why}");
        assert!(files > 0, "no file differs by {kind}");
    }
    for kind in exceptions.differs.values() {
        assert!(
            exceptions.reasons.contains_key(kind),
            "no reason for {kind}"
        );
    }
    for (name, comparison) in &wrong {
        let some = |all: &[[String; 4]]| all.iter().take(3).cloned().collect::<Vec<_>>();
        println!(
            "{name}: missing {:?}, extra {:?}",
            some(&comparison.missing),
            some(&comparison.extra)
        );
    }
    assert!(
        wrong.is_empty(),
        "{} files differ from what is expected of them",
        wrong.len()
    );
    assert!(
        stale.is_empty(),
        "exceptions for files that are not compared: {stale:?}"
    );
    assert!(compared > 500, "{compared}");
}
