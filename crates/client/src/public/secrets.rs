//! Secrets that tools use. Their values are never shown.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Page, Paging, delete as remove, get, post};
use crate::{Call, IntoBody};

/// A secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Secret {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// A new secret.
#[derive(Clone, Default, Serialize)]
pub struct CreateSecret {
    /// Its name: letters, digits and `_`, not beginning with a digit.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl fmt::Debug for CreateSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateSecret").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The secrets.
pub fn list(paging: &Paging) -> Call<Page<Secret>> {
    get("secrets").paged(paging)
}

/// Stores a secret.
pub fn create(body: impl IntoBody<CreateSecret>) -> Call<Secret> {
    post("secrets").json(body)
}

/// Removes a secret.
pub fn delete(id: impl Display) -> Call<()> {
    remove("secrets").at(id)
}
