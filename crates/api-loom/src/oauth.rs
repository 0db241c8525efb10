//! Signing in at a provider: GitHub, Google, Okta, or any issuer of OpenID Connect (Loom, Authentication).

use api::{App, Failure, Query, Visitor, cookies};
use axum::{
    Extension,
    extract::Path,
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use federation::Providers;
use identity::{
    entry::{self, Policy, Proof},
    logins::{self, Login},
    sessions::NewSession,
};
use kernel::{Error, Kind, Result};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::browser::{only_looks, redirect, refuse, return_to, signed_in};

/// Where to go afterwards.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BeginLogin {
    /// The path of this server to go to afterwards; `/` when absent.
    redirect_uri: Option<String>,
}

/// What a provider sends a browser back with. Providers add more, which is left aside.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Returned {
    /// What the provider gives for the sign-in.
    code: Option<String>,
    /// What the sign-in was begun with.
    state: Option<String>,
    /// Why the provider, or the person there, refuses.
    error: Option<String>,
    /// The same in words.
    error_description: Option<String>,
}

/// Begins to sign in at a provider: sends the browser there.
#[utoipa::path(
    get, path = "/auth/login/{provider}", tag = "Authentication", security(()),
    params(("provider" = String, Path), BeginLogin),
    responses((status = 302, description = "The provider's page, or the one for signing in with the error's word."))
)]
pub async fn oauth_login(
    visitor: Visitor,
    Path(provider): Path<String>,
    Extension(providers): Extension<Providers>,
    method: Method,
    headers: HeaderMap,
    Query(query): Query<BeginLogin>,
) -> Response {
    if only_looks(&method, &headers) {
        return StatusCode::NO_CONTENT.into_response();
    }
    let login = Login::new(cookies::value(&headers, cookies::LOGIN_COOKIE));
    match begin(&visitor.app, &providers, &provider, &login, query.redirect_uri.as_deref()).await {
        Ok(address) => {
            let mut response = redirect(&address);
            cookies::set_login(&visitor.app, response.headers_mut(), &login.browser, logins::LIFE.as_secs());
            response
        }
        Err(error) if error.kind() == Kind::NotFound => Failure(error).into_response(),
        Err(error) => refuse(&headers, Some(&provider), error),
    }
}

async fn begin(app: &App, providers: &Providers, word: &str, login: &Login, to: Option<&str>) -> Result<String> {
    let to = return_to(to)?;
    let address = providers.address(word, login).await?;
    let (login, word) = (login.clone(), word.to_owned());
    app.store().control_write(move |tx| logins::begin(tx, &login, &word, &to)).await?;
    Ok(address)
}

/// Finishes signing in at a provider: the browser comes back from there. Who may come in gets a session and goes on to the
/// page that was asked for; a browser that may not gets the page for signing in with the error's word, a program the error.
#[utoipa::path(
    get, path = "/auth/callback/{provider}", tag = "Authentication", security(()),
    params(("provider" = String, Path), Returned),
    responses((status = 302, description = "Signed in, or refused: the page to go to."))
)]
pub async fn oauth_callback(
    visitor: Visitor,
    Path(provider): Path<String>,
    Extension(providers): Extension<Providers>,
    method: Method,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Response {
    if only_looks(&method, &headers) {
        return StatusCode::NO_CONTENT.into_response();
    }
    if !federation::WORDS.contains(&provider.as_str()) {
        return Failure(Error::not_found("not_found", "There is no such provider.")).into_response();
    }
    match finish(&visitor, &providers, &provider, &headers, returned).await {
        Ok((session, to)) => signed_in(&visitor.app, &session, &to),
        Err(error) => refuse(&headers, Some(&provider), error),
    }
}

/// The same callback under the other spelling that Loom's documentation has.
#[utoipa::path(
    get, path = "/auth/{provider}/callback", tag = "Authentication", security(()),
    params(("provider" = String, Path), Returned),
    responses((status = 302, description = "Signed in, or refused: the page to go to."))
)]
pub async fn oauth_callback_alt(
    visitor: Visitor,
    provider: Path<String>,
    providers: Extension<Providers>,
    method: Method,
    headers: HeaderMap,
    returned: Query<Returned>,
) -> Response {
    oauth_callback(visitor, provider, providers, method, headers, returned).await
}

async fn finish(
    visitor: &Visitor,
    providers: &Providers,
    word: &str,
    headers: &HeaderMap,
    returned: Returned,
) -> Result<(NewSession, String)> {
    let app = &visitor.app;
    // What is missing matches nothing.
    let browser = cookies::value(headers, cookies::LOGIN_COOKIE).unwrap_or_default().to_owned();
    let login = Login { state: returned.state.unwrap_or_default(), browser };
    let (begun, provider) = (login.clone(), word.to_owned());
    let to = app.store().control_write(move |tx| logins::end(tx, &begun, &provider)).await?;
    // Only now: anybody can make up an address with an error in it.
    if let Some(error) = returned.error {
        let why = format!("{error}: {}", returned.error_description.unwrap_or_default());
        let why: String = why.chars().filter(|c| !c.is_control()).take(500).collect();
        return Err(match error.as_str() {
            "access_denied" => {
                Error::new(Kind::Forbidden, "access_denied", "The sign-in was cancelled at the provider.")
            }
            _ => Error::new(Kind::Unauthorized, "provider_refused", "The provider refused this sign-in; begin again."),
        }
        .with_context(why));
    }
    let code = returned.code.filter(|code| !code.is_empty()).ok_or_else(|| {
        Error::new(Kind::BadRequest, "code_missing", "The provider sent nothing to sign in with; begin again.")
    })?;
    let proved = providers.redeem(word, &login, &code).await?;
    let policy = Policy { sign_up: app.settings().sign_up };
    let session = entry::enter(app.store(), Proof::Account(proved), policy, visitor.origin.clone()).await?;
    Ok((session, to))
}
