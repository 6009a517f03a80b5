"""What schemathesis is told about the admin API: whom it asks as, and which things there are to ask about.

Values that are made up find nothing, so most requests are about the things of a realm that was made for them.
"""

import json
import os
import random

import requests
import schemathesis

SETUP = json.loads(os.environ["SCHEMATHESIS_SETUP"])

#: A token of admin-cli lives 60 seconds.
TOKEN_AGE_SECONDS = 25

#: How many requests in a hundred are about things that exist.
KNOWN_PER_CENT = 85

#: Which requests those are: the same ones each time, unless chance is asked for.
CHOICE = random.Random(None if os.environ.get("SCHEMATHESIS_RANDOM") else 0)

#: What would take the realm, or its mail server, away from under the other requests.
OWN = ("realm", "enabled", "id", "smtpServer")


@schemathesis.auth(refresh_interval=TOKEN_AGE_SECONDS)
class Administrator:
    """Signs in the way every script does."""

    def get(self, case, context):
        form = {"grant_type": "password", "client_id": "admin-cli", **SETUP["admin"]}
        url = f"{SETUP['base']}/realms/master/protocol/openid-connect/token"
        answer = requests.post(url, data=form, timeout=30)
        answer.raise_for_status()
        return answer.json()["access_token"]

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts things that exist into the path.

    The realm is always the one that was made, because all are asked about it: it is not removed, and keeps its name.
    """
    operation = case.operation
    method = operation.method.upper()
    known = SETUP["places"].get(f"{method} {operation.path}", {})
    path = case.path_parameters or {}
    for name, value in known.items():
        if name == "realm" or CHOICE.randrange(100) < KNOWN_PER_CENT:
            path[name] = value
    if operation.path == "/admin/realms/{realm}":
        if method == "DELETE":
            path["realm"] = "no-such-realm"
        if method == "PUT" and isinstance(case.body, dict):
            case.body = {name: value for name, value in case.body.items() if name not in OWN}
    if path:
        case.path_parameters = path
