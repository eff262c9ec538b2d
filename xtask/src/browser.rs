//! Chores that look at the demo in a real browser: measurements and pictures. The test run has its
//! own, smaller part of both (`tests/it/browser.rs`).

use crate::demo::Demo;
use crate::report::{Report, checked};
use crate::workspace::Workspace;
use crate::{node, prerequisites};
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// Runs of Lighthouse for each page; the median counts.
const RUNS: &str = "3";
const CATEGORIES: [&str; 4] = ["performance", "accessibility", "best-practices", "seo"];

/// Lighthouse against the release build. True when every page reaches its scores.
pub fn lighthouse() -> Result<bool> {
    let mut report = Report::new();
    let workspace = Workspace::find()?;
    report.prepare("prerequisites", prerequisites::install_missing)?;
    report.prepare("build", || build(&workspace, &["--release"]))?;
    let demo = start(&workspace, &mut report, "release/almanac")?;
    let folder = workspace.target.join("lighthouse");
    let mut command = script(&workspace, &mut report, "lighthouse.mjs")?;
    command
        .arg(demo.url())
        .arg(&folder)
        .arg(RUNS)
        .args(CATEGORIES);
    report.check("lighthouse", &mut command)?;
    println!("reports: {}", folder.display());
    Ok(report.finish())
}

/// Pictures of every page. True when all could be taken.
pub fn screenshots() -> Result<bool> {
    let mut report = Report::new();
    let workspace = Workspace::find()?;
    report.prepare("prerequisites", prerequisites::install_missing)?;
    report.prepare("build", || build(&workspace, &[]))?;
    let demo = start(&workspace, &mut report, "debug/almanac")?;
    let folder = workspace.target.join("screenshots");
    let mut command = script(&workspace, &mut report, "screenshots.mjs")?;
    command.arg(demo.url()).arg(&folder);
    report.check("screenshots", &mut command)?;
    println!("pictures: {}", folder.display());
    Ok(report.finish())
}

/// Builds the program.
pub fn build(workspace: &Workspace, more: &[&str]) -> Result<()> {
    checked(
        Command::new("cargo")
            .args(["build", "--quiet", "--bin", "almanac"])
            .args(more)
            .current_dir(&workspace.root)
            .env("CARGO_TARGET_DIR", &workspace.target),
    )
}

/// Starts the demo of a built program.
pub fn start(workspace: &Workspace, report: &mut Report, binary: &str) -> Result<Demo> {
    let binary = workspace.target.join(binary);
    report.prepare("demo", || Demo::start(workspace, &binary))
}

fn script(workspace: &Workspace, report: &mut Report, name: &str) -> Result<Command> {
    let packages = report.prepare("node packages", || node::environment(workspace))?;
    let mut command = Command::new("node");
    command
        .arg(Path::new("tests/browser").join(name))
        .current_dir(&workspace.root)
        .env("ALMANAC_TEST_NODE", packages);
    Ok(command)
}
