//! Where things are: the source tree, the build folder, the shared corpora.

use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};

/// The folders one run works with, all absolute.
pub struct Workspace {
    /// The repository's root.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// The corpora (`ALMANAC_SHARED`), when they are there.
    pub shared: Option<PathBuf>,
}

impl Workspace {
    /// Finds the folders. An error in CI when the corpora are missing; elsewhere a printed list of
    /// what is left out.
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask lies in the workspace")?
            .to_owned();
        let target = root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or("target".into()));
        let shared = root.join(env::var_os("ALMANAC_SHARED").unwrap_or("../shared".into()));
        let shared = match shared.canonicalize() {
            Ok(folder) if folder.is_dir() => Some(folder),
            _ if in_ci() => bail!(
                "the test corpora are not at {} (set ALMANAC_SHARED)",
                shared.display()
            ),
            _ => {
                println!(
                    "no test corpora at {} (set ALMANAC_SHARED). Left out: corpus imports, \
                     recurrence and voice tables, instance comparison, real clients \
                     (vdirsyncer with khal, Evolution), libical's strict check, contract check",
                    shared.display()
                );
                None
            }
        };
        Ok(Self {
            root,
            target,
            shared,
        })
    }
}

/// True where an unattended run must not leave anything out.
pub fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty())
}
