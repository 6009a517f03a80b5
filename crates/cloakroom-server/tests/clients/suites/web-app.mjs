// The example app of cloakroom-verify in Chromium: login, an API call, silent refresh, and logout from every side.
import assert from 'node:assert/strict';
import { example } from '../harness/cargo.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { freePort, start, waitFor } from '../harness/process.mjs';

const USER = 'ada';
const PASSWORD = 'an honest passphrase';
const SECRET = 'a-client-secret-of-more-than-32-bytes';
const AUDIENCE = 'orders-api';
const TITLE = 'Orders';

export async function run(report, admin) {
  // Compiling comes first: the tokens of the realm's setup need not wait for it.
  const app = await example('web-app');
  // Tokens end at once, so that every call needs new ones.
  const realm = await admin.createRealm('web-app', { accessTokenLifespan: 5 });
  const apps = [];
  let browser;
  try {
    const api = await realm.createClient({ clientId: AUDIENCE, secret: SECRET, standardFlowEnabled: false });
    const user = await realm.createUser(USER, PASSWORD);
    await realm.grantClientRole(user, api, await realm.createClientRole(api, 'reader'));
    // Two host names, because cookies know no ports.
    apps.push(await launch(app, realm, 'shop', 'localhost'), await launch(app, realm, 'office', '127.0.0.1'));
    browser = await launchChromium();
    await new Story(report, browser, realm, user, apps).play();
  } finally {
    await browser?.close();
    for (const app of apps) await app.stop();
    await realm.remove();
  }
}

/** Registers a client and starts the app as it. */
async function launch(app, realm, clientId, host) {
  const port = await freePort();
  const url = `http://${host}:${port}`;
  await realm.createClient({
    clientId,
    secret: SECRET,
    redirectUris: [`${url}/callback`],
    attributes: {
      'post.logout.redirect.uris': `${url}/`,
      'backchannel.logout.url': `http://127.0.0.1:${port}/backchannel-logout`,
      'backchannel.logout.session.required': 'true',
      'pkce.code.challenge.method': 'S256',
    },
  });
  const env = { ...process.env, APP_URL: url, ISSUER: realm.issuer, API_AUDIENCE: AUDIENCE, CLIENT_ID: clientId, CLIENT_SECRET: SECRET };
  const process_ = start(app, [], { env });
  await waitFor(`the app ${clientId}`, async () => !process_.running() || (await fetch(url)).ok);
  if (!process_.running()) throw new Error(`the app did not start: ${process_.output().slice(0, 2000)}`);
  return { url, stop: () => process_.stop(), output: process_.output };
}

/** What one person does; each test has a browser context, that is a cookie jar, of its own. */
class Story {
  constructor(report, browser, realm, user, [shop, office]) {
    Object.assign(this, { report, browser, realm, user, shop, office });
  }

  test(title, body) {
    return this.report.test(title, async () => {
      const context = await this.browser.newContext();
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      try {
        await body(page, context);
      } catch (error) {
        const text = await page.textContent('body').catch(() => '');
        error.message += ` (at ${page.url()}: ${text.replace(/\s+/g, ' ').slice(0, 300)}; ${this.shop.output()})`;
        throw error;
      } finally {
        await context.close();
      }
    });
  }

  /** Signs in at an app; `password` is false where the session at the issuer is enough. */
  async signIn(page, app, password = true) {
    await page.goto(app.url);
    await page.getByRole('link', { name: 'Sign in' }).click();
    if (password) {
      await page.locator('[name=username]').fill(USER);
      await page.locator('[name=password]').fill(PASSWORD);
      await page.locator('[name=password]').press('Enter');
    }
    await page.getByText(`Hello ${USER}`).waitFor();
  }

  async orders(page) {
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/orders')),
      page.getByRole('button', { name: TITLE }).click(),
    ]);
    assert.equal(answer.status(), 200, await answer.text());
    return answer.json();
  }

  /** Waits until the app knows that nobody is signed in, and says so to the page that asks. */
  async seesTheEnd(page) {
    await waitFor('the end of the session', () => page.evaluate(async () => (await fetch('/me')).status === 401));
    await page.getByRole('button', { name: TITLE }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
  }

  async play() {
    await this.test('a user signs in, and the browser holds one cookie that no script can read', async (page, context) => {
      const bodies = [];
      page.on('response', async (response) => {
        if (response.url().startsWith(this.shop.url)) bodies.push(await response.text().catch(() => ''));
      });
      await this.signIn(page, this.shop);
      const cookies = await context.cookies(page.url());
      assert.equal(cookies.length, 1);
      const { name, path, httpOnly, secure, sameSite } = cookies[0];
      assert.deepEqual({ name, path, httpOnly, secure, sameSite }, { name: '__Host-session', path: '/', httpOnly: true, secure: true, sameSite: 'Lax' });
      const seen = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]);
      assert.deepEqual(seen, ['', 0, 0]);
      assert.ok(!bodies.join().includes('eyJ'), 'a token reached the browser');
    });

    await this.test('a login gives the session another name than the one before', async (page, context) => {
      const session = async () => (await context.cookies(this.shop.url)).find((cookie) => cookie.name === '__Host-session')?.value;
      await page.goto(this.shop.url);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.locator('[name=username]').waitFor();
      const before = await session();
      await this.signIn(page, this.shop);
      assert.ok(before && before !== (await session()));
    });

    await this.test('the app calls the API for the page, and the page refreshes nothing', async (page) => {
      await this.signIn(page, this.shop);
      const first = await this.orders(page);
      assert.equal(first.for, USER);
      assert.deepEqual(first.orders, ['umbrella', 'coat']);
      await page.waitForTimeout(1_100);
      const second = await this.orders(page);
      assert.ok(second.issued_at > first.issued_at, 'the second call has a new token');
      assert.equal(page.url(), `${this.shop.url}/`);
    });

    await this.test('two calls at once refresh once', async (page) => {
      await this.signIn(page, this.shop);
      const statuses = await page.evaluate(async () => {
        const { csrf } = await (await fetch('/me')).json();
        const call = () => fetch('/orders', { headers: { 'x-csrf': csrf } });
        return Promise.all(Array.from({ length: 6 }, async () => (await call()).status));
      });
      assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200]);
    });

    await this.test('the API takes no cookie, and the app no request of another page', async (page) => {
      await this.signIn(page, this.shop);
      const [api, bare, wrong] = await page.evaluate(async () => {
        const api = await fetch('/api/orders');
        const bare = await fetch('/orders');
        const wrong = await fetch('/orders', { headers: { 'x-csrf': 'guessed' } });
        return [[api.status, api.headers.get('www-authenticate')], bare.status, wrong.status];
      });
      assert.equal(api[0], 401);
      assert.match(api[1], /^Bearer resource_metadata="http:\/\/localhost:\d+\/\.well-known\/oauth-protected-resource\/api"/);
      assert.deepEqual([bare, wrong], [403, 403]);
      const metadata = await (await fetch(`${this.shop.url}/.well-known/oauth-protected-resource/api`)).json();
      assert.deepEqual(metadata.authorization_servers, [this.realm.issuer]);
    });

    await this.test('an answer that was not asked for signs nobody in', async (page) => {
      await page.goto(this.shop.url);
      const answer = await page.goto(`${this.shop.url}/callback?code=abc&state=guessed&iss=${encodeURIComponent(this.realm.issuer)}`);
      assert.equal(answer.status(), 400);
    });

    await this.test('signing out ends the session here and at the issuer', async (page) => {
      await this.signIn(page, this.shop);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${this.shop.url}/`);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.locator('[name=password]').waitFor();
    });

    await this.test('signing out of one app signs out of the other', async (page, context) => {
      await this.signIn(page, this.shop);
      const other = await context.newPage();
      await this.signIn(other, this.office, false);
      assert.equal((await this.orders(other)).for, USER);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(`${this.shop.url}/`);
      await this.seesTheEnd(other);
    });

    await this.test('signing out leaves the session of another browser alone', async (page) => {
      const context = await this.browser.newContext();
      try {
        const elsewhere = await context.newPage();
        await this.signIn(elsewhere, this.shop);
        await this.signIn(page, this.shop);
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.waitForURL(`${this.shop.url}/`);
        assert.equal((await this.orders(elsewhere)).for, USER);
      } finally {
        await context.close();
      }
    });

    await this.test('an administrator who ends all sessions ends them in the apps', async (page, context) => {
      await this.signIn(page, this.shop);
      const other = await context.newPage();
      await this.signIn(other, this.office, false);
      await this.realm.call('POST', `/users/${this.user}/logout`);
      await this.seesTheEnd(page);
      await this.seesTheEnd(other);
    });

    await this.test('a made-up logout token ends nothing', async (page) => {
      await this.signIn(page, this.shop);
      for (const token of ['', 'a.b.c', 'eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9.e30.']) {
        const body = new URLSearchParams({ logout_token: token });
        const answer = await fetch(`${this.shop.url}/backchannel-logout`, { method: 'POST', body });
        assert.equal(answer.status, 400);
      }
      assert.equal((await this.orders(page)).for, USER);
    });
  }
}
