//! The crate keycloak, unmodified, against a running server: `tests/clients/run.mjs --only rust` sets it up.
#![expect(
    clippy::expect_used,
    reason = "a test, and what it is made of, ends where its expectation fails"
)]

use keycloak::types::{
    ClientRepresentation, ClientScopeRepresentation, CredentialRepresentation, GroupRepresentation,
    IdentityProviderRepresentation, OrganizationDomainRepresentation, OrganizationRepresentation,
    ProtocolMapperRepresentation, RealmRepresentation, RoleRepresentation, UserRepresentation,
};
use keycloak::{KeycloakAdmin, KeycloakAdminToken, KeycloakError};
use serde::Deserialize;

/// The server, its realm and its administrator, as the runner made them.
#[derive(Debug, Deserialize)]
struct Setup {
    base: String,
    realm: String,
    admin: Administrator,
}

#[derive(Debug, Deserialize)]
struct Administrator {
    username: String,
    password: String,
}

type Admin = KeycloakAdmin<KeycloakAdminToken>;

/// An administrator who is signed in, and the realm that is theirs to change.
#[expect(
    clippy::disallowed_methods,
    reason = "the runner hands the test its realm in the environment"
)]
async fn signed_in() -> (Admin, String) {
    let text = std::env::var("OIDC_TEST_SETUP").expect("run by tests/clients/run.mjs");
    let setup: Setup = serde_json::from_str(&text).expect("the runner writes JSON");
    let http = reqwest::Client::new();
    let Administrator { username, password } = setup.admin;
    let token = KeycloakAdminToken::acquire(&setup.base, &username, &password, &http)
        .await
        .expect("the administrator signs in");
    (KeycloakAdmin::new(&setup.base, token, http), setup.realm)
}

/// The status and the sentence of a refusal.
fn refusal<T>(answer: Result<T, KeycloakError>) -> (u16, String) {
    match answer {
        Err(KeycloakError::HttpFailure { status, body, .. }) => {
            let text = body.and_then(|body| body.error_message.or(body.error));
            (status, text.unwrap_or_default())
        }
        Err(other) => (0, other.to_string()),
        Ok(_) => (0, "no refusal".to_owned()),
    }
}

fn role(name: &str) -> RoleRepresentation {
    RoleRepresentation {
        name: Some(name.to_owned()),
        ..Default::default()
    }
}

fn group(name: &str) -> GroupRepresentation {
    GroupRepresentation {
        name: Some(name.to_owned()),
        ..Default::default()
    }
}

async fn make_user(admin: &Admin, realm: &str, username: &str) -> String {
    let user = UserRepresentation {
        username: Some(username.to_owned()),
        email: Some(format!("{username}@example.org")),
        first_name: Some("Grace".to_owned()),
        last_name: Some("Hopper".to_owned()),
        enabled: Some(true),
        ..Default::default()
    };
    let made = admin.realm_users_post(realm, user).await;
    let made = made.expect("the user is made");
    made.to_id().expect("the answer names the user").to_owned()
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn a_realm_is_made_changed_and_removed() {
    let (admin, realm) = signed_in().await;
    let name = format!("{realm}-other");
    let new = RealmRepresentation {
        realm: Some(name.clone()),
        enabled: Some(true),
        ..Default::default()
    };
    admin.post(new.clone()).await.expect("the realm is made");
    let (status, _) = refusal(admin.post(new).await);
    assert_eq!(status, 409);

    let change = RealmRepresentation {
        display_name: Some("Another".to_owned()),
        ..Default::default()
    };
    admin.realm_put(&name, change).await.expect("it is changed");
    let shown = admin.realm_get(&name).await.expect("it is shown");
    assert_eq!(shown.display_name.as_deref(), Some("Another"));
    assert_eq!(shown.enabled, Some(true));
    let all = admin.get(Some(true)).await.expect("realms are listed");
    assert!(all.iter().any(|one| one.realm.as_deref() == Some(&name)));

    admin.realm_delete(&name).await.expect("it is removed");
    let gone = refusal(admin.realm_get(&name).await);
    assert_eq!(gone, (404, "Realm not found.".to_owned()));
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn a_user_is_made_found_changed_and_removed() {
    let (admin, realm) = signed_in().await;
    let id = make_user(&admin, &realm, "grace").await;
    let found = admin
        .realm_users_get(
            &realm,
            None,
            None,
            None,
            None,
            None,
            None,
            Some(true),
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            Some("grace".to_owned()),
        )
        .await
        .expect("users are searched");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id.as_deref(), Some(id.as_str()));

    let change = UserRepresentation {
        last_name: Some("Murray".to_owned()),
        ..Default::default()
    };
    admin
        .realm_users_with_user_id_put(&realm, &id, change)
        .await
        .expect("the user is changed");
    let shown = admin.realm_users_with_user_id_get(&realm, &id, None).await;
    let shown = shown.expect("the user is shown");
    assert_eq!(shown.last_name.as_deref(), Some("Murray"));
    assert_eq!(shown.email.as_deref(), Some("grace@example.org"));

    let password = CredentialRepresentation {
        type_: Some("password".to_owned()),
        value: Some("an honest passphrase".to_owned()),
        temporary: Some(false),
        ..Default::default()
    };
    admin
        .realm_users_with_user_id_reset_password_put(&realm, &id, password)
        .await
        .expect("the password is set");
    let kept = admin
        .realm_users_with_user_id_credentials_get(&realm, &id)
        .await;
    let kept = kept.expect("credentials are listed");
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].type_.as_deref(), Some("password"));
    assert_eq!(kept[0].value, None);

    let again = UserRepresentation {
        username: Some("grace".to_owned()),
        ..Default::default()
    };
    let taken = refusal(admin.realm_users_post(&realm, again).await);
    assert_eq!(taken, (409, "User exists with same username".to_owned()));
    admin
        .realm_users_with_user_id_delete(&realm, &id)
        .await
        .expect("the user is removed");
    let gone = refusal(admin.realm_users_with_user_id_get(&realm, &id, None).await);
    assert_eq!(gone, (404, "User not found".to_owned()));
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn a_client_has_secrets_roles_and_mappers() {
    let (admin, realm) = signed_in().await;
    let new = ClientRepresentation {
        client_id: Some("till".to_owned()),
        public_client: Some(false),
        redirect_uris: Some(vec!["https://till.example.org/back".to_owned()]),
        ..Default::default()
    };
    let made = admin
        .realm_clients_post(&realm, new)
        .await
        .expect("the client is made");
    let id = made
        .to_id()
        .expect("the answer names the client")
        .to_owned();
    let first = admin
        .realm_clients_with_client_uuid_client_secret_get(&realm, &id)
        .await;
    let first = first
        .expect("the secret is read")
        .value
        .expect("it is there");
    let second = admin
        .realm_clients_with_client_uuid_client_secret_post(&realm, &id)
        .await;
    let second = second
        .expect("the secret is renewed")
        .value
        .expect("it is there");
    assert_ne!(first, second);

    admin
        .realm_clients_with_client_uuid_roles_post(&realm, &id, role("cashier"))
        .await
        .expect("the role is made");
    let cashier = admin
        .realm_clients_with_client_uuid_roles_with_role_name_get(&realm, &id, "cashier")
        .await
        .expect("the role is shown");
    assert_eq!(cashier.container_id.as_deref(), Some(id.as_str()));
    let mapper = ProtocolMapperRepresentation {
        name: Some("greeting".to_owned()),
        protocol: Some("openid-connect".to_owned()),
        protocol_mapper: Some("oidc-hardcoded-claim-mapper".to_owned()),
        ..Default::default()
    };
    admin
        .realm_clients_with_client_uuid_protocol_mappers_models_post(&realm, &id, mapper)
        .await
        .expect("the mapper is made");
    let mappers = admin
        .realm_clients_with_client_uuid_protocol_mappers_models_get(&realm, &id)
        .await
        .expect("mappers are listed");
    assert_eq!(mappers.len(), 1);

    let all = admin
        .realm_clients_get(
            &realm,
            Some("till".to_owned()),
            None,
            None,
            None,
            None,
            None,
        )
        .await
        .expect("clients are listed");
    assert_eq!(all.len(), 1);
    admin
        .realm_clients_with_client_uuid_delete(&realm, &id)
        .await
        .expect("it is removed");
    let gone = refusal(admin.realm_clients_with_client_uuid_get(&realm, &id).await);
    assert_eq!(gone, (404, "Could not find client".to_owned()));
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn a_role_is_given_to_a_user_with_all_that_is_inside() {
    let (admin, realm) = signed_in().await;
    for name in ["outer", "inner"] {
        admin
            .realm_roles_post(&realm, role(name))
            .await
            .expect("the role is made");
    }
    let inner = admin.realm_roles_with_role_name_get(&realm, "inner").await;
    let inner = inner.expect("the role is shown");
    admin
        .realm_roles_with_role_name_composites_post(&realm, "outer", vec![inner])
        .await
        .expect("one role is put into the other");
    let outer = admin.realm_roles_with_role_name_get(&realm, "outer").await;
    let outer = outer.expect("the role is shown");
    assert_eq!(outer.composite, Some(true));

    let id = make_user(&admin, &realm, "katherine").await;
    admin
        .realm_users_with_user_id_role_mappings_realm_post(&realm, &id, vec![outer])
        .await
        .expect("the role is given");
    let effective = admin
        .realm_users_with_user_id_role_mappings_realm_composite_get(&realm, &id, None)
        .await
        .expect("effective roles are listed");
    let names: Vec<&str> = effective
        .iter()
        .filter_map(|role| role.name.as_deref())
        .collect();
    assert!(
        names.contains(&"outer") && names.contains(&"inner"),
        "{names:?}"
    );
    let direct = admin
        .realm_users_with_user_id_role_mappings_realm_get(&realm, &id)
        .await;
    let direct = direct.expect("direct roles are listed");
    assert!(
        !direct
            .iter()
            .any(|role| role.name.as_deref() == Some("inner"))
    );

    let (status, _) = refusal(admin.realm_roles_post(&realm, role("outer")).await);
    assert_eq!(status, 409);
    admin
        .realm_roles_with_role_name_delete(&realm, "outer")
        .await
        .expect("it is removed");
    let gone = refusal(admin.realm_roles_with_role_name_get(&realm, "outer").await);
    assert_eq!(gone, (404, "Could not find role".to_owned()));
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn a_group_has_children_and_members() {
    let (admin, realm) = signed_in().await;
    let made = admin
        .realm_groups_post(&realm, group("crew"))
        .await
        .expect("it is made");
    let crew = made.to_id().expect("the answer names the group").to_owned();
    admin
        .realm_groups_with_group_id_children_post(&realm, &crew, group("night"))
        .await
        .expect("a child is made");
    let children = admin
        .realm_groups_with_group_id_children_get(&realm, &crew, None, None, None, None, None, None)
        .await
        .expect("children are listed");
    assert_eq!(children.len(), 1);
    assert_eq!(children[0].path.as_deref(), Some("/crew/night"));

    let id = make_user(&admin, &realm, "dorothy").await;
    admin
        .realm_users_with_user_id_groups_with_group_id_put(&realm, &id, &crew)
        .await
        .expect("the user joins");
    let members = admin
        .realm_groups_with_group_id_members_get(&realm, &crew, None, None, None)
        .await
        .expect("members are listed");
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].id.as_deref(), Some(id.as_str()));
    let count = admin
        .realm_groups_count_get(&realm, None, None)
        .await
        .expect("they are counted");
    assert!(count.get("count").is_some_and(|count| *count >= 2));
    admin
        .realm_groups_with_group_id_delete(&realm, &crew)
        .await
        .expect("it is removed");
    let gone = refusal(admin.realm_groups_with_group_id_get(&realm, &crew).await);
    assert_eq!(gone, (404, "Could not find group by id".to_owned()));
}

#[tokio::test]
#[ignore = "needs a running server"]
async fn scopes_identity_providers_organizations_and_keys_are_configured() {
    let (admin, realm) = signed_in().await;
    let on = RealmRepresentation {
        organizations_enabled: Some(true),
        ..Default::default()
    };
    admin
        .realm_put(&realm, on)
        .await
        .expect("organizations are switched on");

    let scope = ClientScopeRepresentation {
        name: Some("invoices".to_owned()),
        protocol: Some("openid-connect".to_owned()),
        ..Default::default()
    };
    admin
        .realm_client_scopes_post(&realm, scope)
        .await
        .expect("the scope is made");
    let scopes = admin
        .realm_client_scopes_get(&realm)
        .await
        .expect("scopes are listed");
    assert!(
        scopes
            .iter()
            .any(|scope| scope.name.as_deref() == Some("invoices"))
    );

    let provider = IdentityProviderRepresentation {
        alias: Some("elsewhere".to_owned()),
        provider_id: Some("oidc".to_owned()),
        config: Some(
            [("clientId", "us"), ("clientSecret", "hush")]
                .into_iter()
                .chain([
                    ("authorizationUrl", "https://idp.example.org/auth"),
                    ("tokenUrl", "https://idp.example.org/token"),
                ])
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        ),
        ..Default::default()
    };
    admin
        .realm_identity_provider_instances_post(&realm, provider)
        .await
        .expect("the identity provider is made");
    let shown = admin
        .realm_identity_provider_instances_with_alias_get(&realm, "elsewhere")
        .await
        .expect("it is shown");
    let secret = shown
        .config
        .as_ref()
        .and_then(|config| config.get("clientSecret"));
    assert_eq!(secret.map(String::as_str), Some("**********"));

    let organization = OrganizationRepresentation {
        name: Some("Acme".to_owned()),
        domains: Some(vec![OrganizationDomainRepresentation {
            name: Some("acme.example.org".to_owned()),
            ..Default::default()
        }]),
        ..Default::default()
    };
    let made = admin.realm_organizations_post(&realm, organization).await;
    let made = made.expect("the organization is made");
    let id = made.to_id().expect("the answer names it").to_owned();
    let shown = admin.realm_organizations_with_org_id_get(&realm, &id).await;
    assert_eq!(shown.expect("it is shown").alias.as_deref(), Some("Acme"));

    let keys = admin.realm_keys_get(&realm).await.expect("keys are listed");
    assert!(keys.keys.is_some_and(|keys| keys.len() >= 2));
}
