"""PyPI python-keycloak: KeycloakUMA, and what KeycloakOpenID asks of authorization services."""

import asyncio
import json
import tempfile
import uuid

from keycloak import KeycloakAdmin, KeycloakOpenID, KeycloakOpenIDConnection, KeycloakUMA
from keycloak.exceptions import KeycloakDeleteError, KeycloakGetError, KeycloakPostError
from keycloak.uma_permissions import UMAPermission

from checks import SETUP, refused, run, test

USER = (SETUP["username"], SETUP["password"])
PHOTOS = "photos"


def connection():
    """Of the resource server, with a token for itself."""
    return KeycloakOpenIDConnection(
        server_url=SETUP["base"] + "/",
        realm_name=SETUP["realm"],
        client_id=PHOTOS,
        client_secret_key=SETUP["secret"],
    )


def openid(name=PHOTOS):
    """A KeycloakOpenID of one confidential client."""
    return KeycloakOpenID(
        server_url=SETUP["base"] + "/",
        realm_name=SETUP["realm"],
        client_id=name,
        client_secret_key=SETUP["secret"],
    )


def admin():
    """The administrator, in the realm of the tests."""
    credentials = SETUP["admin"]
    return KeycloakAdmin(
        server_url=SETUP["base"] + "/",
        username=credentials["username"],
        password=credentials["password"],
        realm_name=SETUP["realm"],
        user_realm_name="master",
    )


def prepare():
    """Makes the resource server: the user may view the album, and nobody may edit it."""
    keycloak = admin()
    server = keycloak.create_client(
        {
            "clientId": PHOTOS,
            "secret": SETUP["secret"],
            "serviceAccountsEnabled": True,
            "authorizationServicesEnabled": True,
            "directAccessGrantsEnabled": True,
        }
    )
    uma = KeycloakUMA(connection())
    album = uma.resource_set_create({"name": "album", "scopes": ["view", "edit"], "type": "urn:album", "uris": ["/albums/*"]})
    user = keycloak.get_user_id(USER[0])
    policy = keycloak.create_client_authz_policy(
        server, {"name": "the user", "type": "user", "logic": "POSITIVE", "config": {"users": json.dumps([user])}}
    )
    keycloak.create_client_authz_scope_permission(
        client_id=server,
        payload={
            "name": "view the album",
            "type": "scope",
            "scopes": ["view"],
            "resources": [album["_id"]],
            "policies": [policy["id"]],
        },
    )
    return server, album["_id"]


SERVER, ALBUM = prepare()


@test
def well_known():
    """uma_well_known names the endpoints of the protection API."""
    known = KeycloakUMA(connection()).uma_well_known
    for name in ("resource_registration_endpoint", "permission_endpoint", "policy_endpoint"):
        assert known[name].startswith(SETUP["issuer"] + "/authz/protection/"), known[name]


@test
def resources():
    """Resource sets are made, read, changed, listed and removed."""
    uma = KeycloakUMA(connection())
    made = uma.resource_set_create({"name": "note", "scopes": ["read"], "type": "urn:note", "uris": ["/notes/*"]})
    assert made["name"] == "note" and made["resource_scopes"][0]["name"] == "read", made
    assert refused(lambda: uma.resource_set_create({"name": "note"}), KeycloakPostError).response_code == 409
    found = uma.resource_set_read(made["_id"])
    assert found["name"] == "note" and found["owner"]["id"] == SERVER, found
    found["name"] = "New Resource Name"
    assert uma.resource_set_update(resource_id=made["_id"], payload=found) == {}
    assert uma.resource_set_read(made["_id"])["name"] == "New Resource Name"
    assert uma.resource_set_list_ids(name="Resource Name") == [made["_id"]]
    assert uma.resource_set_list_ids(name="Resource Name", exact_name=True) == []
    assert uma.resource_set_list_ids(uri="/notes/7", matchingUri=True) == [made["_id"]]
    assert uma.resource_set_list_ids(resource_type="urn:note") == [made["_id"]]
    assert uma.resource_set_list_ids(scope="read") == [made["_id"]]
    assert uma.resource_set_list_ids(owner="nobody") == []
    assert len(uma.resource_set_list_ids(maximum=1)) == 1
    assert {one["name"] for one in uma.resource_set_list()} == {"album", "New Resource Name"}
    assert uma.resource_set_delete(resource_id=made["_id"]) == {}
    error = refused(lambda: uma.resource_set_read(made["_id"]), KeycloakGetError)
    assert error.response_code == 404, error
    refused(lambda: uma.resource_set_delete(resource_id=made["_id"]), KeycloakDeleteError)


@test
def tickets():
    """A permission ticket is traded for a token that holds the permission."""
    uma = KeycloakUMA(connection())
    ticket = uma.permission_ticket_create([UMAPermission(resource="album", scope="view")])["ticket"]
    user = openid().token(*USER)
    token = openid().token(
        grant_type="urn:ietf:params:oauth:grant-type:uma-ticket", ticket=ticket, subject_token=user["access_token"]
    )
    said = openid().introspect(token["access_token"], rpt=token["access_token"], token_type_hint="requesting_party_token")
    assert said["active"] and said["permissions"][0]["rsname"] == "album", said
    unknown = UMAPermission(resource="nothing")
    refused(lambda: uma.permission_ticket_create([unknown]), KeycloakPostError)
    refused(lambda: uma.permission_ticket_create([UMAPermission(resource="album", scope="unknown")]), KeycloakPostError)


@test
def decisions():
    """permissions_check says yes to what is permitted and no to the rest."""
    uma = KeycloakUMA(connection())
    token = openid().token(*USER)["access_token"]
    assert uma.permissions_check(token, [])
    assert uma.permissions_check(token, [UMAPermission(resource=ALBUM, scope="view")])
    assert not uma.permissions_check(token, [UMAPermission(resource=ALBUM, scope="edit")])
    assert not uma.permissions_check(token, [UMAPermission(resource="nothing")])


@test
def permissions():
    """uma_permissions lists what is permitted, all of it or what is asked for."""
    keycloak = openid()
    token = keycloak.token(*USER)["access_token"]
    all_of_it = keycloak.uma_permissions(token)
    assert [(one["rsname"], one["scopes"]) for one in all_of_it] == [("album", ["view"])], all_of_it
    assert keycloak.uma_permissions(token, permissions=["album#view"])[0]["rsid"] == ALBUM
    error = refused(lambda: keycloak.uma_permissions(token, permissions="nothing"), KeycloakPostError)
    assert error.response_code == 400 and b"invalid_resource" in error.response_body, error
    error = refused(lambda: keycloak.uma_permissions(token, permissions="album#edit"), KeycloakPostError)
    assert error.response_code == 403 and b"not_authorized" in error.response_body, error


@test
def access():
    """has_uma_access tells who is let in, and to what."""
    keycloak = openid()
    token = keycloak.token(*USER)["access_token"]
    allowed = keycloak.has_uma_access(token, "album#view")
    assert allowed.is_logged_in and allowed.is_authorized and not allowed.missing_permissions, allowed
    denied = keycloak.has_uma_access(token, "album#edit")
    assert denied.is_logged_in and not denied.is_authorized and denied.missing_permissions == {"album#edit"}, denied


@test
def configuration():
    """Settings that an administrator exports are what load_authorization_config reads."""
    administrator = admin()
    administrator.create_client_role(SERVER, {"name": "reader"})
    role = administrator.get_client_role(SERVER, "reader")
    administrator.assign_client_role(administrator.get_user_id(USER[0]), SERVER, [role])
    policy = administrator.create_client_authz_role_based_policy(
        SERVER, {"name": "readers", "type": "role", "logic": "POSITIVE", "roles": [{"id": role["id"]}]}
    )
    administrator.create_client_authz_scope_permission(
        client_id=SERVER,
        payload={
            "name": "readers view the album",
            "type": "scope",
            "scopes": ["view"],
            "resources": [ALBUM],
            "policies": [policy["id"]],
        },
    )
    settings = administrator.get_client_authz_settings(SERVER)
    keycloak = openid()
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(settings, file)
        file.flush()
        keycloak.load_authorization_config(file.name)
    token = keycloak.token(*USER)["access_token"]
    policies = keycloak.get_policies(token, method_token_info="decode")
    assert [one.name for one in policies] == ["readers"], policies
    granted = keycloak.get_permissions(token, method_token_info="decode")
    assert [(one.name, one.scopes) for one in granted] == [("readers view the album", ["view"])], granted


@test
def owners():
    """The owner of a resource asks somebody in by a policy, and out again."""
    keycloak = admin()
    name = f"owner-{uuid.uuid4()}"
    owner = keycloak.create_user(
        {
            "username": name,
            "email": f"{name}@example.com",
            "firstName": "O",
            "lastName": "O",
            "enabled": True,
            "credentials": [{"type": "password", "value": USER[1], "temporary": False}],
        }
    )
    made = keycloak.create_client_authz_resource(
        SERVER, {"name": "diary", "owner": {"id": owner}, "ownerManagedAccess": True, "scopes": [{"name": "view"}]}
    )
    theirs = KeycloakOpenIDConnection(
        server_url=SETUP["base"] + "/",
        realm_name=SETUP["realm"],
        client_id=PHOTOS,
        client_secret_key=SETUP["secret"],
        username=name,
        password=USER[1],
    )
    uma = KeycloakUMA(theirs)
    user = openid().token(*USER)["access_token"]
    asked = [UMAPermission(resource=made["_id"], scope="view")]
    assert not uma.permissions_check(user, asked)
    policy = uma.policy_resource_create(made["_id"], {"name": "friends", "scopes": ["view"], "users": [USER[0]]})
    assert policy["users"] == [USER[0]] and policy["type"] == "uma", policy
    assert uma.permissions_check(user, asked)
    assert [one["id"] for one in uma.policy_query()] == [policy["id"]]
    assert [one["id"] for one in uma.policy_query(resource=made["_id"], name="friends", scope="view")] == [policy["id"]]
    policy["users"] = [name]
    uma.policy_update(policy["id"], policy)
    assert not uma.permissions_check(user, asked)
    uma.policy_delete(policy["id"])
    assert uma.policy_query() == []


@test
def asynchronous():
    """The asynchronous calls do the same."""

    async def play():
        uma = KeycloakUMA(connection())
        made = await uma.a_resource_set_create({"name": "async", "scopes": ["read"]})
        assert (await uma.a_resource_set_read(made["_id"]))["name"] == "async"
        assert made["_id"] in await uma.a_resource_set_list_ids()
        token = (await openid().a_token(*USER))["access_token"]
        assert await uma.a_permissions_check(token, [UMAPermission(resource=ALBUM, scope="view")])
        assert (await openid().a_has_uma_access(token, "album#view")).is_authorized
        await uma.a_resource_set_delete(resource_id=made["_id"])

    asyncio.run(play())


run()
