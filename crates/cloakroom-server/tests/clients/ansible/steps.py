"""What Ansible is asked to make of a realm: each kind of thing made, changed, and taken away again."""

import secrets

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

REALM = f"ansible-{secrets.token_hex(4)}"

FEDERATION = "org.keycloak.storage.UserStorageProvider"
LDAP_MAPPER = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper"
KEYS = "org.keycloak.keys.KeyProvider"
REGISTRATION = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"

_steps = []


def step(name, module, arguments, repeated=True):
    """Adds a step. Arguments may be a function of what the steps before returned."""
    _steps.append((name, module, arguments, repeated))


def here(**arguments):
    """Arguments for the realm of the steps."""
    return {"realm": REALM, **arguments}


def below(**arguments):
    """Arguments of modules that call the realm a parent."""
    return {"parent_id": REALM, **arguments}


def all_steps():
    return list(_steps)


def private_key():
    """A fresh RSA key as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    return key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain).decode()


def mapper(name, kind, protocol="openid-connect", **config):
    """A mapper of a client or a client scope; an underscore in a setting stands for a dot."""
    settings = {key.replace("_", "."): value for key, value in config.items()}
    return {"name": name, "protocol": protocol, "protocolMapper": kind, "config": settings}


def realms():
    base = {"realm": REALM, "id": REALM, "enabled": True}
    step("a realm", "realm", {**base, "display_name": "Ansible", "display_name_html": "<b>Ansible</b>"})
    step("a realm with all its settings", "realm", {
        **base, "display_name": "Another", "attributes": {"a": "b", "frontendUrl": "https://f.example"},
        "access_code_lifespan": 61, "access_code_lifespan_login": 1801, "access_code_lifespan_user_action": 301,
        "access_token_lifespan": 301, "access_token_lifespan_for_implicit_flow": 901,
        "action_token_generated_by_admin_lifespan": 43201, "action_token_generated_by_user_lifespan": 302,
        "admin_events_details_enabled": True, "admin_events_enabled": True, "enabled_event_types": ["LOGIN", "LOGOUT"],
        "events_enabled": True, "events_expiration": 3600, "events_listeners": ["jboss-logging"],
        "browser_flow": "browser", "direct_grant_flow": "direct grant", "registration_flow": "registration",
        "reset_credentials_flow": "reset credentials", "browser_security_headers": {"xFrameOptions": "DENY"},
        "brute_force_protected": True, "brute_force_strategy": "LINEAR", "failure_factor": 5, "max_delta_time_seconds": 43201,
        "max_failure_wait_seconds": 901, "max_temporary_lockouts": 2, "minimum_quick_login_wait_seconds": 61,
        "permanent_lockout": True, "quick_login_check_milli_seconds": 1001, "wait_increment_seconds": 61,
        "default_signature_algorithm": "ES256", "internationalization_enabled": True, "supported_locales": ["en", "de"],
        "default_locale": "en", "email_theme": "keycloak", "login_theme": "keycloak", "duplicate_emails_allowed": False,
        "edit_username_allowed": True, "login_with_email_allowed": True, "registration_allowed": True,
        "registration_email_as_username": False, "remember_me": True, "reset_password_allowed": True, "verify_email": True,
        "not_before": 0, "offline_session_idle_timeout": 2592001, "offline_session_max_lifespan": 5184001,
        "offline_session_max_lifespan_enabled": True, "sso_session_idle_timeout": 1801, "sso_session_max_lifespan": 36001,
        "sso_session_idle_timeout_remember_me": 10, "sso_session_max_lifespan_remember_me": 20,
        "client_session_idle_timeout": 10, "client_session_max_lifespan": 20, "refresh_token_max_reuse": 1,
        "revoke_refresh_token": True, "otp_policy_algorithm": "HmacSHA256", "otp_policy_digits": 8,
        "otp_policy_initial_counter": 1, "otp_policy_look_ahead_window": 2, "otp_policy_period": 60, "otp_policy_type": "totp",
        "password_policy": "length(12) and digits(1)", "ssl_required": "external", "user_managed_access_allowed": True,
        "organizations_enabled": True, "smtp_server": {
            "host": "localhost", "port": "25", "from": "a@b.example", "auth": True, "user": "u", "password": "p", "starttls": False,
        },
    })
    step("a realm with fewer settings", "realm", {
        **base, "display_name": "Ansible", "password_policy": "", "supported_locales": ["en"], "attributes": {"a": "c"},
        "ssl_required": "none", "events_enabled": False, "admin_events_enabled": False, "smtp_server": {}, "verify_email": False,
        "default_signature_algorithm": "RS256",
    })
    step("what a realm says of itself", "realm_info", here(), False)
    step("the keys of a realm", "realm_keys_metadata_info", here(), False)


def roles():
    step("a role", "role", here(name="r1", description="d", attributes={"k": ["v1", "v2"]}))
    step("a role with fewer attributes", "role", here(name="r1", description="d2", attributes={"k": ["v1"]}))
    step("a role with a name alone", "role", here(name="r2"))
    step("a role of roles", "role", here(name="rc", composite=True, composites=[{"name": "r1"}, {"name": "r2"}]))
    fewer = [{"name": "r1"}, {"name": "r2", "state": "absent"}]
    step("a role of fewer roles", "role", here(name="rc", composite=True, composites=fewer))


def clients():
    step("a client with an id alone", "client", here(client_id="c0", state="present"))
    claim = mapper("m1", "oidc-usermodel-attribute-mapper", claim_name="loc", user_attribute="loc", jsonType_label="String",
                   access_token_claim=True, id_token_claim=True, userinfo_token_claim=True)
    audience = mapper("m2", "oidc-audience-mapper", included_client_audience="c0", access_token_claim="true", id_token_claim="false")
    step("a client", "client", here(
        client_id="c1", name="C1", description="d", root_url="https://c.example", admin_url="https://c.example/a", base_url="/b",
        enabled=True, client_authenticator_type="client-secret", secret="s3cr3t", web_origins=["https://c.example", "+"],
        redirect_uris=["https://c.example/*", "https://d.example/cb"], not_before=0, bearer_only=False, consent_required=True,
        standard_flow_enabled=True, implicit_flow_enabled=False, direct_access_grants_enabled=True, service_accounts_enabled=True,
        authorization_services_enabled=True, public_client=False, frontchannel_logout=True, protocol="openid-connect",
        full_scope_allowed=False, protocol_mappers=[claim, audience], attributes={
            "saml.force.post.binding": False, "post.logout.redirect.uris": "https://a/x##https://b/y",
            "backchannel.logout.session.required": True, "x": "y",
        },
    ))
    other = mapper("m1", "oidc-usermodel-attribute-mapper", claim_name="loc2", user_attribute="loc", jsonType_label="String",
                   access_token_claim=True)
    step("a client that is changed", "client", here(
        client_id="c1", redirect_uris=["https://c.example/*"], web_origins=[], consent_required=False, attributes={"x": "z"},
        protocol_mappers=[other],
    ))
    flows = {"browser_name": "browser", "direct_grant_name": "direct grant"}
    step("a client with flows of its own", "client", here(client_id="c1", authentication_flow_binding_overrides=flows))
    step("a client with scopes", "client", here(
        client_id="c1", default_client_scopes=["web-origins", "profile"], optional_client_scopes=["address"],
    ))
    step("a public client", "client", here(
        client_id="spa", public_client=True, redirect_uris=["http://localhost:3000/*"], web_origins=["+"],
        attributes={"pkce.code.challenge.method": "S256"},
    ))
    step("a bearer-only client", "client", here(client_id="bo", bearer_only=True))
    step("a SAML client", "client", here(
        client_id="https://sp.example/saml", protocol="saml", redirect_uris=["https://sp.example/*"], attributes={
            "saml.assertion.signature": True, "saml.client.signature": True, "saml.encrypt": False, "saml.server.signature": True,
            "saml.signature.algorithm": "RSA_SHA256", "saml_name_id_format": "email",
            "saml_assertion_consumer_url_post": "https://sp.example/acs",
        },
    ))
    step("a client with a certificate", "client", here(
        client_id="cx", client_authenticator_type="client-x509",
        attributes={"x509.subjectdn": "CN=client", "x509.allow.regex.pattern.comparison": False},
    ))
    step("a client with keys at an address", "client", here(
        client_id="cj", client_authenticator_type="client-jwt",
        attributes={"use.jwks.url": True, "jwks.url": "https://c.example/jwks"},
    ))
    role = {"name": "P1", "type": "role", "logic": "POSITIVE", "decisionStrategy": "UNANIMOUS",
            "config": {"roles": '[{"id":"r1","required":false}]'}}
    step("a client with policies", "client", here(
        client_id="c2", public_client=False, service_accounts_enabled=True, authorization_services_enabled=True, authorization_settings={
            "allowRemoteResourceManagement": True, "policyEnforcementMode": "ENFORCING", "decisionStrategy": "UNANIMOUS",
            "resources": [{"name": "R1", "type": "t", "uris": ["/x"]}], "policies": [role], "scopes": [{"name": "s1"}],
        },
    ))
    step("the secret of a client", "clientsecret_info", here(client_id="c1"), False)
    step("another secret of a client", "clientsecret_regenerate", here(client_id="c1"), False)
    step("a role of a client", "role", here(client_id="c1", name="cr1", description="x"))
    mixed = [{"name": "r1"}, {"name": "cr1", "client_id": "c1"}]
    step("a role of a client, of roles", "role", here(client_id="c1", name="cr2", composite=True, composites=mixed))


def groups():
    step("a group", "group", here(name="g1", attributes={"a": ["b", "c"], "d": "e"}))
    step("a group with fewer attributes", "group", here(name="g1", attributes={"a": ["b"]}))
    step("a group in a group", "group", here(name="g2", parents=[{"name": "g1"}], attributes={"x": ["y"]}))
    step("a group three levels down", "group", here(name="g3", parents=[{"name": "g1"}, {"name": "g2"}]))
    inner = lambda known: known["a group in a group"]["end_state"]["id"]  # noqa: E731
    step("a group by another name", "group", lambda known: here(id=inner(known), name="g2b"))
    step("a group by its first name", "group", lambda known: here(id=inner(known), name="g2"))
    both = [{"name": "r1"}, {"name": "r2"}]
    step("roles of a group", "realm_rolemapping", here(group_name="g1", roles=both))
    step("roles of an inner group", "realm_rolemapping", here(group_name="g2", parents=[{"name": "g1"}], roles=[{"name": "r1"}]))
    step("fewer roles of a group", "realm_rolemapping", here(group_name="g1", state="absent", roles=[{"name": "r2"}]))
    of_client = {"client_id": "c1", "group_name": "g1"}
    step("a client's roles of an inner group", "client_rolemapping", here(
        client_id="c1", group_name="g3", parents=[{"name": "g1"}, {"name": "g2"}], roles=[{"name": "cr1"}],
    ))
    step("a client's roles of a group", "client_rolemapping", here(**of_client, roles=[{"name": "cr1"}, {"name": "cr2"}]))
    step("fewer of a client's roles of a group", "client_rolemapping", here(**of_client, state="absent", roles=[{"name": "cr2"}]))


def users():
    step("a user", "user", here(
        username="ada", first_name="Ada", last_name="L", email="ada@example.org", enabled=True, email_verified=True,
        attributes=[{"name": "a1", "values": ["v1", "v2"]}, {"name": "a2", "values": ["w"]}], groups=[{"name": "g1"}],
        required_actions=["UPDATE_PASSWORD"], credentials=[{"type": "password", "value": "Abcdefgh1!xyz", "temporary": False}],
    ))
    step("a user who is changed", "user", here(
        username="ada", first_name="Ada2", email="ada2@example.org", groups=[{"name": "g1", "state": "absent"}],
        attributes=[{"name": "a1", "values": ["v1"]}, {"name": "a2", "state": "absent"}], required_actions=[],
    ))
    step("a user made anew", "user", here(
        username="ada", first_name="Ada3", last_name="L", email="ada@example.org", enabled=True, force=True,
    ), False)
    step("a user with a name alone", "user", here(username="bob"))
    step("a user with an attribute nobody described", "user", here(username="cyd", attributes=[{"name": "phone", "values": ["1"]}]))
    step("roles of a user", "user_rolemapping", here(target_username="ada", roles=[{"name": "r1"}, {"name": "r2"}]))
    step("fewer roles of a user", "user_rolemapping", here(target_username="ada", state="absent", roles=[{"name": "r2"}]))
    step("a client's roles of a user", "user_rolemapping", here(target_username="ada", client_id="c1", roles=[{"name": "cr1"}]))
    account = {"service_account_user_client_id": "c1"}
    step("roles of a service account", "user_rolemapping", here(**account, roles=[{"name": "r1"}]))
    views = [{"name": "view-users"}]
    step("an administrator's role of a service account", "user_rolemapping", here(**account, client_id="realm-management", roles=views))


def scopes():
    number = mapper("pm", "oidc-hardcoded-claim-mapper", claim_name="x", claim_value="1", jsonType_label="int", access_token_claim="true")
    member = mapper("gm", "oidc-group-membership-mapper", claim_name="groups", full_path="true", id_token_claim="true",
                    access_token_claim="true", userinfo_token_claim="true")
    shown = {"include.in.token.scope": "true", "display.on.consent.screen": "false", "consent.screen.text": ""}
    first = {"name": "cs1", "protocol": "openid-connect"}
    step("a client scope", "clientscope", here(**first, description="d", attributes=shown, protocol_mappers=[number, member]))
    other = mapper("pm", "oidc-hardcoded-claim-mapper", claim_name="x2", claim_value="1", jsonType_label="int", access_token_claim="true")
    step("a client scope that is changed", "clientscope", here(
        **first, description="e", attributes={"include.in.token.scope": "false"}, protocol_mappers=[other],
    ))
    attribute = mapper("ua", "saml-user-attribute-mapper", "saml", attribute_name="x", attribute_nameformat="Basic", user_attribute="a",
                       friendly_name="f", single="false")
    step("a client scope of SAML", "clientscope", here(name="cs2", protocol="saml", attributes={}, protocol_mappers=[attribute]))
    step("a client scope by another name", "clientscope", lambda known: here(id=known["a client scope"]["end_state"]["id"], name="cs1b"))
    step("scopes of new clients", "clientscope_type", here(
        default_clientscopes=["profile", "email", "cs1b", "roles"], optional_clientscopes=["phone", "address", "offline_access"],
    ))
    step("scopes of a client", "clientscope_type", here(
        client_id="c1", default_clientscopes=["profile", "cs1b"], optional_clientscopes=["phone"],
    ))
    step("roles for a client that has them all", "client_rolescope", here(client_id="spa", role_names=["r1"]))
    step("a client without all roles", "client", here(client_id="spa", full_scope_allowed=False))
    step("roles for a client", "client_rolescope", here(client_id="spa", role_names=["r1", "r2"]))
    of_client = {"client_id": "spa", "client_scope_id": "c1"}
    step("a client's roles for a client", "client_rolescope", here(**of_client, role_names=["cr1", "cr2"]))
    step("fewer of a client's roles for a client", "client_rolescope", here(**of_client, role_names=["cr1"], state="absent"))


def permissions():
    scope = {"client_id": "c1", "name": "file:delete"}
    step("a scope of a resource server", "authz_authorization_scope", here(**scope, display_name="A", icon_uri="https://i.example/x.png"))
    step("a scope of a resource server that is changed", "authz_authorization_scope", here(**scope, display_name="B"))
    step("a policy in JavaScript", "authz_custom_policy", here(client_id="c1", name="own", policy_type="script-policy.js"))
    first = {"client_id": "c2", "name": "perm1", "permission_type": "scope", "scopes": ["s1"]}
    step("a permission of a scope", "authz_permission", here(**first, description="d", policies=["P1"]))
    step("a permission of a scope that is changed", "authz_permission", here(
        **first, description="d2", decision_strategy="AFFIRMATIVE", policies=["P1"],
    ))
    step("a permission of a resource", "authz_permission", here(
        client_id="c2", name="perm2", permission_type="resource", resources=["R1"], policies=["P1"],
    ))
    step("what a permission says", "authz_permission_info", here(client_id="c2", name="perm1"), False)
    step("no permission of a scope", "authz_permission", here(**first, state="absent"))


def providers():
    first = {"name": "fn", "identityProviderMapper": "oidc-user-attribute-idp-mapper",
             "config": {"claim": "first_name", "user.attribute": "firstName", "syncMode": "INHERIT"}}
    last = {"name": "ln", "identityProviderMapper": "oidc-user-attribute-idp-mapper",
            "config": {"claim": "l", "user.attribute": "lastName", "syncMode": "INHERIT"}}
    step("an identity provider", "identity_provider", here(
        alias="oidc1", display_name="O", enabled=True, provider_id="oidc", trust_email=True, store_token=True, mappers=[first, last],
        config={"issuer": "https://i.example", "authorizationUrl": "https://i.example/a", "tokenUrl": "https://i.example/t",
                "userInfoUrl": "https://i.example/u", "clientAuthMethod": "client_secret_post", "clientId": "c",
                "clientSecret": "s", "syncMode": "FORCE"},
    ))
    step("an identity provider that is changed", "identity_provider", here(
        alias="oidc1", display_name="O2", enabled=False, provider_id="oidc", mappers=[first],
        config={"clientSecret": "s2", "syncMode": "IMPORT"},
    ))
    step("an identity provider of SAML", "identity_provider", here(
        alias="saml1", enabled=True, provider_id="saml",
        config={"entityId": "e", "singleSignOnServiceUrl": "https://i.example/sso", "wantAuthnRequestsSigned": True,
                "nameIDPolicyFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "principalType": "SUBJECT"},
        mappers=[{"name": "rl", "identityProviderMapper": "saml-user-attribute-idp-mapper",
                  "config": {"attribute.friendly.name": "User Roles", "attribute.name": "roles", "syncMode": "INHERIT", "user.attribute": "roles"}}],
    ))
    fleeting = {"entityId": "e", "singleSignOnServiceUrl": "https://i.example/sso", "principalType": "SUBJECT",
                "nameIDPolicyFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}
    step("an identity provider of SAML whose names do not last", "identity_provider", here(
        alias="saml2", enabled=True, provider_id="saml", config=fleeting,
    ), False)
    step("Google", "identity_provider", here(
        alias="google", enabled=True, provider_id="google",
        config={"clientId": "c", "clientSecret": "s", "hostedDomain": "x.example", "useJwksUrl": True},
    ))
    step("flows of an identity provider", "identity_provider", here(
        alias="google", first_broker_login_flow_alias="first broker login", post_broker_login_flow_alias="browser",
    ))
    directories()


def directories():
    config = {
        "priority": 0, "enabled": True, "cachePolicy": "DEFAULT", "batchSizeForSync": 1000, "editMode": "READ_ONLY",
        "importEnabled": True, "syncRegistrations": False, "vendor": "other", "usernameLDAPAttribute": "uid", "rdnLDAPAttribute": "uid",
        "uuidLDAPAttribute": "entryUUID", "userObjectClasses": "inetOrgPerson, organizationalPerson",
        "connectionUrl": "ldaps://ldap.example.com:636", "usersDn": "ou=Users,dc=example,dc=com", "authType": "none", "searchScope": 1,
        "validatePasswordPolicy": False, "trustEmail": False, "useTruststoreSpi": "always", "connectionPooling": True,
        "pagination": True, "allowKerberosAuthentication": False, "debug": False, "useKerberosForPasswordAuthentication": False,
    }
    full_name = lambda attribute: {  # noqa: E731
        "name": "full name", "providerId": "full-name-ldap-mapper", "providerType": LDAP_MAPPER,
        "config": {"ldap.full.name.attribute": attribute, "read.only": True, "write.only": False},
    }
    first = {"name": "l1", "provider_id": "ldap", "provider_type": FEDERATION}
    step("a directory", "user_federation", here(**first, config=config, mappers=[full_name("cn")]))
    timed = {**config, "priority": 2, "fullSyncPeriod": 604800, "changedSyncPeriod": 86400}
    step("a directory that is changed", "user_federation", here(**first, config=timed, mappers=[full_name("sn")]))
    bound = {**config, "authType": "simple", "bindDn": "cn=x", "bindCredential": "s"}
    step("a directory with a password", "user_federation", here(
        **first, bind_credential_update_mode="only_indirect", remove_unspecified_mappers=False, config=bound,
    ))
    step("Kerberos", "user_federation", here(
        name="k1", provider_id="kerberos", provider_type=FEDERATION,
        config={"priority": 0, "enabled": True, "cachePolicy": "DEFAULT", "kerberosRealm": "EXAMPLE.COM",
                "serverPrincipal": "HTTP/h@EXAMPLE.COM", "keyTab": "/etc/krb5.keytab", "allowPasswordAuthentication": False,
                "updateProfileFirstLogin": False},
    ))


def components():
    trusted = {"name": "trusted", "provider_id": "trusted-hosts", "provider_type": REGISTRATION}
    step("a policy for clients that register themselves", "component", below(**trusted, config={
        "trusted-hosts": "a.example", "host-sending-registration-request-must-match": "true", "client-uris-must-match": "true",
    }))
    curve = {"name": "es", "provider_id": "ecdsa-generated", "provider_type": KEYS}
    key = {"priority": "7", "enabled": "true", "active": "true", "ecdsaEllipticCurveKey": "P-384"}
    step("a key that is made", "component", below(**curve, config=key))
    step("a key that is passive", "component", below(**curve, config={**key, "priority": "8", "active": "false"}))
    step("all components", "component_info", here(), False)
    step("the keys among the components", "component_info", here(provider_type=KEYS), False)
    step("a component by its name", "component_info", here(name="trusted", parent_id=REALM), False)
    own = {"private_key": private_key(), "certificate": ""}
    step("a key of one's own", "realm_key", below(name="own1", provider_id="rsa", config={**own, "priority": 131, "algorithm": "RS512"}))
    step("a key of one's own to encrypt with", "realm_key", below(
        name="own2", provider_id="rsa-enc", config={**own, "priority": 132, "algorithm": "RSA-OAEP"},
    ))
    step("a key of one's own that is passive", "realm_key", below(
        name="own1", provider_id="rsa", config={**own, "priority": 140, "active": False, "algorithm": "RS512"},
    ))
    step("no policy for clients that register themselves", "component", below(**trusted, state="absent"))
    step("no key of one's own", "realm_key", below(
        name="own1", provider_id="rsa", state="absent", config={"private_key": "", "certificate": "", "priority": 140},
    ))


def flows():
    review = {"alias": "rp", "config": {"update.profile.on.first.login": "missing"}}
    step("a copy of a flow", "authentication", here(
        alias="Copy of first broker login", copyFrom="first broker login",
        authenticationExecutions=[{"providerId": "idp-review-profile", "requirement": "REQUIRED", "authenticationConfig": review}],
    ))
    mine = {"alias": "my browser", "providerId": "basic-flow"}
    step("a flow", "authentication", here(**mine, description="d", authenticationExecutions=[
        {"providerId": "auth-cookie", "requirement": "ALTERNATIVE"},
        {"displayName": "my forms", "requirement": "ALTERNATIVE"},
        {"flowAlias": "my forms", "providerId": "auth-username-password-form", "requirement": "REQUIRED"},
        {"displayName": "my otp", "flowAlias": "my forms", "requirement": "CONDITIONAL"},
        {"flowAlias": "my otp", "providerId": "conditional-user-configured", "requirement": "REQUIRED"},
        {"flowAlias": "my otp", "providerId": "auth-otp-form", "requirement": "REQUIRED"},
    ]))
    redirect = {"alias": "red", "config": {"defaultProvider": "google"}}
    step("a flow that is changed", "authentication", here(**mine, description="d", authenticationExecutions=[
        {"providerId": "auth-cookie", "requirement": "DISABLED"},
        {"providerId": "identity-provider-redirector", "requirement": "ALTERNATIVE", "index": 0, "authenticationConfig": redirect},
    ]))
    cookie = [{"providerId": "auth-cookie", "requirement": "REQUIRED"}]
    step("a flow made anew", "authentication", here(**mine, force=True, authenticationExecutions=cookie), False)
    step("a flow with a form", "authentication", here(alias="reg", providerId="basic-flow", authenticationExecutions=[
        {"displayName": "regform", "subFlowType": "form-flow", "requirement": "REQUIRED"},
        {"flowAlias": "regform", "providerId": "registration-user-creation", "requirement": "REQUIRED"},
    ]))
    secret = [{"providerId": "client-secret", "requirement": "ALTERNATIVE"}]
    step("a flow of clients", "authentication", here(alias="cflow", providerId="client-flow", authenticationExecutions=secret))
    nobody = [{"providerId": "test-execution1", "requirement": "REQUIRED"}]
    step("a flow of what there is not", "authentication", here(alias="badf", providerId="basic-flow", authenticationExecutions=nobody), False)
    step("a flow in use", "realm", {"realm": REALM, "id": REALM, "browser_flow": "my browser"})
    step("no flow that is in use", "authentication", here(alias="my browser", state="absent"), False)
    step("a flow out of use", "realm", {"realm": REALM, "id": REALM, "browser_flow": "browser"})
    step("no flow", "authentication", here(alias="my browser", state="absent"))


def actions():
    terms = {"alias": "TERMS_AND_CONDITIONS", "name": "Terms", "providerId": "TERMS_AND_CONDITIONS", "enabled": True}
    ask = lambda state, *actions: here(required_actions=list(actions), state=state)  # noqa: E731
    module = "authentication_required_actions"
    step("a required action", module, ask("present", terms))
    changed = {"alias": "TERMS_AND_CONDITIONS", "enabled": False, "priority": 99, "defaultAction": True}
    step("a required action that is changed", module, ask("present", changed))
    step("settings of a required action", module, ask("present", {"alias": "UPDATE_PASSWORD", "config": {"max_auth_age": "100"}}))
    step("no required action", module, ask("absent", {"alias": "TERMS_AND_CONDITIONS"}))
    step("a required action again", module, ask("present", terms))


def profile():
    both = {"view": ["admin", "user"], "edit": ["admin", "user"]}
    usual = [
        {"name": name, "display_name": "${%s}" % name, "validations": {"length": {"max": 255}}, "permissions": both, "multivalued": False}
        for name in ("username", "email", "firstName", "lastName")
    ]
    department = {
        "name": "dept", "display_name": "Dept", "group": "gg", "annotations": {"inputType": "text"}, "required": {"roles": ["user"]},
        "permissions": {"view": ["admin"], "edit": ["admin"]}, "validations": {"options": {"options": ["a", "b"]}},
    }
    heading = [{"name": "gg", "display_header": "G", "display_description": "x"}]
    whole = {"attributes": [*usual, department], "groups": heading, "unmanaged_attribute_policy": "ENABLED"}
    step("a profile of users", "userprofile", below(config={"kc_user_profile_config": [whole]}))
    step("a profile that is changed", "userprofile", below(config={"kc_user_profile_config": [{"attributes": usual}]}))
    step("no profile of users", "userprofile", below(state="absent"))


def nothing():
    gone = [
        ("user", "user", {"username": "ada"}), ("group", "group", {"name": "g1"}), ("role", "role", {"name": "r1"}),
        ("role of a client", "role", {"name": "cr1", "client_id": "c1"}), ("client scope", "clientscope", {"name": "cs1b"}),
        ("identity provider", "identity_provider", {"alias": "oidc1"}), ("directory", "user_federation", {"name": "l1"}),
        ("client", "client", {"client_id": "c1"}), ("SAML client", "client", {"client_id": "https://sp.example/saml"}),
        ("flow with a form", "authentication", {"alias": "reg"}),
    ]
    for name, module, arguments in gone:
        step(f"no {name}", module, here(state="absent", **arguments))
    step("no realm", "realm", {"realm": REALM, "state": "absent"})


for _part in (realms, roles, clients, groups, users, scopes, permissions, providers, components, flows, actions, profile, nothing):
    _part()
