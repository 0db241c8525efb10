//! The network of a script: none, or the named hosts.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    response::Redirect,
    routing::{get, post},
};
use sandbox::Hosts;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

/// A web server on the loopback device: its port, and how many requests it has had.
async fn server() -> (u16, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = async |State(count): State<Arc<AtomicUsize>>, uri: Uri, headers: HeaderMap| {
        count.fetch_add(1, Ordering::Relaxed);
        let named = ["host", "authorization", "proxy-connection", "x-own"];
        let found: Vec<_> = named.iter().filter_map(|name| Some(headers.get(*name)?.to_str().unwrap())).collect();
        format!("{uri} {}", found.join(" "))
    };
    let app = Router::new()
        .route("/", get(counted))
        .route("/echo", post(async |body: Bytes| body))
        .route("/large", get(async || vec![b'x'; 8 << 20]))
        .route("/away", get(async || Redirect::temporary("http://192.0.2.1/")))
        .route("/inside", get(async || Redirect::temporary("http://127.0.0.1:1/")))
        .with_state(Arc::clone(&count));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (port, count)
}

/// Runs a script with these hosts, where the guard lets through what `allow` names.
async fn reach(script: &str, port: u16, hosts: &[&str], allow: &str) -> Result<ScriptOutcome, ScriptError> {
    reach_within(Limits::default(), script, port, hosts, allow).await
}

async fn reach_within(
    limits: Limits,
    script: &str,
    port: u16,
    hosts: &[&str],
    allow: &str,
) -> Result<ScriptOutcome, ScriptError> {
    let sandbox = Sandbox::new(Settings { limits, ..Settings::default() }, Guard::allowing(allow).unwrap());
    let hosts = hosts.iter().map(|host| host.replace("PORT", &port.to_string()));
    let job = ScriptJob { hosts: Hosts::parse(hosts).unwrap(), ..job(script, json!({"port": port})) };
    sandbox.run_script(&job, None).await
}

/// Asks for `/` of the host at 127.0.0.1.
const ASK: &str = r#"
    import urllib.request
    def invoke(port):
        headers = {'X-Own': 'mine', 'Authorization': 'Bearer t'}
        request = urllib.request.Request(f'http://127.0.0.1:{port}/?a=b', headers=headers)
        return urllib.request.urlopen(request).read().decode()
"#;
const LOOPBACK: &str = "127.0.0.0/8";

#[tokio::test]
async fn without_hosts_there_is_no_network() {
    let (port, count) = server().await;
    let Err(error) = reach(ASK, port, &[], LOOPBACK).await else { panic!() };
    assert!(error.to_string().contains("Connection refused"), "{error}");
    let script = r#"
        import os, socket
        def invoke(port):
            told = [[name for _, name in socket.if_nameindex()]]
            told.append([name for name in os.environ if 'proxy' in name.lower()])
            for host in ['8.8.8.8', '10.0.0.1', '169.254.169.254', 'example.com']:
                try:
                    socket.create_connection((host, 80), 2)
                except OSError as error:
                    told.append(type(error).__name__ + ' ' + str(error.errno))
            return told
    "#;
    let told = reach(script, port, &[], LOOPBACK).await.unwrap().result;
    let unreachable = format!("OSError {}", rustix::io::Errno::NETUNREACH.raw_os_error());
    // No name has an address.
    let no_name = "gaierror -2";
    assert_eq!(told, json!([["lo"], [], unreachable, unreachable, unreachable, no_name]));
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_named_host_is_reached() {
    let (port, count) = server().await;
    for hosts in [["127.0.0.1:PORT"], ["*:PORT"]] {
        let outcome = reach(ASK, port, &hosts, LOOPBACK).await.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(outcome.result, json!(format!("/?a=b 127.0.0.1:{port} Bearer t mine")));
        assert_eq!(outcome.refused, Vec::<String>::new());
    }
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn what_is_for_the_proxy_stays_there() {
    let (port, _) = server().await;
    let script = r#"
        import http.client
        def invoke(port):
            proxy = http.client.HTTPConnection('127.0.0.1', 3128)
            headers = {'Host': 'other.example', 'Proxy-Connection': 'keep-alive', 'X-Own': 'mine'}
            proxy.request('GET', f'http://user:word@127.0.0.1:{port}/?q', headers=headers)
            return proxy.getresponse().read().decode()
    "#;
    let told = reach(script, port, &["127.0.0.1:PORT"], LOOPBACK).await.unwrap().result;
    assert_eq!(told, json!(format!("/?q 127.0.0.1:{port} mine")));
}

#[tokio::test]
async fn other_hosts_and_ports_are_refused() {
    let (port, count) = server().await;
    for hosts in [["example.com"], ["127.0.0.1"], ["127.0.0.1:1"], ["127.0.0.2:PORT"], ["*.0.0.example:PORT"]] {
        let error = reach(ASK, port, &hosts, LOOPBACK).await.unwrap_err();
        let why = format!("127.0.0.1:{port} is not among the hosts that may be reached");
        assert_eq!(error.refused, std::slice::from_ref(&why), "{hosts:?}");
        assert_eq!(error.to_string(), format!("the script raised urllib.error.HTTPError: HTTP Error 403: {why}"));
    }
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_private_address_is_refused_unless_the_guard_lets_it_through() {
    let (port, count) = server().await;
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1"] {
        let script = ASK.replace("127.0.0.1", host);
        let error = reach(&script, port, &["*:PORT"], "").await.unwrap_err();
        assert!(
            error.to_string().contains("HTTP Error 403") && error.to_string().contains("public address"),
            "{error}"
        );
        assert_eq!(error.refused.len(), 1);
        let outcome = reach(&script, port, &["*:PORT"], LOOPBACK).await.unwrap();
        assert!(outcome.result.as_str().unwrap().starts_with("/?a=b "), "{host}");
    }
    assert_eq!(count.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn a_redirect_to_another_host_is_refused() {
    let (port, _) = server().await;
    for (path, target) in [("away", "192.0.2.1:80"), ("inside", "127.0.0.1:1")] {
        let script = ASK.replace("/?a=b", &format!("/{path}"));
        let error = reach(&script, port, &["127.0.0.1:PORT"], LOOPBACK).await.unwrap_err();
        assert_eq!(error.refused, [format!("{target} is not among the hosts that may be reached")]);
    }
    // A host that is named may be where it is redirected to; the guard decides as well.
    let script = ASK.replace("/?a=b", "/away");
    let error = reach(&script, port, &["127.0.0.1:PORT", "*"], LOOPBACK).await.unwrap_err();
    assert_eq!(error.refused, ["192.0.2.1:80: 192.0.2.1 is not a public address"]);
}

#[tokio::test]
async fn several_requests_share_a_connection() {
    let (port, count) = server().await;
    let script = r#"
        import http.client
        def invoke(port):
            proxy = http.client.HTTPConnection('127.0.0.1', 3128)
            told = []
            for url in [f'http://127.0.0.1:{port}/', 'http://192.0.2.1/', f'http://127.0.0.1:{port}/', '/plain']:
                proxy.request('GET', url)
                response = proxy.getresponse()
                response.read()
                told.append(response.status)
            # A body without a length.
            proxy.request('POST', f'http://127.0.0.1:{port}/echo', body=iter([b'one', b'two']), encode_chunked=True)
            return told + [proxy.getresponse().read().decode()]
    "#;
    let told = reach(script, port, &["127.0.0.1:PORT"], LOOPBACK).await.unwrap().result;
    assert_eq!(told, json!([200, 403, 200, 400, "onetwo"]));
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_tunnel_carries_anything_to_a_named_host_only() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut line = [0; 5];
            stream.read_exact(&mut line).await.unwrap();
            line.reverse();
            stream.write_all(&line).await.unwrap();
        }
    });
    let script = r#"
        import http.client
        def invoke(port):
            told = []
            for host in ['127.0.0.1', '127.0.0.2']:
                proxy = http.client.HTTPConnection('127.0.0.1', 3128)
                proxy.set_tunnel(host, port)
                try:
                    proxy.connect()
                    proxy.sock.sendall(b'hello')
                    told += [proxy.sock.recv(5).decode(), proxy.sock.recv(5).decode()]
                except OSError as error:
                    told.append(str(error))
            return told
    "#;
    let told = reach(script, port, &["127.0.0.1:PORT"], LOOPBACK).await.unwrap().result;
    let refused = format!("Tunnel connection failed: 403 127.0.0.2:{port} is not among the hosts that may be reached");
    assert_eq!(told, json!(["olleh", "", refused]));
}

#[tokio::test]
async fn what_goes_over_the_network_is_bounded() {
    let (port, _) = server().await;
    let script = ASK.replace("/?a=b", "/large").replace("read().decode()", "read().__len__()");
    let mut limits = Limits::default();
    let outcome = reach_within(limits.clone(), &script, port, &["127.0.0.1:PORT"], LOOPBACK).await.unwrap();
    assert_eq!(outcome.result, json!(8 << 20));
    limits.traffic.bytes = 1 << 20;
    let error = reach_within(limits, &script, port, &["127.0.0.1:PORT"], LOOPBACK).await.unwrap_err();
    assert!(error.to_string().contains("IncompleteRead"), "{error}");
    assert_eq!(error.refused, ["more went over the network than is allowed"]);
}

#[tokio::test]
async fn many_connections_wait_for_their_turn() {
    let (port, count) = server().await;
    let mut limits = Limits::default();
    limits.traffic.connections = 2;
    let script = r#"
        import urllib.request
        from concurrent.futures import ThreadPoolExecutor
        def invoke(port):
            ask = lambda _: urllib.request.urlopen(f'http://127.0.0.1:{port}/').status
            with ThreadPoolExecutor(12) as pool:
                return list(pool.map(ask, range(24)))
    "#;
    let outcome = reach_within(limits, script, port, &["127.0.0.1:PORT"], LOOPBACK).await.unwrap();
    assert_eq!(outcome.result, json!(vec![200; 24]));
    assert_eq!(count.load(Ordering::Relaxed), 24);
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_told_as_such() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let error = reach(ASK, closed, &["127.0.0.1:PORT"], LOOPBACK).await.unwrap_err();
    assert!(error.to_string().contains("HTTP Error 502"), "{error}");
    assert!(error.refused[0].contains("could not be reached: Connection refused"), "{:?}", error.refused);
}
