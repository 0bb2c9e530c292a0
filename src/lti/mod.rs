//! LTI 1.3: from untrusted bytes to a launch, and the messages we send. Pure.
