//! The models that can be chosen: what is known of each, and whether this server can call it.

use serde::{Deserialize, Serialize};

/// How much a model thinks before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Effort {
    /// Little.
    Low,
    /// As much as usual.
    Medium,
    /// Much.
    High,
    /// As much as it can.
    XHigh,
}

impl Effort {
    /// All of them, from least to most.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::XHigh];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::XHigh => "XHIGH",
        }
    }

    /// The effort of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effort| effort.as_str() == name)
    }

    /// Its name in the requests of both providers.
    pub(crate) fn wire_name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
        }
    }
}

/// A model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The id that agents name it by.
    pub id: String,
    /// Whose it is.
    pub provider: String,
    /// Its name there.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
    /// What it is good for.
    pub description: String,
    /// Whether agents without a model of their own think with it.
    pub is_default: bool,
    /// Whether this server can call it.
    pub is_enabled: bool,
    /// The longest input in tokens, where known.
    pub context_window: Option<u32>,
    /// The longest answer in tokens, where known.
    pub max_output_tokens: Option<u32>,
    /// The efforts it can be asked for; none for a model that does not reason.
    pub efforts: Vec<Effort>,
}

impl Model {
    /// What it does unasked; none for a model that does not reason.
    pub fn default_effort(&self) -> Option<Effort> {
        let own = if self.provider == "anthropic" { Effort::High } else { Effort::Medium };
        (!self.efforts.is_empty()).then_some(own)
    }
}

struct Known {
    provider: &'static str,
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    context_window: u32,
    max_output_tokens: u32,
    efforts: &'static [Effort],
}

const fn known(
    provider: &'static str,
    name: &'static str,
    display_name: &'static str,
    description: &'static str,
    (context_window, max_output_tokens): (u32, u32),
    efforts: &'static [Effort],
) -> Known {
    Known { provider, name, display_name, description, context_window, max_output_tokens, efforts }
}

/// The model agents think with when nothing else is configured: the planner that needs no provider.
pub const RULES: &str = "rules";

const ALL: &[Effort] = &Effort::ALL;

/// The models that are offered, best all-rounder of each provider first.
#[rustfmt::skip]
const KNOWN: &[Known] = &[
    known("anthropic", "claude-sonnet-5-5", "Claude Sonnet 5.5", "Balanced: long work with tools at a moderate price.", (1_000_000, 128_000), ALL),
    known("anthropic", "claude-opus-5-5", "Claude Opus 5.5", "Thorough: hard questions and long plans.", (1_000_000, 128_000), ALL),
    known("anthropic", "claude-haiku-5-5", "Claude Haiku 5.5", "Quick and cheap: sorting, extracting, short answers.", (400_000, 64_000), &[]),
    known("openai", "gpt-6.1-terra", "GPT-6.1 Terra", "Balanced: everyday cases at a low price.", (1_050_000, 128_000), ALL),
    known("openai", "gpt-6.1-sol", "GPT-6.1 Sol", "Thorough: hard questions and long plans.", (1_050_000, 128_000), ALL),
    known("openai", "gpt-6-luna", "GPT-6 Luna", "Quick and cheap: sorting, extracting, short answers.", (1_050_000, 128_000), ALL),
    known("openai", "gpt-5.4", "GPT-5.4", "An earlier model, for agents that were tuned to it.", (1_050_000, 128_000), ALL),
    known("openai", "gpt-4.1", "GPT-4.1", "An earlier model that answers without reasoning.", (1_047_576, 32_768), &[]),
];

/// The models of this server, in the order they are shown.
#[derive(Clone, Debug)]
pub struct Catalogue {
    models: Vec<Model>,
}

impl Catalogue {
    /// The catalogue of a server that has these providers. `default` is the model of agents that name none; without one it is
    /// the first that can be called, and without any provider the built-in planner.
    pub fn new(providers: &[String], default: Option<&str>) -> Self {
        let mut models: Vec<Model> = KNOWN
            .iter()
            .map(|known| Model {
                id: known.name.to_owned(),
                provider: known.provider.to_owned(),
                name: known.name.to_owned(),
                display_name: known.display_name.to_owned(),
                description: known.description.to_owned(),
                is_default: false,
                is_enabled: providers.iter().any(|provider| provider == known.provider),
                context_window: Some(known.context_window),
                max_output_tokens: Some(known.max_output_tokens),
                efforts: known.efforts.to_vec(),
            })
            .collect();
        models.push(Model {
            id: RULES.to_owned(),
            provider: "heddle".to_owned(),
            name: RULES.to_owned(),
            display_name: "Built-in rules".to_owned(),
            description: "Follows instructions that are written in its forms; needs no provider.".to_owned(),
            is_default: false,
            is_enabled: true,
            context_window: None,
            max_output_tokens: None,
            efforts: Vec::new(),
        });
        let default = default.map(str::to_owned).or_else(|| models.iter().find(|m| m.is_enabled).map(|m| m.id.clone()));
        let default = default.unwrap_or_else(|| RULES.to_owned());
        match models.iter_mut().find(|model| model.id == default) {
            Some(model) => model.is_default = true,
            // One that only the administrator knows, such as a model of an own server.
            None => models.insert(0, Self::unknown(&default, providers)),
        }
        Self { models }
    }

    fn unknown(id: &str, providers: &[String]) -> Model {
        let (provider, name) = id.split_once('/').unwrap_or_else(|| (providers.first().map_or("", String::as_str), id));
        Model {
            id: id.to_owned(),
            provider: provider.to_owned(),
            name: name.to_owned(),
            display_name: name.to_owned(),
            description: "Set as this server's default.".to_owned(),
            is_default: true,
            is_enabled: !providers.is_empty(),
            context_window: None,
            max_output_tokens: None,
            efforts: Effort::ALL.to_vec(),
        }
    }

    /// The models, in the order they are shown.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The id of the model that agents without one think with.
    pub fn default_id(&self) -> &str {
        self.models.iter().find(|model| model.is_default).map_or(RULES, |model| &model.id)
    }

    /// Whether `model` can be asked for `effort`. Models that the catalogue does not know are trusted to.
    pub fn supports(&self, model: &str, effort: Effort) -> bool {
        let bare = model.split_once('/').map_or(model, |(_, name)| name);
        match self.models.iter().find(|known| known.id == model || known.name == bare) {
            Some(known) => known.efforts.contains(&effort),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_model_that_can_be_called_is_the_default() {
        let none = Catalogue::new(&[], None);
        assert_eq!(none.default_id(), RULES);
        assert!(none.models().iter().all(|model| model.is_enabled == (model.id == RULES)));
        let openai = Catalogue::new(&["openai".to_owned()], None);
        assert_eq!(openai.default_id(), "gpt-6.1-terra");
        let both = ["openai".to_owned(), "anthropic".to_owned()];
        assert_eq!(Catalogue::new(&both, None).default_id(), "claude-sonnet-5-5");
        assert_eq!(Catalogue::new(&both, Some("gpt-6.1-sol")).default_id(), "gpt-6.1-sol");
        let own = Catalogue::new(&["openai".to_owned()], Some("openai/llama-4"));
        assert_eq!(own.default_id(), "openai/llama-4");
        for catalogue in [none, openai, own] {
            assert_eq!(catalogue.models().iter().filter(|model| model.is_default).count(), 1);
        }
    }

    #[test]
    fn an_effort_must_be_one_of_the_model() {
        let catalogue = Catalogue::new(&[], None);
        assert!(catalogue.supports("gpt-6.1-sol", Effort::XHigh));
        assert!(catalogue.supports("openai/gpt-6.1-sol", Effort::Low));
        assert!(!catalogue.supports("gpt-4.1", Effort::Low));
        assert!(!catalogue.supports(RULES, Effort::Low));
        assert!(catalogue.supports("llama-4", Effort::High));
    }
}
