#!/usr/bin/env python3
"""Plays Ansible's modules for Keycloak against a server, and compares what each returns with what it returned of a Keycloak.

  play.py compare BASE [USER:PASSWORD]   one line of JSON for each step: its name, and what differs
  play.py record  BASE [USER:PASSWORD]   plays against a real Keycloak and writes answers.json

The modules come unchanged from the package `ansible`; CLOAKROOM_COLLECTIONS is the folder that holds its `ansible_collections`.
Each step is played twice, because a module that finds what it asked for must change nothing.
"""

import importlib
import json
import os
import re
import sys
import time
import traceback
import urllib.parse
import urllib.request

sys.path.insert(0, os.environ["CLOAKROOM_COLLECTIONS"])
sys.dont_write_bytecode = True

from ansible.module_utils import basic  # noqa: E402

import steps  # noqa: E402

ANSWERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "answers.json")
MODULES = "ansible_collections.community.general.plugins.modules.keycloak_"
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")

# What a module returns of what it was asked, and not of the server.
OF_THE_CALL = {"invocation", "diff", "proposed", "existing", "warnings", "exception", "deprecations", "msg"}
# Members that are another value each time.
OPAQUE = {"RS256", "RSA-OAEP", "AES", "HS512", "id", "parentId", "saml.artifact.binding.identifier", "secret", "value", "publicKey", "certificate", "kid", "public_key", "nodeReRegistrationTimeout"}

# What Ansible writes in place of a word that is the password of the call as well.
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

# Members that a Keycloak returns and this server need not.
NOT_HERE = {
    "saml.signing.certificate": "no application of SAML is signed for, so no key is made for one",
    "saml.signing.private.key": "the same",
    "saml.artifact.binding.identifier": "no artifacts are made",
    "otpSupportedApplications": "which apps can make a code is told to people, and no tool sets it",
    "scimApiEnabled": "an attribute that Keycloak writes down for itself",
    "clientOfflineSessionIdleTimeout": "the same",
    "clientOfflineSessionMaxLifespan": "the same",
}
# Switches that a Keycloak turns on of its own accord, and this server leaves off: docs/decisions/0006.
LEFT_OFF = {"directAccessGrantsEnabled", "publicClient"}


class Server:
    """One server, and the administrator who calls it."""

    def __init__(self, base, credentials):
        self.base = base.rstrip("/")
        self.username, _, self.password = credentials.partition(":")
        self.token, self.taken_at = None, 0.0

    def login(self):
        """What a module signs in with: a password the first time, and then a token, because hashes of passwords are slow on purpose."""
        if self.taken_at == 0.0:
            self.taken_at = 1.0
            return {"auth_realm": "master", "auth_client_id": "admin-cli", "auth_username": self.username, "auth_password": self.password}
        if time.monotonic() - self.taken_at > 20 or self.token is None:
            form = {"grant_type": "password", "client_id": "admin-cli", "username": self.username, "password": self.password}
            address = f"{self.base}/realms/master/protocol/openid-connect/token"
            with urllib.request.urlopen(address, urllib.parse.urlencode(form).encode()) as answer:
                self.token, self.taken_at = json.load(answer)["access_token"], time.monotonic()
        return {"token": self.token}

    def call(self, module, arguments):
        """What a module returns. It ends its process, as Ansible means it to, so it gets one of its own."""
        login = {} if module == "realm_info" else self.login()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            os.dup2(writer, 1)
            os.dup2(writer, 2)
            self.become(module, {"auth_keycloak_url": self.base, **login, **arguments})
        os.close(writer)
        with os.fdopen(reader) as output:
            text = output.read()
        os.waitpid(child, 0)
        lines = [line for line in text.splitlines() if line.startswith("{")]
        return json.loads(lines[-1]) if lines else {"failed": True, "msg": text[-2000:]}

    def become(self, module, arguments):
        """Turns this process into one run of a module."""
        try:
            basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
            basic._ANSIBLE_PROFILE = "legacy"
            importlib.import_module(MODULES + module).main()
        except SystemExit:
            pass
        except BaseException:  # What a module fails with is what it returns.
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def usual(self, value, key=None):
        """A value without what is another one each time, and lists in one order."""
        if isinstance(value, dict):
            return {UUID.sub("<uuid>", name): self.usual(one, name) for name, one in sorted(value.items())}
        if isinstance(value, list):
            return sorted((self.usual(one, key) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
        if isinstance(value, str):
            if key in OPAQUE and len(value) > 16:
                return f"<{key}>"
            text = UUID.sub("<uuid>", value).replace(self.base, "<base>").replace(steps.REALM, "<realm>")
            return "<time>" if re.fullmatch(r"1[5-9]\d{8}(\d{3})?", text) else text
        if isinstance(value, int) and not isinstance(value, bool) and value > 1_500_000_000:
            return "<time>"
        return value

    def told(self, returned):
        """What counts of what a module returned; of a refusal, that it was one."""
        if returned.get("failed"):
            return {"failed": True, "msg": returned.get("msg")}
        told = {name: one for name, one in returned.items() if name not in OF_THE_CALL}
        return self.usual(told)


def play(server):
    """Yields the name of each step, what it told the first time, and whether it changed anything the second time."""
    known = {}
    for name, module, arguments, is_repeated in steps.all_steps():
        first = {"failed": True, "msg": "what it needs was not made"}
        second = None
        try:
            asked = arguments(known) if callable(arguments) else arguments
            returned = server.call(module, asked)
            known[name] = returned
            first = server.told(returned)
            if is_repeated:
                again = server.call(module, asked)
                second = "failed" if again.get("failed") else again.get("changed")
        except (KeyError, TypeError):  # A step before it did not return what this one asks for.
            pass
        yield name, first, second


def differences(wanted, found, at="it"):
    """What a Keycloak returns and this server does not; what it returns beyond that does not count."""
    if HIDDEN in (wanted, found):
        return
    if isinstance(wanted, dict) and isinstance(found, dict):
        for name, one in wanted.items():
            if name in NOT_HERE or name in OF_THE_CALL:
                continue
            if name in LEFT_OFF and one is True and found.get(name) is False:
                continue
            if name not in found:
                yield f"{at}.{name} is missing: {json.dumps(one)[:120]}"
            else:
                yield from differences(one, found[name], f"{at}.{name}")
    elif isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            yield f"{at} has {len(found)} entries instead of {len(wanted)}"
        for index, one in enumerate(wanted):
            # The one that is most like it, as lists have no order.
            nearest = min((list(differences(one, other, f"{at}[{index}]")) for other in found), key=len, default=[])
            yield from nearest
    elif wanted != found:
        yield f"{at} is {json.dumps(found)[:300]} instead of {json.dumps(wanted)[:300]}"


def compare(server):
    with open(ANSWERS, encoding="utf-8") as file:
        answers = json.load(file)
    for name, first, second in play(server):
        wanted = answers[name]
        if wanted["first"].get("failed"):
            found = [] if first.get("failed") else ["it was not refused"]
        else:
            found = list(differences(wanted["first"], first))
        # Where a module finds something to change in what it just made of a Keycloak, the mistake is its own.
        if wanted["second"] is False and second is not False:
            found.append(f"the second time it changed: {second} instead of {wanted['second']}")
        print(json.dumps({"test": name, "error": "\n".join(found) or None}), flush=True)


def record(server):
    answers = {}
    for name, first, second in play(server):
        print(name, first.get("msg") if first.get("failed") else first.get("changed"), second, flush=True)
        answers[name] = {"first": {"failed": True} if first.get("failed") else first, "second": second}
    with open(ANSWERS, "w", encoding="utf-8") as file:
        json.dump(answers, file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    what, base, *rest = sys.argv[1:]
    {"compare": compare, "record": record}[what](Server(base, rest[0] if rest else "admin:admin"))
