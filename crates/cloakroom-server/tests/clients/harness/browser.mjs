// A tiny browser: a cookie jar, redirects, HTML forms, and no JavaScript.
import http from 'node:http';
import https from 'node:https';
import { defaults, forms } from './html.mjs';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 20;

/** Cookies as RFC 6265 keeps them, as far as one host needs it: by host, path and name, with expiry. */
class CookieJar {
  constructor() {
    this.cookies = new Map();
  }

  store(url, headers) {
    for (const line of headers['set-cookie'] ?? []) {
      const [pair, ...rest] = line.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      const name = pair.slice(0, at);
      const options = new Map(rest.map((part) => part.split(/=(.*)/s)).map(([key, value]) => [key.toLowerCase(), value]));
      const path = options.get('path') || '/';
      const key = `${url.hostname};${path};${name}`;
      const ended =
        (options.has('max-age') && Number(options.get('max-age')) <= 0) ||
        (!options.has('max-age') && options.has('expires') && Date.parse(options.get('expires')) <= Date.now());
      if (ended) this.cookies.delete(key);
      else this.cookies.set(key, { host: url.hostname, path, name, value: pair.slice(at + 1) });
    }
  }

  header(url) {
    return [...this.cookies.values()]
      .filter((cookie) => cookie.host === url.hostname && covers(cookie.path, url.pathname))
      .sort((a, b) => b.path.length - a.path.length)
      .map((cookie) => `${cookie.name}=${cookie.value}`)
      .join('; ');
  }
}

/** RFC 6265 section 5.1.4: a cookie path covers itself and what lies below it. */
function covers(cookiePath, path) {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

/**
 * Sends one request as a browser that was sent to a page does. Node's own fetch always calls itself a script
 * (`Sec-Fetch-Mode: cors`), and then servers answer with 401 where a person would get the login page.
 */
function send(method, url, cookie, body) {
  const { request } = url.protocol === 'https:' ? https : http;
  const headers = {
    accept: 'text/html,*/*;q=0.8',
    'accept-language': 'en',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'user-agent': 'Mozilla/5.0 (a browser without scripts)',
    ...(cookie ? { cookie } : {}),
    ...(body ? { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false, timeout: 30_000 }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${url} in 30 s`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A loaded page, or the address at which the browser stopped. */
class Page {
  constructor(url, status, headers, html) {
    Object.assign(this, { url, status, headers, html, forms: forms(html) });
  }

  /** The form with an input or button named `name`. */
  formWith(name) {
    return this.forms.find((form) => [...form.inputs, ...form.buttons].some((field) => field.name === name));
  }

  /** What the page says, without markup, for messages of failed tests. */
  get text() {
    return this.html
      .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  }
}

/** A browser of one person. It does not load addresses that start with one of `stopAt`: they are the application's. */
export class Browser {
  constructor({ stopAt = [] } = {}) {
    this.jar = new CookieJar();
    this.stopAt = stopAt;
  }

  visit(url) {
    return this.#load('GET', new URL(url));
  }

  /** Sends a form of `page` with `fields` typed in; `button` names the button that was pressed. */
  submit(page, form, fields = {}, button) {
    const values = defaults(form);
    for (const [name, value] of Object.entries(fields)) values.set(name, value);
    if (button) {
      const pressed = form.buttons.find((candidate) => candidate.name === button);
      if (!pressed) throw new Error(`the form has no button ${button}: ${JSON.stringify(form.buttons)}`);
      values.set(button, pressed.value ?? '');
    }
    const target = new URL(form.action, page.url);
    const body = new URLSearchParams([...values]);
    if (form.method === 'GET') {
      target.search = body.toString();
      return this.#load('GET', target);
    }
    return this.#load('POST', target, body);
  }

  /** Opens `url`, which must show the login form, and signs in. */
  async signIn(url, username, password) {
    const page = await this.visit(url);
    return this.signInOn(page, username, password);
  }

  /** Fills in the login form of `page`. */
  signInOn(page, username, password) {
    const form = page.formWith?.('password');
    if (!form) throw new Error(`no login form at ${page.url} (${page.status}): ${page.text?.slice(0, 300)}`);
    return this.submit(page, form, { username, password });
  }

  async #load(method, url, body) {
    for (let hop = 0; hop < MOST_REDIRECTS; hop += 1) {
      if (this.stopAt.some((prefix) => url.href.startsWith(prefix))) return { stopped: true, url, method, body };
      const { status, headers, text } = await send(method, url, this.jar.header(url), body?.toString());
      this.jar.store(url, headers);
      const { location } = headers;
      if (!REDIRECTS.has(status) || !location) return new Page(url, status, headers, text);
      const next = new URL(location, url);
      if (!next.hash && url.hash) next.hash = url.hash;
      url = next;
      if (status !== 307 && status !== 308) {
        method = 'GET';
        body = undefined;
      }
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects, the last to ${url}`);
  }
}
