//! A platform that does not answer gets a rest: its waiting messages do not each have to find out, nor keep others waiting.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

const FIRST_MS: i64 = 2_000;
const LONGEST_MS: i64 = 5 * 60 * 1000;
/// One failure may be anybody's; from the second on the platform rests.
const PATIENCE: u32 = 2;

/// Did a call reach the platform?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// It answered in good order.
    Yes,
    /// It did not answer, failed, or asked to slow down, for so many seconds if it said so.
    No(Option<i64>),
    /// Nothing was called.
    NotTried,
}

/// Which registrations rest, and until when.
#[derive(Debug, Default)]
pub(super) struct Holds(Mutex<HashMap<String, (u32, i64)>>);

impl Holds {
    /// Until when the registration rests, if it does.
    pub(super) fn until(&self, registration: &str, now: i64) -> Option<i64> {
        let holds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        holds.get(registration).map(|(_, until)| *until).filter(|until| *until > now)
    }

    /// Notes how a call went.
    pub(super) fn note(&self, registration: &str, reached: Reached, now: i64) {
        let mut holds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match reached {
            Reached::NotTried => {}
            Reached::Yes => drop(holds.remove(registration)),
            Reached::No(asked) => {
                let (failures, until) = holds.entry(registration.to_owned()).or_default();
                // Calls that were under way together count once.
                if *until <= now {
                    *failures = failures.saturating_add(1);
                }
                if *failures >= PATIENCE || asked.is_some() {
                    let rest = FIRST_MS << failures.saturating_sub(PATIENCE).min(10);
                    *until = now + rest.max(asked.unwrap_or(0).saturating_mul(1000)).min(LONGEST_MS);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_rests_from_its_second_failure_on_and_longer_each_time() {
        let holds = Holds::default();
        holds.note("r", Reached::No(None), 0);
        assert_eq!(holds.until("r", 0), None);
        holds.note("r", Reached::No(None), 0);
        assert_eq!(holds.until("r", 0), Some(2_000));
        holds.note("r", Reached::No(None), 1_000);
        assert_eq!(holds.until("r", 1_000), Some(3_000), "failing together does not double the rest");
        holds.note("r", Reached::No(None), 3_000);
        assert_eq!(holds.until("r", 3_000), Some(7_000));
        for i in 1..40 {
            holds.note("r", Reached::No(None), i * LONGEST_MS);
        }
        assert_eq!(holds.until("r", 39 * LONGEST_MS), Some(40 * LONGEST_MS));
        assert_eq!(holds.until("other", 0), None);
    }

    #[test]
    fn an_answer_ends_the_rest() {
        let holds = Holds::default();
        holds.note("r", Reached::No(Some(60)), 0);
        assert_eq!(holds.until("r", 0), Some(60_000), "what the platform asks for counts at once");
        holds.note("r", Reached::NotTried, 0);
        assert!(holds.until("r", 0).is_some());
        holds.note("r", Reached::Yes, 0);
        assert_eq!(holds.until("r", 0), None);
    }
}
