//! `ferry serve --trial`: a throw-away data folder, the trial platform beside the tool, its registration in a tenant of its own.

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt as _,
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context as _;
use url::Url;

use crate::{
    app::this_machine,
    clock::{self, Clock},
    config::{DatabaseSettings, Settings},
    course::Course,
    ids,
    lti::jose::KeySet,
    services::http::{Client, Request},
    store::{
        Durability, Store, StoreError, Tx,
        registration::{self, DeploymentPolicy, Registration, RegistrationStatus},
        tenant::{self, Tenant, TenantKind},
    },
    trial::{Activity, ServerHandle, ToolKeys, Trial},
};

const TENANT: &str = "trial";

/// A data folder that is gone when this is dropped.
pub(super) struct ThrowAway(PathBuf);

impl Drop for ThrowAway {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Turns the settings into a trial's: this machine only, nothing kept, the operator's database untouched.
pub(super) fn confine(settings: &mut Settings) -> anyhow::Result<ThrowAway> {
    if !settings.server.listen.ip().is_loopback() {
        anyhow::bail!(
            "a trial listens on this machine only, not on `{}`: leave FERRY_LISTEN out, or use 127.0.0.1:<port>",
            settings.server.listen
        );
    }
    if let Some(url) = &settings.server.public_url {
        this_machine::check_public_url(url).context("leave FERRY_PUBLIC_URL out for a trial")?;
    }
    let dir = std::env::temp_dir().join(format!("ferry-trial-{}", ids::random_token(9)?));
    DirBuilder::new().mode(0o700).create(&dir).with_context(|| format!("cannot make the trial's data folder `{}`", dir.display()))?;
    settings.database = DatabaseSettings::sqlite_in(&dir);
    settings.master_key = None;
    Ok(ThrowAway(dir))
}

/// Takes the trial platform's port and allows the tool to call it.
pub(super) fn bind(tool: &str, settings: &mut Settings) -> anyhow::Result<Trial> {
    let tool = Url::parse(tool)?;
    let trial = Trial::bind(&tool, tool.port_or_known_default().unwrap_or(8080).saturating_add(1))?;
    let host = &trial.registration().host;
    let (name, port) = host.rsplit_once(':').context("the trial platform has no port")?;
    settings.network.allow_hosts.push((name.to_owned(), port.parse()?));
    // The platform fetches the tool's keys.
    if let (Some(host), Some(port)) = (tool.host_str(), tool.port_or_known_default()) {
        settings.network.allow_hosts.push((host.to_owned(), port));
    }
    Ok(trial)
}

/// Registers the trial platform with the tool, in its own tenant.
pub(super) async fn register(trial: &Trial, store: &Store) -> Result<(), StoreError> {
    let now = clock::now().as_millisecond();
    let r = trial.registration().clone();
    let row = Registration {
        id: ids::new_id(),
        tenant_id: TENANT.to_owned(),
        issuer: r.issuer,
        client_id: r.client_id.to_owned(),
        name: "Trial LMS".to_owned(),
        family: "generic".to_owned(),
        auth_url: r.auth_url,
        token_url: r.token_url,
        token_audience: None,
        jwks_url: r.jwks_url,
        status: RegistrationStatus::Active,
        deployment_policy: DeploymentPolicy::Pin,
        anonymous: false,
        embedders: "[]".to_owned(),
        created_at: now,
        updated_at: now,
    };
    store
        .write(Durability::Full, async move |tx: &mut Tx| {
            tenant::insert(tx, &Tenant { id: TENANT.to_owned(), name: "Trial".to_owned(), kind: TenantKind::Trial, created_at: now })
                .await?;
            registration::insert(tx, &row).await?;
            registration::pin_deployment(tx, &row.id, r.deployment_id, now).await.map(drop)
        })
        .await
}

/// Forgets everybody who tried.
pub(super) async fn forget(store: &Store) -> Result<(), StoreError> {
    store.write(Durability::Full, async |tx: &mut Tx| tenant::erase(tx, TENANT).await.map(drop)).await
}

/// Starts the trial platform; the handle stops it.
pub(super) fn start(trial: Trial, tool: &str, course: &Course, http: Client, clock: Clock) -> anyhow::Result<ServerHandle> {
    let keys: ToolKeys = {
        let url = Url::parse(&format!("{}/lti/jwks.json", tool.trim_end_matches('/')))?;
        Arc::new(move || {
            let (http, url) = (http.clone(), url.clone());
            Box::pin(async move {
                let answer = http.send(Request::get(&url)).await.map_err(|e| e.to_string())?;
                KeySet::parse(&answer.body).map_err(|e| e.to_string())
            })
        })
    };
    let server = trial.serve(Url::parse(tool)?, activities(course), clock, keys)?;
    let handle = server.handle();
    tokio::spawn(server);
    Ok(handle)
}

/// What the trial course offers: the whole course first, then each module.
fn activities(course: &Course) -> Vec<Activity> {
    let whole = Activity { id: course.id.clone(), title: course.title.clone() };
    let modules = course.modules.iter().map(|m| Activity { id: m.id.clone(), title: m.numbered() });
    std::iter::once(whole).chain(modules).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::defaults_in(std::path::Path::new("nowhere")).unwrap()
    }

    #[test]
    fn a_trial_keeps_nothing_and_leaves_the_operators_folder_alone() {
        let mut settings = settings();
        let before = settings.database.data_dir.clone();
        let folder = confine(&mut settings).unwrap();
        let dir = settings.database.data_dir.clone();
        assert!(dir.is_dir() && dir != before);
        drop(folder);
        assert!(!dir.exists());
    }

    #[test]
    fn a_trial_refuses_any_other_machine() {
        let mut open = settings();
        open.server.listen = "0.0.0.0:8080".parse().unwrap();
        assert!(confine(&mut open).is_err_and(|e| e.to_string().contains("this machine only")));
        let mut public = settings();
        public.server.public_url = Some(Url::parse("https://ferry.example.edu").unwrap());
        assert!(confine(&mut public).is_err_and(|e| format!("{e:#}").contains("ferry.example.edu")));
    }

    #[test]
    fn the_trial_platform_is_another_site_and_may_be_called() {
        let mut settings = settings();
        let trial = bind("http://127.0.0.1:18080/", &mut settings).unwrap();
        assert!(trial.registration().issuer.starts_with("http://localhost:"));
        let allowed: Vec<_> = settings.network.allow_hosts.iter().map(|h| h.0.as_str()).collect();
        assert_eq!(allowed, ["localhost", "127.0.0.1"]);
    }
}
