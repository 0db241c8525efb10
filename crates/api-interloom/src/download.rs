//! Downloads: a document's bytes, always as an attachment, to its members or to whoever has a signed address.

use std::time::Duration;

use api::{App, Ctx, Failure};
use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use identity::Vault;
use kernel::{
    Actor, Error, Kind, Result, Timestamp,
    ids::{ActorId, DocumentId, WorkspaceId},
};
use library::documents::{self, Content, Source};
use uuid::Uuid;

use crate::public::files;

/// How long a signed address is good for.
const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// What the signature is for.
const PURPOSE: &str = "download";

/// The answer with a document's bytes, which no browser shows as a page of ours.
///
/// # Errors
/// The blob store's.
pub async fn respond(app: &App, workspace: WorkspaceId, content: Content) -> Result<Response> {
    let body = match content.source {
        Source::Text(text) => Body::from(text),
        Source::Blob(sha256) => Body::from_stream(app.store().blobs().get(workspace, &sha256).await?),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let mime =
        HeaderValue::from_str(&content.mime_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::CONTENT_LENGTH, content.size.into());
    headers.insert(header::CONTENT_DISPOSITION, disposition("attachment", &content.name));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// `attachment` or `inline` with the name in plain letters for old clients and in full for the rest (RFC 6266).
pub(crate) fn disposition(kind: &str, name: &str) -> HeaderValue {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\;%".contains(c) || c == ' ' { c } else { '_' }).collect();
    let mut full = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            full.push(char::from(byte));
        } else {
            full.push_str(&format!("%{byte:02X}"));
        }
    }
    let value = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{full}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

/// Whose document an address gives, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Grant {
    workspace: WorkspaceId,
    /// As whom the document is read.
    actor: ActorId,
    document: DocumentId,
    ends: Timestamp,
}

impl Grant {
    /// The signed form of it, which stands in the address.
    fn token(&self, vault: &Vault) -> String {
        let mut message = Vec::with_capacity(56);
        for id in [self.workspace.uuid(), self.actor.uuid(), self.document.uuid()] {
            message.extend_from_slice(id.as_bytes());
        }
        message.extend_from_slice(&self.ends.micros().to_be_bytes());
        vault.token(PURPOSE, &message)
    }

    /// Reads what [`Grant::token`] wrote and is good at `now`.
    fn read(vault: &Vault, token: &str, now: Timestamp) -> Result<Self> {
        let unknown = || Error::not_found("download_not_found", "This is no download address of this server.");
        let message = vault.read_token(PURPOSE, token).ok_or_else(unknown)?;
        let (ids, ends) = message.split_at_checked(48).ok_or_else(unknown)?;
        let ends = i64::from_be_bytes(ends.try_into().map_err(|_| unknown())?);
        let id = |n: usize| Uuid::from_slice(&ids[n * 16..(n + 1) * 16]).map_err(|_| unknown());
        let grant = Self {
            workspace: WorkspaceId::from_uuid(id(0)?),
            actor: ActorId::from_uuid(id(1)?),
            document: DocumentId::from_uuid(id(2)?),
            ends: Timestamp::from_micros(ends),
        };
        if now > grant.ends {
            let message = "This download address is over; ask for the file again to get a new one.";
            return Err(Error::new(Kind::Forbidden, "download_expired", message));
        }
        Ok(grant)
    }
}

/// An address at which the caller's document can be fetched without a credential for a quarter of an hour. The right is
/// checked again at every download, as the caller's.
pub fn url(ctx: &Ctx, document: DocumentId) -> String {
    let grant = Grant {
        workspace: ctx.principal.workspace,
        actor: ctx.principal.actor.id,
        document,
        ends: Timestamp::now().plus(LIFETIME),
    };
    format!("{}/download/{}", ctx.app.settings().public_url, grant.token(ctx.app.vault()))
}

/// The route of signed addresses.
pub fn router() -> Router<App> {
    Router::new().route("/download/{token}", get(download)).layer(middleware::from_fn(envelop))
}

async fn download(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Failure> {
    let Grant { workspace, actor, document, .. } = Grant::read(app.vault(), &token, Timestamp::now())?;
    let content = app.store().read(workspace, Actor::human(actor), move |tx| documents::content(tx, document)).await;
    let content = content.map_err(|error| files::RENAMES.apply(error))?;
    Ok(respond(&app, workspace, content).await?)
}

/// Errors in the shape of the public API, whose clients these addresses are made for.
async fn envelop(request: Request, next: Next) -> Response {
    crate::public::wire::envelop(request, next).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(secret: &str) -> Vault {
        Vault::new(secret).unwrap()
    }

    #[test]
    fn an_address_is_good_until_its_time_and_on_its_server() {
        let ends = Timestamp::from_micros(1_700_000_000_000_000);
        let (workspace, actor, document) = (WorkspaceId::new(), ActorId::new(), DocumentId::new());
        let grant = Grant { workspace, actor, document, ends };
        let here = vault("the secret of this server");
        let token = grant.token(&here);
        assert_eq!(Grant::read(&here, &token, ends).unwrap(), grant);
        let late = Timestamp::from_micros(ends.micros() + 1);
        let refused = |vault: &Vault, token: &str, now| Grant::read(vault, token, now).unwrap_err().code();
        assert_eq!(refused(&here, &token, late), "download_expired");
        assert_eq!(refused(&vault("the secret of another one"), &token, ends), "download_not_found");
        // Not even an expired one tells who did not get it from here.
        assert_eq!(refused(&vault("the secret of another one"), &token, late), "download_not_found");
        assert_eq!(refused(&here, &here.token("else", &[0; 56]), ends), "download_not_found");
        for length in [0, 48, 55, 57] {
            assert_eq!(refused(&here, &here.token(PURPOSE, &vec![0; length]), ends), "download_not_found");
        }
    }

    #[test]
    fn no_character_of_an_address_can_be_changed() {
        let here = vault("the secret of this server");
        let ends = Timestamp::now();
        let grant = Grant { workspace: WorkspaceId::new(), actor: ActorId::new(), document: DocumentId::new(), ends };
        let token = grant.token(&here);
        for n in 0..token.len() {
            let other = if token.as_bytes()[n] == b'A' { "B" } else { "A" };
            let mut changed = token.clone();
            changed.replace_range(n..=n, other);
            assert_eq!(Grant::read(&here, &changed, ends).unwrap_err().code(), "download_not_found", "{n}");
        }
        for cut in 0..token.len() {
            assert!(Grant::read(&here, &token[..cut], ends).is_err());
        }
    }
}
