// npm keycloak-js in Chromium: sign-in, silent check-sso, refresh, the session iframe and logout of a page in a browser.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { launchChromium } from '../harness/chromium.mjs';
import { serve } from '../harness/process.mjs';

const USER = 'ada';
const PASSWORD = 'an honest passphrase';

// The application: a page that has the library and leaves every step to the test.
const INDEX = `<!doctype html><html lang="en"><title>Application</title><script type="module">
import Keycloak from '/keycloak.js';
// The session iframe answers each check with one word.
window.checks = [];
window.addEventListener('message', (event) => window.checks.push(event.data));
window.make = (config) => {
  window.events = [];
  const keycloak = new Keycloak(config);
  for (const name of ['onReady', 'onAuthSuccess', 'onAuthError', 'onAuthRefreshSuccess', 'onAuthRefreshError', 'onAuthLogout'])
    keycloak[name] = () => window.events.push(name);
  window.keycloak = keycloak;
};
window.loaded = true;
</script></html>`;

const SILENT = `<!doctype html><html lang="en"><title>Silent</title>
<script>parent.postMessage(location.href, location.origin);</script></html>`;

export async function run(report, admin) {
  const library = await readFile(new URL('../node_modules/keycloak-js/lib/keycloak.js', import.meta.url));
  const app = await serve(createServer((request, response) => answer(request, response, library)));
  // One host name for both, as under one site in real life: third-party cookies are not what this suite is about.
  const origin = `http://${new URL(admin.base).hostname}:${app.port}`;
  const realm = await admin.createRealm('keycloak-js');
  const browser = await launchChromium();
  try {
    await realm.createUser(USER, PASSWORD);
    await realm.createClient({
      clientId: 'spa',
      publicClient: true,
      redirectUris: [`${origin}/*`],
      webOrigins: [origin],
      attributes: { 'post.logout.redirect.uris': `${origin}/*`, 'pkce.code.challenge.method': 'S256' },
    });
    await new Application(report, browser, realm, origin).play();
  } finally {
    await browser.close();
    await app.stop();
    await realm.remove();
  }
}

function answer(request, response, library) {
  const path = new URL(request.url, 'http://localhost').pathname;
  const found = {
    '/': ['text/html', INDEX],
    '/silent.html': ['text/html', SILENT],
    '/keycloak.js': ['text/javascript', library],
  }[path];
  response.writeHead(found ? 200 : 404, { 'content-type': `${found?.[0] ?? 'text/plain'}; charset=utf-8` });
  response.end(found?.[1] ?? 'not found');
}

/** One application in one browser; each test has a browser context, that is a cookie jar, of its own. */
class Application {
  constructor(report, browser, realm, origin) {
    Object.assign(this, { report, browser, realm, origin });
    this.config = { url: realm.admin.base, realm: realm.name, clientId: 'spa' };
  }

  /** Runs a test in a fresh browser context, and shows what the page said if it fails. */
  test(title, body) {
    return this.report.test(title, async () => {
      const context = await this.browser.newContext();
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      const said = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      try {
        await body(page, context);
      } catch (error) {
        error.message += `\nat ${page.url()}; the browser said: ${said.join(' | ') || 'nothing'}`;
        error.stack = `${error.message}\n${error.stack.split('\n').filter((line) => /^\s+at /.test(line)).join('\n')}`;
        throw error;
      } finally {
        await context.close();
      }
    });
  }

  /** Opens the page, or takes it as the server sent the browser back to it, and initialises the library. */
  async init(page, options = {}, { reload = true } = {}) {
    if (reload) await page.goto(`${this.origin}/`);
    await page.waitForFunction(() => window.loaded === true);
    return page.evaluate(
      async ([config, initOptions]) => {
        window.make(config);
        return window.keycloak.init(initOptions);
      },
      [this.config, { pkceMethod: 'S256', checkLoginIframe: false, ...options }],
    );
  }

  /** Types name and password into the login form of the server. */
  async fillIn(page) {
    await page.getByLabel('Username or email').fill(USER);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign In' }).click();
    await page.waitForURL((url) => url.origin === this.origin);
  }

  /** Signs in with `keycloak.login()` and ends on the initialised page. */
  async signIn(page, options = {}) {
    await this.init(page, options);
    await page.evaluate(() => void window.keycloak.login());
    await this.fillIn(page);
    assert.equal(await this.init(page, options, { reload: false }), true);
  }

  async play() {
    await this.test('login() leads to the form and back to a signed-in page', async (page) => {
      await this.signIn(page);
      const user = await page.evaluate(() => window.keycloak.idTokenParsed);
      assert.equal(user.preferred_username, USER);
      assert.ok(await page.evaluate(() => window.events.includes('onAuthSuccess')));
      assert.ok(await page.evaluate(() => window.keycloak.hasRealmRole('offline_access')));
      assert.equal(new URL(page.url()).hash, '', 'the answer is gone from the address');
    });

    await this.test('init with login-required goes to the form at once', async (page) => {
      await page.goto(`${this.origin}/`);
      await page.waitForFunction(() => window.loaded === true);
      await page.evaluate((config) => {
        window.make(config);
        void window.keycloak.init({ onLoad: 'login-required', pkceMethod: 'S256', checkLoginIframe: false });
      }, this.config);
      await this.fillIn(page);
      assert.equal(await this.init(page, { onLoad: 'login-required' }, { reload: false }), true);
    });

    for (const responseMode of ['query', 'fragment']) {
      await this.test(`response mode ${responseMode} signs in`, async (page) => {
        await this.signIn(page, { responseMode });
        assert.ok(await page.evaluate(() => Boolean(window.keycloak.token)));
      });
    }

    const silent = { onLoad: 'check-sso', silentCheckSsoRedirectUri: `${this.origin}/silent.html`, silentCheckSsoFallback: false };

    await this.test('silent check-sso finds nobody in a new browser and stays on the page', async (page) => {
      assert.equal(await this.init(page, silent), false);
      assert.equal(page.url(), `${this.origin}/`);
    });

    await this.test('silent check-sso finds who is signed in', async (page) => {
      await this.signIn(page);
      const before = await page.evaluate(() => window.keycloak.subject);
      assert.equal(await this.init(page, silent), true);
      assert.equal(await page.evaluate(() => window.keycloak.subject), before);
    });

    await this.test('updateToken gets new tokens across origins', async (page) => {
      await this.signIn(page);
      const before = await page.evaluate(() => window.keycloak.token);
      assert.equal(await page.evaluate(() => window.keycloak.updateToken(-1)), true);
      const after = await page.evaluate(() => window.keycloak.token);
      assert.notEqual(after, before);
      assert.ok(await page.evaluate(() => window.events.includes('onAuthRefreshSuccess')));
      assert.equal(await page.evaluate(() => window.keycloak.updateToken(5)), false, 'a fresh token is kept');
    });

    await this.test('loadUserInfo reads the claims across origins', async (page) => {
      await this.signIn(page);
      const info = await page.evaluate(() => window.keycloak.loadUserInfo());
      assert.equal(info.preferred_username, USER);
      assert.equal(info.email, 'ada@example.org');
    });

    await this.test('the session iframe notices a logout in another tab', async (page, context) => {
      await this.signIn(page, { checkLoginIframe: true, checkLoginIframeInterval: 1 });
      const idToken = await page.evaluate(() => window.keycloak.idToken);
      await page.waitForFunction(() => window.checks.filter((answer) => answer === 'unchanged').length >= 2);
      assert.ok(!(await page.evaluate(() => window.events.includes('onAuthLogout'))), 'it is quiet while the session lasts');
      const other = await context.newPage();
      await other.goto(
        `${this.realm.issuer}/protocol/openid-connect/logout?${new URLSearchParams({
          id_token_hint: idToken,
          post_logout_redirect_uri: `${this.origin}/silent.html`,
        })}`,
      );
      await page.waitForFunction(() => window.events.includes('onAuthLogout'));
    });

    await this.test('check-sso with the iframe works without a page of its own', async (page) => {
      await this.signIn(page);
      await page.goto(`${this.origin}/`);
      await page.waitForFunction(() => window.loaded === true);
      const began = page.waitForNavigation();
      await page.evaluate((config) => {
        window.make(config);
        void window.keycloak.init({ onLoad: 'check-sso', pkceMethod: 'S256', checkLoginIframe: false });
      }, this.config);
      await began;
      await page.waitForURL((url) => url.origin === this.origin && url.hash.includes('code='));
      assert.equal(await this.init(page, {}, { reload: false }), true);
    });

    await this.test('logout() ends the session and returns to the application', async (page) => {
      await this.signIn(page);
      const redirectUri = `${this.origin}/?out`;
      await page.evaluate((uri) => void window.keycloak.logout({ redirectUri: uri }), redirectUri);
      await page.waitForURL(redirectUri);
      assert.equal(await this.init(page, silent), false);
    });

    await this.test('a refresh after logout fails and clears the tokens', async (page, context) => {
      await this.signIn(page);
      const idToken = await page.evaluate(() => window.keycloak.idToken);
      const other = await context.newPage();
      await other.goto(
        `${this.realm.issuer}/protocol/openid-connect/logout?${new URLSearchParams({
          id_token_hint: idToken,
          post_logout_redirect_uri: `${this.origin}/silent.html`,
        })}`,
      );
      await assert.rejects(page.evaluate(() => window.keycloak.updateToken(-1)));
      assert.equal(await page.evaluate(() => window.keycloak.authenticated), false);
    });
  }
}
