//! Who is at the browser: authenticators, required actions, the flow.

pub mod code;
pub mod consent;
pub mod crowd;
pub mod direct;
pub mod flow;
pub mod further;
pub mod hasher;
pub mod known_device;
mod lockout;
pub mod pace;
pub mod password;
pub mod policy;
pub mod profile;
pub mod proof;
pub mod required;
pub mod session_limit;
pub mod sign_on;
pub mod throttle;
