//! Our signing keys, and which platform has them.

use actix_web::HttpResponse;
use askama::Template;

use super::frame;
use crate::{
    app::{
        key_proofs::KeyRing,
        tool_keys::{LEAD, RETIRED_KEY_LIFE},
    },
    store::{
        key_proof::KeyProof,
        registration::Registration,
        tool_key::{KeyStatus, ToolKey},
    },
    web::{
        State,
        admin::Admin,
        views::{
            Base, html,
            tools::{Frame, When},
        },
    },
};

#[derive(Template)]
#[template(path = "web/admin/keys.html")]
struct KeysPage<'a> {
    base: Base,
    frame: Frame,
    keyset: String,
    rotate_days: u32,
    lead_days: i64,
    signs: Option<Key<'a>>,
    platforms: Vec<Line<'a>>,
    next: Option<Key<'a>>,
    retired: Vec<Retired<'a>>,
}

/// A key that signs, or will.
struct Key<'a> {
    kid: &'a str,
    made: When,
    signs_from: When,
}

struct Line<'a> {
    href: String,
    name: &'a str,
    issuer: &'a str,
    proof: Proof,
}

/// What a platform said to a key.
enum Proof {
    /// It gave a token.
    Has(When),
    /// It was asked and gave none.
    Refused(When),
    /// It was never asked.
    Unknown,
}

struct Retired<'a> {
    kid: &'a str,
    since: When,
    until: When,
}

impl KeysPage<'_> {
    fn proved(&self) -> usize {
        self.platforms.iter().filter(|p| matches!(p.proof, Proof::Has(_))).count()
    }
}

pub(crate) fn page(state: &State, admin: &Admin, ring: &KeyRing) -> HttpResponse {
    let now = state.app.now();
    let of = |status| ring.keys.iter().filter(move |k| k.status == status);
    let page = KeysPage {
        base: Base::new(state),
        frame: frame(state, admin, "keys"),
        keyset: state.site().url("/lti/jwks.json"),
        rotate_days: ring.rotate_days,
        lead_days: LEAD / (24 * 60 * 60 * 1000),
        signs: of(KeyStatus::Active).map(|k| key(k, now)).next(),
        platforms: ring.platforms.iter().map(|r| line(state, ring, r, now)).collect(),
        next: of(KeyStatus::Next).map(|k| key(k, now)).next(),
        retired: of(KeyStatus::Retired)
            .map(|k| {
                let since = k.retired_at.unwrap_or(k.created_at);
                Retired { kid: &k.kid, since: When::new(since, now), until: When::new(since + RETIRED_KEY_LIFE, now) }
            })
            .collect(),
    };
    html(HttpResponse::Ok(), &page)
}

fn key(k: &ToolKey, now: i64) -> Key<'_> {
    Key { kid: &k.kid, made: When::new(k.created_at, now), signs_from: When::new(k.signs_from, now) }
}

fn line<'a>(state: &State, ring: &'a KeyRing, r: &'a Registration, now: i64) -> Line<'a> {
    Line {
        href: state.site().path(&format!("/admin/platforms/{}", r.id)),
        name: &r.name,
        issuer: &r.issuer,
        proof: proof(ring.proof(&r.id), now),
    }
}

/// A key never changes: a platform that once gave a token for it has fetched it, whatever it refused before or after.
fn proof(said: Option<&KeyProof>, now: i64) -> Proof {
    match said.map(|p| (p.granted_at, p.refused_at)) {
        Some((Some(at), _)) => Proof::Has(When::new(at, now)),
        Some((None, Some(at))) => Proof::Refused(When::new(at, now)),
        _ => Proof::Unknown,
    }
}
