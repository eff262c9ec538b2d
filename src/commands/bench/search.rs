//! `almanac bench search`: the server's time for each key that somebody presses, over what is
//! published. Beside it, in the same run, the plainest search there is: looking through all titles
//! in memory for the very text. It finds nothing that is half typed, mistyped or abbreviated.

use super::figures::{Figures, Sample, cpu_time};
use super::invented::Dice;
use crate::cli::BenchSearch;
use crate::commands::open;
use crate::config::Config;
use anyhow::{Result, bail};
use domain::search::{Filters, Query, Reading};
use domain::text::Lang;
use jiff::Timestamp;
use search::{Asked, Search};
use serde::Serialize;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;
use store::Db;

/// Titles that people look for, of all that there are.
const SOUGHT: usize = 300;
/// Words of a title that are typed.
const TYPED_WORDS: usize = 2;
/// Events that a list under the field shows.
const SHOWN: usize = 6;
/// Queries of people, as the design of the search lists them.
const QUERIES: [&str; 25] = [
    "롯데",
    "세일",
    "대학",
    "자이언츠",
    "ㄹ",
    "로",
    "롯",
    "롯ㄷ",
    "ㄹㄷ",
    "ㄹㄷㅈㅇㅇㅊ",
    "롯데자이언츠",
    "롯데 자이언트",
    "뉴진수",
    "올리브옝",
    "두산 엘지",
    "두산 vs",
    "롯데 vs lg",
    "arsen",
    "arsnal",
    "chelsea vs ars",
    "콘서트 부산",
    "이마트 휴무",
    "레미제",
    "중간고사",
    "fhtep",
];

#[derive(Serialize)]
struct Report {
    engine: &'static str,
    titles: usize,
    searches: Vec<Figures>,
}

pub async fn run(config: &Config, asked: &BenchSearch) -> Result<ExitCode> {
    let db = open(config).await?;
    let titles = titles(&db).await?;
    if titles.is_empty() {
        bail!("there are no events: `almanac bench seed` makes some");
    }
    let search = Search::start(db.clone());
    let mut dice = Dice::new(11);
    let sought: Vec<&String> = (0..SOUGHT).filter_map(|_| dice.pick(&titles)).collect();
    let now = config.clock().now();
    let mut searches = Vec::new();
    for (name, queries) in kinds(&sought) {
        searches.push(measure(&search, name, &queries, &titles, now).await?);
    }
    let report = Report {
        engine: db.engine(),
        titles: titles.len(),
        searches,
    };
    write_report(&report, asked.json)?;
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

fn write_report(report: &Report, json: bool) -> Result<()> {
    let mut out = std::io::stdout();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(report)?)?;
        return Ok(());
    }
    writeln!(out, "{} events on {}", report.titles, report.engine)?;
    writeln!(
        out,
        "{:<22} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>12}",
        "typed", "searches", "nothing", "p50 ms", "p90 ms", "p99 ms", "cpu ms", "plain p50 ms"
    )?;
    for row in &report.searches {
        writeln!(
            out,
            "{:<22} {:>8} {:>8} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>12.2}",
            row.name,
            row.requests,
            row.failed,
            row.p50_ms,
            row.p90_ms,
            row.p99_ms,
            row.cpu_ms,
            row.same_bytes_p50_ms
        )?;
    }
    Ok(())
}

async fn titles(db: &Db) -> Result<Vec<String>> {
    let mut conn = db.read().await?;
    let mut titles = Vec::new();
    for (calendar, _) in store::calendars::revisions(&mut conn).await? {
        for event in store::events::of_calendar(&mut conn, calendar).await? {
            titles.push(event.body.main.title.pick(Lang::KO, Lang::KO).to_owned());
        }
    }
    Ok(titles)
}

/// What is typed: each key of titles, abbreviations, slips, the other layout.
fn kinds(sought: &[&String]) -> Vec<(&'static str, Vec<String>)> {
    let beginning = |title: &str| {
        let words: Vec<&str> = title.split_whitespace().take(TYPED_WORDS).collect();
        words.join(" ")
    };
    let begun: Vec<String> = sought.iter().map(|title| beginning(title)).collect();
    let slipped = |text: &String| {
        let mut letters: Vec<char> = text.chars().collect();
        let last = letters.last_mut()?;
        *last = if last.is_ascii() { 'q' } else { '뷁' };
        Some(letters.into_iter().collect())
    };
    vec![
        (
            "each key",
            begun.iter().flat_map(|text| keys(text)).collect(),
        ),
        (
            "first key",
            begun
                .iter()
                .filter_map(|text| keys(text).into_iter().next())
                .collect(),
        ),
        (
            "initials",
            begun.iter().map(|text| initials(text)).collect(),
        ),
        ("a slip", begun.iter().filter_map(slipped).collect()),
        (
            "the design's queries",
            QUERIES
                .iter()
                .cycle()
                .take(SOUGHT)
                .map(|q| (*q).to_owned())
                .collect(),
        ),
    ]
}

/// The states of a field while a text is typed, one a key.
fn keys(text: &str) -> Vec<String> {
    let mut states = Vec::new();
    let mut done = String::new();
    for word in text.split(' ') {
        let typed = Query::parse(word)
            .map(|query| query.typed())
            .unwrap_or_default();
        match typed.as_slice() {
            [Some(Reading::Hangul(keys))] => {
                for end in 1..=keys.len() {
                    let state = Reading::Hangul(keys.clone()).cut(end).shown();
                    states.push(format!("{done}{state}"));
                }
            }
            _ => {
                let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
                states.extend(ends.map(|end| format!("{done}{}", &word[..end])));
            }
        }
        done = format!("{done}{word} ");
    }
    states
}

/// The leading consonants of Hangul words; other words as they are.
fn initials(text: &str) -> String {
    const LEADS: [char; 19] = [
        'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ',
        'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
    ];
    let lead = |c: char| match c {
        '가'..='힣' => LEADS[((u32::from(c) - 0xac00) / 588) as usize],
        c => c,
    };
    text.chars().map(lead).collect()
}

async fn measure(
    search: &Search,
    name: &'static str,
    queries: &[String],
    titles: &[String],
    now: Timestamp,
) -> Result<Figures> {
    let mut samples = Vec::with_capacity(queries.len());
    // The first search of all loads what is kept in memory.
    if let Some(first) = queries.first() {
        search.find(&asked(first, now)).await?;
    }
    let before = cpu_time();
    for query in queries {
        let start = Instant::now();
        let found = search.find(&asked(query, now)).await?;
        samples.push(Sample {
            took: start.elapsed(),
            bytes: found.events.len(),
            ok: !found.events.is_empty(),
        });
    }
    let cpu = cpu_time().saturating_sub(before);
    let mut figures = Figures::of(name, &samples, cpu);
    figures.same_bytes_p50_ms = plainly(queries, titles);
    Ok(figures)
}

/// The median time of looking through all titles.
fn plainly(queries: &[String], titles: &[String]) -> f64 {
    let mut samples = Vec::new();
    for query in queries.iter().take(100) {
        let start = Instant::now();
        let found = titles
            .iter()
            .filter(|title| title.contains(query.as_str()))
            .count();
        samples.push(Sample {
            took: start.elapsed(),
            bytes: found,
            ok: true,
        });
    }
    Figures::of("plainly", &samples, std::time::Duration::ZERO).p50_ms
}

fn asked(text: &str, now: Timestamp) -> Asked<'_> {
    Asked {
        text,
        filters: Filters::default(),
        calendar: None,
        category: None,
        from: None,
        to: None,
        now,
        after: None,
        limit: SHOWN,
        is_final: false,
    }
}
