// Hostile requests made from Keycloak's OpenAPI document: every member of every body, every part of every path and every
// question of every query gets values that nobody honest sends, and administrators get in each other's way.
import { body } from './openapi/bodies.mjs';
import { operations, resolve } from './openapi/document.mjs';
import { NOBODY, fill, parts, query } from './openapi/paths.mjs';
import { World } from './openapi/world.mjs';
import { TEXTS, deep, strangers } from './hostile-admin/values.mjs';

/** How many operations are asked at a time. */
const AT_A_TIME = 4;
/** How many administrators do the same at once. */
const ADMINISTRATORS = 4;
/** An answer that takes longer is a fault, whatever it says; generous, because the machine may be busy. */
const PATIENCE_MS = 20_000;

/** One of so many requests is sent, unless there is time for all. */
const SHARE = 10;

const ONLY = process.env.HOSTILE_ONLY ?? '';

/** Operations that say 5xx on purpose: what Keycloak has switched off, and a mail server that is not there. */
const SILENT = new Set(['POST /admin/realms/{realm}/testSMTPConnection']);

const SETTINGS = { organizationsEnabled: true, internationalizationEnabled: true, supportedLocales: ['en', 'de'], passwordPolicy: 'hashIterations(1)', adminEventsEnabled: true, smtpServer: { host: '127.0.0.1', port: '9', from: 'us@example.org' } };

export async function run(report, admin) {
  const realm = await admin.createRealm('hostile', SETTINGS);
  const other = await admin.createRealm('neighbour', SETTINGS);
  const [world, neighbour] = [new World(realm), new World(other)];
  const todo = operations().filter(({ key }) => key.includes(ONLY) && !SILENT.has(key));
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
      for (let operation = todo.shift(); operation; operation = todo.shift()) {
        await report.test(operation.key, async () => {
          const wrong = await inWorld(operation, world, async (own) => [...await twist(operation, own, neighbour), ...await race(operation, own)]);
          if (wrong.length > 0) throw new Error(wrong.slice(0, 20).join('\n'));
        });
      }
    }));
  } finally {
    await realm.remove();
    await other.remove();
  }
}

/** Gives what changes a realm as a whole a realm of its own: others could not work in it. */
async function inWorld(operation, world, work) {
  const isShared = operation.method !== 'GET' && operation.within.includes('/required-actions/');
  const isWhole = ['PUT', 'DELETE'].includes(operation.method) && operation.parts.length === 1;
  if (!isShared && !isWhole) return work(world);
  const realm = await world.realm.admin.createRealm('hostile-alone', SETTINGS);
  try {
    return await work(new World(realm));
  } finally {
    await realm.remove().catch(() => null);
  }
}

/** Asks once; the address is sent as it stands. */
async function ask(world, method, url, type, sent) {
  const headers = { accept: 'application/json', authorization: `Bearer ${await world.realm.admin.accessToken()}` };
  if (sent !== undefined && !(sent instanceof FormData)) headers['content-type'] = type;
  const answer = await fetch(`${world.realm.admin.base}${url}`, { method, headers, body: sent, signal: AbortSignal.timeout(PATIENCE_MS) });
  return { status: answer.status, text: await answer.text() };
}

/** Says what is wrong with an answer that may refuse, or `null`. */
function complaint({ status, text }) {
  if (status >= 500 && status !== 501) return `${status} ${text.slice(0, 200)}`;
  if (status < 400 || text === '') return null;
  let told;
  try {
    told = JSON.parse(text);
  } catch {
    return `${status} in a form of its own: ${text.slice(0, 200)}`;
  }
  const isRefusal = typeof told?.error === 'string' || typeof told?.errorMessage === 'string' || Array.isArray(told?.errors);
  return isRefusal ? null : `${status} in a form of its own: ${text.slice(0, 200)}`;
}

/** What stands in a path is an id, and no name that both realms may have. */
const isId = (text) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text);

/** A number that is the same for the same text. */
const seedOf = (text) => [...text].reduce((sum, one) => (sum * 31 + one.codePointAt(0)) % 99_991, 7);

/** Every hostile request to one operation: what it is about, and how it is asked. */
async function* requests(operation, world, neighbour) {
  const found = await parts(operation, world, operation.method !== 'GET');
  const honest = operation.body ? await body(operation, world, found) : undefined;
  const sent = honest === undefined || typeof honest === 'string' || honest instanceof FormData ? honest : JSON.stringify(honest);
  const asked = await query(operation, world, found);
  const address = fill(operation, found);
  const seed = seedOf(operation.key);

  const theirs = await parts(operation, neighbour, false);
  for (const part of operation.parts) {
    if (part !== 'realm' && isId(theirs[part])) {
      const at = (value) => fill(operation, { ...found, [part]: value }) + asked;
      yield { about: `${part} of another realm`, address: at(theirs[part]), sent, like: at(NOBODY), isAlways: true };
    }
    const values = [0, 3, 9, 14, 19].map((shift) => TEXTS[(seed + shift) % TEXTS.length]);
    for (const value of values.filter((one) => one !== '' && one !== '.' && one !== '..')) {
      yield { about: `${part} ${JSON.stringify(value).slice(0, 60)}`, address: fill(operation, { ...found, [part]: value }) + asked, sent };
    }
    const raw = operation.path.replace(`{${part}}`, '%ff%fe').replace(/\{([^}]*)\}/g, (_, one) => encodeURIComponent(found[one]));
    yield { about: `${part} that is no UTF-8`, address: raw + asked, sent };
  }
  for (const { name } of operation.query) {
    const values = ['-1', '99999999999999999999', '', '%00', '%ff', 'null', '%27%22%5c', '1e9', 'a:b%20c:%22d', '2147483648'];
    for (const value of [0, 1, 2].map((shift) => values[(seed + seedOf(name) + shift * 3) % values.length])) {
      yield { about: `${name}=${value}`, address: `${address}${asked ? `${asked}&` : '?'}${name}=${value}`, sent };
    }
  }
  if (!operation.body || sent instanceof FormData) return;
  for (const text of [deep(100_000), `{"a":${deep(5_000)}}`, '', 'null', '1', '"x"', '[null]', '[{}]', '{"":""}', '{"id":1}', '\ufeff{}', '{"a":1,"a":2}', '[1,"x",[],{}]']) {
    yield { about: `the body ${text.slice(0, 40)}`, address: address + asked, sent: text };
  }
  yield* members(operation, honest, address + asked);
}

/** The honest body with one member of another kind. */
function* members(operation, honest, address) {
  const schema = resolve(operation.body.schema);
  const isList = schema?.type === 'array';
  const shape = isList ? resolve(schema.items) : schema;
  const [first] = isList ? honest ?? [] : [honest];
  if (!shape?.properties || typeof first !== 'object' || first === null) return;
  // Under another name a realm or a required action would not be found again.
  const isKept = (name) => (operation.within === '' && name === 'realm') || (operation.within.includes('/required-actions/') && name === 'alias');
  const members = Object.entries(shape.properties).filter(([name]) => !isKept(name));
  for (const [name, inner] of members) {
    const { type } = resolve(inner) ?? {};
    for (const text of strangers(type, seedOf(operation.key + name))) {
      const rest = Object.entries(first).filter(([one]) => one !== name).map(([one, value]) => `${JSON.stringify(one)}:${JSON.stringify(value)}`);
      const whole = `{${[...rest, `${JSON.stringify(name)}:${text}`].join()}}`;
      yield { about: `${name}: ${text.slice(0, 60)}`, address, sent: isList ? `[${whole}]` : whole };
    }
  }
}

/** What a run has time for: everything, or of each kind of value a part that is the same each time. */
function some(all, isLong) {
  return isLong ? all : all.filter(({ about, isAlways }) => isAlways || seedOf(about) % SHARE === 0);
}

/** Sends everything hostile to one operation, and sees that what was refused changed nothing. */
async function twist(operation, world, neighbour) {
  const wrong = [];
  const type = operation.body?.type;
  const shown = operation.method === 'PUT' && operations().some(({ key }) => key === `GET ${operation.path}`);
  let before = null;
  const all = [];
  for await (const request of requests(operation, world, neighbour)) all.push(request);
  for (const { about, address, sent, like } of some(all, world.realm.admin.isLong)) {
    const at = address.split('?')[0];
    if (shown && before?.at !== at) before = { at, ...await ask(world, 'GET', at) };
    let answer;
    try {
      answer = await ask(world, operation.method, address, type, sent);
    } catch (error) {
      wrong.push(`${about}: no answer: ${error.cause?.message ?? error.message}`);
      continue;
    }
    const told = complaint(answer);
    if (told) wrong.push(`${about}: ${told}`);
    if (like) {
      const unknown = await ask(world, operation.method, like, type, sent);
      if (unknown.status !== answer.status) wrong.push(`${about}: ${answer.status} ${answer.text.slice(0, 150)}, and ${unknown.status} for an id that nothing has`);
    }
    if (!shown) continue;
    const after = { at, ...await ask(world, 'GET', at) };
    if (answer.status >= 400 && after.text !== before.text) wrong.push(`${about}: ${answer.status}, and it changed: ${before.text.slice(0, 150)} to ${after.text.slice(0, 150)}`);
    if (complaint(after)) wrong.push(`${about}: ${answer.status}, and then it is shown with ${complaint(after)}`);
    before = after;
  }
  return wrong;
}

/** Several administrators do the same at once; none of them meets a fault of the server. */
async function race(operation, world) {
  if (operation.method === 'GET') return [];
  const found = await parts(operation, world, true);
  const honest = operation.body ? await body(operation, world, found) : undefined;
  const sent = honest === undefined || typeof honest === 'string' || honest instanceof FormData ? honest : JSON.stringify(honest);
  const address = fill(operation, found) + await query(operation, world, found);
  const all = await Promise.all(Array.from({ length: ADMINISTRATORS }, () => ask(world, operation.method, address, operation.body?.type, sent)));
  const wrong = all.map(complaint).filter((told) => told !== null).map((told) => `at once: ${told}`);
  const made = all.filter(({ status }) => status === 201).length;
  if ('409' in operation.answers && '201' in operation.answers && operation.method === 'POST' && made !== 1) {
    wrong.push(`${made} of ${ADMINISTRATORS} made the same thing: ${all.map(({ status }) => status).join()}`);
  }
  const undo = operation.method === 'PUT' && operations().some(({ key }) => key === `DELETE ${operation.path}`);
  if (undo) {
    const mixed = await Promise.all(Array.from({ length: ADMINISTRATORS }, (_, number) => (number % 2 ? ask(world, 'DELETE', address) : ask(world, 'PUT', address, operation.body?.type, sent))));
    wrong.push(...mixed.map(complaint).filter((told) => told !== null).map((told) => `while it is deleted: ${told}`));
  }
  return wrong;
}
