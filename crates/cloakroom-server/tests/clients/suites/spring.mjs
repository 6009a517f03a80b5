// A Spring Boot resource server, which checks issuer, keys, audience and roles of access tokens as Spring Security does, and a
// web application that signs people in; both are set up by what the console's Quickstart tabs show.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from '../harness/browser.mjs';
import { ensurePackages, findProgram, finish, freePort, start, waitFor } from '../harness/process.mjs';
import { Quickstart } from '../harness/snippet.mjs';
import { isNewer, target } from '../harness/target.mjs';

const SOURCE = fileURLToPath(new URL('../spring/', import.meta.url));
const SECRET = 'a-client-secret-for-spring';
const PASSWORD = 'an honest passphrase';

export async function run(report, admin) {
  await ensurePackages(
    ['maven', 'default-jdk-headless'],
    () => findProgram('mvn') !== null && findProgram('javac') !== null,
  );
  const classPath = await build();
  const realm = await admin.createRealm('spring');
  const other = await admin.createRealm('spring-other');
  const folder = await mkdtemp(join(tmpdir(), 'spring-'));
  const origin = `http://localhost:${await freePort()}`;
  let api, app;
  try {
    const clients = await prepare(realm, origin);
    await prepare(other, origin);
    const quickstart = await Quickstart.open(realm);
    const base = `http://127.0.0.1:${await freePort()}`;
    const begin = async (name, snippet, client, address, more) => {
      const file = join(folder, `${name}.yml`);
      await writeFile(file, await quickstart.text(client, snippet));
      return begun(classPath, name, [`--spring.config.additional-location=file:${file}`, ...more], address);
    };
    api = await begin('orders.ResourceServer', 'spring-api', clients.api, `${base}/public`, ['--server.address=127.0.0.1']);
    await tests(report, base, realm, other);
    await api.stop();
    app = await begin('shop.WebApp', 'spring', clients.shop, `${origin}/`, ['--server.address=localhost']);
    await report.test('a web application signs people in', async () => {
      const page = await new Browser().signIn(`${origin}/`, 'ada', PASSWORD);
      assert.equal(page.text, 'ada', page.html);
    });
  } finally {
    await api?.stop();
    await app?.stop();
    await rm(folder, { recursive: true, force: true });
    await realm.remove();
    await other.remove();
  }
}

/** A Spring application that answers at its address. */
async function begun(classPath, name, options, address) {
  const memory = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', classPath];
  const usual = [`--server.port=${new URL(address).port}`, '--spring.main.banner-mode=off'];
  const env = { ...process.env, CLIENT_SECRET: SECRET };
  const server = start(findProgram('java'), [...memory, name, ...usual, ...options], { env });
  const answers = async () => (await fetch(address, { redirect: 'manual' })).status < 500;
  try {
    await waitFor(name, async () => !server.running() || answers(), 120_000);
    if (!server.running()) throw new Error(`${name} did not start: ${server.output().slice(0, 3000)}`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** Fetches the libraries and compiles the server, unless an earlier run did. */
async function build() {
  const folder = target('spring');
  const list = join(folder, 'classpath');
  const compiled = join(folder, 'classes');
  await mkdir(compiled, { recursive: true });
  if (!(await isNewer(list, join(SOURCE, 'pom.xml')))) {
    await finish(findProgram('mvn'), ['-q', '-B', '-f', SOURCE, 'dependency:build-classpath', `-Dmdep.outputFile=${list}`]);
  }
  const libraries = (await readFile(list, 'utf8')).trim();
  const programs = ['orders/ResourceServer', 'shop/WebApp'].map((name) => [join(compiled, `${name}.class`), join(SOURCE, `${name.split('/')[1]}.java`)]);
  for (const [made, source] of programs) {
    if (!(await isNewer(made, source))) await finish(findProgram('javac'), ['-parameters', '-cp', libraries, '-d', compiled, source]);
  }
  return [compiled, libraries].join(delimiter);
}

/** Ada has the role `staff` and a role of the API, which is why her tokens are meant for the API; Bob has neither. */
async function prepare(realm, origin) {
  const ada = await realm.createUser('ada', PASSWORD);
  const carl = await realm.createUser('carl', PASSWORD);
  await realm.createUser('bob', PASSWORD);
  const api = await realm.createClient({ clientId: 'orders-api', secret: SECRET, standardFlowEnabled: false });
  const reader = await realm.createClientRole(api, 'reader');
  await realm.grantClientRole(ada, api, reader);
  await realm.grantClientRole(carl, api, reader);
  await realm.grantRealmRole(ada, await realm.createRealmRole('staff'));
  await realm.createClient({ clientId: 'app', secret: SECRET, standardFlowEnabled: false, directAccessGrantsEnabled: true });
  const shop = await realm.createClient({
    clientId: 'shop',
    secret: SECRET,
    rootUrl: origin,
    redirectUris: [`${origin}/login/oauth2/code/cloakroom`],
    attributes: { 'pkce.code.challenge.method': 'S256' },
  });
  return { api, shop };
}

async function tokens(realm, username) {
  const response = await fetch(`${realm.issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'app',
      client_secret: SECRET,
      username,
      password: PASSWORD,
      scope: 'openid',
    }),
  });
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body;
}

const ask = (base, path, token) => fetch(`${base}${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {});

async function assertRefused(response, reason) {
  assert.equal(response.status, 401, await response.text());
  assert.match(response.headers.get('www-authenticate') ?? '', reason);
}

async function tests(report, base, realm, other) {
  await report.test('an access token is accepted, with the realm roles as authorities', async () => {
    const response = await ask(base, '/me', (await tokens(realm, 'ada')).access_token);
    assert.equal(response.status, 200, response.headers.get('www-authenticate'));
    const me = await response.json();
    assert.equal(me.name, 'ada');
    for (const authority of ['ROLE_staff', 'ROLE_offline_access', 'SCOPE_openid', 'SCOPE_email'])
      assert.ok(me.authorities.includes(authority), `${authority} in ${me.authorities}`);
  });

  await report.test('a role and a scope open a page', async () => {
    const { access_token: token } = await tokens(realm, 'ada');
    assert.equal((await ask(base, '/staff', token)).status, 200);
    assert.equal((await ask(base, '/orders', token)).status, 200);
  });

  await report.test('a user without the role is forbidden', async () => {
    assert.equal((await ask(base, '/staff', (await tokens(realm, 'carl')).access_token)).status, 403);
  });

  await report.test('no token is 401', async () => {
    await assertRefused(await ask(base, '/me'), /^Bearer/);
  });

  await report.test('a token for another audience is refused', async () => {
    await assertRefused(await ask(base, '/me', (await tokens(realm, 'bob')).access_token), /aud/);
  });

  await report.test('a token of another realm is refused', async () => {
    await assertRefused(await ask(base, '/me', (await tokens(other, 'ada')).access_token), /invalid_token/);
  });

  await report.test('an ID token is no access token', async () => {
    await assertRefused(await ask(base, '/me', (await tokens(realm, 'ada')).id_token), /invalid_token/);
  });

  await report.test('a token with another signature is refused', async () => {
    const [header, payload] = (await tokens(realm, 'ada')).access_token.split('.');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged = sign('sha256', Buffer.from(`${header}.${payload}`), privateKey).toString('base64url');
    await assertRefused(await ask(base, '/me', `${header}.${payload}.${forged}`), /invalid_token/);
  });

  await report.test('a token without a signature is refused', async () => {
    const payload = (await tokens(realm, 'ada')).access_token.split('.')[1];
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    await assertRefused(await ask(base, '/me', `${none}.${payload}.`), /invalid_token/);
  });
}
