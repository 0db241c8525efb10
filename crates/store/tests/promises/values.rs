//! Values mean the same on both engines.

use std::fmt::Debug;

use heddle_store::{
    FromColumn, ToParam, Tx, params,
    testing::{TestWorkspace, each_engine},
};
use kernel::{Actor, Error, Id, Kind, Result, Timestamp};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// A table with a column of every type, spelled as the migrations of each engine spell it.
fn table(ws: &mut TestWorkspace) {
    let is_sqlite = ws.try_write(Actor::SYSTEM, |tx| tx.query("SELECT sqlite_version()", &[], |_| Ok(()))).is_ok();
    let [id, time, json, bool, int, real, text, bytes] = if is_sqlite {
        ["BLOB", "INTEGER", "TEXT", "INTEGER", "INTEGER", "REAL", "TEXT", "BLOB"]
    } else {
        ["uuid", "timestamptz", "jsonb", "boolean", "bigint", "double precision", "text COLLATE \"C\"", "bytea"]
    };
    let strict = if is_sqlite { "STRICT" } else { "" };
    ws.write(Actor::SYSTEM, |tx| {
        tx.execute(
            &format!(
                "CREATE TABLE v (n {int} PRIMARY KEY, id {id}, time {time}, json {json}, bool {bool}, int {int}, \
                 real {real}, text {text}, name {text} UNIQUE, bytes {bytes}, parent {int} REFERENCES v (n)) {strict}"
            ),
            &[],
        )
    });
}

/// Writes each value, and none, and reads them back.
fn round_trip<T: ToParam + FromColumn + Clone + PartialEq + Debug>(ws: &mut TestWorkspace, column: &str, values: &[T]) {
    ws.write(Actor::SYSTEM, |tx| {
        tx.execute("DELETE FROM v", &[])?;
        let all: Vec<Option<T>> = values.iter().cloned().map(Some).chain([None]).collect();
        for (n, value) in (0i64..).zip(&all) {
            tx.execute(&format!("INSERT INTO v (n, {column}) VALUES ($1, $2)"), params![n, value])?;
        }
        let read = tx.query(&format!("SELECT {column} FROM v ORDER BY n"), &[], |row| row.get::<Option<T>>(0))?;
        assert_eq!(read, all, "{column}");
        for (n, value) in (0i64..).zip(values) {
            let read: T =
                tx.query_one(&format!("SELECT {column} FROM v WHERE n = $1"), params![n], |row| row.get(0))?;
            assert_eq!(&read, value);
            // As a condition, a value finds itself.
            let found =
                tx.query(&format!("SELECT n FROM v WHERE {column} IS NOT DISTINCT FROM $1"), params![value], |row| {
                    row.get::<i64>(0)
                })?;
            assert!(found.contains(&n), "{column}: {value:?}");
        }
        let none = tx.query_one(&format!("SELECT {column} FROM v WHERE {column} IS NULL"), &[], |row| row.get::<T>(0));
        assert_eq!(none.unwrap_err().kind(), Kind::Internal);
        Ok(())
    });
}

#[test]
fn what_is_written_is_read_again() {
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let long = "long ä😀 ".repeat(1 << 17);
    assert!(long.len() > 1 << 20);
    each_engine(|ws| {
        table(ws);
        round_trip(ws, "int", &[0, 1, -1, i64::MAX, i64::MIN, i64::from(u32::MAX)]);
        round_trip(ws, "bool", &[true, false]);
        round_trip(ws, "real", &[0.0, -0.5, 0.1 + 0.2, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY, 5e-324, 1e15, 3.0]);
        let times = [
            "1969-12-31T23:59:59.999999Z",
            "0001-01-01T00:00:00Z",
            "9999-12-30T22:00:00.999999Z",
            "1970-01-01T00:00:00Z",
        ];
        round_trip(ws, "time", &times.map(time));
        let texts =
            ["", " ", "plain", "quote ' \" \\ %_", "ä e\u{301} 日本語 😀 \u{202e}", "line\r\n\ttab", "\u{1}\u{7f}"];
        round_trip(ws, "text", &texts.map(str::to_owned));
        round_trip(ws, "text", std::slice::from_ref(&long));
        round_trip(ws, "bytes", &[vec![], vec![0], vec![0, 255, 1], vec![7; 1 << 20]]);
        round_trip(ws, "id", &[Uuid::nil(), Uuid::max(), Uuid::now_v7()]);
        round_trip(ws, "id", &[Id::<()>::from_uuid(Uuid::max())]);
    });
}

#[test]
fn json_is_the_same_value_whatever_the_order_of_its_keys() {
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(""),
        json!("null"),
        json!([]),
        json!({}),
        json!({"b": [1, {"z": null, "a": "ä😀"}], "a": {"": "\u{1}\"\\"}}),
        json!({"text": "x".repeat(1 << 20)}),
    ];
    each_engine(|ws| {
        table(ws);
        ws.write(Actor::SYSTEM, |tx| {
            for (n, value) in (0i64..).zip(&values) {
                tx.execute("INSERT INTO v (n, json) VALUES ($1, $2)", params![n, value])?;
                let read: Json = tx.query_one("SELECT json FROM v WHERE n = $1", params![n], |row| row.get(0))?;
                assert_eq!(&read, value);
            }
            let list = vec!["a".to_owned(), String::new(), "ä".to_owned()];
            tx.execute("INSERT INTO v (n, json) VALUES (100, $1)", params![list])?;
            let read: Vec<String> = tx.query_one("SELECT json FROM v WHERE n = 100", &[], |row| row.get(0))?;
            assert_eq!(read, list);
            let deep: String =
                tx.query_one("SELECT json ->> 'a' FROM (SELECT json FROM v WHERE n = 10) AS x", &[], |row| row.get(0))?;
            assert_eq!(serde_json::from_str::<Json>(&deep).unwrap(), json!({"": "\u{1}\"\\"}));
            Ok(())
        });
    });
}

#[test]
fn order_is_the_same() {
    // Byte by byte: no language's rules, upper case before lower case, accents last.
    let texts = ["", " ", "A", "B", "Z", "_", "a", "aa", "b", "z", "~", "\u{e4}", "\u{3a9}", "\u{65e5}", "\u{1f600}"];
    each_engine(|ws| {
        table(ws);
        ws.write(Actor::SYSTEM, |tx| {
            for (n, text) in texts.iter().enumerate().rev() {
                tx.execute(
                    "INSERT INTO v (n, text, real, bool) VALUES ($1, $2, $3, $4)",
                    params![n, text, -(n as f64), n % 2 == 0],
                )?;
            }
            tx.execute("INSERT INTO v (n) VALUES (100)", &[])?;
            let ns = |tx: &mut Tx<'_>, rest: &str| {
                tx.query(&format!("SELECT n FROM v {rest}"), &[], |row| row.get::<i64>(0))
            };
            let up: Vec<i64> = (0..texts.len() as i64).collect();
            let down: Vec<i64> = up.iter().copied().rev().collect();
            let with = |first: &[i64], second: &[i64]| [first, second].concat();
            assert_eq!(ns(tx, "ORDER BY text NULLS FIRST")?, with(&[100], &up));
            assert_eq!(ns(tx, "ORDER BY text NULLS LAST")?, with(&up, &[100]));
            assert_eq!(ns(tx, "ORDER BY text DESC NULLS FIRST")?, with(&[100], &down));
            assert_eq!(ns(tx, "ORDER BY text DESC NULLS LAST")?, with(&down, &[100]));
            assert_eq!(ns(tx, "ORDER BY real NULLS LAST")?, with(&down, &[100]));
            assert_eq!(ns(tx, "WHERE text > 'a' AND text < 'b' ORDER BY text")?, [7]);
            assert_eq!(
                ns(
                    tx,
                    "WHERE (bool, text) > ($1, 'a') AND bool IS NOT NULL ORDER BY bool, text"
                        .replace("$1", "TRUE")
                        .as_str()
                )?
                .first(),
                Some(&8)
            );
            assert_eq!(ns(tx, "WHERE bool ORDER BY n LIMIT 2")?, [0, 2]);
            assert_eq!(ns(tx, "WHERE text = 'ä' OR text = 'Ä'")?, [11]);
            Ok(())
        });
    });
}

#[test]
fn refusals_are_of_the_same_kind() {
    type Work = fn(&mut Tx<'_>) -> Result<u64>;
    let cases: [(&str, Work, Kind, &str); 10] = [
        ("a key twice", |tx| tx.execute("INSERT INTO v (n) VALUES (1)", &[]), Kind::Conflict, "already_exists"),
        (
            "a unique name twice",
            |tx| tx.execute("INSERT INTO v (n, name) VALUES (2, 'x')", &[]),
            Kind::Conflict,
            "already_exists",
        ),
        (
            "no such parent",
            |tx| tx.execute("INSERT INTO v (n, parent) VALUES (3, 99)", &[]),
            Kind::Conflict,
            "broken_reference",
        ),
        (
            "a parent that is needed",
            |tx| tx.execute("DELETE FROM v WHERE n = 1", &[]),
            Kind::Conflict,
            "broken_reference",
        ),
        (
            "a key of NULL",
            |tx| tx.execute("INSERT INTO jobs (id) VALUES (NULL)", &[]),
            Kind::Internal,
            "internal_error",
        ),
        ("no such table", |tx| tx.execute("INSERT INTO w (n) VALUES (1)", &[]), Kind::Internal, "internal_error"),
        ("no such column", |tx| tx.execute("INSERT INTO v (m) VALUES (1)", &[]), Kind::Internal, "internal_error"),
        ("not SQL", |tx| tx.execute("INSERT OUT OF v", &[]), Kind::Internal, "internal_error"),
        (
            "the zero character",
            |tx| tx.execute("UPDATE v SET text = $1", params!["a\0b"]),
            Kind::Invalid,
            "validation_error",
        ),
        (
            "a wrong type",
            |tx| tx.query_one("SELECT int FROM v WHERE int IS NOT NULL", &[], |row| row.get::<String>(0)).map(|_| 0),
            Kind::Internal,
            "internal_error",
        ),
    ];
    each_engine(|ws| {
        table(ws);
        ws.write(Actor::SYSTEM, |tx| {
            tx.execute("INSERT INTO v (n, name, int) VALUES (1, 'x', 1)", &[])?;
            tx.execute("INSERT INTO v (n, parent) VALUES (10, 1)", &[])
        });
        for (what, work, kind, code) in &cases {
            let error: Error = ws.try_write(Actor::SYSTEM, work).unwrap_err();
            assert_eq!((error.kind(), error.code()), (*kind, *code), "{what}: {error:?}");
            assert_eq!(error.is_unique_violation(), *code == "already_exists", "{what}");
            assert!(error.context().is_some(), "{what}: the log learns why");
        }
        // None of it has left anything behind.
        let count = ws.read(Actor::SYSTEM, |tx| tx.query_one("SELECT COUNT(*) FROM v", &[], |row| row.get::<i64>(0)));
        assert_eq!(count, 2);
    });
}
