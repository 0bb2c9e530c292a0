//! Outbound HTTP to a platform: key sets, tokens, AGS.
