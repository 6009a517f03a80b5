// A key that signs gives way to another, through the console and under load, and no client notices. In an emergency each of them does.
// Server and clients live by a clock that the test sets, so an hour passes in moments, and what waits for it is what an operator has.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../clients/harness/process.mjs';
import { signedIn } from './journeys.mjs';
import { makeRealm, withServer } from './world.mjs';

const CLIENTS = fileURLToPath(new URL('../../clients/harness/strict.mjs', import.meta.url));
const MINUTE = 60;
/** No token lives longer here, in seconds. */
const LIFESPAN = 2 * 60 * MINUTE;
/** Long enough for a client that has joined to fetch its keys, in milliseconds. */
const WHILE = 400;
/** What is verified at least before it counts as seen. */
const MANY = 100;

/** A realm that signs with ES256, and the client whose tokens are verified. */
async function prepare(admin) {
  const made = await makeRealm(admin, 'rotation', {
    defaultSignatureAlgorithm: 'ES256',
    accessTokenLifespan: 15 * MINUTE,
    ssoSessionMaxLifespan: LIFESPAN,
    ssoSessionIdleTimeout: LIFESPAN,
  });
  const { realm } = made;
  const { id: parentId } = (await realm.call('GET', '')).body;
  const config = { ecdsaEllipticCurveKey: ['P-256'], priority: ['100'], enabled: ['true'], active: ['true'] };
  await realm.call('POST', '/components', { name: 'first', providerId: 'ecdsa-generated', providerType: 'org.keycloak.keys.KeyProvider', parentId, config });
  await realm.createClient({ clientId: 'api', secret: 'known to the test', serviceAccountsEnabled: true });
  return made;
}

/** The clients at their work. What they tell is since the start, or since they were told to forget. */
async function startClients(realm, clock) {
  const env = { ...process.env, ...clock.env };
  const child = fork(CLIENTS, [realm.issuer, 'api', 'known to the test'], { env });
  const ended = once(child, 'exit').then(([status]) => assert.fail(`the clients have ended with ${status}`));
  ended.catch(() => {});
  const ask = async (ask) => {
    const answer = once(child, 'message');
    child.send({ ask });
    const [told] = await Promise.race([answer, ended]);
    return told;
  };
  return {
    ask,
    /** Waits until tokens of a key were verified often enough, or failed to be. */
    seen: (kid) =>
      waitFor(`tokens of ${kid}`, async () => {
        const told = await ask('tell');
        return (told.verified[kid] ?? 0) > MANY || told.failed > 0 ? told : null;
      }),
    async stop() {
      const end = once(child, 'exit');
      child.send({ ask: 'stop' });
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await end;
      clearTimeout(late);
    },
  };
}

/** The keys of ES256 as the API has them, by their state. */
async function keysOf(realm) {
  const { active, keys } = (await realm.call('GET', '/keys')).body;
  const mine = keys.filter(({ algorithm }) => algorithm === 'ES256');
  return { signing: mine.find(({ kid }) => kid === active.ES256), all: mine };
}

/** The page of the keys for an administrator who signs in anew: their last session may be over by the clock. */
async function atKeys(browser, scene, part) {
  const { page, context, url } = await signedIn(browser, scene);
  try {
    await page.goto(url('/keys'));
    return await part(page, url);
  } finally {
    await context.close();
  }
}

const rowOf = (page, { kid }) => page.getByRole('row').filter({ hasText: kid }).last();

/** What the row offers as the next step is not there yet before so many seconds have passed, and then works. */
async function stepWhenReady(browser, { scene, clock }, key, button, wait) {
  if (wait > 0) {
    await clock.pass(wait - MINUTE);
    await atKeys(browser, scene, async (page) => {
      assert.equal(await rowOf(page, key).getByRole('button').count(), 0, `${button} is offered too early`);
    });
    await clock.pass(2 * MINUTE);
  }
  await atKeys(browser, scene, async (page) => {
    await rowOf(page, key).getByRole('button', { name: button }).click();
    await page.locator('.toast, [role=status]').first().waitFor();
  });
}

/** From one key to the next and until the old one is gone: plan, publish, switch, withdraw. */
async function rotate(browser, world) {
  const { scene, clients, clock } = world;
  const { signing: old } = await keysOf(scene.realm);
  await clients.seen(old.kid);
  // The others come to their keys at other times, the last of them the moment before there are new ones.
  await clock.pass(25 * MINUTE);
  await clients.ask('join');
  await clock.pass(25 * MINUTE);
  await clients.ask('join');
  await pause(WHILE);
  const next = await atKeys(browser, scene, async (page, url) => {
    await page.getByLabel('Algorithm').selectOption('ES256');
    await page.getByRole('button', { name: 'Publish a new key' }).click();
    await page.getByText('Published. Let it sign in an hour.').waitFor();
    const key = (await keysOf(scene.realm)).all.find(({ kid }) => kid !== old.kid);
    // Sooner only by typing the key's id: somebody would notice.
    await page.goto(url(`/keys/${key.providerId}`));
    await page.getByRole('button', { name: 'Let it sign' }).click();
    await page.getByText('The key ID was not typed as it is. Nothing was changed.').waitFor();
    return key;
  });
  const { keys } = await (await fetch(`${scene.realm.issuer}/protocol/openid-connect/certs`)).json();
  assert.ok(keys.some(({ kid }) => kid === next.kid), 'it is not published');
  assert.equal((await keysOf(scene.realm)).signing.kid, old.kid);
  await stepWhenReady(browser, world, next, 'Let it sign', 60 * MINUTE);
  assert.equal((await keysOf(scene.realm)).signing.kid, next.kid);
  await clients.seen(next.kid);
  await stepWhenReady(browser, world, old, 'Only verify', 0);
  await stepWhenReady(browser, world, old, 'Withdraw', LIFESPAN);
  await clock.pass(5 * MINUTE);
  await stepWhenReady(browser, world, old, 'Delete', 0);
  assert.deepEqual((await keysOf(scene.realm)).all.map(({ kid }) => kid), [next.kid]);
  await clock.pass(65 * MINUTE);
  return { old, next };
}

/** A key in the wrong hands goes at once: the console says first how many lose what, and clients notice until they ask again. */
async function replaceAtOnce(browser, { scene, clients, clock }, key) {
  await clients.ask('forget');
  await atKeys(browser, scene, async (page, url) => {
    const { count } = (await scene.realm.call('GET', '/ui-ext/sessions/count?type=REGULAR')).body;
    assert.ok(count > 0, 'nobody is signed in');
    await page.goto(url(`/keys/${key.providerId}`));
    const card = page.locator('section, .card').filter({ has: page.getByRole('heading', { name: 'Emergency' }) }).last();
    assert.match(await card.innerText(), new RegExp(`\\b${count} session`), 'it does not say how many sessions end');
    const replace = page.locator('form', { has: page.getByRole('button', { name: 'Replace it now' }) });
    await replace.getByRole('button').click();
    await page.getByText('The key ID was not typed as it is. Nothing was changed.').waitFor();
    assert.equal((await keysOf(scene.realm)).signing.kid, key.kid);
    assert.equal((await clients.seen(key.kid)).failed, 0);
    await replace.getByRole('textbox').fill(key.kid);
    await replace.getByRole('button').click();
    await page.getByText('Replaced. Tokens of the old key are refused.').waitFor();
  });
  const { signing } = await keysOf(scene.realm);
  assert.notEqual(signing.kid, key.kid);
  await waitFor('a client that notices', async () => (await clients.ask('tell')).failed > 0);
  await clock.pass(61 * MINUTE);
  await clients.ask('forget');
  const told = await clients.seen(signing.kid);
  assert.deepEqual(told.failures, []);
}

/** Step by step nobody notices, and at once everybody does. */
async function watch(browser, world) {
  const { old, next } = await rotate(browser, world);
  const told = await world.clients.ask('tell');
  assert.deepEqual({ failed: told.failed, failures: told.failures }, { failed: 0, failures: [] });
  for (const { kid } of [old, next]) assert.ok(told.verified[kid] > MANY, `${told.verified[kid]} of ${kid}`);
  // They are as strict as they claim: none has asked for keys twice in an hour.
  assert.equal(told.fetches.length, 3);
  for (const times of told.fetches) {
    assert.ok(times.length > 1, `one has fetched ${times.length} times`);
    for (const [index, at] of times.slice(1).entries()) assert.ok(at - times[index] >= 60 * MINUTE * 1000, `${times}`);
  }
  await replaceAtOnce(browser, world, next);
}

/** Nobody notices a rotation that goes step by step, whenever they fetched their keys; everybody notices the other kind. */
export async function aKeyGivesWayUnderLoad(browser, clockwork) {
  await withServer(clockwork, async ({ admin, clock }) => {
    const scene = await prepare(admin);
    const clients = await startClients(scene.realm, clock);
    try {
      await watch(browser, { scene, clients, clock });
    } finally {
      await clients.stop();
    }
  });
}
