"""Runs named tests and tells each result to the runner as one line of JSON."""

import json
import os
import traceback

# What the runner set up: issuer, base, realm, clients and the user.
SETUP = json.loads(os.environ["OIDC_TEST_SETUP"])

_tests = []


def test(function):
    """Registers a test; its docstring is the sentence that it proves."""
    _tests.append(function)
    return function


def run():
    """Runs every registered test, in order."""
    for function in _tests:
        error = None
        try:
            function()
        except Exception:  # What a client throws is the result.
            error = traceback.format_exc()
        print(json.dumps({"test": function.__doc__.strip().rstrip("."), "error": error}), flush=True)


def refused(call, *kinds):
    """Asserts that `call` raises one of `kinds` and returns what it raised."""
    try:
        call()
    except kinds as error:
        return error
    raise AssertionError("it was not refused")
