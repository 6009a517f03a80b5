// What is asked of every operation, and which answer each question gets where Keycloak has no answer of its own.
import { body } from './bodies.mjs';
import { complaint, resolve } from './document.mjs';
import { NOBODY, fill, parts, query } from './paths.mjs';

/** What anybody may read. */
const PUBLIC = /\/console\/messages\.json$|^\/resources\//;
/** What is refused to nobody who has a token: it is about the caller. */
const OPEN = /\/console\/whoami$/;

/** Which answers are a success, by the document; a 204 stands for nothing to say. */
const successes = ({ answers }) => Object.keys(answers).filter((status) => status.startsWith('2'));

/** Asks one operation, and reads whatever comes back. */
async function ask(world, operation, { address, token, sent, query: asked = '' }) {
  const headers = { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  let payload;
  if (sent instanceof FormData) payload = sent;
  else if (sent !== undefined) {
    headers['content-type'] = operation.body.type;
    payload = typeof sent === 'string' ? sent : JSON.stringify(sent);
  }
  const answer = await fetch(`${world.realm.admin.base}${address}${asked}`, { method: operation.method, headers, body: payload });
  const bytes = await answer.arrayBuffer();
  const text = new TextDecoder().decode(bytes);
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  let json;
  try {
    json = isJson ? JSON.parse(text) : undefined;
  } catch {
    json = undefined;
  }
  return { status: answer.status, location: answer.headers.get('location'), text, json, isJson };
}

/** One of Keycloak's three error bodies. */
function isRefusal({ json }) {
  return typeof json?.error === 'string' || typeof json?.errorMessage === 'string' || Array.isArray(json?.errors);
}

/** A member of an object that no value of this kind fits into. */
function misfit(schema) {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const { type } = resolve(inner);
    if (type === 'boolean') return { [name]: { a: 1 } };
    if (type === 'array') return { [name]: 'no list' };
  }
  return null;
}

/** A text of a language is there once it is written. */
const isMade = ({ method, path }, part) => ['POST', 'PUT'].includes(method) && path.includes('/localization/') && ['locale', 'key'].includes(part);

/** Every question for `operation`: a name, the status that is expected by rule, and how it is asked. */
export async function cases(operation, world, state) {
  const admin = () => world.realm.admin.accessToken();
  const isAbsent = state === 'absent';
  const shared = await parts(operation, world, false, isAbsent);
  const address = fill(operation, shared);
  const found = [];
  const add = (name, rule, request) => found.push({ name, rule, run: async () => ask(world, operation, await request()) });

  // A refusal comes before the body is looked at.
  const isList = resolve(operation.body?.schema)?.type === 'array';
  const any = operation.body ? { sent: operation.isText ? 'x' : isList ? '[]' : '{}' } : {};
  if (!PUBLIC.test(operation.path)) {
    add('no token', 401, () => ({ address, ...any }));
    add('no token of ours', 401, () => ({ address, token: 'no.token.atall', ...any }));
  }
  if (!PUBLIC.test(operation.path) && !OPEN.test(operation.path)) {
    add('no rights', 403, async () => ({ address, token: await world.powerless(), ...any }));
  }
  if (isAbsent) return found.slice(0, 1);
  if (state) return [...found, ...valid(operation, world, admin).slice(0, 1)];
  for (const part of operation.parts.filter((one) => !isMade(operation, one))) {
    add(`unknown ${part}`, 404, async () => {
      const sent = operation.body ? await body(operation, world, shared) : undefined;
      const found = { ...shared, [part]: NOBODY };
      return { address: fill(operation, found), token: await admin(), sent, query: await query(operation, world, shared) };
    });
  }
  if (operation.body?.type === 'application/json') {
    add('broken body', 400, async () => ({ address, token: await admin(), sent: '{"a":' }));
    const schema = resolve(operation.body.schema);
    if (schema.type === 'object' && schema.properties) {
      // Keycloak passes over what it does not know of a client scope.
      const isPassedOver = operation.method === 'PUT' && /\/client-(scopes|templates)\/[^/]+$/.test(operation.path);
      if (!isPassedOver) add('unknown member', 400, async () => ({ address, token: await admin(), sent: JSON.stringify({ noSuchMember: 1 }) }));
      const wrong = misfit(schema);
      if (wrong) add('member of another type', 400, async () => ({ address, token: await admin(), sent: JSON.stringify(wrong) }));
    }
    if (schema.type === 'array') add('an object for a list', 400, async () => ({ address, token: await admin(), sent: '{"a":1}' }));
  }
  if (operation.method === 'GET' && operation.query.some(({ name }) => name === 'first')) {
    add('first is no number', 404, async () => ({ address, token: await admin(), query: '?first=none' }));
  }
  found.push(...valid(operation, world, admin));
  return found;
}

/** The operation as it is meant, and for something that there may be once only a second time. */
function valid(operation, world, admin) {
  const kept = {};
  const asked = async () => {
    if (!kept.request) {
      const found = await parts(operation, world, operation.method !== 'GET');
      const sent = operation.body ? await body(operation, world, found) : undefined;
      kept.request = { address: fill(operation, found), sent, query: await query(operation, world, found) };
    }
    return ask(world, operation, { ...kept.request, token: await admin() });
  };
  const all = [{ name: 'valid', rule: successes(operation), run: asked }];
  if (operation.method === 'POST' && '201' in operation.answers && '409' in operation.answers) all.push({ name: 'again', rule: 409, run: asked });
  return all;
}

/** Says what is wrong with an answer, or `null`; `expected` are the statuses that are right. */
export function verdict(operation, expected, answer) {
  const { status, text, json, isJson, location } = answer;
  const told = text.slice(0, 300);
  if (!expected.includes(String(status))) return `${status} instead of ${expected.join(' or ')}: ${told}`;
  if (status >= 400) return text === '' || isRefusal(answer) ? null : `${status} in a form of its own: ${told}`;
  if (status === 204) return text === '' ? null : `204 with a body: ${told}`;
  if (status === 201 && '409' in operation.answers && !location) return '201 without a Location';
  const content = operation.answers[String(status)]?.content;
  const schema = operation.mistaken ?? content?.['application/json']?.schema;
  if (!schema || (!isJson && text === '')) return null;
  if (json === undefined) return `no JSON: ${told}`;
  const wrong = complaint(schema, json);
  return wrong && `${wrong} in ${told}`;
}
