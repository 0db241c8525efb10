//! The description of one request.

use std::{
    fmt::{self, Display, Write},
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde::Serialize;

use crate::{Error, Result};

/// What stands in a path as it is; everything else of an id is escaped.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A field of a change: absent leaves things as they are, `Some(None)` clears, `Some(Some(value))` sets.
pub type Patch<T> = Option<Option<T>>;

/// A request, not yet sent. `T` is what the server answers.
pub struct Call<T> {
    pub(crate) method: Method,
    segments: Vec<String>,
    query: Vec<(&'static str, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
    answer: PhantomData<fn() -> T>,
}

/// What a request carries.
#[derive(Clone)]
pub(crate) enum Body {
    Empty,
    Json(Bytes),
    /// The reason why the body could not be written; sending says it.
    Unwritable(String),
    Upload(Upload),
}

impl<T> Call<T> {
    pub(crate) fn new(method: Method, root: &str) -> Self {
        let segments = root.split('/').map(str::to_owned).collect();
        Self { method, segments, query: Vec::new(), headers: Vec::new(), body: Body::Empty, answer: PhantomData }
    }

    /// Goes one step down the path.
    pub(crate) fn at(mut self, segment: impl Display) -> Self {
        self.segments.push(segment.to_string());
        self
    }

    /// Adds a query parameter if it has a value that is not empty.
    pub(crate) fn query(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        if let Some(value) = value.map(|value| value.to_string()).filter(|value| !value.is_empty()) {
            self.query.push((name, value));
        }
        self
    }

    /// Adds a header if it has a value.
    pub(crate) fn header(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        self.headers.extend(value.map(|value| (name, value.to_string())));
        self
    }

    pub(crate) fn json<B>(mut self, body: impl IntoBody<B>) -> Self {
        self.body = match body.into_body() {
            Ok(bytes) => Body::Json(bytes),
            Err(reason) => Body::Unwritable(reason),
        };
        self
    }

    pub(crate) fn upload(mut self, upload: Upload) -> Self {
        self.body = Body::Upload(upload);
        self
    }

    /// Sets a query parameter, in place of the one of that name if there is one: for the next page of a list.
    pub fn set_query(&mut self, name: &'static str, value: impl Display) {
        let value = value.to_string();
        match self.query.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.query.push((name, value)),
        }
    }

    /// The value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Path and query, escaped, from the first `/` on.
    ///
    /// # Errors
    /// [`Error::Id`] for an id that is empty, `.` or `..`: it would name another resource.
    pub fn path_and_query(&self) -> Result<String> {
        let mut text = path(&self.segments)?;
        for (n, (name, value)) in self.query.iter().enumerate() {
            let before = if n == 0 { '?' } else { '&' };
            let _ = write!(text, "{before}{name}={}", utf8_percent_encode(value, PLAIN));
        }
        Ok(text)
    }
}

/// The segments as a path, escaped.
pub(crate) fn path(segments: &[impl AsRef<str>]) -> Result<String> {
    let mut text = String::new();
    for segment in segments.iter().map(AsRef::as_ref) {
        if matches!(segment, "" | "." | "..") {
            return Err(Error::Id(segment.to_owned()));
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "/{}", utf8_percent_encode(segment, PLAIN));
    }
    Ok(text)
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            method: self.method.clone(),
            segments: self.segments.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            answer: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Bodies may hold secrets.
        write!(f, "{} {}", self.method, self.path_and_query().unwrap_or_default())
    }
}

/// JSON that goes out as it is, unread.
#[derive(Clone)]
pub struct Raw(pub Bytes);

impl From<Vec<u8>> for Raw {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<&serde_json::Value> for Raw {
    fn from(value: &serde_json::Value) -> Self {
        Self(value.to_string().into())
    }
}

/// What can be sent where a body of type `B` is wanted: a reference to one, or [`Raw`] JSON.
pub trait IntoBody<B> {
    /// The body's bytes.
    ///
    /// # Errors
    /// A value that cannot be written as JSON, with the reason.
    fn into_body(self) -> Result<Bytes, String>;
}

impl<B: Serialize> IntoBody<B> for &B {
    fn into_body(self) -> Result<Bytes, String> {
        serde_json::to_vec(self).map(Bytes::from).map_err(|error| error.to_string())
    }
}

impl<B> IntoBody<B> for Raw {
    fn into_body(self) -> Result<Bytes, String> {
        Ok(self.0)
    }
}

/// A file to be sent as a form: the file first, then the fields.
#[derive(Clone)]
pub struct Upload {
    pub(crate) part: &'static str,
    pub(crate) source: Source,
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) watcher: Option<Watcher>,
}

/// Is told how many bytes of a file have been handed over.
pub(crate) type Watcher = Arc<dyn Fn(u64) + Send + Sync>;

/// Where the bytes of an upload are.
#[derive(Clone)]
pub(crate) enum Source {
    /// On disk.
    Path(PathBuf),
    /// At hand, with the name that the file is to have.
    Bytes { name: String, bytes: Bytes },
}

impl Upload {
    /// The file at `path`, in a part of that name. It is read from disk while it is sent.
    pub(crate) fn new(part: &'static str, path: impl AsRef<Path>) -> Self {
        Self::of(part, Source::Path(path.as_ref().to_owned()))
    }

    /// These bytes as a file called `name`, in a part of that name.
    pub(crate) fn bytes(part: &'static str, name: &str, bytes: Bytes) -> Self {
        Self::of(part, Source::Bytes { name: name.to_owned(), bytes })
    }

    fn of(part: &'static str, source: Source) -> Self {
        Self { part, source, fields: Vec::new(), watcher: None }
    }

    /// Adds a field if it has a value that is not empty.
    pub(crate) fn field(mut self, name: &'static str, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.fields.push((name, value.to_owned()));
        }
        self
    }
}

impl<T> Call<T> {
    /// Tells `watcher` how many bytes of the file have been handed over, each time some have. Without a file on disk it is
    /// never called. A repeated attempt begins again at 0.
    pub fn watched(mut self, watcher: impl Fn(u64) + Send + Sync + 'static) -> Self {
        if let Body::Upload(upload) = &mut self.body {
            upload.watcher = Some(Arc::new(watcher));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Call<()> {
        Call::new(Method::GET, "v1").at("cases")
    }

    #[test]
    fn ids_are_escaped() {
        let path = call().at("a/b?c#d e%ü").query("q", Some("x y&z=1")).path_and_query().unwrap();
        assert_eq!(path, "/v1/cases/a%2Fb%3Fc%23d%20e%25%C3%BC?q=x%20y%26z%3D1");
    }

    #[test]
    fn an_id_never_names_another_resource() {
        for id in ["", ".", ".."] {
            assert!(matches!(call().at(id).path_and_query(), Err(Error::Id(_))), "{id:?}");
        }
    }

    #[test]
    fn empty_values_are_left_out_and_set_ones_replaced() {
        let mut call = call().query("space_id", None::<&str>).query("sort", Some("")).query("limit", Some(0));
        assert_eq!(call.path_and_query().unwrap(), "/v1/cases?limit=0");
        call.set_query("cursor", "a");
        call.set_query("cursor", "b");
        assert_eq!(call.path_and_query().unwrap(), "/v1/cases?limit=0&cursor=b");
        assert_eq!(call.query_value("cursor"), Some("b"));
    }
}
