//! The project's chores as one menu: `cargo xtask`.
//!
//! Knows nothing of the product's crates: it only starts programs (cargo, apt-get, PostgreSQL,
//! Python, Node.js, a browser) and adds up what they say.

#![expect(
    clippy::print_stdout,
    reason = "a command-line tool: printing is its job"
)]

mod browser;
mod demo;
mod node;
mod postgres;
mod prerequisites;
mod python;
mod report;
mod schemathesis;
mod test;
mod workspace;

use std::process::ExitCode;

const MENU: &str = "\
cargo xtask test              everything CI runs: installs what is missing, lints, all tests, docs
cargo xtask test -- FILTER    only the tests whose name contains FILTER; no lints, no docs
cargo xtask lighthouse        Lighthouse on the release build with the demo; reports in target/lighthouse
cargo xtask screenshots       pictures of every page into target/screenshots
cargo xtask schemathesis      asks the API at random what its description allows and forbids

environment
  ALMANAC_SHARED      folder with the test corpora, checks and clients (default: ../shared)
  CARGO_TARGET_DIR    where everything that is built or downloaded goes (default: target)
  CI                  set: a suite that lacks its corpus is a failure instead of left out";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [] | ["help" | "-h" | "--help"] => {
            println!("{MENU}");
            return ExitCode::SUCCESS;
        }
        ["test"] | ["test", "--"] => test::everything(),
        ["test", "--", filter @ ..] | ["test", filter @ ..] => test::filtered(filter),
        ["lighthouse"] => browser::lighthouse(),
        ["screenshots"] => browser::screenshots(),
        ["schemathesis"] => schemathesis::check(),
        _ => {
            eprintln!("{MENU}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
