//! Lists of cases: which, in which order, and how many there are of each kind.

use kernel::{
    Page, PageRequest, Result, Timestamp,
    ids::{ActorId, LabelId, ProcedureId, SpaceId},
};
use store::{Param, Tx, params, search};
use talk::place;

use crate::{
    case_labels,
    cases::{self, COLUMNS, Case},
    motion::{Motion, Phase, Priority},
    tally,
};

pub use crate::tally::Tallied;

/// To whom a case is assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// To this actor.
    To(ActorId),
    /// To nobody.
    Nobody,
}

store::text_enum! {
    /// The order of a list of cases; `-` is from the end.
    pub enum CaseSort {
        /// Oldest first.
        Created = "created_at",
        /// Newest first.
        CreatedLast = "-created_at",
        /// Longest unchanged first.
        Updated = "updated_at",
        /// Last changed first.
        UpdatedLast = "-updated_at",
        /// The next due first; those without a due time last.
        Due = "due_at",
        /// The most urgent first; those without a priority last.
        Priority = "priority",
        /// By title, A to Z as a to z.
        Title = "title",
    }
}

impl CaseSort {
    /// The order as the indexes have it.
    fn sql(self) -> &'static str {
        match self {
            Self::Created => "c.created_at, c.id",
            Self::CreatedLast => "c.created_at DESC, c.id DESC",
            Self::Updated => "c.updated_at, c.id",
            Self::UpdatedLast => "c.updated_at DESC, c.id DESC",
            Self::Due => "(c.due_at IS NULL), c.due_at, c.id",
            Self::Priority => {
                "(CASE c.priority WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END), \
                 c.created_at DESC, c.id DESC"
            }
            Self::Title => "(LOWER(c.title)), c.id",
        }
    }
}

/// Which cases are wanted; all given conditions hold together.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// In this space.
    pub space_id: Option<SpaceId>,
    /// In this phase.
    pub phase: Option<Phase>,
    /// In this motion.
    pub motion: Option<Motion>,
    /// Of this priority.
    pub priority: Option<Priority>,
    /// Assigned to somebody or to nobody.
    pub assigned: Option<Assigned>,
    /// Following this procedure.
    pub procedure_id: Option<ProcedureId>,
    /// With all of these labels.
    pub labels: Vec<LabelId>,
    /// With every one of these words in the title, the external id, the description or the summary; or with an external id
    /// that begins with it.
    pub words: Option<String>,
    /// Neither resolved nor closed after its due time.
    pub overdue: bool,
    /// Changed at this time or later.
    pub updated_since: Option<Timestamp>,
    /// Opened at this time or later.
    pub created_from: Option<Timestamp>,
    /// Opened before this time.
    pub created_to: Option<Timestamp>,
}

impl CaseFilter {
    /// Whether the kept counts tell how many there are.
    fn is_tallied(&self) -> bool {
        self.assigned.is_none() && self.procedure_id.is_none() && !self.is_narrow()
    }

    /// Whether it asks for more than columns of the case.
    fn is_narrow(&self) -> bool {
        self.assigned == Some(Assigned::Nobody)
            || !self.labels.is_empty()
            || self.words().is_some()
            || self.overdue
            || self.updated_since.is_some()
            || self.created_from.is_some()
            || self.created_to.is_some()
    }

    fn words(&self) -> Option<&str> {
        self.words.as_deref().map(str::trim).filter(|words| !words.is_empty())
    }
}

/// How far totals of lists are counted that no kept count tells.
pub const COUNTED: i64 = 10_000;
/// How many cases a search by words gives at most: the newest ones, and one more than are counted.
const FOUND: i64 = COUNTED + 1;
/// A label on no more cases than this is where a list begins; else the list is gone through in its order.
const RARE: i64 = 2_000;

/// A page of cases, and whether there are more than its total says.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The page.
    pub page: Page<Case>,
    /// Whether counting stopped at [`COUNTED`].
    pub total_is_capped: bool,
}

/// The cases that the actor can see, newest first.
///
/// # Errors
/// `space_not_found` when the filter names a space that the actor cannot see.
pub fn list(tx: &mut Tx<'_>, filter: &CaseFilter, request: PageRequest) -> Result<Page<Case>> {
    Ok(find(tx, filter, CaseSort::CreatedLast, request)?.page)
}

/// The cases that the actor can see, in an order.
///
/// # Errors
/// `space_not_found` when the filter names a space that the actor cannot see.
pub fn find(tx: &mut Tx<'_>, filter: &CaseFilter, sort: CaseSort, request: PageRequest) -> Result<Listed> {
    let rarest = rarest(tx, filter)?;
    let chosen = select(tx, filter, rarest.filter(|(_, n)| *n <= RARE).map(|(label, _)| label))?;
    let (total, total_is_capped) = count(tx, filter, &chosen, rarest)?;
    let Selection { from, condition, mut values } = chosen;
    values.extend([Param::Int(request.limit()), Param::Int(request.offset())]);
    let (n, order) = (values.len(), sort.sql());
    // First which cases, from an index alone; then their rows.
    let mut items = tx.query(
        &format!(
            "SELECT {COLUMNS} FROM (SELECT c.id AS id FROM {from} WHERE {condition} ORDER BY {order} LIMIT ${} OFFSET ${n}) p \
             CROSS JOIN cases c WHERE c.id = p.id ORDER BY {order}",
            n - 1,
        ),
        &values,
        cases::read,
    )?;
    case_labels::fill(tx, &mut items)?;
    Ok(Listed { page: Page { items, total, request }, total_is_capped })
}

/// How many cases there are of each kind, by phase, motion and priority.
///
/// # Errors
/// `space_not_found` when the filter names a space that the actor cannot see.
pub fn counts(tx: &mut Tx<'_>, filter: &CaseFilter) -> Result<Vec<Tallied>> {
    if filter.is_tallied() {
        if let Some(space) = filter.space_id {
            place::require_space(tx, space)?;
        }
        return tally::kinds(tx, filter.space_id, filter.phase, filter.motion, filter.priority);
    }
    let rarest = rarest(tx, filter)?.map(|(label, _)| label);
    let Selection { from, condition, values } = select(tx, filter, rarest)?;
    tx.query(
        &format!("SELECT c.phase, c.motion, c.priority, COUNT(*) FROM {from} WHERE {condition} GROUP BY c.phase, c.motion, c.priority"),
        &values,
        |row| Ok(Tallied { phase: row.get(0)?, motion: row.get(1)?, priority: row.get(2)?, n: row.get(3)? }),
    )
}

fn count(
    tx: &mut Tx<'_>,
    filter: &CaseFilter,
    chosen: &Selection<'_>,
    rarest: Option<(LabelId, i64)>,
) -> Result<(i64, bool)> {
    if filter.is_tallied() {
        let total = tally::total(tx, filter.space_id, filter.phase, filter.motion, filter.priority)?;
        return Ok((total, false));
    }
    if !filter.is_narrow() {
        let sql = format!("SELECT COUNT(*) FROM {} WHERE {}", chosen.from, chosen.condition);
        return Ok((tx.query_one(&sql, &chosen.values, |row| row.get(0))?, false));
    }
    // A frequent label is counted from its own list, too.
    let own = match rarest {
        Some((label, n)) if n > RARE => Some(select(tx, filter, Some(label))?),
        _ => None,
    };
    let Selection { from, condition, values } = own.as_ref().unwrap_or(chosen);
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {from} WHERE {condition} LIMIT {}) counted", COUNTED + 1);
    let n: i64 = tx.query_one(&sql, values, |row| row.get(0))?;
    Ok((n.min(COUNTED), n > COUNTED))
}

/// The label of the filter that the fewest cases have, and how many have it; more than [`RARE`] are not counted.
fn rarest(tx: &mut Tx<'_>, filter: &CaseFilter) -> Result<Option<(LabelId, i64)>> {
    let mut rarest = None;
    for label in &filter.labels {
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM case_labels WHERE label_id = $1 LIMIT $2) counted";
        let n: i64 = tx.query_one(sql, params![label, RARE + 1], |row| row.get(0))?;
        if rarest.is_none_or(|(_, least)| n < least) {
            rarest = Some((*label, n));
        }
    }
    Ok(rarest)
}

/// The part of a query that says which cases; they are called `c`.
struct Selection<'a> {
    from: String,
    condition: String,
    values: Vec<Param<'a>>,
}

/// What a filter means. `begin` is the label whose cases are gone through, where that is better than going through the
/// space.
fn select<'a>(tx: &mut Tx<'_>, filter: &'a CaseFilter, begin: Option<LabelId>) -> Result<Selection<'a>> {
    let actor = tx.actor().id;
    let mut values: Vec<Param<'a>> = Vec::new();
    let scope = match filter.space_id {
        Some(space) => {
            place::require_space(tx, space)?;
            values.push(Param::Id(space.uuid()));
            "= $1"
        }
        None => {
            values.push(Param::Id(actor.uuid()));
            "IN (SELECT space_id FROM members WHERE actor_id = $1)"
        }
    };
    let mut condition = format!("c.space_id {scope}");
    let mut bind = |values: &mut Vec<Param<'a>>, what: &str, value: Param<'a>| {
        values.push(value);
        condition.push_str(&format!(" AND {what} ${}", values.len()));
    };
    let columns = [
        ("c.phase =", filter.phase.map(|v| Param::Text(v.as_str()))),
        ("c.motion =", filter.motion.map(|v| Param::Text(v.as_str()))),
        ("c.priority =", filter.priority.map(|v| Param::Text(v.as_str()))),
        ("c.procedure_id =", filter.procedure_id.map(|v| Param::Id(v.uuid()))),
        ("c.updated_at >=", filter.updated_since.map(Param::Time)),
        ("c.created_at >=", filter.created_from.map(Param::Time)),
        ("c.created_at <", filter.created_to.map(Param::Time)),
        ("c.due_at <", filter.overdue.then(|| Param::Time(tx.now()))),
    ];
    for (what, value) in columns {
        if let Some(value) = value {
            bind(&mut values, what, value);
        }
    }
    if let Some(Assigned::To(actor)) = filter.assigned {
        bind(&mut values, "c.assigned_actor_id =", Param::Id(actor.uuid()));
    }
    if filter.assigned == Some(Assigned::Nobody) {
        condition.push_str(" AND c.assigned_actor_id IS NULL");
    }
    if filter.overdue {
        // As the index of open cases that are due says it.
        condition.push_str(" AND c.due_at IS NOT NULL AND c.phase IN ('intake', 'active')");
    }
    let mut from = "cases c".to_owned();
    let begin = if filter.words().is_some() { None } else { begin };
    if let Some(label) = begin {
        values.push(label_param(label));
        from = "case_labels b CROSS JOIN cases c".to_owned();
        condition.push_str(&format!(" AND b.label_id = ${} AND c.id = b.case_id", values.len()));
    }
    for label in filter.labels.iter().filter(|label| Some(**label) != begin) {
        values.push(label_param(*label));
        condition.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM case_labels l WHERE l.case_id = c.id AND l.label_id = ${})",
            values.len()
        ));
    }
    if let Some(words) = filter.words() {
        let found = with_words(tx, words, scope, &mut values);
        from = format!("({found}) w CROSS JOIN cases c");
        condition.push_str(" AND c.id = w.id");
    }
    Ok(Selection { from, condition, values })
}

fn label_param(label: LabelId) -> Param<'static> {
    Param::Id(label.uuid())
}

/// A query for the ids of the cases that hold the words, or whose external id begins with them.
fn with_words<'a>(tx: &Tx<'_>, words: &'a str, scope: &str, values: &mut Vec<Param<'a>>) -> String {
    values.push(Param::Text(words));
    let begins = values.len();
    values.push(Param::Owned(format!("{words}{}", char::MAX)));
    let named = format!(
        "SELECT x.id FROM cases x WHERE x.space_id {scope} AND x.external_id >= ${begins} AND x.external_id < ${} LIMIT {FOUND}",
        values.len()
    );
    match search::matching(tx, "case", &format!("i.space_id {scope}"), words, values, FOUND) {
        Some(matching) => format!("SELECT id FROM ({matching}) f UNION SELECT id FROM ({named}) g"),
        None => named,
    }
}
