"""A tiny browser on urllib: cookies, redirects, HTML forms, and no JavaScript."""

from html.parser import HTMLParser
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

MOST_REDIRECTS = 20


class _Stay(HTTPRedirectHandler):
    """Leaves redirects to the browser, which must see each address first."""

    def redirect_request(self, *_):
        return None


class _LoginForm(HTMLParser):
    """Finds the first form that has a password field."""

    def __init__(self):
        super().__init__()
        self.found = None
        self._form = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self._form = {"action": attributes.get("action", ""), "fields": {}}
        elif tag == "input" and self._form is not None:
            kind = attributes.get("type", "text")
            if kind == "password" and self.found is None:
                self.found = self._form
            if attributes.get("name") and kind not in ("submit", "button", "checkbox", "radio"):
                self._form["fields"][attributes["name"]] = attributes.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None


class Browser:
    """The browser of one person; it stops before it would load an address of the application."""

    def __init__(self, stop_at):
        # Browsers hold the loopback address to be safe and send it secure cookies without TLS.
        jar = CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))
        self._opener = build_opener(HTTPCookieProcessor(jar), _Stay())
        self._stop_at = stop_at

    def visit(self, url):
        """Follows redirects from `url`; gives (address, None) at the application and (address, page) elsewhere."""
        return self._follow("GET", url, None)

    def sign_in(self, url, username, password):
        """Fills in the login form that `url` leads to and gives the address at which the application is called."""
        address, page = self.visit(url)
        assert page is not None, f"no login form was shown on the way to {address}"
        parser = _LoginForm()
        parser.feed(page)
        assert parser.found, f"no login form at {address}: {page[:400]}"
        fields = {**parser.found["fields"], "username": username, "password": password}
        address, page = self._follow("POST", urljoin(address, parser.found["action"]), fields)
        assert page is None, f"the login did not lead to the application but to {address}"
        return address

    def _follow(self, method, url, data):
        for _ in range(MOST_REDIRECTS):
            # Some clients leave spaces in the address, which a browser encodes.
            url = url.replace(" ", "%20")
            if url.startswith(self._stop_at):
                return url, None
            status, location, page = self._send(method, url, data)
            if location is None:
                return url, page
            url = urljoin(url, location)
            if status not in (307, 308):
                method, data = "GET", None
        raise AssertionError(f"more than {MOST_REDIRECTS} redirects, the last to {url}")

    def _send(self, method, url, data):
        body = urlencode(data).encode() if data is not None else None
        request = Request(url, data=body, method=method, headers={"Accept": "text/html"})
        try:
            response = self._opener.open(request, timeout=30)
        except HTTPError as error:
            response = error
        with response:
            return response.status, response.headers.get("Location"), response.read().decode()
