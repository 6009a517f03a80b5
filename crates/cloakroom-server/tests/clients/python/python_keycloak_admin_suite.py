"""PyPI python-keycloak: its KeycloakAdmin, with its blocking calls and with its asynchronous ones."""

import asyncio

from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakError

from checks import SETUP, refused, run, test

UNKNOWN_ERROR = rb'{"error":"unknown_error"'


class Asynchronous:
    """Calls the asynchronous twin of each method, so that one test is for both."""

    def __init__(self, admin, loop):
        self._admin = admin
        self._loop = loop

    def __getattr__(self, name):
        method = getattr(self._admin, f"a_{name}")
        return lambda *args, **kwargs: self._loop.run_until_complete(method(*args, **kwargs))


def administrator():
    """An administrator of master, who acts on the realm of this mode."""
    return KeycloakAdmin(
        server_url=SETUP["base"],
        username=SETUP["admin"]["username"],
        password=SETUP["admin"]["password"],
        realm_name="master",
        user_realm_name="master",
    )


def both(function):
    """Registers a test twice: for the blocking calls and for the asynchronous ones."""
    for mode in MODES:

        def one(mode=mode):
            function(MODES[mode]())

        one.__doc__ = f"{function.__doc__.strip().rstrip('.')} ({mode})"
        test(one)
    return function


def _blocking():
    admin = administrator()
    admin.change_current_realm(f"{SETUP['realm']}-blocking")
    return admin


def _asynchronous():
    admin = administrator()
    admin.change_current_realm(f"{SETUP['realm']}-asynchronous")
    return Asynchronous(admin, LOOP)


LOOP = asyncio.new_event_loop()
MODES = {"blocking": _blocking, "asynchronous": _asynchronous}


def says(call, status, text):
    """Asserts that a call is refused with this status and a body that has this text."""
    error = refused(call, KeycloakError)
    assert error.response_code == status, (error.response_code, error.response_body)
    text = text if isinstance(text, bytes) else text.encode()
    assert text in (error.response_body or b""), error.response_body


def role(admin, name):
    """A realm role with this name, made if it is not there."""
    admin.create_realm_role(payload={"name": name}, skip_exists=True)
    return admin.get_realm_role(role_name=name)


@both
def users(admin):
    """users are created once, found, changed, disabled and removed."""
    user = admin.create_user(payload={"username": "ada", "email": "ada@example.org", "enabled": True})
    says(lambda: admin.create_user(payload={"username": "ada"}), 409, '{"errorMessage":"User exists with same username"}')
    assert admin.create_user(payload={"username": "ada"}, exist_ok=True) == user
    assert admin.get_user_id("ada") == user
    assert admin.update_user(user_id=user, payload={"firstName": "Ada"}) == {}
    assert admin.get_user(user_id=user)["firstName"] == "Ada"
    says(lambda: admin.update_user(user_id=user, payload={"wrong": "x"}), 400, 'Unrecognized field')
    admin.disable_user(user_id=user)
    assert not admin.get_user(user_id=user)["enabled"]
    admin.enable_user(user_id=user)
    assert admin.users_count(query={"username": "nobody"}) == 0
    assert [one["id"] for one in admin.get_users(query={"search": "ad"})] == [user]
    assert "userProfileMetadata" in admin.get_user(user_id=user, user_profile_metadata=True)
    assert admin.delete_user(user_id=user) == {}
    for call in (
        lambda: admin.get_user(user_id=user),
        lambda: admin.delete_user(user_id=user),
        lambda: admin.get_user_groups(user_id=user),
        lambda: admin.user_logout(user_id=user),
        lambda: admin.user_consents(user_id=user),
        lambda: admin.get_sessions(user_id=user),
        lambda: admin.get_credentials(user_id=user),
        lambda: admin.set_user_password(user_id=user, password="x"),
        lambda: admin.get_all_roles_of_user(user_id=user),
        lambda: admin.get_composite_realm_roles_of_user(user_id=user),
        lambda: admin.get_user_social_logins(user_id=user),
    ):
        says(call, 404, '{"error":"User not found"')


@both
def pages(admin):
    """get_users reads page after page."""
    ids = [admin.create_user(payload={"username": f"page-{number:03}"}) for number in range(130)]
    assert len(admin.get_users(query={"search": "page-"})) == 130
    assert len(admin.get_users(query={"search": "page-", "first": 100, "max": 100})) == 30
    assert len(admin.get_users(query={"search": "page-", "max": 20})) == 20
    for one in ids:
        admin.delete_user(user_id=one)


@both
def credentials(admin):
    """a password is set, listed and removed."""
    user = admin.create_user(payload={"username": "cred"})
    assert admin.set_user_password(user_id=user, password="an honest passphrase", temporary=True) == {}
    assert admin.get_user(user_id=user)["requiredActions"] == ["UPDATE_PASSWORD"]
    listed = admin.get_credentials(user_id=user)
    assert [one["type"] for one in listed] == ["password"], listed
    assert admin.delete_credential(user_id=user, credential_id=listed[0]["id"]) == {}
    says(lambda: admin.delete_credential(user_id=user, credential_id="none"), 404, '{"error":"Credential not found"')
    assert admin.get_bruteforce_detection_status(user)["numFailures"] == 0
    assert admin.clear_bruteforce_attempts_for_user(user) == {}
    assert admin.user_logout(user_id=user) == {}
    assert admin.get_sessions(user_id=user) == []
    assert admin.user_consents(user_id=user) == []
    admin.delete_user(user_id=user)


@both
def social_logins(admin):
    """links to identity providers are added and removed; those without a provider are not listed."""
    user = admin.create_user(payload={"username": "social"})
    link = {"provider_id": "gitlab", "provider_userid": "1", "provider_username": "me"}
    admin.add_user_social_login(user_id=user, **link)
    assert admin.get_user_social_logins(user_id=user) == []
    assert admin.delete_user_social_login(user_id=user, provider_id="gitlab") == {}
    says(lambda: admin.delete_user_social_login(user_id=user, provider_id="gitlab"), 404, '{"error":"Link not found"')
    admin.delete_user(user_id=user)


@both
def letters(admin):
    """letters need an address and a mail server, and wait for their sending then."""
    user = admin.create_user(payload={"username": "letters", "enabled": True})
    says(lambda: admin.send_verify_email(user_id=user), 400, '{"errorMessage":"User email missing"}')
    admin.update_user(user_id=user, payload={"email": "letters@example.org"})
    says(lambda: admin.send_update_account(user_id=user, payload=["VERIFY_EMAIL"]), 500, "Failed to send execute actions email")
    says(lambda: admin.send_update_account(user_id=user, payload=["NONSENSE"]), 400, "Provided invalid required actions")
    admin.delete_user(user_id=user)


@both
def groups(admin):
    """groups are a tree that is searched, walked and changed."""
    top = admin.create_group(payload={"name": "top"})
    one = admin.create_group(payload={"name": "one"}, parent=top)
    two = admin.create_group(payload={"name": "two"}, parent=top)
    says(lambda: admin.create_group(payload={"name": "one"}, parent=top), 409, "Sibling group named 'one' already exists.")
    assert admin.create_group(payload={"name": "one"}, parent=top, skip_exists=True) is None
    assert admin.groups_count() == {"count": 3} and admin.groups_count(query={"search": "none"}) == {"count": 0}
    listed = admin.get_groups()
    assert {inside["id"] for inside in listed[0]["subGroups"]} == {one, two}, listed
    assert admin.get_group(group_id=one)["path"] == "/top/one"
    below = admin.create_group(payload={"name": "below"}, parent=two)
    assert admin.get_group_by_path(path="/top/two/below")["id"] == below
    says(lambda: admin.get_group_by_path(path="/top/none"), 404, '{"error":"Group path does not exist"')
    assert len(admin.get_group_children(group_id=top, query={"max": 1})) == 1
    whole = admin.get_groups(full_hierarchy=True)
    assert [len(inside["subGroups"]) for inside in sorted(whole[0]["subGroups"], key=lambda g: g["name"])] == [0, 1]
    user = admin.create_user(payload={"username": "member"})
    assert admin.group_user_add(user_id=user, group_id=two) == {}
    assert [member["id"] for member in admin.get_group_members(group_id=two)] == [user]
    assert [group["id"] for group in admin.get_user_groups(user_id=user)] == [two]
    says(lambda: admin.group_user_remove(user_id="none", group_id=two), 404, '{"error":"User not found"')
    assert admin.group_user_remove(user_id=user, group_id=two) == {}
    assert admin.update_group(group_id=two, payload={"name": "renamed"}) == {}
    assert admin.get_group(group_id=two)["name"] == "renamed"
    for call in (
        lambda: admin.get_group(group_id="none"),
        lambda: admin.update_group(group_id="none", payload={}),
        lambda: admin.get_group_members(group_id="none"),
        lambda: admin.delete_group(group_id="none"),
    ):
        says(call, 404, '{"error":"Could not find group by id"')
    admin.delete_group(group_id=top)
    admin.delete_user(user_id=user)
    assert admin.get_groups() == []


@both
def realm_roles(admin):
    """realm roles are made, composed, given to users and groups, and removed."""
    plain, inner = role(admin, "plain"), role(admin, "inner")
    says(lambda: admin.create_realm_role(payload={"name": "plain"}), 409, "Role with name plain already exists")
    assert admin.get_realm_role_by_id(plain["id"])["name"] == "plain"
    assert [one["name"] for one in admin.get_realm_roles(search_text="plai")] == ["plain"]
    assert "attributes" in admin.get_realm_roles(brief_representation=False, search_text="plai")[0]
    says(lambda: admin.add_composite_realm_roles_to_role(role_name="plain", roles=["bad"]), 400, UNKNOWN_ERROR)
    assert admin.add_composite_realm_roles_to_role(role_name="plain", roles=[inner]) == {}
    assert [one["name"] for one in admin.get_composite_realm_roles_of_role(role_name="plain")] == ["inner"]
    user = admin.create_user(payload={"username": "holder"})
    says(lambda: admin.assign_realm_roles(user_id=user, roles=["bad"]), 400, UNKNOWN_ERROR)
    assert admin.assign_realm_roles(user_id=user, roles=[plain]) == {}
    assert [one["id"] for one in admin.get_realm_role_members(role_name="plain")] == [user]
    assert {one["name"] for one in admin.get_composite_realm_roles_of_user(user_id=user)} >= {"plain", "inner"}
    assert "inner" in {one["name"] for one in admin.get_available_realm_roles_of_user(user_id=user)}
    group = admin.create_group(payload={"name": "holders"})
    assert admin.assign_group_realm_roles(group_id=group, roles=[plain]) == {}
    assert [one["name"] for one in admin.get_group_realm_roles(group_id=group)] == ["plain"]
    assert [one["id"] for one in admin.get_realm_role_groups(role_name="plain")] == [group]
    assert admin.delete_group_realm_roles(group_id=group, roles=[plain]) == {}
    assert admin.delete_realm_roles_of_user(user_id=user, roles=[plain]) == {}
    assert admin.get_realm_role_members(role_name="plain") == []
    assert admin.remove_composite_realm_roles_to_role(role_name="plain", roles=[inner]) == {}
    assert admin.update_realm_role(role_name="plain", payload={"name": "renamed"}) == {}
    for call in (
        lambda: admin.get_realm_role(role_name="plain"),
        lambda: admin.update_realm_role(role_name="plain", payload={"name": "x"}),
        lambda: admin.get_realm_role_members(role_name="plain"),
        lambda: admin.get_realm_role_groups(role_name="plain"),
        lambda: admin.delete_realm_role(role_name="plain"),
    ):
        says(call, 404, '{"error":"Could not find role"')
    admin.delete_realm_role(role_name="renamed")
    admin.delete_role_by_id(inner["id"])
    says(lambda: admin.get_realm_role_by_id(inner["id"]), 404, "Could not find role with id")
    admin.delete_group(group_id=group)
    admin.delete_user(user_id=user)


@both
def clients(admin):
    """clients are created once, changed, given mappers and secrets, and removed."""
    names = {one["name"] for one in admin.get_clients()}
    assert len(names) == 6 and "${client_realm-management}" in names, names
    client = admin.create_client(payload={"clientId": "app", "name": "App"})
    says(lambda: admin.create_client(payload={"clientId": "app"}), 409, '{"errorMessage":"Client app already exists"}')
    assert admin.create_client(payload={"clientId": "app"}, skip_exists=True) == client
    assert admin.get_client_id("app") == client and admin.get_client_id("none") is None
    assert admin.update_client(client_id=client, payload={"name": "Renamed"}) == {}
    assert admin.get_client(client_id=client)["name"] == "Renamed"
    mapper = {"name": "m", "protocol": "openid-connect", "protocolMapper": "oidc-usermodel-attribute-mapper"}
    assert admin.add_mapper_to_client(client_id=client, payload=mapper) == b""
    made = admin.get_mappers_from_client(client_id=client)[0]
    made["config"]["user.attribute"] = "x"
    assert admin.update_client_mapper(client_id=client, mapper_id=made["id"], payload=made) == {}
    assert admin.remove_client_mapper(client_id=client, client_mapper_id=made["id"]) == {}
    says(lambda: admin.remove_client_mapper(client_id=client, client_mapper_id=made["id"]), 404, '{"error":"Model not found"')
    assert admin.get_client_all_sessions(client_id=client) == []
    secret = admin.generate_client_secrets(client_id=client)
    assert secret["value"] and admin.get_client_secrets(client_id=client) == secret
    says(lambda: admin.get_client_service_account_user(client_id=client), 400, "Service account not enabled for the client 'app'")
    admin.update_client(client_id=client, payload={"serviceAccountsEnabled": True})
    assert admin.get_client_service_account_user(client_id=client)["username"] == "service-account-app"
    document = admin.get_client_installation_provider(client_id=client, provider_id="keycloak-oidc-keycloak-json")
    assert document["resource"] == "app" and document["credentials"]["secret"] == secret["value"], document
    for call in (
        lambda: admin.get_client(client_id="none"),
        lambda: admin.update_client(client_id="none", payload={}),
        lambda: admin.add_mapper_to_client(client_id="none", payload={}),
        lambda: admin.get_client_all_sessions(client_id="none"),
        lambda: admin.get_client_secrets(client_id="none"),
        lambda: admin.get_client_roles(client_id="none"),
        lambda: admin.delete_client(client_id="none"),
    ):
        says(call, 404, '{"error":"Could not find client"')
    assert admin.delete_client(client_id=client) == {}


@both
def unsaid(admin):
    """a client whose protocol is said gets what is left unsaid, and the password grant where it proves itself."""

    def made(name, **more):
        client = admin.create_client(payload={"clientId": name, "protocol": "openid-connect", **more})
        one = admin.get_client(client_id=client)
        return one["publicClient"], one["directAccessGrantsEnabled"], one["redirectUris"]

    assert made("open") == (True, False, [])
    assert made("kept", publicClient=False) == (False, True, [])
    assert made("secret", secret="open-sesame") == (False, True, [])
    assert made("said", publicClient=False, directAccessGrantsEnabled=False) == (False, False, [])
    assert made("site", rootUrl="https://site.example/") == (True, False, ["https://site.example/*"])


@both
def flows(admin):
    """the name of a flow is taken once, and a step is described in Keycloak's words."""
    assert admin.get_authenticator_provider_config_description(provider_id="auth-cookie") == {
        "helpText": "Validates the SSO cookie set by the auth server.",
        "name": "Cookie",
        "properties": [],
        "providerId": "auth-cookie",
    }
    assert admin.create_authentication_flow(payload={"alias": "own", "providerId": "basic-flow"}) == b""
    says(
        lambda: admin.create_authentication_flow(payload={"alias": "own", "builtIn": False}),
        409,
        '{"errorMessage":"Flow own already exists"}',
    )


@both
def organizations(admin):
    """the domains of an organization are told by their names alone."""
    admin.update_realm(admin.get_current_realm(), payload={"organizationsEnabled": True})
    admin.create_organization({"name": "Shop", "alias": "shop", "domains": ["shop.example"]})
    (shop,) = admin.get_organizations()
    assert shop["domains"] == [{"name": "shop.example", "verified": False}], shop


@both
def client_roles(admin):
    """client roles are given to users, groups and clients."""
    client = admin.create_client(payload={"clientId": "roles"})
    name = admin.create_client_role(client_role_id=client, payload={"name": "buyer"}, skip_exists=True)
    assert name == "buyer"
    says(lambda: admin.create_client_role(client_role_id=client, payload={"name": "buyer"}), 409, "Role with name buyer already exists")
    buyer = admin.get_client_role(client_id=client, role_name="buyer")
    assert admin.get_client_role_id(client_id=client, role_name="buyer") == buyer["id"]
    says(lambda: admin.get_client_role(client_id=client, role_name="none"), 404, '{"error":"Could not find role"')
    user = admin.create_user(payload={"username": "shopper"})
    assert admin.assign_client_role(user_id=user, client_id=client, roles=[buyer]) == {}
    assert len(admin.get_client_role_members(client_id=client, role_name="buyer")) == 1
    assert admin.get_all_roles_of_user(user_id=user)["clientMappings"]["roles"]["mappings"][0]["name"] == "buyer"
    assert len(admin.get_client_roles_of_user(user_id=user, client_id=client)) == 1
    assert len(admin.get_composite_client_roles_of_user(user_id=user, client_id=client)) == 1
    assert admin.get_available_client_roles_of_user(user_id=user, client_id=client) == []
    says(lambda: admin.get_client_roles_of_user(user_id=user, client_id="none"), 404, '{"error":"Client not found"')
    assert admin.delete_client_roles_of_user(user_id=user, client_id=client, roles=[buyer]) == {}
    group = admin.create_group(payload={"name": "shoppers"})
    assert admin.assign_group_client_roles(group_id=group, client_id=client, roles=[buyer]) == {}
    assert len(admin.get_client_role_groups(client_id=client, role_name="buyer")) == 1
    assert len(admin.get_composite_client_roles_of_group(client_id=client, group_id=group)) == 1
    assert admin.delete_group_client_roles(group_id=group, client_id=client, roles=[buyer]) == {}
    outer = role(admin, "outer")
    admin.add_composite_client_roles_to_role(client_role_id=client, role_name="buyer", roles=[outer])
    assert admin.get_role_composites_by_id(buyer["id"])[0]["name"] == "outer"
    admin.remove_composite_client_roles_from_role(client_role_id=client, role_name="buyer", roles=[outer])
    assert admin.update_client_role(client_id=client, role_name="buyer", payload={"name": "seller"}) == {}
    assert admin.delete_client_role(client_role_id=client, role_name="seller") == {}
    admin.delete_realm_role(role_name="outer")
    admin.delete_group(group_id=group)
    admin.delete_user(user_id=user)
    admin.delete_client(client_id=client)


@both
def scopes(admin):
    """client scopes have mappers and roles, and clients have scopes."""
    scope = admin.create_client_scope(payload={"name": "read", "protocol": "openid-connect"})
    says(lambda: admin.create_client_scope(payload={"name": "read", "protocol": "openid-connect"}), 409, "Client Scope read already exists")
    assert admin.create_client_scope(payload={"name": "read", "protocol": "openid-connect"}, skip_exists=True) == scope
    says(lambda: admin.get_client_scope(client_scope_id="none"), 404, '{"error":"Could not find client scope"')
    assert admin.get_client_scope_by_name("read")["id"] == scope
    assert admin.update_client_scope(client_scope_id=scope, payload={"name": "read", "description": "May read"}) == {}
    # Settings are texts, whatever scalar they are sent as.
    switches = {"access.token.claim": True}
    mapper = {"name": "m", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper", "config": switches}
    admin.add_mapper_to_client_scope(client_scope_id=scope, payload=mapper)
    says(
        lambda: admin.add_mapper_to_client_scope(client_scope_id=scope, payload={}),
        404,
        '{"error":"ProtocolMapper provider not found"',
    )
    made = admin.get_mappers_from_client_scope(client_scope_id=scope)[0]
    made["config"]["included.custom.audience"] = "x"
    admin.update_mapper_in_client_scope(client_scope_id=scope, protocol_mapper_id=made["id"], payload=made)
    assert admin.delete_mapper_from_client_scope(client_scope_id=scope, protocol_mapper_id=made["id"]) == {}
    client = admin.create_client(payload={"clientId": "scoped"})
    body = {"realm": "x", "client": client, "clientScopeId": scope}
    before = len(admin.get_client_default_client_scopes(client))
    admin.add_client_default_client_scope(client, scope, body)
    assert len(admin.get_client_default_client_scopes(client)) == before + 1
    admin.delete_client_default_client_scope(client, scope)
    admin.add_client_optional_client_scope(client, scope, body)
    assert "read" in {one["name"] for one in admin.get_client_optional_client_scopes(client)}
    admin.delete_client_optional_client_scope(client, scope)
    reader = role(admin, "reader")
    says(lambda: admin.assign_realm_roles_to_client_scope(client_id=client, roles=["bad"]), 400, UNKNOWN_ERROR)
    assert admin.assign_realm_roles_to_client_scope(client_id=client, roles=[reader]) == {}
    assert [one["name"] for one in admin.get_realm_roles_of_client_scope(client_id=client)] == ["reader"]
    assert admin.delete_realm_roles_of_client_scope(client_id=client, roles=[reader]) == {}
    admin.create_client_role(client_role_id=client, payload={"name": "own"})
    own = admin.get_client_role(client_id=client, role_name="own")
    assert admin.add_client_specific_roles_to_client_scope(scope, client, [own]) == {}
    assert admin.get_all_roles_of_client_scope(scope)["clientMappings"]["scoped"]["mappings"][0]["name"] == "own"
    assert len(admin.get_client_specific_roles_of_client_scope(scope, client)) == 1
    assert admin.remove_client_specific_roles_of_client_scope(scope, client, [own]) == {}
    assert admin.get_all_roles_of_client_scope(scope) == {}
    usual = {one["name"] for one in admin.get_default_default_client_scopes()}
    assert {"profile", "email", "roles"} <= usual, usual
    assert admin.add_default_default_client_scope(scope) == {}
    assert admin.delete_default_default_client_scope(scope) == {}
    assert admin.add_default_optional_client_scope(scope) == {}
    assert "read" in {one["name"] for one in admin.get_default_optional_client_scopes()}
    assert admin.delete_default_optional_client_scope(scope) == {}
    admin.delete_client(client_id=client)
    admin.delete_client_scope(client_scope_id=scope)
    admin.delete_realm_role(role_name="reader")


@both
def realm_default_roles(admin):
    """the roles of everybody are shown, added to and taken from."""
    extra = role(admin, "everybody")
    before = len(admin.get_realm_default_roles())
    assert admin.add_realm_default_roles(payload=[extra]) == {}
    assert len(admin.get_realm_default_roles()) == before + 1
    assert admin.remove_realm_default_roles(payload=[extra]) == {}
    admin.delete_realm_role(role_name="everybody")


OWNER = administrator()
for suffix in MODES:
    OWNER.create_realm(payload={"realm": f"{SETUP['realm']}-{suffix}", "enabled": True})
try:
    run()
finally:
    for suffix in MODES:
        OWNER.delete_realm(realm_name=f"{SETUP['realm']}-{suffix}")
