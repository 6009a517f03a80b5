// Nobody sees or changes anything without the right for it, and no form of a stranger counts.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACTIONS, FILES, PAGES } from './list.mjs';
import { fill } from './scene.mjs';
import { Visitor } from './visitor.mjs';

const SOURCES = fileURLToPath(new URL('../../../../cloakroom-console/src/page/', import.meta.url));

/** Every address that the console's sources name: `show /users`, `change /users/bulk`. */
async function routes() {
  const found = new Set();
  for (const file of await readdir(SOURCES, { recursive: true })) {
    if (!file.endsWith('.rs')) continue;
    const text = await readFile(join(SOURCES, file), 'utf8');
    const table = text.match(/const ROUTES: &\[Route\] =([\s\S]*?)\];/)?.[1] ?? '';
    for (const route of table.split('Route::').slice(1)) {
      const [, kind, path] = route.match(/^(show|change)\(\s*"([^"]+)"/);
      const plain = path.replaceAll(/\{(\w+):[^}]*\}/g, '{$1}');
      found.add(`${kind} ${plain}`);
      if (route.includes('.and_change(')) found.add(`change ${plain}`);
    }
  }
  return found;
}

/** Whether a listed address is one of a route: parts in braces stand for anything. */
function fits(route, listed) {
  const a = route.split('/');
  const b = listed.split('?')[0].split('/');
  return a.length === b.length && a.every((part, index) => part === b[index] || /^\{/.test(part));
}

/** Addresses that only redirect, or that change nothing of the realm. */
const ELSEWHERE = [
  'show /branding/preview.css',
  'change /preferences',
  'change /inspector',
  'change /views',
  'change /views/forget',
];

/** Each address of the sources is in the lists, so that the tests below leave none out. */
export async function listsAreComplete() {
  const missing = [...(await routes())].filter((route) => {
    const [kind, path] = route.split(' ');
    const listed = kind === 'show' ? [...PAGES, ...FILES] : ACTIONS;
    return !ELSEWHERE.includes(route) && !listed.some((one) => fits(path, one.path));
  });
  assert.deepEqual(missing, []);
}

/** What of the realm can be seen over the API: nothing of it may differ after refused changes. */
async function state(realm) {
  const users = (await realm.call('GET', '/users?max=1000')).body;
  const parts = (await realm.call('POST', '/partial-export?exportClients=true&exportGroupsAndRoles=true')).body;
  const keys = (await realm.call('GET', '/keys')).body;
  const alerts = (await realm.call('GET', '/ui-ext/alerts')).body;
  return JSON.stringify({ users, parts, keys, alerts });
}

/** An administrator of the realm with these roles alone, signed in. */
async function deputy(scene, name, roles) {
  const { realm } = scene;
  const id = await realm.createUser(name, 'an honest passphrase');
  const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
  for (const role of roles) {
    const { body } = await realm.call('GET', `/clients/${manager.id}/roles/${role}`);
    await realm.grantClientRole(id, manager.id, body);
  }
  const visitor = new Visitor(realm.admin.base, realm.name);
  await visitor.signIn(name, 'an honest passphrase');
  return visitor;
}

/** Without the right, each page is a refusal that shows nothing, and each form changes nothing. */
export async function nothingWithoutARight(scene, report) {
  const visitor = await deputy(scene, 'deputy-none', ['view-authorization']);
  const before = await state(scene.realm);
  for (const page of PAGES.filter(({ rights }) => rights.length > 0)) {
    await report.test(`${page.name}: 403 without the right, and nothing shown`, async () => {
      const { status, text } = await visitor.open(visitor.url(fill(page.path, scene)));
      assert.equal(status, 403);
      for (const secret of ['ada@example.org', 'Shop of ada', 'elsewhere.example']) assert.ok(!text.includes(secret), secret);
    });
  }
  for (const { path } of FILES) {
    await report.test(`${path}: 403 without the right, and nothing sent`, async () => {
      const response = await visitor.send(visitor.url(fill(path, scene)));
      assert.equal(response.status, 403);
      assert.ok(!(await response.text()).includes('Shop of ada'));
    });
  }
  for (const { path, fields } of ACTIONS) {
    await report.test(`${path}: 403 without the right`, async () => {
      const filled = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fill(value, scene)]));
      const { status } = await visitor.post(fill(path, scene), filled);
      assert.equal(status, 403);
    });
  }
  await report.test('refused forms have changed nothing', async () => assert.equal(await state(scene.realm), before));
}

/** With one of the rights, and those that a page needs beside it, the page is there. */
export async function pagesWithEachRight(scene, report) {
  const rights = new Set(PAGES.filter(({ isElsewhere }) => !isElsewhere).flatMap((page) => page.rights));
  for (const right of rights) {
    await report.test(`${right} alone shows the pages that it is for`, async () => {
      const visitor = await deputy(scene, `deputy-${right}`, [right]);
      const refused = [];
      for (const page of PAGES.filter((page) => page.rights.includes(right) || page.rights.length === 0)) {
        const more = page.with ?? [];
        const who = more.length === 0 ? visitor : await deputy(scene, `deputy-${right}-${page.name}`, [right, ...more]);
        const { status } = await who.open(who.url(fill(page.path, scene)));
        if (status !== 200) refused.push(`${page.name}: ${status}`);
      }
      assert.deepEqual(refused, []);
    });
  }
}

/** Whoever may see what stands in them gets the files. */
export async function filesWithTheRight(scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  const refused = [];
  for (const { path } of FILES.filter(({ isEndless, isElsewhere }) => !isEndless && !isElsewhere)) {
    const { status } = await visitor.send(visitor.url(fill(path, scene)));
    if (status !== 200) refused.push(`${path}: ${status}`);
  }
  assert.deepEqual(refused, []);
}

/** A link to try a provider is shown to whom the page behind it is: who only sees providers is not led to a refusal. */
export async function aTrialIsOfferedToWhoMayTryIt(scene) {
  for (const [right, status] of [
    ['view-identity-providers', 403],
    ['manage-identity-providers', 200],
  ]) {
    const visitor = await deputy(scene, `trying-${right}`, [right]);
    const page = await visitor.open(visitor.url(`/identity-providers/${scene.provider}`));
    assert.equal(page.status, 200);
    assert.equal(page.text.includes(`/identity-providers/${scene.provider}/trial`), status === 200, right);
    assert.equal((await visitor.open(visitor.url(`/identity-providers/${scene.provider}/trial`))).status, status, right);
  }
}

/** A form counts only with the token of this session, sent by a page of this server. */
export async function formsOfStrangers(scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', 'an honest passphrase');
  const make = (name, options) => visitor.post('/users/new', { 'f-username': name }, options);
  const refused = [
    await make('no-token', { csrf: null }),
    await make('wrong-token', { csrf: 'x'.repeat(43) }),
    await make('foreign-origin', { headers: { origin: 'https://evil.example' } }),
    await make('no-origin', { headers: { origin: 'null' } }),
    await make('cross-site', { headers: { 'sec-fetch-site': 'cross-site' } }),
    await make('same-site', { headers: { 'sec-fetch-site': 'same-site' } }),
  ];
  assert.deepEqual(refused.map(({ status }) => status), refused.map(() => 403));
  const made = await make('honest', { headers: { origin: scene.realm.admin.base, 'sec-fetch-site': 'same-origin' } });
  assert.equal(made.status, 303, made.text.slice(0, 300));
  const users = (await scene.realm.call('GET', '/users?max=1000')).body.map(({ username }) => username);
  const strangers = ['no-token', 'wrong-token', 'foreign-origin', 'no-origin', 'cross-site', 'same-site'];
  assert.deepEqual(strangers.filter((name) => users.includes(name)), []);
  assert.ok(users.includes('honest'));
}

/** What ends the sign-in at the provider ends the console, with the next request. */
export async function endsWithTheSession(scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', 'an honest passphrase');
  const is = async () => (await visitor.send(visitor.url('/users'))).status;
  assert.equal(await is(), 200);
  const [boss] = (await scene.realm.call('GET', '/users?exact=true&username=boss')).body;
  await scene.realm.call('POST', `/users/${boss.id}/logout`);
  assert.equal(await is(), 302);
}
