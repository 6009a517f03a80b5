// The application of the openid-client suite: how it is configured, asks for a sign-in and gets its tokens.
import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { Browser } from '../../harness/browser.mjs';

// Nothing listens here: the tiny browser stops before it would load these addresses.
export const CALLBACK = 'http://127.0.0.1:9/callback';
export const SIGNED_OUT = 'http://127.0.0.1:9/signed-out';
export const SECRET = 'a-client-secret-of-more-than-sixty-four-bytes-so-that-HS512-takes-it-as-well';
export const USER = 'ada';
export const PASSWORD = 'an honest passphrase';

export const WEB_CLIENT = {
  redirectUris: [CALLBACK],
  attributes: { 'post.logout.redirect.uris': SIGNED_OUT, 'pkce.code.challenge.method': 'S256' },
};

/** Discovers the realm for one client. */
export function configure(realm, clientId, authentication, metadata) {
  return oidc.discovery(new URL(realm.issuer), clientId, metadata, authentication, {
    // Loopback without TLS; and ID-token signatures are checked against the key set, not only trusted from TLS.
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
}

/** The confidential client of the suite. */
export const asWeb = (realm) => configure(realm, 'web', oidc.ClientSecretBasic(SECRET));

/** The API, which introspects the tokens that are meant for it. */
export const asApi = (realm) => configure(realm, 'api', oidc.ClientSecretBasic(SECRET));

/** Builds an authorization request with PKCE, state and nonce, and keeps what the answer is checked against. */
export async function request(config, parameters = {}) {
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

export const newBrowser = () => new Browser({ stopAt: [CALLBACK, SIGNED_OUT] });

/** Signs the user in with a browser and redeems the code. */
export async function signIn(config, { browser = newBrowser(), parameters } = {}) {
  const { url, checks } = await request(config, parameters);
  const landed = await browser.signIn(url, USER, PASSWORD);
  assert.ok(landed.stopped, `the login did not lead to the application: ${landed.url} ${landed.text}`);
  return oidc.authorizationCodeGrant(config, landed.url, checks);
}

/** Asks without any page and returns the answer's parameters. */
export async function ask(config, browser, parameters) {
  const { url } = await request(config, parameters);
  const landed = await browser.visit(url);
  assert.ok(landed.stopped, `no redirect to the application: ${landed.url} ${landed.text}`);
  return landed.url.searchParams;
}

/** Says that the server refused with `code`. */
export const withError = (code) => (error) => {
  assert.equal(error.error, code, `${error.message} ${error.cause?.message ?? ''}`);
  return true;
};
