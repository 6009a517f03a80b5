// What depends on the session: prompt, max_age, offline tokens, consent and logout.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import * as oidc from 'openid-client';
import { Browser } from '../../harness/browser.mjs';
import {
  asApi,
  ask,
  asWeb,
  CALLBACK,
  configure,
  newBrowser,
  PASSWORD,
  request,
  SECRET,
  SIGNED_OUT,
  signIn,
  USER,
  WEB_CLIENT,
  withError,
} from './application.mjs';

export async function reauthentication(report, realm) {
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

export async function consent(report, realm) {
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

export async function logout(report, realm) {
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
