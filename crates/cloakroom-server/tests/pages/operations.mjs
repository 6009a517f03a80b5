// The console's pages for whoever runs a realm: sessions, keys, the token inspector, explained sign-ins, administrators,
// the server, and the test client. Journeys run with JavaScript off; nothing of them needs it.
import assert from 'node:assert/strict';
import { fillIn, signInAddress } from './list.mjs';

/** The pages and the rights of which one is needed: without any of them the page is a refusal. */
export const OPERATIONS = [
  { name: 'console-sessions', path: '/sessions' },
  { name: 'console-sessions-end', path: '/sessions/end-matching?q=ada' },
  { name: 'console-keys', path: '/keys' },
  { name: 'console-key', path: '/keys/{key}' },
  { name: 'console-explain', path: '/explain?code={code}' },
  { name: 'console-administrators', path: '/administrators' },
  { name: 'console-test-client', path: '/test-client?client=shop&scope=openid' },
  { name: 'console-identity-providers', path: '/identity-providers' },
];

/** What changes something, and what it sends. */
const CHANGES = [
  ['/sessions/end', { id: 'x' }],
  ['/sessions/end-matching', { q: 'ada' }],
  ['/keys/publish', { algorithm: 'ES256' }],
  ['/keys/{key}/step', { step: 'passive' }],
  ['/keys/{key}/priority', { priority: '1' }],
  ['/keys/{key}/replace', { sure: 'x' }],
  ['/administrators/give', { user: 'ada', role: 'view-users' }],
  ['/administrators/take', { user: 'x', role: 'view-users' }],
  ['/test-client/begin', { client: 'shop', scope: 'openid' }],
  ['/test-client/run', { client: 'shop', grant: 'client_credentials' }],
];

const PASSWORD = 'an honest passphrase';

/** The address of a page of the console about a realm, for an administrator of that realm. */
function address({ realm }, path) {
  return `${realm.admin.base}/admin/${realm.name}/console/${realm.name}${path}`;
}

async function grant(realm, userId, role) {
  const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
  const { body } = await realm.call('GET', `/clients/${manager.id}/roles/${role}`);
  await realm.grantClientRole(userId, manager.id, body);
}

async function enter(browser, setup, username, options = {}) {
  const context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(address(setup, '/dashboard'));
  await fillIn(page, username, PASSWORD);
  await page.waitForURL(/\/dashboard/);
  return { context, page };
}

/** A failed sign-in, and the code that the person is shown. */
async function fail(browser, setup, username) {
  const context = await browser.newContext({ locale: 'en', javaScriptEnabled: false });
  try {
    const page = await context.newPage();
    await page.goto(signInAddress(setup));
    await fillIn(page, username, 'not the password');
    const text = await page.locator('body').innerText();
    const code = text.match(/E-[0-9A-Z]{4}-[0-9A-Z]{2}/)?.[0];
    if (code) return code;
    const events = (await setup.realm.call('GET', '/events?type=LOGIN_ERROR&max=1')).body;
    return events[0].details.code_id;
  } finally {
    await context.close();
  }
}

async function jwks({ realm }) {
  return (await (await fetch(`${realm.issuer}/protocol/openid-connect/certs`)).json()).keys;
}

async function token(setup) {
  const response = await fetch(`${setup.realm.issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'a machine secret' }),
  });
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body.access_token;
}

const headerOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'));

/** A key is published, signs and replaces another without a client noticing that has fetched the keys an hour before. */
async function rotate(page, setup) {
  const before = headerOf(await token(setup)).kid;
  await page.goto(address(setup, '/keys'));
  await page.getByLabel('Algorithm').selectOption('RS256');
  await page.getByRole('button', { name: 'Publish a new key' }).click();
  await page.getByText('Published. Let it sign in an hour.').waitFor();
  const row = page.getByRole('row').filter({ hasText: 'published, signs later' }).first();
  assert.equal(await row.getByRole('button', { name: 'Let it sign' }).count(), 0, 'it could sign at once, unasked');
  const kid = await row.getByRole('rowheader').innerText();
  assert.equal(headerOf(await token(setup)).kid, before, 'the new key signs already');
  const published = (await jwks(setup)).map((key) => key.kid);
  assert.ok(published.includes(kid) && published.includes(before), 'both keys are published');
  await row.getByRole('link').click();
  await page.getByRole('button', { name: 'Let it sign' }).click();
  await page.getByText('Nothing was changed').first().waitFor();
  assert.equal(headerOf(await token(setup)).kid, before, 'it signs without having been sure');
  await page.getByLabel(`Type ${kid} to go on`).first().fill(kid);
  await page.getByRole('button', { name: 'Let it sign' }).click();
  await page.getByText('Saved.').waitFor();
  assert.equal(headerOf(await token(setup)).kid, kid);
  assert.ok((await jwks(setup)).some((key) => key.kid === before), 'the key before is still published');
}

/** The other way: at once, with a warning that says how many sessions it touches. */
async function replace(page, setup) {
  const old = await token(setup);
  const { kid } = headerOf(old);
  await page.goto(address(setup, '/keys'));
  await page.getByRole('row').filter({ hasText: kid }).getByRole('link').first().click();
  await page.getByText(/sessions? (is|are) open: (its|their) applications have to refresh/).waitFor();
  const form = page.locator('form', { has: page.getByRole('button', { name: 'Replace it now' }) });
  await form.getByRole('textbox').fill(kid);
  await form.getByRole('button').click();
  await page.getByText('Tokens of the old key are refused').waitFor();
  assert.notEqual(headerOf(await token(setup)).kid, kid);
  assert.ok(!(await jwks(setup)).some((key) => key.kid === kid), 'the withdrawn key is still published');
}

/** A token is looked at, is in no address, and one with another signature is told apart. */
async function inspect(page, setup) {
  const good = await token(setup);
  const [header, payload] = good.split('.');
  for (const [sent, verdict] of [
    [good, 'right, by a key of this realm'],
    [`${header}.${payload}.${'A'.repeat(342)}`, 'wrong'],
  ]) {
    await page.goto(address(setup, '/inspector'));
    await page.getByLabel('Token', { exact: true }).fill(sent);
    await page.getByRole('button', { name: 'Inspect' }).click();
    await page.getByText(verdict, { exact: true }).waitFor();
    assert.ok(!page.url().includes(header), page.url());
  }
}

/** Sessions of one person end, after their number was shown; those of others stay. */
async function endMatching(browser, page, setup) {
  for (const username of ['ada', 'ada', 'grace']) {
    const context = await browser.newContext({ locale: 'en' });
    const other = await context.newPage();
    await other.goto(signInAddress(setup));
    await fillIn(other, username, PASSWORD);
    await other.waitForURL((url) => url.origin === setup.origin);
    await context.close();
  }
  const count = async (name) =>
    (await setup.realm.call('GET', `/ui-ext/sessions/count?search=${name}`)).body.count;
  const mine = await count('ada');
  assert.ok(mine >= 2, `${mine} sessions`);
  await page.goto(address(setup, '/sessions?q=ada'));
  await page.getByRole('link', { name: `End ${mine} sessions` }).click();
  assert.equal(await count('ada'), mine, 'asking has ended something');
  await page.getByRole('button', { name: `End ${mine} sessions` }).click();
  await page.getByText(`${mine} ended.`).waitFor();
  assert.deepEqual([await count('ada'), await count('grace')], [0, 1]);
}

/** Failures of several kinds, each explained by the step that refused. */
async function explain(browser, page, setup) {
  const { realm } = setup;
  const off = await realm.createUser('off', PASSWORD);
  const rows = [
    ['nobody-at-all', 'The name belongs to somebody'],
    ['ada', 'The password is right'],
  ];
  for (const [username, step] of rows) {
    const code = await fail(browser, setup, username);
    await page.goto(address(setup, '/explain'));
    await page.getByLabel(/^Code/).fill(code.toLowerCase());
    await page.getByRole('button', { name: 'Explain' }).first().click();
    const refused = page.getByRole('row').filter({ hasText: 'refused' });
    assert.ok((await refused.innerText()).startsWith(step), `${username}: ${await refused.innerText()}`);
  }
  await realm.call('PUT', `/users/${off}`, { enabled: false });
  const context = await browser.newContext({ locale: 'en' });
  const other = await context.newPage();
  await other.goto(signInAddress(setup));
  await fillIn(other, 'off', PASSWORD);
  await context.close();
  await page.goto(address(setup, '/explain?user=off'));
  const refused = page.getByRole('row').filter({ hasText: 'refused' });
  assert.ok((await refused.innerText()).startsWith('The account is on'), await refused.innerText());
}

/** Code, exchange and refresh with the test client, and a code of nobody. */
async function tryClient(page, setup) {
  await page.goto(address(setup, '/test-client?client=tried&scope=openid'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Exchange the code' }).click();
  await page.getByText('"access_token"').waitFor();
  await page.getByRole('button', { name: 'Use the refresh token' }).click();
  await page.getByText('"access_token"').waitFor();
  assert.ok(!page.url().includes('code='), page.url());
  await page.goto(address(setup, '/test-client/callback?code=x&state=1.tried.forged'));
  await page.getByText('belongs to no request of this console session').waitFor();
}

/** A role is given by name and taken again. */
async function administrate(page, setup) {
  await page.goto(address(setup, '/administrators'));
  await page.getByLabel('Username').fill('ada');
  await page.getByLabel('Role').selectOption('view-users');
  await page.getByRole('button', { name: 'Give the role' }).click();
  const row = page.getByRole('row').filter({ hasText: 'ada' }).filter({ hasText: 'view-users' });
  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Removed.').waitFor();
  assert.equal(await row.count(), 0);
}

/** Somebody with another right than those that the pages want gets a refusal, and changes nothing. */
async function refuse(browser, setup, things, report) {
  const { context, page } = await enter(browser, setup, 'deputy');
  try {
    for (const { path } of OPERATIONS) {
      await report.test(`${path}: 403 without the right`, async () => {
        const answer = await page.goto(address(setup, fill(path, things)));
        assert.equal(answer.status(), 403);
      });
    }
    await page.goto(address(setup, '/inspector'));
    const csrf = await page.locator('[name=csrf]').first().inputValue();
    for (const [path, fields] of CHANGES) {
      await report.test(`${path}: 403 without the right, and without the form's token`, async () => {
        for (const form of [{ csrf, ...fields }, fields]) {
          const answer = await page.request.post(address(setup, fill(path, things)), {
            form,
            headers: { origin: new URL(setup.realm.admin.base).origin },
            maxRedirects: 0,
          });
          assert.equal(answer.status(), 403, JSON.stringify(form));
        }
      });
    }
  } finally {
    await context.close();
  }
}

const fill = (path, things) => path.replaceAll(/\{(\w+)\}/g, (_, name) => things[name]);

/** Runs all of it in the realm of the other pages; `inspect` checks an open page in each theme and width. */
export async function operations(browser, setup, report, look) {
  const { realm } = setup;
  await realm.call('PUT', '', { eventsEnabled: true });
  const boss = await realm.createUser('boss', PASSWORD);
  await grant(realm, boss, 'realm-admin');
  const deputy = await realm.createUser('deputy', PASSWORD);
  await grant(realm, deputy, 'impersonation');
  await realm.createUser('grace', PASSWORD);
  await realm.createClient({ clientId: 'tried' });
  await realm.createClient({
    clientId: 'machine',
    secret: 'a machine secret',
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
  });
  await realm.call('POST', '/identity-provider/instances', {
    alias: 'elsewhere',
    displayName: '<b data-evil>Elsewhere</b>',
    providerId: 'oidc',
    enabled: true,
    config: { clientId: 'us', clientSecret: 'hush', authorizationUrl: 'https://elsewhere.example/auth', tokenUrl: 'https://elsewhere.example/token' },
  });
  const { context, page } = await enter(browser, setup, 'boss', { javaScriptEnabled: false });
  try {
    await report.test('a key is changed in stages that no client notices', () => rotate(page, setup));
    await report.test('a key is replaced in an emergency, with a warning', () => replace(page, setup));
    await report.test('a token is inspected and is in no address', () => inspect(page, setup));
    await report.test('sessions end by filter, with their number first', () => endMatching(browser, page, setup));
    await report.test('failed sign-ins are explained by the step that refused', () => explain(browser, page, setup));
    await report.test('a client is tried with code, PKCE and refresh', () => tryClient(page, setup));
    await report.test('an administrative role is given and taken', () => administrate(page, setup));
  } finally {
    await context.close();
  }
  const [{ providerId: key }] = (await realm.call('GET', '/keys')).body.keys;
  const code = await fail(browser, setup, 'ada');
  const things = { key, code };
  await refuse(browser, setup, things, report);
  const shown = await enter(browser, setup, 'boss');
  try {
    // The pages without anything filled in are among those of the whole console.
    for (const { name, path } of OPERATIONS.filter(({ path }) => path.includes('{code}') || path === '/keys')) {
      const answer = await shown.page.goto(address(setup, fill(path, things)));
      await report.test(`${name} is there, and stored markup is text`, async () => {
        assert.equal(answer.status(), 200);
        assert.equal(await shown.page.locator('[data-evil]').count(), 0);
      });
      await look(name, shown.page);
    }
  } finally {
    await shown.context.close();
  }
}
