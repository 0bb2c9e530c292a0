//! The delivery loop: leases outbox rows and brings grades home.
