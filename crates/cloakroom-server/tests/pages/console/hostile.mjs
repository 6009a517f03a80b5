// Forms that no page of ours would send: too long, of another kind, of another realm, twice, or to nowhere.
import assert from 'node:assert/strict';
import { ACTIONS } from './list.mjs';
import { fill } from './scene.mjs';
import { Visitor } from './visitor.mjs';

const MARK = '<x-evil a="\'">&\u202e\u0000{{7*7}}${7*7}';

/** What is put in place of each value: the whole table is sent to every address that changes something. */
const VALUES = {
  'far too long': 'A'.repeat(100_000),
  'markup and control letters': MARK,
  nothing: '',
  'a number beyond all': '-1e999',
  'a list': '["a"]',
};

/** Whether an answer is one that a stranger may get: no fault of ours, and nothing of theirs as markup. */
function isCalm({ status, text }) {
  return status < 500 && !text.includes('<x-evil');
}

/** Every address takes hostile values with a refusal or as plain text, and never with a fault of the server. */
export async function noFormIsAFaultOfTheServer(_browser, scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  // What deletes comes last, so that the others find something.
  // And at the very end, what ends the administrator's own session.
  const last = ({ path }) => Number(/delete|lock|bulk|settings/.test(path)) + 2 * Number(/impersonate/.test(path));
  const table = [...ACTIONS].sort((a, b) => last(a) - last(b));
  const wrong = [];
  for (const { path, fields } of table) {
    const names = Object.keys(fields);
    const target = fill(path, scene);
    const rows = Object.entries(VALUES).map(([what, value]) => [what, names.map((name) => [name, value])]);
    rows.push(['each field twice', names.flatMap((name) => [[name, 'a'], [name, MARK]])]);
    rows.push(['names of nobody', [['__proto__', MARK], ['f-', MARK], ['constructor[x]', MARK]]]);
    for (const [what, pairs] of rows) {
      const answer = await visitor.post(target, pairs);
      if (!isCalm(answer)) wrong.push(`${path}, ${what}: ${answer.status}`);
    }
  }
  assert.deepEqual(wrong, []);
}

/** Things of another realm are not there, whatever is done with them, and stay as they are. */
export async function thingsOfAnotherRealmAreNotThere(_browser, scene) {
  const { admin } = scene.realm;
  const first = async (path) => (await admin.call('GET', `/master${path}`)).body[0];
  const client = await first('/clients?clientId=admin-cli');
  const foreign = {
    ...scene,
    user: (await first('/users?max=1')).id,
    role: (await first('/roles?max=1')).id,
    client: client.id,
    scope: (await first('/client-scopes')).id,
    key: (await admin.call('GET', '/master/keys')).body.keys[0].providerId,
  };
  const state = async () =>
    JSON.stringify([
      (await admin.call('GET', '/master/users')).body,
      (await admin.call('POST', '/master/partial-export?exportClients=true&exportGroupsAndRoles=true')).body,
      (await admin.call('GET', '/master/keys')).body,
    ]);
  const before = await state();
  const visitor = new Visitor(admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  const taken = [];
  for (const { path, fields } of ACTIONS.filter(({ path }) => /\{(user|role|client|scope|key)\}/.test(path))) {
    const pairs = Object.entries(fields).map(([name, value]) => [name, fill(value, foreign)]);
    const { status } = await visitor.post(fill(path, foreign), pairs);
    if (status < 400 || status >= 500) taken.push(`${path}: ${status}`);
  }
  assert.deepEqual(taken, []);
  assert.equal(await state(), before);
}

/** Addresses of nothing are told so, and say nothing back as markup. */
export async function addressesOfNothingAreNotFound(_browser, scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  const wrong = [];
  for (const path of [
    '/nonsense',
    '/users/%00',
    '/users/..%2f..%2fmaster',
    `/users/${'a'.repeat(4000)}`,
    `/users/${encodeURIComponent(MARK)}`,
    '/history/user/x/y',
    '/history/nothing/x/y',
    '/recycle-bin/x',
    '/jobs/x',
    '/jobs/x/progress',
    '/settings/nothing',
    '/clients/x/mappers/y',
  ]) {
    const response = await visitor.send(visitor.url(path));
    const answer = { status: response.status, text: await response.text() };
    if (!isCalm(answer) || answer.status < 400) wrong.push(`GET ${path}: ${answer.status}`);
    const sent = await visitor.post(path, [['name', MARK]]);
    if (!isCalm(sent) || sent.status < 400) wrong.push(`POST ${path}: ${sent.status}`);
  }
  assert.deepEqual(wrong, []);
}
