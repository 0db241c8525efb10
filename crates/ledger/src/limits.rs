//! What may be used at most.

use kernel::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Tx, params};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::check_admin;

store::text_enum! {
    /// Who is limited.
    pub enum Subject {
        /// All calls of the workspace together.
        Workspace = "workspace",
        /// A person.
        Member = "member",
        /// An agent.
        Agent = "agent",
        /// An API key.
        Key = "key",
    }
}

store::text_enum! {
    /// What is counted.
    pub enum Measure {
        /// Calls.
        Requests = "requests",
        /// Tokens, read and written.
        Tokens = "tokens",
        /// Millionths of a US dollar.
        Cost = "cost_micros",
    }
}

store::text_enum! {
    /// For how long it is counted: from the beginning of the minute, hour, day or month in UTC to its end.
    pub enum Period {
        /// A minute.
        Minute = "minute",
        /// An hour.
        Hour = "hour",
        /// A day.
        Day = "day",
        /// A month.
        Month = "month",
    }
}

/// What a subject may use of a measure in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Who is limited.
    pub subject: Subject,
    /// Which one: the actor's or key's id. Absent or null: each of them by itself.
    #[serde(default)]
    pub subject_id: Option<Uuid>,
    /// What is counted.
    pub measure: Measure,
    /// For how long.
    pub period: Period,
    /// How much of it; no call is begun when so much is used.
    #[schema(minimum = 0)]
    pub most: i64,
    /// Whether a caller who says so may go beyond it: `X-Heddle-Confirm: yes`, or the answer to a stream's query. Runs of
    /// agents never do.
    #[serde(default)]
    pub ask: bool,
}

const MICROS: i64 = 1_000_000;
const DAY: i64 = 86_400;

impl Period {
    /// When the period that `now` lies in began.
    pub(crate) fn begin(self, now: Timestamp) -> Timestamp {
        let whole = |seconds: i64| now.seconds().div_euclid(seconds) * seconds;
        let seconds = match self {
            Self::Minute => whole(60),
            Self::Hour => whole(3600),
            Self::Day => whole(DAY),
            Self::Month => (now.day() - i64::from(day_of_month(now.day())) + 1) * DAY,
        };
        Timestamp::from_micros(seconds * MICROS)
    }

    /// When it ends.
    pub(crate) fn end(self, now: Timestamp) -> Timestamp {
        let begin = self.begin(now);
        let after = |seconds: i64| Timestamp::from_micros(begin.micros() + seconds * MICROS);
        match self {
            Self::Minute => after(60),
            Self::Hour => after(3600),
            Self::Day => after(DAY),
            // The day 31 days later lies in the next month.
            Self::Month => self.begin(after(31 * DAY)),
        }
    }
}

/// The day of the month, from 1, of a day since 1970-01-01.
fn day_of_month(day: i64) -> u8 {
    Timestamp::date(day).rsplit('-').next().and_then(|day| day.parse().ok()).unwrap_or(1)
}

/// The most limits of a workspace.
const MOST: usize = 1000;

pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<Limit>> {
    let sql = "SELECT subject, subject_id, measure, period, most, ask FROM llm_limits ORDER BY n";
    tx.query(sql, &[], |row| {
        Ok(Limit {
            subject: row.get(0)?,
            subject_id: row.get(1)?,
            measure: row.get(2)?,
            period: row.get(3)?,
            most: row.get(4)?,
            ask: row.get::<Option<bool>>(5)?.unwrap_or_default(),
        })
    })
}

pub(crate) fn set(tx: &mut Tx<'_>, limits: &[Limit]) -> Result<()> {
    check_admin(tx)?;
    if limits.len() > MOST {
        return Err(Error::invalid("limits", format!("there can be {MOST} limits at most")));
    }
    for (n, limit) in limits.iter().enumerate() {
        if limit.most < 0 {
            return Err(Error::invalid(format!("limits[{n}].most"), "most must not be negative"));
        }
        if limit.subject == Subject::Workspace && limit.subject_id.is_some() {
            return Err(Error::invalid(format!("limits[{n}].subject_id"), "the workspace needs no subject_id"));
        }
    }
    tx.execute("DELETE FROM llm_limits", &[])?;
    for (n, limit) in limits.iter().enumerate() {
        tx.execute(
            "INSERT INTO llm_limits (n, subject, subject_id, measure, period, most, ask) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            params![n, limit.subject, limit.subject_id, limit.measure, limit.period, limit.most, limit.ask],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_those_of_the_calendar() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2028-02-29T23:59:59.5Z");
        for (period, begin, end) in [
            (Period::Minute, "2028-02-29T23:59:00Z", "2028-03-01T00:00:00Z"),
            (Period::Hour, "2028-02-29T23:00:00Z", "2028-03-01T00:00:00Z"),
            (Period::Day, "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"),
            (Period::Month, "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ] {
            assert_eq!((period.begin(now), period.end(now)), (at(begin), at(end)), "{period}");
        }
        let december = at("2026-12-31T12:00:00Z");
        assert_eq!(Period::Month.end(december), at("2027-01-01T00:00:00Z"));
    }
}
