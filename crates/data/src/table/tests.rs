//! Tests of reading sources.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn csv(text: &str) -> Result<Table> {
    Table::read(Source::File(SourceFormat::Csv, text.as_bytes()), None)
}

fn json(text: &str) -> Result<Table> {
    Table::read(Source::File(SourceFormat::Json, text.as_bytes()), None)
}

fn shape(table: &Table) -> Vec<String> {
    table.columns().iter().map(|column| format!("{}:{}", column.name, column.column_type)).collect()
}

fn rows(table: &Table) -> Vec<Json> {
    table.rows().map(|row| serde_json::from_str(row).unwrap()).collect()
}

fn why(result: Result<Table>) -> String {
    let error = result.unwrap_err();
    format!("{}: {}", error.fields()[0].path, error.message())
}

#[test]
fn a_csv_file_becomes_typed_columns() {
    let table = csv("id,Amount,paid,day,at,name\n1,2.5,true,2026-01-31,2026-01-31 10:00,Ann\n-2,3,FALSE,,2026-01-31,\"a \"\"b\"\", c\"\n")
        .unwrap();
    assert_eq!(shape(&table), ["id:integer", "Amount:number", "paid:boolean", "day:date", "at:datetime", "name:text"]);
    assert_eq!(
        rows(&table),
        [
            json!({"id": 1, "Amount": 2.5, "paid": true, "day": "2026-01-31", "at": "2026-01-31T10:00:00.000000Z", "name": "Ann"}),
            json!({"id": -2, "Amount": 3.0, "paid": false, "at": "2026-01-31T00:00:00.000000Z", "name": "a \"b\", c"}),
        ]
    );
    assert_eq!(shape(&csv("a,b\n").unwrap()), ["a:text", "b:text"]);
}

#[test]
fn the_delimiter_is_found_in_the_header() {
    for text in [
        "a;\"b,x\"\n1;2\n",
        "a\t\"b,x\"\r\n1\t2\r\n",
        "a|\"b,x\"\r1|2\r",
        "sep=;\r\na;b,x\r\n1;2\r\n",
        "\n\"a\";\"b,x\"\n\n1;2",
    ] {
        let table = csv(text).unwrap();
        assert_eq!(shape(&table), ["a:integer", "b,x:integer"], "{text:?}");
        assert_eq!(rows(&table), [json!({"a": 1, "b,x": 2})]);
    }
}

#[test]
fn encodings_are_told_by_a_mark_or_guessed() {
    let utf16: Vec<u8> = "\u{feff}a\nGrüße".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [&b"\xef\xbb\xbfa\nGr\xc3\xbc\xc3\x9fe"[..], &b"a\nGr\xfc\xdfe"[..], &utf16] {
        let table = Table::read(Source::File(SourceFormat::Csv, bytes), None).unwrap();
        assert_eq!(rows(&table), [json!({"a": "Grüße"})]);
    }
}

#[test]
fn what_is_wrong_with_a_csv_file_is_told_by_row() {
    assert_eq!(why(csv("a,b\n1,2\n3\n")), "file: row 2: it has 1 cells, the header has 2");
    assert_eq!(why(csv("a,b\n1,2\n3,\"4\n5,6\n")), "file: row 1: a quotation mark is not closed");
    assert_eq!(why(csv("a\n\"x")), "file: row 1: a quotation mark is not closed");
    assert_eq!(why(csv("")), "file: the file is empty; its first line must name the columns");
    assert_eq!(why(csv("\n \n".trim())), "file: the file is empty; its first line must name the columns");
    assert_eq!(why(csv("a\nb\0c\n")), "file: row 1: column a contains the zero character");
    assert_eq!(why(csv(&"a,".repeat(200))), "file: a table can have 200 columns at most");
    let long = "a\n".to_owned() + &"1\n".repeat(MOST_ROWS + 1);
    assert_eq!(why(csv(&long)), "file: a table can have 1000000 rows at most");
}

#[test]
fn json_comes_in_three_shapes() {
    let expected = [json!({"a": 1, "b": "x"}), json!({"a": 2, "c": "[1,{}]"})];
    for text in [
        r#" [{"a": 1, "b": "x", "c": null}, {"a": 2, "b": "", "c": [1, {}]}]"#,
        r#"{"meta": [1], "data": [{"a": 1, "b": "x", "c": null}, {"a": 2, "c": [1, {}]}]}"#,
        "{\"a\": 1, \"b\": \"x\", \"c\": null}\n{\"a\": 2, \"c\": [1, {}]}\n",
    ] {
        let table = json(text).unwrap();
        assert_eq!(shape(&table), ["a:integer", "b:text", "c:text"], "{text}");
        assert_eq!(rows(&table), expected);
    }
    let one = json(r#"{"data": "x", "n": 1.5}"#).unwrap();
    assert_eq!(rows(&one), [json!({"data": "x", "n": 1.5})]);
    let mixed = json(r#"[{"a": 1}, {"a": true}, {"a": "x"}, {"a": 1.50}]"#).unwrap();
    assert_eq!(rows(&mixed), [json!({"a": "1"}), json!({"a": "true"}), json!({"a": "x"}), json!({"a": "1.5"})]);
}

#[test]
fn what_is_wrong_with_json_is_told_by_row() {
    assert_eq!(why(json(r#"[{"a": 1}, 2]"#)), "file: row 2: it is not an object");
    assert_eq!(why(json("{\"a\": 1}\n[]")), "file: row 2: it is not an object");
    assert!(why(json(r#"[{"a": 1}, {"a": ]"#)).starts_with("file: row 2: expected value"));
    assert!(why(json("{\"a\": 1}\n{")).starts_with("file: row 2: EOF"));
    assert!(why(json(r#"[{"a": 1}] x"#)).starts_with("file: row 2: trailing characters"));
    assert_eq!(why(json("[]")), "file: there are no rows with cells, so there is nothing to take the columns from");
    assert!(why(json("hello")).starts_with("file: the file must be"));
    assert_eq!(why(json(r#"[{"a": "x\u0000"}]"#)), "file: row 1: column a contains the zero character");
    let wide: Map<String, Json> = (0..201).map(|i| (format!("c{i}"), json!(1))).collect();
    assert_eq!(
        why(json(&Json::from(vec![Json::Object(wide)]).to_string())),
        "file: a table can have 200 columns at most"
    );
}

fn column(name: &str, column_type: ColumnType) -> Column {
    Column { name: name.to_owned(), column_type }
}

#[test]
fn given_columns_are_checked_against_the_cells() {
    let columns = [column("b", ColumnType::Text), column("a", ColumnType::Integer)];
    let read = |text: &str| Table::read(Source::File(SourceFormat::Csv, text.as_bytes()), Some(&columns));
    let table = read("a,b\n007,007\n,\n").unwrap();
    assert_eq!(shape(&table), ["b:text", "a:integer"]);
    assert_eq!(rows(&table), [json!({"b": "007", "a": 7}), json!({})]);
    assert_eq!(why(read("a,b\n1,2\nx,2\n")), "file: row 2: \"x\" in column a is not an integer");
    assert_eq!(why(read("a\n1\n")), "columns: the file has no column b");
    assert_eq!(why(read("a,b,c\n1,2,3\n")), "columns: the file's column c is not among the columns");
    let at_hand = |value: Json| {
        let rows: Vec<Map<String, Json>> = serde_json::from_value(value).unwrap();
        Table::read(Source::Rows(&rows), Some(&columns))
    };
    assert_eq!(rows(&at_hand(json!([{"a": "7"}, {}])).unwrap()), [json!({"a": 7}), json!({})]);
    assert_eq!(at_hand(json!([])).unwrap().len(), 0);
    assert_eq!(why(at_hand(json!([{"x": 1}]))), "columns: the rows' column x is not among the columns");
    for (bad, path) in [
        (vec![], "columns"),
        (vec![column("a", ColumnType::Text), column("a", ColumnType::Text)], "columns[1].name"),
        (vec![column("$a", ColumnType::Text)], "columns[0].name"),
        (vec![column(" ", ColumnType::Text)], "columns[0].name"),
    ] {
        let error = Table::read(Source::Rows(&[]), Some(&bad)).unwrap_err();
        assert_eq!(error.fields()[0].path, path);
    }
}

#[test]
fn formats_are_told_by_name_or_content_type() {
    assert_eq!(SourceFormat::of_file("a.TSV", None), Some(SourceFormat::Csv));
    assert_eq!(SourceFormat::of_file("a.jsonl", Some("text/csv")), Some(SourceFormat::Json));
    assert_eq!(SourceFormat::of_file("upload", Some("text/csv; charset=x")), Some(SourceFormat::Csv));
    assert_eq!(SourceFormat::of_file("a.pdf", Some("application/pdf")), None);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[a-c,;\"\\n\\t0-9.{}:\\[\\]-]{0,80}") {
        for bytes in [&bytes[..], text.as_bytes()] {
            for format in [SourceFormat::Csv, SourceFormat::Json] {
                if let Ok(table) = Table::read(Source::File(format, bytes), None) {
                    prop_assert_eq!(rows(&table).len(), table.len());
                }
            }
        }
    }

    #[test]
    fn every_cell_of_a_csv_file_arrives(cells in prop::collection::vec(prop::array::uniform3("[^\0\r\n]{0,6}|-?[0-9]{1,20}|[0-9]{1,3}[.][0-9]{1,3}|20[0-9]{2}-0[1-9]-[0-3][0-9]|true"), 1..20)) {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["a", "b", "c"]).unwrap();
        cells.iter().for_each(|row| writer.write_record(row).unwrap());
        let bytes = writer.into_inner().unwrap();
        let table = Table::read(Source::File(SourceFormat::Csv, &bytes), None).unwrap();
        prop_assert_eq!(table.len(), cells.len());
        for (row, given) in rows(&table).iter().zip(&cells) {
            for (column, given) in table.columns().iter().zip(given) {
                let kept = row.get(&column.name);
                let trimmed = given.trim();
                if trimmed.is_empty() {
                    prop_assert_eq!(kept, None);
                    continue;
                }
                match (column.column_type, kept.unwrap()) {
                    (ColumnType::Text, Json::String(text)) => prop_assert_eq!(text, given),
                    (ColumnType::Integer, kept) => prop_assert_eq!(kept.to_string(), trimmed),
                    (ColumnType::Number, kept) => prop_assert_eq!(kept.as_f64().unwrap(), trimmed.parse::<f64>().unwrap()),
                    (ColumnType::Boolean, kept) => prop_assert_eq!(kept.to_string(), trimmed),
                    (_, kept) => prop_assert_eq!(kept.as_str().unwrap().get(..10).unwrap(), trimmed),
                }
            }
        }
        // The types that were found are ones that a caller may give.
        let again = Table::read(Source::File(SourceFormat::Csv, &bytes), Some(table.columns())).unwrap();
        prop_assert_eq!(rows(&again), rows(&table));
    }
}
