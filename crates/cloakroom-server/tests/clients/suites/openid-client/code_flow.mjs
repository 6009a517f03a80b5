// Discovery, the code flow with PKCE, what its tokens are good for, and the response modes.
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import {
  asApi,
  asWeb,
  CALLBACK,
  configure,
  newBrowser,
  PASSWORD,
  request,
  SECRET,
  signIn,
  USER,
  WEB_CLIENT,
  withError,
} from './application.mjs';

export async function discovery(report, realm) {
  await report.test('discovery names this issuer and its endpoints', async () => {
    const metadata = (await asWeb(realm)).serverMetadata();
    assert.equal(metadata.issuer, realm.issuer);
    assert.equal(metadata.token_endpoint, `${realm.issuer}/protocol/openid-connect/token`);
    assert.ok(metadata.supportsPKCE('S256'));
    assert.ok(metadata.authorization_response_iss_parameter_supported);
  });
}

export async function codeFlow(report, realm) {
  const config = await asWeb(realm);
  const api = await asApi(realm);

  await report.test('a code with PKCE gives an ID token that passes every check', async () => {
    const tokens = await signIn(config);
    const claims = tokens.claims();
    assert.equal(claims.iss, realm.issuer);
    assert.equal(claims.aud, 'web');
    assert.equal(claims.preferred_username, USER);
    assert.equal(claims.email, 'ada@example.org');
    assert.equal(tokens.token_type.toLowerCase(), 'bearer');
    assert.ok(tokens.expiresIn() > 0);
  });

  await report.test('a public client signs in with PKCE alone', async () => {
    const tokens = await signIn(await configure(realm, 'spa', oidc.None()));
    assert.equal(tokens.claims().aud, 'spa');
  });

  await report.test('userinfo answers for the signed-in user', async () => {
    const tokens = await signIn(config);
    const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(info.preferred_username, USER);
    assert.equal(info.name, 'Ada Lovelace');
    assert.equal(info.email_verified, true);
  });

  await report.test('introspection tells an active token from nonsense', async () => {
    const tokens = await signIn(config);
    const active = await oidc.tokenIntrospection(api, tokens.access_token);
    const nonsense = await oidc.tokenIntrospection(api, 'nonsense');
    assert.equal(active.active, true);
    assert.equal(active.client_id, 'web');
    assert.equal(active.username, USER);
    assert.equal(nonsense.active, false);
  });

  await report.test('a refresh token gives new tokens of the same user', async () => {
    const tokens = await signIn(config);
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(next.access_token, tokens.access_token);
    assert.equal(next.claims().sub, tokens.claims().sub);
    assert.ok(next.refresh_token);
  });

  await report.test('a revoked refresh token gives nothing any more', async () => {
    const tokens = await signIn(config);
    await oidc.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), withError('invalid_grant'));
  });

  await report.test('a revoked access token is inactive', async () => {
    const tokens = await signIn(config);
    assert.equal((await oidc.tokenIntrospection(api, tokens.access_token)).active, true);
    await oidc.tokenRevocation(config, tokens.access_token);
    assert.equal((await oidc.tokenIntrospection(api, tokens.access_token)).active, false);
  });

  await report.test('a code is redeemed once', async () => {
    const { url, checks } = await request(config);
    const landed = await newBrowser().signIn(url, USER, PASSWORD);
    await oidc.authorizationCodeGrant(config, landed.url, checks);
    await assert.rejects(oidc.authorizationCodeGrant(config, landed.url, checks), withError('invalid_grant'));
  });

  await report.test('a code with another PKCE verifier is refused', async () => {
    const { url, checks } = await request(config);
    const landed = await newBrowser().signIn(url, USER, PASSWORD);
    const forged = { ...checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
    await assert.rejects(oidc.authorizationCodeGrant(config, landed.url, forged), withError('invalid_grant'));
  });

  await report.test('a wrong password shows the login form again and then lets the right one in', async () => {
    const { url, checks } = await request(config);
    const browser = newBrowser();
    const refused = await browser.signIn(url, USER, 'not the password');
    assert.ok(refused.formWith('password'), 'the form is there again');
    const landed = await browser.signInOn(refused, USER, PASSWORD);
    const tokens = await oidc.authorizationCodeGrant(config, landed.url, checks);
    assert.equal(tokens.claims().preferred_username, USER);
  });

  await report.test('login_hint fills in the user name', async () => {
    const { url } = await request(config, { login_hint: USER });
    const page = await newBrowser().visit(url);
    const username = page.formWith('password').inputs.find((input) => input.name === 'username');
    assert.equal(username.value, USER);
  });
}

export async function responseModes(report, realm) {
  const config = await asWeb(realm);

  await report.test('response_mode=fragment answers in the fragment', async () => {
    const { url, checks } = await request(config, { response_mode: 'fragment' });
    const landed = await newBrowser().signIn(url, USER, PASSWORD);
    assert.equal(landed.url.search, '');
    const answer = new URL(landed.url);
    answer.search = landed.url.hash.slice(1);
    answer.hash = '';
    const tokens = await oidc.authorizationCodeGrant(config, answer, checks);
    assert.equal(tokens.claims().preferred_username, USER);
  });

  await report.test('response_mode=form_post answers with a form that posts to the application', async () => {
    const { url, checks } = await request(config, { response_mode: 'form_post' });
    const browser = newBrowser();
    const page = await browser.signIn(url, USER, PASSWORD);
    const form = page.forms.find((candidate) => candidate.action.startsWith(CALLBACK));
    assert.ok(form, `no form for the application: ${page.text}`);
    const landed = await browser.submit(page, form);
    assert.equal(landed.method, 'POST');
    const sent = new Request(landed.url, { method: 'POST', body: landed.body });
    const tokens = await oidc.authorizationCodeGrant(config, sent, checks);
    assert.equal(tokens.claims().preferred_username, USER);
  });
}
