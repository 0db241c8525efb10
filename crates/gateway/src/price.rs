//! What a call costs, from the providers' public price lists of November 2026.

use crate::Usage;

/// The list prices of one model for calls at the normal service level, in thousandths of a US
/// dollar per million tokens, which is billionths of a dollar per token.
struct Price {
    /// The model's name without its date.
    model: &'static str,
    input: u64,
    cached: u64,
    output: u64,
    long: Option<Long>,
}

/// The surcharge on a whole call whose input is longer than a limit.
#[derive(Clone, Copy)]
struct Long {
    /// The limit in tokens.
    above: u64,
    /// The price of input, cached input too, in percent of the normal one.
    input_percent: u64,
    /// The price of output in percent of the normal one.
    output_percent: u64,
}

const fn flat(model: &'static str, input: u64, cached: u64, output: u64) -> Price {
    Price { model, input, cached, output, long: None }
}

/// OpenAI's models with a window of a million tokens.
const fn gpt(model: &'static str, input: u64, cached: u64, output: u64) -> Price {
    Price {
        long: Some(Long { above: 272_000, input_percent: 200, output_percent: 150 }),
        ..flat(model, input, cached, output)
    }
}

#[rustfmt::skip]
const PRICES: &[Price] = &[
    //   model                 input  cached   output
    flat("claude-fable-5-1",   10_000,   250,  50_000),
    flat("claude-fable-5",     10_000, 1_000,  50_000),
    flat("claude-opus-5-5",     4_000,   200,  20_000),
    flat("claude-opus-5",       5_000,   500,  25_000),
    flat("claude-opus-4-8",     5_000,   500,  25_000),
    flat("claude-opus-4-7",     5_000,   500,  25_000),
    flat("claude-opus-4-6",     5_000,   500,  25_000),
    flat("claude-opus-4-5",     5_000,   500,  25_000),
    flat("claude-opus-4-1",    15_000, 1_500,  75_000),
    flat("claude-opus-4-0",    15_000, 1_500,  75_000),
    flat("claude-opus-4",      15_000, 1_500,  75_000),
    flat("claude-3-opus",      15_000, 1_500,  75_000),
    flat("claude-sonnet-5-5",   2_000,   100,  10_000),
    flat("claude-sonnet-5",     2_000,   200,  10_000),
    flat("claude-sonnet-4-6",   3_000,   300,  15_000),
    flat("claude-sonnet-4-5",   3_000,   300,  15_000),
    flat("claude-sonnet-4-0",   3_000,   300,  15_000),
    flat("claude-sonnet-4",     3_000,   300,  15_000),
    flat("claude-3-7-sonnet",   3_000,   300,  15_000),
    flat("claude-3-5-sonnet",   3_000,   300,  15_000),
    Price {
        long: Some(Long { above: 100_000, input_percent: 500, output_percent: 500 }),
        ..flat("claude-haiku-5-5", 100,   10,     500)
    },
    flat("claude-haiku-4-5",    1_000,   100,   5_000),
    flat("claude-3-5-haiku",      800,    80,   4_000),
    flat("claude-3-haiku",        250,    30,   1_250),

    gpt( "gpt-6.1-sol",         2_000,   100,  10_000),
    gpt( "gpt-6.1-terra",       1_000,    50,   5_000),
    gpt( "gpt-6-astra",        10_000, 1_000,  50_000),
    gpt( "gpt-6-sol",           2_000,   200,  10_000),
    gpt( "gpt-6-luna",            100,    10,     500),
    gpt( "gpt-5.6",             4_000,   400,  20_000), // another name of gpt-5.6-sol
    gpt( "gpt-5.6-sol",         4_000,   400,  20_000),
    gpt( "gpt-5.6-terra",       2_000,   200,  12_000),
    gpt( "gpt-5.6-luna",          200,    20,   1_200),
    gpt( "gpt-5.5",             5_000,   500,  30_000),
    gpt( "gpt-5.4",             2_500,   250,  15_000),
    flat("gpt-5.4-mini",          750,    75,   4_500),
    flat("gpt-5.4-nano",          200,    20,   1_250),
    flat("gpt-5.2",             1_750,   175,  14_000),
    flat("gpt-5.1",             1_250,   125,  10_000),
    flat("gpt-5",               1_250,   125,  10_000),
    flat("gpt-5-mini",            250,    25,   2_000),
    flat("gpt-5-nano",             50,     5,     400),
    flat("gpt-4.1",             2_000,   500,   8_000),
    flat("gpt-4.1-mini",          400,   100,   1_600),
    flat("gpt-4.1-nano",          100,    25,     400),
    flat("gpt-4o",              2_500, 1_250,  10_000),
    flat("gpt-4o-mini",           150,    75,     600),
    flat("o1",                 15_000, 7_500,  60_000),
    flat("o3",                  2_000,   500,   8_000),
    flat("o3-mini",             1_100,   550,   4_400),
    flat("o4-mini",             1_100,   275,   4_400),
];

/// The list price of a call in millionths of a US dollar, rounded up; `None` for a model whose
/// price is not known.
///
/// A model is known by its name, with or without its provider in front (`anthropic/…`) and with or
/// without a date or `latest` behind (`claude-sonnet-4-5-20250929`). Surcharges for long inputs are
/// counted, and a quarter for writing to a provider's cache; discounts, regional and priority surcharges are not.
pub fn cost_micros(model: &str, usage: &Usage) -> Option<u64> {
    let name = ["anthropic/", "openai/"].iter().find_map(|prefix| model.strip_prefix(prefix)).unwrap_or(model);
    let price = PRICES.iter().find(|price| name.strip_prefix(price.model).is_some_and(is_version))?;
    let (input_percent, output_percent) = match price.long {
        Some(long) if usage.input_tokens > long.above => (long.input_percent, long.output_percent),
        _ => (100, 100),
    };
    let cost = |tokens: u64, price: u64, percent: u64| u128::from(tokens) * u128::from(price) * u128::from(percent);
    let cached = usage.cached_input_tokens.min(usage.input_tokens);
    let written = usage.cache_write_input_tokens.min(usage.input_tokens - cached);
    let total = cost(usage.input_tokens - cached, price.input, input_percent)
        // A quarter more for what is written to the cache.
        + cost(written, price.input, input_percent) / 4
        + cost(cached, price.cached, input_percent)
        + cost(usage.output_tokens, price.output, output_percent);
    // From billionths in percent to millionths.
    u64::try_from(total.div_ceil(100 * 1000)).ok()
}

/// Whether this is what may follow a model's name without making it another model: nothing,
/// `-latest` or a date such as `-20250929`, `@20250929` and `-2025-08-07`. Thus `gpt-5` does not
/// price `gpt-5.9` or `gpt-5-something`.
fn is_version(rest: &str) -> bool {
    if rest.is_empty() || rest == "-latest" {
        return true;
    }
    let date: String = rest.chars().skip(1).filter(|c| *c != '-').collect();
    rest.starts_with(['-', '@']) && date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input_tokens: u64, cached_input_tokens: u64, output_tokens: u64) -> Usage {
        Usage { input_tokens, output_tokens, cached_input_tokens, cache_write_input_tokens: 0 }
    }

    #[test]
    fn a_call_costs_its_tokens() {
        // 800 × $3 + 200 × $0.30 + 100 × $15, per million.
        let spent = usage(1_000, 200, 100);
        for model in [
            "claude-sonnet-4-5",
            "claude-sonnet-4-5-20250929",
            "claude-sonnet-4-5@20250929",
            "anthropic/claude-sonnet-4-5",
        ] {
            assert_eq!(cost_micros(model, &spent), Some(3_960), "{model}");
        }
        assert_eq!(cost_micros("gpt-5-2025-08-07", &usage(1_000_000, 0, 0)), Some(1_250_000));
        assert_eq!(cost_micros("claude-3-5-haiku-latest", &usage(1_000, 0, 0)), Some(800));
    }

    #[test]
    fn a_fraction_counts_as_one() {
        assert_eq!(cost_micros("gpt-5-nano", &usage(1, 0, 0)), Some(1));
        assert_eq!(cost_micros("gpt-5-nano", &usage(0, 0, 0)), Some(0));
    }

    #[test]
    fn long_inputs_cost_more() {
        assert_eq!(cost_micros("claude-haiku-5-5", &usage(100_000, 0, 1_000)), Some(10_500));
        // 100 001 × $0.50 + 1 000 × $2.50, per million.
        assert_eq!(cost_micros("claude-haiku-5-5", &usage(100_001, 0, 1_000)), Some(52_501));
        // 300 000 × $2 + 1 000 × $7.50, per million.
        assert_eq!(cost_micros("gpt-6.1-terra", &usage(300_000, 0, 1_000)), Some(607_500));
    }

    #[test]
    fn an_unknown_model_has_no_price() {
        for model in ["", "llama-4", "gpt-5.9", "gpt-5-something", "gpt-4o-audio-preview", "o3-pro"] {
            assert_eq!(cost_micros(model, &usage(1, 0, 1)), None, "{model}");
        }
    }

    #[test]
    fn impossible_counts_do_no_harm() {
        assert_eq!(cost_micros("gpt-5", &usage(u64::MAX, 0, u64::MAX)), None);
        assert_eq!(cost_micros("gpt-5", &usage(1_000, 9_000, 0)), Some(125));
    }
}
