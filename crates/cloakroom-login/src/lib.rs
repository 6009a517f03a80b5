//! Who is at the browser: authenticators, required actions, the flow.

pub mod code;
pub mod hasher;
pub mod password;
pub mod policy;
pub mod throttle;
