//! Basic Outcomes over HTTP: signed XML out, XML back, whose own code is what counts.

use url::Url;

use super::{
    ags::AgsError,
    http::{Answer, Client, HttpError, Request},
};
use crate::{
    clock::Clock,
    ids,
    lti::{
        ags::{BadUrl, ResultItem},
        v1p1::{
            Method, authorization,
            outcomes::{self, Ask, CodeMajor, MAX_ANSWER, MEDIA_TYPE, Outcome},
        },
    },
};

/// One person's cell of the grade book, and what opens it.
#[derive(Clone)]
pub struct Place {
    /// Where messages go.
    pub service_url: String,
    /// The platform's name for the cell.
    pub sourced_id: String,
    /// How to sign.
    pub method: Method,
    /// The consumer key.
    pub key: String,
    /// Its secret.
    pub secret: String,
}

impl std::fmt::Debug for Place {
    /// Without the secret, and without the sourced id, which names the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Place({}, {})", self.service_url, self.key)
    }
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Outcomes {
    http: Client,
    clock: Clock,
}

impl Outcomes {
    /// Over these.
    #[must_use]
    pub fn new(http: Client, clock: Clock) -> Outcomes {
        Outcomes { http, clock }
    }

    /// Has the cell show a grade. Of a 2xx answer the body is what the XML says, in one line: see
    /// [`OUTCOMES`](crate::lti::platform::OUTCOMES) for what it means.
    ///
    /// # Errors
    /// When there is no answer. [`HttpError::is_in_doubt`] tells whether the grade may have arrived.
    pub async fn replace(&self, place: &Place, percent: f64) -> Result<Answer, AgsError> {
        self.ask(place, Ask::Replace(percent)).await.map(said)
    }

    /// Empties the cell.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn delete(&self, place: &Place) -> Result<Answer, AgsError> {
        self.ask(place, Ask::Delete).await.map(said)
    }

    /// What the cell shows, of the person whom the caller names `user_id`.
    ///
    /// # Errors
    /// When it cannot be read: some platforms do not let anybody.
    pub async fn read(&self, place: &Place, user_id: &str) -> Result<ResultItem, AgsError> {
        let answer = self.ask(place, Ask::Read).await?;
        if answer.status != 200 {
            return Err(AgsError::Answered(Box::new(answer)));
        }
        let outcome = outcomes::answer(&answer.body).map_err(|e| AgsError::Unreadable(e.to_string()))?;
        match outcome.code {
            CodeMajor::Success => {
                Ok(ResultItem { user_id: user_id.to_owned(), result_score: outcome.percent, result_maximum: Some(100.0), comment: None })
            }
            _ => Err(AgsError::Unreadable(line(&outcome))),
        }
    }

    async fn ask(&self, place: &Place, ask: Ask) -> Result<Answer, AgsError> {
        let url = Url::parse(&place.service_url).map_err(|_| BadUrl(place.service_url.chars().take(200).collect()))?;
        let unmade = |e: &dyn std::error::Error| AgsError::Http(HttpError::Setup(e.to_string()));
        let nonce = ids::random_token(16).map_err(|e| unmade(&e))?;
        let body = outcomes::message(ask, &nonce, &place.sourced_id).map_err(|e| unmade(&e))?;
        let now = (self.clock)().as_second();
        let header = authorization(place.method, &url, &body, &place.key, &place.secret, now, &nonce).map_err(|e| unmade(&e))?;
        let request = Request::post(&url, MEDIA_TYPE, body).authorization(header).limit(MAX_ANSWER);
        Ok(self.http.send(request).await?)
    }
}

fn line(outcome: &Outcome) -> String {
    format!("codeMajor={}: {}", outcome.code.name(), outcome.description)
}

/// A 2xx answer with what it says in the place of its XML.
fn said(answer: Answer) -> Answer {
    if !answer.is_success() {
        return answer;
    }
    let text = match outcomes::answer(&answer.body) {
        Ok(outcome) => line(&outcome),
        Err(error) => error.to_string(),
    };
    Answer { body: text.into_bytes(), ..answer }
}
