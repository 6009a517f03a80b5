// What each of these pages has to be able to do before anything else: one way through each.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';
import { EVIL } from './scene.mjs';
import { Visitor } from './visitor.mjs';

/** Tokens of somebody who is signed in without a browser. */
async function tokens({ realm, password }, username) {
  const answer = await fetch(`${realm.issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', scope: 'openid', username, password }),
  });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  return body;
}

/** A client with an unsafe address says so with the reason, on its page and in the list; one that is mended says nothing. */
export async function anUnsafeAddressIsToldWithItsReason(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  const id = await realm.createClient({ clientId: 'unsafe', redirectUris: ['https://unsafe.example/*', 'http://unsafe.example/callback'] });
  try {
    await page.goto(url(`/clients/${id}/settings`));
    const reasons = [
      ['https://unsafe.example/*', 'A wildcard lets every page below it receive the code; name the exact address.'],
      ['http://unsafe.example/callback', 'Over plain HTTP the code can be read on its way.'],
    ];
    for (const [value, reason] of reasons) await page.getByRole('row').filter({ hasText: value }).filter({ hasText: reason }).waitFor();
    await page.getByLabel('Redirect URIs').fill('https://unsafe.example/callback');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    for (const [, reason] of reasons) assert.equal(await page.getByText(reason).count(), 0, reason);
  } finally {
    await context.close();
    await realm.call('DELETE', `/clients/${id}`);
  }
}

/** An application goes on with its secret while it is given the next one; then that alone counts, and in an emergency it does at once. */
export async function aSecretIsExchangedWithoutAGap(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  const id = await realm.createClient({ clientId: 'exchanged', secret: 'the first of three', serviceAccountsEnabled: true });
  const works = async (client_secret) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'exchanged', client_secret });
    return (await fetch(`${realm.issuer}/protocol/openid-connect/token`, { method: 'POST', body })).ok;
  };
  const current = async () => (await realm.call('GET', `/clients/${id}/client-secret`)).body.value;
  const renew = async (keep) => {
    await page.goto(url(`/clients/${id}/credentials`));
    await page.getByLabel('The secret before counts on').selectOption(keep);
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    await page.getByRole('status').first().waitFor();
    return current();
  };
  try {
    const second = await renew('for a day');
    assert.deepEqual([await works('the first of three'), await works(second)], [true, true]);
    await page.getByRole('heading', { name: 'The secret before' }).waitFor();
    await page.getByRole('button', { name: 'Forget it now' }).click();
    await page.getByRole('status').first().waitFor();
    assert.deepEqual([await works('the first of three'), await works(second)], [false, true]);
    const third = await renew('not at all: it is in the wrong hands');
    assert.deepEqual([await works(second), await works(third)], [false, true]);
    await assert.rejects(realm.call('POST', `/clients/${id}/client-secret?keep=99999999`), / 400: /);
    assert.equal(await current(), third);
  } finally {
    await context.close();
    await realm.call('DELETE', `/clients/${id}`);
  }
}

/** By keys alone: from the tree to a group, to the place that it goes, and there. */
export async function aGroupMovesByKeyboard(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const { realm } = scene;
  const { id: from } = await realm.call('POST', '/groups', { name: 'movable' });
  const { id: top } = await realm.call('POST', '/groups', { name: 'above' });
  const { id: to } = await realm.call('POST', `/groups/${top}/children`, { name: `place ${EVIL}` });
  const isAt = (locator) => locator.evaluate((element) => element === document.activeElement);
  /** Goes on with the tab key until that has the focus. */
  const tabTo = async (locator) => {
    for (let n = 0; n < 200; n += 1) {
      if (await isAt(locator)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail('no tab leads there');
  };
  try {
    await page.goto(url('/groups'));
    await tabTo(page.getByRole('link', { name: 'movable', exact: true }));
    await page.keyboard.press('Enter');
    await page.waitForURL(url(`/groups/${from}`));
    await tabTo(page.getByLabel('Inside of'));
    // A list of choices goes to what one types.
    await page.keyboard.type('/above/place');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Saved.').or(page.getByRole('status')).first().waitFor();
    const { body } = await realm.call('GET', `/groups/${from}`);
    assert.equal(body.parentId, to);
    assert.equal(await page.locator('[data-evil]').count(), 0);
  } finally {
    await context.close();
    await realm.call('DELETE', `/groups/${top}`);
  }
}

/** Sessions that a filter finds end after their number was shown, and no others do. */
export async function sessionsEndByAFilterAfterTheirNumber(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  const id = await realm.createUser('many-sessions', scene.password);
  try {
    const all = [];
    for (let n = 0; n < 3; n += 1) all.push(await tokens(scene, 'many-sessions'));
    const [other] = [await tokens(scene, 'ada')];
    await page.goto(url('/sessions?q=many-sessions'));
    await page.getByRole('link', { name: 'End 3 sessions' }).click();
    await page.getByText('End the 3 sessions that match “many-sessions”?').waitFor();
    assert.equal((await realm.call('GET', `/users/${id}/sessions`)).body.length, 3, 'they have ended before anybody was sure');
    await page.getByRole('button', { name: 'End 3 sessions' }).click();
    await page.getByText('3 ended.').waitFor();
    assert.deepEqual((await realm.call('GET', `/users/${id}/sessions`)).body, []);
    const refresh = async ({ refresh_token }) => {
      const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'admin-cli', refresh_token });
      return (await fetch(`${realm.issuer}/protocol/openid-connect/token`, { method: 'POST', body })).status;
    };
    for (const one of all) assert.equal(await refresh(one), 400);
    assert.equal(await refresh(other), 200);
  } finally {
    await context.close();
    await realm.call('DELETE', `/users/${id}`);
  }
}

/** The page of the keys says which programs have fetched them, and which of them know a key that is new. */
export async function whoFetchedTheKeysIsTold(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  const row = (agent) => page.locator('section, .card').filter({ has: page.getByRole('heading', { name: 'Who fetched the keys' }) }).last().getByRole('row').filter({ hasText: agent });
  const fetchAs = (agent) => fetch(`${realm.issuer}/protocol/openid-connect/certs`, { headers: { 'user-agent': agent } });
  /** The page again and again, until that is there. */
  const until = async (locator) => {
    for (const end = Date.now() + 30_000; (await locator().count()) === 0; ) {
      assert.ok(Date.now() < end, 'it does not appear');
      await page.goto(url('/keys'));
    }
  };
  try {
    await fetchAs('early/1');
    await fetchAs(`late/1 ${EVIL}`);
    await page.goto(url('/keys'));
    await until(() => row('early/1'));
    await page.getByLabel('Algorithm').selectOption('ES384');
    await page.getByRole('button', { name: 'Publish a new key' }).click();
    await page.getByText('Published. Let it sign in an hour.').waitFor();
    await row('early/1').getByText('has not arrived').waitFor();
    await fetchAs('early/1');
    await until(() => row('early/1').getByText('has arrived'));
    await row('late/1').getByText('has not arrived').waitFor();
    assert.equal(await page.locator('[data-evil]').count(), 0);
  } finally {
    const keys = (await realm.call('GET', '/keys')).body.keys.filter(({ algorithm }) => algorithm === 'ES384');
    for (const { providerId } of keys) await realm.call('DELETE', `/components/${providerId}`);
    await context.close();
  }
}

/** A token is taken apart and compared with another; that none of it is logged is what the look at this run's log shows. */
export async function aTokenIsTakenApart(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    const [first, second] = [await tokens(scene, 'ada'), await tokens(scene, 'boss')];
    await page.goto(url('/inspector'));
    await page.getByLabel('Token', { exact: true }).fill(first.access_token);
    await page.getByLabel('Another token to compare with').fill(second.access_token);
    await page.getByRole('button', { name: 'Inspect' }).click();
    await page.getByRole('heading', { name: 'Where they differ' }).waitFor();
    const claims = JSON.parse(Buffer.from(first.access_token.split('.')[1], 'base64url'));
    for (const value of [claims.sub, claims.sid, claims.azp]) await page.getByText(value).first().waitFor();
    assert.ok(!page.url().includes('eyJ'), 'the token is in the address');
    const [head, body] = first.access_token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: EVIL })).toString('base64url');
    await page.getByLabel('Token', { exact: true }).fill(`${head}.${forged}.${'A'.repeat(86)}`);
    await page.getByLabel('Another token to compare with').fill('');
    await page.getByRole('button', { name: 'Inspect' }).click();
    await page.getByText(EVIL).first().waitFor();
    assert.equal(await page.locator('[data-evil]').count(), 0);
    assert.notEqual(forged, body);
  } finally {
    await context.close();
  }
}

/** A secret at a provider that ends in less than thirty days is a warning, one that ends later is not, and one that has ended is more. */
export async function aSecretThatEndsSoonIsAWarning(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm, provider } = scene;
  const path = `/identity-provider/instances/${provider}`;
  const { body: before } = await realm.call('GET', path);
  const day = 24 * 60 * 60;
  try {
    for (const [days, look] of [
      [40, null],
      [29, 'warn'],
      [-1, 'danger'],
    ]) {
      const clientSecretExpiresAt = `${Math.floor(Date.now() / 1000) + days * day + 60}`;
      await realm.call('PUT', path, { ...before, config: { ...before.config, clientSecretExpiresAt } });
      await page.goto(url('/identity-providers/{provider}'));
      const fact = page.locator('main dl > div').filter({ hasText: 'Secret ends' });
      await fact.first().waitFor();
      for (const kind of ['warn', 'danger']) assert.equal(await fact.locator(`.pill.${kind}`).count(), kind === look ? 1 : 0, `${days} days`);
    }
  } finally {
    await realm.call('PUT', path, before);
    await context.close();
  }
}

/** A thousand events each second: the open page shows the last of them, keeps its size, and answers all the time. */
export async function aStormOfEventsFreezesNothing(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const RATE = 1000;
  const ROUNDS = 5;
  let round = 0;
  // The server sends no more than 200 at a look; here the page has to do with all of them, a thousand each second.
  await page.route('**/events/live**', async (route) => {
    round += 1;
    const time = Date.now();
    const one = (n) => ({ time, type: 'LOGIN_ERROR', class: 'danger', user: `user ${EVIL}`, url: '', client: 'shop', address: '192.0.2.1', details: [`round ${round} number ${n}`] });
    const lines = Array.from({ length: RATE }, (_, n) => `id: ${time}.${round}-${n}\ndata: ${JSON.stringify(one(n))}\n\n`);
    const body = `retry: 1000\n\n${round <= ROUNDS ? lines.join('') : ':\n\n'}`;
    await route.fulfill({ status: 200, contentType: 'text/event-stream', body });
  });
  try {
    await page.goto(url('/events'));
    // The longest that the page did not answer for, as a person would notice it.
    await page.evaluate(() => {
      window.longest = 0;
      let last = performance.now();
      setInterval(() => {
        const now = performance.now();
        window.longest = Math.max(window.longest, now - last);
        last = now;
      }, 10);
    });
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByText(`round ${ROUNDS} number ${RATE - 1}`, { exact: true }).waitFor();
    assert.ok((await page.locator('tbody tr').count()) <= 200, 'the list grows');
    assert.equal(await page.locator('[data-evil]').count(), 0);
    const longest = await page.evaluate(() => window.longest);
    assert.ok(longest < 1000, `it did not answer for ${longest} ms`);
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByText('Paused').waitFor();
  } finally {
    await context.close();
  }
}

/** What administrators did leaves as a file with what each change sent, as far as the query goes, and for nobody without the right. */
export async function theTrailOfAdministratorsLeavesAsAFile(_browser, scene) {
  const { realm, password } = scene;
  const visitor = new Visitor(realm.admin.base, realm.name);
  await visitor.signIn('boss', password);
  const { id } = await realm.call('POST', '/groups', { name: 'filed, and "quoted"' });
  const path = `/admin-events/export?q=path:groups/${id}`;
  const csv = await visitor.send(visitor.url(`${path}&as=csv`));
  assert.match(csv.headers.get('content-disposition'), /^attachment; filename=".*-admin-events\.csv"$/);
  const [head, row, ...rest] = (await csv.text()).split('\r\n');
  assert.equal(head, 'time,operationType,resourceType,resourcePath,authDetails/realmId,authDetails/clientId,authDetails/userId,authDetails/ipAddress,error,representation');
  assert.ok(row.includes(`CREATE,GROUP,groups/${id},`), row);
  assert.ok(row.includes('filed, and'), row);
  assert.deepEqual(rest, ['']);
  const json = await (await visitor.send(visitor.url(`${path}&as=json`))).json();
  assert.deepEqual(json, (await realm.call('GET', `/admin-events?resourcePath=groups/${id}`)).body);
  const nobody = await realm.createUser('no-trail', password);
  const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
  await realm.grantClientRole(nobody, manager.id, (await realm.call('GET', `/clients/${manager.id}/roles/view-users`)).body);
  const other = new Visitor(realm.admin.base, realm.name);
  await other.signIn('no-trail', password);
  assert.equal((await other.send(other.url(`${path}&as=csv`))).status, 403);
  await realm.call('DELETE', `/groups/${id}`);
}
