//! Runs the steps of a chore, times them, and adds up what they say of themselves.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Runs a command that must succeed.
pub fn checked(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("starting {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

/// What one step found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

struct Row {
    name: &'static str,
    took: Duration,
    tally: Tally,
}

/// The steps so far.
pub struct Report {
    start: Instant,
    rows: Vec<Row>,
}

impl Report {
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            rows: Vec::new(),
        }
    }

    /// A step that prepares something: it counts for nothing, and its failure ends the run.
    pub fn prepare<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        println!("==> {name}");
        let start = Instant::now();
        let made = work().context(name)?;
        self.close(name, start, Tally::default());
        Ok(made)
    }

    /// A step that counts as one check: its exit status. True when it passed.
    pub fn check(&mut self, name: &'static str, command: &mut Command) -> Result<bool> {
        println!("==> {name}: {}", shown(command));
        let start = Instant::now();
        let passed = command.status().context(name)?.success();
        let tally = Tally {
            passed: u64::from(passed),
            failed: u64::from(!passed),
            skipped: 0,
        };
        self.close(name, start, tally);
        Ok(passed)
    }

    /// A step that prints its own results, read by `count` line by line as they pass. A bad exit
    /// status without a counted failure is one failure.
    pub fn suite(
        &mut self,
        name: &'static str,
        command: &mut Command,
        count: fn(&str) -> Tally,
    ) -> Result<()> {
        println!("==> {name}: {}", shown(command));
        let start = Instant::now();
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context(name)?;
        let out = child.stdout.take().context("piped")?;
        let err = child.stderr.take().context("piped")?;
        let errors = thread::spawn(move || pass_on(err, count));
        let mut tally = pass_on(out, count);
        tally.add(errors.join().unwrap_or_default());
        if !child.wait()?.success() && tally.failed == 0 {
            tally.failed = 1;
        }
        self.close(name, start, tally);
        Ok(())
    }

    fn close(&mut self, name: &'static str, start: Instant, tally: Tally) {
        let took = start.elapsed();
        println!("    {name}: {:.1} s", took.as_secs_f64());
        self.rows.push(Row { name, took, tally });
    }

    /// Prints every step and, last, the sum. True when nothing failed and something passed.
    pub fn finish(&self) -> bool {
        let mut sum = Tally::default();
        println!(
            "\n{:<28}{:>9}{:>9}{:>9}{:>9}",
            "step", "seconds", "passed", "failed", "skipped"
        );
        for row in &self.rows {
            sum.add(row.tally);
            let Tally {
                passed,
                failed,
                skipped,
            } = row.tally;
            let seconds = row.took.as_secs_f64();
            println!(
                "{:<28}{seconds:>9.1}{passed:>9}{failed:>9}{skipped:>9}",
                row.name
            );
        }
        println!("{:<28}{:>9.1}", "all", self.start.elapsed().as_secs_f64());
        println!("{} passed, {} failed", sum.passed, sum.failed);
        sum.failed == 0 && sum.passed > 0
    }
}

fn pass_on(stream: impl Read, count: fn(&str) -> Tally) -> Tally {
    let mut tally = Tally::default();
    for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        tally.add(count(&line));
    }
    tally
}

/// The summary line of cargo-nextest: `Summary [1.2s] 3 tests run: 2 passed, 1 failed, 0 skipped`.
/// Whatever ran and did not pass (failed, timed out, could not start) failed.
pub fn count_nextest(line: &str) -> Tally {
    let Some((head, results)) = line.split_once(" run: ") else {
        return Tally::default();
    };
    if !head.trim_start().starts_with("Summary [") {
        return Tally::default();
    }
    let head = head.trim_end_matches(" tests").trim_end_matches(" test");
    let run = head.rsplit(' ').next().and_then(|n| n.split('/').next());
    let run = run.and_then(|n| n.parse().ok()).unwrap_or(0);
    let passed = number_before(results, "passed");
    Tally {
        passed,
        failed: run - passed.min(run),
        skipped: number_before(results, "skipped"),
    }
}

/// The summary lines of libtest: `test result: ok. 2 passed; 0 failed; 1 ignored; ...`.
pub fn count_libtest(line: &str) -> Tally {
    match line.strip_prefix("test result: ") {
        None => Tally::default(),
        Some(results) => Tally {
            passed: number_before(results, "passed"),
            failed: number_before(results, "failed"),
            skipped: number_before(results, "ignored"),
        },
    }
}

/// The contract check: one line per check, `ok` or `FAIL` first.
pub fn count_contract(line: &str) -> Tally {
    Tally {
        passed: u64::from(line.starts_with("ok ")),
        failed: u64::from(line.starts_with("FAIL ")),
        skipped: 0,
    }
}

/// The number directly before a word, 0 if there is none.
fn number_before(text: &str, word: &str) -> u64 {
    let words: Vec<&str> = text.split([' ', ',', ';', '.', '(', ')']).collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64, skipped: u64) -> Tally {
        Tally {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn nextest_summaries_are_added_up() {
        let cases = [
            (
                "     Summary [   0.010s] 3 tests run: 2 passed, 1 failed, 1 skipped",
                tally(2, 1, 1),
            ),
            (
                "     Summary [   1.2s] 1 test run: 1 passed (1 slow), 0 skipped",
                tally(1, 0, 0),
            ),
            (
                "     Summary [  12.0s] 9 tests run: 7 passed, 1 failed, 1 timed out, 0 skipped",
                tally(7, 2, 0),
            ),
            (
                "     Summary [  12.0s] 5/9 tests run: 4 passed, 1 failed, 0 skipped",
                tally(4, 1, 0),
            ),
            (
                "        PASS [   0.003s] xtask a_test_run: here",
                tally(0, 0, 0),
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(count_nextest(line), expected, "{line}");
        }
    }

    #[test]
    fn libtest_and_contract_lines_are_added_up() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(count_libtest(line), tally(12, 3, 1));
        assert_eq!(count_libtest("test it::works ... ok"), tally(0, 0, 0));
        assert_eq!(
            count_contract("ok   main      readyz says ready"),
            tally(1, 0, 0)
        );
        assert_eq!(
            count_contract("FAIL main      feed: no such thing"),
            tally(0, 1, 0)
        );
        assert_eq!(count_contract("42 of 42"), tally(0, 0, 0));
    }
}
