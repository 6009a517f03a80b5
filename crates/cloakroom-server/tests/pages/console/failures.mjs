// Thirty-one sign-ins that fail, each for a reason of its own, and what the console says of each: the step and the cause.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Browser } from '../../clients/harness/browser.mjs';
import { Visitor } from './visitor.mjs';

const SECRET = 'a-client-secret-of-more-than-32-bytes';
const PASSWORD = 'an honest passphrase';
const CALLBACK = 'http://127.0.0.1:9/callback';

const basic = (client, secret = SECRET) => ({ authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` });

/** A realm in which everything can go wrong, and the ways of asking it. */
class Stage {
  static async open(admin) {
    const realm = await admin.createRealm('failures', {
      eventsEnabled: true,
      enabledEventTypes: ['LOGIN_ERROR', 'CODE_TO_TOKEN_ERROR', 'CLIENT_LOGIN_ERROR', 'REFRESH_TOKEN_ERROR'],
      bruteForceProtected: true,
      failureFactor: 3,
      waitIncrementSeconds: 600,
      revokeRefreshToken: true,
    });
    const stage = new Stage(realm);
    for (const name of ['ada', 'carl', 'dora', 'emil', 'fred']) await realm.createUser(name, PASSWORD);
    await realm.createUser('off', PASSWORD, { enabled: false });
    await realm.createUser('bare', undefined, { credentials: [] });
    const otp = { type: 'otp', secretData: '{"value":"GEZDGNBVGY3TQOJQ"}', credentialData: '{"subType":"totp","digits":6,"period":30,"algorithm":"HmacSHA1"}' };
    await realm.createUser('factor', undefined, { credentials: [{ type: 'password', value: PASSWORD }, otp] });

    await realm.createUser('keyed', undefined, { credentials: [{ type: 'password', value: PASSWORD }] });
    await realm.call('POST', '/authentication/flows', { alias: 'keys', providerId: 'basic-flow', topLevel: true });
    for (const provider of ['auth-username-password-form', 'auth-x509-client-username-form']) {
      await realm.call('POST', '/authentication/flows/keys/executions/execution', { provider });
    }
    for (const step of (await realm.call('GET', '/authentication/flows/keys/executions')).body) {
      await realm.call('PUT', '/authentication/flows/keys/executions', { ...step, requirement: 'REQUIRED' });
    }
    const flows = (await realm.call('GET', '/authentication/flows')).body;
    const browserFlow = flows.find(({ alias }) => alias === 'keys').id;
    await realm.createUser('busy', PASSWORD, { requiredActions: ['UPDATE_PASSWORD'] });
    const web = { secret: SECRET, redirectUris: [CALLBACK] };
    await realm.createClient({ ...web, clientId: 'web', directAccessGrantsEnabled: true });
    await realm.createClient({ ...web, clientId: 'other' });
    await realm.createClient({ ...web, clientId: 'keys', authenticationFlowBindingOverrides: { browser: browserFlow } });
    await realm.createClient({ ...web, clientId: 'asks', consentRequired: true });
    await realm.createClient({ ...web, clientId: 'pkce', attributes: { 'pkce.code.challenge.method': 'S256' } });
    await realm.createClient({ ...web, clientId: 'narrow', standardFlowEnabled: false });
    await realm.createClient({ ...web, clientId: 'bearer', bearerOnly: true });
    await realm.createClient({ ...web, clientId: 'gone', enabled: false });
    const boss = await realm.createUser('boss', PASSWORD);
    const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
    await realm.grantClientRole(boss, manager.id, (await realm.call('GET', `/clients/${manager.id}/roles/realm-admin`)).body);
    stage.visitor = new Visitor(admin.base, realm.name);
    await stage.visitor.signIn('boss', PASSWORD);
    return stage;
  }

  constructor(realm) {
    this.realm = realm;
    this.endpoint = `${realm.issuer}/protocol/openid-connect`;
  }

  auth(parameters) {
    const usual = { client_id: 'web', redirect_uri: CALLBACK, response_type: 'code', scope: 'openid' };
    const all = Object.entries({ ...usual, ...parameters }).filter(([, value]) => value !== null);
    return `${this.endpoint}/auth?${new URLSearchParams(all)}`;
  }

  browser() {
    return new Browser({ stopAt: [CALLBACK] });
  }

  /** Opens the sign-in, and signs in if it is there. */
  async signIn(username, password = PASSWORD, parameters = {}, browser = this.browser()) {
    return browser.signIn(this.auth(parameters), username, password);
  }

  async code(parameters = {}) {
    const page = await this.signIn('ada', PASSWORD, parameters);
    return page.url.searchParams.get('code');
  }

  async token(parameters, headers = basic('web')) {
    const response = await fetch(`${this.endpoint}/token`, { method: 'POST', headers, body: new URLSearchParams(parameters) });
    return response.json();
  }

  exchange(code, more = {}, headers = basic('web')) {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...more }, headers);
  }

  async tokens() {
    return this.exchange(await this.code({ scope: 'openid' }));
  }

  user(name) {
    return this.realm.call('GET', `/users?exact=true&username=${name}`).then(({ body }) => body[0]);
  }
}

const challenge = (verifier) => createHash('sha256').update(verifier).digest('base64url');
const VERIFIER = randomBytes(32).toString('base64url');

/**
 * The failures: what happens, how an administrator asks for it, the step that is named, and the words of the cause.
 * What happens gives the code that the person is shown, where there is one.
 */
const FAILURES = [
  ['a name that nobody has', (s) => s.signIn('nobody'), 'client=web', 'The name belongs to somebody', 'Nobody has this username'],
  ['a wrong password', (s) => s.signIn('carl', 'wrong'), 'user=carl', 'The password is right', 'The password was wrong'],
  ['an account without a password', (s) => s.signIn('bare', 'any'), 'user=bare', 'The password is right', 'or there is none'],
  [
    'a step that is not here',
    (s) => s.signIn('keyed', PASSWORD, { client_id: 'keys' }),
    'user=keyed',
    "The sign-in's flow lets the person in",
    'a step that this server does not have',
  ],
  [
    'a one-time code that is wrong',
    async (s) => {
      const browser = s.browser();
      const page = await s.signIn('factor', PASSWORD, {}, browser);
      return browser.submit(page, page.formWith('otp'), { otp: '12' });
    },
    'user=factor',
    'The one-time code is right',
    'the one-time code was wrong',
  ],
  ['an account that is off', (s) => s.signIn('off'), 'user=off', 'The account is on', 'the account is off'],
  [
    'an account that is locked after guesses',
    async (s) => {
      for (let guess = 0; guess < 3; guess += 1) await s.signIn('dora', `guess ${guess}`);
      await s.signIn('dora');
    },
    'user=dora',
    'The account is not locked',
    'was locked for a while',
  ],
  ['a client that is not there', (s) => s.browser().visit(s.auth({ client_id: 'nobody' })), 'code', 'The application is known', 'No such application'],
  ['a client that is off', (s) => s.browser().visit(s.auth({ client_id: 'gone' })), 'code', 'The application is known', 'nothing of it is switched on'],
  ['a client that only checks tokens', (s) => s.browser().visit(s.auth({ client_id: 'bearer' })), 'code', 'The application is known', 'only checks tokens'],
  [
    'an address that is not registered',
    (s) => s.browser().visit(s.auth({ redirect_uri: 'https://evil.example/' })),
    'code',
    'The address to come back to is registered',
    'The address to come back to is not registered',
  ],
  ['no address to come back to', (s) => s.browser().visit(s.auth({ client_id: null })), 'code', 'The application is known', 'Missing parameter: client_id'],
  ['a response type of nobody', (s) => s.browser().visit(s.auth({ response_type: 'magic', client_id: 'other' })), 'client=other', 'The request can be read', 'a response_type that the server does not have'],
  ['a flow that is off', (s) => s.browser().visit(s.auth({ client_id: 'narrow' })), 'client=narrow', 'The application may ask this way', 'may not ask in this way'],
  ['a scope of nobody', (s) => s.browser().visit(s.auth({ client_id: 'asks', scope: 'openid nonsense' })), 'client=asks', 'The scopes are allowed', 'a scope that it does not have'],
  ['PKCE that is missing', (s) => s.browser().visit(s.auth({ client_id: 'pkce' })), 'client=pkce', 'The request can be read', 'has to send a code_challenge'],
  [
    'somebody who says no',
    async (s) => {
      const browser = s.browser();
      const page = await s.signIn('emil', PASSWORD, { client_id: 'asks' }, browser);
      await browser.submit(page, page.formWith('cancel'), {}, 'cancel');
    },
    'user=emil',
    'The person agrees',
    'The person did not allow it',
  ],
  ['a wrong secret', async (s) => s.exchange(await s.code(), {}, basic('web', 'wrong')), 'client=web', 'The application proves itself', 'is not the registered one'],
  ['a client of nobody at the token endpoint', (s) => s.token({ grant_type: 'client_credentials' }, basic('nobody')), 'client=nobody', 'The application proves itself', 'is not the registered one'],
  ['a code of nobody', (s) => s.exchange('a.b.c'), 'client=web', 'What it hands in is valid', 'Code not valid'],
  [
    'a code that is used twice',
    async (s) => {
      const code = await s.code();
      await s.exchange(code);
      await s.exchange(code);
    },
    'client=web',
    'What it hands in is valid',
    'Code not valid',
  ],
  ['the code of another client', async (s) => s.exchange(await s.code(), {}, basic('other')), 'client=other', 'What it hands in is valid', 'given to another application'],
  ['another address than before', async (s) => s.exchange(await s.code(), { redirect_uri: `${CALLBACK}/x` }), 'client=web', 'What it hands in is valid', 'another address to come back to'],
  [
    'a wrong verifier',
    async (s) => s.exchange(await s.code({ code_challenge: challenge(VERIFIER), code_challenge_method: 'S256' }), { code_verifier: 'x'.repeat(43) }),
    'client=web',
    'What it hands in is valid',
    'this verifier does not answer',
  ],
  [
    'no verifier',
    async (s) => s.exchange(await s.code({ code_challenge: challenge(VERIFIER), code_challenge_method: 'S256' })),
    'client=web',
    'What it hands in is valid',
    'PKCE code verifier not specified',
  ],
  ['a refresh token of nobody', (s) => s.token({ grant_type: 'refresh_token', refresh_token: 'a.b.c' }), 'client=web', 'What it hands in is valid', 'Invalid refresh token'],
  [
    'a refresh token that is used twice',
    async (s) => {
      const { refresh_token: token } = await s.tokens();
      await s.token({ grant_type: 'refresh_token', refresh_token: token });
      await s.token({ grant_type: 'refresh_token', refresh_token: token });
    },
    'client=web',
    'What it hands in is valid',
    'was used before',
  ],
  [
    'a refresh token of a session that is over',
    async (s) => {
      const { refresh_token: token } = await s.tokens();
      await s.realm.call('POST', `/users/${(await s.user('ada')).id}/logout`);
      await s.token({ grant_type: 'refresh_token', refresh_token: token });
    },
    'client=web',
    'What it hands in is valid',
    'session that it belongs to is over',
  ],
  ['a password grant that is off', (s) => s.token({ grant_type: 'password', username: 'ada', password: PASSWORD }, basic('other')), 'client=other', 'The application may ask this way', 'not allowed for direct access grants'],
  ['a wrong password in the password grant', (s) => s.token({ grant_type: 'password', username: 'fred', password: 'wrong' }), 'user=fred', 'The password is right', 'The password was wrong'],
  ['a password grant of somebody with something to do', (s) => s.token({ grant_type: 'password', username: 'busy', password: PASSWORD }), 'user=busy', 'Nothing is left to do first', 'something to do first'],
  ['a service account that is off', (s) => s.token({ grant_type: 'client_credentials' }), 'client=web', 'The application may ask this way', 'service account'],
];

/** Of each failure, the console names the step that refused and its cause, and one thing to do. */
export async function eachFailureIsExplained(_browser, scene) {
  assert.equal(FAILURES.length, 32);
  await areExplained(scene, FAILURES, async () => {});
}

/** The same for rows that need more of the realm, which `prepare` gives it. Not a test by itself. */
export async function areExplained(scene, failures, prepare) {
  const stage = await Stage.open(scene.realm.admin);
  try {
    await prepare(stage);
    const wrong = [];
    for (const [name, happens, asked, step, cause] of failures) {
      const page = await happens(stage);
      const code = page?.html?.match(/E-[0-9A-Z]{4}-[0-9A-Z]{2}/)?.[0];
      const query = asked === 'code' ? `code=${code}` : asked;
      const { status, text } = await stage.visitor.open(stage.visitor.url(`/explain?${query}`));
      const plain = text.replaceAll('&#39;', "'").replace(/\s+/g, ' ');
      const row = plain.match(/<tr>(?:(?!<\/tr>).)*refused<\/span>(?:(?!<\/tr>).)*<\/tr>/)?.[0] ?? '';
      const words = row.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
      if (status !== 200 || !words.includes(step) || !words.includes(cause)) wrong.push(`${name} (${query}): ${words}`);
      if (!plain.includes('What mends it')) wrong.push(`${name}: no repair`);
    }
    assert.deepEqual(wrong, []);
  } finally {
    await stage.realm.remove();
  }
}
