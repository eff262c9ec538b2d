//! `cargo xtask test`: everything between a fresh checkout and a verdict.

use crate::postgres::Postgres;
use crate::report::{Report, count_contract, count_libtest, count_nextest};
use crate::workspace::Workspace;
use crate::{node, prerequisites, python};
use anyhow::Result;
use std::path::Path;
use std::process::{Command, Stdio};

/// The whole run. True when nothing failed.
pub fn everything() -> Result<bool> {
    let mut report = Report::new();
    let workspace = Workspace::find()?;
    report.prepare("prerequisites", prerequisites::install_missing)?;
    lint(&workspace, &mut report)?;
    if build(&workspace, &mut report)? {
        let postgres = report.prepare("postgresql", Postgres::start)?;
        run_tests(&workspace, &postgres, &mut report, &[])?;
        document(&workspace, &mut report)?;
        check_contract(&workspace, None, &mut report)?;
        check_contract(&workspace, Some(&postgres), &mut report)?;
    }
    Ok(report.finish())
}

/// Only the tests whose name contains one of the filters. True when nothing failed.
pub fn filtered(filters: &[&str]) -> Result<bool> {
    let mut report = Report::new();
    let workspace = Workspace::find()?;
    report.prepare("prerequisites", prerequisites::install_missing)?;
    if build(&workspace, &mut report)? {
        let postgres = report.prepare("postgresql", Postgres::start)?;
        run_tests(&workspace, &postgres, &mut report, filters)?;
    }
    Ok(report.finish())
}

fn lint(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.check("format", cargo(workspace, "fmt").args(["--all", "--check"]))?;
    report.check(
        "lints",
        cargo(workspace, "clippy")
            .args(["--workspace", "--all-targets", "--quiet"])
            .args(["--", "--deny", "warnings"]),
    )?;
    Ok(())
}

/// Builds the tests and the program that they start: the same units that the runner asks for, so
/// nothing is compiled twice.
fn build(workspace: &Workspace, report: &mut Report) -> Result<bool> {
    report.check(
        "build",
        cargo(workspace, "test").args(["--workspace", "--no-run", "--quiet"]),
    )
}

fn run_tests(
    workspace: &Workspace,
    postgres: &Postgres,
    report: &mut Report,
    filters: &[&str],
) -> Result<()> {
    let venv = report.prepare("python", || python::environment(workspace))?;
    let packages = report.prepare("node packages", || node::environment(workspace))?;
    let environment = |command: &mut Command| {
        command.env("ALMANAC_TEST_POSTGRES", postgres.url());
        command.env("ALMANAC_TEST_PYTHON", &venv);
        command.env("ALMANAC_TEST_NODE", &packages);
        if let Some(shared) = &workspace.shared {
            command.env("ALMANAC_SHARED", shared);
        }
    };
    let mut command = runner(workspace);
    environment(&mut command);
    report.suite("tests", command.args(filters), count_all)
}

/// cargo-nextest where it is installed, else cargo's own runner.
fn runner(workspace: &Workspace) -> Command {
    let nextest = Command::new("cargo")
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if nextest {
        let mut command = cargo(workspace, "nextest");
        command
            .args(["run", "--workspace", "--config-file"])
            .arg("xtask/nextest.toml");
        command
    } else {
        let mut command = cargo(workspace, "test");
        command.args(["--workspace", "--no-fail-fast"]);
        command.args(["--lib", "--bins", "--tests"]);
        command
    }
}

fn document(workspace: &Workspace, report: &mut Report) -> Result<()> {
    report.suite(
        "documentation examples",
        cargo(workspace, "test").args(["--workspace", "--doc", "--quiet"]),
        count_libtest,
    )?;
    report.check(
        "documentation",
        cargo(workspace, "doc")
            .args(["--workspace", "--no-deps", "--quiet"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )?;
    Ok(())
}

/// The public surface as strangers see it, on the embedded database or on PostgreSQL: the tests
/// use schemas of their own, so that the server's public schema is still empty.
fn check_contract(
    workspace: &Workspace,
    postgres: Option<&Postgres>,
    report: &mut Report,
) -> Result<()> {
    let Some(shared) = &workspace.shared else {
        return Ok(());
    };
    let mut command = in_folder(&workspace.root, "python3");
    command
        .arg(shared.join("checks/contract.py"))
        .arg(workspace.target.join("debug/almanac"))
        .args(["--only", "main,rooms,feeds,desk"]);
    let name = match postgres {
        Some(postgres) => {
            command.env("ALMANAC_DATABASE_URL", postgres.url());
            "contract on PostgreSQL"
        }
        None => "contract",
    };
    report.suite(name, &mut command, count_contract)
}

fn count_all(line: &str) -> crate::report::Tally {
    let tally = count_nextest(line);
    if tally == Default::default() {
        count_libtest(line)
    } else {
        tally
    }
}

fn cargo(workspace: &Workspace, subcommand: &str) -> Command {
    let mut command = in_folder(&workspace.root, "cargo");
    command
        .arg(subcommand)
        .env("CARGO_TARGET_DIR", &workspace.target);
    command
}

fn in_folder(folder: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}
