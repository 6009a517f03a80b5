// The test client of the console: pushed requests, a device, a refresh token used twice; and what a list knows of it.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';

/** Makes a client that the test client can be sent back to by its button. */
async function client(realm, clientId, settings) {
  return realm.createClient({ clientId, publicClient: true, redirectUris: ['https://try.example/cb'], ...settings });
}

/** A pushed request leads to tokens; a refresh token that was used is refused, and ends what came of it. */
export async function aPushedRequestAndARefreshTokenUsedTwice(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const { realm } = scene;
  const click = (name) => page.getByRole('button', { name, exact: true }).click();
  const shown = (text) => page.locator('pre').filter({ hasText: text }).first().waitFor();
  try {
    await realm.call('PUT', '', { revokeRefreshToken: true, refreshTokenMaxReuse: 0 });
    const id = await client(realm, 'pushing', { attributes: { 'require.pushed.authorization.requests': 'true' } });
    await page.goto(url('/test-client?client=pushing&scope=openid'));
    await click('Register this address');
    await click('Push the request first');
    await shown('urn:ietf:params:oauth:request_uri:');
    await click('Sign in');
    await click('Exchange the code');
    await shown('"access_token"');
    await click('Use the refresh token');
    await shown('"access_token"');
    await click('Use the one before once more');
    await shown('invalid_grant');
    await realm.call('DELETE', `/clients/${id}`);
  } finally {
    await realm.call('PUT', '', { revokeRefreshToken: false });
    await context.close();
  }
}

/** A device waits, is approved in the same browser, and gets its tokens. */
export async function aDeviceIsApproved(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const { realm } = scene;
  const click = (name) => page.getByRole('button', { name, exact: true }).click();
  const shown = (text) => page.locator('pre').filter({ hasText: text }).first().waitFor();
  try {
    const id = await client(realm, 'television', { attributes: { 'oauth2.device.authorization.grant.enabled': 'true' } });
    await page.goto(url('/test-client?client=television&scope=openid'));
    await click('Ask for a code');
    await shown('device_code');
    const answer = JSON.parse(await page.locator('pre').filter({ hasText: 'device_code' }).innerText());
    await click('Ask for tokens as the device');
    await shown('authorization_pending');
    const other = await context.newPage();
    await other.goto(answer.verification_uri_complete);
    await other.locator('#kc-login').click();
    await other.getByText(/connected/i).first().waitFor();
    await new Promise((resolve) => setTimeout(resolve, 1000 * answer.interval));
    await click('Ask for tokens as the device');
    await shown('"access_token"');
    await realm.call('DELETE', `/clients/${id}`);
  } finally {
    await context.close();
  }
}

/** The list of clients tells when one last took tokens. */
export async function aClientTellsWhenItWasUsed(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const { realm } = scene;
  try {
    const settings = { publicClient: false, secret: 'hush', serviceAccountsEnabled: true };
    const id = await client(realm, 'worker-bee', settings);
    const row = page.getByRole('row', { name: /worker-bee/ });
    await page.goto(url('/clients?q=worker-bee'));
    await row.getByText('never', { exact: true }).waitFor();
    const took = await fetch(`${realm.issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'worker-bee', client_secret: 'hush' }),
    });
    assert.equal(took.status, 200, await took.text());
    for (;;) {
      const { body } = await realm.call('GET', `/ui-ext/client-uses?ids=${id}`);
      if (body[id]) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await page.goto(url('/clients?q=worker-bee'));
    await row.locator('time').waitFor();
    await realm.call('DELETE', `/clients/${id}`);
  } finally {
    await context.close();
  }
}
