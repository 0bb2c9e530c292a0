//! `ferry doctor`: what is wrong between an LMS and us, who can end it, and where.

use std::future::Future;

use serde_json::json;

use super::{Context, Exit, UsageError, outbound, platform, secret_link};
use crate::{
    app::{
        AppError, Site,
        audit::By,
        doctor::{Doctor, Order, Report},
        master_key,
    },
    clock,
    lti::doctor::{Finding, Tally, Verdict},
    store::{DEFAULT_TENANT, registration},
};

/// Look for what is wrong between an LMS and this tool
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ferry doctor                                       every platform\n  \
    ferry doctor --platform AbC123 --course \"Biology 1\"   one course of one platform\n  \
    ferry doctor --platform AbC123 --forward           with texts to send to whoever can help\n\n\
    Looks at our address and keys, the clocks, the LMS's keys, a token for each scope, and in the courses known from\n\
    launches: columns, results, course list. Works beside a running server and changes nothing, except with\n\
    --test-column: that makes a column in the grade book of the course, sends it a score for somebody who does not\n\
    exist, and removes it. Canvas may announce it to the class.\n\n\
    Exit code 1 when something failed. Codes are explained in docs/MESSAGES.md.")]
pub struct Args {
    /// Only this platform: its id or client id
    #[arg(long, value_name = "ID")]
    platform: Option<String>,
    /// Only this course: the LMS's id, label or title [default: the latest five]
    #[arg(long, value_name = "COURSE", requires = "platform")]
    course: Option<String>,
    /// Also make a test column in the grade book, and remove it again
    #[arg(long, requires = "course")]
    test_column: bool,
    /// Also print texts to send to whoever can help
    #[arg(long)]
    forward: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, ctx: &Context) -> anyhow::Result<Exit> {
    let settings = ctx.settings()?;
    let http = outbound::client(&settings.network)?;
    ctx.with_store(&settings, async |store| {
        let platforms = match &args.platform {
            Some(word) => vec![platform::find(store, word).await?],
            None => registration::list(&mut store.read().await?, DEFAULT_TENANT).await?,
        };
        let site = Site::parse(&secret_link::public_address(store, &settings).await?)?;
        let master = master_key(settings.master_key.as_ref(), &settings.database.data_dir)?;
        let doctor = Doctor::new(store.clone(), clock::system(), http.clone(), master, site);
        let order = Order { course: args.course.clone(), test_column: args.test_column };
        let mut reports = Vec::new();
        for platform in &platforms {
            let report =
                to_the_end(doctor.clone().visit(By::command_line(), platform.clone(), order.clone()), args.test_column, ctx).await?;
            if !args.json && !reports.is_empty() {
                ctx.out.data("")?;
            }
            if !args.json {
                print(&report, args.forward, ctx)?;
            }
            reports.push(report);
        }
        if args.json {
            ctx.out.data(serde_json::to_string_pretty(&reports.iter().map(described).collect::<Vec<_>>())?)?;
        } else if reports.is_empty() {
            ctx.out.say("no platforms yet");
            ctx.out.hint("`ferry platform invite` makes a link by which an LMS registers itself");
        }
        let failed = reports.iter().any(|r| Tally::of(&r.findings).failed > 0);
        Ok(if failed { Exit::Problems } else { Exit::Success })
    })
}

/// With a test column in a grade book, Ctrl-C has to wait.
async fn to_the_end(look: impl Future<Output = Result<Report, AppError>>, test_column: bool, ctx: &Context) -> anyhow::Result<Report> {
    let mut look = std::pin::pin!(look);
    let report = if test_column {
        tokio::select! {
            report = &mut look => report,
            _ = tokio::signal::ctrl_c() => {
                ctx.out.say("Stopping: the test column is removed first.");
                look.await
            }
        }
    } else {
        look.await
    };
    report.map_err(|error| match error {
        AppError::Invalid(why) => UsageError(why).into(),
        other => other.into(),
    })
}

fn print(report: &Report, forward: bool, ctx: &Context) -> anyhow::Result<()> {
    let r = &report.registration;
    ctx.out.data(format!("{} ({}, client ID {})", r.name, r.issuer, r.client_id))?;
    for finding in &report.findings {
        for line in lines(finding, &r.family) {
            ctx.out.data(line)?;
        }
    }
    if forward {
        for text in report.findings.iter().filter_map(|f| f.to_forward(&report.here())) {
            ctx.out.data(format!("\n---\n{text}"))?;
        }
        ctx.out.data("---")?;
    }
    ctx.out.data(format!("{}: {}", r.name, Tally::of(&report.findings).sentence()))?;
    Ok(())
}

/// One line for what is well; beneath what is not, what to do.
fn lines(finding: &Finding, family: &str) -> Vec<String> {
    let (sign, word) = finding.verdict().shown();
    let told = [finding.subject.as_str(), finding.happened(), finding.detail.as_str()];
    let told = told.iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(" · ");
    let mut lines = vec![format!("{sign} {word:<9}  {:<20}  {told}", finding.check.name()).trim_end().to_owned()];
    if matches!(finding.verdict(), Verdict::Warning | Verdict::Failed) {
        let beneath = [
            ("do", finding.what_to_do()),
            ("who", finding.who().map_or("", crate::lti::doctor::Who::name)),
            ("where", finding.screen(family)),
            ("code", finding.code()),
        ];
        lines.extend(beneath.iter().filter(|(_, text)| !text.is_empty()).map(|(what, text)| format!("{:13}{what:<20}  {text}", "")));
    }
    lines
}

fn described(report: &Report) -> serde_json::Value {
    let r = &report.registration;
    let one = |f: &Finding| {
        json!({
            "check": f.check.name(), "subject": f.subject, "verdict": f.verdict().shown().1, "code": f.code(), "happened": f.happened(),
            "detail": f.detail, "who": f.who().map(crate::lti::doctor::Who::name), "where": f.screen(&r.family),
            "what_to_do": f.what_to_do(), "forward": f.to_forward(&report.here()),
        })
    };
    json!({
        "platform": r.id, "name": r.name, "issuer": r.issuer, "client_id": r.client_id, "at": report.at,
        "findings": report.findings.iter().map(one).collect::<Vec<_>>(),
    })
}
