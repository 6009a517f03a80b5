// SAML identity providers of other authors (npm samlp, PyPI pysaml2 on xmlsec1), each configured by its own metadata.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import express from 'express';
import { Browser } from '../harness/browser.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { serve } from '../harness/process.mjs';
import { makeKey } from './saml/key.mjs';
import { pysaml2 } from './saml/pysaml2.mjs';
import { samlp } from './saml/samlp.mjs';

/** A way that is played in Chromium as well: the provider posts from another site, and cookies stay behind. */
const IN_CHROMIUM = 'both';

export async function run(report, admin) {
  const application = await serve(createServer((_request, response) => response.end('the application')));
  const realm = await admin.createRealm('saml');
  realm.callback = `http://127.0.0.1:${application.port}/callback`;
  try {
    await realm.createClient({ clientId: 'web', secret: 'a-client-secret-for-saml', redirectUris: [realm.callback] });
    const key = await makeKey();
    for (const provider of [samlp, pysaml2]) await signInThrough(report, realm, provider, key);
  } finally {
    await realm.remove();
    await application.stop();
  }
}

/** Makes a provider of what it says of itself, and signs somebody in through it in each of its ways. */
async function signInThrough(report, realm, provider, key) {
  const app = express();
  app.use(express.urlencoded({ extended: false, limit: '1mb' }));
  const server = await serve(createServer(app));
  const origin = `http://127.0.0.1:${server.port}`;
  const stop = [server.stop];
  try {
    const idp = await provider({ app, origin, key, stop });
    for (const way of idp.ways) {
      await report.test(`${idp.name} signs somebody in: ${way.name}`, async () => {
        const alias = `${idp.name}-${way.id}`;
        const config = { ...(await importConfig(realm, await idp.metadata())), ...way.config };
        await realm.call('POST', '/identity-provider/instances', {
          alias, providerId: 'saml', enabled: true, trustEmail: true, config: { ...config, syncMode: 'FORCE', entityId: realm.issuer },
        });
        const endpoint = `${realm.issuer}/broker/${alias}/endpoint`;
        const descriptor = await (await fetch(`${endpoint}/descriptor`)).text();
        await idp.trust({ way, endpoint, descriptor, entity: realm.issuer, person: `${idp.name}-${way.id}` });
        await signIn(realm, alias).catch((error) => {
          throw new Error(`${error.message}\n${idp.output?.().slice(-4000) ?? ''}`, { cause: error });
        });
        const found = (await realm.call('GET', `/users?idpAlias=${alias}`)).body;
        assert.equal(found.length, 1);
        assert.equal(found[0].email, `${idp.name}-${way.id}@example.org`);
        // Whoever comes again is the same.
        await signIn(realm, alias);
        assert.equal((await realm.call('GET', `/users?idpAlias=${alias}`)).body.length, 1);
      });
      if (way.id !== IN_CHROMIUM) continue;
      await report.test(`${idp.name} signs somebody in, in Chromium: ${way.name}`, () => signInChromium(realm, `${idp.name}-${way.id}`));
    }
  } finally {
    for (const each of stop) await each();
  }
}

/** The settings that the admin API makes of a provider's metadata. */
async function importConfig(realm, metadata) {
  const form = new FormData();
  form.set('providerId', 'saml');
  form.set('file', new Blob([metadata], { type: 'text/xml' }), 'metadata.xml');
  const response = await fetch(`${realm.admin.base}/admin/realms/${realm.name}/identity-provider/import-config`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await realm.admin.accessToken()}` },
    body: form,
  });
  assert.equal(response.status, 200);
  return response.json();
}

/** The address that the application sends somebody to. */
function authorization(realm, alias) {
  const query = new URLSearchParams({
    client_id: 'web', redirect_uri: realm.callback, response_type: 'code', scope: 'openid', state: 's', kc_idp_hint: alias,
  });
  return `${realm.issuer}/protocol/openid-connect/auth?${query}`;
}

/** The same in a real browser, which presses no button: the pages post themselves. */
async function signInChromium(realm, alias) {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(authorization(realm, alias), { waitUntil: 'commit' });
    await page.waitForURL(`${realm.callback}*`, { timeout: 15_000 });
    assert.ok(new URL(page.url()).searchParams.get('code'), page.url());
  } finally {
    await browser.close();
  }
}

/** Goes to the application, to the provider and back, as a browser without scripts that presses every button. */
async function signIn(realm, alias) {
  const browser = new Browser({ stopAt: [realm.callback] });
  let page = await browser.visit(authorization(realm, alias));
  for (let step = 0; step < 5 && !page.stopped; step += 1) {
    const form = page.formWith('SAMLResponse') ?? page.formWith('SAMLRequest') ?? page.formWith('firstName');
    assert.ok(form, `${page.status} at ${page.url}: ${page.text}`);
    const names = form === page.formWith('firstName') ? { firstName: 'Ada', lastName: 'Lovelace' } : {};
    page = await browser.submit(page, form, names);
  }
  assert.ok(page.stopped && page.url.searchParams.get('code'), String(page.url));
}
