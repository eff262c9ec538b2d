//! Personal calendars (R16): what the store keeps, on both engines; what programs make and manage
//! over the API; what people do on the pages; and that no key is told to anybody else (security
//! cases D2, D8 to D12, and E3 for forms).

use crate::databases::on_both;
use crate::given::{at, calendar, now};
use crate::support::http::{Request, Response};
use crate::support::server::Server;
use domain::id::{AddressId, PublicId, SubscriptionId};
use domain::key::{OwnLinks, address, digest};
use domain::proposal::State;
use domain::recipe::{Hidden, Past, Pick, Recipe, Results};
use serde_json::{Value, json};
use std::path::Path;
use store::subscriptions::{
    NewAddress, add_address, addresses, by_address, by_id, by_manage_key, create, delete, epoch,
    note_fetched, replace_recipe, revoke_address, rotate,
};
use store::{Address, Db, Patience};

fn recipe(pick: Pick) -> Recipe {
    Recipe {
        picks: vec![pick],
        lang: None,
        past: Past::default(),
        results: Results::default(),
    }
}

const fn named<'a>(digest: &'a [u8; 32], label: &'a str, own: bool) -> NewAddress<'a> {
    NewAddress { digest, label, own }
}

/// A personal calendar of one calendar, under the key `key` and the address `one`.
async fn made(db: &Db) -> (SubscriptionId, Recipe) {
    let calendar = calendar(db, "haneul").await;
    let recipe = recipe(Pick::all_of(calendar.id));
    let mut tx = db.begin().await.unwrap();
    let (manage, first) = (digest("key"), digest("one"));
    let id = create(&mut tx, &recipe, &manage, named(&first, "", true), now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (id, recipe)
}

on_both! {
    async fn a_calendar_is_found_by_its_key_by_its_addresses_and_by_its_id(fresh) {
        let (id, recipe) = made(&fresh.db).await;
        let mut conn = fresh.db.read().await.unwrap();
        let by_key = by_manage_key(&mut conn, &digest("key")).await.unwrap().unwrap();
        assert_eq!((by_key.id, &by_key.recipe, by_key.revision), (id, &recipe, 1));
        assert_eq!(by_key.created, now());
        assert_eq!(by_key.link_key.len(), 16);
        assert_eq!(by_id(&mut conn, id).await.unwrap().as_ref(), Some(&by_key));
        let (_, own, found) = by_address(&mut conn, &digest("one")).await.unwrap().unwrap();
        assert_eq!((own, found), (true, by_key));
        // A key is no address, an address no key.
        assert!(by_manage_key(&mut conn, &digest("one")).await.unwrap().is_none());
        assert!(by_address(&mut conn, &digest("key")).await.unwrap().is_none());
        let stranger = SubscriptionId(store::new_id());
        assert!(by_id(&mut conn, stranger).await.unwrap().is_none());
    }

    async fn another_recipe_counts_on_and_is_noticed(fresh) {
        let (id, mut recipe) = made(&fresh.db).await;
        let mut conn = fresh.db.read().await.unwrap();
        let before = by_id(&mut conn, id).await.unwrap().unwrap();
        let noticed = epoch(&mut conn).await.unwrap();
        drop(conn);
        recipe.picks[0].hide(Hidden { uid: "a@x".into(), recurrence_id: None });
        let mut tx = fresh.db.begin().await.unwrap();
        // At the same moment, and before: validators move forward all the same (R5).
        assert_eq!(replace_recipe(&mut tx, id, &recipe, now()).await.unwrap(), 2);
        assert_eq!(replace_recipe(&mut tx, id, &recipe, at("2020-01-01T00:00:00Z")).await.unwrap(), 3);
        tx.commit().await.unwrap();
        let mut conn = fresh.db.read().await.unwrap();
        let after = by_id(&mut conn, id).await.unwrap().unwrap();
        assert_eq!((after.recipe, after.revision), (recipe, 3));
        assert!(after.modified > before.modified && after.modified.subsec_nanosecond() == 0);
        assert_eq!(after.link_key, before.link_key);
        assert!(epoch(&mut conn).await.unwrap() > noticed);
    }

    async fn addresses_are_given_named_and_taken_back(fresh) {
        let (id, _) = made(&fresh.db).await;
        let later = at("2026-11-22T04:00:00Z");
        let mut tx = fresh.db.begin().await.unwrap();
        let friend = digest("friend");
        let friend = add_address(&mut tx, id, named(&friend, "친구", false), later).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = fresh.db.read().await.unwrap();
        let all = addresses(&mut conn, id).await.unwrap();
        let said: Vec<_> = all.iter().map(|one| (one.label.as_str(), one.own, one.created)).collect();
        assert_eq!(said, [("", true, now()), ("친구", false, later)]);
        assert!(all.iter().all(|one| one.fetched.is_none()));
        let (found, own, _) = by_address(&mut conn, &digest("friend")).await.unwrap().unwrap();
        assert_eq!((found, own), (friend, false));
        drop(conn);
        let mut tx = fresh.db.begin().await.unwrap();
        let noticed = epoch(&mut tx).await.unwrap();
        let stranger = SubscriptionId(store::new_id());
        assert!(!revoke_address(&mut tx, stranger, friend).await.unwrap(), "not somebody else's");
        assert!(revoke_address(&mut tx, id, friend).await.unwrap());
        assert!(!revoke_address(&mut tx, id, friend).await.unwrap());
        assert!(by_address(&mut tx, &digest("friend")).await.unwrap().is_none());
        assert!(epoch(&mut tx).await.unwrap() > noticed);
        assert_eq!(addresses(&mut tx, id).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
    }

    async fn what_was_fetched_is_noted_and_never_goes_back(fresh) {
        let (id, _) = made(&fresh.db).await;
        let mut tx = fresh.db.begin().await.unwrap();
        let one = addresses(&mut tx, id).await.unwrap()[0].id;
        let (early, late) = (at("2026-11-22T05:00:00Z"), at("2026-11-22T06:00:00Z"));
        let gone = AddressId(store::new_id());
        let noted = [
            (one, late, "\"b\"".to_owned()),
            (one, early, "\"a\"".to_owned()),
            (gone, late, "\"c\"".to_owned()),
        ];
        note_fetched(&mut tx, &noted).await.unwrap();
        let all = addresses(&mut tx, id).await.unwrap();
        assert_eq!(all[0].fetched, Some((late, "\"b\"".to_owned())));
        tx.commit().await.unwrap();
    }

    async fn d9_new_keys_end_all_old_ones(fresh) {
        let (id, recipe) = made(&fresh.db).await;
        let mut tx = fresh.db.begin().await.unwrap();
        let before = by_id(&mut tx, id).await.unwrap().unwrap();
        let noticed = epoch(&mut tx).await.unwrap();
        let (manage, first) = (digest("new key"), digest("new one"));
        rotate(&mut tx, id, &manage, named(&first, "", true), now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = fresh.db.read().await.unwrap();
        assert!(by_manage_key(&mut conn, &digest("key")).await.unwrap().is_none());
        assert!(by_address(&mut conn, &digest("one")).await.unwrap().is_none());
        let after = by_manage_key(&mut conn, &digest("new key")).await.unwrap().unwrap();
        assert_eq!((after.id, after.recipe, after.revision), (id, recipe, 2));
        let links = OwnLinks::new(id, &before.link_key);
        assert!(!links.is_signed_by(&after.link_key), "links in old entries die, too");
        assert!(by_address(&mut conn, &digest("new one")).await.unwrap().is_some());
        assert_eq!(addresses(&mut conn, id).await.unwrap().len(), 1);
        assert!(epoch(&mut conn).await.unwrap() > noticed);
    }

    async fn what_is_deleted_leaves_nothing_behind(fresh) {
        let (id, _) = made(&fresh.db).await;
        let mut tx = fresh.db.begin().await.unwrap();
        let noticed = epoch(&mut tx).await.unwrap();
        delete(&mut tx, id).await.unwrap();
        assert!(by_id(&mut tx, id).await.unwrap().is_none());
        assert!(by_address(&mut tx, &digest("one")).await.unwrap().is_none());
        assert!(addresses(&mut tx, id).await.unwrap().is_empty());
        assert!(epoch(&mut tx).await.unwrap() > noticed);
        tx.commit().await.unwrap();
    }
}

const SUBSCRIPTIONS: &str = "/api/v1/subscriptions";
/// Looks like a key and opens nothing.
const NO_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAA";

fn demo(folder: &Path) -> Server {
    Server::start(folder, &["--demo"])
}

fn send(server: &Server, method: &str, target: &str, body: &Value) -> Response {
    let request = Request::new(method, target).body("application/json", body.to_string());
    server.send(&request)
}

fn read(answer: &Response) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{}", answer.text()))
}

/// Makes a personal calendar of the demo's races.
fn make(server: &Server) -> Value {
    let body = json!({ "calendars": [{ "calendar": "f1-2026", "alarm": "2h" }], "lang": "ko" });
    let answer = send(server, "POST", SUBSCRIPTIONS, &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    read(&answer)
}

fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn own(token: &str, rest: &str) -> String {
    format!("{SUBSCRIPTIONS}/{token}{rest}")
}

/// D12: such an answer is kept and listed nowhere.
#[track_caller]
fn is_secret(answer: &Response) {
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("x-robots-tag"), Some("noindex"));
    assert_eq!(answer.header("etag"), None);
}

#[test]
fn programs_make_read_change_and_forget_a_calendar() {
    let folder = tempfile::tempdir().unwrap();
    let server = demo(folder.path());
    let made = make(&server);
    let token = word(&made, "token");
    assert!(PublicId::parse(token).is_some());
    let base = word(&made, "page")
        .strip_suffix(&format!("/my/{token}"))
        .unwrap();
    let address = word(&made, "feed")
        .strip_prefix(&format!("{base}/feeds/my/"))
        .unwrap();
    let address = address.strip_suffix(".ics").unwrap();
    assert!(PublicId::parse(address).is_some() && address != token);
    assert_eq!(word(&made, "caldav"), format!("{base}/dav/my/{address}/"));

    let shown = server.get(&own(token, ""));
    is_secret(&shown);
    let shown = read(&shown);
    assert_eq!(shown["calendars"][0]["alarm"], "2h");
    assert_eq!(
        (&shown["lang"], &shown["past"], &shown["spoilers"]),
        (&json!("ko"), &json!("180d"), &json!(true))
    );
    // What is shown can be sent back as it is.
    let same = send(&server, "PUT", &own(token, ""), &shown);
    assert_eq!((same.status, read(&same)), (200, shown));

    let other = json!({ "calendars": [{
        "calendar": "f1-2026", "tags": "race,-practice", "q": "그랑프리", "places": ["Suzuka"],
        "days": "su", "hours": "12:00-24:00", "hide": ["a@x", { "uid": "b@x", "recurrence_id": "2027-04-15" }],
    }], "past": "all", "spoilers": false });
    let changed = send(&server, "PUT", &own(token, ""), &other);
    is_secret(&changed);
    let changed = read(&changed);
    assert_eq!(
        changed["calendars"][0]["hide"][1]["recurrence_id"],
        "2027-04-15"
    );
    assert_eq!(changed["calendars"][0]["places"], json!(["suzuka"]));
    assert_eq!(
        (&changed["spoilers"], &changed["lang"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(read(&server.get(&own(token, ""))), changed);

    let gone = server.send(&Request::new("DELETE", &own(token, "")));
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(server.get(&own(token, "")).status, 404);
    assert_eq!(
        server.send(&Request::new("DELETE", &own(token, ""))).status,
        404
    );
}

#[test]
fn addresses_are_given_listed_and_taken_back_over_the_api() {
    let folder = tempfile::tempdir().unwrap();
    let server = demo(folder.path());
    let made = make(&server);
    let token = word(&made, "token");
    let path = own(token, "/addresses");
    // No body at all is enough.
    let plain = server.send(&Request::new("POST", &path));
    assert_eq!(plain.status, 201, "{}", plain.text());
    is_secret(&plain);
    let friend = send(
        &server,
        "POST",
        &path,
        &json!({ "label": " 친구\n", "shared": true }),
    );
    let friend = read(&friend);
    assert_ne!(word(&friend, "feed"), word(&made, "feed"));
    let listed = server.get(&path);
    is_secret(&listed);
    let listed = read(&listed);
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!(
        items[0]["feed"], made["feed"],
        "the key gives its addresses again"
    );
    assert_eq!(items[2]["feed"], friend["feed"]);
    assert_eq!(
        (&items[2]["label"], &items[2]["shared"]),
        (&json!("친구"), &json!(true))
    );
    for bad in [
        json!({ "label": "x".repeat(41) }),
        json!({ "own": true }),
        json!([]),
    ] {
        assert_eq!(send(&server, "POST", &path, &bad).status, 400, "{bad}");
    }
    let one = format!("{path}/{}", word(&friend, "id"));
    assert_eq!(server.send(&Request::new("DELETE", &one)).status, 204);
    assert_eq!(server.send(&Request::new("DELETE", &one)).status, 404);
    assert_eq!(
        server
            .send(&Request::new("DELETE", &format!("{path}/x")))
            .status,
        404
    );
    for _ in 2..domain::caps::SUBSCRIPTION_ADDRESSES {
        assert_eq!(server.send(&Request::new("POST", &path)).status, 201);
    }
    let full = server.send(&Request::new("POST", &path));
    assert_eq!(full.status, 400);
    assert!(full.text().contains("addresses"));

    let rotated = server.send(&Request::new("POST", &own(token, "/rotate")));
    assert_eq!(rotated.status, 200);
    is_secret(&rotated);
    let rotated = read(&rotated);
    assert_eq!(server.get(&own(token, "")).status, 404);
    let listed = read(&server.get(&own(word(&rotated, "token"), "/addresses")));
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["items"][0]["feed"], rotated["feed"]);
}

#[test]
fn d2_what_cannot_be_meant_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let server = demo(folder.path());
    let body = json!({
        "calendars": [
            { "calendar": "f1-2026" },
            { "calendar": "f1-2026", "alarm": "9y", "owner": "me" },
            { "calendar": "no-such-calendar" },
        ],
        "id": 1,
    });
    let answer = send(&server, "POST", SUBSCRIPTIONS, &body);
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    is_secret(&answer);
    let problem = read(&answer);
    let errors = problem["errors"].as_array().unwrap();
    let fields: Vec<&str> = errors.iter().map(|error| word(error, "field")).collect();
    let want = [
        "calendars[1].alarm",
        "calendars[1].calendar",
        "calendars[1].owner",
        "calendars[2].calendar",
        "id",
    ];
    assert_eq!(fields, want);
    for (kind, body, status) in [
        ("text/plain", "{}".to_owned(), 415),
        ("application/x-www-form-urlencoded", "a=b".to_owned(), 415),
        ("application/json", "{".to_owned(), 400),
        ("application/json", String::new(), 400),
        ("application/json; charset=utf-8", "[1]".to_owned(), 400),
        (
            "application/json",
            format!("\"{}\"", "x".repeat(256 << 10)),
            413,
        ),
        ("application/json", "[".repeat(100_000), 400),
    ] {
        let request = Request::new("POST", SUBSCRIPTIONS).body(kind, body.clone());
        let answer = server.send(&request);
        assert_eq!(answer.status, status, "{kind} {:.20}", body);
    }
}

#[test]
fn d10_every_wrong_key_is_answered_alike() {
    let folder = tempfile::tempdir().unwrap();
    let server = demo(folder.path());
    let dead = make(&server);
    let dead = word(&dead, "token");
    assert_eq!(
        server.send(&Request::new("DELETE", &own(dead, ""))).status,
        204
    );
    let feed = make(&server);
    let address = word(&feed, "feed").rsplit('/').next().unwrap().to_owned();
    let address = address.strip_suffix(".ics").unwrap();
    let told = |answer: &Response| {
        let mut headers = answer.headers.clone();
        headers.retain(|(name, _)| {
            !["date", "ratelimit"].contains(&name.to_ascii_lowercase().as_str())
        });
        (answer.status, headers, answer.text())
    };
    let page = |key: &str| {
        // The language switch leads back to the page: the key itself is all that may differ.
        let (status, headers, text) = told(&server.get(&format!("/my/{key}")));
        let length = |name: &str| name.eq_ignore_ascii_case("content-length");
        let headers: Vec<_> = headers
            .into_iter()
            .filter(|(name, _)| !length(name))
            .collect();
        (
            status,
            headers,
            text.replace(&format!("%2Fmy%2F{key}"), "%2Fmy%2F"),
        )
    };
    let want = told(&server.get(&own(NO_KEY, "")));
    assert_eq!(want.0, 404);
    is_secret(&server.get(&own(NO_KEY, "")));
    is_secret(&server.get(&format!("/my/{NO_KEY}")));
    for key in [dead, address, "x", "short"] {
        assert_eq!(told(&server.get(&own(key, ""))), want, "{key}");
        assert_eq!(page(key), page(NO_KEY), "{key}");
        for (method, rest) in [
            ("DELETE", ""),
            ("POST", "/rotate"),
            ("GET", "/addresses"),
            ("POST", "/addresses"),
        ] {
            let answer = server.send(&Request::new(method, &own(key, rest)));
            assert_eq!(told(&answer), want, "{method} {rest}");
        }
        let change = json!({ "calendars": [{ "calendar": "f1-2026" }] });
        assert_eq!(told(&send(&server, "PUT", &own(key, ""), &change)), want);
    }
}

#[test]
fn making_calendars_is_limited_per_network() {
    let folder = tempfile::tempdir().unwrap();
    let server = demo(folder.path());
    let body = json!({ "calendars": [{ "calendar": "f1-2026" }] });
    let bad = json!({ "calendars": [] });
    let mut made = 0;
    let refused = loop {
        assert_eq!(
            send(&server, "POST", SUBSCRIPTIONS, &bad).status,
            400,
            "learning is free"
        );
        let answer = send(&server, "POST", SUBSCRIPTIONS, &body);
        match answer.status {
            201 => made += 1,
            _ => break answer,
        }
        assert!(made < 1_000, "there is no limit");
    };
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    assert!((120..200).contains(&made), "{made}");
    assert_eq!(
        server.get("/api/v1/calendars").status,
        200,
        "reading goes on"
    );
}

fn form(server: &Server, target: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut request = Request::new("POST", target);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    server.send(&request.body("application/x-www-form-urlencoded", body))
}

const OURS: [(&str, &str); 1] = [("Sec-Fetch-Site", "same-origin")];

/// The path that a redirect leads to, without what was done.
fn leads_to(answer: &Response) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let location = answer.header("location").unwrap();
    location.split(['?', '#']).next().unwrap().to_owned()
}

#[test]
fn people_make_change_and_delete_a_calendar_without_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let server = demo(folder.path());
    let start = server.get("/my?calendar=f1-2026");
    assert_eq!(start.status, 200);
    assert_eq!(
        start.text().matches(" checked").count(),
        1,
        "what was asked for is ticked"
    );
    let none = form(&server, "/my", &OURS, "alarm=30m");
    assert_eq!(none.status, 400);
    assert!(
        none.text().contains("calendar-fault") && none.text().contains("value=\"30m\" checked")
    );
    let made = form(
        &server,
        "/my",
        &OURS,
        "calendar=f1-2026&alarm=30m&alarm=&lang=en&past=30d&hide_results=1",
    );
    let page = leads_to(&made);
    let key = page.strip_prefix("/my/").unwrap();
    let cookie = made.header("set-cookie").unwrap();
    assert!(cookie.starts_with(&format!("my={key};")) && cookie.contains("HttpOnly"));
    assert!(cookie.contains("SameSite=Lax"));
    let recipe = || read(&server.get(&own(key, "")));
    assert_eq!(recipe()["calendars"][0]["alarm"], "30m");
    assert_eq!(
        (&recipe()["past"], &recipe()["spoilers"]),
        (&json!("30d"), &json!(false))
    );

    let cookie = format!("my={key}");
    let back = server.send(&Request::new("GET", "/my").header("Cookie", &cookie));
    assert_eq!(leads_to(&back), page);
    let dead = server.send(&Request::new("GET", "/my").header("Cookie", &format!("my={NO_KEY}")));
    assert_eq!(dead.status, 200, "a key that died leads to the form");

    let shown = server.get(&page);
    assert_eq!(shown.status, 200);
    is_secret(&shown);
    assert!(shown.text().contains("/feeds/my/") && shown.text().contains("?for=apple"));

    let friend = form(
        &server,
        &format!("{page}/addresses"),
        &[],
        "label=%3Cb%3E&holder=friend",
    );
    assert_eq!(leads_to(&friend), page);
    let shown = server.get(&page).text();
    assert!(!shown.contains("<b>") && shown.contains("&#60;b&#62;"));
    let listed = read(&server.get(&own(key, "/addresses")));
    let id = word(&listed["items"][1], "id").to_owned();
    assert_eq!(listed["items"][1]["shared"], true);
    leads_to(&form(
        &server,
        &format!("{page}/addresses/{id}/revoke"),
        &[],
        "",
    ));
    let listed = read(&server.get(&own(key, "/addresses")));
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));

    let id = word(&recipe()["calendars"][0], "calendar").to_owned();
    let pick = format!("{page}/calendars/{id}");
    assert_eq!(server.get(&pick).status, 200);
    let bad = form(&server, &pick, &[], "words=%EC%98%88%EC%84%A0&alarm=soon");
    assert_eq!(bad.status, 400);
    assert!(bad.text().contains("alarm-fault") && bad.text().contains("value=\"예선\""));
    leads_to(&form(
        &server,
        &pick,
        &[],
        "with=race&day=su&from=12:00&to=&alarm=1h&alarm=45m",
    ));
    assert_eq!(recipe()["calendars"][0]["hours"], "12:00-24:00");
    assert_eq!(recipe()["calendars"][0]["alarm"], "1h,45m");
    assert_eq!(
        form(&server, &format!("{pick}/remove"), &[], "").status,
        400,
        "the last one stays"
    );

    leads_to(&form(&server, &page, &[], "lang=&past=all"));
    assert_eq!(
        (&recipe()["past"], &recipe()["spoilers"]),
        (&json!("all"), &json!(true))
    );

    assert_eq!(server.get(&format!("{page}/rotate")).status, 200);
    assert_eq!(server.get(&page).status, 200, "asking changes nothing");
    let rotated = form(&server, &format!("{page}/rotate"), &[], "");
    let page = leads_to(&rotated);
    assert_eq!(server.get(&own(key, "")).status, 404);
    assert_eq!(server.get(&format!("{page}/delete")).status, 200);
    let deleted = form(
        &server,
        &format!("{page}/delete"),
        &[("Cookie", &page.replace("/my/", "my="))],
        "",
    );
    assert_eq!(leads_to(&deleted), "/my");
    assert!(deleted.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(server.get(&page).status, 404);
}

#[test]
fn e3_another_site_s_page_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = demo(folder.path());
    let made = make(&server);
    let page = format!("/my/{}", word(&made, "token"));
    let host = server.address().to_string();
    let (evil, same) = ("https://evil.example", format!("http://{host}"));
    let new = "calendar=f1-2026";
    for (target, headers, status) in [
        ("/my", &[("Origin", evil)][..], 403),
        ("/my", &[("Origin", "null")], 403),
        ("/my", &[("Sec-Fetch-Site", "cross-site")], 403),
        (
            "/my",
            &[("Sec-Fetch-Site", "same-site"), ("Origin", &same)],
            403,
        ),
        ("/my", &[("Cookie", "my=x")], 403),
        ("/my", &[("Origin", &same)], 303),
        (&page, &[("Origin", evil)], 403),
        (&page, &[("Sec-Fetch-Site", "cross-site")], 403),
        // A page without a referrer has no origin to name.
        (&page, &[("Origin", "null")], 303),
        (&page, &[], 303),
    ] {
        assert_eq!(
            form(&server, target, headers, new).status,
            status,
            "{target} {headers:?}"
        );
    }
    // Programs name their key in the path: no cookie is looked at, any page may be theirs.
    let request = Request::new("POST", SUBSCRIPTIONS).header("Origin", evil);
    let body = json!({ "calendars": [{ "calendar": "f1-2026" }] }).to_string();
    let answer = server.send(&request.body("application/json", body));
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let asked = server.send(&Request::new("OPTIONS", SUBSCRIPTIONS).header("Origin", evil));
    assert!(
        asked
            .header("access-control-allow-headers")
            .unwrap()
            .contains("Content-Type")
    );
}

/// The signature that the entries of a personal calendar carry, as the feed writes it.
async fn links_of(data: &Path, token: &str) -> (Db, OwnLinks) {
    let db = Db::open(&Address::Embedded(data.to_owned()), Patience::Command)
        .await
        .unwrap();
    let mut conn = db.read().await.unwrap();
    let own = by_manage_key(&mut conn, &digest(token))
        .await
        .unwrap()
        .unwrap();
    drop(conn);
    (db, OwnLinks::new(own.id, &own.link_key))
}

/// An event of the demo's races: its public id and its UID.
fn an_event(server: &Server) -> (String, String) {
    let list =
        read(&server.get("/api/v1/calendars/f1-2026/events?from=2026-01-01&to=2027-12-31&limit=1"));
    let event = &list["items"][0];
    (word(event, "id").to_owned(), word(event, "uid").to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_in_an_entry_leaves_its_event_out_only_when_asked_twice() {
    let folder = tempfile::tempdir().unwrap();
    let server = demo(folder.path());
    let made = make(&server);
    let token = word(&made, "token");
    let (_db, links) = links_of(folder.path(), token).await;
    let (id, uid) = an_event(&server);
    let path = format!("/my/not/{}/{id}", links.as_str());
    let hidden = || read(&server.get(&own(token, "")))["calendars"][0]["hide"].clone();
    let asked = server.get(&path);
    assert_eq!(asked.status, 200, "{}", asked.text());
    is_secret(&asked);
    assert!(
        !asked.text().contains(token),
        "the signature does not tell the key"
    );
    assert_eq!(hidden(), json!([]), "a mail scanner opens what it finds");
    assert_eq!(leads_to(&form(&server, &path, &[], "")), path);
    assert_eq!(hidden(), json!([{ "uid": uid, "recurrence_id": null }]));
    assert!(server.get(&path).text().contains("value=\"show\""));
    leads_to(&form(&server, &path, &[], "do=show"));
    assert_eq!(hidden(), json!([]));
    // A wrong signature, an event that is not there, and a signature of before new keys: alike.
    let wrong = OwnLinks::new(links.subscription(), b"another key");
    let dead = format!("/my/not/{}/{NO_KEY}", links.as_str());
    let rotated = read(&server.send(&Request::new("POST", &own(token, "/rotate"))));
    assert!(!word(&rotated, "token").is_empty());
    for target in [
        format!("/my/not/{}/{id}", wrong.as_str()),
        dead,
        path,
        "/my/not/x/y".to_owned(),
    ] {
        assert_eq!(server.get(&target).status, 404, "{target}");
        assert_eq!(form(&server, &target, &[], "").status, 404, "{target}");
        let report = target.replace("/not/", "/report/");
        assert_eq!(
            form(&server, &report, &[], "wrong=time").status,
            404,
            "{report}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d13_a_report_waits_for_the_desk_and_is_shown_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let server = demo(folder.path());
    let made = make(&server);
    let (db, links) = links_of(folder.path(), word(&made, "token")).await;
    let (id, _) = an_event(&server);
    let path = format!("/my/report/{}/{id}", links.as_str());
    assert_eq!(server.get(&path).status, 200);
    let bad = form(&server, &path, &[], "wrong=other&words=");
    assert_eq!(bad.status, 400);
    assert!(bad.text().contains("words-fault"));
    let canary = "kanarienvogel";
    let sent = form(
        &server,
        &path,
        &[],
        &format!("wrong=called-off&words={canary}+%3Cscript%3E"),
    );
    assert_eq!(leads_to(&sent), path);
    let mut conn = db.read().await.unwrap();
    let waiting = store::proposals::in_state(&mut conn, State::Waiting, 9)
        .await
        .unwrap();
    assert_eq!(waiting.len(), 1);
    let note = waiting[0].note.as_deref().unwrap();
    assert!(
        note.starts_with("called-off: ") && note.contains(canary),
        "{note}"
    );
    for target in [
        format!("/events/{id}"),
        "/feeds/f1-2026.ics".into(),
        "/calendars/f1-2026".into(),
    ] {
        assert!(!server.get(&target).text().contains(canary), "{target}");
    }
}

#[test]
fn d8_no_key_is_told_to_anybody_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = demo(folder.path());
    let made = make(&server);
    let token = word(&made, "token").to_owned();
    let address = address_of(&made);
    let page = format!("/my/{token}");
    let mut answers = Vec::new();
    for (method, target) in [
        ("GET", own(&token, "/nothing")),
        ("PATCH", own(&token, "")),
        ("POST", page.clone()),
        ("GET", format!("{page}/nothing")),
        ("DELETE", page.clone()),
    ] {
        answers.push(server.send(&Request::new(method, &target)));
    }
    let bad = Request::new("PUT", &own(&token, "")).body("application/json", "{");
    answers.push(server.send(&bad));
    for answer in &answers {
        assert!(answer.status >= 400);
        is_secret(answer);
        let is_json = answer.header("content-type") == Some("application/problem+json");
        assert!(
            !is_json || !answer.text().contains(&token),
            "{}",
            answer.text()
        );
    }
    server.get(&page);
    server.get(&format!("/feeds/my/{address}.ics"));
    for target in [
        "/sitemap.xml",
        "/robots.txt",
        "/",
        "/my",
        "/api/v1/calendars",
        "/api/v1/openapi.json",
    ] {
        let text = server.get(target).text();
        assert!(
            !text.contains(&token) && !text.contains(&address),
            "{target}"
        );
    }
    // Pages outside do not learn where the reader was.
    assert!(server.get(&page).text().contains("noreferrer"));
    let said = server.output();
    assert!(
        !said.contains(&token) && !said.contains(&address),
        "the log tells a key"
    );
    let file = std::fs::read(Address::file(folder.path())).unwrap();
    let wal =
        std::fs::read(Address::file(folder.path()).with_extension("db-wal")).unwrap_or_default();
    let kept = [file, wal].concat();
    let holds = |key: &str| kept.windows(key.len()).any(|bytes| bytes == key.as_bytes());
    assert!(
        !holds(&token) && !holds(&address),
        "the database tells a key"
    );
}

fn address_of(made: &Value) -> String {
    let file = word(made, "feed").rsplit('/').next().unwrap();
    file.strip_suffix(".ics").unwrap().to_owned()
}

#[test]
fn an_address_is_derived_from_its_key() {
    let one = address("key", now());
    assert_eq!(PublicId::parse(one.as_str()), Some(one));
}
