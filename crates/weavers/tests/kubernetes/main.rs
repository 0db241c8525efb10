//! Weavers as pods of a cluster that is played.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cluster;

use cluster::Cluster;
use identity::workspaces;
use kernel::{
    Actor,
    ids::{ActorId, WeaverId},
};
use serde_json::{Value as Json, json};
use store::{Store, testing::Place};
use weavers::{
    Caller, Exit, Filter, Kinds, KubernetesSettings, Order, Quotas, Seen, Session, Settings, Size, Status, Viewer,
    Weavers,
};

/// Everything a test needs.
struct House {
    cluster: Cluster,
    store: Store,
    weavers: Weavers,
    caller: Caller,
    _place: Place,
}

impl House {
    async fn new() -> Self {
        Self::with(&["v5.channel.k8s.io", "v4.channel.k8s.io"]).await
    }

    async fn with(protocols: &[&'static str]) -> Self {
        let cluster = Cluster::start(protocols).await;
        let place = Place::sqlite();
        let store = Store::open(place.config()).await.unwrap();
        let (workspace, user, profile) =
            workspaces::create(&store, "Acme", None, "owner@acme.example", None).await.unwrap();
        let actor = Actor { workspace_admin: true, ..Actor::human(profile.id) };
        let caller = Caller { workspace: workspace.id, user: user.id, actor };
        let weavers = Self::server(&cluster, &store);
        Self { cluster, store, weavers, caller, _place: place }
    }

    /// Another process on the same store and cluster.
    fn server(cluster: &Cluster, store: &Store) -> Weavers {
        let kind = Kinds::Kubernetes(KubernetesSettings {
            namespace: "loom-weavers".into(),
            instance: "ours".into(),
            cluster: Some(cluster.url.to_string()),
        });
        let quotas = Quotas { per_user: 3, per_workspace: 10 };
        Weavers::new(store.clone(), Settings { kind, quotas })
    }

    async fn begin(&self, order: Order) -> (WeaverId, String) {
        let weaver = self.weavers.create(self.caller, order).await.unwrap();
        assert_eq!(weaver.status, Status::Pending);
        (weaver.id, weaver.pod_name())
    }

    async fn running(&self) -> (WeaverId, String) {
        let (id, pod) = self.begin(order()).await;
        self.cluster.set(&pod, json!({"phase": "Running"}));
        (id, pod)
    }

    async fn status(&self, id: WeaverId) -> (Status, Option<i64>, Option<String>) {
        let weaver = self.weavers.get(self.caller, id).await.unwrap();
        (weaver.status, weaver.exit_code, weaver.reason)
    }
}

fn order() -> Order {
    Order { image: "ghcr.io/acme/weaver:1".into(), ..Order::default() }
}

/// Watches until this was shown.
async fn until(viewer: &mut Viewer, wanted: &str) {
    let mut seen = String::new();
    while !seen.contains(wanted) {
        match viewer.next().await {
            Seen::Output(bytes) => seen.push_str(&String::from_utf8_lossy(&bytes)),
            other => panic!("{other:?} and no {wanted:?} in {seen:?}"),
        }
    }
}

async fn type_in(session: &Session, text: &'static str) {
    session.input().send(text.into()).await.unwrap();
}

#[tokio::test]
async fn a_pod_is_asked_for_with_its_limits_and_without_privileges() {
    let house = House::new().await;
    let (id, name) = house
        .begin(Order {
            env: [("GREETING".to_owned(), "hello $(HOME)".to_owned())].into(),
            memory_limit: Some("1Gi".into()),
            cpu_limit: Some("1.5".into()),
            tags: [("project".to_owned(), "loom".to_owned())].into(),
            lifetime_hours: Some(4),
            command: Some(vec!["bash".into(), "-l".into()]),
            args: Some(vec!["x".into()]),
            workdir: Some("/work".into()),
            repo_id: Some("r1".into()),
            ..order()
        })
        .await;
    assert_eq!(name, format!("loom-weaver-{id}"));
    let pod = house.cluster.pod(&name).unwrap();
    let labels = &pod["metadata"]["labels"];
    assert_eq!((&labels["app.kubernetes.io/managed-by"], &labels["heddle.dev/weaver"]), (&json!("heddle"), &json!(id)));
    assert_eq!(labels["heddle.dev/workspace"], json!(house.caller.workspace));
    let spec = &pod["spec"];
    for (field, wanted) in [
        ("restartPolicy", json!("Never")),
        ("activeDeadlineSeconds", json!(4 * 3600)),
        ("automountServiceAccountToken", json!(false)),
        ("enableServiceLinks", json!(false)),
        ("hostNetwork", json!(false)),
    ] {
        assert_eq!(spec[field], wanted, "{field}");
    }
    let container = &spec["containers"][0];
    for (field, wanted) in [
        ("image", json!("ghcr.io/acme/weaver:1")),
        ("command", json!(["bash", "-l"])),
        ("args", json!(["x"])),
        ("workingDir", json!("/work")),
        ("stdin", json!(true)),
        ("tty", json!(true)),
        ("env", json!([{"name": "GREETING", "value": "hello $$(HOME)"}])),
    ] {
        assert_eq!(container[field], wanted, "{field}");
    }
    assert_eq!(container["resources"]["limits"], json!({"memory": "1073741824", "cpu": "1500m"}));
    let security = &container["securityContext"];
    assert_eq!((&security["allowPrivilegeEscalation"], &security["privileged"]), (&json!(false), &json!(false)));
    assert_eq!(security["capabilities"]["drop"], json!(["ALL"]));
}

#[tokio::test]
async fn a_weaver_stands_as_its_pod_does() {
    let house = House::new().await;
    let (id, pod) = house.begin(order()).await;
    let failed = |code: Option<i64>, why: &str| (Status::Failed, code, Some(why.to_owned()));
    let container = |state: Json| json!([{"name": "weaver", "image": "x", "imageID": "", "ready": false, "restartCount": 0, "state": state}]);
    let waiting = container(json!({"waiting": {"reason": "ImagePullBackOff"}}));
    house.cluster.set(&pod, json!({"phase": "Pending", "containerStatuses": waiting}));
    assert_eq!(house.status(id).await, (Status::Pending, None, Some("ImagePullBackOff".into())));
    house.cluster.set(&pod, json!({"phase": "Running"}));
    assert_eq!(house.status(id).await, (Status::Running, None, None));
    house.cluster.set(&pod, json!({"phase": "Succeeded"}));
    assert_eq!(house.status(id).await, (Status::Succeeded, Some(0), None));

    for (status, wanted) in [
        (
            json!({"phase": "Failed", "containerStatuses": container(json!({"terminated": {"exitCode": 3, "reason": "Error"}}))}),
            failed(Some(3), "its program ended with status 3"),
        ),
        (
            json!({"phase": "Failed", "containerStatuses": container(json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}}))}),
            failed(Some(137), "OOMKilled"),
        ),
        (json!({"phase": "Failed", "reason": "DeadlineExceeded"}), failed(None, "DeadlineExceeded")),
    ] {
        let (id, pod) = house.begin(order()).await;
        house.cluster.set(&pod, status);
        assert_eq!(house.status(id).await, wanted);
    }
    // One whose end was seen does not count any more.
    house.running().await;
    let (all, total) = house.weavers.list(house.caller, Filter::default(), 50, 0).await.unwrap();
    assert_eq!((all.len(), total), (5, 5));
    assert_eq!(all[0].status, Status::Running);
}

#[tokio::test]
async fn a_terminal_goes_over_both_protocols() {
    for protocol in ["v5.channel.k8s.io", "v4.channel.k8s.io"] {
        let house = House::with(&[protocol]).await;
        let (id, pod) = house.begin(order()).await;
        assert_eq!(house.weavers.attach(house.caller, id).await.err().unwrap().code(), "weaver_not_running");
        house.cluster.set(&pod, json!({"phase": "Running"}));
        house.cluster.write_log(&pod, "shown before\n");
        let session = house.weavers.attach(house.caller, id).await.unwrap();
        let mut first = session.watch();
        until(&mut first, "shown before\n").await;
        type_in(&session, "ls\n").await;
        house.cluster.until_typed(0, b"ls\n").await;
        session.resize(Size { rows: 50, columns: 132 }).await.unwrap();
        house.cluster.until_typed(4, br#"{"Width":132,"Height":50}"#).await;
        house.cluster.show(b"file\r\n");
        until(&mut first, "file\r\n").await;

        // A second viewer shares the connection and sees what was shown.
        let again = house.weavers.attach(house.caller, id).await.unwrap();
        until(&mut again.watch(), "file\r\n").await;
        assert_eq!(house.cluster.opened(), 1);
        let asked = house.cluster.queries();
        assert_eq!(
            (asked[1]["tty"].as_str(), asked[1]["stdin"].as_str(), asked[1]["container"].as_str()),
            ("true", "true", "weaver")
        );

        // The end.
        house.cluster.set(&pod, json!({"phase": "Succeeded"}));
        house.cluster.close_terminals();
        assert_eq!(first.next().await, Seen::Ended(Exit { code: Some(0) }));
        assert_eq!(house.status(id).await.0, Status::Succeeded);
    }
}

#[tokio::test]
async fn a_terminal_that_is_cut_can_be_opened_again() {
    let house = House::new().await;
    let (id, _) = house.running().await;
    let mut viewer = house.weavers.attach(house.caller, id).await.unwrap().watch();
    house.cluster.until_opened(1).await;
    house.cluster.close_terminals();
    assert_eq!(viewer.next().await, Seen::Ended(Exit { code: None }));
    let session = house.weavers.attach(house.caller, id).await.unwrap();
    house.cluster.until_opened(2).await;
    house.cluster.show(b"again");
    until(&mut session.watch(), "again").await;
}

#[tokio::test]
async fn logs_and_the_end_reach_the_pod() {
    let house = House::new().await;
    let (id, pod) = house.running().await;
    assert_eq!(house.weavers.logs(house.caller, id, None).await.unwrap(), b"", "it has not begun");
    house.cluster.write_log(&pod, "a\nb\n");
    assert_eq!(house.weavers.logs(house.caller, id, Some(7)).await.unwrap(), b"a\nb\n");
    assert_eq!(house.cluster.queries().last().unwrap()["tailLines"], "7");
    house.weavers.delete(house.caller, id).await.unwrap();
    assert!(house.cluster.pod(&pod).is_none());
    assert_eq!(house.weavers.get(house.caller, id).await.unwrap_err().code(), "weaver_not_found");
}

#[tokio::test]
async fn pods_outlive_their_server_and_those_that_nobody_knows_are_ended() {
    let house = House::new().await;
    let (id, pod) = house.running().await;
    let copy = |name: &str, label: (&str, Json)| {
        let mut copy = house.cluster.pod(&pod).unwrap();
        copy["metadata"]["name"] = json!(name);
        copy["metadata"]["labels"][label.0] = label.1;
        house.cluster.put(name, copy);
    };
    let unknown = WeaverId::new();
    copy(&format!("loom-weaver-{unknown}"), ("heddle.dev/weaver", json!(unknown)));
    copy("another-servers", ("heddle.dev/instance", json!("theirs")));

    let other = House::server(&house.cluster, &house.store);
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(other.clone().run(stop.clone()));
    while house.cluster.pod(&format!("loom-weaver-{unknown}")).is_some() {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    running.await.unwrap();
    assert!(house.cluster.pod(&pod).is_some() && house.cluster.pod("another-servers").is_some());
    assert_eq!(other.get(house.caller, id).await.unwrap().status, Status::Running);
    other.delete(house.caller, id).await.unwrap();
    assert!(house.cluster.pod(&pod).is_none());
}

#[tokio::test]
async fn what_the_cluster_refuses_leaves_nothing() {
    let house = House::new().await;
    let refused = house.weavers.create(house.caller, Order { image: "Bad".into(), ..order() }).await.unwrap_err();
    assert_eq!(refused.code(), "validation_error");
    assert!(refused.message().contains("Invalid value"), "{refused}");
    let (id, _) = house.running().await;
    house.cluster.break_down();
    let refused = house.weavers.create(house.caller, order()).await.unwrap_err();
    assert_eq!(refused.code(), "weavers_unavailable");
    assert_eq!(house.weavers.delete(house.caller, id).await.unwrap_err().code(), "weavers_unavailable");
    // The list still tells what is known.
    let (all, total) = house.weavers.list(house.caller, Filter::default(), 50, 0).await.unwrap();
    assert_eq!((all.len(), total, all[0].id), (1, 1, id));
    let stranger = Caller { actor: Actor::human(ActorId::new()), ..house.caller };
    assert_eq!(house.weavers.get(stranger, id).await.unwrap_err().code(), "weaver_not_found");
}

impl House {
    /// Lets the life of a weaver be over.
    async fn expire(&self, id: WeaverId) {
        let sql = "UPDATE weavers SET expires_at = $2 WHERE id = $1";
        let expire = move |tx: &mut store::Tx<'_>| tx.execute(sql, store::params![id, tx.now()]).map(drop);
        self.store.write(self.caller.workspace, Actor::SYSTEM, expire).await.unwrap();
    }

    async fn until_gone(&self, id: WeaverId) {
        while self.weavers.get(self.caller, id).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weaver_whose_life_is_over_is_ended_by_its_server() {
    let house = House::new().await;
    let (id, pod) = house.running().await;
    house.expire(id).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(house.weavers.clone().run(stop.clone()));
    house.until_gone(id).await;
    assert!(house.cluster.pod(&pod).is_none());
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weaver_whose_life_is_over_is_ended_by_its_job() {
    let house = House::new().await;
    let (id, pod) = house.running().await;
    let (other, _) = house.running().await;
    house.expire(id).await;
    // The jobs' time has come.
    let due = |tx: &mut store::Tx<'_>| {
        let jobs = tx.execute("UPDATE jobs SET run_at = $1 WHERE kind = 'weaver.check'", store::params![tx.now()])?;
        assert_eq!(jobs, 2);
        Ok(())
    };
    house.store.write(house.caller.workspace, Actor::SYSTEM, due).await.unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let workers = weavers::workers(store::Workers::new(), &house.weavers);
    let working = tokio::spawn(workers.run(house.store.clone(), stop.clone()));
    house.until_gone(id).await;
    assert!(house.cluster.pod(&pod).is_none());
    // The other is looked after again and again.
    let look = |tx: &mut store::Tx<'_>| {
        let sql = "SELECT COUNT(*) FROM jobs WHERE kind = 'weaver.check' AND state = 'pending' AND run_at > $1";
        tx.query_one(sql, store::params![tx.now()], |row| row.get::<i64>(0))
    };
    while house.store.read(house.caller.workspace, Actor::SYSTEM, look).await.unwrap() < 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(house.status(other).await.0, Status::Running);
    stop.cancel();
    working.await.unwrap().unwrap();
}
