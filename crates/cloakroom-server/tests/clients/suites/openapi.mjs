// Plain requests made from Keycloak's OpenAPI document: each operation is a test by itself.
import { appendFileSync, readFileSync } from 'node:fs';
import { cases, verdict } from './openapi/cases.mjs';
import { operations } from './openapi/document.mjs';
import { World } from './openapi/world.mjs';

/** How many operations are asked at a time. */
const AT_A_TIME = 4;

/** The operations that are asked: all, or those whose name holds this text. */
const ONLY = process.env.OPENAPI_ONLY ?? '';
/** Where the answers that are not by rule are written to, when a Keycloak is recorded. */
const RECORD = process.env.OPENAPI_RECORD;

/** Lines of a table, by their first columns: the value in the next one. */
function table(name, columns) {
  const text = readFileSync(new URL(`../openapi/${name}`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => {
    const cells = line.split('\t');
    return [cells.slice(0, columns).join('\t'), cells[columns]];
  }));
}

/** What an operation that does not work answers. */
const NOT_YET = { stored: ['501'], absent: ['404', '405'] };

export async function run(report, admin) {
  const tables = { keycloak: table('keycloak.tsv', 3), accepted: table('accepted.tsv', 3), states: table('states.tsv', 2) };
  const realm = await admin.createRealm('openapi', {
    organizationsEnabled: true,
    internationalizationEnabled: true,
    supportedLocales: ['en', 'de'],
    // A realm that wants somebody to come in by each of the hundreds of users would wait for password hashes only.
    passwordPolicy: 'hashIterations(1)',
    smtpServer: { host: '127.0.0.1', port: '9', from: 'us@example.org' },
  });
  const world = new World(realm);
  const todo = operations().filter(({ key }) => key.includes(ONLY));
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
      for (let operation = todo.shift(); operation; operation = todo.shift()) {
        await one(report, world, operation, tables);
      }
    }));
  } finally {
    await realm.remove();
  }
}

async function one(report, world, operation, { keycloak, accepted, states }) {
  const state = states.get(`${operation.method}\t${operation.path}`);
  const title = state ? `${operation.key} is ${state}` : operation.key;
  await report.test(title, async () => {
    const wrong = [];
    for (const { name, rule, run: asked } of await cases(operation, world, state)) {
      const line = `${operation.method}\t${operation.path}\t${name}`;
      const byRule = [rule].flat().map(String);
      const known = accepted.get(line) ?? keycloak.get(line);
      const expected = state ? { valid: NOT_YET[state] }[name] ?? (state === 'absent' ? NOT_YET.absent : byRule) : known ? [known] : byRule;
      const answer = await asked();
      if (RECORD && !byRule.includes(String(answer.status))) appendFileSync(RECORD, `${line}\t${answer.status}\n`);
      const told = verdict(operation, expected, answer);
      if (told) wrong.push(`${name}: ${told}`);
    }
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
}
