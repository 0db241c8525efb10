//! Tests of reading and writing filters.

use proptest::prelude::*;

use super::*;
use crate::schema::ColumnType;

fn columns() -> Vec<Column> {
    [
        ("name", ColumnType::Text),
        ("n", ColumnType::Integer),
        ("amount", ColumnType::Number),
        ("paid", ColumnType::Boolean),
        ("day", ColumnType::Date),
        ("at", ColumnType::Datetime),
        ("Größe (m)", ColumnType::Number),
        ("and", ColumnType::Text),
    ]
    .map(|(name, column_type)| Column { name: name.to_owned(), column_type })
    .to_vec()
}

fn read(text: &str) -> Filter {
    parse(text, &columns()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn why(text: &str) -> String {
    let error = parse(text, &columns()).expect_err(text);
    assert_eq!(error.fields()[0].path, "filter");
    error.message().to_owned()
}

#[test]
fn filters_are_read_by_strength() {
    let text = "amount >= 100 and (name = \"open\" or not name contains 'x') AND `and` IS NOT null";
    assert_eq!(
        read(text).print(&columns()).unwrap(),
        "amount >= 100.0 and (name = \"open\" or not name contains \"x\") and not `and` is null"
    );
    assert_eq!(read("n=1 or n=2 and n=3"), read("n = 1 or (n = 2 and n = 3)"));
    assert_eq!(read("not n=1 and n=2"), read("(not (n=1)) and n=2"));
    assert_eq!(read("n not in (1, 2)"), read("not n in (1,2)"));
    assert_eq!(read("name not contains 'a'"), read("not name contains 'a'"));
    assert_eq!(read("n <> -1"), read("n != -1"));
    assert_eq!(read("`Größe (m)` < 2e-1"), Filter::Compare(6, Compare::Less, Value::Number(0.2)));
    assert_eq!(read("at > '2026-01-31'"), read("at > '2026-01-31 00:00Z'"));
    assert_eq!(read(r#"name = "a\"\\\n'""#), Filter::Compare(0, Compare::Equal, Value::Text("a\"\\\n'".to_owned())));
    assert_eq!(read("n > 1.5"), Filter::Compare(1, Compare::Greater, Value::Number(1.5)));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, message) in [
        ("", "at character 1: expected a column, `not` or `(`, found the end"),
        ("n", "at character 2: expected an operator, found the end"),
        (
            "ñame = 1",
            "at character 1: there is no column ñame; there are name, n, amount, paid, day, at, Größe (m), and",
        ),
        (
            "name = 'é' and x = 1",
            "at character 16: there is no column x; there are name, n, amount, paid, day, at, Größe (m), and",
        ),
        ("n = 'a'", "at character 5: n is an integer, not \"a\""),
        ("name = 5", "at character 8: name is a text, not 5"),
        ("name = open", "at character 8: name is a text, not `open`; texts are written in quotes"),
        ("name = null", "at character 8: name is a text, not `null`; write `is null` or `is not null`"),
        ("day = '2026-02-30'", "at character 7: day is a date such as 2026-01-31, not \"2026-02-30\""),
        ("paid < true", "at character 6: paid is true or false: `=`, `!=` and `in` compare it"),
        ("n contains '1'", "at character 3: n is an integer: only columns of type text are searched"),
        ("(n = 1", "at character 7: expected `)`, found the end"),
        ("n = 1)", "at character 6: expected `and`, `or` or the end, found `)`"),
        ("n in ()", "at character 7: n is an integer, not `)`"),
        ("n in (1 2)", "at character 9: expected `,` or `)`, found 2"),
        ("n not = 1", "at character 7: expected an operator, found `=`"),
        ("name = 'x", "at character 8: a quotation mark is not closed"),
        ("`n = 1", "at character 1: a backtick is not closed"),
        ("n = 1; drop", "at character 6: ; means nothing here"),
        ("n = 1x", "at character 5: 1x is not a number; a column's name that begins like one is written in backticks"),
        (
            "n = 1e999",
            "at character 5: 1e999 is not a number; a column's name that begins like one is written in backticks",
        ),
        (r"name = 'a\x'", r"at character 10: \x stands for nothing; write \\ for a backslash"),
        ("name = 'a\0'", "at character 10: a text must not contain the zero character"),
    ] {
        assert_eq!(why(text), message, "{text}");
    }
}

#[test]
fn filters_are_bounded() {
    let deep = |n: usize| format!("{}n = 1{}", "(".repeat(n), ")".repeat(n));
    read(&deep(32));
    assert!(why(&deep(33)).contains("32 deep at most"));
    assert!(why(&deep(4000)).contains("32 deep at most"));
    assert!(why(&format!("{}n = 1", "not ".repeat(33))).contains("32 deep at most"));
    let many = |n: usize| vec!["n = 1"; n].join(" or ");
    read(&many(200));
    assert!(why(&many(201)).contains("200 comparisons at most"));
    assert!(why(&" ".repeat(10_001)).contains("10000 characters at most"));
}

fn leaf() -> impl Strategy<Value = Filter> {
    let compare = prop::sample::select(vec![
        Compare::Equal,
        Compare::NotEqual,
        Compare::Less,
        Compare::LessOrEqual,
        Compare::Greater,
        Compare::GreaterOrEqual,
    ]);
    let text = "[^\0]{0,8}".prop_map(Value::Text);
    let number = prop::num::f64::NORMAL.prop_map(Value::Number);
    prop_oneof![
        (compare.clone(), text).prop_map(|(compare, value)| Filter::Compare(0, compare, value)),
        (compare.clone(), any::<i64>()).prop_map(|(compare, value)| Filter::Compare(1, compare, Value::Integer(value))),
        (compare, number).prop_map(|(compare, value)| Filter::Compare(6, compare, value)),
        prop::collection::vec(any::<bool>().prop_map(Value::Boolean), 1..4).prop_map(|values| Filter::In(3, values)),
        "20[0-9]{2}-0[1-9]-1[0-9]".prop_map(|day| Filter::Compare(4, Compare::Less, Value::Text(day))),
        (any::<bool>(), "[^\0]{0,8}").prop_map(|(contains, text)| {
            Filter::Match(7, if contains { Match::Contains } else { Match::StartsWith }, text)
        }),
        (0usize..8).prop_map(Filter::IsNull),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    leaf().prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(filter in filter()) {
        let text = filter.print(&columns()).unwrap();
        prop_assert_eq!(parse(&text, &columns()).map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?, filter);
    }

    #[test]
    fn no_text_makes_it_panic(
        text in "\\PC*|.*",
        words in prop::collection::vec(prop::sample::select(vec![
            "and", "or", "not", "(", ")", "n", "name", "paid", "=", "<", "in", "is", "null", "contains", "'x'", "1", "-", ",", "true", "`", "\\",
        ]), 0..30),
    ) {
        let _ = parse(&text, &columns());
        if let Ok(filter) = parse(&words.join(" "), &columns()) {
            let text = filter.print(&columns()).unwrap();
            prop_assert_eq!(parse(&text, &columns()).unwrap(), filter);
        }
    }
}
