//! Files. A server on the caller's own machine works with paths there; one elsewhere takes and gives the bytes themselves.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use client::{
    Incoming,
    public::files::{self as api, ListFiles},
    v1::artifacts,
};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use super::{DIRECTION, TIME_SORT};
use crate::{
    Files,
    arguments::{Args, Param},
    reply::{Outcome, Refusal, Reply},
    tool::{Context, Tool},
};

/// The most bytes that go through a call itself.
pub(super) const BOUND: usize = 8 << 20;

const SPACE: Param = Param::text("space_id", "The space it goes to; at most one of this and case_id");
const CASE: Param = Param::text("case_id", "The case it is attached to");

pub(crate) fn tools(files: Files) -> Vec<Tool> {
    let mut tools = vec![
        Tool::reads("files_list", "List files", |cx, args| async move {
            let query = ListFiles {
                paging: args.paging(),
                space_id: args.owned("space_id"),
                case_id: args.owned("case_id"),
                sort: args.named("sort"),
                direction: args.named("direction"),
            };
            cx.list(api::list(&query), &args).await
        })
        .takes([
            Param::text("space_id", "Directly in this space"),
            Param::text("case_id", "Attached to this case"),
            TIME_SORT,
            DIRECTION,
        ])
        .pages_by_cursor(),
        Tool::reads("files_get", "Get a file with a fresh download address", |cx, args| async move {
            cx.show(&api::get(args.need("id"))).await
        })
        .takes_id("File id"),
        Tool::sets("files_update", "Tag or move a file", |cx, args| async move {
            cx.show(&api::update(args.need("id"), args.body())).await
        })
        .takes_id("File id")
        .changes([
            Param::text("space_id", "The space it moves to"),
            Param::text("case_id", "The case it moves to"),
            Param::texts("tags", "All its tags by name; [] for none"),
        ]),
        Tool::removes("files_delete", "Delete a file", |cx, args| async move {
            cx.delete(&api::delete(args.need("id")), args.need("id")).await
        })
        .takes_id("File id"),
    ];
    tools.extend(match files {
        Files::Local => local(),
        Files::Inline => inline(),
    });
    tools
}

fn local() -> [Tool; 2] {
    [
        Tool::adds("files_upload", "Upload a local file", |cx, args| async move {
            cx.show(&api::upload(args.need("path"), args.text("space_id"), args.text("case_id"))).await
        })
        .takes([Param::text("path", "Path of the local file").required(), SPACE, CASE]),
        Tool::sets("files_download", "Download a file to a local path", |cx, args| async move {
            download(&cx, args.need("id"), args.need("out")).await
        })
        .takes_id("File id")
        .takes([Param::text("out", "Local path to write to; what is there is replaced").required()]),
    ]
}

fn inline() -> [Tool; 2] {
    [
        Tool::adds("files_upload", "Upload a file given as text or as base64", |cx, args| async move {
            let bytes = content(&args)?;
            cx.show(&api::upload_bytes(args.need("name"), bytes, args.text("space_id"), args.text("case_id"))).await
        })
        .takes([
            Param::text("name", "Its name, with the ending").required(),
            Param::text("content", "What it holds, as text; at most 8 MiB"),
            Param::text("content_base64", "What it holds, as base64; at most 8 MiB"),
            SPACE,
            CASE,
        ]),
        Tool::reads(
            "files_download",
            "Get what a file holds: content when it is text, else content_base64; from 8 MiB on its download_url alone",
            |cx, args| async move { fetch(&cx, args.need("id")).await },
        )
        .takes_id("File id"),
    ]
}

/// The bytes that are given as text or as base64.
fn content(args: &Args) -> Result<Bytes, Refusal> {
    let bytes = match (args.text("content"), args.text("content_base64")) {
        (Some(text), None) => Bytes::copy_from_slice(text.as_bytes()),
        (None, Some(text)) => {
            let decoded = STANDARD.decode(text);
            decoded.map_err(|error| Refusal::arguments(format!("content_base64 is not base64: {error}")))?.into()
        }
        _ => return Err(Refusal::arguments("give either content or content_base64")),
    };
    match bytes.len() {
        size if size > BOUND => Err(Refusal::arguments(format!("the file is larger than {} MiB", BOUND >> 20))),
        _ => Ok(bytes),
    }
}

/// What a file holds, in the answer itself. Only Heddle is called like this, where files are artifacts.
async fn fetch(cx: &Context, id: &str) -> Outcome {
    let file = cx.client.send(&api::get(id)).await?;
    let mut reply = json!({
        "id": file.id, "name": file.name, "mime_type": file.mime_type, "size": file.size, "download_url": file.download_url,
    });
    if file.size as usize <= BOUND {
        let mut incoming = cx.client.open(&artifacts::download(id)).await?;
        match String::from_utf8(all(&mut incoming).await?) {
            Ok(text) => reply["content"] = text.into(),
            Err(bytes) => reply["content_base64"] = STANDARD.encode(bytes.as_bytes()).into(),
        }
    }
    Ok(Reply::Value(reply))
}

async fn all(incoming: &mut Incoming) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    while let Some(piece) = incoming.next().await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > BOUND {
            return Err(Refusal::other("the file is larger than the server said"));
        }
    }
    Ok(bytes)
}

/// Writes a file to a local path. It is written beside its place, which it takes when it is whole.
async fn download(cx: &Context, id: &str, out: &str) -> Outcome {
    if matches!(out, "" | "-") {
        return Err(Refusal::arguments("out must be the path of a file"));
    }
    let path = Path::new(out);
    let failed = |error: std::io::Error| Refusal::other(format!("{out} cannot be written: {error}"));
    let file = cx.client.send(&api::get(id)).await?;
    let mut incoming = cx.client.fetch(&file.download_url).await?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let target = new_file(folder).map_err(failed)?;
    let mut disk = tokio::fs::File::from_std(target.as_file().try_clone().map_err(failed)?);
    while let Some(piece) = incoming.next().await? {
        disk.write_all(&piece).await.map_err(failed)?;
    }
    disk.flush().await.map_err(failed)?;
    target.persist(path).map_err(|error| failed(error.error))?;
    Ok(Reply::Value(json!({ "id": id, "path": out, "status": "downloaded" })))
}

fn new_file(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // As any new file: the person's own settings take away from this.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".download-").tempfile_in(folder)
}
