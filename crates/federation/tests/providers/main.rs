//! Signing in at providers that are played on this machine.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../played/mod.rs"]
mod played;

use heddle_federation::Providers;
use identity::{identities::Proved, logins::Login};
use kernel::{Error, Result};
use played::{CLIENT, Person, Played, SECRET, Token, query};

const HERE: &str = "https://heddle.example";

/// A provider of this server, with variables beside the address.
fn providers(set: &[(&str, &str)]) -> Providers {
    let vars = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Providers::from_vars(&vars, HERE).unwrap()
}

fn openid(url: &str) -> Providers {
    providers(&[("HEDDLE_OIDC_CLIENT_ID", CLIENT), ("HEDDLE_OIDC_CLIENT_SECRET", SECRET), ("HEDDLE_OIDC_ISSUER", url)])
}

fn github(url: &str) -> Providers {
    providers(&[
        ("LOOM_SERVER_GITHUB_CLIENT_ID", CLIENT),
        ("LOOM_SERVER_GITHUB_CLIENT_SECRET", SECRET),
        ("LOOM_SERVER_GITHUB_BASE_URL", url),
    ])
}

async fn sign_in(providers: &Providers, word: &str, played: &Played, person: Person) -> Result<Proved> {
    let login = Login::new(None);
    let address = providers.address(word, &login).await?;
    let (code, state) = played.sign_in(&address, person);
    assert_eq!(state, login.state);
    providers.redeem(word, &login, &code).await
}

fn code(result: Result<Proved>) -> &'static str {
    result.as_ref().map_err(Error::code).unwrap_err()
}

#[tokio::test]
async fn an_issuer_says_who_it_is() {
    let played = Played::start().await;
    let providers = openid(played.url());
    let address = providers.address("oidc", &Login::new(None)).await.unwrap();
    let asked = query(&address);
    assert!(address.starts_with(&format!("{}/authorize?", played.url())), "{address}");
    assert_eq!((asked["response_type"].as_str(), asked["scope"].as_str()), ("code", "openid email profile"));
    assert_eq!(asked["redirect_uri"], format!("{HERE}/auth/callback/oidc"));
    for n in 0..3 {
        let subject = format!("subject-{n}");
        let proved = sign_in(&providers, "oidc", &played, Person::new(&subject, "ada@example.com")).await.unwrap();
        assert_eq!((proved.provider.as_str(), proved.subject), ("oidc", subject));
        assert_eq!((proved.issuer.as_str(), proved.emails), (played.url(), vec!["ada@example.com".to_owned()]));
        assert_eq!(proved.name.as_deref(), Some("Ada Lovelace"));
        assert_eq!((proved.username.as_deref(), proved.locale.as_deref()), (Some("ada"), Some("en")));
        assert_eq!(proved.avatar_url.as_deref(), Some("https://pictures.example/ada.png"));
    }
    assert_eq!(played.discoveries(), 1, "what it tells about itself is remembered");
}

#[tokio::test]
async fn an_issuer_may_want_the_clients_secret_in_the_body() {
    let played = Played::start().await;
    let providers = openid(&format!("{}/post", played.url()));
    let proved = sign_in(&providers, "oidc", &played, Person::new("subject", "ada@example.com")).await.unwrap();
    assert_eq!(proved.issuer, format!("{}/post", played.url()));
}

#[tokio::test]
async fn an_id_token_that_cannot_be_trusted_is_refused() {
    let played = Played::start().await;
    for token in [
        Token::Forged,
        Token::NoAlgorithm,
        Token::Shared,
        Token::WrongNonce,
        Token::NoNonce,
        Token::WrongAudience,
        Token::WrongIssuer,
        Token::Expired,
        Token::WrongAccess,
        Token::Missing,
    ] {
        // A new one each time: it asks again for keys after a signature that does not fit.
        let providers = openid(played.url());
        let person = Person { token, ..Person::new("subject", "ada@example.com") };
        assert_eq!(code(sign_in(&providers, "oidc", &played, person).await), "id_token_invalid", "{token:?}");
    }
}

#[tokio::test]
async fn only_addresses_that_the_issuer_vouches_for_count() {
    let played = Played::start().await;
    let providers = openid(played.url());
    let person = Person::new("subject", "ada@example.com");
    let elsewhere = Person { token: Token::AddressElsewhere, ..person.clone() };
    assert_eq!(sign_in(&providers, "oidc", &played, elsewhere.clone()).await.unwrap().emails, ["ada@example.com"]);
    for unverified in [Person { verified: false, ..person.clone() }, Person { verified: false, ..elsewhere }] {
        assert!(sign_in(&providers, "oidc", &played, unverified).await.unwrap().emails.is_empty());
    }
    let other = Person { token: Token::SomebodyElse, ..person };
    assert_eq!(code(sign_in(&providers, "oidc", &played, other).await), "provider_unreachable");
}

#[tokio::test]
async fn a_code_is_good_for_who_asked_for_it_once() {
    let played = Played::start().await;
    for (word, providers) in [("oidc", openid(played.url())), ("github", github(played.url()))] {
        let login = Login::new(None);
        let address = providers.address(word, &login).await.unwrap();
        let (given, _) = played.sign_in(&address, Person::new("17", "ada@example.com"));
        // Another browser, or another sign-in of the same one.
        let other = Login::new(Some(&login.browser));
        assert_eq!(code(providers.redeem(word, &other, &given).await), "provider_refused");
        let (given, _) = played.sign_in(&address, Person::new("17", "ada@example.com"));
        providers.redeem(word, &login, &given).await.unwrap();
        assert_eq!(code(providers.redeem(word, &login, &given).await), "provider_refused");
        assert_eq!(code(providers.redeem(word, &login, "made up").await), "provider_refused");
    }
}

#[tokio::test]
async fn github_tells_verified_addresses_the_primary_one_first() {
    let played = Played::start().await;
    let providers = github(played.url());
    let address = providers.address("github", &Login::new(None)).await.unwrap();
    assert!(address.starts_with(&format!("{}/login/oauth/authorize?", played.url())), "{address}");
    assert_eq!(query(&address)["scope"], "read:user user:email");
    let proved = sign_in(&providers, "github", &played, Person::new("17", "ada@example.com")).await.unwrap();
    assert_eq!((proved.subject.as_str(), proved.issuer.as_str()), ("17", played.url()));
    assert_eq!(proved.emails, ["ada@example.com", "second@github.example"]);
    assert_eq!((proved.name.as_deref(), proved.username.as_deref()), (Some("Ada Lovelace"), Some("ada")));
    let unverified = Person { verified: false, ..Person::new("17", "ada@example.com") };
    assert_eq!(sign_in(&providers, "github", &played, unverified).await.unwrap().emails, ["second@github.example"]);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_told_apart() {
    let played = Played::start().await;
    // Nobody listens at the port of a listener that is gone.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for url in [format!("http://{gone}"), format!("{}/html", played.url()), format!("{}/nothing", played.url())] {
        let failed = openid(&url).address("oidc", &Login::new(None)).await.unwrap_err();
        assert_eq!(failed.code(), "provider_unreachable", "{url}");
    }
    let failed = github(&format!("http://{gone}")).redeem("github", &Login::new(None), "code").await;
    assert_eq!(code(failed), "provider_unreachable");
    let failed = openid(played.url()).redeem("okta", &Login::new(None), "code").await;
    assert!(failed.as_ref().unwrap_err().message().contains("LOOM_SERVER_OKTA_CLIENT_ID"), "{failed:?}");
    assert_eq!(code(failed), "provider_not_configured");
    assert_eq!(code(openid(played.url()).redeem("moon", &Login::new(None), "code").await), "not_found");
}
