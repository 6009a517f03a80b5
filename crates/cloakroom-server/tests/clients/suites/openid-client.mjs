// npm openid-client: every flow and client authentication method of the certified JavaScript client.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import * as oidc from 'openid-client';
import { Browser } from '../harness/browser.mjs';

// Nothing listens here: the tiny browser stops before it would load this address.
const CALLBACK = 'http://127.0.0.1:9/callback';
const SIGNED_OUT = 'http://127.0.0.1:9/signed-out';
const SECRET = 'a-client-secret-of-more-than-sixty-four-bytes-so-that-HS512-takes-it-as-well';
const USER = 'ada';
const PASSWORD = 'an honest passphrase';

const WEB_CLIENT = {
  redirectUris: [CALLBACK],
  attributes: { 'post.logout.redirect.uris': SIGNED_OUT, 'pkce.code.challenge.method': 'S256' },
};

export async function run(report, admin) {
  const realm = await admin.createRealm('openid-client');
  try {
    const user = await realm.createUser(USER, PASSWORD);
    const web = await realm.createClient({ ...WEB_CLIENT, clientId: 'web', secret: SECRET, serviceAccountsEnabled: true });
    // A client may introspect only tokens meant for it; whoever has a role of the API gets tokens meant for the API.
    const api = await realm.createClient({ clientId: 'api', secret: SECRET, standardFlowEnabled: false });
    const reader = await realm.createClientRole(api, 'reader');
    await realm.grantClientRole(user, api, reader);
    await realm.grantClientRole((await realm.serviceAccount(web)).id, api, reader);
    await realm.createClient({ ...WEB_CLIENT, clientId: 'spa', publicClient: true });
    await discovery(report, realm);
    await codeFlow(report, realm);
    await responseModes(report, realm);
    await reauthentication(report, realm);
    await clientAuthentication(report, realm);
    await signatureAlgorithms(report, realm);
    await consent(report, realm);
    await logout(report, realm);
  } finally {
    await realm.remove();
  }
}

function configure(realm, clientId, authentication, metadata) {
  return oidc.discovery(new URL(realm.issuer), clientId, metadata, authentication, {
    // Loopback without TLS; and ID-token signatures are checked against the key set, not only trusted from TLS.
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
}

const asWeb = (realm) => configure(realm, 'web', oidc.ClientSecretBasic(SECRET));
const asApi = (realm) => configure(realm, 'api', oidc.ClientSecretBasic(SECRET));
const payload = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));

/** Builds an authorization request with PKCE, state and nonce, and keeps what the answer is checked against. */
async function request(config, parameters = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  });
  return { url, checks };
}

const newBrowser = () => new Browser({ stopAt: [CALLBACK, SIGNED_OUT] });

/** Signs the user in with a browser and redeems the code. */
async function signIn(config, { browser = newBrowser(), parameters } = {}) {
  const { url, checks } = await request(config, parameters);
  const landed = await browser.signIn(url, USER, PASSWORD);
  assert.ok(landed.stopped, `the login did not lead to the application: ${landed.url} ${landed.text}`);
  return oidc.authorizationCodeGrant(config, landed.url, checks);
}

/** Asks without any page and returns the answer's parameters. */
async function ask(config, browser, parameters) {
  const { url } = await request(config, parameters);
  const landed = await browser.visit(url);
  assert.ok(landed.stopped, `no redirect to the application: ${landed.url} ${landed.text}`);
  return landed.url.searchParams;
}

const withError = (code) => (error) => {
  assert.equal(error.error, code, `${error.message} ${error.cause?.message ?? ''}`);
  return true;
};

async function discovery(report, realm) {
  await report.test('discovery names this issuer and its endpoints', async () => {
    const metadata = (await asWeb(realm)).serverMetadata();
    assert.equal(metadata.issuer, realm.issuer);
    assert.equal(metadata.token_endpoint, `${realm.issuer}/protocol/openid-connect/token`);
    assert.ok(metadata.supportsPKCE('S256'));
    assert.ok(metadata.authorization_response_iss_parameter_supported);
  });
}

async function codeFlow(report, realm) {
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

async function responseModes(report, realm) {
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

  await report.test('an implicit ID token comes in the fragment to a client that may have it', async () => {
    await realm.createClient({ ...WEB_CLIENT, clientId: 'implicit', secret: SECRET, implicitFlowEnabled: true, attributes: {} });
    const implicit = await configure(realm, 'implicit', oidc.ClientSecretBasic(SECRET));
    oidc.useIdTokenResponseType(implicit);
    const nonce = oidc.randomNonce();
    const state = oidc.randomState();
    const url = oidc.buildAuthorizationUrl(implicit, { redirect_uri: CALLBACK, scope: 'openid', response_mode: 'fragment', nonce, state });
    const landed = await newBrowser().signIn(url, USER, PASSWORD);
    const claims = await oidc.implicitAuthentication(implicit, landed.url, nonce, { expectedState: state });
    assert.equal(claims.preferred_username, USER);
  });
}

async function reauthentication(report, realm) {
  const config = await asWeb(realm);

  await report.test('prompt=none without a session is login_required', async () => {
    const answer = await ask(config, newBrowser(), { prompt: 'none' });
    assert.equal(answer.get('error'), 'login_required');
    assert.equal(answer.get('iss'), realm.issuer);
  });

  await report.test('prompt=none with a session signs in without a page', async () => {
    const browser = newBrowser();
    const tokens = await signIn(config, { browser });
    const { url, checks } = await request(config, { prompt: 'none' });
    const landed = await browser.visit(url);
    const again = await oidc.authorizationCodeGrant(config, landed.url, checks);
    assert.equal(again.claims().sub, tokens.claims().sub);
    assert.equal(again.claims().auth_time, tokens.claims().auth_time);
  });

  await report.test('max_age lets a fresh session pass and says when the user signed in', async () => {
    const browser = newBrowser();
    await signIn(config, { browser });
    const { url, checks } = await request(config, { max_age: '3600' });
    const landed = await browser.visit(url);
    const tokens = await oidc.authorizationCodeGrant(config, landed.url, { ...checks, maxAge: 3600 });
    assert.equal(typeof tokens.claims().auth_time, 'number');
  });

  await report.test('max_age asks for the password again once the session is older', async () => {
    const browser = newBrowser();
    const first = await signIn(config, { browser, parameters: { max_age: '3600' } });
    const signedInAt = first.claims().auth_time;
    // The age is counted in whole seconds, so two must pass before "one second" is over for certain.
    while (Date.now() / 1000 < signedInAt + 2.1) await pause(100);
    const { url, checks } = await request(config, { max_age: '1' });
    const page = await browser.visit(url);
    const landed = await browser.signInOn(page, USER, PASSWORD);
    const again = await oidc.authorizationCodeGrant(config, landed.url, { ...checks, maxAge: 1 });
    assert.ok(again.claims().auth_time > signedInAt);
  });

  await report.test('prompt=login asks for the password although there is a session', async () => {
    const browser = newBrowser();
    await signIn(config, { browser });
    const { url, checks } = await request(config, { prompt: 'login' });
    const page = await browser.visit(url);
    const landed = await browser.signInOn(page, USER, PASSWORD);
    const tokens = await oidc.authorizationCodeGrant(config, landed.url, checks);
    assert.equal(tokens.claims().preferred_username, USER);
  });

  await report.test('an offline token outlives the session', async () => {
    const browser = newBrowser();
    const tokens = await signIn(config, { browser, parameters: { scope: 'openid offline_access' } });
    const out = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: SIGNED_OUT });
    assert.ok((await browser.visit(out)).stopped);
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(next.claims().sub, tokens.claims().sub);
  });
}

async function clientAuthentication(report, realm) {
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
    const sameJti = { [oidc.modifyAssertion]: (_header, claims) => Object.assign(claims, { jti: 'always-the-same' }) };
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

async function signatureAlgorithms(report, realm) {
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

async function consent(report, realm) {
  await realm.createClient({ ...WEB_CLIENT, clientId: 'asking', secret: SECRET, consentRequired: true });
  const config = await configure(realm, 'asking', oidc.ClientSecretBasic(SECRET));

  await report.test('a user who denies consent comes back with access_denied', async () => {
    const { url, checks } = await request(config);
    const browser = newBrowser();
    const page = await browser.signIn(url, USER, PASSWORD);
    const landed = await browser.submit(page, page.formWith('cancel'), {}, 'cancel');
    assert.equal(landed.url.searchParams.get('error'), 'access_denied');
    await assert.rejects(oidc.authorizationCodeGrant(config, landed.url, checks), withError('access_denied'));
  });

  await report.test('consent is asked once and remembered', async () => {
    const { url, checks } = await request(config);
    const browser = newBrowser();
    const page = await browser.signIn(url, USER, PASSWORD);
    const landed = await browser.submit(page, page.formWith('accept'), {}, 'accept');
    const tokens = await oidc.authorizationCodeGrant(config, landed.url, checks);
    assert.match(tokens.scope, /\bemail\b/);
    const silent = await ask(config, browser, { prompt: 'none' });
    assert.ok(silent.get('code'), silent.toString());
  });
}

async function logout(report, realm) {
  const config = await asWeb(realm);

  await report.test('RP-initiated logout ends the session and returns with the state', async () => {
    const api = await asApi(realm);
    const browser = newBrowser();
    const tokens = await signIn(config, { browser });
    assert.equal((await oidc.tokenIntrospection(api, tokens.access_token)).active, true);
    const state = oidc.randomState();
    const landed = await browser.visit(
      oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: SIGNED_OUT, state }),
    );
    assert.ok(landed.stopped, `no redirect to the application: ${landed.text}`);
    assert.equal(landed.url.href, `${SIGNED_OUT}?state=${state}`);
    assert.equal((await ask(config, browser, { prompt: 'none' })).get('error'), 'login_required');
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), withError('invalid_grant'));
    assert.equal((await oidc.tokenIntrospection(api, tokens.access_token)).active, false);
  });

  await report.test('logout without a hint asks first and signs out after the click', async () => {
    const browser = newBrowser();
    await signIn(config, { browser });
    const endpoint = `${realm.issuer}/protocol/openid-connect/logout`;
    await browser.visit(endpoint);
    assert.ok((await ask(config, browser, { prompt: 'none' })).get('code'), 'merely opening the page signs nobody out');
    const page = await browser.visit(endpoint);
    const form = page.formWith('confirmLogout');
    assert.ok(form, `no form that confirms: ${page.text}`);
    await browser.submit(page, form, {}, 'confirmLogout');
    assert.equal((await ask(config, browser, { prompt: 'none' })).get('error'), 'login_required');
  });

  await report.test('logout does not redirect to an address that is not registered', async () => {
    const browser = new Browser({ stopAt: [CALLBACK, 'http://127.0.0.1:9/elsewhere'] });
    const tokens = await signIn(config, { browser });
    const page = await browser.visit(
      oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://127.0.0.1:9/elsewhere' }),
    );
    assert.ok(!page.stopped, 'it went there');
    assert.equal(page.status, 400);
  });
}
