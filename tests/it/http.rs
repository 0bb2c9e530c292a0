//! The server's frame over real sockets: headers, error pages, guards, limits, TLS.

use std::{net::TcpListener, path::Path, time::Duration};

use courseferry::{
    config::DatabaseSettings,
    store::Store,
    web::{self, Certificate},
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::house;

/// Starts a server with an empty database and gives its address.
async fn start(public: &str, certificate: Option<&Certificate>) -> String {
    let dir = tempfile::tempdir().unwrap().keep();
    let store = Store::connect(&DatabaseSettings::sqlite_in(&dir)).await.unwrap();
    house::serve(&store, public, certificate).await
}

async fn plain() -> String {
    start("http://{address}", None).await
}

#[tokio::test]
async fn every_answer_carries_a_reference_and_the_security_headers() {
    let address = plain().await;
    for path in ["/", "/healthz", "/nothing/here"] {
        let answer = reqwest::get(format!("http://{address}{path}")).await.unwrap();
        let headers = answer.headers();
        assert_eq!(headers["x-request-id"].len(), 11, "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn a_missing_page_says_what_to_do_and_names_its_reference() {
    let address = plain().await;
    let answer = reqwest::get(format!("http://{address}/nothing/here")).await.unwrap();
    assert_eq!(answer.status(), 404);
    let reference = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let page = answer.text().await.unwrap();
    assert!(page.contains("This page does not exist") && page.contains(&reference), "{page}");
}

#[tokio::test]
async fn json_callers_get_json_errors() {
    let address = plain().await;
    let client = reqwest::Client::new();
    let answer = client.get(format!("http://{address}/nothing")).header("accept", "application/json").send().await.unwrap();
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["error"], "not-found");
    assert_eq!(body["reference"].as_str().unwrap().len(), 11);
}

#[tokio::test]
async fn titles_are_escaped() {
    let page = reqwest::get(format!("http://{}/", plain().await)).await.unwrap().text().await.unwrap();
    assert!(page.contains("A tiny &#60;course&#62;"), "{page}");
}

#[tokio::test]
async fn the_wrong_method_is_405_and_a_foreign_post_is_403() {
    let address = plain().await;
    let client = reqwest::Client::new();
    let post = |site: &'static str| client.post(format!("http://{address}/healthz")).header("sec-fetch-site", site).send();
    assert_eq!(post("cross-site").await.unwrap().status(), 403);
    let answer = post("same-origin").await.unwrap();
    assert_eq!(answer.status(), 405);
    assert!(answer.text().await.unwrap().contains("This address works differently"));
}

#[tokio::test]
async fn a_path_prefix_works_stripped_and_unstripped() {
    let address = start("http://{address}/ferry", None).await;
    for path in ["/healthz", "/ferry/healthz"] {
        assert_eq!(reqwest::get(format!("http://{address}{path}")).await.unwrap().status(), 200, "{path}");
    }
    let page = reqwest::get(format!("http://{address}/ferry/")).await.unwrap().text().await.unwrap();
    let style = page.split("href=\"").find_map(|p| p.split('"').next().filter(|p| p.ends_with(".css"))).unwrap();
    assert!(style.starts_with("/ferry/assets/"), "{style}");
    let answer = reqwest::get(format!("http://{address}{style}")).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
}

#[tokio::test]
async fn a_connection_that_a_proxy_keeps_serves_after_a_quiet_while() {
    let mut stream = tokio::net::TcpStream::connect(plain().await).await.unwrap();
    for quiet in [6, 0] {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).await.unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..length]));
        tokio::time::sleep(Duration::from_secs(quiet)).await;
    }
}

#[test]
fn an_address_in_use_says_how_to_choose_another() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let said = web::bind(&address).unwrap_err().to_string();
    assert!(said.contains(&address) && said.contains("FERRY_LISTEN"), "{said}");
    for bad in ["nonsense", "192.0.2.1:8080", "127.0.0.1:99999"] {
        assert!(web::bind(bad).unwrap_err().to_string().contains("is no address of this machine"), "{bad}");
    }
}

/// Writes a self-signed certificate for the host `name`.
pub(crate) fn certificate(dir: &Path, name: &str) {
    use openssl::{
        asn1::Asn1Time, bn::BigNum, hash::MessageDigest, pkey::PKey, rsa::Rsa, x509::X509, x509::extension::SubjectAlternativeName,
    };
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut subject = openssl::x509::X509Name::builder().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut cert = X509::builder().unwrap();
    cert.set_version(2).unwrap();
    cert.set_serial_number(&BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap()).unwrap();
    cert.set_subject_name(&subject).unwrap();
    cert.set_issuer_name(&subject).unwrap();
    cert.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    cert.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    cert.set_pubkey(&key).unwrap();
    let names = SubjectAlternativeName::new().dns(name).build(&cert.x509v3_context(None, None)).unwrap();
    cert.append_extension(names).unwrap();
    cert.sign(&key, MessageDigest::sha256()).unwrap();
    std::fs::write(dir.join("cert.pem"), cert.build().to_pem().unwrap()).unwrap();
    std::fs::write(dir.join("key.pem"), key.private_key_to_pem_pkcs8().unwrap()).unwrap();
}

/// The common name a TLS client without server name indication sees.
async fn common_name(address: String) -> String {
    tokio::task::spawn_blocking(move || {
        use openssl::ssl::{Ssl, SslContext, SslMethod};
        let context = SslContext::builder(SslMethod::tls_client()).unwrap().build();
        let stream = Ssl::new(&context).unwrap().connect(std::net::TcpStream::connect(address).unwrap()).unwrap();
        let certificate = stream.ssl().peer_certificate().unwrap();
        let name = certificate.subject_name().entries().next().unwrap();
        name.data().to_string().unwrap()
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_renewed_certificate_is_served_after_a_reload_and_a_broken_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    certificate(dir.path(), "first");
    let loaded = Certificate::load(&dir.path().join("cert.pem"), &dir.path().join("key.pem")).unwrap();
    let address = start("https://{address}", Some(&loaded)).await;
    assert_eq!(common_name(address.clone()).await, "first");
    certificate(dir.path(), "second");
    assert_eq!(common_name(address.clone()).await, "first");
    loaded.reload().unwrap();
    assert_eq!(common_name(address.clone()).await, "second");
    std::fs::write(dir.path().join("cert.pem"), "broken").unwrap();
    assert!(loaded.reload().unwrap_err().to_string().contains("FERRY_TLS_CERT"));
    assert_eq!(common_name(address).await, "second");
}

#[test]
fn a_key_of_another_certificate_is_named() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    certificate(one.path(), "one");
    certificate(other.path(), "other");
    let said = Certificate::load(&one.path().join("cert.pem"), &other.path().join("key.pem")).err().unwrap().to_string();
    assert!(said.contains("does not belong to the certificate"), "{said}");
    let said = Certificate::load(&one.path().join("cert.pem"), &one.path().join("none.pem")).err().unwrap().to_string();
    assert!(said.contains("FERRY_TLS_KEY"), "{said}");
}
