//! An access token for each scope that we need, one by one, as grades and lists are asked for.

use super::{Visit, tool_keys, trouble};
use crate::lti::{
    doctor::{self, Cause, Check, Finding, Scope, Trouble, Verdict},
    jose::SigningKey,
};

/// What the platform lets us do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rights {
    pub(super) results: bool,
    pub(super) columns: bool,
    pub(super) columns_read: bool,
    pub(super) roster: bool,
    pub(super) scores: bool,
}

impl Visit<'_> {
    pub(super) async fn rights(&mut self, key: &SigningKey) -> Rights {
        let mut rights = Rights::default();
        let score = self.ask(key, Scope::Score).await;
        rights.scores = score.verdict() == Verdict::Ok;
        // Where the platform refuses us as such, it will do so for every scope: said once.
        let refused = score.cause.is_some_and(|cause| cause != Cause::NoScoreScope);
        self.push(if refused { score.about("") } else { score });
        if refused {
            for scope in [Scope::Result, Scope::Columns, Scope::Roster] {
                self.push(Finding::of(Check::Token, Cause::NeedsToken, "").about(scope.name()));
            }
            return rights;
        }
        let result = self.ask(key, Scope::Result).await;
        rights.results = result.verdict() == Verdict::Ok;
        self.push(result);
        let mut columns = self.ask(key, Scope::Columns).await;
        rights.columns = columns.verdict() == Verdict::Ok;
        if columns.cause == Some(Cause::NoColumnScope) {
            let read = self.ask(key, Scope::ColumnsRead).await;
            rights.columns_read = read.verdict() == Verdict::Ok;
            if rights.columns_read {
                columns = read;
            }
        }
        self.push(columns);
        let roster = self.ask(key, Scope::Roster).await;
        rights.roster = roster.verdict() == Verdict::Ok;
        self.push(roster);
        self.try_announced(rights).await;
        rights
    }

    /// Tries the key that is announced too. A platform that reads our key set fetches it now, and *Keys* shows before it signs
    /// anything that matters which platform will not know it. No finding hangs on it.
    async fn try_announced(&self, rights: Rights) {
        let granted = [
            (rights.scores, Scope::Score),
            (rights.results, Scope::Result),
            (rights.columns, Scope::Columns),
            (rights.columns_read, Scope::ColumnsRead),
            (rights.roster, Scope::Roster),
        ];
        let Some((_, scope)) = granted.into_iter().find(|(granted, _)| *granted) else { return };
        if let Ok(Some(announced)) = tool_keys::announced_key(&self.doctor.store, &self.doctor.master).await {
            drop(self.ask(&announced, scope).await);
        }
    }

    async fn ask(&self, key: &SigningKey, scope: Scope) -> Finding {
        let seen: Result<Vec<String>, Trouble> =
            self.tokens.granted(&self.platform(key), &[scope.uri()]).await.map_err(|fault| trouble::of_token(&fault));
        doctor::token(scope, &seen)
    }
}
