#!/usr/bin/env node
// Visits every page in both themes and two widths, checks it with axe-core, and takes its picture: see README.md.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installPackages } from '../clients/harness/dependencies.mjs';

const { values: options } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:8080' },
    admin: { type: 'string', default: 'admin:admin' },
    'setup-code': { type: 'string' },
    kdc: { type: 'string' },
    binary: { type: 'string' },
    faketime: { type: 'string' },
    database: { type: 'string' },
    out: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});

await installPackages();
const { Admin } = await import('../clients/harness/admin.mjs');
const { launchChromium } = await import('../clients/harness/chromium.mjs');
const { serve } = await import('../clients/harness/process.mjs');
const { Report } = await import('../clients/harness/report.mjs');
const { inspect } = await import('./inspect.mjs');
const { PAGES, setUp } = await import('./list.mjs');
const { testConsole } = await import('./console/console.mjs');
const { goOn, leaveTheSilent, signInWithoutScripts, signInByKeyboard, useAKey, useAPasskey } = await import('./paths.mjs');
const { operations } = await import('./operations.mjs');

const names = [...PAGES.map((page) => page.name), 'console', 'operations', 'keys'];
const unknown = (options.only ?? []).filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no page ${unknown.join(', ')}; there are: ${names.join(', ')}.`);
  process.exit(2);
}
if (options.out) await mkdir(options.out, { recursive: true });

/** Where the picture of a page goes: one of each is enough for documents. */
const pictureOf = (name) => (theme) => options.out && theme === 'light' && join(options.out, `${name}.png`);

/** Opens a browser context of its own, leads it to a page and inspects that. */
async function visit(report, browser, name, reach) {
  const context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const refused = [];
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) refused.push(message.text());
  });
  try {
    await reach(page);
    await report.test(`${name}: the page has a language and a title, and its policy lets all of it load`, async () => {
      assert.ok(await page.evaluate(() => document.documentElement.lang), 'no lang');
      assert.ok((await page.title()).trim(), 'no title');
      assert.deepEqual(refused, []);
    });
    await inspect(report, name, page, pictureOf(name));
  } catch (error) {
    const text = await page.evaluate(() => document.body.innerText.slice(0, 300)).catch(() => '');
    report.record(`${name} can be reached`, `${error.stack}\nat ${page.url()}: ${text}`);
  } finally {
    await context.close();
  }
}

const colon = options.admin.indexOf(':');
const admin = new Admin(options.base, options.admin.slice(0, colon), options.admin.slice(colon + 1));
const report = new Report('pages');
const browser = await launchChromium();
/** What was asked for at the application. It answers everything but `/silent`. */
const heard = [];
const app = await serve(
  createServer((request, response) => {
    heard.push(request.url);
    if (!request.url.startsWith('/silent')) response.end('the application');
  }),
);
try {
  if (options['setup-code']) {
    const spent = await setUp(admin, options['setup-code'], (name, reach) => visit(report, browser, name, reach));
    await report.test('from an empty data folder to somebody signed in to an application in less than a minute', () => goOn(browser, admin, spent));
  }
  const realm = await admin.createRealm('pages', {
    displayName: 'Acme',
    registrationAllowed: true,
    resetPasswordAllowed: true,
    rememberMe: true,
  });
  const setup = { realm, origin: `http://127.0.0.1:${app.port}`, username: 'ada', password: 'an honest passphrase', heard };
  try {
    await realm.createUser(setup.username, setup.password);
    const client = { redirectUris: [`${setup.origin}/*`], publicClient: true };
    await realm.createClient({ ...client, clientId: 'shop', name: 'Shop' });
    const framed = (path) => ({
      frontchannelLogout: true,
      attributes: { 'frontchannel.logout.url': `${setup.origin}/${path}`, 'post.logout.redirect.uris': '+' },
    });
    await realm.createClient({ ...client, ...framed('bye'), clientId: 'framed' });
    await realm.createClient({ ...client, ...framed('silent'), clientId: 'silent' });
    await realm.createClient({ ...client, clientId: 'asking', name: 'Calendar', consentRequired: true });
    for (const { name, reach } of PAGES) {
      if (!options.only || options.only.includes(name)) await visit(report, browser, name, (page) => reach(page, setup));
    }
    if (!options.only || options.only.includes('operations')) {
      await operations(browser, setup, report, (name, page) => inspect(report, name, page));
    }
    if (!options.only || options.only.includes('keys')) {
      await report.test('a security key is set up and signs in', () => useAKey(browser, setup));
      await report.test('a passkey is set up and signs in without a name', () => useAPasskey(browser, setup));
    }
    if (!options.only) {
      await report.test('signing in works without JavaScript', () => signInWithoutScripts(browser, setup));
      await report.test('signing in works by keyboard alone', () => signInByKeyboard(browser, setup));
      await report.test('an application that never answers its frame holds nobody', () => leaveTheSilent(browser, setup));
    }
  } finally {
    await realm.remove();
  }
  if (!options.only || options.only.includes('console')) {
    const out = options.out && join(options.out, 'console');
    const { kdc, binary, faketime: library, database } = options;
    await testConsole({ report, browser, admin, out, kdc, clockwork: binary && library && { binary, library, database } });
  }
} finally {
  await browser.close();
  await app.stop();
}
console.log(`${report.passed} passed, ${report.failed} failed`);
process.exit(report.failed === 0 && report.passed > 0 ? 0 : 1);
