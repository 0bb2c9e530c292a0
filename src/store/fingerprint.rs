//! What a launch says, condensed: where a row carries the same, nothing has changed and nothing is written.

use super::launch::LaunchRecord;
use crate::ids;

/// What the launch says, condensed. With the day in it, so that `seen_at` and `updated_at` are never older than one.
pub(super) struct Fingerprints {
    pub(super) link: String,
    pub(super) enrolment: String,
}

impl Fingerprints {
    pub(super) fn of(l: &LaunchRecord, now: i64) -> Self {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let (c, k, u) = (&l.context, &l.link, &l.learner);
        let day = (now / DAY).to_string();
        let text = |o: &Option<String>| o.clone().unwrap_or_default();
        Self {
            link: digest(&[
                &day,
                &c.label,
                &c.title,
                &text(&c.lineitems_url),
                &text(&c.memberships_url),
                &k.title,
                &k.target,
                &text(&k.lineitem),
                &k.ags_scopes,
            ]),
            enrolment: digest(&[
                &day,
                &l.role,
                &l.roles,
                if l.gradable { "1" } else { "0" },
                &text(&u.name),
                &text(&u.given_name),
                &text(&u.family_name),
                &text(&u.email),
                &text(&u.locale),
            ]),
        }
    }
}

fn digest(parts: &[&str]) -> String {
    let mut bytes = Vec::with_capacity(512);
    for part in parts {
        bytes.extend_from_slice(part.as_bytes());
        bytes.push(0);
    }
    ids::sha256_hex(&bytes)[..32].to_owned()
}
