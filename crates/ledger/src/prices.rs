//! Prices of a workspace's own.

use gateway::Usage;
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use store::{Tx, params};
use utoipa::ToSchema;

use crate::check_admin;

/// What a model costs, in millionths of a US dollar per million tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The model, exactly as callers name it or as the provider does.
    pub model: String,
    /// Tokens read.
    #[schema(minimum = 0)]
    pub input: u64,
    /// Tokens read from the provider's cache.
    #[schema(minimum = 0)]
    pub cached: u64,
    /// Tokens written to the provider's cache.
    #[schema(minimum = 0)]
    pub cache_write: u64,
    /// Tokens written.
    #[schema(minimum = 0)]
    pub output: u64,
}

impl Price {
    /// What a call costs, in millionths of a US dollar, rounded up.
    pub fn cost(&self, usage: &Usage) -> u64 {
        let cached = usage.cached_input_tokens.min(usage.input_tokens);
        let written = usage.cache_write_input_tokens.min(usage.input_tokens - cached);
        let parts = [
            (usage.input_tokens - cached - written, self.input),
            (cached, self.cached),
            (written, self.cache_write),
            (usage.output_tokens, self.output),
        ];
        let total: u128 = parts.iter().map(|(tokens, price)| u128::from(*tokens) * u128::from(*price)).sum();
        u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

/// The most prices of a workspace.
const MOST: usize = 1000;
/// The highest price: a million dollars per million tokens.
const HIGHEST: u64 = 1_000_000_000_000;

pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<Price>> {
    tx.query("SELECT model, input, cached, cache_write, output FROM llm_prices ORDER BY model", &[], |row| {
        let price = |index| row.get::<i64>(index).map(|price| u64::try_from(price).unwrap_or(0));
        Ok(Price { model: row.get(0)?, input: price(1)?, cached: price(2)?, cache_write: price(3)?, output: price(4)? })
    })
}

pub(crate) fn set(tx: &mut Tx<'_>, prices: &[Price]) -> Result<()> {
    check_admin(tx)?;
    if prices.len() > MOST {
        return Err(Error::invalid("prices", format!("there can be {MOST} prices at most")));
    }
    let mut seen = std::collections::HashSet::new();
    for (n, price) in prices.iter().enumerate() {
        let name = &price.model;
        if name.trim().is_empty() || name.chars().count() > 200 || name.contains('\0') {
            return Err(Error::invalid(format!("prices[{n}].model"), "model must have 1 to 200 characters"));
        }
        if !seen.insert(name.as_str()) {
            return Err(Error::invalid(format!("prices[{n}].model"), "model is there twice"));
        }
        if [price.input, price.cached, price.cache_write, price.output].iter().any(|price| *price > HIGHEST) {
            return Err(Error::invalid(format!("prices[{n}]"), format!("a price must not be higher than {HIGHEST}")));
        }
    }
    tx.execute("DELETE FROM llm_prices", &[])?;
    for price in prices {
        tx.execute(
            "INSERT INTO llm_prices (model, input, cached, cache_write, output) VALUES ($1, $2, $3, $4, $5)",
            params![price.model, price.input, price.cached, price.cache_write, price.output],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_token_is_counted_once() {
        let price = Price { model: "m".into(), input: 1_000_000, cached: 100_000, cache_write: 2_000_000, output: 3 };
        let usage =
            Usage { input_tokens: 100, cached_input_tokens: 50, cache_write_input_tokens: 10, output_tokens: 1 };
        // 40 + 5 + 20, and a fraction that counts as one.
        assert_eq!(price.cost(&usage), 66);
        assert_eq!(price.cost(&Usage::default()), 0);
        let odd = Usage { input_tokens: 1, cached_input_tokens: 9, cache_write_input_tokens: 9, output_tokens: 0 };
        assert_eq!(price.cost(&odd), 1);
    }
}
