use serde_json::{Value, json};

use super::super::{Context, Exit};
use crate::store::{
    DEFAULT_TENANT, Store,
    registration::{self, Deployment, DeploymentStatus, Registration, RegistrationStatus},
};

pub(super) async fn list(store: &Store, as_json: bool, ctx: &Context) -> anyhow::Result<Exit> {
    let mut tx = store.read().await?;
    let mut rows = Vec::new();
    for r in registration::list(&mut tx, DEFAULT_TENANT).await? {
        let deployments = registration::deployments(&mut tx, &r.id).await?;
        rows.push((r, deployments));
    }
    if as_json {
        let all: Vec<Value> = rows.iter().map(|(r, d)| described(r, d)).collect();
        ctx.out.data(serde_json::to_string_pretty(&all)?)?;
    } else if rows.is_empty() {
        ctx.out.say("no platforms yet");
        ctx.out.hint("`ferry platform add --help` says how to add one, `ferry serve --trial` works without");
    } else {
        let cells = |(r, d): &(Registration, Vec<Deployment>)| {
            let waiting = d.iter().filter(|d| d.status == DeploymentStatus::Waiting).count();
            let state = match (r.status, waiting) {
                (RegistrationStatus::Active, 0) => "active".to_owned(),
                (RegistrationStatus::Active, n) => format!("active, {n} waiting"),
                (other, _) => other.as_str().to_owned(),
            };
            vec![r.id.clone(), r.name.clone(), r.family.clone(), state, r.issuer.clone(), r.client_id.clone()]
        };
        ctx.out.table(&["ID", "NAME", "FAMILY", "STATE", "ISSUER", "CLIENT ID"], &rows.iter().map(cells).collect::<Vec<_>>())?;
    }
    Ok(Exit::Success)
}

pub(super) async fn show(store: &Store, word: &str, as_json: bool, ctx: &Context) -> anyhow::Result<Exit> {
    let r = super::find(store, word).await?;
    let deployments = registration::deployments(&mut store.read().await?, &r.id).await?;
    let described = described(&r, &deployments);
    if as_json {
        ctx.out.data(serde_json::to_string_pretty(&described)?)?;
        return Ok(Exit::Success);
    }
    for (key, value) in described.as_object().into_iter().flatten() {
        match value {
            Value::String(text) => ctx.out.data(format!("{key:<18} {text}"))?,
            Value::Null => {}
            Value::Array(_) => {}
            other => ctx.out.data(format!("{key:<18} {other}"))?,
        }
    }
    for d in &deployments {
        ctx.out.data(format!("{:<18} {} ({})", "deployment", d.lms_id, d.status.as_str()))?;
    }
    if deployments.iter().any(|d| d.status == DeploymentStatus::Waiting) || r.status == RegistrationStatus::Pending {
        ctx.out.hint(format!("`ferry platform approve {}` lets in what waits", r.id));
    }
    Ok(Exit::Success)
}

fn described(r: &Registration, deployments: &[Deployment]) -> Value {
    let deployments: Vec<Value> = deployments.iter().map(|d| json!({"id": d.lms_id, "status": d.status.as_str()})).collect();
    json!({
        "id": r.id, "name": r.name, "family": r.family, "status": r.status.as_str(), "issuer": r.issuer, "client_id": r.client_id,
        "auth_url": r.auth_url, "token_url": r.token_url, "token_audience": r.token_audience, "jwks_url": r.jwks_url,
        "deployment_policy": r.deployment_policy.as_str(), "anonymous": r.anonymous, "deployments": deployments,
    })
}
