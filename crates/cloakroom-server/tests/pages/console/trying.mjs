// The test client of the console: pushed requests, a device, a refresh token used twice; and what a list knows of it.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';

/** Makes a client. */
async function client(realm, clientId, settings) {
  return realm.createClient({ clientId, publicClient: true, redirectUris: ['https://try.example/cb'], ...settings });
}

/** A pushed request leads to tokens; a refresh token that was used is refused, and ends what came of it. */
export async function aPushedRequestAndARefreshTokenUsedTwice(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const { realm } = scene;
  const click = (name) => page.getByRole('button', { name, exact: true }).click();
  const shown = (text) => page.locator('pre').filter({ hasText: text }).first().waitFor();
  try {
    await realm.call('PUT', '', { revokeRefreshToken: true, refreshTokenMaxReuse: 0 });
    const id = await client(realm, 'pushing', { attributes: { 'require.pushed.authorization.requests': 'true' } });
    await page.goto(url('/test-client?client=pushing&scope=openid'));
    await click('Push the request first');
    await shown('urn:ietf:params:oauth:request_uri:');
    await click('Sign in');
    await click('Exchange the code');
    await shown('"access_token"');
    await click('Use the refresh token');
    await shown('"access_token"');
    await click('Use the one before once more');
    await shown('invalid_grant');
    await realm.call('DELETE', `/clients/${id}`);
  } finally {
    await realm.call('PUT', '', { revokeRefreshToken: false });
    await context.close();
  }
}

/** A client is tried without this console's address, which nobody else's request for it may name. */
export async function theAddressIsLentToTheTryAlone(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  const click = (name) => page.getByRole('button', { name, exact: true }).click();
  const callback = url('/test-client/callback');
  const request = {
    client_id: 'borrowing',
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    'cloakroom.trial': 'true',
  };
  const at = (end) => `${realm.issuer}/protocol/openid-connect/${end}`;
  try {
    const id = await client(realm, 'borrowing', {});
    await page.goto(url('/test-client?client=borrowing&scope=openid'));
    await click('Sign in');
    assert.ok(page.url().startsWith(callback), page.url());
    await click('Exchange the code');
    await page.locator('pre').filter({ hasText: '"access_token"' }).first().waitFor();
    const plain = await fetch(`${at('auth')}?${new URLSearchParams(request)}`, { redirect: 'manual' });
    assert.equal(plain.status, 400);
    const pushed = await fetch(at('ext/par/request'), { method: 'POST', body: new URLSearchParams(request) });
    assert.equal(pushed.status, 400, await pushed.text());
    const own = new URLSearchParams({ ...request, redirect_uri: 'https://try.example/cb' });
    const { request_uri } = await (await fetch(at('ext/par/request'), { method: 'POST', body: own })).json();
    const reference = new URLSearchParams({ client_id: 'borrowing', request_uri, redirect_uri: callback, prompt: 'none' });
    const answer = await page.request.get(`${at('auth')}?${reference}`, { maxRedirects: 0 });
    assert.match(answer.headers().location, /^https:\/\/try\.example\/cb\?/);
    assert.deepEqual((await realm.call('GET', `/clients/${id}`)).body.redirectUris, ['https://try.example/cb']);
    await realm.call('DELETE', `/clients/${id}`);
  } finally {
    await context.close();
  }
}

/** A device waits, is approved in the same browser, and gets its tokens. */
export async function aDeviceIsApproved(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const { realm } = scene;
  const click = (name) => page.getByRole('button', { name, exact: true }).click();
  const shown = (text) => page.locator('pre').filter({ hasText: text }).first().waitFor();
  try {
    const id = await client(realm, 'television', { attributes: { 'oauth2.device.authorization.grant.enabled': 'true' } });
    await page.goto(url('/test-client?client=television&scope=openid'));
    await click('Ask for a code');
    await shown('device_code');
    const answer = JSON.parse(await page.locator('pre').filter({ hasText: 'device_code' }).innerText());
    await click('Ask for tokens as the device');
    await shown('authorization_pending');
    const other = await context.newPage();
    await other.goto(answer.verification_uri_complete);
    await other.locator('#kc-login').click();
    await other.getByText(/connected/i).first().waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1000 * answer.interval));
    await click('Ask for tokens as the device');
    await shown('"access_token"');
    await realm.call('DELETE', `/clients/${id}`);
  } finally {
    await context.close();
  }
}

/** The list of clients tells when one last took tokens. */
export async function aClientTellsWhenItWasUsed(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const { realm } = scene;
  try {
    const settings = { publicClient: false, secret: 'hush', serviceAccountsEnabled: true };
    const id = await client(realm, 'worker-bee', settings);
    const row = page.getByRole('row', { name: /worker-bee/ });
    await page.goto(url('/clients?q=worker-bee'));
    await row.getByText('never', { exact: true }).waitFor();
    const took = await fetch(`${realm.issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'worker-bee', client_secret: 'hush' }),
    });
    assert.equal(took.status, 200, await took.text());
    for (;;) {
      const { body } = await realm.call('GET', `/ui-ext/client-uses?ids=${id}`);
      if (body[id]) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await page.goto(url('/clients?q=worker-bee'));
    await row.locator('time').waitFor();
    await realm.call('DELETE', `/clients/${id}`);
  } finally {
    await context.close();
  }
}

/** Filters are links that put a word into the query and take it out again; the server narrows and pages, without scripts. */
export async function clientsAreNarrowedByFilters(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  const filters = page.getByRole('navigation', { name: 'Filters' });
  const press = async (name) => filters.getByRole('link', { name: new RegExp(`^${name}( \\(|$)`) }).click();
  const shown = async () => (await page.locator('tbody tr').count()) && page.locator('tbody tr th').allInnerTexts();
  const asked = () => new URL(page.url()).searchParams.get('q') ?? '';
  const made = [];
  try {
    for (let n = 10; n < 70; n += 1) made.push(await client(realm, `narrow-${n}`, { publicClient: true, enabled: n !== 10 }));
    made.push(await client(realm, 'narrow-idp', { protocol: 'saml', publicClient: false }));
    made.push(await client(realm, 'narrow-secret', { publicClient: false, name: '{"publicClient":true}' }));
    await page.goto(url('/clients?q=narrow-'));
    await press('Public');
    assert.equal(asked(), 'narrow- access:public');
    assert.equal((await shown()).length, 50);
    await page.getByRole('link', { name: 'Next' }).click();
    assert.deepEqual([asked(), (await shown()).length], ['narrow- access:public', 10]);
    // Another filter begins at the first page again, and one of the same kind takes the place of the first.
    await press('Disabled');
    assert.deepEqual([asked(), await shown()], ['narrow- access:public enabled:false', ['narrow-10']]);
    await press('Confidential');
    assert.equal(asked(), 'narrow- enabled:false access:confidential');
    assert.equal(await shown(), 0);
    await press('Disabled');
    assert.deepEqual(await shown(), ['narrow-idp', 'narrow-secret']);
    await press('SAML');
    assert.deepEqual(await shown(), ['narrow-idp']);
    assert.equal(await filters.locator('[aria-current=true]').count(), 2);
    // Of each kind there is one, and of each a filter.
    await page.goto(url('/clients?q=kind-'));
    const kinds = {
      'Web application': { publicClient: false },
      'Single-page application': { redirectUris: ['https://spa.example/*'] },
      'App or command line': { redirectUris: ['app.example:/callback'] },
      Machine: { publicClient: false, standardFlowEnabled: false, serviceAccountsEnabled: true },
      API: { publicClient: false, standardFlowEnabled: false },
    };
    for (const [kind, settings] of Object.entries(kinds)) {
      made.push(await client(realm, `kind-${kind.toLowerCase().replaceAll(' ', '-')}`, { publicClient: true, ...settings }));
    }
    for (const kind of Object.keys(kinds)) {
      await press(kind);
      assert.deepEqual(await shown(), [`kind-${kind.toLowerCase().replaceAll(' ', '-')}`]);
    }
    await page.goto(url('/clients?q=narrow- protocol:saml access:confidential'));
    // What is typed beside it stays narrowed, and the file has what the list has.
    await page.getByRole('main').getByRole('searchbox').fill('narrow- protocol:openid-connect access:confidential');
    await page.getByRole('main').getByRole('button', { name: 'Search' }).click();
    assert.deepEqual(await shown(), ['narrow-secret']);
    const file = await page.request.get(await page.getByRole('link', { name: 'CSV' }).evaluate((link) => link.href));
    assert.deepEqual((await file.text()).trim().split('\r\n').slice(1).map((line) => line.split(',')[0]), ['narrow-secret']);
    await assert.rejects(realm.call('GET', '/ui-ext/clients?access=everybody'), /answered 400/);
    await assert.rejects(realm.call('GET', '/ui-ext/clients?enabled=perhaps'), /answered 400/);
  } finally {
    for (const id of made) await realm.call('DELETE', `/clients/${id}`);
    await context.close();
  }
}

/** The kinds of providers that are offered are those that people can come from, and each has a form. */
export async function eachKindThatIsOfferedHasItsForm(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  try {
    await page.goto(url('/identity-providers'));
    const kinds = await page.locator('select[name=kind] option').evaluateAll((all) => all.map(({ value }) => value));
    assert.ok(kinds.includes('oidc') && kinds.includes('saml') && kinds.length > 10, kinds.join());
    for (const kind of ['kubernetes', 'jwt-authorization-grant']) {
      assert.ok(!kinds.includes(kind), kind);
      assert.equal((await page.goto(url(`/identity-providers/new?kind=${kind}`))).status(), 404, kind);
    }
    for (const kind of kinds) {
      assert.equal((await page.goto(url(`/identity-providers/new?kind=${kind}`))).status(), 200, kind);
      const field = kind === 'saml' ? 'f-config-singleSignOnServiceUrl' : 'f-config-clientId';
      assert.equal(await page.locator(`[name="${field}"]`).count(), 1, kind);
    }
    // Of a secret it says that there is one, and of a new provider what has to be registered there.
    await page.goto(url('/identity-providers/{provider}'));
    const secret = page.locator('.field', { has: page.locator('[name="f-config-clientSecret"]') });
    assert.match(await secret.innerText(), /Set here/);
    await page.goto(url('/identity-providers/new?kind=oidc'));
    assert.match(await page.locator('main').innerText(), /\/realms\/[^/]+\/broker\/…\/endpoint/);
    // One that came with a realm is shown without fields that it does not have.
    await scene.realm.call('POST', '/identity-provider/instances', { alias: 'cluster', providerId: 'kubernetes', config: {} });
    assert.equal((await page.goto(url('/identity-providers/cluster'))).status(), 200);
    assert.equal(await page.locator('[name="f-config-clientId"]').count(), 0);
    await scene.realm.call('DELETE', '/identity-provider/instances/cluster');
  } finally {
    await context.close();
  }
}

/** A new directory begins with what its vendor usually has. */
export async function aDirectoryBeginsAsItsVendorIs(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const usual = 'inetOrgPerson, organizationalPerson';
  const rows = [
    ['Active Directory', 'ad', 'cn', 'objectGUID', 'person, organizationalPerson, user'],
    ['Red Hat Directory Server', 'rhds', 'uid', 'nsuniqueid', usual],
    ['Tivoli', 'tivoli', 'uid', 'uniqueidentifier', usual],
    ['Novell eDirectory', 'edirectory', 'uid', 'guid', usual],
    ['another', 'other', 'uid', 'entryUUID', usual],
  ];
  try {
    for (const [label, vendor, name, id, classes] of rows) {
      await page.goto(url('/directories'));
      await page.locator('select[name=vendor]').selectOption({ label });
      await page.getByRole('button', { name: 'Connect a directory' }).click();
      const value = (key) => page.locator(`[name="f-config-${key}"]`).inputValue();
      const names = ['vendor', 'usernameLDAPAttribute', 'rdnLDAPAttribute', 'uuidLDAPAttribute', 'userObjectClasses'];
      assert.deepEqual(await Promise.all(names.map(value)), [vendor, name, name, id, classes], label);
    }
  } finally {
    await context.close();
  }
}

/** What a token is said to hold is what it holds, claim for claim and in the same letters; only its moment differs. */
export async function aPreviewIsWhatIsIssued(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm, password } = scene;
  // What says when, and in which session.
  const moment = ['exp', 'iat', 'auth_time', 'jti', 'sid'];
  const plain = (claims) => JSON.stringify(claims, (name, value) => (moment.includes(name) ? 'then' : value));
  const id = await client(realm, 'previewed', { directAccessGrantsEnabled: true });
  try {
    const answer = await fetch(`${realm.issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'previewed', username: 'ada', password, scope: 'openid' }),
    });
    const tokens = await answer.json();
    for (const [kind, name] of [
      ['access-token', 'access_token'],
      ['id-token', 'id_token'],
    ]) {
      const issued = JSON.parse(Buffer.from(tokens[name].split('.')[1], 'base64url').toString());
      // Of the access token beside it, which a preview has not.
      delete issued.at_hash;
      await page.goto(url(`/clients/${id}/tokens?user=ada&scope=openid&kind=${kind}`));
      const shown = JSON.parse(await page.locator('pre.code').first().textContent());
      assert.equal(plain(shown), plain(issued), kind);
    }
  } finally {
    await realm.call('DELETE', `/clients/${id}`);
    await context.close();
  }
}
