#!/usr/bin/env node
// How long the console's lists take where there is much to list, and what they weigh: see README.md.
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { installPackages } from '../clients/harness/dependencies.mjs';

const { values: options } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:8080' },
    admin: { type: 'string', default: 'admin:admin' },
    realm: { type: 'string', default: 'demo' },
    rounds: { type: 'string', default: '20' },
    only: { type: 'string', multiple: true },
  },
});

await installPackages();
const { launchChromium } = await import('../clients/harness/chromium.mjs');

/** A list may take so long at 19 of 20 requests, in milliseconds. */
const SLOWEST = 150;

/** A page with all that it loads, compressed, in bytes. */
const HEAVIEST = 60 * 1024;

const PATHS = options.only ?? [
  '/dashboard',
  '/users',
  '/users?q=ada',
  '/users?q=nobody-of-this-name',
  '/users?q=enabled:false',
  '/users?q=last_login<90d',
  '/clients',
  '/clients?q=app',
  '/clients?q=access:public',
  '/clients?q=type:native',
  '/client-scopes',
  '/groups',
  '/roles',
  '/organizations',
  '/sessions',
  '/events',
  '/events?q=type:LOGIN_ERROR',
  '/admin-events',
  '/identity-providers',
  '/directories',
  '/flows',
  '/flows/browser',
  '/keys',
  '/jobs',
  '/recycle-bin',
  '/administrators',
  '/realms',
  '/search?q=ada',
];

const browser = await launchChromium();
const context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
const root = `${options.base}/admin/master/console`;
const colon = options.admin.indexOf(':');
await page.goto(`${root}/master/dashboard`);
await page.getByLabel('Username or email').fill(options.admin.slice(0, colon));
await page.getByLabel('Password', { exact: true }).fill(options.admin.slice(colon + 1));
await page.getByRole('button', { name: 'Sign In' }).click();
await page.waitForURL(/dashboard/);
const at = `${root}/${options.realm}`;
await page.goto(`${at}/users`);
const beside = await page.evaluate(() => performance.getEntriesByType('resource').reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0));
const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
await browser.close();

let failed = 0;
for (const path of PATHS) {
  const times = [];
  let [body, status] = ['', 0];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const began = performance.now();
    const answer = await fetch(`${at}${path}`, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
    body = await answer.text();
    status = answer.status;
    times.push(performance.now() - began);
  }
  times.sort((one, other) => one - other);
  const of = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const bytes = beside + gzipSync(body).length;
  const isBad = status !== 200 || of(0.95) > SLOWEST || bytes > HEAVIEST;
  if (isBad) failed += 1;
  console.log(`${isBad ? 'FAILED' : '  ok  '}  ${path.padEnd(30)} ${status}  median ${of(0.5).toFixed(0)}, 19 of 20 ${of(0.95).toFixed(0)} ms, ${bytes} bytes with all it loads`);
}
process.exit(failed === 0 ? 0 : 1);
