//! Many times of which a few numbers are asked.

use std::collections::BTreeMap;

/// Times in microseconds, of which the median and the mean are asked.
///
/// The first 4,096 are kept as they are, and the median is exact. More of them are counted by their leading digits, so that
/// memory depends on how much they differ and not on how many there are; the median is within 0.1 % then. The mean is exact.
#[derive(Debug, Clone, Default)]
pub struct Durations {
    exact: Vec<i64>,
    rounded: BTreeMap<i64, u64>,
    sum: i128,
    count: u64,
}

impl Durations {
    const EXACT: usize = 4096;

    /// Binary digits kept when rounding.
    const DIGITS: u32 = 12;

    /// Adds a time.
    pub fn add(&mut self, micros: i64) {
        self.sum += i128::from(micros);
        self.count += 1;
        if self.rounded.is_empty() && self.exact.len() < Self::EXACT {
            self.exact.push(micros);
            return;
        }
        for micros in std::mem::take(&mut self.exact).into_iter().chain([micros]) {
            *self.rounded.entry(Self::round(micros)).or_default() += 1;
        }
    }

    fn round(micros: i64) -> i64 {
        let digits = u64::BITS - micros.unsigned_abs().leading_zeros();
        let drop = digits.saturating_sub(Self::DIGITS);
        (micros >> drop) << drop
    }

    /// The median in whole seconds, rounded down; none where no time was added.
    pub fn median_seconds(&self) -> Option<i64> {
        let (low, high) = if self.rounded.is_empty() { self.exact_middle()? } else { self.rounded_middle()? };
        Some((low.midpoint(high)).div_euclid(1_000_000))
    }

    /// The mean in whole seconds, rounded down; none where no time was added.
    pub fn mean_seconds(&self) -> Option<i64> {
        let count = i128::from(self.count);
        (count > 0).then(|| self.sum.div_euclid(count).div_euclid(1_000_000) as i64)
    }

    /// The two middle values, the same one twice where their number is odd.
    fn exact_middle(&self) -> Option<(i64, i64)> {
        let mut sorted = self.exact.clone();
        sorted.sort_unstable();
        let last = sorted.len().checked_sub(1)?;
        Some((sorted[last / 2], sorted[last.div_ceil(2)]))
    }

    fn rounded_middle(&self) -> Option<(i64, i64)> {
        let last = self.rounded.values().sum::<u64>().checked_sub(1)?;
        let at = |place: u64| {
            let mut seen = 0;
            self.rounded.iter().find_map(|(&value, count)| {
                seen += count;
                (seen > place).then_some(value)
            })
        };
        Some((at(last / 2)?, at(last.div_ceil(2))?))
    }
}
