// Pushed authorization requests, and the back-channel message that tells a client of a logout.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { CALLBACK, configure, newBrowser, PASSWORD, SECRET, signIn, USER, WEB_CLIENT, withError } from './application.mjs';

export async function pushed(report, realm) {
  await realm.createClient({
    ...WEB_CLIENT,
    clientId: 'pushing',
    secret: SECRET,
    attributes: { ...WEB_CLIENT.attributes, 'require.pushed.authorization.requests': 'true' },
  });
  const config = await configure(realm, 'pushing', oidc.ClientSecretBasic(SECRET));
  const verifier = oidc.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: CALLBACK,
    scope: 'openid',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: 'a-state',
  };

  await report.test('a pushed request signs in, and is used once', async () => {
    const url = await oidc.buildAuthorizationUrlWithPAR(config, parameters);
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    const landed = await newBrowser().signIn(url, USER, PASSWORD);
    const tokens = await oidc.authorizationCodeGrant(config, landed.url, {
      pkceCodeVerifier: verifier,
      expectedState: 'a-state',
    });
    assert.equal(tokens.claims().aud, 'pushing');
    const again = await newBrowser().visit(url);
    assert.equal(again.status, 400);
  });

  await report.test('what would be refused in a browser is refused when it is pushed', async () => {
    const push = (more) => oidc.buildAuthorizationUrlWithPAR(config, { ...parameters, ...more });
    await assert.rejects(push({ redirect_uri: 'https://evil.example/' }), withError('invalid_request'));
    await assert.rejects(push({ scope: 'openid nonsense' }), withError('invalid_scope'));
    await assert.rejects(push({ request_uri: 'urn:x' }), withError('invalid_request'));
  });

  await report.test('a client that has to push is refused without', async () => {
    const landed = await newBrowser().visit(oidc.buildAuthorizationUrl(config, parameters));
    assert.ok(landed.stopped);
    assert.equal(landed.url.searchParams.get('error'), 'invalid_request');
  });
}

export async function backChannel(report, realm) {
  const heard = [];
  const listener = http.createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      heard.push(new URLSearchParams(body).get('logout_token'));
      // The first message gets lost, so that it has to come again.
      answer.writeHead(heard.length === 1 ? 503 : 200).end();
    });
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  try {
    await realm.createClient({
      ...WEB_CLIENT,
      clientId: 'listening',
      secret: SECRET,
      attributes: {
        ...WEB_CLIENT.attributes,
        'backchannel.logout.url': `http://127.0.0.1:${listener.address().port}/logout`,
        'backchannel.logout.session.required': 'true',
      },
    });
    const config = await configure(realm, 'listening', oidc.ClientSecretBasic(SECRET));

    await report.test('a client hears of a logout, again if it did not answer', async () => {
      const tokens = await signIn(config);
      await fetch(`${realm.issuer}/protocol/openid-connect/logout`, {
        method: 'POST',
        body: new URLSearchParams({
          client_id: 'listening',
          client_secret: SECRET,
          refresh_token: tokens.refresh_token,
        }),
      });
      for (let waited = 0; heard.length < 2 && waited < 15_000; waited += 100) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.equal(heard.length, 2);
      const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
      const { payload } = await jwtVerify(heard[1], keys, {
        issuer: realm.issuer,
        audience: 'listening',
        typ: 'logout+jwt',
        maxTokenAge: 120,
        requiredClaims: ['jti', 'exp'],
      });
      assert.equal(payload.sub, tokens.claims().sub);
      assert.equal(payload.sid, tokens.claims().sid);
      assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
      assert.equal(payload.nonce, undefined);
    });
  } finally {
    listener.close();
  }
}
