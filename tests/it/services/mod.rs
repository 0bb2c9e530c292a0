//! Outbound calls against a platform that is slow, rotates its keys, refuses and lies.

mod calls;
mod grades;
mod keys;
mod roster;

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicI64, Ordering},
};

use courseferry::{
    clock::Clock,
    lti::jose::SigningKey,
    services::{
        ags::Ags,
        http::{Client, Options},
        key_sets::KeySets,
        nrps::Nrps,
        tokens::{Platform, Tokens},
    },
};
use jiff::Timestamp;

use crate::{
    databases::block_on,
    fake_platform::{FakePlatform, Family},
};

const START: i64 = 1_795_000_000;

/// Our key; making one takes longer than most tests.
pub(crate) fn tool_key() -> SigningKey {
    static DER: OnceLock<Vec<u8>> = OnceLock::new();
    SigningKey::from_der("tool-1", DER.get_or_init(|| SigningKey::generate("tool-1").unwrap().private_der().to_vec())).unwrap()
}

/// A clock the test moves, in seconds.
fn clock_at(seconds: i64) -> (Clock, Arc<AtomicI64>) {
    let hand = Arc::new(AtomicI64::new(seconds));
    let read = Arc::clone(&hand);
    (Arc::new(move || Timestamp::from_second(read.load(Ordering::SeqCst)).unwrap()), hand)
}

pub(crate) struct Rig {
    pub(crate) platform: FakePlatform,
    http: Client,
    clock: Clock,
    hand: Arc<AtomicI64>,
    key: SigningKey,
}

impl Rig {
    pub(crate) fn new(family: Family) -> Rig {
        let (clock, hand) = clock_at(START);
        let platform = FakePlatform::with_clock(family, Arc::clone(&clock));
        let http = Client::new(&Options { allow_hosts: platform.allow(), ..Options::default() }).unwrap();
        let key = tool_key();
        platform.trust(key.public_jwk());
        Rig { platform, http, clock, hand, key }
    }

    fn keys(&self) -> KeySets {
        KeySets::new(self.http.clone(), Arc::clone(&self.clock))
    }

    fn tokens(&self) -> Tokens {
        Tokens::new(self.http.clone(), Arc::clone(&self.clock))
    }

    pub(crate) fn ags(&self) -> Ags {
        Ags::new(self.http.clone(), self.tokens())
    }

    fn nrps(&self) -> Nrps {
        Nrps::new(self.http.clone(), self.tokens())
    }

    fn wait(&self, seconds: i64) {
        self.hand.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Runs `test` with the registration as its services see it.
    pub(crate) fn with(&self, test: impl AsyncFn(&Platform<'_>)) {
        let token_url = self.platform.url("/token");
        let platform = Platform { registration_id: "r1", client_id: "client-1", token_url: &token_url, audience: None, key: &self.key };
        block_on(test(&platform));
    }
}
