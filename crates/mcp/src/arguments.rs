//! What tools take: how it is described to models, and how it is read.

use serde_json::{Map, Value, json};

use crate::reply::Refusal;

/// The JSON object that carries arguments, bodies and schemas.
pub(crate) type Object = Map<String, Value>;

/// One argument of a tool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    kind: Kind,
    about: &'static str,
    required: bool,
    /// Whether it is a field of the request's body, under its own name.
    field: bool,
}

/// Of which type an argument is.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    /// Text that is one of these. What is not is left to the server.
    Choice(&'static [&'static str]),
    Integer,
    Flag,
    /// Texts: as an array, or as one text with commas.
    Texts,
    /// Texts that are each one of these.
    Choices(&'static [&'static str]),
    /// An object with these properties, or with any.
    Object(Option<Shape>),
    /// Objects with these properties, or with any.
    Objects(Option<Shape>),
}

/// The properties of an object, as JSON schemas by their names.
pub(crate) type Shape = fn() -> Value;

impl Param {
    const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, about, required: false, field: false }
    }

    pub(crate) const fn text(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Text, about)
    }

    pub(crate) const fn choice(name: &'static str, values: &'static [&'static str], about: &'static str) -> Self {
        Self::new(name, Kind::Choice(values), about)
    }

    pub(crate) const fn integer(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Integer, about)
    }

    pub(crate) const fn flag(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Flag, about)
    }

    pub(crate) const fn texts(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Texts, about)
    }

    pub(crate) const fn choices(name: &'static str, values: &'static [&'static str], about: &'static str) -> Self {
        Self::new(name, Kind::Choices(values), about)
    }

    pub(crate) const fn object(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Object(None), about)
    }

    pub(crate) const fn objects(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Objects(None), about)
    }

    /// It must be given. A required field of a body must be given when the body is not.
    pub(crate) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Its objects have these properties.
    pub(crate) const fn of(self, shape: Shape) -> Self {
        let kind = match self.kind {
            Kind::Objects(_) => Kind::Objects(Some(shape)),
            _ => Kind::Object(Some(shape)),
        };
        Self { kind, ..self }
    }

    /// It becomes a field of the body.
    pub(crate) const fn field(self) -> Self {
        Self { field: true, ..self }
    }

    fn schema(&self, body: BodyRule) -> Value {
        let mut schema = match self.kind {
            Kind::Text => json!({ "type": "string" }),
            Kind::Choice(values) => json!({ "type": "string", "enum": values }),
            Kind::Integer => json!({ "type": "integer" }),
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            Kind::Choices(values) => json!({ "type": "array", "items": { "type": "string", "enum": values } }),
            Kind::Object(shape) => object(shape),
            Kind::Objects(shape) => json!({ "type": "array", "items": object(shape) }),
        };
        let unless_data = self.field && self.required && body == BodyRule::New;
        schema["description"] =
            if unless_data { format!("{} (required without data)", self.about) } else { self.about.to_owned() }.into();
        schema
    }

    /// The value in its usual form, or what it should be.
    fn read(&self, value: Value) -> Result<Value, &'static str> {
        match (self.kind, value) {
            (Kind::Text | Kind::Choice(_), value @ Value::String(_))
            | (Kind::Flag, value @ Value::Bool(_))
            | (Kind::Object(_), value @ Value::Object(_)) => Ok(value),
            (Kind::Integer, value) => integer(&value).map(Value::from).ok_or("an integer"),
            (Kind::Texts | Kind::Choices(_), Value::String(text)) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Ok(parts.map(Value::from).collect())
            }
            (Kind::Texts | Kind::Choices(_), Value::Array(items)) if items.iter().all(Value::is_string) => {
                Ok(Value::Array(items))
            }
            (Kind::Objects(_), Value::Array(items)) if items.iter().all(Value::is_object) => Ok(Value::Array(items)),
            (Kind::Text | Kind::Choice(_), _) => Err("a string"),
            (Kind::Flag, _) => Err("true or false"),
            (Kind::Texts | Kind::Choices(_), _) => Err("an array of strings, or one string with commas"),
            (Kind::Object(_), _) => Err("an object"),
            (Kind::Objects(_), _) => Err("an array of objects"),
        }
    }
}

fn object(shape: Option<Shape>) -> Value {
    match shape {
        Some(shape) => json!({ "type": "object", "properties": shape() }),
        None => json!({ "type": "object" }),
    }
}

/// A whole number. Some clients have no other numbers than floating ones, so `5.0` is one too.
fn integer(value: &Value) -> Option<i64> {
    let exact = |number: f64| number.fract() == 0.0 && number.abs() < 2f64.powi(53);
    value.as_i64().or_else(|| value.as_f64().filter(|number| exact(*number)).map(|number| number as i64))
}

/// How a tool gets the body of its request, if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyRule {
    /// There is none.
    None,
    /// From the fields, or as it is from `data`: something new, whose required fields must be there.
    New,
    /// From the fields, or as it is from `data`: a change, which must say something.
    Change,
    /// From the fields alone, which may all be absent.
    Fields,
}

const DATA: Param =
    Param::object("data", "The whole body as the API takes it, in place of the fields; null clears a field");

/// What a tool takes.
#[derive(Clone, Debug)]
pub(crate) struct Params {
    all: Vec<Param>,
    body: BodyRule,
    /// Names that are accepted and mean nothing.
    ignored: &'static [&'static str],
}

impl Params {
    pub(crate) const NONE: Self = Self { all: Vec::new(), body: BodyRule::None, ignored: &[] };

    pub(crate) fn add(&mut self, params: impl IntoIterator<Item = Param>) {
        self.all.extend(params);
    }

    pub(crate) fn body(&mut self, rule: BodyRule, fields: impl IntoIterator<Item = Param>) {
        self.all.extend(fields.into_iter().map(Param::field));
        if matches!(rule, BodyRule::New | BodyRule::Change) {
            self.all.push(DATA);
        }
        self.body = rule;
    }

    pub(crate) fn ignore(&mut self, names: &'static [&'static str]) {
        self.ignored = names;
    }

    /// The JSON schema of the arguments.
    pub(crate) fn schema(&self) -> Object {
        let properties = self.all.iter().map(|param| (param.name.to_owned(), param.schema(self.body)));
        let required: Vec<&str> = self.all.iter().filter(|param| self.always(param)).map(|param| param.name).collect();
        let mut schema = Object::new();
        schema.insert("type".into(), "object".into());
        schema.insert("properties".into(), properties.collect::<Object>().into());
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
        schema.insert("additionalProperties".into(), false.into());
        schema
    }

    /// Whether the argument must be there whatever else is.
    fn always(&self, param: &Param) -> bool {
        param.required && !(param.field && matches!(self.body, BodyRule::New | BodyRule::Change))
    }

    /// Reads the arguments of a call.
    pub(crate) fn read(&self, given: Object) -> Result<Args, Refusal> {
        let (mut values, mut unknown) = (Object::new(), Vec::new());
        for (written, value) in given.into_iter().filter(|(_, value)| !value.is_null()) {
            let name = written.replace('-', "_");
            let Some(param) = self.all.iter().find(|param| param.name == name) else {
                if !self.ignored.contains(&name.as_str()) {
                    unknown.push(written);
                }
                continue;
            };
            let value = param.read(value).map_err(|kind| Refusal::arguments(format!("{name} must be {kind}")))?;
            if values.insert(name, value).is_some() {
                return Err(Refusal::arguments(format!("{} is given twice", param.name)));
            }
        }
        if !unknown.is_empty() {
            return Err(Refusal::arguments(format!("unknown arguments: {}", unknown.join(", "))));
        }
        let required = self.all.iter().filter(|param| self.always(param));
        missing(required.filter(|param| !values.contains_key(param.name)))?;
        let body = self.read_body(&mut values)?;
        Ok(Args { values, body })
    }

    fn read_body(&self, values: &mut Object) -> Result<Value, Refusal> {
        if self.body == BodyRule::None {
            return Ok(Value::Null);
        }
        let data = values.remove(DATA.name);
        let fields = self.all.iter().filter(|param| param.field);
        let body: Object =
            fields.clone().filter_map(|param| Some((param.name.to_owned(), values.remove(param.name)?))).collect();
        match (data, self.body) {
            (Some(data), _) if body.is_empty() => Ok(data),
            (Some(_), _) => {
                let names = body.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                Err(Refusal::arguments(format!("data cannot be used together with {names}")))
            }
            (None, BodyRule::Change) if body.is_empty() => {
                let names = fields.map(|param| param.name).collect::<Vec<_>>().join(", ");
                Err(Refusal::arguments(format!("there is nothing to change: give data, or some of {names}")))
            }
            (None, BodyRule::New) => {
                missing(fields.filter(|param| param.required && !body.contains_key(param.name)))?;
                Ok(body.into())
            }
            (None, _) => Ok(body.into()),
        }
    }
}

fn missing<'a>(params: impl Iterator<Item = &'a Param>) -> Result<(), Refusal> {
    let names = params.map(|param| param.name).collect::<Vec<_>>();
    match names.is_empty() {
        true => Ok(()),
        false => Err(Refusal::arguments(format!("required arguments are missing: {}", names.join(", ")))),
    }
}

/// The arguments of a call, read: each of its type, the required ones there.
#[derive(Debug)]
pub(crate) struct Args {
    values: Object,
    body: Value,
}

impl Args {
    /// The text of a required argument.
    pub(crate) fn need(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_str()
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// The value of an enumeration of the API; an empty text is none.
    pub(crate) fn named<T: for<'a> From<&'a str>>(&self, name: &str) -> Option<T> {
        self.text(name).filter(|text| !text.is_empty()).map(T::from)
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.values.get(name)?.as_i64()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.values.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    pub(crate) fn object(&self, name: &str) -> Option<&Object> {
        self.values.get(name)?.as_object()
    }

    /// The body that the arguments make up.
    pub(crate) fn body(&self) -> client::Raw {
        client::Raw::from(&self.body)
    }

    /// The body, without this field when it is an empty list.
    pub(crate) fn body_unless_empty(&self, field: &str) -> client::Raw {
        let mut body = self.body.clone();
        if body[field] == json!([]) {
            body.as_object_mut().map(|body| body.shift_remove(field));
        }
        client::Raw::from(&body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> Params {
        let mut params = Params::NONE;
        params.add([Param::text("space_id", "The space").required(), Param::integer("limit", "How many")]);
        params.add([Param::choices("status", &["open"], "Which"), Param::flag("all", "All")]);
        params.ignore(&["cursor"]);
        params
    }

    fn body(rule: BodyRule) -> Params {
        let mut params = Params::NONE;
        params.add([Param::text("id", "Which").required()]);
        params.body(rule, [Param::text("title", "Title").required(), Param::texts("tags", "Tags")]);
        params
    }

    fn read(params: &Params, given: Value) -> Result<Args, String> {
        let Value::Object(given) = given else { panic!("arguments are an object") };
        params.read(given).map_err(|refusal| refusal.message())
    }

    fn refused(params: &Params, given: Value) -> String {
        read(params, given).expect_err("refused")
    }

    #[test]
    fn names_are_read_in_both_spellings_and_null_is_absent() {
        for name in ["space_id", "space-id"] {
            let args = read(&params(), json!({ name: "s1", "limit": null, "what": null })).expect("read");
            assert_eq!((args.need("space_id"), args.integer("limit")), ("s1", None));
        }
        assert_eq!(refused(&params(), json!({"space_id": "a", "space-id": "b"})), "space_id is given twice");
        assert_eq!(refused(&params(), json!({"space_id": null})), "required arguments are missing: space_id");
    }

    #[test]
    fn unknown_names_are_told_as_they_were_written() {
        let given = json!({"space_id": "s1", "space-idd": 1, "x": 2, "cursor": "c"});
        assert_eq!(refused(&params(), given), "unknown arguments: space-idd, x");
    }

    #[test]
    fn lists_come_as_arrays_or_with_commas() {
        for status in [json!("open, blocked"), json!(["open", "blocked"])] {
            let args = read(&params(), json!({"space_id": "s", "status": status})).expect("read");
            assert_eq!(args.texts("status").collect::<Vec<_>>(), ["open", "blocked"]);
        }
        let args = read(&body(BodyRule::Change), json!({"id": "1", "tags": ""})).expect("read");
        assert_eq!(args.body().0, r#"{"tags":[]}"#);
    }

    #[test]
    fn another_type_is_refused() {
        for (name, value, expected) in [
            ("space_id", json!(1), "space_id must be a string"),
            ("limit", json!("10"), "limit must be an integer"),
            ("limit", json!(1.5), "limit must be an integer"),
            ("all", json!("true"), "all must be true or false"),
            ("status", json!([1]), "status must be an array of strings, or one string with commas"),
        ] {
            assert_eq!(refused(&params(), json!({ name: value })), expected);
        }
        assert_eq!(refused(&body(BodyRule::New), json!({"id": "1", "data": "{}"})), "data must be an object");
        assert_eq!(read(&params(), json!({"space_id": "s", "limit": 5.0})).expect("read").integer("limit"), Some(5));
    }

    #[test]
    fn a_body_is_data_or_fields() {
        let both = json!({"id": "1", "data": {}, "title": "a", "tags": []});
        for rule in [BodyRule::New, BodyRule::Change] {
            assert_eq!(refused(&body(rule), both.clone()), "data cannot be used together with title, tags");
            let args = read(&body(rule), json!({"id": "1", "data": {"z": 1, "a": null}})).expect("read");
            assert_eq!(args.body().0, r#"{"z":1,"a":null}"#);
        }
        assert_eq!(
            refused(&body(BodyRule::New), json!({"id": "1", "tags": ["x"]})),
            "required arguments are missing: title"
        );
        assert_eq!(
            refused(&body(BodyRule::Change), json!({"id": "1"})),
            "there is nothing to change: give data, or some of title, tags"
        );
        assert_eq!(
            read(&body(BodyRule::Change), json!({"id": "1", "tags": "x"})).expect("read").body().0,
            r#"{"tags":["x"]}"#
        );
    }

    #[test]
    fn a_schema_requires_what_data_cannot_replace() {
        let about = |rule| body(rule).schema()["properties"]["title"]["description"].clone();
        assert_eq!(
            (about(BodyRule::New), about(BodyRule::Fields)),
            (json!("Title (required without data)"), json!("Title"))
        );
        assert_eq!(body(BodyRule::New).schema()["required"], json!(["id"]));
        assert_eq!(body(BodyRule::Fields).schema()["required"], json!(["id", "title"]));
        assert_eq!(
            Value::from(params().schema()),
            json!({
                "type": "object",
                "properties": {
                    "space_id": {"type": "string", "description": "The space"},
                    "limit": {"type": "integer", "description": "How many"},
                    "status": {"type": "array", "items": {"type": "string", "enum": ["open"]}, "description": "Which"},
                    "all": {"type": "boolean", "description": "All"},
                },
                "required": ["space_id"],
                "additionalProperties": false,
            })
        );
    }
}
