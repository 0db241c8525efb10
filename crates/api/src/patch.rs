//! Fields of a patch that can be absent (unchanged), null (cleared) or a value.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "api::patch::nullable")]` on an `Option<Option<T>>`: null becomes `Some(None)`.
///
/// # Errors
/// The value's own.
pub fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// For `#[serde(default, deserialize_with = "api::patch::not_null")]` on an `Option<T>`: null is refused rather than taken
/// for absent.
///
/// # Errors
/// The value's own.
pub fn not_null<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// For `#[serde(deserialize_with = "api::patch::required_nullable")]` on an `Option<T>`: null is a value, absence an error.
///
/// # Errors
/// The value's own.
pub fn required_nullable<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer)
}
