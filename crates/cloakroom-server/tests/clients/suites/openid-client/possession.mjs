// Tokens that are bound to the application's key (DPoP): from the pushed request to the claims of the user.
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { CALLBACK, configure, newBrowser, PASSWORD, USER, WEB_CLIENT, withError } from './application.mjs';

const payload = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));

export async function possession(report, realm) {
  await realm.createClient({
    ...WEB_CLIENT,
    clientId: 'bound',
    publicClient: true,
    attributes: { ...WEB_CLIENT.attributes, 'dpop.bound.access.tokens': 'true' },
  });
  const config = await configure(realm, 'bound', oidc.None());
  const verifier = oidc.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: CALLBACK,
    scope: 'openid',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: 'a-state',
  };
  const checks = { pkceCodeVerifier: verifier, expectedState: 'a-state' };
  const handle = async () => oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair());

  /** Pushes a request with a proof and comes back with the code. */
  const signedIn = async (DPoP) => {
    const url = await oidc.buildAuthorizationUrlWithPAR(config, parameters, { DPoP });
    const landed = await newBrowser().signIn(url, USER, PASSWORD);
    assert.ok(landed.stopped, `the login did not lead to the application: ${landed.url} ${landed.text}`);
    return landed.url;
  };

  await report.test('tokens are bound to the key, good with it, and renewed by it', async () => {
    const DPoP = await handle();
    const tokens = await oidc.authorizationCodeGrant(config, await signedIn(DPoP), checks, undefined, { DPoP });
    assert.equal(tokens.token_type, 'dpop');
    const { sub } = tokens.claims();
    assert.equal(payload(tokens.access_token).cnf.jkt, await DPoP.calculateThumbprint());
    assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).sub, sub);
    const newer = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
    assert.equal((await oidc.fetchUserInfo(config, newer.access_token, sub, { DPoP })).sub, sub);

    await assert.rejects(oidc.fetchUserInfo(config, newer.access_token, sub), (error) => error.status === 401);
    const other = await handle();
    const stolen = oidc.refreshTokenGrant(config, newer.refresh_token, undefined, { DPoP: other });
    await assert.rejects(stolen, withError('invalid_grant'));
  });

  await report.test('a code goes to no other key, and without a proof nothing does', async () => {
    const other = await handle();
    const url = await signedIn(await handle());
    const stolen = oidc.authorizationCodeGrant(config, url, checks, undefined, { DPoP: other });
    await assert.rejects(stolen, withError('invalid_grant'));
    const bare = oidc.authorizationCodeGrant(config, await signedIn(await handle()), checks);
    await assert.rejects(bare, withError('invalid_dpop_proof'));
  });
}
