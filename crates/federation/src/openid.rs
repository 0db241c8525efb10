//! Issuers that speak OpenID Connect: discovery, authorization code with PKCE, state and nonce, and an ID token whose
//! signature, issuer, audience, age and nonce are checked.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use identity::{identities::Proved, logins::Login};
use kernel::{Error, Kind, Result};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJwsSigningAlgorithm,
        CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
    },
};
use tokio::sync::Mutex;

use crate::{refused, short, unreachable, web::Web};

/// How long what an issuer tells about itself is remembered.
const REMEMBERED: Duration = Duration::from_secs(600);
/// A key that is not known may be new: the issuer is asked again, but not more often than this.
const ASKED_AGAIN: Duration = Duration::from_secs(10);
/// Signatures with a key that only the issuer has. Neither none nor one with a shared secret is among them.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What claims say about a person.
struct Said<'a> {
    email: Option<&'a str>,
    name: Option<&'a str>,
    username: Option<&'a str>,
    picture: Option<&'a str>,
    locale: Option<&'a str>,
}

/// Reads claims of an ID token or of the user info, which have the same functions and no common type.
macro_rules! said {
    ($claims:expr) => {
        Said {
            // Only one that the issuer vouches for.
            email: $claims.email().filter(|_| $claims.email_verified() == Some(true)).map(|email| email.as_str()),
            name: $claims.name().and_then(|name| name.get(None)).map(|name| name.as_str()),
            username: $claims.preferred_username().map(|name| name.as_str()),
            picture: $claims.picture().and_then(|picture| picture.get(None)).map(|url| url.as_str()),
            locale: $claims.locale().map(|tag| tag.as_ref()),
        }
    };
}

/// One issuer.
pub(crate) struct Issuer {
    web: Web,
    url: IssuerUrl,
    id: ClientId,
    secret: Option<ClientSecret>,
    back: RedirectUrl,
    known: Mutex<Option<(Instant, Arc<CoreProviderMetadata>)>>,
}

impl Issuer {
    pub fn new(web: Web, url: String, id: String, secret: Option<String>, back: String) -> Result<Self> {
        Ok(Self {
            web,
            url: IssuerUrl::new(url).map_err(Error::internal)?,
            id: ClientId::new(id),
            secret: secret.map(ClientSecret::new),
            back: RedirectUrl::new(back).map_err(Error::internal)?,
            known: Mutex::default(),
        })
    }

    pub async fn address(&self, login: &Login) -> Result<String> {
        let client = self.client(&*self.metadata(REMEMBERED).await?);
        let (state, nonce) = (login.state.clone(), login.nonce());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(login.verifier()));
        let (url, ..) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || CsrfToken::new(state), || Nonce::new(nonce))
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(url.into())
    }

    pub async fn redeem(&self, login: &Login, code: &str) -> Result<Proved> {
        let metadata = self.metadata(REMEMBERED).await?;
        let client = self.client(&metadata);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(unreachable)?
            .set_pkce_verifier(PkceCodeVerifier::new(login.verifier()))
            .request_async(&self.web)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(said) => refused(said),
                RequestTokenError::Request(error) => error,
                other => unreachable(other),
            })?;
        let token = tokens.id_token().ok_or_else(|| invalid("there is none"))?;
        let nonce = Nonce::new(login.nonce());
        let mut proved = match self.claims(&client, &tokens, token, &nonce) {
            Ok(proved) => proved,
            // Its keys may have changed since it was asked for them.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let client = self.client(&*self.metadata(ASKED_AGAIN).await?);
                self.claims(&client, &tokens, token, &nonce).map_err(invalid)?
            }
            Err(error) => return Err(invalid(error)),
        };
        if proved.emails.is_empty() && client.user_info_url().is_some() {
            self.ask_more(&client, tokens.access_token().clone(), &mut proved).await?;
        }
        Ok(proved)
    }

    /// What the ID token says, once it is certain that the issuer says it, to us, now, and about this sign-in.
    fn claims(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> std::result::Result<Proved, ClaimsVerificationError> {
        let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
        let claims = token.claims(&verifier, nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let key = token.signing_key(&verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
            let algorithm = token.signing_alg().map_err(ClaimsVerificationError::SignatureVerification)?;
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
                .map_err(|error| ClaimsVerificationError::Other(error.to_string()))?;
            if actual != *expected {
                return Err(ClaimsVerificationError::Other("the access token is another one".to_owned()));
            }
        }
        let mut proved = Proved {
            provider: String::new(),
            issuer: self.url.to_string(),
            subject: claims.subject().to_string(),
            emails: Vec::new(),
            name: None,
            username: None,
            avatar_url: None,
            locale: None,
        };
        fill(&mut proved, &said!(claims));
        Ok(proved)
    }

    /// Some issuers leave addresses out of ID tokens and tell them when they are asked.
    async fn ask_more(&self, client: &Client, token: AccessToken, proved: &mut Proved) -> Result<()> {
        let subject = openidconnect::SubjectIdentifier::new(proved.subject.clone());
        let more: CoreUserInfoClaims = client
            .user_info(token, Some(subject))
            .map_err(unreachable)?
            .request_async(&self.web)
            .await
            .map_err(unreachable)?;
        fill(proved, &said!(more));
        Ok(())
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        // What an issuer does not say is that it takes the usual way.
        let methods = metadata.token_endpoint_auth_methods_supported();
        let usual = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        CoreClient::from_provider_metadata(metadata.clone(), self.id.clone(), self.secret.clone())
            .set_auth_type(if usual { AuthType::BasicAuth } else { AuthType::RequestBody })
            .set_redirect_uri(self.back.clone())
    }

    /// What the issuer tells about itself, which may be as old as `age`.
    async fn metadata(&self, age: Duration) -> Result<Arc<CoreProviderMetadata>> {
        // Held while it is asked, so that many at once ask once.
        let mut known = self.known.lock().await;
        if let Some((at, metadata)) = &*known
            && at.elapsed() < age
        {
            return Ok(Arc::clone(metadata));
        }
        let found = CoreProviderMetadata::discover_async(self.url.clone(), &self.web).await.map_err(unreachable)?;
        let found = Arc::new(found);
        *known = Some((Instant::now(), Arc::clone(&found)));
        Ok(found)
    }
}

/// Takes over what is not known of the person yet.
fn fill(proved: &mut Proved, said: &Said<'_>) {
    let text = |text: Option<&str>, most| text.and_then(|text| short(text, most));
    proved.emails.extend(said.email.map(str::to_owned));
    proved.name = proved.name.take().or_else(|| text(said.name, 200));
    proved.username = proved.username.take().or_else(|| text(said.username, 200));
    let picture = || text(said.picture, 2000).filter(|url| url.starts_with("https://"));
    proved.avatar_url = proved.avatar_url.take().or_else(picture);
    proved.locale = proved.locale.take().or_else(|| text(said.locale, 35));
}

fn invalid(context: impl std::fmt::Display) -> Error {
    Error::new(
        Kind::Unauthorized,
        "id_token_invalid",
        "What the provider said about you cannot be trusted; begin again.",
    )
    .with_context(context)
}
