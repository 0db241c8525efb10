//! Who calls, signing out, and links in a mail (Loom, Authentication).

use std::collections::BTreeMap;

use api::{Body, Ctx, Failure, PathId, Query, Visitor, cookies};
use axum::{
    Extension, Json,
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use federation::Providers;
use identity::{accounts, entry, identities, magic_links, users, workspaces::WorkspaceRole};
use kernel::{
    Actor, Timestamp,
    ids::{IdentityId, UserId},
    kinds,
};
use serde::{Deserialize, Serialize};
use store::Tx;
use talk::notices::{self, Notice};
use utoipa::{IntoParams, ToSchema};

use crate::{
    browser::{only_looks, refuse, return_to, signed_in},
    paging::Paging,
};

/// How people can sign in.
#[derive(Serialize, ToSchema)]
pub struct ProviderList {
    /// The words of those that are set up, of `github`, `google`, `okta`, `oidc` and `magic_link`.
    providers: Vec<&'static str>,
    /// What to call those that one signs in at, by word.
    labels: BTreeMap<&'static str, String>,
}

/// Whoever calls.
#[derive(Serialize, ToSchema)]
pub struct CurrentUser {
    id: UserId,
    display_name: String,
    /// The name of an account elsewhere, if one was linked that has any.
    username: Option<String>,
    email: String,
    avatar_url: Option<String>,
    /// The language, such as `en`, if an account elsewhere told it.
    locale: Option<String>,
    /// `user`, and `system_admin` for owners and admins of the workspace.
    global_roles: Vec<&'static str>,
    created_at: Timestamp,
}

/// What happened, in words.
#[derive(Serialize, ToSchema)]
pub struct Message {
    message: &'static str,
}

/// Who wants a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestMagicLink {
    email: String,
    /// The path of this server to go to afterwards; `/` when absent.
    redirect_uri: Option<String>,
}

/// What is in a mailed link.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VerifyMagicLink {
    /// The secret.
    #[param(required)]
    token: Option<String>,
    /// The path of this server to go to afterwards; `/` when absent.
    redirect_uri: Option<String>,
}

/// An account elsewhere that signs the caller in.
#[derive(Serialize, ToSchema)]
pub struct LinkedIdentity {
    id: IdentityId,
    /// The provider's word.
    provider: String,
    /// The address that it had when it was linked.
    email: String,
    created_at: Timestamp,
    last_used_at: Timestamp,
}

/// Part of the list of accounts elsewhere.
#[derive(Serialize, ToSchema)]
pub struct Identities {
    identities: Vec<LinkedIdentity>,
    total: i64,
    limit: i64,
    offset: i64,
}

/// How people can sign in here, passwords aside.
#[utoipa::path(
    get, path = "/auth/providers", tag = "Authentication", security(()), responses((status = 200, body = ProviderList))
)]
pub async fn list_providers(visitor: Visitor, Extension(providers): Extension<Providers>) -> Json<ProviderList> {
    let labels: BTreeMap<_, _> = providers.names().map(|(word, name)| (word, name.to_owned())).collect();
    let mut words: Vec<_> = providers.names().map(|(word, _)| word).collect();
    // Without a mail server links reach nobody.
    if visitor.app.settings().outbox.is_none() {
        words.push("magic_link");
    }
    Json(ProviderList { providers: words, labels })
}

/// Who calls.
#[utoipa::path(get, path = "/auth/me", tag = "Authentication", responses((status = 200, body = CurrentUser)))]
pub async fn get_current_user(ctx: Ctx) -> Result<Json<CurrentUser>, Failure> {
    let id = ctx.principal.user;
    let find = move |tx: &mut Tx<'_>| Ok((users::get(tx, id)?, entry::looks(tx, id)?));
    let (user, looks) = ctx.app.store().control_read(find).await?;
    let mut global_roles = vec!["user"];
    if ctx.principal.role != WorkspaceRole::Member {
        global_roles.push("system_admin");
    }
    Ok(Json(CurrentUser {
        id,
        display_name: user.name,
        username: looks.username,
        email: user.email,
        avatar_url: looks.avatar_url,
        locale: looks.locale,
        global_roles,
        created_at: user.created_at,
    }))
}

/// Ends the session, or the access token that a program was given. A key is revoked instead.
#[utoipa::path(post, path = "/auth/logout", tag = "Authentication", responses((status = 200, body = Message)))]
pub async fn logout(ctx: Ctx) -> Result<Response, Failure> {
    accounts::sign_out(ctx.app.store(), &ctx.principal).await?;
    ctx.app.authenticator().forget();
    let mut response = Json(Message { message: "You are signed out." }).into_response();
    if ctx.principal.session().is_some() {
        cookies::clear(&ctx.app, response.headers_mut());
    }
    Ok(response)
}

/// Mails a link that signs in once, within ten minutes, to whoever has the address or is invited by it. The answer is the
/// same for addresses that nobody has.
#[utoipa::path(
    post, path = "/auth/magic-link", tag = "Authentication", security(()), request_body = RequestMagicLink,
    responses((status = 200, body = Message))
)]
pub async fn request_magic_link(
    visitor: Visitor,
    Body(body): Body<RequestMagicLink>,
) -> Result<Json<Message>, Failure> {
    let to = return_to(body.redirect_uri.as_deref())?;
    let made = magic_links::request(visitor.app.store(), &body.email, &visitor.origin).await?;
    if let Some(link) = made {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", &link.token)
            .append_pair("redirect_uri", &to)
            .finish();
        let url = format!("{}/auth/magic-link/verify?{query}", visitor.app.settings().public_url);
        let notice = Notice::magic_link(link.email, &url);
        let app = visitor.app.clone();
        // Not waited for: the answer must not tell by its time that somebody has the address.
        tokio::spawn(async move {
            let vault = app.vault().clone();
            let enqueue = move |tx: &mut Tx<'_>| notices::enqueue(tx, &vault, &notice);
            if let Err(error) = app.store().write(link.workspace, Actor::SYSTEM, enqueue).await {
                tracing::error!(?error, "a sign-in link could not be mailed");
            }
        });
    }
    let message = if visitor.app.settings().outbox.is_none() {
        "If somebody here has this address, a link to sign in is on its way."
    } else {
        "This server has no mail server. If somebody here has this address, the link is in the server's outbox folder."
    };
    Ok(Json(Message { message }))
}

/// Signs in by a mailed link, which is used up, and goes on to a page. A browser that may not come in gets the page for
/// signing in with the error's word, a program the error. Who only looks (`HEAD`, or fetching ahead) does not use it up.
#[utoipa::path(
    get, path = "/auth/magic-link/verify", tag = "Authentication", security(()), params(VerifyMagicLink),
    responses((status = 302, description = "Signed in, or refused: the page to go to."), (status = 204, description = "Only looked."))
)]
pub async fn verify_magic_link(
    visitor: Visitor,
    method: Method,
    headers: HeaderMap,
    Query(query): Query<VerifyMagicLink>,
) -> Response {
    if only_looks(&method, &headers) {
        return StatusCode::NO_CONTENT.into_response();
    }
    let redeemed = async {
        let to = return_to(query.redirect_uri.as_deref())?;
        let token = query.token.as_deref().unwrap_or("");
        Ok((magic_links::redeem(visitor.app.store(), token, visitor.origin.clone()).await?, to))
    };
    match redeemed.await {
        Ok((session, to)) => signed_in(&visitor.app, &session, &to),
        Err(error) => refuse(&headers, None, error),
    }
}

/// The accounts elsewhere that sign the caller in, the oldest first (ours).
#[utoipa::path(
    get, path = "/auth/identities", tag = "Authentication", params(Paging), responses((status = 200, body = Identities))
)]
pub async fn list_identities(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<Identities>, Failure> {
    let (limit, offset) = paging.checked()?;
    let user = ctx.principal.user;
    let all = ctx.app.store().control_read(move |tx| identities::list(tx, user)).await?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let part = all.into_iter().skip(usize::try_from(offset).unwrap_or(usize::MAX));
    let part = part.take(usize::try_from(limit).unwrap_or(0)).map(|one| LinkedIdentity {
        id: one.id,
        provider: one.provider,
        email: one.email,
        created_at: one.created_at,
        last_used_at: one.last_used_at,
    });
    Ok(Json(Identities { identities: part.collect(), total, limit, offset }))
}

/// Takes an account elsewhere away from the caller: it signs nobody in any more until it is linked again (ours).
#[utoipa::path(
    delete, path = "/auth/identities/{id}", tag = "Authentication", params(("id" = IdentityId, Path)),
    responses((status = 204, description = "Taken away."))
)]
pub async fn unlink_identity(ctx: Ctx, PathId(id): PathId<kinds::Identity>) -> Result<StatusCode, Failure> {
    let user = ctx.principal.user;
    ctx.app.store().control_write(move |tx| identities::unlink(tx, user, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
