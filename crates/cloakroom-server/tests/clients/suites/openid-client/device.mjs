// The device flow: a client without a browser, and somebody who decides in one; and the exchange of tokens.
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { configure, newBrowser, PASSWORD, SECRET, USER, withError } from './application.mjs';

const DEVICE = {
  attributes: { 'oauth2.device.authorization.grant.enabled': 'true', 'oauth2.device.polling.interval': '1' },
};

export async function device(report, realm) {
  await realm.createClient({ ...DEVICE, clientId: 'tv', publicClient: true, standardFlowEnabled: false });
  const config = await configure(realm, 'tv', oidc.None());
  const ask = () => oidc.initiateDeviceAuthorization(config, { scope: 'openid' });

  await report.test('a device gets tokens once somebody has allowed it in a browser', async () => {
    const codes = await ask();
    assert.equal(codes.verification_uri, `${realm.issuer}/device`);
    const waiting = oidc.pollDeviceAuthorizationGrant(config, codes);
    await decide(codes.verification_uri, codes.user_code, 'accept');
    const tokens = await waiting;
    assert.equal(tokens.claims().preferred_username, USER);
    assert.ok(tokens.refresh_token);
  });

  await report.test('a device that somebody refused is told so', async () => {
    const codes = await ask();
    await decide(codes.verification_uri, codes.user_code, 'cancel');
    await assert.rejects(oidc.pollDeviceAuthorizationGrant(config, codes), withError('access_denied'));
  });

  await report.test('a device code is traded once', async () => {
    const codes = await ask();
    await decide(codes.verification_uri_complete, undefined, 'accept');
    await oidc.pollDeviceAuthorizationGrant(config, codes);
    await assert.rejects(oidc.pollDeviceAuthorizationGrant(config, codes), withError('invalid_grant'));
  });

  await report.test('a wrong code leads nowhere', async () => {
    const browser = newBrowser();
    const page = await browser.visit(`${realm.issuer}/device`);
    const after = await browser.submit(page, page.formWith('device_user_code'), { device_user_code: 'BBBB-BBBB' });
    assert.match(after.text, /wrong or has expired/);
  });
}

/** Types the code where there is one to type, signs in, and answers the question. */
async function decide(address, code, button) {
  const browser = newBrowser();
  let page = await browser.visit(address);
  if (code) page = await browser.submit(page, page.formWith('device_user_code'), { device_user_code: code.toLowerCase() });
  page = await browser.submit(page, page.formWith('password'), { username: USER, password: PASSWORD });
  page = await browser.submit(page, page.formWith('accept'), {}, button);
  return page;
}

export async function exchange(report, realm) {
  await realm.createClient({
    clientId: 'gateway',
    secret: SECRET,
    serviceAccountsEnabled: true,
    attributes: { 'standard.token.exchange.enabled': 'true' },
  });
  await realm.createClient({ clientId: 'stranger', secret: SECRET, serviceAccountsEnabled: true });
  const gateway = await configure(realm, 'gateway', oidc.ClientSecretPost(SECRET));
  const stranger = await configure(realm, 'stranger', oidc.ClientSecretPost(SECRET));
  const trade = (config, token, more = {}) =>
    oidc.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      ...more,
    });

  await report.test('a token is traded for one of another scope', async () => {
    const first = await oidc.clientCredentialsGrant(gateway);
    const second = await trade(gateway, first.access_token, { scope: 'phone' });
    assert.equal(second.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token');
    assert.match(second.scope, /phone/);
    assert.equal(second.refresh_token, undefined);
  });

  await report.test('a token that is not meant for the client, or is none, is not traded', async () => {
    const foreign = await oidc.clientCredentialsGrant(stranger);
    await assert.rejects(trade(gateway, foreign.access_token), withError('access_denied'));
    await assert.rejects(trade(gateway, 'nonsense'), withError('invalid_request'));
    const own = await oidc.clientCredentialsGrant(gateway);
    await assert.rejects(trade(stranger, own.access_token), withError('invalid_request'));
    await assert.rejects(trade(gateway, own.access_token, { audience: 'nobody' }), withError('invalid_client'));
    await assert.rejects(trade(gateway, own.access_token, { audience: 'stranger' }), withError('invalid_request'));
  });
}
