//! One score to one platform: resolve doubt, find the line item, note, send, judge.

use super::{
    Case, Courier, GradeService, Ledgered, Outcome,
    doubt::Doubt,
    guard::Guard,
    hold::Reached,
    line_item::{Found, LookUpError},
};
use crate::{
    app::standing::ERROR_CODE,
    learning::delivery::{self, Known, Reason, Reply, TIMESTAMP_STEP_MS, Verdict, Wanted, classify, compose},
    lti::{ags::Score, jose::SigningKey},
    services::{
        ags::AgsError,
        http::{Answer, HttpError},
        spoken,
        tokens::TokenFault,
    },
    store::{
        Durability, StoreError, Tx, delivery as deliveries,
        ledger::{self, Ledger, Sending},
        outbox::{Message, Slot},
    },
};

/// What a delivery works on.
pub(super) struct Job<'a> {
    pub(super) message: &'a Message,
    pub(super) case: &'a Case,
    pub(super) wanted: &'a Wanted,
    pub(super) key: &'a SigningKey,
}

/// A message that went out, or is about to.
struct Sent {
    line: Ledger,
    score: Score,
    /// Sent again because its outcome was unknown.
    resend: bool,
    /// The submission the platform knew of before.
    told_before: Option<String>,
    /// Did the grade book let itself be read just before?
    seen: bool,
}

/// After so many answers with an error, from a platform that shows its grade book, the trouble is with this one grade.
const PATIENCE: i64 = 2;
/// Seconds between tries from then on.
const SLOWLY: i64 = 3600;

/// After an answer: done, or another message at once.
enum Next {
    Done(Box<Outcome>),
    WithoutSubmission,
    OnLineItem(Found),
}

impl Courier {
    pub(super) async fn bring(&self, message: &Message, case: &Case, wanted: &Wanted, key: &SigningKey) -> Result<Outcome, StoreError> {
        let job = Job { message, case, wanted, key };
        let (mut known, mut resend, mut sight) = (case.known(), None, None);
        if let Some(line) = case.ledger.clone().filter(|l| l.in_doubt) {
            match self.look_for(case, &line, key).await {
                Doubt::Arrived(seen) if known.was_sent(wanted) => {
                    return Ok(Outcome::delivered("confirmed").reached(Reached::Yes).ledgered(Ledgered::Accepted(line)).saw(seen));
                }
                Doubt::Arrived(seen) => (known.accepted_score, sight) = (self.accept(line).await?, Some(seen)),
                Doubt::Absent(seen) => (resend, sight) = (Some(line).filter(|_| known.was_sent(wanted)), Some(seen)),
                Doubt::CannotTell => resend = Some(line).filter(|_| known.was_sent(wanted)),
                Doubt::Later(trouble) => {
                    return Ok(self.again(message, None, trouble.code, &trouble.detail).reached(Reached::No(None)));
                }
            }
        }
        let mut found = match self.line_item(&job, resend.as_ref()).await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(Outcome::park(Reason::NoLineItem.code(), "")),
            Err(error) => return self.not_found(&job, error),
        };
        let (mut looked_up, mut shown) = (false, false);
        loop {
            if found.unread {
                match self.guard(&job, &found.line_item, sight.take()).await? {
                    Guard::Go { replaces, seen } => (known.replaces, found.unread, shown) = (replaces, false, seen),
                    Guard::Stop(outcome) => return Ok(*outcome),
                }
            }
            let Some(sent) = self.prepare(&job, &known, &found.line_item, resend.take()).await? else {
                return Ok(Outcome::delivered("nothing_to_send"));
            };
            let sent = Sent { seen: shown, ..sent };
            let next = match self.post_score(case, key, &sent.line.lineitem, &sent.score).await {
                Ok(answer) => self.judge(&job, &sent, &answer, looked_up).await?,
                Err(error) => Next::Done(Box::new(self.no_answer(&job, &sent, &error))),
            };
            match next {
                Next::Done(outcome) => {
                    let outcome = Outcome { score: sent.score.score_given, ..*outcome };
                    return Ok(if known.replaces { self.replaced(&job, outcome).await } else { outcome });
                }
                Next::WithoutSubmission => known.sent_submission.clone_from(&wanted.attempt),
                Next::OnLineItem(other) => (found, looked_up) = (other, true),
            }
        }
    }

    /// Where the score goes: a resend where it went before.
    async fn line_item(&self, job: &Job<'_>, resend: Option<&Ledger>) -> Result<Option<Found>, LookUpError> {
        if let GradeService::Outcomes(place) = &job.case.service {
            return Ok(place.as_ref().map(|p| Found::old(&p.service_url)));
        }
        match (resend, &job.case.link.lineitem, job.message.slot) {
            (Some(line), _, _) => Ok(Some(Found::old(&line.lineitem))),
            (None, Some(own), Slot::Grade) => Ok(Some(Found::old(own))),
            _ => self.look_up_line_item(job.case, job.message.slot, job.key).await,
        }
    }

    /// The message, noted in the ledger before it goes out. None when the platform is to hear nothing.
    async fn prepare(&self, job: &Job<'_>, known: &Known, line_item: &str, resend: Option<Ledger>) -> Result<Option<Sent>, StoreError> {
        let (profile, sub, is_resend) = (job.case.profile(), &job.case.learner.sub, resend.is_some());
        let told_before = known.sent_submission.clone();
        let now = self.now();
        if compose(profile, sub, job.wanted, known, now, is_resend).is_none() {
            return Ok(None);
        }
        let line = match resend {
            Some(line) => line,
            None => {
                let tells = delivery::new_submission(profile, job.wanted, known, false);
                let sending = Sending {
                    tenant_id: job.message.tenant_id.clone(),
                    resource_link_id: job.message.resource_link_id.clone(),
                    learner_id: job.message.learner_id.clone(),
                    slot: job.message.slot,
                    lineitem: line_item.to_owned(),
                    score: job.wanted.score,
                    submitted_at: job.wanted.submitted_at,
                    submission: job.wanted.attempt.clone().filter(|_| tells),
                    step_ms: TIMESTAMP_STEP_MS,
                };
                self.store().write(Durability::Full, async move |tx: &mut Tx| ledger::begin_send(tx, &sending, now).await).await?
            }
        };
        let score = compose(profile, sub, job.wanted, known, line.sent_ts, is_resend);
        Ok(score.map(|score| Sent { line, score, resend: is_resend, told_before, seen: false }))
    }

    async fn accept(&self, line: Ledger) -> Result<Option<f64>, StoreError> {
        let (score, now) = (line.sent_score, self.now());
        self.store().write(Durability::Full, async move |tx: &mut Tx| ledger::accepted(tx, &line, now).await).await?;
        Ok(score)
    }

    async fn judge(&self, job: &Job<'_>, sent: &Sent, answer: &Answer, looked_up: bool) -> Result<Next, StoreError> {
        let (profile, body) = (job.case.profile(), answer.text());
        let retry_after = answer.retry_after_seconds((self.clock)());
        let reply = Reply { status: answer.status, body: &body, retry_after, remaining: answer.remaining };
        let verdict = classify(profile, &reply, self.effort(job.message));
        let refused = || Ledgered::Refused(sent.line.clone(), sent.told_before.clone());
        let detail = spoken(&body);
        let outcome = match verdict {
            Verdict::Delivered => Outcome::delivered("delivered").reached(Reached::Yes).ledgered(Ledgered::Accepted(sent.line.clone())),
            Verdict::ReadBack => self.read_back(job, sent, answer).await,
            Verdict::WithoutSubmission if sent.score.canvas.as_ref().is_some_and(|c| c.new_submission) => {
                return Ok(Next::WithoutSubmission);
            }
            Verdict::LookUpLineItem if !looked_up && matches!(job.case.service, GradeService::Ags) => {
                match self.look_up_line_item(job.case, job.message.slot, job.key).await {
                    Ok(Some(found)) if found.line_item != sent.line.lineitem => return Ok(Next::OnLineItem(found)),
                    Ok(_) => self.settled(verdict, &detail).reached(Reached::Yes).ledgered(refused()),
                    Err(error) => self.not_found(job, error)?.ledgered(refused()),
                }
            }
            // Moodle, where the grade is locked; nobody but a person there can help, and others' grades go their way meanwhile.
            Verdict::Retry { .. } if answer.status == 500 && sent.seen && self.failed_before(job).await? => {
                self.again(job.message, Some(SLOWLY), ERROR_CODE, &detail).reached(Reached::Yes)
            }
            Verdict::Retry { code, .. } => {
                let answered = if code == "token_not_accepted" { Reached::Yes } else { Reached::No(retry_after) };
                // A server that failed in the middle may have kept the score; one that turned us away has not.
                let in_doubt = answer.status >= 500 && answer.status != 503;
                self.settled(verdict, &detail).reached(answered).ledgered(if in_doubt { Ledgered::Nothing } else { refused() })
            }
            _ => self.settled(verdict, &detail).reached(Reached::Yes).ledgered(refused()),
        };
        Ok(Next::Done(Box::new(Outcome { http_status: Some(answer.status), ..outcome })))
    }

    /// Has this very message come to grief more than once?
    async fn failed_before(&self, job: &Job<'_>) -> Result<bool, StoreError> {
        let mut tx = self.store().read().await?;
        let mut times = 0;
        for code in ["platform_error", ERROR_CODE] {
            times += deliveries::count(&mut tx, &job.message.id, code).await?;
        }
        Ok(times >= PATIENCE)
    }

    /// The answer alone does not tell: "not newer than what I have", or a success that is a page for people.
    async fn read_back(&self, job: &Job<'_>, sent: &Sent, answer: &Answer) -> Outcome {
        let stale = answer.status >= 400;
        let detail = spoken(&answer.text());
        let taken = || Outcome::delivered("confirmed").reached(Reached::Yes).ledgered(Ledgered::Accepted(sent.line.clone()));
        let (code, ledgered) = match self.look_for(job.case, &sent.line, job.key).await {
            Doubt::Arrived(seen) => return taken().saw(seen),
            // Nobody but the first of the two messages can have brought this very time stamp.
            Doubt::CannotTell if stale && sent.resend => return taken(),
            // It will go out with a later time stamp.
            Doubt::Absent(_) | Doubt::CannotTell if stale => ("stale", Ledgered::Refused(sent.line.clone(), sent.told_before.clone())),
            Doubt::Absent(_) | Doubt::CannotTell => ("platform_error", Ledgered::Nothing),
            Doubt::Later(trouble) => (trouble.code, Ledgered::Nothing),
        };
        self.again(job.message, None, code, &detail).reached(Reached::Yes).ledgered(ledgered)
    }

    /// No answer to the score itself.
    fn no_answer(&self, job: &Job<'_>, sent: &Sent, error: &AgsError) -> Outcome {
        let in_doubt = matches!(error, AgsError::Http(e) if e.is_in_doubt());
        let ledgered = if in_doubt { Ledgered::Nothing } else { Ledgered::Refused(sent.line.clone(), sent.told_before.clone()) };
        self.unsent(job, error).ledgered(ledgered)
    }

    /// No line item: because the platform could not be asked, or because another server is making it.
    fn not_found(&self, job: &Job<'_>, error: LookUpError) -> Result<Outcome, StoreError> {
        match error {
            LookUpError::Platform(error) => Ok(self.unsent(job, &error)),
            LookUpError::Busy => Ok(self.again(job.message, None, "line_item_busy", &error.to_string())),
            LookUpError::Store(error) => Err(error),
        }
    }

    /// A call that gave nothing.
    fn unsent(&self, job: &Job<'_>, error: &AgsError) -> Outcome {
        let detail = error.to_string();
        let again = |code| self.again(job.message, None, code, &detail).reached(Reached::No(None));
        match error {
            AgsError::Http(HttpError::Refused(_)) | AgsError::Token(TokenFault::Http(HttpError::Refused(_))) => {
                Outcome::park(Reason::AddressRefused.code(), &detail)
            }
            AgsError::Http(error) => again(error.code()),
            AgsError::Token(fault) => again(fault.code()),
            AgsError::Answered(answer) => Outcome { http_status: Some(answer.status), ..again("platform_error") },
            AgsError::Address(_) | AgsError::Unreadable(_) | AgsError::Paging => Outcome::park(Reason::NoLineItem.code(), &detail),
        }
    }
}
