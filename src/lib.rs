//! The program: command line, settings, and the joining of the parts into one server. A library
//! so that tests can reach the table of routes; its one user is `main`.

pub mod cli;
pub mod commands;
mod compression;
pub mod config;
pub mod demo;
mod log;
pub mod server;
mod wire;

use anyhow::Result;
use clap::Parser;
use cli::{Cli, Command};
use config::Config;
use std::process::ExitCode;

/// Runs what the command line asks for. Exit status: 0 done; 1 refused or failed, with one line
/// on standard error; 2 wrong usage.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            // One line, whatever the causes say.
            let line = format!("{error:#}").replace(['\n', '\r'], " ");
            eprintln!("almanac: {line}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let config = Config::load(&cli.settings)?;
    log::start(config.log_format);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(serve) => commands::serve::run(&config, &serve).await,
            Command::Import(import) => commands::import::run(&config, &import).await,
            Command::Export(export) => commands::export::run(&config, &export).await,
            Command::Reindex => commands::reindex::run(&config).await,
            Command::Migrate => commands::migrate::run(&config).await,
            Command::Doctor => commands::doctor::run(&config).await,
            Command::Status(status) => commands::status::run(&config, &status).await,
            Command::User(user) => commands::user::run(&config, &user).await,
            Command::Bench(bench) => commands::bench::run(&config, &bench).await,
        }
    })
}
