//! What the thread entry of an imported stage keeps of its log, under the key `log` of its data.

use process_log::Event;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// The key under which it is kept.
pub(crate) const KEY: &str = "log";

/// What an event of a log says besides activity, time and resource, with the events that waited for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Logged {
    /// The event's place in its trace, from 0, so that an export has the order of the file.
    pub index: u64,
    /// Its `lifecycle:transition`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<String>,
    /// Its `org:group`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Its further attributes.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Json>,
    /// Earlier events of the same activity that this one ended, such as its start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Waited>,
}

/// An event of a log that ended nothing, such as a start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Waited {
    /// Its place in the trace, from 0.
    pub index: u64,
    /// When it happened, in microseconds since 1970.
    pub at: i64,
    /// Its `lifecycle:transition`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<String>,
    /// Its `org:resource`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Its `org:group`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Its further attributes.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Json>,
}

impl Waited {
    pub fn new(index: usize, event: Event) -> Self {
        Self {
            index: index as u64,
            at: event.at,
            lifecycle: event.lifecycle,
            resource: event.resource,
            group: event.group,
            attributes: event.attributes,
        }
    }

    /// The event it was, `activity` being the name of the stage it is kept with.
    pub fn into_event(self, activity: &str) -> Event {
        Event {
            activity: activity.to_owned(),
            at: self.at,
            resource: self.resource,
            group: self.group,
            lifecycle: self.lifecycle,
            attributes: self.attributes,
        }
    }
}
