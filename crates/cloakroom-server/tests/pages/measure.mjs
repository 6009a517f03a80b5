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
    /** A realm with the same in small: the lists of the other may take no longer than those of this one, whatever the machine is. */
    beside: { type: 'string' },
    rounds: { type: 'string', default: '20' },
    only: { type: 'string', multiple: true },
  },
});

await installPackages();
const { launchChromium } = await import('../clients/harness/chromium.mjs');

/** A list may take so long at 19 of 20 requests, in milliseconds. */
const SLOWEST = 150;

/** So much longer than the same list in small a list may take where both take the least: a share of that, and milliseconds. */
const [STRETCHED, LONGER] = [1.5, 12];

/** So often what seems to take longer is measured once more. */
const AGAIN = 4;

/** A page with all that it loads, compressed, in bytes. */
const HEAVIEST = 60 * 1024;

const PATHS = options.only ?? [
  '/dashboard',
  '/users',
  '/users?q=ada',
  '/users?q=nobody-of-this-name',
  '/users?q=enabled:false',
  '/users?q=last_login<90d',
  '/users?q=factor:false',
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

const root = `${options.base}/admin/master/console`;

/** Signs in: the cookies of the session, and what a page of the realm loads beside itself, in bytes. */
async function enter() {
  const browser = await launchChromium();
  const context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const colon = options.admin.indexOf(':');
  await page.goto(`${root}/master/dashboard`);
  await page.getByLabel('Username or email').fill(options.admin.slice(0, colon));
  await page.getByLabel('Password', { exact: true }).fill(options.admin.slice(colon + 1));
  await page.getByRole('button', { name: 'Sign In' }).click();
  await page.waitForURL(/dashboard/);
  await page.goto(`${root}/${options.realm}/users`);
  const beside = await page.evaluate(() => performance.getEntriesByType('resource').reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0));
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  await browser.close();
  return { cookie, beside };
}

const { cookie, beside } = await enter();

/** Asks once for a page: how long that took, and what came. */
async function ask(realm, path) {
  const began = performance.now();
  const answer = await fetch(`${root}/${realm}${path}`, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
  const body = await answer.text();
  return { took: performance.now() - began, body, status: answer.status };
}

/** A list of the realm as often as asked for, in turns with the same list in small, added to what was measured before. */
async function measure(path, before) {
  const [times, small] = before ? [before.times, before.small] : [[], []];
  let last;
  for (let round = 0; round < Number(options.rounds); round += 1) {
    last = await ask(options.realm, path);
    times.push(last.took);
    if (options.beside) small.push((await ask(options.beside, path)).took);
  }
  for (const all of [times, small]) all.sort((one, other) => one - other);
  return { times, small, status: last.status, bytes: beside + gzipSync(last.body).length };
}

/** The share of the times of a list that is not above what comes back. */
const share = ({ times }, part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];

/** Whether a list takes longer than it may. The least is what the work takes; all that is above it is somebody else's. */
const isSlow = (measured) =>
  options.beside ? measured.times[0] > STRETCHED * measured.small[0] + LONGER : share(measured, 0.95) > SLOWEST;

let [passed, failed] = [0, 0];
for (const path of PATHS) {
  let measured = await measure(path);
  // A machine that was held up all the while is asked again.
  for (let more = 0; options.beside && more < AGAIN && isSlow(measured); more += 1) measured = await measure(path, measured);
  const { times, small, status, bytes } = measured;
  const isBad = status !== 200 || isSlow(measured) || bytes > HEAVIEST;
  if (isBad) failed += 1;
  else passed += 1;
  const told = options.beside
    ? `the least ${times[0].toFixed(1)}, in small ${small[0].toFixed(1)} ms`
    : `median ${share(measured, 0.5).toFixed(0)}, 19 of 20 ${share(measured, 0.95).toFixed(0)} ms`;
  console.log(`${isBad ? 'FAILED' : '  ok  '}  ${path.padEnd(30)} ${status}  ${told}, ${bytes} bytes with all it loads`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
