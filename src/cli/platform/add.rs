use url::Url;

use super::super::{Context, Exit, UsageError, now};
use crate::{
    app::{add_platform, audit::By},
    ids,
    lti::address,
    store::{
        DEFAULT_TENANT, Store,
        registration::{DeploymentPolicy, Registration, RegistrationStatus},
    },
};

/// Add a platform
#[derive(Debug, clap::Args)]
#[command(after_help = "Where the values are:\n  \
    Moodle    Site administration > Plugins > External tool > Manage tools > the tool's list icon\n  \
    Canvas    issuer https://canvas.instructure.com, auth https://sso.canvaslms.com/api/lti/authorize_redirect,\n            \
        token https://sso.canvaslms.com/login/oauth2/token, jwks https://sso.canvaslms.com/api/lti/security/jwks;\n            \
        client id: Admin > Developer Keys, the number under Details\n\n\
    The platform need not be up. Without --deployment the first one that launches is learned, later ones wait\n\
    for `ferry platform approve`; with --family canvas each is accepted, because one key has many there.")]
pub(super) struct Args {
    /// `iss` of its messages
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// Our client id there
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// Authentication request URL
    #[arg(long, value_name = "URL")]
    auth_url: String,
    /// Access token URL
    #[arg(long, value_name = "URL")]
    token_url: String,
    /// Public keyset URL
    #[arg(long, value_name = "URL")]
    jwks_url: String,
    /// Deployment id that may launch; may be repeated
    #[arg(long, value_name = "ID")]
    deployment: Vec<String>,
    /// Name for people [default: the issuer's host]
    #[arg(long)]
    name: Option<String>,
    /// Which product it is [default: guessed from the addresses]
    #[arg(long, value_parser = ["moodle", "canvas", "edx", "generic"])]
    family: Option<String>,
    /// `aud` of token requests, where it is not the token URL
    #[arg(long, value_name = "TEXT")]
    token_audience: Option<String>,
    /// Accept launches without `sub` (anonymous visitors)
    #[arg(long)]
    anonymous: bool,
}

pub(super) async fn run(args: &Args, store: &Store, ctx: &Context) -> anyhow::Result<Exit> {
    let registration = registration(args, now())?;
    for url in [&args.auth_url, &args.token_url, &args.jwks_url] {
        if url.starts_with("http://") {
            ctx.out.warn(format!("`{url}` is plain http: launches work only if its host:port is in FERRY_ALLOW_HOSTS"));
        }
    }
    if !add_platform::insert(store, By::command_line(), registration.clone(), args.deployment.clone()).await? {
        anyhow::bail!(
            "a platform with issuer `{}` and client id `{}` is there already; `ferry platform show {}` shows it",
            registration.issuer,
            registration.client_id,
            registration.client_id
        );
    }
    ctx.out.data(&registration.id)?;
    ctx.out.say(format!("added `{}` ({})", registration.name, registration.family));
    if args.deployment.is_empty() && registration.deployment_policy == DeploymentPolicy::Pin {
        ctx.out.hint("the first deployment that launches is learned; name it with --deployment to be stricter");
    }
    Ok(Exit::Success)
}

fn registration(args: &Args, now: i64) -> Result<Registration, UsageError> {
    // An issuer is compared byte by byte, so it is kept as given.
    let issuer = web_address("--issuer", &args.issuer)?;
    let family = args.family.clone().unwrap_or_else(|| guess(&args.issuer, &args.auth_url, &args.token_url).to_owned());
    let name = args.name.clone().unwrap_or_else(|| issuer.host_str().unwrap_or("platform").to_owned());
    if args.client_id.trim().is_empty() {
        return Err(UsageError("--client-id is empty".to_owned()));
    }
    let checked = |flag: &str, text: &str| web_address(flag, text).map(|_| text.trim().to_owned());
    Ok(Registration {
        id: ids::new_id(),
        tenant_id: DEFAULT_TENANT.to_owned(),
        issuer: args.issuer.trim().to_owned(),
        client_id: args.client_id.trim().to_owned(),
        name,
        auth_url: checked("--auth-url", &args.auth_url)?,
        token_url: checked("--token-url", &args.token_url)?,
        token_audience: args.token_audience.clone(),
        jwks_url: checked("--jwks-url", &args.jwks_url)?,
        status: RegistrationStatus::Active,
        deployment_policy: if family == "canvas" && args.deployment.is_empty() { DeploymentPolicy::Accept } else { DeploymentPolicy::Pin },
        family,
        anonymous: args.anonymous,
        embedders: "[]".to_owned(),
        created_at: now,
        updated_at: now,
    })
}

fn web_address(flag: &str, text: &str) -> Result<Url, UsageError> {
    address::parse(text.trim()).map_err(|why| UsageError(format!("{flag} `{text}` {why}; write it like `https://lms.example.edu/path`")))
}

/// By the addresses each product is known for.
fn guess(issuer: &str, auth_url: &str, token_url: &str) -> &'static str {
    if auth_url.contains("/mod/lti/") || token_url.contains("/mod/lti/") {
        "moodle"
    } else if issuer.contains("instructure.com") || auth_url.contains("/api/lti/authorize_redirect") {
        "canvas"
    } else if token_url.contains("/lti_consumer/") || token_url.contains("/api/lti_consumer") {
        "edx"
    } else {
        "generic"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_known_by_their_addresses() {
        assert_eq!(guess("https://m.example", "https://m.example/mod/lti/auth.php", ""), "moodle");
        assert_eq!(guess("https://canvas.beta.instructure.com", "", ""), "canvas");
        assert_eq!(guess("https://lms.example", "https://lms.example/api/lti/authorize_redirect", ""), "canvas");
        assert_eq!(guess("https://edx.example", "", "https://edx.example/api/lti_consumer/v1/token/1"), "edx");
        assert_eq!(guess("https://x.example", "https://x.example/auth", "https://x.example/token"), "generic");
    }

    #[test]
    fn an_address_must_be_one() {
        assert!(web_address("--auth-url", "https://lms.example.edu/auth?x=1").is_ok());
        for bad in ["lms.example.edu", "ftp://lms.example.edu", "https://user:word@lms.example.edu"] {
            let told = web_address("--auth-url", bad).unwrap_err().to_string();
            assert!(told.contains("--auth-url") && told.contains("write it like"), "{told}");
        }
    }
}
