#!/usr/bin/env python3
"""Golden answers: what Keycloak itself answers, and how a server's answers differ from it.

  golden.py record  BASE [NAME…]   run the scenarios against a real Keycloak at BASE and write answers/NAME.json
  golden.py compare BASE [NAME…]   run them against another server and print each difference and the score
     --admin USER:PASSWORD (admin:admin)   --scenarios DIR   --answers DIR   --quiet (scores only)   --json FILE
     --accept FILE (differences on purpose: ID<TAB>REASON)   --fail-under N (compare: exit 1 below N per cent)

A scenario is a text file. Its own realm `{r}` is made anew first (unless it says @norealm). One request a line:
  METHOD PATH [BODY]       a body that starts with { [ or " is JSON, any other is a form; {name} is replaced by a captured value
  > name = location        captures: the last segment of Location; `json.path.0.key`; `query.code` (of Location);
                           `form` (the page's form action, as a path)
  + Header: value          a header of that request
  @admin | @none | @bearer NAME | @basic ID:SECRET      who asks, from here on
  @brief                   in this file, long bodies are not kept (only their status counts)
  @fresh                   a new browser (cookies are kept otherwise, redirects are never followed)
  # text                   names the part that follows
Answers are normalised: captured values become {name}, other ids <uuid>, tokens their header and claims (times as
iat+N), keys and codes <…>. Compared are the status, the body (every member Keycloak sends, with its value; members it
does not send are listed as extra and do not count), and Location, WWW-Authenticate and the media type. Of a page:
its forms with their fields. Python 3.9, standard library only.
"""
import argparse, base64, html, http.client, json, os, re, sys, time, urllib.parse
from html.parser import HTMLParser
HERE = os.path.dirname(os.path.abspath(__file__))
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
JWT = re.compile(r"^[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*$")
OPAQUE = {"kid", "x5t", "x5t#S256", "n", "x", "y", "certificate", "publicKey", "public_key", "secret", "client_secret", "session_state", "sid", "code",
          "registration_access_token", "registrationAccessToken", "at_hash", "c_hash", "s_hash", "jti", "request_uri", "device_code", "user_code",
          "session_code", "tab_id", "execution", "client_data", "auth_req_id", "token", "privateKey", "nodeReRegistrationTimeout", "version", "hash",
          "providerIdHash", "secretData", "internalId", "client_id_issued_at", "ipAddress", "kc_action_execution", "x5c", "verification_uri_complete"}
IDS = ("clientId", "username", "alias", "name", "providerId", "kid", "type", "id", "algorithm", "rsname", "rsid")

class Page(HTMLParser):
    """The forms of a page, its title and its messages."""
    def __init__(self): super().__init__(); self.forms, self.title, self._t, self.msg, self._m = [], "", False, [], 0
    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form": self.forms.append({"id": a.get("id"), "method": (a.get("method") or "get").lower(), "action": a.get("action", ""), "fields": []})
        elif tag in ("input", "select", "textarea", "button") and self.forms and a.get("name"): self.forms[-1]["fields"].append({"name": a["name"], "type": a.get("type", tag)})
        elif tag == "title": self._t = True
    def handle_endtag(self, tag):
        if tag == "title": self._t = False
    def handle_data(self, d):
        if self._t: self.title += d.strip()

def b64json(s):
    try: return json.loads(base64.urlsafe_b64decode(s + "=" * (-len(s) % 4)))
    except Exception: return None

class Run:
    def __init__(self, base, admin):
        u = urllib.parse.urlsplit(base); self.base, self.netloc, self.tls = base.rstrip("/"), u.netloc, u.scheme == "https"
        self.admin, self.vars, self.cookies, self.who, self.at = admin, {}, {}, "admin", (0, "")
    def raw(self, m, path, body=None, headers=None):
        c = (http.client.HTTPSConnection if self.tls else http.client.HTTPConnection)(self.netloc, timeout=30)
        h = {"Accept": "*/*", **(headers or {})}
        if not path.startswith("/admin") and self.cookies: h.setdefault("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        try:
            c.request(m, path, body, h); r = c.getresponse(); data = r.read()
        except (OSError, http.client.HTTPException) as e: return 0, [], str(e).encode()
        finally: c.close()
        for k, v in r.getheaders():
            if k.lower() == "set-cookie":
                n, _, rest = v.partition("="); val = rest.split(";")[0]
                if not val or "max-age=0" in v.lower().replace(" ", ""): self.cookies.pop(n, None)
                else: self.cookies[n] = val
        return r.status, r.getheaders(), data
    def admin_token(self):
        if time.time() - self.at[0] > 40:
            f = urllib.parse.urlencode({"grant_type": "password", "client_id": "admin-cli", "username": self.admin[0], "password": self.admin[1]})
            s, _, d = self.raw("POST", "/realms/master/protocol/openid-connect/token", f, {"Content-Type": "application/x-www-form-urlencoded"})
            if s != 200: sys.exit(f"no administrator token: {s} {d[:200]!r}")
            self.at = (time.time(), json.loads(d)["access_token"])
        return self.at[1]
    def fill(self, s): return re.sub(r"\{([a-z_][a-zA-Z0-9_]*)\}", lambda m: str(self.vars.get(m.group(1), m.group(0))), s)
    def norm_str(self, s, key=None):
        if key in OPAQUE and s and s[0] not in "$*{": return f"<{key}>"
        if key in ("scope", "scopes") and " " in s: s = " ".join(sorted(s.split()))
        if JWT.match(s):
            head, claims = b64json(s.split(".")[0]), b64json(s.split(".")[1])
            if isinstance(head, dict):
                t = (claims or {}).get("iat")
                if isinstance(claims, dict):
                    for k in ("exp", "iat", "nbf", "auth_time", "updated_at"):
                        if isinstance(claims.get(k), int) and isinstance(t, int) and claims[k]: claims[k] = f"iat{claims[k]-t:+d}" if abs(claims[k] - t) > 3 else "iat+0"
                return {"<jwt>": self.norm({"header": head, "claims": claims})}
        for k, v in sorted(self.vars.items(), key=lambda kv: -len(str(kv[1]))):
            if len(str(v)) >= 8 and k != "r": s = s.replace(str(v), "{%s}" % k)
        s = s.replace(self.base, "<base>")
        if re.fullmatch(r"1[5-9]\d{8}(\d{3})?", s): return "<time>"
        if re.fullmatch(r"(?=.*\d)(?=.*[A-Z])[A-Za-z0-9_-]{43}", s): return "<digest>"
        if re.fullmatch(r"[A-Za-z0-9_-]{80,100}", s): return "<secret>"
        s = re.sub(r"[A-Za-z0-9+/]{200,}={0,2}", "<base64>", s); s = re.sub(r"(?<=[> \"])[A-Za-z0-9_-]{43}(?=[<\"])", "<digest>", s)
        s = re.sub(r"(?<=\")[A-Za-z0-9_-]{80,100}(?=\")", "<secret>", s)
        s = re.sub(r'ID="ID_[^"]+"', 'ID="<id>"', s)
        return UUID.sub("<uuid>", s)
    def norm(self, v, key=None):
        if isinstance(v, dict): return {UUID.sub("<uuid>", k): self.norm(x, k) for k, x in v.items()}
        if isinstance(v, list): return [self.norm(x, key) for x in v]
        if isinstance(v, str): return self.norm_str(v, key)
        if isinstance(v, bool) or v is None: return v
        if isinstance(v, (int, float)): return "<ms>" if v > 1.5e12 else "<s>" if v > 1.5e9 else v
        return v
    def url(self, u):
        p = urllib.parse.urlsplit(u); q = {}
        for part in (p.query, p.fragment):
            for k, x in urllib.parse.parse_qsl(part, keep_blank_values=True): q[k] = self.norm(self.norm_str(x, k))
        return {"to": self.norm_str(urllib.parse.urlunsplit((p.scheme, p.netloc, p.path, "", ""))), "query": q, **({"fragment": True} if p.fragment else {})}
    def answer(self, status, headers, data):
        h = {k.lower(): v for k, v in headers}; out = {"status": status}
        ct = h.get("content-type", "").split(";")[0].strip()
        if ct: out["type"] = ct
        if "location" in h: out["location"] = self.url(h["location"])
        if "www-authenticate" in h: out["www-authenticate"] = self.norm_str(h["www-authenticate"])
        if "cache-control" in h: out["cache-control"] = h["cache-control"]
        for k in h:
            if k.startswith("access-control-"): out.setdefault("cors", {})[k] = h[k]
        ck = sorted({v.split("=")[0] for k, v in headers if k.lower() == "set-cookie"})
        if ck: out["cookies"] = ck
        text = data.decode("utf-8", "replace")
        if "json" in ct:
            try: out["body"] = self.norm(json.loads(text))
            except ValueError: out["body"] = text[:300]
        elif ct == "text/html":
            p = Page(); p.feed(text)
            out["page"] = {"forms": [{**f, "action": self.url(html.unescape(f["action"]))["to"]} for f in p.forms]}; out["title"] = p.title
        elif text: out["body"] = self.norm_str(text[:4000])
        return out
    def capture(self, spec, headers, data):
        name, _, what = (x.strip() for x in spec.partition("=")); h = {k.lower(): v for k, v in headers}; val = None
        if what == "location": val = h.get("location", "").rstrip("/").split("/")[-1].split("?")[0]
        elif what.startswith("query."):
            u = urllib.parse.urlsplit(h.get("location", "")); val = dict(urllib.parse.parse_qsl(u.query) + urllib.parse.parse_qsl(u.fragment)).get(what[6:])
        elif what == "form":
            p = Page(); p.feed(data.decode("utf-8", "replace")); u = urllib.parse.urlsplit(html.unescape(p.forms[0]["action"])) if p.forms else None
            val = u and u.path + ("?" + u.query if u.query else "")
        else:
            try:
                val = json.loads(data)
                for part in what.split(".")[1:]:
                    m = re.match(r"^(\w+):(.+)$", part)  # clientId:account picks the member of a list
                    if m: val = next(x for x in val if x.get(m.group(1)) == m.group(2))
                    else: val = val[int(part)] if isinstance(val, list) else val[part]
            except Exception: val = None
        self.vars[name] = val if val is not None else f"MISSING-{name}"

def play(run, path):
    """Yields (step, answer) for each request of a scenario file."""
    name = os.path.splitext(os.path.basename(path))[0]; run.vars = {"r": "g-" + name}; run.cookies, run.who, run.brief = {}, "admin", False
    lines = [l.rstrip("\n") for l in open(path)]; part = ""
    if not any(l.strip() == "@norealm" for l in lines):
        tok = {"Authorization": "Bearer " + run.admin_token(), "Content-Type": "application/json"}
        run.raw("DELETE", f"/admin/realms/{run.vars['r']}", None, tok)
        run.raw("POST", "/admin/realms", json.dumps({"realm": run.vars["r"], "enabled": True}), tok)
        run.at = (0, "")  # rights to a new realm are in tokens issued after it
    i = 0
    while i < len(lines):
        l = lines[i].strip(); i += 1
        if not l: continue
        if l.startswith("#"): part = l[1:].strip(); continue
        if l.startswith("@"):
            w = l[1:]
            if w == "fresh": run.cookies = {}
            elif w == "brief": run.brief = True
            elif w != "norealm": run.who = w
            continue
        m, _, rest = l.partition(" "); p, _, body = rest.partition(" "); n = i; extra, caps = {}, []
        while i < len(lines) and lines[i].strip()[:1] in (">", "+"):
            x = lines[i].strip(); i += 1
            if x[0] == ">": caps.append(x[1:].strip())
            else: k, _, v = x[1:].partition(":"); extra[k.strip()] = run.fill(v.strip())
        h = {}; w = run.who
        if w == "admin": h["Authorization"] = "Bearer " + run.admin_token()
        elif w.startswith("bearer "): h["Authorization"] = "Bearer " + str(run.vars.get(w[7:], w[7:]))
        elif w.startswith("basic "): h["Authorization"] = "Basic " + base64.b64encode(run.fill(w[6:]).encode()).decode()
        if body:
            body = run.fill(body); h["Content-Type"] = "application/json" if body[0] in '{["' else "application/x-www-form-urlencoded"
        h.update(extra); st, hd, data = run.raw(m, run.fill(p), body.encode() if body else None, h)
        for c in caps: run.capture(c, hd, data)
        ans = run.answer(st, hd, data)
        if run.brief and len(data) > 400: ans.pop("body", None)
        yield {"id": f"{name}:{n}", "part": part, "who": w, "request": f"{m} {p}" + (f" {lines[n-1].strip().split(' ', 2)[2]}" if body else "")}, ans

def ident(x):
    if isinstance(x, dict):
        for k in IDS:
            if isinstance(x.get(k), str) and not x[k].startswith("<"): return k, x[k]
    return None
def diff(a, b, at=""):
    """Yields the differences of b from the golden a."""
    if isinstance(a, dict) and isinstance(b, dict):
        for k in a:
            if k not in b: yield f"{at}.{k} missing ({json.dumps(a[k])[:80]})"
            else: yield from diff(a[k], b[k], f"{at}.{k}")
    elif isinstance(a, list) and isinstance(b, list):
        if a and all(ident(x) for x in a):
            for x in a:
                d = min((list(diff(x, y, f"{at}[{ident(x)[1]}]")) for y in b if ident(y) == ident(x)), key=len, default=[f"{at}[{ident(x)[1]}] missing"])
                yield from d
        else:
            for x in a:
                if x not in b: yield f"{at}[] lacks {json.dumps(x)[:100]}"
        if len(a) != len(b): yield f"{at}: {len(b)} instead of {len(a)} entries"
    elif a != b: yield f"{at}: {json.dumps(b)[:100]} instead of {json.dumps(a)[:100]}"
def differences(g, x):
    out = []
    if g["status"] != x["status"]: out.append(f"status {x['status']} instead of {g['status']}")
    if g["status"] >= 300 and g["status"] != x["status"]: return out
    for k in ("type", "location", "www-authenticate", "body", "page", "cors"):
        if k in g:
            if k == "page":
                fields = lambda p: sorted(f["name"] for form in p.get("forms", []) for f in form["fields"])
                a, b = fields(g[k]), fields(x.get(k, {}))
                out += [f"page lacks the field {n}" for n in a if n not in b]
            elif k not in x: out.append(f"{k} missing")
            else: out += list(diff(g[k], x[k], k))
    return out

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=["record", "compare"]); ap.add_argument("base"); ap.add_argument("names", nargs="*"); ap.add_argument("--admin", default="admin:admin")
    ap.add_argument("--scenarios", default=os.path.join(HERE, "scenarios")); ap.add_argument("--answers", default=os.path.join(HERE, "answers"))
    ap.add_argument("--quiet", action="store_true"); ap.add_argument("--json"); ap.add_argument("--accept", help="a file of lines ID<TAB>REASON: differences on purpose, counted apart"); ap.add_argument("--fail-under", type=float, default=0); a = ap.parse_args()
    names = a.names or sorted(f[:-4] for f in os.listdir(a.scenarios) if f.endswith(".txt")); total = good = meant = 0; report = []
    accepted = dict(l.rstrip("\n").split("\t", 1) for l in open(a.accept) if "\t" in l and l[0] != "#") if a.accept else {}
    for n in names:
        run = Run(a.base, a.admin.split(":", 1)); gold = os.path.join(a.answers, n + ".json")
        steps = [{**s, "answer": x} for s, x in play(run, os.path.join(a.scenarios, n + ".txt"))]
        if a.what == "record":
            os.makedirs(a.answers, exist_ok=True); json.dump(steps, open(gold, "w"), indent=1, ensure_ascii=False, sort_keys=True); print(f"{n}: {len(steps)} answers"); continue
        want = {(s["id"]): s for s in json.load(open(gold))}; ok = 0
        for s in steps:
            d = differences(want[s["id"]]["answer"], s["answer"]) if s["id"] in want else ["no golden answer: record again"]
            if d and s["id"] in accepted: meant += 1; total -= 1; good -= 1; d = []
            ok += not d; report.append({"id": s["id"], "request": s["request"], "differences": d})
            if d and not a.quiet: print(f"{s['id']} {s['request'][:140]}"); [print("    " + x) for x in d[:12]]; len(d) > 12 and print(f"    … {len(d)-12} more")
        print(f"{n}: {ok} of {len(steps)} as Keycloak"); total += len(steps); good += ok
    if a.what == "compare":
        print(f"{good} of {total} as Keycloak ({100*good/max(1,total):.1f} %), {meant} different on purpose")
        if a.json: json.dump(report, open(a.json, "w"), indent=1)
        sys.exit(100 * good / max(1, total) < a.fail_under)
if __name__ == "__main__": main()
