//! Asks the API what its own description allows, and what it forbids: schemathesis against the demo.

use crate::browser::{build, start};
use crate::report::Report;
use crate::workspace::Workspace;
use crate::{prerequisites, python};
use anyhow::Result;
use std::process::Command;

/// Requests per operation and phase. More find more, and take longer.
const EXAMPLES: &str = "60";
/// A fixed seed: a run that fails fails again.
const SEED: &str = "20261122";

/// What the description says in words only: `tests/schemathesis/said_in_words.py`.
const HOOKS: &str = "said_in_words";

/// True when it finds no fault.
pub fn check() -> Result<bool> {
    let mut report = Report::new();
    let workspace = Workspace::find()?;
    report.prepare("prerequisites", prerequisites::install_missing)?;
    report.prepare("build", || build(&workspace, &[]))?;
    let venv = report.prepare("python", || python::schemathesis(&workspace))?;
    let demo = start(&workspace, &mut report, "debug/almanac")?;
    let mut command = Command::new(venv.join("bin/schemathesis"));
    command
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", demo.url()))
        .args(["--checks", "all", "--max-examples", EXAMPLES])
        .args(["--seed", SEED, "--generation-database", "none"])
        .env("PYTHONPATH", workspace.root.join("tests/schemathesis"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SCHEMATHESIS_HOOKS", HOOKS)
        .current_dir(&workspace.target);
    report.check("schemathesis", &mut command)?;
    Ok(report.finish())
}
