//! Weavers.
