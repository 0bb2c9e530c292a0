//! The administrator's platforms.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Form, Path, Query},
};

use super::{learn::see, teach::value};
use crate::{
    app::{
        add_platform::{Added, PlatformForm, Product},
        platforms::Act,
    },
    ids,
    store::registration::DeploymentPolicy,
    web::{
        Error, State,
        admin::Admin,
        extract::Pairs,
        views::admin::{self, add, home, platform},
    },
};

/// `/admin`.
pub(crate) async fn home(state: Data<State>, admin: Admin, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    let reference = value(&query, "reference").trim();
    let view = state.app.admin_home(&admin.visit, Some(reference)).await?;
    Ok(home::page(&state, &admin, &view, reference, admin::said(value(&query, "said"))))
}

/// `/admin/platforms/add`: which product is it?
pub(crate) async fn choose(state: Data<State>, admin: Admin, request: HttpRequest) -> HttpResponse {
    let query = request.query_string();
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    add::choose(&state, &admin, &query)
}

/// `/admin/platforms/add/<product>`; what a refused launch named is filled in.
pub(crate) async fn form(state: Data<State>, admin: Admin, path: Path<String>, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    let product = Product::from_key(&path).ok_or(Error::NotFound)?;
    let mut form = PlatformForm { id: ids::new_id(), ..PlatformForm::from_pairs(&query) };
    if product == Product::Moodle && form.site.is_empty() {
        form.site = form.issuer.clone();
    }
    Ok(add::page(&state, &admin, product, &form, &Vec::new()))
}

pub(crate) async fn add(state: Data<State>, admin: Admin, path: Path<String>, pairs: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&pairs)?;
    let product = Product::from_key(&path).ok_or(Error::NotFound)?;
    let form = PlatformForm::from_pairs(&pairs);
    match state.app.add_platform(&admin.visit, product, &form).await? {
        Added::Done(id) => Ok(see(&state.site().path(&format!("/admin/platforms/{id}?said=added")))),
        Added::Refused(problems) => Ok(add::page(&state, &admin, product, &form, &problems)),
    }
}

/// `/admin/platforms/<id>`.
pub(crate) async fn platform(state: Data<State>, admin: Admin, id: Path<String>, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    let view = state.app.platform(&admin.visit, &id).await?;
    let form = PlatformForm::of(&view.registration);
    Ok(platform::page(&state, &admin, &view, &form, &Vec::new(), admin::said(value(&query, "said"))))
}

pub(crate) async fn change(state: Data<State>, admin: Admin, id: Path<String>, pairs: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&pairs)?;
    let form = PlatformForm::from_pairs(&pairs);
    match state.app.change_platform(&admin.visit, &id, &form).await? {
        Ok(()) => Ok(back(&state, &id, "changed")),
        Err(problems) => {
            let view = state.app.platform(&admin.visit, &id).await?;
            Ok(platform::page(&state, &admin, &view, &form, &problems, None))
        }
    }
}

pub(crate) async fn approve(state: Data<State>, admin: Admin, id: Path<String>, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    state.app.act_on_platform(&admin.visit, &id, Act::Approve).await?;
    Ok(back(&state, &id, "approved"))
}

pub(crate) async fn off(state: Data<State>, admin: Admin, id: Path<String>, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    state.app.act_on_platform(&admin.visit, &id, Act::SwitchOff).await?;
    Ok(back(&state, &id, "off"))
}

/// What happens to deployments we have not met, and to anonymous launches.
pub(crate) async fn policy(state: Data<State>, admin: Admin, id: Path<String>, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    let policy = DeploymentPolicy::parse(value(&form, "policy")).ok_or(Error::BadRequest("no such policy".into()))?;
    state.app.act_on_platform(&admin.visit, &id, Act::SetPolicy(policy)).await?;
    state.app.act_on_platform(&admin.visit, &id, Act::SetAnonymous(value(&form, "anonymous") == "yes")).await?;
    Ok(back(&state, &id, "changed"))
}

pub(crate) async fn deployment(
    state: Data<State>,
    admin: Admin,
    path: Path<(String, String)>,
    form: Form<Pairs>,
) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    let (id, deployment) = path.into_inner();
    let (act, said) = match value(&form, "act") {
        "approve" => (Act::ApproveDeployment(deployment), "deployment-approved"),
        "block" => (Act::BlockDeployment(deployment), "deployment-blocked"),
        _ => return Err(Error::BadRequest("approve or block".into())),
    };
    state.app.act_on_platform(&admin.visit, &id, act).await?;
    Ok(back(&state, &id, said))
}

/// Are you sure?
pub(crate) async fn ask_remove(state: Data<State>, admin: Admin, id: Path<String>) -> Result<HttpResponse, Error> {
    let view = state.app.platform(&admin.visit, &id).await?;
    Ok(platform::remove(&state, &admin, &view, false))
}

pub(crate) async fn remove(state: Data<State>, admin: Admin, id: Path<String>, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    if state.app.remove_platform(&admin.visit, &id, value(&form, "name")).await? {
        return Ok(see(&state.site().path("/admin?said=removed")));
    }
    let view = state.app.platform(&admin.visit, &id).await?;
    Ok(platform::remove(&state, &admin, &view, true))
}

fn back(state: &State, id: &str, said: &str) -> HttpResponse {
    see(&state.site().path(&format!("/admin/platforms/{id}?said={said}")))
}
