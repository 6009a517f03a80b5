// How a client proves who it is, and the algorithms that tokens are signed by.
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { asApi, configure, SECRET, signIn, USER, WEB_CLIENT, withError } from './application.mjs';

const payload = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));

export async function clientAuthentication(report, realm) {
  const machine = { standardFlowEnabled: false, serviceAccountsEnabled: true };

  for (const [method, authentication] of [
    ['client_secret_basic', oidc.ClientSecretBasic(SECRET)],
    ['client_secret_post', oidc.ClientSecretPost(SECRET)],
  ]) {
    await report.test(`client_credentials with ${method}`, async () => {
      const config = await configure(realm, 'web', authentication);
      const tokens = await oidc.clientCredentialsGrant(config, { scope: 'profile' });
      const about = await oidc.tokenIntrospection(await asApi(realm), tokens.access_token);
      assert.equal(about.client_id, 'web');
      assert.equal(about.username, 'service-account-web');
      assert.equal(tokens.refresh_token, undefined);
    });
  }

  await report.test('a wrong secret is unauthorized_client or invalid_client with status 401', async () => {
    const config = await configure(realm, 'web', oidc.ClientSecretPost(`${SECRET}x`));
    await assert.rejects(oidc.clientCredentialsGrant(config), (error) => {
      assert.ok(['invalid_client', 'unauthorized_client'].includes(error.error), error.error);
      assert.equal(error.status, 401);
      return true;
    });
  });

  for (const [algorithm, parameters] of [
    ['RS256', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }],
    ['PS256', { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }],
    ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }],
  ]) {
    await report.test(`client_credentials with private_key_jwt signed by ${algorithm}`, async () => {
      const { privateKey, publicKey } = await crypto.subtle.generateKey(parameters, true, ['sign', 'verify']);
      const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: algorithm, use: 'sig', alg: algorithm };
      const clientId = `machine-${algorithm}`;
      await realm.createClient({
        ...machine,
        clientId,
        clientAuthenticatorType: 'client-jwt',
        attributes: {
          'use.jwks.string': 'true',
          'jwks.string': JSON.stringify({ keys: [jwk] }),
          'token.endpoint.auth.signing.alg': algorithm,
        },
      });
      const config = await configure(realm, clientId, oidc.PrivateKeyJwt({ key: privateKey, kid: algorithm }));
      const tokens = await oidc.clientCredentialsGrant(config);
      assert.equal(payload(tokens.access_token).azp, clientId);
    });
  }

  await report.test('a client assertion is taken once', async () => {
    const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'once', use: 'sig', alg: 'ES256' };
    await realm.createClient({
      ...machine,
      clientId: 'replayed',
      clientAuthenticatorType: 'client-jwt',
      attributes: { 'use.jwks.string': 'true', 'jwks.string': JSON.stringify({ keys: [jwk] }) },
    });
    const jti = oidc.randomState();
    const sameJti = { [oidc.modifyAssertion]: (_header, claims) => Object.assign(claims, { jti }) };
    const config = await configure(realm, 'replayed', oidc.PrivateKeyJwt({ key: privateKey, kid: 'once' }, sameJti));
    await oidc.clientCredentialsGrant(config);
    await assert.rejects(oidc.clientCredentialsGrant(config), withError('invalid_client'));
  });

  await report.test('client_credentials with client_secret_jwt', async () => {
    await realm.createClient({ ...machine, clientId: 'secret-jwt', secret: SECRET, clientAuthenticatorType: 'client-secret-jwt' });
    const config = await configure(realm, 'secret-jwt', oidc.ClientSecretJwt(SECRET));
    const tokens = await oidc.clientCredentialsGrant(config);
    assert.equal(payload(tokens.access_token).azp, 'secret-jwt');
  });
}

export async function signatureAlgorithms(report, realm) {
  for (const algorithm of ['PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
    await report.test(`an ID token signed by ${algorithm} passes every check`, async () => {
      const clientId = `web-${algorithm}`;
      await realm.createClient({
        ...WEB_CLIENT,
        clientId,
        secret: SECRET,
        attributes: { ...WEB_CLIENT.attributes, 'id.token.signed.response.alg': algorithm },
      });
      const metadata = { id_token_signed_response_alg: algorithm };
      const config = await configure(realm, clientId, oidc.ClientSecretBasic(SECRET), metadata);
      const tokens = await signIn(config);
      assert.equal(tokens.claims().aud, clientId);
    });
  }

  await report.test('userinfo signed by RS256 passes every check', async () => {
    await realm.createClient({
      ...WEB_CLIENT,
      clientId: 'signed-userinfo',
      secret: SECRET,
      attributes: { ...WEB_CLIENT.attributes, 'user.info.response.signature.alg': 'RS256' },
    });
    const metadata = { userinfo_signed_response_alg: 'RS256' };
    const config = await configure(realm, 'signed-userinfo', oidc.ClientSecretBasic(SECRET), metadata);
    const tokens = await signIn(config);
    const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(info.preferred_username, USER);
  });
}
