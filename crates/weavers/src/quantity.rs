//! Amounts of memory and processors, written as Kubernetes writes them: `8Gi`, `500M`, `2`, `250m`.

/// Bytes that a text such as `8Gi` stands for.
pub fn bytes(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit {
        "" => 1,
        "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        _ => return None,
    };
    scaled(number, unit)
}

/// Thousandths of a processor that a text such as `2`, `0.5` or `250m` stands for.
pub fn millis(text: &str) -> Option<u64> {
    match text.strip_suffix('m') {
        Some(number) => scaled(number, 1),
        None => scaled(text, 1000),
    }
}

/// A decimal number times a unit, rounded up.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) || number.ends_with('.') || part.len() > 9 {
        return None;
    }
    let whole = u128::from(whole.parse::<u64>().ok()?) * u128::from(unit);
    let scale = 10_u128.pow(u32::try_from(part.len()).ok()?);
    let part = if part.is_empty() { 0 } else { part.parse::<u128>().ok()? * u128::from(unit) };
    u64::try_from(whole + part.div_ceil(scale)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read() {
        for (text, wanted) in
            [("8Gi", 8 << 30), ("512Mi", 512 << 20), ("1.5G", 1_500_000_000), ("0.5Ki", 512), ("7", 7)]
        {
            assert_eq!(bytes(text), Some(wanted), "{text}");
        }
        for (text, wanted) in [("4", 4000), ("0.5", 500), ("250m", 250), ("0.0001", 1)] {
            assert_eq!(millis(text), Some(wanted), "{text}");
        }
        for bad in ["", "Gi", "1 Gi", "-1", "1e3", "1Gib", ".5", "5.", "1.2.3", "99999999999Ti", "１"] {
            assert_eq!(bytes(bad), None, "{bad}");
        }
        assert_eq!((millis("m"), millis("1Gi"), millis("0.5.m")), (None, None, None));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}") {
            let _ = (bytes(&text), millis(&text));
        }

        #[test]
        fn whole_numbers_are_exact(number in 0_u64..1 << 30) {
            prop_assert_eq!(bytes(&format!("{number}Ki")), Some(number << 10));
            prop_assert_eq!(millis(&number.to_string()), Some(number * 1000));
        }
    }
}
