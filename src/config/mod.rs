//! Settings: environment over file over defaults, checked before anything starts.
