//! Keycloak's JSON shapes, what a new realm holds, and the way between them and the model.

pub mod authorization;
pub mod blueprint;
pub mod catalog;
pub mod client;
pub mod client_policy;
pub mod client_scope;
pub mod component;
pub mod credential;
pub mod event;
pub mod export;
pub mod flow;
pub mod group;
pub mod identity_provider;
pub mod import;
pub mod installation;
pub mod mapper;
pub mod organization;
pub mod query;
pub mod read;
pub mod realm;
pub mod required_action;
pub mod role;
pub mod server_info;
pub mod user;
pub mod user_profile;
pub mod workflow;
