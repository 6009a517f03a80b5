//! One newtype for each kind of id, so that a client's id never stands where a user's belongs.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
            diesel_derive_newtype::DieselNewType,
        )]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a text for an id of this kind.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A tenant.
    RealmId;
    /// An application that asks for tokens. Not its `client_id`, which the operator chose.
    ClientUuid;
    /// A client scope.
    ScopeId;
    /// A protocol mapper of a client or a client scope.
    MapperId;
    /// A role of a realm or of a client.
    RoleId;
    /// A group of people.
    GroupId;
    /// A person, or a client's service account.
    UserId;
    /// A credential of a user.
    CredentialId;
    /// A configured provider.
    ComponentId;
    /// An authentication flow.
    FlowId;
    /// A step of an authentication flow.
    ExecutionId;
    /// An identity provider that people may sign in with. Not its alias, which the operator chose.
    IdentityProviderId;
    /// A firm whose people are users of the realm.
    OrganizationId;
    /// A login on its way.
    AttemptId;
    /// A login that succeeded; the `sid` of its tokens.
    SessionId;
    /// All refresh tokens that descend from one sign-in of one client.
    FamilyId;
}
