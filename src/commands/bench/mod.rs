//! `almanac bench`: what the program does with a large database, measured with the program.

mod feeds;
mod figures;
mod invented;
mod pages;
mod search;
mod seed;
mod words;

use crate::cli::{Bench, BenchCommand};
use crate::config::Config;
use anyhow::Result;
use std::process::ExitCode;

pub async fn run(config: &Config, bench: &Bench) -> Result<ExitCode> {
    match &bench.what {
        BenchCommand::Seed(what) => seed::run(config, what).await,
        BenchCommand::Pages(what) => pages::run(config, what).await,
        BenchCommand::Search(what) => search::run(config, what).await,
        BenchCommand::Feeds(what) => feeds::run(config, what).await,
    }
}
