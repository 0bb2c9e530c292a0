//! What waits for the administrator, and links by which an LMS registers itself.

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path, Query},
};

use super::{learn::see, teach::value};
use crate::{
    app::{platforms::Act, register_platform::InviteForm},
    web::{
        Error, State,
        admin::Admin,
        extract::Pairs,
        views::admin::{self, invite, waiting},
    },
};

/// `/admin/waiting`.
pub(crate) async fn show(state: Data<State>, admin: Admin, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    let queue = state.app.waiting(&admin.visit).await?;
    Ok(waiting::page(&state, &admin, &queue, admin::said(value(&query, "said"))))
}

/// A button of the queue; what it does is in its value.
pub(crate) async fn decide(state: Data<State>, admin: Admin, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    let deployment = || value(&form, "deployment").to_owned();
    let (act, said) = match value(&form, "act") {
        "approve-platform" => (Act::Approve, "approved"),
        "apply-change" => (Act::ApplyChange, "applied"),
        "drop-change" => (Act::DropChange, "dropped"),
        "approve" => (Act::ApproveDeployment(deployment()), "deployment-approved"),
        "reject" => (Act::BlockDeployment(deployment()), "deployment-blocked"),
        _ => return Err(Error::BadRequest("no such act".into())),
    };
    state.app.act_on_platform(&admin.visit, value(&form, "platform"), act).await?;
    Ok(see(&state.site().path(&format!("/admin/waiting?said={said}"))))
}

/// `/admin/platforms/invite`: links that work or were used.
pub(crate) async fn links(state: Data<State>, admin: Admin, query: Query<Pairs>) -> Result<HttpResponse, Error> {
    let links = state.app.registration_links(&admin.visit).await?;
    Ok(invite::page(&state, &admin, &links, &InviteForm::default(), &Vec::new(), admin::said(value(&query, "said"))))
}

/// Makes a link. Its address is shown once, on this very answer.
pub(crate) async fn invite(state: Data<State>, admin: Admin, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    let text = |name: &str| value(&form, name).to_owned();
    let typed = InviteForm { name: text("name"), site: text("site"), approved: value(&form, "approved") == "yes" };
    match state.app.invite_platform(&admin.visit, &typed).await? {
        Ok(address) => Ok(invite::made(&state, &admin, &typed, &address)),
        Err(problems) => {
            let links = state.app.registration_links(&admin.visit).await?;
            Ok(invite::page(&state, &admin, &links, &typed, &problems, None))
        }
    }
}

pub(crate) async fn withdraw(state: Data<State>, admin: Admin, id: Path<String>, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    state.app.withdraw_registration_link(&admin.visit, &id).await?;
    Ok(see(&state.site().path("/admin/platforms/invite?said=withdrawn")))
}

/// `/admin/platforms/<id>/change`: what registering again, or under another name, means for it.
pub(crate) async fn change(state: Data<State>, admin: Admin, id: Path<String>, form: Form<Pairs>) -> Result<HttpResponse, Error> {
    admin.check_form(&form)?;
    let (act, said) = match value(&form, "act") {
        "apply-change" => (Act::ApplyChange, "applied"),
        "drop-change" => (Act::DropChange, "dropped"),
        "take-place" => (Act::TakePlaceOf(value(&form, "of").to_owned()), "took-place"),
        "siblings" => (Act::AddSiblings, "siblings"),
        _ => return Err(Error::BadRequest("no such act".into())),
    };
    let stays = state.app.act_on_platform(&admin.visit, &id, act).await?;
    Ok(see(&state.site().path(&format!("/admin/platforms/{stays}?said={said}"))))
}
