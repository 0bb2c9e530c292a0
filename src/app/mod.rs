//! Use cases, one verb a file: what the front doors ask for.
