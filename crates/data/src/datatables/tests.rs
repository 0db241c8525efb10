//! Tests of data tables: what is stored, who sees it, and that both engines answer the same.

use kernel::{Actor, Kind};
use proptest::prelude::*;
use store::testing::{TestWorkspace, each_engine};
use talk::testing::{Scene, scene};

use super::*;
use crate::{
    filter::{Compare, Filter, Match, Value},
    schema::ColumnType,
    table::Source,
};

fn first() -> PageRequest {
    PageRequest::new(None, None).unwrap()
}

fn of_case(scene: Scene) -> PlaceRef {
    PlaceRef { case: Some(scene.case), ..PlaceRef::default() }
}

fn csv(text: &str) -> Table {
    Table::read(Source::File(SourceFormat::Csv, text.as_bytes()), None).unwrap()
}

const INVOICES: &str = "\
nr;name;amount;paid;day;at;Größe (m);note
1;Ann;10.5;true;2026-01-31;2026-01-31T09:30:00Z;1.5;50% off!
2;bob;-3;false;2025-12-01;2026-01-31T10:30:00+02:00;;a_b
3;Äpfel;;;;;2;
10;ann;1e3;true;2026-02-01;2026-02-01;1.0;\"it's \"\"so\"\"\"
-5;Zoë;0.1;false;2026-01-01;2025-01-01T00:00:00.25Z;-1;\\
";

fn add(ws: &mut TestWorkspace, scene: Scene, table: &Table) -> DatatableId {
    let new = NewDatatable { name: "Invoices", description: Some("of January"), table, source: None };
    ws.write(scene.member, |tx| create(tx, of_case(scene), &new)).id
}

/// The numbers of the rows that pass, in order.
fn numbers(ws: &mut TestWorkspace, scene: Scene, id: DatatableId, filter: &str, sort: &str) -> Vec<i64> {
    let page = ws.read(scene.observer, |tx| rows(tx, id, Some(filter), Some(sort), first()));
    assert_eq!(page.total, page.items.len() as i64, "{filter}");
    page.items.iter().map(|row| row["nr"].as_i64().unwrap()).collect()
}

#[test]
fn a_table_is_stored_told_and_read_back() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let read = csv(INVOICES);
        let stored = Stored { sha256: "ab".repeat(32), size: 9 };
        let new = NewDatatable { name: " Invoices ", description: None, table: &read, source: Some(&stored) };
        let table = ws.write(scene.member, |tx| create(tx, of_case(scene), &new));
        assert_eq!((table.name.as_str(), table.row_count, table.source_format), ("Invoices", 5, SourceFormat::Csv));
        assert_eq!((table.case_id, table.source_sha256.as_deref()), (Some(scene.case), Some(stored.sha256.as_str())));
        assert_eq!(table.columns, read.columns());
        let page =
            ws.read(scene.observer, |tx| rows(tx, table.id, None, None, PageRequest::new(Some(2), Some(2)).unwrap()));
        assert_eq!((page.total, page.items.len()), (5, 2));
        let expected = json!({"nr": 3, "name": "Äpfel", "amount": null, "paid": null, "day": null, "at": null, "Größe (m)": 2.0, "note": null});
        assert_eq!(Json::Object(page.items[0].clone()).to_string(), expected.to_string(), "every column, in order");
        assert_eq!(page.items[1]["amount"], json!(1000.0));
        let told = ws.read(scene.observer, |tx| activities::list(tx, scene.log, first())).items;
        assert_eq!(told[0].content, "Added the table Invoices");
        let events: i64 = ws.read(Actor::SYSTEM, |tx| {
            tx.query_one("SELECT COUNT(*) FROM events WHERE verb = 'datatable.created'", &[], |row| row.get(0))
        });
        assert_eq!(events, 1);
        let answer =
            ws.read(scene.observer, |tx| query_for_agent(tx, table.id, Some("paid = true"), Some("-amount"), 1));
        assert_eq!((answer.total, answer.rows.len(), &answer.rows[0]["nr"]), (2, 1, &json!(10)));
        for (name, description, path) in [(" ", None, "name"), ("x", Some("\0"), "description")] {
            let bad = NewDatatable { name, description, table: &read, source: None };
            let error = ws.try_write(scene.member, |tx| create(tx, of_case(scene), &bad)).unwrap_err();
            assert_eq!(error.fields()[0].path, path);
        }
    });
}

#[test]
fn many_rows_are_stored_in_order() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let text =
            std::iter::once("nr".to_owned()).chain((0..1003).map(|n| n.to_string())).collect::<Vec<_>>().join("\n");
        let id = add(ws, scene, &csv(&text));
        let page = PageRequest::new(Some(6), Some(200)).unwrap();
        let last = ws.read(scene.owner, |tx| rows(tx, id, Some("nr >= 0"), None, page));
        assert_eq!((last.total, last.items[0]["nr"].as_i64(), last.items.len()), (1003, Some(1000), 3));
    });
}

#[test]
fn filters_mean_the_same_on_both_engines() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let id = add(ws, scene, &csv(INVOICES));
        // A second table, whose cells have other types: its rows must not matter.
        add(ws, scene, &csv("nr,amount,paid,day\nx,y,z,w\n"));
        for (filter, expected) in [
            ("nr > 2", &[3, 10][..]),
            ("nr >= 2.5 and nr < 10", &[3]),
            ("nr in (1, 2, 3.0)", &[1, 2, 3]),
            ("nr not in (1, 2)", &[3, 10, -5]),
            ("amount = 0.1", &[-5]),
            ("amount > 10", &[1, 10]),
            ("amount != 10.5", &[2, 3, 10, -5]),
            ("not amount > 10", &[2, 3, -5]),
            ("amount is null", &[3]),
            ("amount is not null and paid = false", &[2, -5]),
            ("paid = true", &[1, 10]),
            ("paid != true", &[2, 3, -5]),
            ("paid in (true, false)", &[1, 2, 10, -5]),
            ("name = 'ann'", &[10]),
            ("name < 'b'", &[1, 10, -5]),
            ("name >= 'Ä'", &[3]),
            ("name in ('Ann', 'Zoë')", &[1, -5]),
            ("name contains 'AN'", &[1, 10]),
            ("name contains ''", &[1, 2, 3, 10, -5]),
            ("name starts_with 'ä'", &[]),
            ("name starts_with 'Äp'", &[3]),
            ("not name contains 'n'", &[2, 3, -5]),
            ("note contains '%'", &[1]),
            ("note contains '_'", &[2]),
            ("note contains '!'", &[1]),
            (r"note contains '\\'", &[-5]),
            (r#"note = "it's \"so\"""#, &[10]),
            ("note not contains 'x'", &[1, 2, 3, 10, -5]),
            ("day < '2026-01-01'", &[2]),
            ("day >= '2026-01-01' and day <= '2026-01-31'", &[1, -5]),
            ("at = '2026-01-31T08:30:00Z'", &[2]),
            ("at > '2026-01-31 08:30' and at < '2026-02-01'", &[1]),
            ("`Größe (m)` = 1", &[10]),
            ("`Größe (m)` < 0 or (name = 'Ann' and not (paid = false or nr = 2))", &[1, -5]),
        ] {
            assert_eq!(numbers(ws, scene, id, filter, ""), expected, "{filter}");
        }
    });
}

#[test]
fn orders_mean_the_same_on_both_engines() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let id = add(ws, scene, &csv(INVOICES));
        for (sort, expected) in [
            ("", [1, 2, 3, 10, -5]),
            ("nr", [-5, 1, 2, 3, 10]),
            ("-nr", [10, 3, 2, 1, -5]),
            ("amount", [2, -5, 1, 10, 3]),
            ("-amount", [10, 1, -5, 2, 3]),
            ("name", [1, -5, 10, 2, 3]),
            ("-name", [3, 2, 10, -5, 1]),
            ("paid", [2, -5, 1, 10, 3]),
            ("-paid,-nr", [10, 1, 2, -5, 3]),
            ("day", [2, -5, 1, 10, 3]),
            ("at", [-5, 2, 1, 10, 3]),
            ("-`Größe (m)`", [3, 1, 10, -5, 2]),
        ] {
            assert_eq!(numbers(ws, scene, id, "", sort), expected, "{sort}");
        }
    });
}

#[test]
fn odd_column_names_are_found() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let names = [
            "nr", "$", "$.nr", "[0]", "a.b", "a'b", "2026", "a?b $1", "\"q\"", "x\\y", "", "Ünï", "#", "a%b", "*",
            "a[0]", "?",
        ];
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
        let cells: Vec<String> = (0..names.len()).map(|i| i.to_string()).collect();
        let table = csv(&format!("{}\n{}\n", quoted.join(","), cells.join(",")));
        let id = add(ws, scene, &table);
        for (i, column) in table.columns().iter().enumerate() {
            let found = numbers(ws, scene, id, &format!("`{}` = {i}", column.name), &format!("`{}`", column.name));
            assert_eq!(found, [0], "{}", column.name);
            assert!(numbers(ws, scene, id, &format!("`{}` is null", column.name), "").is_empty(), "{}", column.name);
        }
    });
}

#[test]
fn bad_questions_are_refused_with_the_parameter() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let id = add(ws, scene, &csv(INVOICES));
        for (filter, sort, path) in
            [(Some("x = 1"), None, "filter"), (Some("paid"), None, "filter"), (None, Some("x"), "sort")]
        {
            let error = ws.try_write(scene.member, |tx| rows(tx, id, filter, sort, first())).unwrap_err();
            assert_eq!((error.kind(), error.fields()[0].path.as_str()), (Kind::Invalid, path));
            assert!(ws.try_write(scene.member, |tx| query_for_agent(tx, id, filter, sort, 5)).is_err());
        }
        // The largest filter that is allowed is one that the engines take.
        let many = vec!["(name = 'x' or not `Größe (m)` <= 1.5)"; 100].join(" and ");
        assert_eq!(numbers(ws, scene, id, &many, "nr"), [2, 3]);
        let list = (0..200).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
        assert_eq!(numbers(ws, scene, id, &format!("nr in ({list})"), "nr"), [1, 2, 3, 10]);
        let deep = format!("{}nr = 1{}", "not (".repeat(16), ")".repeat(16));
        assert_eq!(numbers(ws, scene, id, &deep, "nr"), [1]);
    });
}

#[test]
fn observers_read_and_strangers_learn_nothing() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let read = csv(INVOICES);
        let new = NewDatatable { name: "T", description: None, table: &read, source: None };
        let id = add(ws, scene, &read);
        let write = |tx: &mut Tx<'_>| create(tx, of_case(scene), &new).map(drop);
        assert_eq!(ws.try_write(scene.observer, write).unwrap_err().code(), "forbidden");
        assert_eq!(ws.try_write(scene.stranger, write).unwrap_err().code(), "case_not_found");
        let all = |tx: &mut Tx<'_>| list(tx, None, None, None, first());
        assert_eq!(ws.read(scene.observer, all).total, 1);
        assert_eq!(ws.read(scene.stranger, all).total, 0);
        type Attempt<'a> = Box<dyn Fn(&mut Tx<'_>) -> Result<()> + 'a>;
        let reads: [(Attempt<'_>, &str); 6] = [
            (Box::new(|tx| get(tx, id).map(drop)), "datatable_not_found"),
            (Box::new(|tx| rows(tx, id, None, None, first()).map(drop)), "datatable_not_found"),
            (Box::new(|tx| query_for_agent(tx, id, None, None, 5).map(drop)), "datatable_not_found"),
            (Box::new(|tx| list(tx, Some(scene.case), None, None, first()).map(drop)), "case_not_found"),
            (Box::new(|tx| list(tx, None, Some(scene.log), None, first()).map(drop)), "thread_not_found"),
            (Box::new(|tx| list(tx, None, None, Some(scene.space), first()).map(drop)), "space_not_found"),
        ];
        for (read, code) in &reads {
            ws.read(scene.observer, |tx| read(tx));
            assert_eq!(ws.try_write(scene.stranger, |tx| read(tx)).unwrap_err().code(), *code);
        }
        let absent = ws.try_write(scene.owner, |tx| get(tx, DatatableId::new())).unwrap_err();
        assert_eq!(absent.code(), "datatable_not_found");
    });
}

/// What the language says, without a database.
fn holds(filter: &Filter, columns: &[Column], row: &Map<String, Json>) -> bool {
    let cell = |place: usize| &row[&columns[place].name];
    let order = |cell: &Json, value: &Value| match value {
        _ if cell.is_null() => None,
        Value::Text(text) => Some(cell.as_str().unwrap().as_bytes().cmp(text.as_bytes())),
        Value::Integer(value) => Some(cell.as_i64().unwrap().cmp(value)),
        Value::Number(value) => cell.as_f64().unwrap().partial_cmp(value),
        Value::Boolean(value) => Some(cell.as_bool().unwrap().cmp(value)),
    };
    match filter {
        Filter::And(parts) => parts.iter().all(|part| holds(part, columns, row)),
        Filter::Or(parts) => parts.iter().any(|part| holds(part, columns, row)),
        Filter::Not(part) => !holds(part, columns, row),
        Filter::IsNull(place) => cell(*place).is_null(),
        Filter::In(place, values) => values.iter().any(|value| order(cell(*place), value).is_some_and(|o| o.is_eq())),
        Filter::Match(place, part, text) => cell(*place).as_str().is_some_and(|cell| {
            let (cell, text) = (cell.to_ascii_lowercase(), text.to_ascii_lowercase());
            if *part == Match::Contains { cell.contains(&text) } else { cell.starts_with(&text) }
        }),
        Filter::Compare(place, compare, value) => {
            let order = order(cell(*place), value);
            match compare {
                Compare::Equal => order.is_some_and(|o| o.is_eq()),
                Compare::NotEqual => !order.is_some_and(|o| o.is_eq()),
                Compare::Less => order.is_some_and(|o| o.is_lt()),
                Compare::LessOrEqual => order.is_some_and(|o| o.is_le()),
                Compare::Greater => order.is_some_and(|o| o.is_gt()),
                Compare::GreaterOrEqual => order.is_some_and(|o| o.is_ge()),
            }
        }
    }
}

fn some_filter() -> impl Strategy<Value = Filter> {
    let compare = prop::sample::select(vec![
        Compare::Equal,
        Compare::NotEqual,
        Compare::Less,
        Compare::LessOrEqual,
        Compare::Greater,
        Compare::GreaterOrEqual,
    ]);
    let texts = prop::sample::select(TEXTS.to_vec());
    let leaf = prop_oneof![
        (compare.clone(), texts.clone()).prop_map(|(c, text)| Filter::Compare(1, c, Value::Text(text.to_owned()))),
        (compare.clone(), prop::sample::select(INTEGERS.to_vec())).prop_map(|(c, n)| Filter::Compare(
            2,
            c,
            Value::Integer(n)
        )),
        (compare, prop::sample::select(NUMBERS.to_vec())).prop_map(|(c, n)| Filter::Compare(3, c, Value::Number(n))),
        (any::<bool>(), texts).prop_map(|(c, text)| {
            Filter::Match(1, if c { Match::Contains } else { Match::StartsWith }, text.to_owned())
        }),
        any::<bool>().prop_map(|b| Filter::In(4, vec![Value::Boolean(b)])),
        (0usize..5).prop_map(Filter::IsNull),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..3).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 2..3).prop_map(Filter::Or),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

const TEXTS: [&str; 12] = ["a", "A", "b_", "%", "!", "é", "É", "ß", "z\\", "'", "\u{10ffff}", "\u{ffff}"];
const INTEGERS: [i64; 6] = [0, -1, 10, i64::MAX, i64::MIN, 9_007_199_254_740_993];
const NUMBERS: [f64; 9] = [
    0.0,
    -1.5,
    0.1,
    1e300,
    5e-324,
    0.30000000000000004,
    1.7976931348623157e308,
    123456789.12345679,
    -2.2250738585072014e-308,
];
const BOOLEANS: [bool; 2] = [true, false];

fn some_rows() -> Vec<Map<String, Json>> {
    let mut rows = Vec::new();
    for i in 0..36usize {
        let row = json!({
            "nr": i,
            "text": TEXTS.get(i % 13).map(|text| format!("{text}{}", ["", "x", "A"][i % 3])),
            "integer": INTEGERS.get(i % 7),
            "number": NUMBERS.get(i % 10),
            "boolean": BOOLEANS.get(i % 3),
        });
        rows.push(row.as_object().unwrap().clone());
    }
    rows
}

#[test]
fn engines_agree_with_what_the_language_says() {
    each_engine(|ws| {
        let scene = ws.write(Actor::SYSTEM, scene);
        let given = some_rows();
        let columns: Vec<Column> = [
            ("nr", ColumnType::Integer),
            ("text", ColumnType::Text),
            ("integer", ColumnType::Integer),
            ("number", ColumnType::Number),
            ("boolean", ColumnType::Boolean),
        ]
        .map(|(name, column_type)| Column { name: name.to_owned(), column_type })
        .to_vec();
        let id = add(ws, scene, &Table::read(Source::Rows(&given), Some(&columns)).unwrap());
        let kept = ws.read(scene.owner, |tx| rows(tx, id, None, None, first())).items;
        for (kept, given) in kept.iter().zip(&given) {
            assert_eq!(kept["number"].as_f64(), given["number"].as_f64());
        }
        let cell = std::cell::RefCell::new(ws);
        let runner = ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() };
        proptest!(runner, |(filter in some_filter())| {
            let text = filter.print(&columns).unwrap();
            let expected: Vec<i64> = kept.iter().filter(|row| holds(&filter, &columns, row)).map(|row| row["nr"].as_i64().unwrap()).collect();
            prop_assert_eq!(numbers(&mut cell.borrow_mut(), scene, id, &text, ""), expected, "{}", text);
        });
        let mut ws = cell.borrow_mut();
        for place in ["text", "integer", "number"] {
            let mut expected: Vec<&Map<String, Json>> = kept.iter().filter(|row| !row[place].is_null()).collect();
            expected.sort_by(|a, b| match (&a[place], &b[place]) {
                (Json::String(a), Json::String(b)) => a.cmp(b),
                (a, b) if a.is_i64() => a.as_i64().cmp(&b.as_i64()),
                (a, b) => a.as_f64().partial_cmp(&b.as_f64()).unwrap(),
            });
            let expected: Vec<i64> = expected.iter().map(|row| row["nr"].as_i64().unwrap()).collect();
            assert_eq!(numbers(&mut ws, scene, id, &format!("{place} is not null"), place), expected, "{place}");
        }
    });
}
