//! Our signing keys, and which platform has them.

use actix_web::HttpResponse;
use askama::Template;

use super::frame;
use crate::{
    app::{
        key_proofs::{Has, KeyRing},
        tool_keys::LEAD,
    },
    store::{
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
    rotate_days: u32,
    lead_days: i64,
    keys: Vec<Key<'a>>,
    platforms: Vec<Line<'a>>,
    /// How many have the key that signs, and the next one, if there is one.
    proved: usize,
    next: Option<Next>,
}

struct Key<'a> {
    kid: &'a str,
    status: KeyStatus,
    made: When,
    signs_from: When,
    signed: bool,
    until: Option<When>,
}

/// The key that is announced.
struct Next {
    proved: usize,
    signs_from: When,
}

struct Line<'a> {
    href: String,
    name: &'a str,
    issuer: &'a str,
    signs: Proof,
    next: Option<Proof>,
}

struct Proof {
    has: Has,
    when: Option<When>,
}

impl KeysPage<'_> {
    /// Whether some platform stands so with the key that signs.
    fn some(&self, stands: fn(&Has) -> bool) -> bool {
        self.platforms.iter().any(|p| stands(&p.signs.has))
    }

    fn some_unknown(&self) -> bool {
        self.some(|has| *has == Has::Unknown)
    }

    fn some_refused(&self) -> bool {
        self.some(|has| matches!(has, Has::Refused(_)))
    }

    /// Whether some platform lacks the key that is announced.
    fn some_wait(&self) -> bool {
        self.platforms.iter().any(|p| p.next.as_ref().is_some_and(|next| !next.has.it()))
    }
}

pub(crate) fn page(state: &State, admin: &Admin, ring: &KeyRing) -> HttpResponse {
    let now = state.app.now();
    let next = ring.key(KeyStatus::Next);
    let page = KeysPage {
        base: Base::new(state),
        frame: frame(state, admin, "keys"),
        rotate_days: ring.rotate_days,
        lead_days: LEAD / (24 * 60 * 60 * 1000),
        keys: ring.keys.iter().map(|k| key(ring, k, now)).collect(),
        platforms: ring.platforms.iter().map(|r| line(state, ring, r, now)).collect(),
        proved: ring.key(KeyStatus::Active).map_or(0, |k| ring.proved(&k.kid)),
        next: next.map(|k| Next { proved: ring.proved(&k.kid), signs_from: When::new(k.signs_from, now) }),
    };
    html(HttpResponse::Ok(), &page)
}

fn key<'a>(ring: &KeyRing, k: &'a ToolKey, now: i64) -> Key<'a> {
    Key {
        kid: &k.kid,
        status: k.status,
        made: When::new(k.created_at, now),
        signs_from: When::new(k.signs_from, now),
        signed: k.signs_ever(),
        until: ring.until(k).map(|at| When::new(at, now)),
    }
}

fn line<'a>(state: &State, ring: &'a KeyRing, r: &'a Registration, now: i64) -> Line<'a> {
    let proof = |k: &ToolKey| proof(ring.has(&r.id, &k.kid), now);
    Line {
        href: state.site().path(&format!("/admin/platforms/{}", r.id)),
        name: &r.name,
        issuer: &r.issuer,
        signs: ring.key(KeyStatus::Active).map_or(Proof { has: Has::Unknown, when: None }, proof),
        next: ring.key(KeyStatus::Next).map(proof),
    }
}

fn proof(has: Has, now: i64) -> Proof {
    let when = match has {
        Has::Token(at) | Has::Fetched(at) | Has::Refused(at) => Some(When::new(at, now)),
        Has::Unknown => None,
    };
    Proof { has, when }
}
