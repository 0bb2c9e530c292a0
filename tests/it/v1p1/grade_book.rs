//! A platform's Basic Outcomes service, as strict as the strictest: it checks body hash, signature, nonce and time before it reads.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use courseferry::lti::v1p1::{Method, signature};
use percent_encoding::percent_decode_str;

use crate::fake_platform::{Reply, Request, Response, serve};

/// What goes wrong, for one grade that is sent.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// This is answered, and nothing is done.
    Answer(u16, String),
    /// The work is done, then the connection closes.
    HangUpAfter,
    /// Nothing is done, the connection closes.
    HangUpBefore,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) base: String,
    pub(super) key: String,
    pub(super) secret: String,
    /// By sourced id; none is an empty cell.
    pub(super) cells: BTreeMap<String, Option<f64>>,
    pub(super) faults: VecDeque<Fault>,
    /// Operation and sourced id of each message that was well signed.
    pub(super) heard: Vec<(String, String)>,
    pub(super) breaches: Vec<String>,
    /// Does it answer `readResult`? edX does not.
    pub(super) mute: bool,
    nonces: BTreeSet<String>,
}

#[derive(Clone)]
pub(super) struct GradeBook {
    pub(super) port: u16,
    state: Arc<Mutex<State>>,
}

impl GradeBook {
    pub(super) fn start(key: &str, secret: &str) -> Self {
        let state = Arc::new(Mutex::new(State { key: key.into(), secret: secret.into(), ..State::default() }));
        let shared = Arc::clone(&state);
        let port = serve(move |request| shared.lock().unwrap().answer(&request));
        state.lock().unwrap().base = format!("http://127.0.0.1:{port}");
        Self { port, state }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/service?course=7", self.port)
    }

    pub(super) fn cell(&self, sourced_id: &str) -> Option<f64> {
        self.state().cells[sourced_id]
    }

    pub(super) fn heard(&self) -> Vec<String> {
        self.state().heard.iter().map(|(operation, _)| operation.clone()).collect()
    }
}

pub(super) fn reply(code: &str, description: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<imsx_POXEnvelopeResponse xmlns=\"http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0\">\
         <imsx_POXHeader><imsx_POXResponseHeaderInfo><imsx_version>V1.0</imsx_version><imsx_statusInfo><imsx_codeMajor>{code}</imsx_codeMajor>\
         <imsx_severity>status</imsx_severity><imsx_description>{description}</imsx_description></imsx_statusInfo>\
         </imsx_POXResponseHeaderInfo></imsx_POXHeader><imsx_POXBody>{more}</imsx_POXBody></imsx_POXEnvelopeResponse>"
    )
}

/// Moodle's media type.
fn page(status: u16, body: String) -> Reply {
    Reply::Answer(Response::new(status, "text/html; charset=utf-8", body))
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        if let Err(breach) = self.check(request) {
            self.breaches.push(breach);
            return page(401, String::new());
        }
        let xml = String::from_utf8(request.body.clone()).unwrap();
        let text = |name: &str| {
            let inner = xml.split(&format!("<{name}>")).nth(1)?.split(&format!("</{name}>")).next()?;
            Some(inner.replace("&quot;", "\"").replace("&apos;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        };
        let operation =
            ["replaceResult", "readResult", "deleteResult"].into_iter().find(|o| xml.contains(&format!("<{o}Request>"))).unwrap();
        let sourced_id = text("sourcedId").unwrap();
        self.heard.push((operation.to_owned(), sourced_id.clone()));
        let fault = if operation == "replaceResult" { self.faults.pop_front() } else { None };
        match &fault {
            Some(Fault::Answer(status, body)) => return page(*status, body.clone()),
            Some(Fault::HangUpBefore) => return Reply::HangUp,
            _ => {}
        }
        let Some(cell) = self.cells.get_mut(&sourced_id) else { return page(200, reply("failure", "hash not valid", "")) };
        let more = match operation {
            "replaceResult" => {
                *cell = Some(text("textString").unwrap().parse::<f64>().unwrap() * 100.0);
                "<replaceResultResponse/>".to_owned()
            }
            "deleteResult" => {
                *cell = None;
                "<deleteResultResponse/>".to_owned()
            }
            _ if self.mute => return page(200, reply("failure", "not supported", "")),
            _ => {
                let shown = cell.map(|percent| (percent / 100.0).to_string()).unwrap_or_default();
                format!(
                    "<readResultResponse><result><resultScore><language>en</language><textString>{shown}</textString></resultScore></result></readResultResponse>"
                )
            }
        };
        if matches!(fault, Some(Fault::HangUpAfter)) { Reply::HangUp } else { page(200, reply("success", "Done", &more)) }
    }

    fn check(&mut self, request: &Request) -> Result<(), String> {
        let header = request.header("authorization").strip_prefix("OAuth ").ok_or("no OAuth header")?;
        let decode = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let oauth: BTreeMap<String, String> = header
            .split(',')
            .filter_map(|pair| pair.trim().split_once('='))
            .map(|(name, value)| (name.to_owned(), decode(value.trim_matches('"'))))
            .collect();
        let get = |name: &str| oauth.get(name).cloned().ok_or(format!("no {name}"));
        let method = Method::parse(&get("oauth_signature_method")?).ok_or("odd method")?;
        if get("oauth_body_hash")? != method.body_hash(&request.body).unwrap() {
            return Err("the body hash is another".into());
        }
        let parameters =
            oauth.iter().filter(|(n, _)| *n != "realm" && *n != "oauth_signature").chain(request.query.iter().map(|(n, v)| (n, v)));
        let parameters = parameters.map(|(n, v)| (n.as_str(), v.as_str()));
        let wanted = signature(method, &request.method, &format!("{}{}", self.base, request.path), parameters, &self.secret).unwrap();
        if get("oauth_signature")? != wanted || get("oauth_consumer_key")? != self.key {
            return Err("the signature is another".into());
        }
        if !self.nonces.insert(get("oauth_nonce")?) {
            return Err("Duplicate nonce detected".into());
        }
        if request.header("content-type") != "application/xml" {
            return Err(format!("content type {}", request.header("content-type")));
        }
        Ok(())
    }
}
