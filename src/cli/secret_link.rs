//! Links that are secrets: on a terminal they are shown, elsewhere they go into a file, so that no log ever holds one.

use super::{Context, Exit, private};
use crate::{
    config::Settings,
    store::{Store, meta},
};

/// The public address: what is set counts, else where the last server really was, whose port may be one that was free.
pub(super) async fn public_address(store: &Store, settings: &Settings) -> anyhow::Result<String> {
    let noted = meta::get(&mut store.read().await?, meta::ADDRESS).await?;
    let noted = noted.filter(|_| settings.server.public_url.is_none());
    Ok(noted.unwrap_or_else(|| settings.server.public_url_on(settings.server.listen)))
}

/// Shows the link, or writes it into a private file whose name starts with `name`.
pub(super) fn hand_over(link: &str, name: &str, works_for: &str, settings: &Settings, ctx: &Context) -> anyhow::Result<Exit> {
    if ctx.out.is_terminal() {
        ctx.out.data(link)?;
        ctx.out.say(format!("works once, for {works_for}"));
    } else {
        let path = private::write(&settings.database.data_dir, name, link)?;
        ctx.out.data(path.display().to_string())?;
        ctx.out.say(format!("the link is in this file, for your eyes only; it works once, for {works_for}"));
    }
    if settings.plain_http_beyond_loopback() {
        ctx.out.warn("the public address is plain http: browsers will not keep the sign-in; set FERRY_PUBLIC_URL to an https address");
    }
    Ok(Exit::Success)
}
