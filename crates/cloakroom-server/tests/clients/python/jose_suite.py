"""PyPI joserfc and jwcrypto read our tokens and make their own: the Python part of the suite `jose`.

It reads our cases from the standard input, and prints a line of JSON for each test, then one with the cases that it made.
"""

import json
import sys

from joserfc import jwe as joserfc_jwe
from joserfc import jwk as joserfc_jwk
from joserfc import jws as joserfc_jws
from jwcrypto import jwe as jwcrypto_jwe
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws

# What a library does not have; everything else has to work.
MISSING = {
    "joserfc": {"ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "RSA-OAEP-384", "RSA-OAEP-512"},
    "jwcrypto": {"ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "RSA-OAEP-384", "RSA-OAEP-512", "Ed25519", "Ed448"},
}


def plain(key):
    """The key without its name, so that each library takes it for what it is."""
    return {name: value for name, value in key.items() if name not in ("kid", "alg", "use", "key_ops")}


class Joserfc:
    """Everything through the compact forms of joserfc."""

    def read(self, case):
        key = joserfc_jwk.import_key(plain(case["key"]))
        if case["form"] == "jws":
            return joserfc_jws.deserialize_compact(case["token"], key, algorithms=[case["alg"]]).payload
        names = [case["alg"], case["enc"]]
        return joserfc_jwe.decrypt_compact(case["token"], key, algorithms=names).plaintext

    def make(self, case):
        key = joserfc_jwk.import_key(plain(case["key"]))
        payload = case["payload"].encode()
        if case["form"] == "jws":
            return joserfc_jws.serialize_compact({"alg": case["alg"]}, payload, key, algorithms=[case["alg"]])
        header = {"alg": case["alg"], "enc": case["enc"]}
        return joserfc_jwe.encrypt_compact(header, payload, key, algorithms=[case["alg"], case["enc"]])


class Jwcrypto:
    """Everything through the compact forms of jwcrypto."""

    def read(self, case):
        key = jwcrypto_jwk.JWK(**plain(case["key"]))
        if case["form"] == "jws":
            token = jwcrypto_jws.JWS()
            token.allowed_algs = [case["alg"]]
            token.deserialize(case["token"], key)
            return token.payload
        token = jwcrypto_jwe.JWE(algs=[case["alg"], case["enc"]])
        token.deserialize(case["token"], key=key)
        return token.payload

    def make(self, case):
        key = jwcrypto_jwk.JWK(**plain(case["key"]))
        payload = case["payload"].encode()
        if case["form"] == "jws":
            token = jwcrypto_jws.JWS(payload)
            token.allowed_algs = [case["alg"]]
            token.add_signature(key, None, json.dumps({"alg": case["alg"]}))
            return token.serialize(compact=True)
        header = json.dumps({"alg": case["alg"], "enc": case["enc"]})
        token = jwcrypto_jwe.JWE(payload, protected=header, recipient=key, algs=[case["alg"], case["enc"]])
        return token.serialize(compact=True)


def title(case):
    """What a case is about."""
    key = case["key"]
    kind = key.get("crv", key["kty"])
    return " ".join(part for part in (case["alg"], case.get("enc"), "with", kind) if part)


def main():
    """Runs every case with every library."""
    made = []
    for name, library in (("joserfc", Joserfc()), ("jwcrypto", Jwcrypto())):
        for case in json.load(open(sys.argv[1], encoding="utf-8")):
            if case["alg"] in MISSING[name]:
                continue
            error = None
            try:
                if library.read(case) != case["payload"].encode():
                    error = "another payload"
            except Exception as failure:  # What a library throws is the result.
                error = repr(failure)
            print(json.dumps({"test": f"{name} reads our {title(case)}", "error": error}))
            try:
                token = library.make(case)
            except Exception as failure:
                print(json.dumps({"test": f"{name} makes {title(case)}", "error": repr(failure)}))
                continue
            made.append({**case, "key": plain(case["key"]), "token": token, "test": f"we read {name}'s {title(case)}"})
    print(json.dumps({"made": made}))


main()
