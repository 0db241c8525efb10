//! Which variables set a provider up.

use kernel::{Error, Result};
use url::Url;

use crate::{Provider, Speaks, github::GitHub, openid::Issuer, web::Web};

/// Looks a variable up.
pub type Vars<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How a provider's variables begin, by its word.
fn prefix(word: &str) -> Option<&'static str> {
    match word {
        "github" => Some("LOOM_SERVER_GITHUB_"),
        "google" => Some("LOOM_SERVER_GOOGLE_"),
        "okta" => Some("LOOM_SERVER_OKTA_"),
        "oidc" => Some("HEDDLE_OIDC_"),
        _ => None,
    }
}

/// The variable that switches a provider on.
pub(crate) fn first_variable(word: &str) -> Option<String> {
    prefix(word).map(|prefix| format!("{prefix}CLIENT_ID"))
}

/// The variables of one provider.
struct Section<'a> {
    vars: Vars<'a>,
    prefix: &'static str,
}

impl Section<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.vars)(&format!("{}{name}", self.prefix)).map(|value| value.trim().to_owned()).filter(|v| !v.is_empty())
    }

    fn needed(&self, name: &str) -> Result<String> {
        self.get(name).ok_or_else(|| {
            let (prefix, id) = (self.prefix, "CLIENT_ID");
            self.wrong(name, &format!("must be set, because {prefix}{id} is"))
        })
    }

    /// An address, by default another one. It must be HTTPS, or here.
    fn address(&self, name: &str, default: Option<&str>) -> Result<String> {
        let text = match (self.get(name), default) {
            (Some(text), _) => text,
            (None, Some(default)) => default.to_owned(),
            (None, None) => self.needed(name)?,
        };
        let url = Url::parse(&text).map_err(|_| self.wrong(name, "is no address"))?;
        let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            return Err(self.wrong(name, "must begin with https:"));
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(self.wrong(name, "must be a plain address"));
        }
        Ok(text)
    }

    fn wrong(&self, name: &str, why: &str) -> Error {
        let variable = format!("{}{name}", self.prefix);
        let text = format!("{variable} {why}");
        Error::invalid(variable, text)
    }
}

/// The providers whose variables are set.
pub(crate) fn read(vars: Vars<'_>, public_url: &str) -> Result<Vec<Provider>> {
    let web = Web::new()?;
    let mut providers = Vec::new();
    for word in crate::WORDS {
        let Some(prefix) = prefix(word) else { continue };
        let section = Section { vars, prefix };
        if let Some(id) = section.get("CLIENT_ID") {
            providers.push(provider(&section, word, id, &web, public_url)?);
        } else if let Some(name) = ["CLIENT_SECRET", "ISSUER"].into_iter().find(|name| section.get(name).is_some()) {
            return Err(section.wrong("CLIENT_ID", &format!("must be set, because {prefix}{name} is")));
        }
    }
    Ok(providers)
}

fn provider(section: &Section<'_>, word: &'static str, id: String, web: &Web, public_url: &str) -> Result<Provider> {
    let back =
        section.address("REDIRECT_URI", Some(&format!("{public_url}/auth/callback/{word}"))).or_else(|error| {
            // A server that is reached without TLS, such as in a closed network, may still sign people in.
            if section.get("REDIRECT_URI").is_none() {
                Ok(format!("{public_url}/auth/callback/{word}"))
            } else {
                Err(error)
            }
        })?;
    let issuer = |default: Option<&str>, secret: Option<String>| -> Result<Speaks> {
        let issuer = section.address("ISSUER", default)?;
        Ok(Speaks::OpenId(Box::new(Issuer::new(web.clone(), issuer, id.clone(), secret, back.clone())?)))
    };
    let (name, speaks) = match word {
        "github" => {
            let site = section.address("BASE_URL", Some("https://github.com"))?;
            let site = site.trim_end_matches('/').to_owned();
            // GitHub Enterprise has its API below its own address.
            let api =
                if site == "https://github.com" { "https://api.github.com".into() } else { format!("{site}/api/v3") };
            let api = section.address("API_URL", Some(&api))?.trim_end_matches('/').to_owned();
            let secret = section.needed("CLIENT_SECRET")?;
            ("GitHub".to_owned(), Speaks::GitHub(GitHub { web: web.clone(), site, api, id, secret, back }))
        }
        "google" => {
            let secret = section.needed("CLIENT_SECRET")?;
            ("Google".to_owned(), issuer(Some("https://accounts.google.com"), Some(secret))?)
        }
        "okta" => ("Okta".to_owned(), issuer(None, Some(section.needed("CLIENT_SECRET")?))?),
        // A client without a secret proves itself by PKCE alone.
        _ => (section.get("NAME").unwrap_or_else(|| "OpenID".to_owned()), issuer(None, section.get("CLIENT_SECRET"))?),
    };
    Ok(Provider { word, name, speaks })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(set: &[(&str, &str)]) -> Result<Vec<(&'static str, String)>> {
        let vars = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Ok(read(&vars, "https://heddle.example")?.into_iter().map(|one| (one.word, one.name)).collect())
    }

    #[test]
    fn a_provider_is_there_when_its_variables_are_set() {
        assert_eq!(of(&[]).unwrap(), []);
        let set = [
            ("LOOM_SERVER_GITHUB_CLIENT_ID", "a"),
            ("LOOM_SERVER_GITHUB_CLIENT_SECRET", "b"),
            ("LOOM_SERVER_GOOGLE_CLIENT_ID", ""),
            ("HEDDLE_OIDC_CLIENT_ID", "c"),
            ("HEDDLE_OIDC_ISSUER", "http://127.0.0.1:9/"),
            ("HEDDLE_OIDC_NAME", "Acme"),
        ];
        let names = of(&set).unwrap();
        assert_eq!(names, [("github", "GitHub".to_owned()), ("oidc", "Acme".to_owned())]);
    }

    #[test]
    fn half_a_provider_is_refused_by_the_name_of_its_variable() {
        let google = ("LOOM_SERVER_GOOGLE_CLIENT_ID", "a");
        let oidc = ("HEDDLE_OIDC_CLIENT_ID", "a");
        for (set, variable) in [
            (vec![google], "LOOM_SERVER_GOOGLE_CLIENT_SECRET"),
            (vec![("LOOM_SERVER_GITHUB_CLIENT_SECRET", "b")], "LOOM_SERVER_GITHUB_CLIENT_ID"),
            (vec![oidc], "HEDDLE_OIDC_ISSUER"),
            (vec![("HEDDLE_OIDC_ISSUER", "https://a.example")], "HEDDLE_OIDC_CLIENT_ID"),
            (vec![oidc, ("HEDDLE_OIDC_ISSUER", "http://a.example")], "HEDDLE_OIDC_ISSUER"),
            (vec![oidc, ("HEDDLE_OIDC_ISSUER", "a")], "HEDDLE_OIDC_ISSUER"),
            (vec![oidc, ("HEDDLE_OIDC_ISSUER", "https://a.example?x=1")], "HEDDLE_OIDC_ISSUER"),
        ] {
            assert_eq!(of(&set).unwrap_err().fields()[0].path, variable, "{set:?}");
        }
    }
}
