// A browser without a window and without scripts: it keeps cookies, follows redirects, and signs in to the console.
import assert from 'node:assert/strict';

/** Turns the entities of an attribute back into letters. */
function plain(text) {
  return text.replaceAll('&#38;', '&').replaceAll('&amp;', '&').replaceAll('&#34;', '"').replaceAll('&quot;', '"');
}

/** One administrator at the console of one realm. */
export class Visitor {
  constructor(base, realm) {
    this.base = base;
    this.realm = realm;
    this.cookies = new Map();
    this.csrf = '';
  }

  /** The address of a page of the console. */
  url(path) {
    return `${this.base}/admin/${this.realm}/console/${this.realm}${path}`;
  }

  async send(url, init = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', ...init.headers, ...(cookie ? { cookie } : {}) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';');
      const name = pair.slice(0, pair.indexOf('='));
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, pair.slice(pair.indexOf('=') + 1));
    }
    return response;
  }

  /** Opens an address and what it redirects to; answers with the status, the address and the text of the last one. */
  async open(url, init) {
    let response = await this.send(url, init);
    let here = url;
    for (let hops = 0; hops < 10 && response.status >= 300 && response.status < 400; hops += 1) {
      here = new URL(response.headers.get('location'), here).href;
      response = await this.send(here);
    }
    const text = await response.text();
    this.csrf = plain(text.match(/name="csrf" value="([^"]*)"/)?.[1] ?? this.csrf);
    return { status: response.status, url: here, text };
  }

  /** Signs in with name and password, and ends on the dashboard. */
  async signIn(username, password) {
    const send = (form, fields) => {
      const action = form.text.match(/<form[^>]*action="([^"]*)"/)?.[1];
      assert.ok(action, `no sign-in form at ${form.url}`);
      return this.open(plain(action), { method: 'POST', body: new URLSearchParams(fields) });
    };
    let form = await this.open(this.url('/dashboard'));
    // A realm with organizations asks for the name first.
    if (!form.text.includes('name="password"')) form = await send(form, { username });
    const page = await send(form, { username, password, credentialId: '' });
    assert.ok(page.url.startsWith(this.url('')), `the sign-in ends at ${page.url}: ${page.text.slice(0, 300)}`);
    return page;
  }

  /** Sends a form without following where it leads. */
  async post(path, fields, { csrf = this.csrf, headers = {} } = {}) {
    const body = new URLSearchParams(fields);
    if (csrf !== null) body.set('csrf', csrf);
    const response = await this.send(this.url(path), { method: 'POST', body, headers });
    return { status: response.status, location: response.headers.get('location'), text: await response.text() };
  }
}
