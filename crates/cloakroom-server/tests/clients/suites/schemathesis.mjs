// PyPI schemathesis: requests made up from Keycloak's OpenAPI document, thousands of them; none may end in a fault of the server.
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interpreter } from '../harness/python.mjs';
import { target } from '../harness/target.mjs';
import { corrected, operations } from './openapi/document.mjs';
import { parts } from './openapi/paths.mjs';
import { World } from './openapi/world.mjs';

/** How long it looks, in seconds: what continuous integration has time for, and what finds rare things. */
const SHORT = 100;
const LONG = 1200;

const PYTHON = fileURLToPath(new URL('../python/', import.meta.url));

/** Operations that answer 500 or 501 because they say so: what is not there yet, what Keycloak has switched off, a mail server that is not there. */
async function silent() {
  const named = new Set(['POST /admin/realms/{realm}/testSMTPConnection']);
  for (const [name, status] of [['states.tsv', 2], ['keycloak.tsv', 3]]) {
    const text = await readFile(new URL(`../openapi/${name}`, import.meta.url), 'utf8');
    for (const [method, path, ...rest] of text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t'))) {
      if (status === 2 || rest[1] === '501') named.add(`${method} ${path}`);
    }
  }
  return named;
}

export async function run(report, admin) {
  const python = await interpreter();
  const folder = target('schemathesis');
  await mkdir(folder, { recursive: true });
  const realm = await admin.createRealm('schemathesis', { organizationsEnabled: true, internationalizationEnabled: true, passwordPolicy: 'hashIterations(1)', smtpServer: { host: '127.0.0.1', port: '9', from: 'us@example.org' } });
  try {
    const world = new World(realm);
    const skipped = await silent();
    const asked = operations().filter(({ key, isDocumented }) => isDocumented && !skipped.has(key));
    const places = {};
    for (const operation of asked) places[operation.key] = await parts(operation, world, false);
    const document = join(folder, 'document.json');
    await writeFile(document, JSON.stringify(corrected(new Set(asked.map(({ key }) => key)))));
    const setup = { base: admin.base, admin: admin.credentials, places };
    const seconds = admin.isLong ? LONG : SHORT;
    const found = await look(python, { document, folder, setup, seconds, isRandom: admin.isLong });
    for (const { key } of asked) report.record(`${key} never fails`, found.get(key) ?? null);
  } finally {
    await realm.remove();
  }
}

/** Runs schemathesis and returns what it found, by operation. */
async function look(python, { document, folder, setup, seconds, isRandom }) {
  const log = join(folder, 'report.ndjson');
  const options = [
    '--url', setup.base,
    '--checks', 'not_a_server_error,response_schema_conformance',
    '--phases', 'coverage,fuzzing',
    '--max-time', String(seconds),
    // More than one trips over its own Python: CPython 3.11 mixes up how deep its threads are.
    '--workers', '1',
    '--continue-on-failure',
    '--suppress-health-check', 'all',
    '--warnings', 'off',
    '--report', 'ndjson', '--report-ndjson-path', log,
    // A short run asks the same each time, or a change would be blamed for what chance found; a long one looks for new things.
    ...(isRandom ? [] : ['--generation-deterministic']),
  ];
  const child = spawn(python, ['-m', 'schemathesis.cli', 'run', document, ...options], {
    cwd: folder,
    env: { ...process.env, SCHEMATHESIS_HOOKS: 'schemathesis_hooks', PYTHONPATH: PYTHON, PYTHONDONTWRITEBYTECODE: '1', SCHEMATHESIS_RANDOM: isRandom ? '1' : '', SCHEMATHESIS_SETUP: JSON.stringify(setup) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  child.stdout.on('data', (chunk) => (told += chunk));
  child.stderr.on('data', (chunk) => (told += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  await writeFile(join(folder, 'output.txt'), told);
  if (code !== 0 && code !== 1) throw new Error(`schemathesis ended with ${code}: ${told.slice(-2000)}`);
  return failures(await readFile(log, 'utf8'));
}

/** What went wrong, by operation, from the lines of a report. */
function failures(lines) {
  const found = new Map();
  const add = (operation, what) => found.set(operation, found.has(operation) ? `${found.get(operation)}\n${what}` : what);
  for (const line of lines.split('\n').filter((text) => text !== '')) {
    const { ScenarioFinished: scenario, NonFatalError: error } = JSON.parse(line);
    if (error) add(error.label, error.value.message);
    for (const [id, checks] of Object.entries(scenario?.recorder?.checks ?? {})) {
      for (const { failure_info: info } of checks.filter(({ status }) => status === 'failure')) {
        const { request } = scenario.recorder.interactions[id] ?? {};
        add(scenario.recorder.label, `${request?.method} ${request?.uri}: ${info.failure.title}: ${info.failure.message}`);
      }
    }
  }
  return found;
}
