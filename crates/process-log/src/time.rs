//! Times as text: whatever a log holds to UTC microseconds since 1970, and back.

use jiff::{Timestamp, civil::DateTime, tz::Offset};

/// 0000-01-01T00:00:00Z, the first moment RFC 3339 can express.
const YEAR_ZERO: i64 = -62_167_219_200_000_000;

/// Reads RFC 3339, a date and time without offset (taken as UTC, a date alone as its midnight),
/// or a whole number of milliseconds since 1970.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return from_millis(text.parse().ok()?);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_microsecond());
    }
    let local: DateTime = text.parse().ok()?;
    Some(Offset::UTC.to_timestamp(local).ok()?.as_microsecond())
}

/// Milliseconds since 1970 as microseconds, if within the years a log can hold.
pub(crate) fn from_millis(millis: i64) -> Option<i64> {
    Some(Timestamp::from_millisecond(millis).ok()?.as_microsecond())
}

/// RFC 3339 with the offset +00:00, or nothing outside the years 0000 to 9999.
pub(crate) fn format(at: i64) -> Option<String> {
    if at < YEAR_ZERO {
        return None;
    }
    let time = Timestamp::from_microsecond(at).ok()?;
    Some(time.display_with_offset(Offset::UTC).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        let noon = Some(1_704_110_400_000_000);
        for text in [
            "2024-01-01T12:00:00Z",
            "2024-01-01T13:00:00.000+01:00",
            "2024-01-01T13:00:00+0100",
            "2024-01-01 12:00:00",
            "2024-01-01T12:00:00",
            " 2024-01-01 12:00:00.000 ",
            "1704110400000",
        ] {
            assert_eq!(parse(text), noon, "{text}");
        }
        assert_eq!(parse("2024-01-01 12:00:00.000001"), noon.map(|at| at + 1));
        assert_eq!(parse("2024-01-01"), noon.map(|at| at - 43_200_000_000));
        assert_eq!(parse("-1"), Some(-1000));
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "-", "soon", "2024-13-01 00:00:00", "2024-01-01 25:00:00", "99999999999999999999"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(from_millis(i64::MAX), None);
    }

    #[test]
    fn writes_what_it_reads() {
        assert_eq!(format(1_500_000).as_deref(), Some("1970-01-01T00:00:01.5+00:00"));
        assert_eq!(format(YEAR_ZERO).and_then(|text| parse(&text)), Some(YEAR_ZERO));
        assert_eq!(format(YEAR_ZERO - 1), None);
        assert_eq!(format(i64::MAX), None);
    }
}
