//! The pod of a weaver: what is asked of the cluster, and what it tells.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use serde_json::json;

use super::{CONTAINER, GRACE, Settings, from_seconds};
use crate::{
    driver::{Ending, Name, State, pod_name},
    order::Plan,
};

const MANAGED: &str = "app.kubernetes.io/managed-by";
const INSTANCE: &str = "heddle.dev/instance";
const WEAVER: &str = "heddle.dev/weaver";
const WORKSPACE: &str = "heddle.dev/workspace";
const OWNER: &str = "heddle.dev/owner";
const EXPIRES: &str = "heddle.dev/expires-at";
const TAGS: &str = "heddle.dev/tags";
const REPOSITORY: &str = "heddle.dev/repository";

/// Finds this server's pods.
pub fn selector(instance: &str) -> String {
    format!("{MANAGED}=heddle,{INSTANCE}={instance}")
}

/// The pod for a plan.
pub fn of(name: &Name, plan: &Plan, settings: &Settings) -> serde_json::Result<Pod> {
    let env: Vec<_> = plan.env.iter().map(|(name, value)| json!({"name": name, "value": escaped(value)})).collect();
    let resources = json!({"memory": plan.memory.to_string(), "cpu": format!("{}m", plan.processors)});
    let words =
        |words: &[String]| (!words.is_empty()).then(|| words.iter().map(|word| escaped(word)).collect::<Vec<_>>());
    serde_json::from_value(json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": pod_name(name.id),
            "namespace": settings.namespace,
            "labels": {
                MANAGED: "heddle",
                INSTANCE: settings.instance,
                WEAVER: name.id,
                WORKSPACE: name.workspace,
                OWNER: name.owner,
            },
            "annotations": {
                EXPIRES: name.expires_at.seconds().to_string(),
                TAGS: serde_json::to_string(&plan.tags)?,
                REPOSITORY: plan.repo_id.clone().unwrap_or_default(),
            },
        },
        "spec": {
            "restartPolicy": "Never",
            "activeDeadlineSeconds": plan.lifetime_hours * 3600,
            "terminationGracePeriodSeconds": GRACE,
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "hostNetwork": false,
            "hostPID": false,
            "hostIPC": false,
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": CONTAINER,
                "image": plan.image,
                "command": words(&plan.command),
                "args": words(&plan.args),
                "workingDir": plan.workdir,
                "env": env,
                "stdin": true,
                "tty": true,
                "resources": {"limits": resources.clone(), "requests": resources},
                "securityContext": {
                    "privileged": false,
                    "allowPrivilegeEscalation": false,
                    "capabilities": {"drop": ["ALL"]},
                },
            }],
        },
    }))
}

/// The cluster would put the values of other variables into `$(NAME)`.
fn escaped(text: &str) -> String {
    text.replace("$(", "$$(")
}

/// Whose pod it is.
pub fn name(pod: &Pod) -> Option<Name> {
    let labels = pod.metadata.labels.as_ref()?;
    let expires = pod.metadata.annotations.as_ref()?.get(EXPIRES)?;
    Some(Name {
        id: labels.get(WEAVER)?.parse().ok()?,
        workspace: labels.get(WORKSPACE)?.parse().ok()?,
        owner: labels.get(OWNER)?.parse().ok()?,
        expires_at: from_seconds(expires)?,
    })
}

/// Where it stands.
pub fn state(pod: &Pod) -> State {
    if pod.metadata.deletion_timestamp.is_some() {
        return State::Terminating;
    }
    let Some(status) = &pod.status else { return State::Pending(None) };
    let container = status.container_statuses.iter().flatten().find(|container| container.name == CONTAINER);
    match status.phase.as_deref() {
        Some("Running") => State::Running,
        Some("Succeeded") => State::Ended(Ending { code: Some(0), reason: None }),
        Some("Failed") => {
            let mut ending = container.map(ending).unwrap_or_default();
            if let Some(reason) = &status.reason {
                // Of the pod as a whole, such as DeadlineExceeded or Evicted.
                ending.reason = Some(reason.clone());
            }
            ending.reason.get_or_insert_with(|| "its pod failed".to_owned());
            State::Ended(ending)
        }
        _ => {
            let waiting = container.and_then(|container| container.state.as_ref()?.waiting.as_ref());
            State::Pending(waiting.and_then(|waiting| waiting.reason.clone()))
        }
    }
}

fn ending(container: &ContainerStatus) -> Ending {
    let Some(terminated) = container.state.as_ref().and_then(|state| state.terminated.as_ref()) else {
        return Ending::default();
    };
    let reason = match terminated.reason.as_deref() {
        Some("Error") | None => format!("its program ended with status {}", terminated.exit_code),
        Some(reason) => reason.to_owned(),
    };
    // Success of a pod that failed as a whole is none.
    let code = Some(terminated.exit_code).filter(|code| *code != 0);
    Ending { code, reason: Some(reason) }
}
