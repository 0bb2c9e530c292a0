//! The schedule, and instances that keep it at once. Time is what we say it is.

use std::{sync::Arc, time::Duration};

use courseferry::{
    app::{
        Site,
        audit::By,
        tool_keys::{self, LEAD, SETTLE, Turned},
    },
    clock,
    store::{
        Durability, Store, StoreError, Tx, key_proof,
        registration::{self, Registration, RegistrationStatus},
        tenant::{self, Tenant, TenantKind},
        tool_key::KeyStatus,
    },
    worker,
};
use tokio::sync::watch;

use super::{DAY, keys, master, signer, states};
use crate::{
    databases::each,
    house,
    store::{NOW, add_platform, platform},
};

#[test]
fn by_schedule_a_key_is_published_ahead_signs_in_its_turn_and_stays_for_a_while() {
    each(async |db| {
        let turn = async |days, at| tool_keys::turn(&db.store, &master(), days, NOW + at).await.unwrap();
        tool_keys::ensure(&db.store, &master(), NOW).await.unwrap();
        // Fetches nothing, ever.
        add_platform(&db.store, 1).await;
        let first = signer(&db.store).await.kid().to_owned();
        assert_eq!(turn(90, 83 * DAY - 1).await, None);
        let Some(Turned::Announced(second)) = turn(90, 83 * DAY).await else { panic!("it is due") };
        assert_eq!(states(&db.store).await, [KeyStatus::Next, KeyStatus::Active]);
        assert_eq!(signer(&db.store).await.kid(), first, "the new one is published only");
        assert_eq!(turn(90, 83 * DAY).await, None, "one at a time");
        assert_eq!(turn(90, 90 * DAY - 1).await, None);
        assert_eq!(turn(90, 90 * DAY).await, Some(Turned::Signs(second.clone())));
        assert_eq!(signer(&db.store).await.kid(), second);
        let old = keys(&db.store).await.into_iter().find(|k| k.kid == first).unwrap();
        assert_eq!((old.status, old.retired_at), (KeyStatus::Retired, Some(NOW + 90 * DAY)), "published still");
        assert_eq!(turn(90, 173 * DAY - 1).await, None, "each signs for 90 days");
        assert!(matches!(turn(90, 173 * DAY).await, Some(Turned::Announced(_))));
    });
}

#[test]
fn without_a_schedule_nothing_turns_but_what_was_announced() {
    each(async |db| {
        let turn = async |days, at| tool_keys::turn(&db.store, &master(), days, NOW + at).await.unwrap();
        tool_keys::ensure(&db.store, &master(), NOW).await.unwrap();
        assert_eq!(turn(0, 3000 * DAY).await, None);
        assert!(matches!(turn(14, 3000 * DAY).await, Some(Turned::Announced(_))));
        // Switched off meanwhile: a key that everybody has fetched is not left hanging.
        assert!(matches!(turn(0, 3000 * DAY + LEAD).await, Some(Turned::Signs(_))));
        assert_eq!(turn(0, 6000 * DAY).await, None);
    });
}

#[test]
fn the_new_key_signs_a_day_later_once_every_platform_that_is_asked_has_it() {
    each(async |db| {
        let turn = async |at| tool_keys::turn(&db.store, &master(), 90, NOW + 83 * DAY + at).await.unwrap();
        tool_keys::ensure(&db.store, &master(), NOW).await.unwrap();
        let (first, second) = (add_platform(&db.store, 1).await.0.id, add_platform(&db.store, 2).await.0.id);
        // None of these is asked for anything: switched off, waits, knows no keys, belongs to somebody else.
        let off = Registration { status: RegistrationStatus::Disabled, ..platform(3) };
        let waits = Registration { status: RegistrationStatus::Pending, ..platform(4) };
        let old = Registration { issuer: "LTI 1.1".to_owned(), ..platform(5) };
        let trial = Registration { tenant_id: "trial-1".to_owned(), ..platform(6) };
        let others = async move |tx: &mut Tx| {
            tenant::insert(tx, &Tenant { id: "trial-1".into(), name: "T".into(), kind: TenantKind::Trial, created_at: 0 }).await?;
            for r in [&off, &waits, &old, &trial] {
                registration::insert(tx, r).await?;
            }
            Ok::<_, StoreError>(())
        };
        db.store.write(Durability::Full, others).await.unwrap();
        let Some(Turned::Announced(kid)) = turn(0).await else { panic!("it is due") };
        let signs = signer(&db.store).await.kid().to_owned();
        let note = async |id: &str, kid: &str, what: &'static str| {
            let (id, kid) = (id.to_owned(), kid.to_owned());
            let op = async move |tx: &mut Tx| match what {
                "fetched" => key_proof::fetched(tx, &id, &kid, NOW).await,
                "granted" => key_proof::granted(tx, &id, &kid, NOW).await,
                _ => key_proof::refused(tx, &id, &kid, NOW).await,
            };
            db.store.write(Durability::Full, op).await.unwrap();
        };
        note(&first, &kid, "fetched").await;
        assert_eq!(turn(2 * DAY).await, None, "the second has said nothing");
        note(&second, &signs, "granted").await;
        note(&second, &signs, "fetched").await;
        assert_eq!(turn(2 * DAY).await, None, "that was the key before");
        note(&second, &kid, "refused").await;
        assert_eq!(turn(2 * DAY).await, None, "a refusal proves nothing");
        note(&second, &kid, "granted").await;
        assert_eq!(turn(SETTLE - 1).await, None, "caches on the way may hold the set before");
        assert_eq!(turn(SETTLE).await, Some(Turned::Signs(kid.clone())));
        let now = keys(&db.store).await.remove(0);
        assert_eq!((now.kid, now.signs_from), (kid, NOW + 83 * DAY + SETTLE), "it signs for its days from now on");
        assert_eq!(states(&db.store).await, [KeyStatus::Active, KeyStatus::Retired]);
    });
}

#[test]
fn of_instances_that_turn_at_once_one_does() {
    each(async |db| {
        tool_keys::ensure(&db.store, &master(), NOW).await.unwrap();
        // Another instance has connections of its own.
        let other = Store::connect(&db.settings).await.unwrap();
        for at in [NOW + 90 * DAY, NOW + 90 * DAY + LEAD] {
            let all = futures_util::future::join_all((0..6).map(|n| {
                let store = if n % 2 == 0 { &db.store } else { &other };
                async move { tool_keys::turn(store, &master(), 90, at).await.unwrap() }
            }))
            .await;
            assert_eq!(all.iter().flatten().count(), 1, "{all:?}");
        }
        assert_eq!(states(&db.store).await, [KeyStatus::Active, KeyStatus::Retired]);
        other.close().await;
    });
}

#[test]
fn a_rotation_by_hand_takes_the_place_of_the_announced_key_too() {
    each(async |db| {
        tool_keys::ensure(&db.store, &master(), NOW).await.unwrap();
        tool_keys::turn(&db.store, &master(), 14, NOW + 7 * DAY).await.unwrap();
        let now = NOW + 7 * DAY + 1;
        let kid = tool_keys::rotate(&db.store, &master(), By::command_line(), now).await.unwrap();
        assert_eq!(states(&db.store).await, [KeyStatus::Active, KeyStatus::Retired, KeyStatus::Retired]);
        assert_eq!(tool_keys::turn(&db.store, &master(), 0, now + 9 * DAY).await.unwrap(), None, "what may have leaked never signs");
        let signed: Vec<bool> = keys(&db.store).await.iter().map(|k| k.signs_ever()).collect();
        assert_eq!(signed, [true, false, true]);
        assert_eq!(signer(&db.store).await.kid(), kid);
    });
}

#[test]
fn the_sweeper_keeps_the_schedule() {
    each(async |db| {
        tool_keys::ensure(&db.store, &master(), clock::now().as_millisecond() - 8 * DAY).await.unwrap();
        let site = Site::parse("http://127.0.0.1:1").unwrap();
        let mut app = house::app(&db.store, site, clock::system(), &[]);
        app.rotate_keys_days = 14;
        let (stop, stopped) = watch::channel(false);
        let short = Duration::from_millis(10);
        let sweeper = tokio::spawn(worker::sweep_every(Arc::new(app), 90, stopped, short, short));
        let began = std::time::Instant::now();
        while states(&db.store).await != [KeyStatus::Next, KeyStatus::Active] {
            assert!(began.elapsed() < Duration::from_secs(20), "no key was announced");
            tokio::time::sleep(short).await;
        }
        stop.send(true).unwrap();
        sweeper.await.unwrap();
    });
}
