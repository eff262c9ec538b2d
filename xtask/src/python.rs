//! A Python environment of the tests' own, with every version pinned.

use crate::report::checked;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The calendar clients and libraries that the tests compare with.
pub fn environment(workspace: &Workspace) -> Result<PathBuf> {
    made_from(workspace, "python", "tests/clients/requirements.txt")
}

/// What asks the API at random.
pub fn schemathesis(workspace: &Workspace) -> Result<PathBuf> {
    made_from(
        workspace,
        "python-api",
        "tests/schemathesis/requirements.txt",
    )
}

/// Makes `target/NAME` from a list of packages, or keeps the one that is there if it was made from
/// the same text. Returns its folder.
fn made_from(workspace: &Workspace, name: &str, list: &str) -> Result<PathBuf> {
    let requirements = workspace.root.join(list);
    let wanted = fs::read_to_string(&requirements).with_context(|| format!("reading {list}"))?;
    let folder = workspace.target.join(name);
    let stamp = folder.join("made-from.txt");
    let python = folder.join("bin/python");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(folder);
    }
    checked(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    checked(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .arg("--requirement")
            .arg(&requirements),
    )?;
    fs::write(stamp, wanted).context("noting what the environment was made from")?;
    Ok(folder)
}
