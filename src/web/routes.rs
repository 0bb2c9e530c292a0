//! The table: every address we answer.

use actix_web::web::{ServiceConfig, get, post, resource};

use super::handlers::{
    admin, admin_sign_in, admin_v1p1, assets, audit, doctor, front, health, keys, launch, learn, login, media, notices, packages, pick,
    quiz, register, session, teach, tool, v1p1, waiting,
};

/// All routes, relative to the site's path prefix.
#[rustfmt::skip]
pub(crate) fn routes(app: &mut ServiceConfig) {
    app
        .service(resource("/").route(get().to(front::front)))
        .service(resource("/healthz").route(get().to(health::healthz)))
        .service(resource("/readyz").route(get().to(health::readyz)))
        .service(resource("/metrics").route(get().to(health::metrics)))
        .service(resource("/assets/{hash}/{name}").route(get().to(assets::asset)))

        .service(resource("/media/{expiry}/{signature}/{path:.+}").route(get().to(media::media)))

        .service(resource("/lti/login").route(get().to(login::by_get)).route(post().to(login::by_post)))
        .service(resource("/lti/launch").route(post().to(launch::launch)))
        .service(resource("/lti/launch/proof").route(post().to(launch::prove)))
        .service(resource("/lti/v1p1/launch").route(post().to(v1p1::launch)))
        .service(resource("/lti/notices").route(post().to(notices::receive)))
        .service(resource("/lti/jwks.json").route(get().to(launch::jwks)))
        .service(resource("/lti/register").route(get().to(register::without_link)))
        .service(resource("/lti/register/{link}").route(get().to(register::show)).route(post().to(register::register)))
        .service(resource("/lti/canvas.json").route(get().to(tool::canvas)))
        .service(resource("/lti/v1p1/config.xml").route(get().to(tool::v1p1)))
        .service(resource("/icon.svg").route(get().to(tool::icon)))

        .service(resource("/l/{launch}/").route(get().to(learn::home)))
        .service(resource("/l/{launch}/check").route(get().to(session::check)))
        .service(resource("/l/{launch}/end").route(post().to(session::end)))
        .service(resource("/l/{launch}/progress").route(post().to(learn::progress)))
        .service(resource("/l/{launch}/p/{page}").route(get().to(learn::page)))
        .service(resource("/l/{launch}/p/{page}/read").route(post().to(learn::read)))
        .service(resource("/l/{launch}/quiz/{quiz}/start").route(post().to(quiz::start)))
        .service(resource("/l/{launch}/attempt/{attempt}/save").route(post().to(quiz::save)))
        .service(resource("/l/{launch}/attempt/{attempt}/submit").route(post().to(quiz::submit)))
        .service(resource("/l/{launch}/result/{attempt}").route(get().to(quiz::result)))
        .service(resource("/l/{launch}/result/{attempt}/road").route(get().to(quiz::road)))

        .service(resource("/l/{launch}/class").route(get().to(teach::class)))
        .service(resource("/l/{launch}/class.csv").route(get().to(teach::export)))
        .service(resource("/l/{launch}/class/resend").route(post().to(teach::resend_stuck)))
        .service(resource("/l/{launch}/class/{learner}").route(get().to(teach::learner)))
        .service(resource("/l/{launch}/class/{learner}/attempt/{attempt}").route(get().to(teach::attempt)))
        .service(resource("/l/{launch}/class/{learner}/resend").route(post().to(teach::resend)))
        .service(resource("/l/{launch}/class/{learner}/keep").route(post().to(teach::keep)))
        .service(resource("/l/{launch}/choose").route(get().to(teach::choose)).route(post().to(teach::chosen)))
        .service(resource("/l/{launch}/copied").route(get().to(teach::copied)).route(post().to(teach::decide_copied)))
        .service(resource("/l/{launch}/packages").route(get().to(packages::for_teacher)))
        .service(resource("/l/{launch}/packages/{file}").route(get().to(packages::file_for_teacher)))

        .service(resource("/l/{launch}/pick").route(get().to(pick::choose)))
        .service(resource("/l/{launch}/pick/review").route(get().to(pick::review)))
        .service(resource("/l/{launch}/pick/answer").route(post().to(pick::answer)))
        .service(resource("/l/{launch}/pick/cancel").route(post().to(pick::cancel)))

        .service(resource("/packages").route(get().to(packages::by_link)))
        .service(resource("/packages/{file}").route(get().to(packages::file_by_link)))

        .service(resource("/admin").route(get().to(admin::home)))
        .service(resource("/admin/sign-in").route(get().to(admin_sign_in::show)).route(post().to(admin_sign_in::by_password)))
        .service(resource("/admin/sign-in/link").route(post().to(admin_sign_in::by_link)))
        .service(resource("/admin/sign-in/account").route(post().to(admin_sign_in::account)))
        .service(resource("/admin/sign-out").route(post().to(admin_sign_in::out)))
        .service(resource("/admin/packages").route(get().to(packages::for_admin)))
        .service(resource("/admin/packages/link").route(post().to(packages::make_link)))
        .service(resource("/admin/packages/{file}").route(get().to(packages::file_for_admin)))
        .service(resource("/admin/audit").route(get().to(audit::show)))
        .service(resource("/admin/keys").route(get().to(keys::show)))
        .service(resource("/admin/waiting").route(get().to(waiting::show)).route(post().to(waiting::decide)))
        .service(resource("/admin/platforms/invite").route(get().to(waiting::links)).route(post().to(waiting::invite)))
        .service(resource("/admin/platforms/invite/{link}").route(post().to(waiting::withdraw)))
        .service(resource("/admin/platforms/add").route(get().to(admin::choose)))
        .service(resource("/admin/platforms/add/v1p1").route(get().to(admin_v1p1::form)).route(post().to(admin_v1p1::add)))
        .service(resource("/admin/platforms/add/{product}").route(get().to(admin::form)).route(post().to(admin::add)))
        .service(resource("/admin/platforms/{id}").route(get().to(admin::platform)).route(post().to(admin::change)))
        .service(resource("/admin/platforms/{id}/approve").route(post().to(admin::approve)))
        .service(resource("/admin/platforms/{id}/off").route(post().to(admin::off)))
        .service(resource("/admin/platforms/{id}/change").route(post().to(waiting::change)))
        .service(resource("/admin/platforms/{id}/policy").route(post().to(admin::policy)))
        .service(resource("/admin/platforms/{id}/deployments/{deployment}").route(post().to(admin::deployment)))
        .service(resource("/admin/platforms/{id}/doctor").route(get().to(doctor::ask)).route(post().to(doctor::look)))
        .service(resource("/admin/platforms/{id}/secret").route(post().to(admin_v1p1::renew)))
        .service(resource("/admin/platforms/{id}/remove").route(get().to(admin::ask_remove)).route(post().to(admin::remove)));
}
