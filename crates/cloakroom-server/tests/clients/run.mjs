#!/usr/bin/env node
// Runs real, unmodified OpenID Connect clients against a running server: see README.md.
import { parseArgs } from 'node:util';
import { installPackages } from './harness/dependencies.mjs';
import { Report } from './harness/report.mjs';

const SUITES = ['openid-client', 'keycloak-js', 'passport', 'authlib', 'python-keycloak', 'python-keycloak-admin', 'python-keycloak-uma', 'admin-client', 'java-admin-client', 'gocloak', 'ansible', 'snippets', 'admin-ui', 'openapi', 'hostile-admin', 'schemathesis', 'jose', 'rust', 'web-app', 'apache', 'spring', 'saml', 'upstream', 'tutorials'];
/** Suites that take a given time whatever else goes on, and touch nothing but a realm of their own. */
const BESIDE = new Set(['schemathesis']);

const { values: options } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:8080' },
    admin: { type: 'string', default: 'admin:admin' },
    only: { type: 'string', multiple: true },
    skip: { type: 'string', multiple: true, default: [] },
    long: { type: 'boolean', default: false },
  },
});

const unknown = [...(options.only ?? []), ...options.skip].filter((name) => !SUITES.includes(name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}; there are: ${SUITES.join(', ')}.`);
  process.exit(2);
}

await installPackages();
const { Admin } = await import('./harness/admin.mjs');
const colon = options.admin.indexOf(':');
const admin = new Admin(options.base, options.admin.slice(0, colon), options.admin.slice(colon + 1));
admin.isLong = options.long;

/** Runs one suite; its lines go where `say` puts them. */
async function perform(name, say) {
  say(name);
  const began = Date.now();
  const report = new Report(name, say);
  try {
    const { run } = await import(`./suites/${name}.mjs`);
    await run(report, admin);
  } catch (error) {
    report.record('the suite runs to its end', error?.stack ?? String(error), error?.cause);
  }
  if (report.passed + report.failed === 0) report.record('the suite has tests', 'it ran none');
  say(`  ${report.passed} of ${report.passed + report.failed} in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
  return report;
}

/** Begins a suite at once; its lines are shown when the others have had their turn. */
function begin(name) {
  const lines = [];
  const ended = perform(name, (line) => lines.push(line));
  return async () => {
    const report = await ended;
    for (const line of lines) console.log(line);
    return report;
  };
}

const chosen = SUITES.filter((name) => (!options.only || options.only.includes(name)) && !options.skip.includes(name));
const under = chosen.filter((name) => BESIDE.has(name)).map(begin);
const reports = [];
for (const name of chosen.filter((each) => !BESIDE.has(each))) reports.push(await perform(name, console.log));
for (const shown of under) reports.push(await shown());
const passed = reports.reduce((sum, report) => sum + report.passed, 0);
const failed = reports.reduce((sum, report) => sum + report.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
