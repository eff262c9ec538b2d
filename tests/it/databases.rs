//! Databases for tests: every test that takes one runs on SQLite and on PostgreSQL.

use std::sync::atomic::{AtomicU64, Ordering};
use store::{Address, Db, Patience};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// A fresh, migrated database; its files go with it.
pub struct Fresh {
    pub db: Db,
    pub address: Address,
    _folder: Option<tempfile::TempDir>,
}

impl Fresh {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::Embedded(folder.path().to_owned());
        Self::open(address, Some(folder)).await
    }

    /// A schema of its own on the test command's PostgreSQL.
    pub async fn postgres() -> Self {
        let url = std::env::var("ALMANAC_TEST_POSTGRES").expect(
            "ALMANAC_TEST_POSTGRES names a PostgreSQL server; `cargo xtask test` starts one",
        );
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("t{}_{number}", std::process::id());
        let status = std::process::Command::new("psql")
            .args(["-q", "-d", &url, "-c"])
            .arg(format!("CREATE SCHEMA {schema}"))
            .status()
            .expect("psql starts");
        assert!(status.success(), "the schema is made");
        let mark = if url.contains('?') { '&' } else { '?' };
        let address = Address::Postgres(format!("{url}{mark}options=-c%20search_path%3D{schema}"));
        Self::open(address, None).await
    }

    async fn open(address: Address, folder: Option<tempfile::TempDir>) -> Self {
        let db = Db::open(&address, Patience::Command).await.unwrap();
        db.migrate().await.unwrap();
        Self {
            db,
            address,
            _folder: folder,
        }
    }

    /// The same database as another process would see it.
    pub async fn again(&self) -> Db {
        Db::open(&self.address, Patience::Command).await.unwrap()
    }
}

/// `on_both! { async fn name(fresh) { ... } ... }`: each as a test on both engines.
macro_rules! on_both {
    ($(async fn $name:ident($fresh:ident) $body:block)+) => {
        $(
            mod $name {
                #[allow(unused_imports, reason = "not every test needs everything")]
                use super::*;

                async fn story($fresh: $crate::databases::Fresh) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    story($crate::databases::Fresh::sqlite().await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres() {
                    story($crate::databases::Fresh::postgres().await).await;
                }
            }
        )+
    };
}
pub(crate) use on_both;
