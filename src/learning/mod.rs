//! Attempts, scoring, completion, grade policy and delivery decisions. Pure.
