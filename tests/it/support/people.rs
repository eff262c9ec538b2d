//! People who are signed in, without the pages on which they sign in: what tests of other pages
//! begin with.

use domain::id::PersonId;
use domain::people::{Email, Role};
use store::sessions::State as Progress;
use store::{Address, Db, Patience, people};
use web::base_url::BaseUrl;
use web::session::{self, Opened};

/// The present: sessions are compared with the clock of the program under test.
#[expect(
    clippy::disallowed_methods,
    reason = "the program under test has the system's clock"
)]
pub fn present() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Somebody of this role, made where there is nobody yet.
pub async fn somebody(db: &Db, role: Role) -> PersonId {
    let email = Email::parse(&format!("{role}@team.example")).unwrap();
    let mut tx = db.begin().await.unwrap();
    let known = people::by_email(&mut tx, &email).await.unwrap();
    let id = match known {
        Some(known) => known.id,
        None => {
            let person = people::draft(email, role.as_str(), role, present());
            assert!(people::insert(&mut tx, &person).await.unwrap());
            person.id
        }
    };
    tx.commit().await.unwrap();
    id
}

/// A new session of somebody of this role.
pub async fn open_session(db: &Db, role: Role, progress: Progress) -> Opened {
    let person = somebody(db, role).await;
    let mut tx = db.begin().await.unwrap();
    let state = (progress, "Firefox · Linux");
    let opened = session::open(&mut tx, person, state, present())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    opened
}

/// What a browser sends, in which somebody of this role is signed in: the value of `Cookie`.
pub async fn cookie(db: &Db, role: Role, progress: Progress) -> String {
    open_session(db, role, progress).await.cookie(&plain())
}

fn plain() -> BaseUrl {
    BaseUrl::parse("http://localhost:8080").unwrap()
}

/// The same for tests that are not async: sessions in the database of a running server.
pub struct Visitors {
    runtime: tokio::runtime::Runtime,
    db: Db,
}

impl Visitors {
    /// On this database.
    pub fn of(address: &Address) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let db = runtime
            .block_on(Db::open(address, Patience::Command))
            .unwrap();
        Self { runtime, db }
    }

    /// The value of `Cookie` for somebody of this role.
    pub fn cookie(&self, role: Role, progress: Progress) -> String {
        self.run(cookie(&self.db, role, progress))
    }

    /// The database itself.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Runs something on it.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}
