"""An identity provider of pysaml2 on a port of its own, which it says: it trusts one service provider, and everybody is signed in already."""

import json
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORD
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_PERSISTENT
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

FOLDER = Path(sys.argv[1])


def configured(descriptor=None, wants_signed=False):
    """The settings of the provider, with the service provider that it trusts."""
    settings = {
        "entityid": f"{ORIGIN}/metadata",
        "key_file": str(FOLDER / "key.pem"),
        "cert_file": str(FOLDER / "cert.pem"),
        "allow_unknown_attributes": True,
        "service": {
            "idp": {
                "endpoints": {
                    "single_sign_on_service": [
                        (f"{ORIGIN}/sso", BINDING_HTTP_REDIRECT),
                        (f"{ORIGIN}/sso", BINDING_HTTP_POST),
                    ],
                },
                "want_authn_requests_signed": wants_signed,
                "name_id_format": [NAMEID_FORMAT_PERSISTENT],
                "policy": {
                    "default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None, "name_form": NAME_FORMAT_URI},
                },
            },
        },
    }
    if descriptor:
        settings["metadata"] = {"inline": [descriptor]}
    return IdPConfig().load(settings)


trusted = {}


class Handler(BaseHTTPRequestHandler):
    """Its metadata, whom it trusts, and signing in."""

    def do_GET(self):
        self.told(self.get)

    def do_POST(self):
        self.told(self.post)

    def told(self, handle):
        """Answers with what went wrong, so that the test can say it."""
        try:
            handle()
        except Exception:
            self.answer(traceback.format_exc(), "text/plain", 500)

    def get(self):
        address = urlsplit(self.path)
        if address.path == "/metadata":
            return self.answer(str(entity_descriptor(configured())), "text/xml")
        fields = {name: values[0] for name, values in parse_qs(address.query).items()}
        return self.sign_in(fields, BINDING_HTTP_REDIRECT)

    def post(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/trust":
            trusted.update(json.loads(body))
            config = configured(trusted["descriptor"], trusted["wants_signed"])
            trusted["server"] = Server(config=config)
            return self.answer("", "text/plain")
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        return self.sign_in(fields, BINDING_HTTP_POST)

    def sign_in(self, fields, binding):
        """Reads the request, which has to be signed where that was said, and answers it."""
        server = trusted["server"]
        signature = {"sigalg": fields.get("SigAlg"), "signature": fields.get("Signature"), "relay_state": fields.get("RelayState")}
        request = server.parse_authn_request(fields["SAMLRequest"], binding, **signature)
        arguments = server.response_args(request.message, [BINDING_HTTP_POST])
        arguments.pop("binding", None)
        destination = arguments.pop("destination")
        person = trusted["person"]
        identity = {"mail": [f"{person}@example.org"], "givenName": ["Ada"], "sn": ["Lovelace"]}
        response = server.create_authn_response(
            identity,
            destination=destination,
            userid=person,
            authn={"class_ref": PASSWORD},
            sign_assertion="assertion" in trusted["sign"],
            sign_response="response" in trusted["sign"],
            sign_alg=SIG_RSA_SHA256,
            digest_alg=DIGEST_SHA256,
            **arguments,
        )
        page = server.apply_binding(BINDING_HTTP_POST, str(response), destination, fields["RelayState"], response=True)
        return self.answer(page["data"], "text/html")

    def answer(self, text, kind, status=200):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class HttpServer(ThreadingHTTPServer):
    """A browser opens several connections at once; none of them has to come again."""

    request_queue_size = 128


# The port is taken once and never given back in between: nobody else can get it.
SERVER = HttpServer(("127.0.0.1", 0), Handler)
ORIGIN = f"http://127.0.0.1:{SERVER.server_address[1]}"
print(ORIGIN, flush=True)
SERVER.serve_forever()
