//! What some models refuse, told by their names. Names of other makers are taken to refuse nothing.

/// Whether the model accepts a temperature. Claude from 4.7 on and OpenAI's reasoning models answer
/// 400 to one, so the gateway leaves it out for them.
pub(crate) fn takes_temperature(model: &str) -> bool {
    if let Some(name) = model.strip_prefix("claude-") {
        return claude_version(name).is_some_and(|version| version < (4, 7));
    }
    if let Some(version) = gpt_version(model) {
        return version < (5, 0);
    }
    !["o1", "o3", "o4"].iter().any(|o| model.starts_with(o))
}

/// Whether the model calls tools over Chat Completions only with its reasoning switched off, which
/// is so from GPT-5.6 on: anything but an explicit `reasoning_effort: "none"` is answered with 400.
pub(crate) fn tools_forbid_reasoning(model: &str) -> bool {
    gpt_version(model).is_some_and(|version| version >= (5, 6))
}

/// The version in `opus-5-5`, `sonnet-4-20250514` or `3-5-haiku-latest`; a date is no version.
fn claude_version(name: &str) -> Option<(u32, u32)> {
    let number = |part: &str| part.parse::<u32>().ok().filter(|number| *number < 100);
    let mut parts = name.split(['-', '@']).skip_while(|part| number(part).is_none());
    let major = number(parts.next()?)?;
    Some((major, parts.next().and_then(number).unwrap_or(0)))
}

/// The version in `gpt-4o`, `gpt-5-mini` or `gpt-5.6-sol`.
fn gpt_version(model: &str) -> Option<(u32, u32)> {
    let digits = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse::<u32>().ok()
    };
    let name = model.strip_prefix("gpt-")?;
    let minor = name.split_once('.').and_then(|(_, rest)| digits(rest));
    Some((digits(name)?, minor.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_models_take_no_temperature() {
        for model in [
            "claude-opus-4-6",
            "claude-sonnet-4-20250514",
            "claude-sonnet-4-5@20250929",
            "claude-3-5-haiku-latest",
            "gpt-4o-mini",
            "gpt-4.1",
            "llama-4",
        ] {
            assert!(takes_temperature(model), "{model}");
        }
        for model in [
            "claude-opus-4-7",
            "claude-opus-5-5",
            "claude-sonnet-5",
            "claude-mythos-preview",
            "gpt-5-mini",
            "gpt-6.1-terra",
            "o3",
            "o4-mini",
        ] {
            assert!(!takes_temperature(model), "{model}");
        }
    }

    #[test]
    fn tools_and_reasoning_exclude_each_other_from_gpt_5_6() {
        assert!(tools_forbid_reasoning("gpt-5.6-luna") && tools_forbid_reasoning("gpt-6-sol"));
        assert!(!tools_forbid_reasoning("gpt-5.4") && !tools_forbid_reasoning("gpt-4.1"));
        assert!(!tools_forbid_reasoning("gpt-oss-120b") && !tools_forbid_reasoning("o3"));
    }
}
