//! Whatever people do in whatever order: an event's versions are a chain without a fork, what is
//! published is what was last carried out, and an undo gives the fields back.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and says where"
)]

use desk::{Actor, Desk, Error, Take};
use domain::calendar::{CalendarProfile, Category, Color, Slug};
use domain::event::{EventBody, Occurrence};
use domain::id::{CalendarId, EventId, ProposalId};
use domain::patch::{EventPatch, FieldValue};
use domain::proposal::{Aim, Origin, Proposal, State};
use domain::text::{Lang, Text};
use domain::time::EventTime;
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;
use store::{Db, proposals};

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

/// What somebody does. Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Do {
    /// Edits as somebody who saw the event this many versions ago.
    Edit(FieldValue, usize),
    /// A tip on such a version; waits.
    Tip(FieldValue, usize),
    /// Decides one of the tips.
    Accept(usize),
    /// Takes one of the acceptances back.
    Undo(usize),
    /// Goes back to a version.
    Revert(usize),
}

fn value() -> impl Strategy<Value = FieldValue> {
    prop_oneof![
        (1..4i8).prop_map(|day| FieldValue::Time(EventTime::day(date(2027, 4, day)))),
        "[가나다]".prop_map(|title| FieldValue::Title(Text::new(Lang::KO, title))),
        "[ab]?".prop_map(|result| FieldValue::Result(Text::new(Lang::KO, result))),
    ]
}

fn step() -> impl Strategy<Value = Do> {
    prop_oneof![
        3 => (value(), 0..4usize).prop_map(|(value, ago)| Do::Edit(value, ago)),
        2 => (value(), 0..4usize).prop_map(|(value, ago)| Do::Tip(value, ago)),
        3 => any::<usize>().prop_map(Do::Accept),
        3 => any::<usize>().prop_map(Do::Undo),
        1 => any::<usize>().prop_map(Do::Revert),
    ]
}

fn one(value: FieldValue) -> EventPatch {
    let mut patch = EventPatch::default();
    patch.put(value);
    patch
}

/// What the desk is compared with: all versions, in memory.
struct Model {
    versions: Vec<EventBody>,
    tips: Vec<ProposalId>,
    /// What made which version.
    accepted: Vec<(ProposalId, usize)>,
}

impl Model {
    fn now(&self) -> &EventBody {
        self.versions.last().unwrap()
    }

    fn version(&self) -> i64 {
        i64::try_from(self.versions.len()).unwrap()
    }

    /// The version that somebody sees who looked this many versions ago.
    fn seen(&self, ago: usize) -> i64 {
        (self.version() - i64::try_from(ago).unwrap()).max(1)
    }

    fn at(&self, version: i64) -> &EventBody {
        &self.versions[usize::try_from(version).unwrap() - 1]
    }

    /// What a patch on a version makes: `None` for a clash.
    fn expect(&self, patch: &EventPatch, base: i64) -> Option<EventBody> {
        let mut next = self.now().clone();
        patch.apply(&mut next);
        let clash = patch.fields().any(|field| {
            !self.at(base).agrees(self.now(), field) && !next.agrees(self.now(), field)
        });
        (!clash).then_some(next)
    }

    /// Compares what the desk did with what was to be expected, and goes on from there.
    fn settle(&mut self, expected: Option<EventBody>, did: desk::Result<desk::Outcome>) {
        match (expected, did) {
            (Some(body), Ok(out)) if out.version.is_some() => {
                assert_ne!(&body, self.now());
                self.versions.push(body);
                assert_eq!(out.version, Some(self.version()));
                self.accepted.push((out.proposal, self.versions.len()));
            }
            (Some(body), Ok(_) | Err(Error::Nothing)) => assert_eq!(&body, self.now()),
            (None, Err(Error::Clash(disputed))) => assert!(!disputed.is_empty()),
            (expected, did) => panic!("{expected:?} {did:?}"),
        }
    }
}

async fn fresh() -> (tempfile::TempDir, Db, CalendarId) {
    let folder = tempfile::tempdir().unwrap();
    let address = store::Address::Embedded(folder.path().to_owned());
    let db = Db::open(&address, store::Patience::Command).await.unwrap();
    db.migrate().await.unwrap();
    let actor = Actor::person("mina");
    let desk = Desk::new(&db, &actor, now());
    let slug = Slug::parse("sport").unwrap();
    let title = Text::new(Lang::KO, "하늘");
    let category = Category {
        slug: slug.clone(),
        title: title.clone(),
    };
    desk.add_category(&category).await.unwrap();
    let profile = CalendarProfile {
        slug: Slug::parse("haneul").unwrap(),
        title,
        description: Text::none(),
        category: slug,
        color: Color::for_name("haneul"),
        language: Lang::KO,
        zone: Zone::seoul(),
        url: None,
        attribution: None,
        sample: true,
    };
    let home = desk.create_calendar(profile).await.unwrap().id;
    (folder, db, home)
}

async fn play(db: &Db, home: CalendarId, steps: Vec<Do>) {
    let actor = Actor::person("mina");
    let desk = Desk::new(db, &actor, now());
    let title = Text::new(Lang::KO, "가");
    let body: EventBody = Occurrence::new(title, EventTime::day(date(2027, 4, 1))).into();
    let created = desk.create(home, body.clone()).await.unwrap();
    let event = created.event.unwrap();
    let mut model = Model {
        versions: vec![body],
        tips: Vec::new(),
        accepted: Vec::new(),
    };
    for step in steps {
        match step {
            Do::Edit(value, ago) => {
                let (base, patch) = (model.seen(ago), one(value));
                let expected = model.expect(&patch, base);
                model.settle(expected, desk.edit(event, base, patch).await);
            }
            Do::Tip(value, ago) => {
                let tip = waiting(home, event, model.seen(ago), one(value));
                let mut tx = db.begin().await.unwrap();
                proposals::add(&mut tx, &tip).await.unwrap();
                tx.commit().await.unwrap();
                model.tips.push(tip.id);
            }
            Do::Accept(which) if !model.tips.is_empty() => {
                let id = model.tips[which % model.tips.len()];
                let mut conn = db.read().await.unwrap();
                let entry = proposals::by_id(&mut conn, id).await.unwrap().unwrap();
                drop(conn);
                let did = desk.accept(id, Take::Whole).await;
                if entry.proposal.state == State::Accepted {
                    assert!(matches!(did, Err(Error::AlreadyDecided { .. })), "{did:?}");
                    continue;
                }
                let Aim::Change {
                    base_version,
                    patch,
                    ..
                } = entry.proposal.aim
                else {
                    panic!("tips are changes");
                };
                let expected = model.expect(&patch, base_version);
                model.settle(expected, did);
            }
            Do::Undo(which) if !model.accepted.is_empty() => {
                let (id, made) = model.accepted[which % model.accepted.len()];
                let did = desk.undo(id).await;
                if matches!(did, Err(Error::AlreadyUndone { .. })) {
                    continue;
                }
                let (before, after) = (&model.versions[made - 2], &model.versions[made - 1]);
                let inverse = EventPatch::between(after, before);
                let expected = model.expect(&inverse, i64::try_from(made).unwrap());
                let undone = did.as_ref().is_ok_and(|out| out.version.is_some());
                let fields: Vec<_> = inverse.fields().collect();
                let before = before.clone();
                model.settle(expected, did);
                if undone {
                    assert!(
                        fields
                            .iter()
                            .all(|field| before.agrees(model.now(), *field))
                    );
                }
            }
            Do::Revert(which) => {
                let version = i64::try_from(which % model.versions.len()).unwrap() + 1;
                let expected = Some(model.at(version).clone());
                let did = desk.revert_to(event, version, model.version()).await;
                model.settle(expected, did);
            }
            Do::Accept(_) | Do::Undo(_) => {}
        }
        check(db, home, event, &model).await;
    }
    let history = desk.history(event, 999).await.unwrap();
    assert!(
        history
            .iter()
            .all(|step| step.by.as_deref() == Some("mina"))
    );
}

async fn check(db: &Db, home: CalendarId, event: EventId, model: &Model) {
    let mut conn = db.read().await.unwrap();
    let versions = store::events::history(&mut conn, event, 999).await.unwrap();
    let bodies: Vec<_> = versions.iter().rev().map(|v| v.body.clone()).collect();
    assert_eq!(bodies, model.versions);
    let numbers: Vec<_> = versions.iter().rev().map(|v| v.version).collect();
    assert_eq!(numbers, (1..=model.version()).collect::<Vec<_>>());
    let all = store::events::of_calendar(&mut conn, home).await.unwrap();
    let shown = all.iter().find(|one| one.id == event).unwrap();
    assert_eq!(&shown.body, model.now());
}

fn waiting(home: CalendarId, event: EventId, base_version: i64, patch: EventPatch) -> Proposal {
    Proposal {
        id: ProposalId(store::new_id()),
        calendar: home,
        origin: Origin::Tip,
        state: State::Waiting,
        aim: Aim::Change {
            event,
            base_version,
            patch,
        },
        note: None,
        created: now(),
        due: None,
    }
}

#[test]
fn versions_are_a_chain_whatever_people_do_in_whatever_order() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (_folder, db, home) = runtime.block_on(fresh());
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(24)
    };
    proptest!(config, |(steps in proptest::collection::vec(step(), 1..24))| {
        runtime.block_on(play(&db, home, steps));
    });
}
