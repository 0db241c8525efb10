use reqwest::{Method, multipart};
use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Answer, Client, Engine, Server, World},
};

async fn from_file(client: &Client, space: &str, name: &str, bytes: &[u8], extra: &[(&'static str, &str)]) -> Answer {
    let part = multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    let mut form = multipart::Form::new().part("file", part).text("space_id", space.to_owned());
    for (field, value) in extra {
        form = form.text(*field, (*value).to_owned());
    }
    client.send(client.request(Method::POST, "/v1/datatables").multipart(form)).await
}

async fn names(client: &Client, table: &str, query: &str) -> Vec<Json> {
    let answer = client.get(&format!("/v1/datatables/{table}/rows?{query}")).await;
    answer.data(200).as_array().unwrap().iter().map(|row| row["name"].clone()).collect()
}

const CSV: &str = "name;amount;paid;due;note\nÄpfel;10;true;2026-01-31;\nBirnen;2.5;false;2025-12-01;late\nCherries;;true;2026-02-01;\"a;b\"\n";

on_each_engine! {
    async fn a_csv_becomes_a_table_that_is_filtered_sorted_and_paged(server: &Server) {
        let world = World::new(server).await;
        let made = from_file(&world.member, &world.space, "fruit.csv", CSV.as_bytes(), &[]).await;
        let id = made.id(201);
        let types: Vec<_> = made.data(201)["columns"].as_array().unwrap().iter().map(|column| column["type"].clone()).collect();
        assert_eq!(types, ["text", "number", "boolean", "date", "text"]);
        assert_eq!(made.data(201)["row_count"], 3);
        for (query, expected) in [
            ("", vec!["Äpfel", "Birnen", "Cherries"]),
            ("filter=amount%20%3E=%202.5", vec!["Äpfel", "Birnen"]),
            ("filter=amount%20is%20null%20or%20note%20contains%20%22LATE%22", vec!["Birnen", "Cherries"]),
            ("filter=paid%20=%20true%20and%20due%20%3C%20%222026-02-01%22", vec!["Äpfel"]),
            ("filter=name%20in%20(%22Birnen%22,%20%22x%22)", vec!["Birnen"]),
            ("sort=-amount", vec!["Äpfel", "Birnen", "Cherries"]),
            ("sort=amount", vec!["Birnen", "Äpfel", "Cherries"]),
            ("sort=-due&per_page=1&page=2", vec!["Äpfel"]),
        ] {
            assert_eq!(names(&world.observer, &id, query).await, expected, "{query}");
        }
        let rows = world.observer.get(&format!("/v1/datatables/{id}/rows?filter=paid=true&per_page=1")).await;
        assert_eq!(rows.body["meta"]["total"], 2);
        assert_eq!(rows.data(200)[0], json!({"name": "Äpfel", "amount": 10.0, "paid": true, "due": "2026-01-31", "note": null}));
        assert_eq!(world.observer.get(&format!("/v1/datatables?space_id={}", world.space)).await.body["meta"]["total"], 1);
        assert_eq!(world.observer.get(&format!("/v1/datatables/{id}")).await.data(200)["name"], "fruit.csv");
    }

    async fn json_rows_and_other_encodings_are_read(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        let body = json!({"name": "T", "case_id": case, "rows": [{"name": "a", "n": 1}, {"name": "b"}]});
        let id = world.member.post("/v1/datatables", body).await.id(201);
        assert_eq!(names(&world.member, &id, "filter=n%20is%20null").await, ["b"]);
        assert_eq!(world.member.get(&format!("/v1/datatables?case_id={case}")).await.body["meta"]["total"], 1);
        let latin1 = b"name,n\nM\xfcller und S\xf6hne,1\nGro\xdfmann,2\n";
        let id = from_file(&world.member, &world.space, "latin1.csv", latin1, &[]).await.id(201);
        assert_eq!(names(&world.member, &id, "").await, ["Müller und Söhne", "Großmann"]);
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("name,n\nŁódź,1\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let id = from_file(&world.member, &world.space, "utf16.csv", &utf16, &[]).await.id(201);
        assert_eq!(names(&world.member, &id, "").await, ["Łódź"]);
        let lines = "{\"name\": \"x\"}\n{\"name\": \"y\"}\n";
        let id = from_file(&world.member, &world.space, "t.jsonl", lines.as_bytes(), &[("format", "json")]).await.id(201);
        assert_eq!(names(&world.member, &id, "sort=-name").await, ["y", "x"]);
    }

    async fn tables_are_guarded(server: &Server) {
        let world = World::new(server).await;
        let space = world.space.as_str();
        let id = from_file(&world.member, space, "fruit.csv", CSV.as_bytes(), &[]).await.id(201);
        from_file(&world.member, space, "a.csv", b"a,b\n1\n", &[]).await.invalid("file");
        from_file(&world.member, space, "a.csv", b"", &[]).await.invalid("file");
        from_file(&world.member, space, "a.bin", b"a", &[]).await.invalid("format");
        from_file(&world.member, space, "a.json", b"[1]", &[]).await.invalid("file");
        from_file(&world.member, space, "a.csv", b"a\nx\n", &[("columns", "[{\"name\": \"a\", \"type\": \"integer\"}]")]).await.invalid("file");
        from_file(&world.observer, space, "a.csv", b"a\n1\n", &[]).await.refused(403, "forbidden");
        from_file(&world.stranger, space, "a.csv", b"a\n1\n", &[]).await.refused(404, "space_not_found");
        world.member.post("/v1/datatables", json!({"name": "T", "space_id": space, "rows": []})).await.invalid("rows");
        world.member.post("/v1/datatables", json!({"name": "T", "rows": [{"a": 1}]})).await.invalid("case_id");
        world.member.post("/v1/datatables", json!({"name": "T", "space_id": space, "rows": 1})).await.invalid("rows");
        let rows = |query: &str| format!("/v1/datatables/{id}/rows?{query}");
        world.member.get(&rows("filter=colour=1")).await.invalid("filter");
        world.member.get(&rows("filter=amount=%22x%22")).await.invalid("filter");
        world.member.get(&rows("filter=amount=")).await.invalid("filter");
        world.member.get(&rows("sort=colour")).await.invalid("sort");
        world.stranger.get(&rows("")).await.refused(404, "datatable_not_found");
        world.other.get(&format!("/v1/datatables/{id}")).await.refused(404, "datatable_not_found");
        assert_eq!(world.owner.get("/v1/datatables").await.body["meta"]["total"], 1);
    }
}
