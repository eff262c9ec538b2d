//! People who sign in: what the store keeps of them, on both engines, and what the pages do (security
//! cases D2, D4, D5, E1 to E6, E9, E10, E14).

use crate::databases::on_both;
use crate::given::now;
use crate::support::http::{Request, Response};
use crate::support::people::{Visitors, open_session, present, somebody};
use crate::support::server::{Server, cli, program};
use accounts::attempt::{self, Subject};
use accounts::{authenticator, links, passkeys::Ceremony, recovery};
use domain::key::digest;
use domain::people::{Email, Role};
use jiff::ToSpan;
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use store::people::{
    Actor, Shut, add_passkey, by_email, everybody, factors, forget_passkey, forget_second_factors,
    forget_totp, insert, is_nobody, note, note_passkey_used, passkeys, person, rename,
    replace_recovery_codes, set_disabled, set_password, set_role, set_totp, spend_recovery_code,
    spend_totp,
};
use store::sessions::{
    Purpose, State as Progress, add_link, by_cookie, ceremony, close, close_all, drop_links,
    failures, forget_failures, forgive, link, note_seen, of_person, open, set_ceremony,
    set_failures, sweep, use_link,
};
use store::{Address, Db};
use web::peer::PeerAddress;
use web::session::LIFETIME;

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

on_both! {
    async fn somebody_is_found_by_address_and_id_and_changed(fresh) {
        let db = &fresh.db;
        let mut tx = db.begin().await.unwrap();
        assert!(is_nobody(&mut tx).await.unwrap());
        let mut ann = store::people::draft(email("Ann@Example.org"), "Ann", Role::Partner, now());
        ann.organisation = Some("haneul-fc".into());
        assert!(insert(&mut tx, &ann).await.unwrap());
        assert!(!is_nobody(&mut tx).await.unwrap());
        assert_eq!(by_email(&mut tx, &email("ann@example.org")).await.unwrap(), Some(ann.clone()));
        assert_eq!(person(&mut tx, ann.id).await.unwrap(), Some(ann.clone()));
        rename(&mut tx, ann.id, "앤").await.unwrap();
        set_role(&mut tx, ann.id, Role::Editor, None).await.unwrap();
        set_disabled(&mut tx, ann.id, Shut::Out).await.unwrap();
        let changed = person(&mut tx, ann.id).await.unwrap().unwrap();
        assert_eq!((changed.name.as_str(), changed.role), ("앤", Role::Editor));
        assert!(changed.disabled && changed.organisation.is_none());
        assert_eq!(everybody(&mut tx).await.unwrap(), [changed]);
        note(&mut tx, now(), Actor::Operator, "person_role", Some(ann.id), &Value::Null).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn d5_an_address_that_is_known_is_never_bound_anew(fresh) {
        let db = &fresh.db;
        let mut tx = db.begin().await.unwrap();
        let ann = store::people::draft(email("ann@example.org"), "Ann", Role::Admin, now());
        assert!(insert(&mut tx, &ann).await.unwrap());
        let eve = store::people::draft(email("ANN@example.org"), "Eve", Role::Editor, now());
        assert!(!insert(&mut tx, &eve).await.unwrap());
        assert_eq!(everybody(&mut tx).await.unwrap(), [ann]);
        tx.commit().await.unwrap();
    }

    async fn each_second_factor_counts_once(fresh) {
        let id = somebody(&fresh.db, Role::Editor).await;
        let other = somebody(&fresh.db, Role::Admin).await;
        let mut tx = fresh.db.begin().await.unwrap();
        assert!(!factors(&mut tx, id).await.unwrap().has_second());
        set_password(&mut tx, id, "hash").await.unwrap();
        // Without an authenticator no step is taken.
        assert!(!spend_totp(&mut tx, id, 7).await.unwrap());
        set_totp(&mut tx, id, b"secret", 7).await.unwrap();
        for (step, taken) in [(7, false), (6, false), (8, true), (8, false), (7, false), (9, true)] {
            assert_eq!(spend_totp(&mut tx, id, step).await.unwrap(), taken, "{step}");
        }
        let codes = [digest("a"), digest("b")];
        replace_recovery_codes(&mut tx, id, &codes).await.unwrap();
        assert!(!spend_recovery_code(&mut tx, other, &codes[0]).await.unwrap());
        assert!(spend_recovery_code(&mut tx, id, &codes[0]).await.unwrap());
        assert!(!spend_recovery_code(&mut tx, id, &codes[0]).await.unwrap());
        assert!(add_passkey(&mut tx, id, (b"one", "key", "{}"), now()).await.unwrap());
        assert!(!add_passkey(&mut tx, other, (b"one", "key", "{}"), now()).await.unwrap());
        let all = passkeys(&mut tx, id).await.unwrap();
        note_passkey_used(&mut tx, id, all[0].id, "{\"n\":1}", now()).await.unwrap();
        let all = passkeys(&mut tx, id).await.unwrap();
        assert_eq!((all[0].document.as_str(), all[0].used), ("{\"n\":1}", Some(now())));
        let known = factors(&mut tx, id).await.unwrap();
        assert_eq!((known.passkeys, known.recovery_codes, known.totp_step), (1, 1, Some(9)));
        assert!(known.has_second() && known.password.as_deref() == Some("hash"));
        assert!(!forget_passkey(&mut tx, other, all[0].id).await.unwrap());
        assert!(forget_passkey(&mut tx, id, all[0].id).await.unwrap());
        forget_totp(&mut tx, id).await.unwrap();
        assert!(!factors(&mut tx, id).await.unwrap().has_second());
        forget_second_factors(&mut tx, id).await.unwrap();
        assert_eq!(factors(&mut tx, id).await.unwrap().recovery_codes, 0);
        tx.commit().await.unwrap();
    }

    async fn e5_sessions_end_on_every_server_at_once(fresh) {
        let id = somebody(&fresh.db, Role::Editor).await;
        let other_server = fresh.again().await;
        let alive = async |token: &str| {
            let mut conn = other_server.read().await.unwrap();
            by_cookie(&mut conn, &digest(token), present()).await.unwrap()
        };
        let one = open_session(&fresh.db, Role::Editor, Progress::Full).await;
        let two = open_session(&fresh.db, Role::Editor, Progress::SecondFactorOwed).await;
        let found = alive(&one.token).await.unwrap();
        assert_eq!((found.person, found.role, found.state), (id, Role::Editor, Progress::Full));
        assert_eq!(alive(&two.token).await.unwrap().state, Progress::SecondFactorOwed);
        let mut tx = fresh.db.begin().await.unwrap();
        assert_eq!(of_person(&mut tx, id, present()).await.unwrap().len(), 1, "half ones are not listed");
        let later = present().checked_add(10.minutes()).unwrap();
        note_seen(&mut tx, one.id, later).await.unwrap();
        set_ceremony(&mut tx, one.id, Some("{}")).await.unwrap();
        assert_eq!(ceremony(&mut tx, one.id).await.unwrap().as_deref(), Some("{}"));
        tx.commit().await.unwrap();
        // Who is shut out has no session, whatever its row says.
        let mut tx = fresh.db.begin().await.unwrap();
        set_disabled(&mut tx, id, Shut::Out).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(alive(&one.token).await, None);
        let mut tx = fresh.db.begin().await.unwrap();
        set_disabled(&mut tx, id, Shut::Open).await.unwrap();
        tx.commit().await.unwrap();
        assert!(alive(&one.token).await.is_some());
        let mut tx = fresh.db.begin().await.unwrap();
        let stranger = domain::id::PersonId(store::new_id());
        assert!(!close(&mut tx, stranger, one.id).await.unwrap());
        assert!(close(&mut tx, id, one.id).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(alive(&one.token).await, None);
        let mut tx = fresh.db.begin().await.unwrap();
        assert_eq!(close_all(&mut tx, id).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(alive(&two.token).await, None);
    }

    async fn a_link_is_good_once_for_a_time_and_the_newest_counts(fresh) {
        let id = somebody(&fresh.db, Role::Editor).await;
        let soon = now().checked_add(1.hour()).unwrap();
        let mut tx = fresh.db.begin().await.unwrap();
        add_link(&mut tx, &digest("old"), Some(id), (Purpose::Reset, soon), now()).await.unwrap();
        add_link(&mut tx, &digest("new"), Some(id), (Purpose::Reset, soon), now()).await.unwrap();
        add_link(&mut tx, &digest("in"), Some(id), (Purpose::SignIn, soon), now()).await.unwrap();
        add_link(&mut tx, &digest("first"), None, (Purpose::SetUp, soon), now()).await.unwrap();
        add_link(&mut tx, &digest("again"), None, (Purpose::SetUp, soon), now()).await.unwrap();
        for (token, at, found) in [
            ("old", now(), None),
            ("new", now(), Some((Some(id), Purpose::Reset))),
            ("in", now(), Some((Some(id), Purpose::SignIn))),
            ("first", now(), None),
            ("again", now(), Some((None, Purpose::SetUp))),
            ("new", soon, None),
            ("none", now(), None),
        ] {
            assert_eq!(link(&mut tx, &digest(token), at).await.unwrap(), found, "{token}");
        }
        assert!(use_link(&mut tx, &digest("new"), now()).await.unwrap());
        assert!(!use_link(&mut tx, &digest("new"), now()).await.unwrap());
        assert!(!use_link(&mut tx, &digest("in"), soon).await.unwrap());
        assert_eq!(link(&mut tx, &digest("new"), now()).await.unwrap(), None);
        drop_links(&mut tx, id).await.unwrap();
        assert_eq!(link(&mut tx, &digest("in"), now()).await.unwrap(), None);
        tx.commit().await.unwrap();
    }

    async fn what_is_over_is_swept_and_what_is_not_stays(fresh) {
        let id = somebody(&fresh.db, Role::Editor).await;
        let mut tx = fresh.db.begin().await.unwrap();
        let day = now().checked_add(24.hours()).unwrap();
        let new = store::sessions::NewSession {
            digest: &digest("s"),
            person: id,
            state: Progress::Full,
            agent: "",
            expires: day,
        };
        open(&mut tx, new, now()).await.unwrap();
        add_link(&mut tx, &digest("l"), Some(id), (Purpose::Reset, day), now()).await.unwrap();
        let known = failures(&mut tx, &digest("f"), now()).await.unwrap();
        set_failures(&mut tx, &digest("f"), known.and_one_at(now())).await.unwrap();
        sweep(&mut tx, now()).await.unwrap();
        assert!(by_cookie(&mut tx, &digest("s"), now()).await.unwrap().is_some());
        assert!(link(&mut tx, &digest("l"), now()).await.unwrap().is_some());
        assert_eq!(failures(&mut tx, &digest("f"), now()).await.unwrap().count, 1);
        forgive(&mut tx, &digest("f")).await.unwrap();
        forgive(&mut tx, &digest("f")).await.unwrap();
        assert_eq!(failures(&mut tx, &digest("f"), now()).await.unwrap().count, 0);
        forget_failures(&mut tx, &digest("f")).await.unwrap();
        sweep(&mut tx, day.checked_add(1.hour()).unwrap()).await.unwrap();
        assert!(by_cookie(&mut tx, &digest("s"), now()).await.unwrap().is_none());
        assert!(link(&mut tx, &digest("l"), now()).await.unwrap().is_none());
        tx.commit().await.unwrap();
    }

    async fn e10_a_hundred_networks_guess_no_faster_than_one(fresh) {
        let account = Subject::account("ann@example.org");
        let mut taken = 0;
        for n in 0..100u8 {
            let peer = PeerAddress(std::net::IpAddr::from([203, 0, 113, n]));
            let subjects = [account, Subject::network(peer)];
            taken += usize::from(attempt::begin(&fresh.db, &subjects, now()).await.unwrap().is_ok());
        }
        assert_eq!(taken, 5);
        // No lock-out: the longest wait is a minute, and being right ends it.
        let later = now().checked_add(61.seconds()).unwrap();
        assert_eq!(attempt::begin(&fresh.db, &[account], later).await.unwrap(), Ok(()));
        let mut tx = fresh.db.begin().await.unwrap();
        attempt::succeed(&mut tx, account, None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(attempt::begin(&fresh.db, &[account], later).await.unwrap(), Ok(()));
    }

    async fn e10_many_who_guess_at_once_are_counted_one_by_one(fresh) {
        let account = Subject::account("ann@example.org");
        let tries: Vec<_> = (0..20)
            .map(|_| {
                let db = fresh.db.clone();
                tokio::spawn(async move { attempt::begin(&db, &[account], now()).await.unwrap() })
            })
            .collect();
        let mut taken = 0;
        for one in tries {
            taken += usize::from(one.await.unwrap().is_ok());
        }
        assert_eq!(taken, 5);
    }
}

/// A running server with somebody of each role that is asked for.
struct Desk {
    server: Server,
    visitors: Visitors,
    _folder: tempfile::TempDir,
}

const PASSWORD: &str = "correct horse battery staple";

impl Desk {
    fn new(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::Embedded(folder.path().to_owned());
        let server = Server::start(folder.path(), more);
        let visitors = Visitors::of(&address);
        Self {
            server,
            visitors,
            _folder: folder,
        }
    }

    fn folder(&self) -> &Path {
        self._folder.path()
    }

    fn db(&self) -> &Db {
        self.visitors.db()
    }

    fn cookie(&self, role: Role) -> String {
        self.visitors.cookie(role, Progress::Full)
    }

    /// A form as one of our own pages sends it.
    fn post(&self, target: &str, cookie: &str, form: &str) -> Response {
        self.server.send(
            &Request::new("POST", target)
                .header("Sec-Fetch-Site", "same-origin")
                .header("Cookie", cookie)
                .body("application/x-www-form-urlencoded", form),
        )
    }

    fn get(&self, target: &str, cookie: &str) -> Response {
        self.server
            .send(&Request::new("GET", target).header("Cookie", cookie))
    }

    /// Somebody of this role with [`PASSWORD`].
    fn with_password(&self, role: Role) -> String {
        self.visitors.run(async {
            let id = somebody(self.db(), role).await;
            let hash = accounts::hash::hash_now(PASSWORD).unwrap();
            let mut tx = self.db().begin().await.unwrap();
            set_password(&mut tx, id, &hash).await.unwrap();
            tx.commit().await.unwrap();
        });
        format!("email={role}%40team.example&password=correct+horse+battery+staple")
    }

    fn audit(&self, action: &str) -> usize {
        let path = self.folder().join("almanac.db");
        let asked = format!("SELECT COUNT(*) FROM audit WHERE action = '{action}'");
        let output = std::process::Command::new("sqlite3")
            .arg(path)
            .arg(asked)
            .output()
            .expect("sqlite3 starts");
        let text = String::from_utf8_lossy(&output.stdout);
        text.trim().parse().unwrap_or_else(|_| panic!("{output:?}"))
    }
}

/// The cookie that an answer gives.
fn given(answer: &Response) -> Option<String> {
    let cookie = answer.header("set-cookie")?;
    Some(cookie.split(';').next()?.to_owned())
}

fn location(answer: &Response) -> &str {
    answer.header("location").unwrap_or_default()
}

/// What the program has printed after these words, as a path.
fn printed(output: &str, before: &str) -> String {
    let (_, rest) = output
        .split_once(before)
        .unwrap_or_else(|| panic!("{output}"));
    let line = rest.lines().next().unwrap_or_default();
    let (_, path) = line
        .split_once("/welcome/")
        .unwrap_or_else(|| panic!("{line}"));
    format!("/welcome/{}", path.trim())
}

#[test]
fn an_empty_installation_is_set_up_by_a_link_that_is_printed_and_good_once() {
    let desk = Desk::new(&[]);
    let path = printed(&desk.server.output(), "nobody can sign in yet");
    // Scanners open links; nothing happens.
    for _ in 0..2 {
        let page = desk.server.get(&path);
        assert_eq!(page.status, 200);
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert!(given(&page).is_none());
    }
    for (form, fault) in [
        ("email=nobody&password=correct+horse+battery", "email-fault"),
        ("email=ann%40example.org&password=short", "password-fault"),
        (
            "email=ann%40example.org&password=password123",
            "password-fault",
        ),
        (
            "email=ann%40example.org&password=ann%40example.org",
            "password-fault",
        ),
    ] {
        let again = desk.post(&path, "", form);
        assert_eq!(again.status, 400, "{form}");
        assert!(again.text().contains(fault) && !again.text().contains("correct horse"));
    }
    let form = "email=Ann%40Example.org&name=Ann&password=correct+horse+battery+staple";
    let done = desk.post(&path, "", form);
    assert_eq!((done.status, location(&done)), (303, "/cms/"));
    let cookie = given(&done).unwrap();
    let people = desk.get("/cms/people?lang=en", &cookie);
    assert!(people.status == 200 && people.text().contains("ann@example.org"));
    assert_eq!(desk.post(&path, "", form).status, 404, "used up");
    assert_eq!(desk.server.get(&path).status, 404);
    // Signing in with what was chosen, and out again.
    let form = "email=ann%40example.org&password=correct+horse+battery+staple&next=%2Faccount";
    let signed_in = desk.post("/sign-in", "", form);
    assert_eq!((signed_in.status, location(&signed_in)), (303, "/account"));
    let second = given(&signed_in).unwrap();
    let account = desk.get("/account?lang=en", &second).text();
    assert!(account.contains("ann@example.org") && account.contains("Administrator"));
    let out = desk.post("/sign-out", &second, "");
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(desk.get("/account", &second).status, 303);
    assert_eq!(
        desk.get("/account", &cookie).status,
        200,
        "the other browser stays"
    );
}

#[test]
fn the_demo_prints_a_link_for_each_role_at_each_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut before = Vec::new();
    for _ in 0..2 {
        let server = Server::start(folder.path(), &["--demo"]);
        let output = server.output();
        assert!(!output.contains("nobody can sign in"), "{output}");
        for (role, home) in [
            ("admin", "/cms/"),
            ("moderator", "/cms/"),
            ("partner", "/partners/"),
        ] {
            let path = printed(&output, &format!("sign in as {role}:"));
            assert!(!before.contains(&path));
            let request = Request::new("POST", &path).header("Sec-Fetch-Site", "same-origin");
            let done = server.send(
                &request
                    .clone()
                    .body("application/x-www-form-urlencoded", ""),
            );
            assert_eq!((done.status, location(&done)), (303, home), "{role}");
            assert!(given(&done).is_some());
            before.push(path);
        }
        server.stop();
    }
}

#[test]
fn d2_fields_that_no_form_has_change_nothing() {
    let desk = Desk::new(&[]);
    let cookie = desk.cookie(Role::Moderator);
    let form = "name=Mo&role=admin&id=0&email=eve%40example.org&disabled=false&state=full&person=0";
    assert_eq!(desk.post("/account/name", &cookie, form).status, 303);
    let found = desk.visitors.run(async {
        let mut conn = desk.db().read().await.unwrap();
        by_email(&mut conn, &email("moderator@team.example"))
            .await
            .unwrap()
    });
    let found = found.expect("the address is as it was");
    assert_eq!((found.name.as_str(), found.role), ("Mo", Role::Moderator));
    assert_eq!(desk.get("/cms/people", &cookie).status, 403);
}

#[test]
fn d4_who_may_not_is_told_so_and_written_down() {
    let desk = Desk::new(&[]);
    for role in [Role::Editor, Role::Moderator, Role::Partner] {
        let cookie = desk.cookie(role);
        let before = desk.audit("refused");
        let form = "email=eve%40example.org&role=admin";
        assert_eq!(
            desk.post("/cms/people", &cookie, form).status,
            403,
            "{role}"
        );
        assert_eq!(desk.audit("refused"), before + 1);
    }
    assert_eq!(
        desk.post("/cms/people", "", "email=eve%40example.org&role=admin")
            .status,
        401
    );
    let known = desk.visitors.run(async {
        let mut conn = desk.db().read().await.unwrap();
        by_email(&mut conn, &email("eve@example.org"))
            .await
            .unwrap()
    });
    assert_eq!(known, None);
}

#[test]
fn d5_an_invitation_never_takes_over_somebody_s_account() {
    let desk = Desk::new(&[]);
    let cookie = desk.cookie(Role::Admin);
    let form = "email=new%40team.example&role=editor&name=New";
    let done = desk.post("/cms/people", &cookie, form);
    assert_eq!(location(&done), "/cms/people?done=invited_no_mail");
    let again = desk.post(
        "/cms/people",
        &cookie,
        "email=NEW%40team.example&role=admin",
    );
    assert_eq!(again.status, 400);
    assert!(again.text().contains("email-fault") && again.text().contains("NEW@team.example"));
    let own = desk.post(
        "/cms/people",
        &cookie,
        "email=admin%40team.example&role=partner",
    );
    assert_eq!(own.status, 400);
}

#[test]
fn e1_e2_no_other_site_signs_anybody_in_or_out() {
    let desk = Desk::new(&[]);
    let form = desk.with_password(Role::Editor);
    let cookie = desk.cookie(Role::Editor);
    for (name, value) in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        // Nothing about where from, but a cookie.
        ("Accept", "*/*"),
    ] {
        for (target, form) in [
            ("/sign-in", form.as_str()),
            ("/sign-out", ""),
            ("/account/name", "name=x"),
        ] {
            let request = Request::new("POST", target)
                .header(name, value)
                .header("Cookie", &cookie)
                .body("application/x-www-form-urlencoded", form);
            let answer = desk.server.send(&request);
            assert_eq!(answer.status, 403, "{target} {name}: {value}");
            assert!(given(&answer).is_none());
        }
    }
    assert_eq!(desk.get("/account", &cookie).status, 200, "still signed in");
}

#[test]
fn e3_reading_changes_nothing_and_signs_nobody_out() {
    let desk = Desk::new(&[]);
    let cookie = desk.cookie(Role::Admin);
    for target in ["/sign-out", "/account/name", "/account/authenticator/ask"] {
        assert_eq!(desk.get(target, &cookie).status, 405, "{target}");
    }
    assert_eq!(desk.get("/account", &cookie).status, 200);
}

#[test]
fn e4_a_session_has_another_id_after_each_step_and_the_old_one_is_dead() {
    let desk = Desk::new(&[]);
    let form = desk.with_password(Role::Editor);
    let planted = desk.cookie(Role::Moderator);
    // Whoever plants a session loses it when somebody signs in over it.
    let own = given(&desk.post("/sign-in", &planted, &form)).unwrap();
    assert_ne!(own, planted);
    assert_eq!(desk.get("/account", &planted).status, 303);
    assert_eq!(desk.get("/account", &own).status, 200);
    // An id of the visitor's own making is never taken up.
    let invented = format!("session={}", "a".repeat(44));
    let fresh = given(&desk.post("/sign-in", &invented, &form)).unwrap();
    assert_ne!(fresh, invented);
    // Another role: everybody of that name signs in anew.
    let admin = desk.cookie(Role::Admin);
    let id = desk.visitors.run(somebody(desk.db(), Role::Editor));
    let changed = desk.post(&format!("/cms/people/{id}/role"), &admin, "role=admin");
    assert_eq!(location(&changed), "/cms/people?done=role");
    assert_eq!(desk.get("/account", &own).status, 303);
    // Nobody makes themselves anything.
    let id = desk.visitors.run(somebody(desk.db(), Role::Admin));
    assert_eq!(
        desk.post(&format!("/cms/people/{id}/role"), &admin, "role=editor")
            .status,
        403
    );
    assert_eq!(
        desk.post(&format!("/cms/people/{id}/shut-out"), &admin, "")
            .status,
        403
    );
}

#[test]
fn e5_another_password_ends_every_other_session() {
    let desk = Desk::new(&[]);
    desk.with_password(Role::Editor);
    let (here, there) = (desk.cookie(Role::Editor), desk.cookie(Role::Editor));
    let wrong = desk.post(
        "/account/password",
        &here,
        "password=wrong&new_password=another+fine+one",
    );
    assert_eq!(wrong.status, 400);
    assert_eq!(desk.get("/account", &there).status, 200);
    let form = "password=correct+horse+battery+staple&new_password=another+fine+one";
    let done = desk.post("/account/password", &here, form);
    assert_eq!(location(&done), "/account?done=password");
    let renewed = given(&done).unwrap();
    for (cookie, status) in [(&here, 303), (&there, 303), (&renewed, 200)] {
        assert_eq!(desk.get("/account", cookie).status, status);
    }
    let old = "email=editor%40team.example&password=correct+horse+battery+staple";
    assert_eq!(desk.post("/sign-in", "", old).status, 400);
    // Shut out by an administrator: out at once, and not let in.
    let admin = desk.cookie(Role::Admin);
    let id = desk.visitors.run(somebody(desk.db(), Role::Editor));
    desk.post(&format!("/cms/people/{id}/shut-out"), &admin, "");
    assert_eq!(desk.get("/account", &renewed).status, 303);
    let new = "email=editor%40team.example&password=another+fine+one";
    assert_eq!(desk.post("/sign-in", "", new).status, 400);
    desk.post(&format!("/cms/people/{id}/let-in"), &admin, "");
    assert_eq!(desk.post("/sign-in", "", new).status, 303);
}

#[test]
fn e6_the_session_s_cookie_is_pinned_to_this_host_over_https() {
    let desk = Desk::new(&["--base-url", "https://almanac.example"]);
    let form = desk.with_password(Role::Editor);
    let request = Request::new("POST", "/sign-in")
        .header("Sec-Fetch-Site", "same-origin")
        .body("application/x-www-form-urlencoded", form);
    let cookie = desk.server.send(&request);
    let cookie = cookie.header("set-cookie").unwrap();
    for part in [
        "__Host-session=",
        "; Path=/",
        "; Secure",
        "; HttpOnly",
        "; SameSite=Lax",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let own = cookie.split(';').next().unwrap();
    assert_eq!(desk.get("/account", own).status, 200);
    let neighbour = own.replace("__Host-", "");
    assert_eq!(desk.get("/account", &neighbour).status, 303);
}

#[test]
fn e9_headers_that_a_guesser_writes_make_them_nobody_else() {
    let desk = Desk::new(&[]);
    let mut refused = 0;
    for n in 0..30 {
        let form = format!("email=u{n}%40team.example&password=wrong");
        let request = Request::new("POST", "/sign-in")
            .header("X-Forwarded-For", &format!("203.0.113.{n}"))
            .header("Forwarded", &format!("for=203.0.113.{n}"))
            .header("X-Real-IP", &format!("203.0.113.{n}"))
            .body("application/x-www-form-urlencoded", form);
        let answer = desk.server.send(&request);
        if answer.status == 429 {
            assert!(answer.header("retry-after").is_some());
            refused += 1;
        }
    }
    assert!(refused >= 5, "{refused}");
}

#[test]
fn e10_nothing_tells_whether_somebody_has_an_account() {
    let desk = Desk::new(&[]);
    desk.with_password(Role::Editor);
    let answer = |name: &str| {
        let form = format!("email={name}%40team.example&password=wrong");
        let answer = desk.post("/sign-in?lang=en", "", &form);
        (answer.status, answer.text().replace(name, "NAME"))
    };
    assert_eq!(answer("editor"), answer("nobody"));
    let admin = desk.cookie(Role::Admin);
    let id = desk.visitors.run(somebody(desk.db(), Role::Editor));
    desk.post(&format!("/cms/people/{id}/shut-out"), &admin, "");
    assert_eq!(answer("editor"), answer("nobody"));
    let asked = |name: &str| {
        let answer = desk.post(
            "/forgot?lang=en",
            "",
            &format!("email={name}%40team.example"),
        );
        (answer.status, answer.text().replace(name, "NAME"))
    };
    assert_eq!(asked("editor"), asked("nobody"));
}

#[test]
fn e14_many_rejected_sign_ins_at_once_take_turns() {
    let desk = Desk::new(&[]);
    let address = desk.server.address();
    let tries: Vec<_> = (0..10)
        .map(|n| {
            let form = format!("email=u{n}%40team.example&password=wrong");
            let request =
                Request::new("POST", "/sign-in").body("application/x-www-form-urlencoded", form);
            std::thread::spawn(move || request.send(address).unwrap().status)
        })
        .collect();
    for one in tries {
        let status = one.join().unwrap();
        assert!(matches!(status, 400 | 503), "{status}");
    }
    assert_eq!(desk.server.get("/sign-in").status, 200);
}

fn code(secret: &[u8], steps: i64) -> String {
    let totp = totp_rs::Builder::new().with_secret(secret.to_vec()).build();
    let second = present().as_second() + 30 * steps;
    let code = totp.unwrap().generate(u64::try_from(second).unwrap());
    code.to_string()
}

#[test]
fn a_second_step_is_set_up_asked_for_and_counts_once() {
    let desk = Desk::new(&[]);
    let form = desk.with_password(Role::Editor);
    let cookie = given(&desk.post("/sign-in", "", &form)).unwrap();
    desk.post("/account/authenticator/ask", &cookie, "");
    let page = desk.get("/account/authenticator?lang=en", &cookie).text();
    let secret = desk.visitors.run(async {
        let mut conn = desk.db().read().await.unwrap();
        let token = cookie.strip_prefix("session=").unwrap();
        let session = by_cookie(&mut conn, &digest(token), present())
            .await
            .unwrap()
            .unwrap();
        let kept = ceremony(&mut conn, session.id).await.unwrap().unwrap();
        match Ceremony::read(&kept) {
            Some(Ceremony::Authenticator(secret)) => secret,
            _ => panic!("{kept}"),
        }
    });
    assert!(page.contains(&authenticator::written(&secret)) && page.contains("<svg class=\"qr\""));
    assert_eq!(
        desk.post("/account/authenticator", &cookie, "code=000")
            .status,
        400
    );
    // The step before is taken, so that the present one is left for signing in.
    let shown = desk.post(
        "/account/authenticator",
        &cookie,
        &format!("code={}", code(&secret, -1)),
    );
    assert_eq!(shown.status, 200);
    let renewed = given(&shown).unwrap();
    assert_eq!(desk.get("/account", &cookie).status, 303, "E4: another id");
    assert_eq!(desk.get("/account", &renewed).status, 200);
    let text = shown.text();
    let codes: Vec<&str> = text
        .split("<li><code>")
        .skip(1)
        .filter_map(|c| c.split('<').next())
        .collect();
    assert_eq!(codes.len(), recovery::CODES);
    // The password alone is half a sign-in now.
    let half = desk.post("/sign-in", "", &form);
    assert_eq!(location(&half), "/sign-in/second?next=%2Fcms%2F");
    let half = given(&half).unwrap();
    assert!(location(&desk.get("/account", &half)).starts_with("/sign-in/second"));
    assert_eq!(desk.post("/account/name", &half, "name=x").status, 401);
    let used = format!("code={}", code(&secret, -1));
    assert_eq!(
        desk.post("/sign-in/second", &half, &used).status,
        400,
        "spent"
    );
    let right = format!("code={}&next=%2Faccount", code(&secret, 0));
    let whole = desk.post("/sign-in/second", &half, &right);
    assert_eq!((whole.status, location(&whole)), (303, "/account"));
    let whole = given(&whole).unwrap();
    assert_eq!(desk.get("/account", &whole).status, 200);
    assert_eq!(
        desk.get("/sign-in/second", &half).status,
        303,
        "E4: the half is dead"
    );
    // A recovery code, however it is typed, once.
    for status in [303, 400] {
        let half = given(&desk.post("/sign-in", "", &form)).unwrap();
        let form = format!("code={}", codes[0].to_uppercase().replace('-', "+"));
        assert_eq!(desk.post("/sign-in/second", &half, &form).status, status);
    }
    // Taken away from the command line.
    let folder = desk.folder().display().to_string();
    let done = cli(&[
        "user",
        "reset-2fa",
        "editor@team.example",
        "--data-dir",
        &folder,
    ]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(desk.get("/account", &whole).status, 303);
    assert_eq!(location(&desk.post("/sign-in", "", &form)), "/cms/");
}

#[test]
fn passkeys_are_asked_for_and_a_wrong_answer_is_none() {
    let desk = Desk::new(&[]);
    let cookie = desk.cookie(Role::Editor);
    let page = desk.post("/account/passkeys/ask", &cookie, "").text();
    assert!(
        page.contains("data-passkey=\"create\"") && page.contains("&#34;localhost&#34;"),
        "{page}"
    );
    let wrong = desk.post("/account/passkeys", &cookie, "label=x&answer=%7B%7D");
    assert_eq!(wrong.status, 400);
    assert_eq!(desk.get("/account", &cookie).status, 200);
}

#[test]
fn people_are_looked_after_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let user = |arguments: &[&str]| cli(&[&["user"], arguments, &["--data-dir", &data]].concat());
    let added = user(&[
        "add",
        "Ann@example.org",
        "--role",
        "partner",
        "--organisation",
        "haneul-fc",
    ]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    assert!(
        added.stdout.contains("http://localhost:8080/welcome/"),
        "{}",
        added.stdout
    );
    for (arguments, code, said) in [
        (
            &["add", "ann@example.org", "--role", "admin"][..],
            1,
            "already",
        ),
        (&["add", "nobody", "--role", "admin"], 1, "no email address"),
        (
            &[
                "add",
                "bob@example.org",
                "--role",
                "editor",
                "--organisation",
                "x-y",
            ],
            1,
            "for partners",
        ),
        (
            &["add", "bob@example.org", "--role", "owner"],
            2,
            "moderator",
        ),
        (&["disable", "eve@example.org"], 1, "nobody has"),
    ] {
        let done = user(arguments);
        assert_eq!(done.code, code, "{arguments:?}: {}", done.stderr);
        assert!(done.stderr.contains(said), "{arguments:?}: {}", done.stderr);
    }
    for (password, code) in [("short\n", 1), ("correct horse battery staple\n", 0)] {
        let mut child = program()
            .args([
                "user",
                "add",
                "bob@example.org",
                "--role",
                "admin",
                "--password-stdin",
            ])
            .args(["--data-dir", &data])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(password.as_bytes())
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
    }
    let listed = user(&["list"]).stdout;
    assert!(
        listed.contains("ann@example.org\tpartner\thaneul-fc\tno-password\t-\tann\n"),
        "{listed}"
    );
    assert!(
        listed.contains("bob@example.org\tadmin\t-\tactive\t-\tbob\n"),
        "{listed}"
    );
    let server = Server::start(folder.path(), &[]);
    assert!(!server.output().contains("nobody can sign in"));
    let link = user(&["sign-in-link", "ann@example.org"]);
    let path = printed(&link.stdout, "http://localhost:8080");
    assert_eq!(server.get(&path).status, 200);
    assert_eq!(user(&["disable", "ann@example.org"]).code, 0);
    assert_eq!(server.get(&path).status, 404, "within the second");
    assert_eq!(user(&["sign-in-link", "ann@example.org"]).code, 1);
    assert!(user(&["list"]).stdout.contains("\tdisabled\t"));
}

#[test]
fn links_last_as_long_as_they_should_and_no_session_for_ever() {
    assert_eq!(links::good_for(Purpose::Reset).as_hours(), 1);
    assert_eq!(links::good_for(Purpose::Invitation).as_hours(), 7 * 24);
    assert!(LIFETIME.as_hours() <= 14 * 24);
}
