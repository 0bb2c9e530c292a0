//! Address tricks: whatever an address is dressed up as, nothing on this machine or in this network is called.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::*;
use crate::{
    clock,
    lti::{jose::SigningKey, v1p1::Method},
    services::{
        ServiceError,
        nrps::Nrps,
        outcomes::{Outcomes, Place},
        tokens::{Platform, Tokens},
    },
};

/// Counts whoever connects, on every address of this machine.
struct Listener {
    port: u16,
    calls: Arc<AtomicUsize>,
}

impl Listener {
    /// `answer` talks to each caller.
    fn start(answer: fn(&mut TcpStream, &AtomicUsize)) -> (Listener, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("0.0.0.0:0")).unwrap();
        let (port, calls, sent) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (count, out) = (Arc::clone(&calls), Arc::clone(&sent));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.read(&mut [0; 4096]);
                answer(&mut stream, &out);
            }
        });
        (Listener { port, calls }, sent)
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn allowed(&self) -> Client {
        Client::new(&Options { allow_hosts: vec![("127.0.0.1".into(), self.port)], ..Options::default() }).unwrap()
    }

    fn url(&self) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}/", self.port)).unwrap()
    }
}

/// Names of a dishonest domain. `turns` counts how often `rebind.example` was asked for.
fn dishonest_dns(turns: Arc<AtomicUsize>) -> PublicResolver {
    // Public, and unreachable at once where there is no IPv6.
    const PUBLIC: &str = "2606:4700::1111";
    PublicResolver::asking(move |name| {
        let found: &[&str] = match name.as_str() {
            "private.example" => &["10.0.0.5"],
            "loopback.example" => &["127.0.0.1", "::1"],
            "mapped.example" => &["::ffff:127.0.0.1"],
            "metadata.example" => &["169.254.169.254"],
            "mixed.example" => &[PUBLIC, "127.0.0.1"],
            "rebind.example" if turns.fetch_add(1, Ordering::SeqCst) == 0 => &[PUBLIC],
            "rebind.example" => &["127.0.0.1"],
            _ => &[],
        };
        found.iter().map(|a| SocketAddr::new(a.parse().unwrap(), 0)).collect()
    })
}

const TRICKS: &[(&str, &str)] = &[
    ("loopback", "https://127.0.0.1:{p}/"),
    ("another loopback", "https://127.8.7.6:{p}/"),
    ("short form", "https://127.1:{p}/"),
    ("decimal", "https://2130706433:{p}/"),
    ("hexadecimal", "https://0x7f000001:{p}/"),
    ("octal", "https://017700000001:{p}/"),
    ("octal part", "https://0177.0.0.1:{p}/"),
    ("hexadecimal part", "https://0x7f.0.0.1:{p}/"),
    ("percent-encoded digits", "https://%31%32%37.0.0.1:{p}/"),
    ("trailing dot", "https://127.0.0.1.:{p}/"),
    ("any address", "https://0.0.0.0:{p}/"),
    ("zero", "https://0:{p}/"),
    ("IPv6 loopback", "https://[::1]:{p}/"),
    ("IPv6 any", "https://[::]:{p}/"),
    ("v4-mapped", "https://[::ffff:127.0.0.1]:{p}/"),
    ("v4-mapped, hexadecimal", "https://[::ffff:7f00:1]:{p}/"),
    ("v4-compatible", "https://[::127.0.0.1]:{p}/"),
    ("NAT64", "https://[64:ff9b::127.0.0.1]:{p}/"),
    ("6to4", "https://[2002:7f00:1::]:{p}/"),
    ("IPv6 link-local", "https://[fe80::1]:{p}/"),
    ("IPv6 unique local metadata", "https://[fd00:ec2::254]/latest/meta-data/"),
    ("metadata", "https://169.254.169.254/latest/meta-data/"),
    ("metadata, decimal", "https://2852039166/latest/meta-data/"),
    ("metadata, plain http", "http://169.254.169.254/latest/meta-data/"),
    ("metadata of another cloud", "https://100.100.100.200/latest/meta-data/"),
    ("metadata of a third", "https://192.0.0.192/opc/v2/"),
    ("metadata by name", "https://metadata.google.internal/computeMetadata/v1/"),
    ("carrier-grade NAT", "https://100.64.0.1:{p}/"),
    ("private 10", "https://10.0.0.1:{p}/"),
    ("private 172", "https://172.16.0.1:{p}/"),
    ("private 192", "https://192.168.0.1:{p}/"),
    ("multicast", "https://224.0.0.1:{p}/"),
    ("broadcast", "https://255.255.255.255:{p}/"),
    ("localhost", "https://localhost:{p}/"),
    ("localhost with a dot", "https://localhost.:{p}/"),
    ("under localhost", "https://lms.localhost:{p}/"),
    ("upper case", "https://LOCALHOST:{p}/"),
    ("circled letters", "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{p}/"),
    ("full-width digits", "https://１２７.０.０.１:{p}/"),
    ("ideographic dots", "https://127。0。0。1:{p}/"),
    ("soft hyphen", "https://local\u{ad}host:{p}/"),
    ("a user name that looks like a host", "https://lms.example@127.0.0.1:{p}/"),
    ("a host that looks like a user name", "https://127.0.0.1:{p}@lms.example/"),
    ("backslashes", "https:\\\\127.0.0.1:{p}\\"),
    ("no slashes", "https:127.0.0.1:{p}"),
    ("tab inside", "https://127.0.\t0.1:{p}/"),
    ("plain http", "http://127.0.0.1:{p}/"),
    ("websocket", "wss://127.0.0.1:{p}/"),
    ("ftp", "ftp://127.0.0.1:{p}/"),
    ("file", "file:///etc/passwd"),
    ("gopher", "gopher://127.0.0.1:{p}/_GET"),
    ("data", "data:application/json,{}"),
    ("javascript", "javascript:alert(1)"),
    ("a name that leads to a private address", "https://private.example:{p}/"),
    ("a name that leads here", "https://loopback.example:{p}/"),
    ("a name that leads to a mapped address", "https://mapped.example:{p}/"),
    ("a name that leads to metadata", "https://metadata.example/latest/"),
    ("an exception's name with another end", "https://lms.campus.example.private.example:{p}/"),
    ("an exception at another port", "http://lms.campus.example:{p}/"),
];

#[tokio::test]
async fn no_address_trick_reaches_this_machine_or_this_network() {
    let (here, _) = Listener::start(|_, _| {});
    let options = Options { allow_hosts: vec![("lms.campus.example".into(), 1)], ..Options::default() };
    let client = Client::resolving(&options, dishonest_dns(Arc::default())).unwrap();
    for (name, url) in TRICKS {
        let url = Url::parse(&url.replace("{p}", &here.port.to_string())).unwrap();
        let error = client.send(Request::get(&url)).await.expect_err(name);
        assert!(matches!(error, HttpError::Refused(_)) || name.contains("another end"), "{name}: {url}: {error}");
        assert!(!error.is_in_doubt(), "{name}");
        assert_eq!(here.calls(), 0, "{name}: {url} was called");
    }
    assert!(TRICKS.len() >= 30);
    // The listener does hear whoever calls.
    let _ = here.allowed().send(Request::get(&here.url())).await;
    assert_eq!(here.calls(), 1);
}

#[tokio::test]
async fn a_name_that_changes_its_answer_gains_nothing() {
    let (here, _) = Listener::start(|_, _| {});
    let turns = Arc::new(AtomicUsize::new(0));
    let client = Client::resolving(&Options::default(), dishonest_dns(Arc::clone(&turns))).unwrap();
    let url = |name: &str| Url::parse(&format!("https://{name}:{}/", here.port)).unwrap();
    assert!(matches!(client.send(Request::get(&url("rebind.example"))).await, Err(HttpError::Unreachable { .. })));
    assert!(matches!(client.send(Request::get(&url("rebind.example"))).await, Err(HttpError::Refused(_))));
    assert_eq!(turns.load(Ordering::SeqCst), 2, "each call resolves once and uses what it was given");
    // One good address among bad ones: only the good one is tried.
    assert!(matches!(client.send(Request::get(&url("mixed.example"))).await, Err(HttpError::Unreachable { .. })));
    assert_eq!(here.calls(), 0);
}

#[tokio::test]
async fn a_roster_or_an_outcome_at_a_name_that_changes_its_answer_reaches_nobody() {
    let (here, _) = Listener::start(|_, _| {});
    let (platform, _) = Listener::start(|stream, _| {
        let body = r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        let _ = stream.write_all((head + body).as_bytes());
    });
    let key = SigningKey::generate("k").unwrap();
    let token_url = platform.url().to_string();
    let of = Platform { registration_id: "r", client_id: "c", token_url: &token_url, audience: None, key: &key };
    let options = Options { allow_hosts: vec![("127.0.0.1".into(), platform.port)], ..Options::default() };
    let turns = Arc::new(AtomicUsize::new(0));
    let client = Client::resolving(&options, dishonest_dns(Arc::clone(&turns))).unwrap();
    let roster = Nrps::new(client.clone(), Tokens::new(client.clone(), clock::system()));
    let outcomes = Outcomes::new(client, clock::system());
    for name in ["rebind.example", "private.example", "loopback.example", "mapped.example", "metadata.example"] {
        let url = format!("https://{name}:{}/members", here.port);
        let place = Place {
            service_url: url.clone(),
            sourced_id: "cell".to_owned(),
            method: Method::HmacSha1,
            key: "key".to_owned(),
            secret: "secret".to_owned(),
        };
        let first = roster.members(&of, &url, None).await;
        let second = outcomes.replace(&place, 80.0).await;
        let third = roster.members(&of, &url, None).await;
        let refused = |error: &ServiceError| matches!(error, ServiceError::Http(HttpError::Refused(_)));
        let public_at_first = matches!(first, Err(ServiceError::Http(HttpError::Unreachable { .. })));
        assert!(public_at_first == (name == "rebind.example") && (public_at_first || refused(&first.unwrap_err())), "{name}");
        assert!(second.is_err_and(|e| refused(&e)) && third.is_err_and(|e| refused(&e)), "{name}");
    }
    assert_eq!((turns.load(Ordering::SeqCst), here.calls()), (3, 0));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_leads_nowhere() {
    let (secret, _) = Listener::start(|_, _| {});
    for target in ["http://169.254.169.254/latest/meta-data/".to_owned(), secret.url().to_string()] {
        // A server that sends each caller to `target`.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(
                    format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes(),
                );
            }
        });
        // Even where the target itself would be allowed.
        let allow_hosts = vec![("127.0.0.1".into(), port), ("127.0.0.1".into(), secret.port)];
        let client = Client::new(&Options { allow_hosts, ..Options::default() }).unwrap();
        let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
        assert_eq!(client.send(Request::get(&url)).await.unwrap().status, 302);
    }
    assert_eq!(secret.calls(), 0);
}

#[tokio::test]
async fn a_body_of_a_gibibyte_is_cut_off_at_256_kib() {
    let (server, sent) = Listener::start(|stream, sent| {
        let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 1_u64 << 30).as_bytes());
        while let Ok(n) = stream.write(&[b' '; 65536]) {
            sent.fetch_add(n, Ordering::SeqCst);
        }
    });
    assert!(matches!(server.allowed().send(Request::get(&server.url())).await, Err(HttpError::TooLarge(_))));
    thread::sleep(Duration::from_millis(200));
    assert!(sent.load(Ordering::SeqCst) < 32 << 20, "{} bytes were taken", sent.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_server_that_drips_its_head_is_left_after_five_seconds() {
    let (server, _) = Listener::start(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx: ");
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    let began = Instant::now();
    assert!(server.allowed().send(Request::get(&server.url())).await.unwrap_err().is_in_doubt());
    assert!(began.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn a_compressed_bomb_stays_as_small_as_it_was_sent() {
    let (server, _) = Listener::start(|stream, _| {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\nconnection: close\r\n\r\n\x1f\x8b\x08\x00");
    });
    assert_eq!(server.allowed().send(Request::get(&server.url())).await.unwrap().body, b"\x1f\x8b\x08\x00");
}

#[tokio::test]
async fn a_proxy_is_asked_for_no_local_name() {
    let (proxy, _) = Listener::start(|_, _| {});
    let options = Options { proxy: Some(format!("http://127.0.0.1:{}", proxy.port)), ..Options::default() };
    let client = Client::new(&options).unwrap();
    for name in ["localhost", "lms.localhost", "printer.local", "metadata.google.internal", "router.home.arpa."] {
        let url = Url::parse(&format!("https://{name}/")).unwrap();
        assert!(matches!(client.send(Request::get(&url)).await, Err(HttpError::Refused(_))), "{name}");
    }
    assert_eq!(proxy.calls(), 0);
    let public = Url::parse("https://local.example/").unwrap();
    assert!(matches!(client.send(Request::get(&public)).await, Err(HttpError::Unreachable { .. } | HttpError::Lost { .. })));
    assert_eq!(proxy.calls(), 1);
}
