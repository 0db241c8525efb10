//! A space with a hundred thousand cases: what a page loads with comes from indexes. Ignored, for it takes a while; run it
//! with `--release --ignored --nocapture` to see the times.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Instant;

use heddle_work::{
    cards,
    case_list::{self, Assigned, CaseFilter, CaseSort},
    labels,
    motion::{Motion, Phase, Priority},
};
use identity::{
    Role,
    spaces::{self, NewSpace},
};
use kernel::{Actor, PageRequest, Result, Timestamp, ids::LabelId};
use store::{
    Tx, params, search,
    testing::{TestWorkspace, each_engine},
};

const CASES: i64 = 100_000;

/// Fills a space by two statements: the cases' own rules are not what is measured.
fn fill(tx: &mut Tx<'_>) -> Result<(kernel::ids::SpaceId, LabelId, LabelId, Actor)> {
    let owner = talk::testing::scene(tx)?.owner;
    tx.acting_as(owner, |tx| {
        let new = NewSpace { name: "Large".into(), description: None, review: vec![] };
        let space = spaces::create(tx, &new)?.id;
        spaces::add_member(tx, space, owner.id, Role::Owner)?;
        let (common, rare) =
            (labels::create(tx, space, "common", None)?.id, labels::create(tx, space, "rare", None)?.id);
        let phases = ["intake", "active", "active", "resolved", "closed", "closed"];
        let priorities = [Some("critical"), Some("high"), None, Some("medium"), Some("low"), None, None];
        let now = tx.now().micros();
        for n in 0..CASES {
            let id = kernel::ids::CaseId::new();
            let at = Timestamp::from_micros(now - (CASES - n) * 1_000_000);
            let phase = phases[(n % 6) as usize];
            let motion = if phase == "active" { "working" } else { "idle" };
            let due = (n % 3 == 0).then(|| Timestamp::from_micros(now + (n - CASES / 2) * 1_000_000));
            let assigned = (n % 4 == 0).then_some(owner.id);
            let title = format!("Application {} for a permit number {n}", (n * 7919) % CASES);
            tx.execute(
                "INSERT INTO cases (id, space_id, thread_id, external_id, title, description, phase, motion, priority, \
                 assigned_actor_id, attributes, created_by, created_at, updated_at, due_at) \
                 VALUES ($1, $2, $1, $3, $4, $5, $6, $7, $8, $9, '{}', $10, $11, $12, $13)",
                params![
                    id,
                    space,
                    format!("P-{n}"),
                    title,
                    "A description as people write them, of some length. ".repeat(4),
                    phase,
                    motion,
                    priorities[(n % 7) as usize],
                    assigned,
                    owner.id,
                    at,
                    Timestamp::from_micros(at.micros() + (n * 31 % 997) * 1_000_000),
                    due
                ],
            )?;
            tx.execute(
                "INSERT INTO case_tallies (space_id, phase, motion, priority, n) VALUES ($1, $2, $3, $4, 1) \
                 ON CONFLICT (space_id, phase, motion, priority) DO UPDATE SET n = case_tallies.n + 1",
                params![space, phase, motion, priorities[(n % 7) as usize].unwrap_or("")],
            )?;
            let label = if n % 2 == 0 { Some(common) } else { (n % 1001 == 0).then_some(rare) };
            if let Some(label) = label {
                tx.execute("INSERT INTO case_labels (case_id, label_id) VALUES ($1, $2)", params![id, label])?;
            }
            let item = search::Item {
                kind: "case",
                subject: id.uuid(),
                space,
                case: Some(id),
                thread: None,
                title: &title,
                body: "",
            };
            search::put(tx, &item)?;
        }
        Ok((space, common, rare, owner))
    })
}

fn measure(ws: &mut TestWorkspace) {
    let (space, common, rare, owner) = ws.write(Actor::SYSTEM, fill);
    ws.write(Actor::SYSTEM, |tx| tx.execute("ANALYZE", &[]).map(drop));
    let base = CaseFilter { space_id: Some(space), ..CaseFilter::default() };
    let now = Timestamp::now();
    let filters = [
        ("no filter", base.clone()),
        ("phase", CaseFilter { phase: Some(Phase::Active), ..base.clone() }),
        ("motion", CaseFilter { motion: Some(Motion::Working), ..base.clone() }),
        ("motion that none is in", CaseFilter { motion: Some(Motion::Blocked), ..base.clone() }),
        ("priority", CaseFilter { priority: Some(Priority::High), ..base.clone() }),
        ("phase, priority", CaseFilter { phase: Some(Phase::Intake), priority: Some(Priority::Low), ..base.clone() }),
        ("assigned", CaseFilter { assigned: Some(Assigned::To(owner.id)), ..base.clone() }),
        ("unassigned", CaseFilter { assigned: Some(Assigned::Nobody), ..base.clone() }),
        ("common label", CaseFilter { labels: vec![common], ..base.clone() }),
        ("rare label", CaseFilter { labels: vec![rare], ..base.clone() }),
        ("overdue", CaseFilter { overdue: true, ..base.clone() }),
        (
            "updated in the last hour",
            CaseFilter { updated_since: Some(now.minus(std::time::Duration::from_secs(3600))), ..base.clone() },
        ),
        (
            "created before",
            CaseFilter { created_to: Some(now.minus(std::time::Duration::from_secs(86_400))), ..base.clone() },
        ),
        ("words: rare", CaseFilter { words: Some("number 77777".into()), ..base.clone() }),
        ("words: everywhere", CaseFilter { words: Some("permit".into()), ..base.clone() }),
        ("external id", CaseFilter { words: Some("P-4242".into()), ..base.clone() }),
    ];
    let page = PageRequest::new(None, None).unwrap();
    println!("first page of {} with cards, ms by order; then counts", CASES);
    for (name, filter) in &filters {
        let mut line = format!("{name:>26}");
        for sort in CaseSort::ALL {
            let begun = Instant::now();
            let found = ws.read(owner, |tx| {
                let found = case_list::find(tx, filter, *sort, page)?;
                cards::of(tx, &found.page.items)?;
                Ok(found)
            });
            line.push_str(&format!("  {sort} {:.1}", begun.elapsed().as_secs_f64() * 1e3));
            assert!(found.page.total > 0 || name.contains("none"), "{name}");
        }
        let begun = Instant::now();
        let counts = ws.read(owner, |tx| case_list::counts(tx, filter));
        let total: i64 = counts.iter().map(|kind| kind.n).sum();
        println!("{line}  | counts {:.1} ({total})", begun.elapsed().as_secs_f64() * 1e3);
    }
}

#[test]
#[ignore = "takes a while; it is there for its figures"]
fn lists_of_a_hundred_thousand_cases() {
    each_engine(measure);
}
