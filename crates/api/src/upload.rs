//! Multipart uploads: the file goes to the blob store as it comes, the other fields are collected.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, Multipart, Request, multipart::MultipartError};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use kernel::{Error, Kind, Result, Rule, ids::WorkspaceId};
use store::Stored;

use crate::App;

/// The longest value of a field that is no file, in bytes.
const FIELD: usize = 1 << 20;
/// The most fields of a form.
const FIELDS: usize = 32;

/// The file of a form, stored.
#[derive(Clone, Debug)]
pub struct UploadedFile {
    /// The name that the client gave it.
    pub name: String,
    /// The content type that the client gave it.
    pub content_type: Option<String>,
    /// Where its bytes are.
    pub stored: Stored,
}

/// A form that was read.
#[derive(Debug, Default)]
pub struct Form {
    /// Its fields, by name.
    pub fields: BTreeMap<String, String>,
    /// The part that holds the file.
    pub file: Option<UploadedFile>,
}

impl Form {
    /// Reads a multipart form whose part `part` holds a file of at most `limit` bytes.
    ///
    /// # Errors
    /// `unsupported_media_type`, `file_too_large` (told by the header, before anything is read, or while reading),
    /// `invalid_form`, `Invalid` for a field twice or over-long.
    pub async fn read(app: &App, workspace: WorkspaceId, request: Request, part: &str, limit: u64) -> Result<Self> {
        let announced = request
            .headers()
            .get(axum::http::header::CONTENT_LENGTH)
            .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
        // The form around the file is small.
        if announced.is_some_and(|length| length > limit.saturating_add(FIELD as u64)) {
            return Err(too_large(limit));
        }
        let mut multipart = Multipart::from_request(request, app).await.map_err(|rejection| {
            Error::new(Kind::Unsupported, "unsupported_media_type", "Send the file as multipart/form-data.")
                .with_context(rejection.body_text())
        })?;
        let mut form = Self::default();
        while let Some(field) = multipart.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or("").to_owned();
            if name == part {
                if form.file.is_some() {
                    return Err(Error::invalid(part, "the form has more than one file"));
                }
                let file_name = field.file_name().unwrap_or("").to_owned();
                let content_type = field.content_type().map(str::to_owned);
                let stored = app.store().blobs().put_stream(workspace, chunks(field), limit).await?;
                form.file = Some(UploadedFile { name: file_name, content_type, stored });
            } else {
                if form.fields.len() >= FIELDS {
                    return Err(Error::invalid(name, "the form has too many fields"));
                }
                let value = text(&name, field).await?;
                if form.fields.insert(name.clone(), value).is_some() {
                    return Err(Error::invalid(name, "the form has this field twice"));
                }
            }
        }
        Ok(form)
    }

    /// Takes a field that holds an id; an empty one counts as absent.
    ///
    /// # Errors
    /// `Invalid` when it is no UUID.
    pub fn take_id<K>(&mut self, name: &str) -> Result<Option<kernel::Id<K>>> {
        match self.fields.remove(name).filter(|text| !text.is_empty()) {
            Some(text) => {
                let refused = |_| Error::against(Rule::Form, name, format!("{name} must be a UUID"));
                text.parse().map(Some).map_err(refused)
            }
            None => Ok(None),
        }
    }

    /// Takes a field of text; an empty one counts as absent.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.fields.remove(name).filter(|text| !text.is_empty())
    }

    /// Refuses fields that nobody took.
    ///
    /// # Errors
    /// `Invalid` naming the first of them.
    pub fn finish(&self) -> Result<()> {
        match self.fields.keys().next() {
            Some(name) => Err(Error::invalid(name.clone(), format!("unknown field {name}"))),
            None => Ok(()),
        }
    }
}

fn chunks(field: axum::extract::multipart::Field<'_>) -> impl Stream<Item = Result<Bytes>> + Unpin {
    field.map(|chunk| chunk.map_err(broken))
}

async fn text(name: &str, mut field: axum::extract::multipart::Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FIELD {
            return Err(Error::invalid(name, format!("{name} is too long")));
        }
    }
    String::from_utf8(bytes).map_err(|_| Error::invalid(name, format!("{name} is not UTF-8")))
}

fn too_large(limit: u64) -> Error {
    Error::new(Kind::TooLarge, "file_too_large", format!("The file is larger than the {limit} bytes that are allowed."))
}

fn broken(error: MultipartError) -> Error {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return Error::new(Kind::TooLarge, "file_too_large", "The form is larger than this server accepts.")
            .with_context(error);
    }
    Error::new(Kind::BadRequest, "invalid_form", "The form could not be read to its end.")
        .with_context(error.body_text())
}
