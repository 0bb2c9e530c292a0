//! The smallest HTTP/1.1 client that keeps its connection: the generator shares two cores with the server, so it must cost little.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str())
    }

    /// `a=b; c=d` from the Set-Cookie headers.
    pub(crate) fn cookies(&self) -> String {
        let pairs = self.headers.iter().filter(|(k, _)| k == "set-cookie").filter_map(|(_, v)| v.split(';').next());
        pairs.collect::<Vec<_>>().join("; ")
    }
}

pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    port: u16,
}

impl Connection {
    pub(crate) async fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
        stream.set_nodelay(true).expect("nodelay");
        Self { stream, buffer: Vec::with_capacity(64 * 1024), port }
    }

    pub(crate) async fn get(&mut self, path: &str, cookies: &str) -> Answer {
        let port = self.port;
        self.exchange(format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncookie: {cookies}\r\nsec-fetch-site: cross-site\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: iframe\r\n\r\n")).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &str, cookies: &str) -> Answer {
        let (port, length) = (self.port, body.len());
        self.exchange(format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncookie: {cookies}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
        .await
    }

    async fn exchange(&mut self, request: String) -> Answer {
        self.stream.write_all(request.as_bytes()).await.expect("sent");
        self.buffer.clear();
        let head_end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at;
            }
            assert_ne!(self.stream.read_buf(&mut self.buffer).await.expect("read"), 0, "the server hung up");
        };
        let head = String::from_utf8_lossy(&self.buffer[..head_end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|l| l.split(' ').nth(1)).and_then(|s| s.parse().ok()).expect("a status");
        let headers: Vec<_> = lines.filter_map(|l| l.split_once(':')).map(|(k, v)| (k.to_ascii_lowercase(), v.trim().to_owned())).collect();
        let body_start = head_end + 4;
        let length = headers.iter().find(|(k, _)| k == "content-length").and_then(|(_, v)| v.parse::<usize>().ok());
        let done = |b: &[u8]| length.map_or_else(|| b.ends_with(b"0\r\n\r\n"), |n| b.len() >= body_start + n);
        while !done(&self.buffer) {
            assert_ne!(self.stream.read_buf(&mut self.buffer).await.expect("read"), 0, "the server hung up");
        }
        Answer { status, headers, body: String::from_utf8_lossy(&self.buffer[body_start..]).into_owned() }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Path and query of an absolute or relative URL.
pub(crate) fn path_of(location: &str) -> String {
    location
        .find("://")
        .and_then(|i| location[i + 3..].find('/').map(|j| location[i + 3 + j..].to_owned()))
        .unwrap_or_else(|| location.to_owned())
}

/// Serves one JSON document to whoever asks, for the key set.
pub(crate) async fn serve_document(document: String) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{document}",
        document.len()
    );
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut buffer = [0_u8; 4096];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    port
}
