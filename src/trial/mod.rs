//! The built-in trial platform: a small LTI platform for trying the tool without an LMS.
