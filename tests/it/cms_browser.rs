//! The desk in a real browser, signed in: `tests/browser/desk.mjs` looks at every page in both
//! languages, sizes and themes, and works by keyboard and without scripts.

use crate::given::{game, ko, now};
use crate::support::people::{Visitors, somebody};
use crate::support::server::Server;
use domain::event::{Place, WebAddress};
use domain::id::ProposalId;
use domain::key::digest;
use domain::patch::{EventPatch, FieldValue};
use domain::people::Role;
use domain::proposal::{Aim, BurstId, Handling, Origin, Proposal, State};
use domain::text::{Lang, Text};
use domain::tip::Kind;
use domain::tip::likeness::shape;
use domain::tip::spam::Print;
use domain::tip::trust::Level;
use jiff::SignedDuration;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use store::sessions::State as Progress;
use store::tips::{Coming, Content, Decided, Towards};
use store::uploads::Image;
use store::{Address, Db, Tx};
use web::base_url::BaseUrl;

/// What the pages show.
struct Shown {
    burst: BurstId,
    item: ProposalId,
    clash: ProposalId,
}

fn ago(hours: i64) -> jiff::Timestamp {
    now()
        .checked_sub(SignedDuration::from_hours(hours))
        .unwrap()
}

async fn tell(tx: &mut Tx, n: usize, towards: &Towards, at: jiff::Timestamp, note: &str) {
    let image = Image {
        media_type: "image/png".to_owned(),
        bytes: PIXEL.to_vec(),
        width: 1,
        height: 1,
    };
    let upload = store::uploads::add(tx, &image, at).await.unwrap();
    let content = Content {
        kind: Kind::Correction,
        instance: None,
        changes: serde_json::Map::new(),
        lang: Lang::KO,
        note: Some(note.to_owned()),
        evidence: WebAddress::parse("https://haneul.example/notice/17"),
        upload: (n == 0).then_some(upload),
    };
    let coming = Coming {
        level: if n == 0 { Level::Known } else { Level::Unknown },
        score: if n == 2 { 60 } else { 10 },
        print: Print {
            at_ms: at.as_millisecond(),
            shape: shape(&[note]),
            host: 0,
            network: [u8::try_from(n).unwrap(); 16],
        },
    };
    let receipt = digest(&format!("receipt {n}"));
    store::tips::send(tx, &receipt, &content, &coming, towards)
        .await
        .unwrap();
}

/// A pixel.
const PIXEL: [u8; 67] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0,
    1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0a, 0x49, 0x44, 0x41, 0x54,
    0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, 0x49, 0x45, 0x4e,
    0x44, 0xae, 0x42, 0x60, 0x82,
];

async fn fill(db: &Db) -> Shown {
    let mut conn = db.read().await.unwrap();
    let found = store::calendars::find(&mut conn, "sample-baseball")
        .await
        .unwrap();
    let home = found.unwrap().calendar;
    let events = store::events::of_calendar(&mut conn, home.id)
        .await
        .unwrap();
    drop(conn);
    let single: Vec<_> = events
        .iter()
        .filter(|one| one.body.series.is_none())
        .collect();
    let proposal = |aim: Aim, hours: i64| Proposal {
        id: ProposalId(store::new_id()),
        calendar: home.id,
        origin: Origin::Tip,
        state: State::Waiting,
        aim,
        note: Some("구장 앞 게시판에서 봤어요.".to_owned()),
        created: ago(hours),
        due: None,
    };
    let change = |at: usize, base_version: i64, values: Vec<FieldValue>| {
        let mut patch = EventPatch::default();
        for value in values {
            patch.put(value);
        }
        Aim::Change {
            event: single[at].id,
            base_version,
            patch,
        }
    };
    let place = || {
        FieldValue::Place(Place {
            name: Text::new(Lang::KO, "하늘 보조 구장 제2경기장")
                .with(Lang::EN, "Haneul second field"),
            geo: None,
        })
    };
    let time = |hour: &str| {
        let body = game("", &format!("2027-04-05T{hour}:00"));
        FieldValue::Time(body.main.time)
    };
    let mut tx = db.begin().await.unwrap();
    // Three readers tell the same of one event.
    let towards = Towards::Proposal {
        calendar: home.id,
        aim: change(0, single[0].version, vec![time("17:00"), place()]),
        decided: Decided::ByTheDesk,
    };
    for (n, note) in [
        "경기 시작이 17:00로 당겨졌다고 구단이 공지했어요. 사진은 구장 앞 안내판이에요.",
        "17시로 바뀌었어요",
        "다섯 시라고 하네요",
    ]
    .into_iter()
    .enumerate()
    {
        tell(&mut tx, n, &towards, ago(30), note).await;
    }
    let receipt = store::tips::by_receipt(&mut tx, &digest("receipt 0"))
        .await
        .unwrap();
    let item = receipt.unwrap().proposal.unwrap().id;
    // Somebody else moved this event after the tip came.
    let clash = proposal(change(1, single[1].version, vec![time("16:00")]), 7);
    store::proposals::add(&mut tx, &clash).await.unwrap();
    let one = proposal(
        Aim::Create(Box::new(game(
            "하늘 대 바다 연습 경기",
            "2027-05-01T14:00:00",
        ))),
        3,
    );
    store::proposals::add(&mut tx, &one).await.unwrap();
    let two = proposal(change(2, single[2].version, vec![place()]), 1);
    store::proposals::add(&mut tx, &two).await.unwrap();
    let burst = BurstId(store::new_id());
    let handling = Handling {
        burst: Some(burst),
        reports: 1,
        ..Handling::default()
    };
    for n in 0..60 {
        let body = game(&format!("싼 알약을 지금 바로 {n}"), "2027-05-01T10:00:00");
        let spam = proposal(Aim::Create(Box::new(body)), 2);
        store::proposals::add_handled(&mut tx, &spam, &handling)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let mina = desk::Actor::person(somebody(db, Role::Editor).await.to_string());
    let desk = desk::Desk::new(db, &mina, ago(6));
    let mut patch = EventPatch::default();
    patch.put(time("20:00"));
    let moved = proposal(
        Aim::Change {
            event: single[1].id,
            base_version: single[1].version,
            patch,
        },
        6,
    );
    let known = proposal(
        change(3, single[3].version, vec![FieldValue::Result(ko("3:2"))]),
        9,
    );
    let mut tx = db.begin().await.unwrap();
    store::proposals::add(&mut tx, &moved).await.unwrap();
    store::proposals::add(&mut tx, &known).await.unwrap();
    tx.commit().await.unwrap();
    desk.accept(moved.id, desk::Take::Whole).await.unwrap();
    desk.reject(known.id, domain::proposal::Reason::Known, None)
        .await
        .unwrap();
    Shown {
        burst,
        item,
        clash: clash.id,
    }
}

/// A server with the demo's calendars, and somebody signed in there.
struct Scene {
    _folder: tempfile::TempDir,
    server: Server,
    visitors: Visitors,
    session: String,
}

impl Scene {
    fn of(role: Role) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = folder.path().join("clock.txt");
        std::fs::write(&clock, now().to_string()).expect("the clock is set");
        let data = folder.path().join("data");
        let server = Server::start_at(&clock, &data, &["--demo", "--allow-now"]);
        let visitors = Visitors::of(&Address::Embedded(data));
        let db = visitors.db();
        let session = visitors.run(async {
            let id = somebody(db, role).await;
            let mut tx = db.begin().await.unwrap();
            let who = (Progress::Full, "Chromium · Linux");
            let opened = web::session::open(&mut tx, id, who, now()).await.unwrap();
            tx.commit().await.unwrap();
            opened.cookie(&BaseUrl::parse("http://localhost:8080").unwrap())
        });
        Self {
            _folder: folder,
            server,
            visitors,
            session,
        }
    }

    /// Runs a script of `tests/browser` and gives the number of things that it looked at.
    fn run(&self, script: &str, pictures: &str, told: &[(&str, String)]) -> u64 {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let made = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let packages = std::env::var_os("ALMANAC_TEST_NODE")
            .map_or_else(|| made.join("../node"), PathBuf::from);
        let done = Command::new("node")
            .arg(root.join("tests/browser").join(script))
            .arg(self.server.url(""))
            .arg(made.join("..").join(pictures))
            .env("ALMANAC_TEST_NODE", packages)
            .env("ALMANAC_TEST_SESSION", &self.session)
            .envs(told.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .expect("node starts");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}\n{}", self.server.output());
        let found: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a report");
        found["checks"].as_u64().unwrap_or(0)
    }
}

#[test]
fn the_desk_holds_in_every_shape_and_is_worked_by_keys_and_without_scripts() {
    let scene = Scene::of(Role::Admin);
    let shown = scene.visitors.run(fill(scene.visitors.db()));
    let told = [
        ("ALMANAC_TEST_BURST", shown.burst.to_string()),
        ("ALMANAC_TEST_ITEM", shown.item.to_string()),
        ("ALMANAC_TEST_CLASH", shown.clash.to_string()),
    ];
    assert!(scene.run("desk.mjs", "screenshots-of-desk", &told) >= 150);
}

#[test]
fn calendars_and_events_are_kept_on_pages_that_hold_in_every_shape() {
    let scene = Scene::of(Role::Editor);
    assert!(scene.run("calendars.mjs", "screenshots-of-calendars", &[]) >= 150);
}
