//! A passkey from its making to its use, in a real browser: nothing else can play an authenticator.

use crate::support::people::{Visitors, somebody};
use crate::support::server::Server;
use domain::people::Role;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use store::Address;
use store::people::set_password;

const PASSWORD: &str = "correct horse battery staple";

#[test]
fn a_passkey_is_added_and_lets_its_owner_in_on_phone_and_desktop() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let visitors = Visitors::of(&Address::Embedded(folder.path().to_owned()));
    visitors.run(async {
        let id = somebody(visitors.db(), Role::Editor).await;
        let hash = accounts::hash::hash_now(PASSWORD).unwrap();
        let mut tx = visitors.db().begin().await.unwrap();
        set_password(&mut tx, id, &hash).await.unwrap();
        tx.commit().await.unwrap();
    });
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let packages = std::env::var_os("ALMANAC_TEST_NODE").map_or_else(
        || Path::new(env!("CARGO_TARGET_TMPDIR")).join("../node"),
        PathBuf::from,
    );
    // Passkeys belong to a name: the loopback address in numbers has none.
    let address = format!("http://localhost:{}", server.address().port());
    let done = Command::new("node")
        .arg(root.join("tests/browser/passkey.mjs"))
        .args([&address, "editor@team.example", PASSWORD])
        .env("ALMANAC_TEST_NODE", packages)
        .stdin(Stdio::null())
        .output()
        .expect("node starts");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let found: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
    assert!(found["checks"].as_u64().unwrap_or(0) >= 20, "{said}");
}
