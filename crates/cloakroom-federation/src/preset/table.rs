//! The rows. `{name}` in an address stands for the provider's setting of this name, `{name|usual}` for one that may be missing,
//! and `{name?text}` for a text where the switch is on.

use super::{Addresses, Names, OAUTH2, OPENID, Preset, Proof, SAML, STANDARD};

/// All kinds of providers, by name.
pub const ALL: &[Preset] = &[
    // https://developer.apple.com/documentation/signinwithapplerestapi
    Preset {
        id: "apple",
        name: "Apple",
        issuer: "https://appleid.apple.com",
        scope: "openid name email",
        parameters: &[("response_mode", "form_post")],
        proof: Proof::Apple,
        pkce: false,
        ..OPENID
    },
    // https://developer.atlassian.com/cloud/bitbucket/rest/api-group-users/
    Preset {
        id: "bitbucket",
        authorization: "https://bitbucket.org/site/oauth2/authorize",
        token: "https://bitbucket.org/site/oauth2/access_token",
        userinfo: "https://api.bitbucket.org/2.0/user",
        scope: "account email",
        proof: Proof::Basic,
        names: Names {
            id: "account_id",
            username: "username",
            name: "display_name",
            ..NOTHING
        },
        addresses: Some(Addresses {
            more: "/emails",
            list: "values",
            email: "email",
            primary: "is_primary",
            verified: "is_confirmed",
        }),
        ..OAUTH2
    },
    // https://discord.com/developers/docs/resources/user
    Preset {
        id: "discord",
        name: "Discord",
        authorization: "https://discord.com/oauth2/authorize",
        token: "https://discord.com/api/oauth2/token",
        userinfo: "https://discord.com/api/users/@me",
        scope: "identify email",
        names: Names {
            id: "id",
            username: "username",
            email: "email",
            email_verified: "verified",
            name: "global_name",
            ..NOTHING
        },
        ..OAUTH2
    },
    // https://developers.facebook.com/docs/graph-api/reference/user
    Preset {
        id: "facebook",
        authorization: "https://www.facebook.com/v21.0/dialog/oauth",
        token: "https://graph.facebook.com/v21.0/oauth/access_token",
        userinfo: "https://graph.facebook.com/v21.0/me?fields=id,name,email,first_name,last_name",
        scope: "email",
        names: Names {
            id: "id",
            username: "email",
            email: "email",
            first_name: "first_name",
            last_name: "last_name",
            name: "name",
            ..NOTHING
        },
        ..OAUTH2
    },
    // https://docs.github.com/en/rest/users/users#get-the-authenticated-user
    Preset {
        id: "github",
        authorization: "{baseUrl|https://github.com}/login/oauth/authorize",
        token: "{baseUrl|https://github.com}/login/oauth/access_token",
        userinfo: "{apiUrl|https://api.github.com}/user",
        scope: "user:email",
        names: Names {
            id: "id",
            username: "login",
            email: "email",
            name: "name",
            ..NOTHING
        },
        addresses: Some(Addresses {
            more: "/emails",
            list: "",
            email: "email",
            primary: "primary",
            verified: "verified",
        }),
        ..OAUTH2
    },
    // https://docs.gitlab.com/integration/openid_connect_provider/
    Preset {
        id: "gitlab",
        issuer: "https://gitlab.com",
        scope: "openid profile email",
        names: Names {
            username: "nickname",
            ..STANDARD
        },
        ..OPENID
    },
    // https://developers.google.com/identity/openid-connect/openid-connect
    Preset {
        id: "google",
        issuer: "https://accounts.google.com",
        scope: "openid profile email",
        ..OPENID
    },
    Preset {
        id: "keycloak-oidc",
        ..OPENID
    },
    // https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
    Preset {
        id: "linkedin-openid-connect",
        issuer: "https://www.linkedin.com/oauth",
        scope: "openid profile email",
        pkce: false,
        nonce: false,
        ..OPENID
    },
    // https://learn.microsoft.com/en-us/graph/api/user-get
    Preset {
        id: "microsoft",
        authorization: "https://login.microsoftonline.com/{tenantId|common}/oauth2/v2.0/authorize",
        token: "https://login.microsoftonline.com/{tenantId|common}/oauth2/v2.0/token",
        userinfo: "https://graph.microsoft.com/v1.0/me",
        scope: "User.Read",
        names: Names {
            id: "id",
            username: "userPrincipalName",
            email: "mail",
            first_name: "givenName",
            last_name: "surname",
            name: "displayName",
            ..NOTHING
        },
        ..OAUTH2
    },
    OAUTH2,
    OPENID,
    // https://docs.redhat.com/en/documentation/openshift_container_platform (User API)
    Preset {
        id: "openshift-v4",
        authorization: "{baseUrl}/oauth/authorize",
        token: "{baseUrl}/oauth/token",
        userinfo: "{baseUrl}/apis/user.openshift.io/v1/users/~",
        scope: "user:full",
        names: Names {
            id: "metadata.uid",
            username: "metadata.name",
            name: "fullName",
            ..NOTHING
        },
        ..OAUTH2
    },
    // https://developer.paypal.com/docs/api/identity/v1/
    Preset {
        id: "paypal",
        authorization: "https://www.{sandbox?sandbox.}paypal.com/signin/authorize",
        token: "https://api-m.{sandbox?sandbox.}paypal.com/v1/oauth2/token",
        userinfo: "https://api-m.{sandbox?sandbox.}paypal.com/v1/identity/oauth2/userinfo?schema=paypalv1.1",
        scope: "openid profile email",
        proof: Proof::Basic,
        names: Names {
            id: "user_id",
            name: "name",
            ..NOTHING
        },
        addresses: Some(Addresses {
            more: "",
            list: "emails",
            email: "value",
            primary: "primary",
            verified: "confirmed",
        }),
        ..OAUTH2
    },
    SAML,
    // https://api.slack.com/authentication/sign-in-with-slack
    Preset {
        id: "slack",
        name: "Slack",
        issuer: "https://slack.com",
        scope: "openid profile email",
        names: Names {
            username: "name",
            ..STANDARD
        },
        ..OPENID
    },
    // https://api.stackexchange.com/docs/me; the setting `key` is a part of each request
    Preset {
        id: "stackoverflow",
        authorization: "https://stackoverflow.com/oauth",
        token: "https://stackoverflow.com/oauth/access_token/json",
        userinfo: "https://api.stackexchange.com/2.3/me?order=desc&sort=name&site=stackoverflow",
        names: Names {
            id: "items[0].user_id",
            username: "items[0].display_name",
            name: "items[0].display_name",
            ..NOTHING
        },
        ..OAUTH2
    },
    // https://dev.twitch.tv/docs/authentication/getting-tokens-oidc/
    Preset {
        id: "twitch",
        name: "Twitch",
        issuer: "https://id.twitch.tv/oauth2",
        scope: "openid user:read:email",
        parameters: &[(
            "claims",
            r#"{"id_token":{"email":null,"email_verified":null,"preferred_username":null}}"#,
        )],
        pkce: false,
        ..OPENID
    },
    X,
    Preset {
        id: "x",
        name: "X",
        ..X
    },
];

/// The names of nothing, for providers whose names are all their own.
const NOTHING: Names = Names {
    id: "",
    username: "",
    email: "",
    email_verified: "",
    first_name: "",
    last_name: "",
    name: "",
};

/// X under the name that Keycloak knows it by.
/// <https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code>
const X: Preset = Preset {
    id: "twitter",
    authorization: "https://x.com/i/oauth2/authorize",
    token: "https://api.x.com/2/oauth2/token",
    userinfo: "https://api.x.com/2/users/me",
    scope: "users.read tweet.read",
    proof: Proof::Basic,
    names: Names {
        id: "data.id",
        username: "data.username",
        name: "data.name",
        ..NOTHING
    },
    ..OAUTH2
};
