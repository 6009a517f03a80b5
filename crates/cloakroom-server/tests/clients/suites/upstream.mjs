// OpenID Connect identity providers in a real browser: npm oidc-provider in each of its ways, and Cloakroom itself.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { launchChromium } from '../harness/chromium.mjs';
import { serve, waitFor } from '../harness/process.mjs';
import * as cloakroom from './upstream/cloakroom.mjs';
import * as other from './upstream/provider.mjs';
import { tutorials } from './upstream/tutorials.mjs';

const CLIENT_SECRET = 'a-client-secret-for-upstream';

/** How the realm proves itself at the provider, and what else is different. */
const WAYS = [
  { alias: 'basic', name: 'client_secret_basic', method: 'client_secret_basic' },
  { alias: 'post', name: 'client_secret_post', method: 'client_secret_post' },
  { alias: 'secret-jwt', name: 'client_secret_jwt', method: 'client_secret_jwt', client: { token_endpoint_auth_signing_alg: 'HS256' } },
  { alias: 'private-key-jwt', name: 'private_key_jwt', method: 'private_key_jwt', client: { token_endpoint_auth_signing_alg: 'RS256' }, publishesKeys: true },
  {
    alias: 'encrypted', name: 'private_key_jwt, with ID tokens encrypted for the realm', method: 'private_key_jwt', publishesKeys: true,
    client: { id_token_encrypted_response_alg: 'RSA-OAEP', id_token_encrypted_response_enc: 'A256GCM' },
  },
];

export async function run(report, admin) {
  const application = await serve(createServer((_request, response) => response.end('the application')));
  const realm = await admin.createRealm('downstream');
  const stop = [() => realm.remove(), application.stop];
  try {
    const home = `http://127.0.0.1:${application.port}/`;
    await realm.createClient({
      clientId: 'web', secret: CLIENT_SECRET, redirectUris: [`${home}callback`], attributes: { 'post.logout.redirect.uris': `${home}bye` },
    });
    const browser = await launchChromium();
    stop.push(() => browser.close());
    const scene = new Scene(realm, home, browser);
    await throughProvider(report, scene, stop);
    await throughItself(report, scene, 'another realm of the same server', 'sibling', admin);
    const server = await cloakroom.startServer();
    stop.push(server.stop);
    await throughItself(report, scene, 'a server of its own', 'stranger', server.admin);
    await tutorials(report, { admin, company: `company-${realm.name}`, home, inBrowser: (play) => scene.inBrowser(play) });
  } finally {
    for (const each of stop.reverse()) await each();
  }
}

async function throughProvider(report, scene, stop) {
  const provider = await other.startProvider(WAYS.map((way) => clientOf(scene.realm, way)));
  stop.push(provider.stop);
  for (const way of WAYS) {
    await report.test(`oidc-provider signs somebody in: ${way.name}`, async () => {
      const config = await scene.importConfig('oidc', provider.issuer);
      await scene.makeProvider('oidc', way.alias, {
        ...config, clientId: way.alias, clientSecret: other.SECRET, clientAuthMethod: way.method, clientAssertionSigningAlg: way.client?.token_endpoint_auth_signing_alg ?? '',
      });
      await scene.inBrowser(async (page) => {
        await scene.signIn(page, way.alias, () => other.signInThere(page, way.alias));
        await scene.checkUser(way.alias);
      });
      assert.deepEqual(provider.problems, []);
    });
  }
  await report.test('oidc-provider changes its key while somebody types their password there', () =>
    scene.inBrowser(async (page) => {
      await scene.signIn(page, 'basic', async () => {
        await provider.rotate();
        await other.signInThere(page, 'basic');
      });
    }),
  );
  await signsOutBothWays(report, scene, {
    name: 'oidc-provider', alias: 'basic', signInThere: (page) => other.signInThere(page, 'basic'),
    leaveThere: async (page) => {
      await page.goto(`${provider.issuer}/session/end`);
      await page.click('button[name=logout]');
    },
    confirm: (page) => page.click('button[name=logout]'),
    asksAgain: (page) => page.waitForSelector('input[name=login]'),
  });
  await report.test('oidc-provider saw no request that it had to complain about', () => assert.deepEqual(provider.problems, []));
}

/** What the provider knows of the realm. */
function clientOf(realm, way) {
  const endpoint = `${realm.issuer}/broker/${way.alias}/endpoint`;
  return {
    client_id: way.alias,
    redirect_uris: [endpoint],
    post_logout_redirect_uris: [`${endpoint}/logout_response`],
    backchannel_logout_uri: `${realm.issuer}/protocol/openid-connect/logout/backchannel-logout`,
    backchannel_logout_session_required: true,
    token_endpoint_auth_method: way.method,
    ...(way.method === 'private_key_jwt' ? {} : { client_secret: other.SECRET }),
    ...(way.publishesKeys ? { jwks_uri: `${realm.issuer}/protocol/openid-connect/certs` } : {}),
    ...way.client,
  };
}

async function throughItself(report, scene, what, alias, admin) {
  const there = await cloakroom.makeRealm(admin, scene.realm, alias);
  try {
    const signInThere = (page) => cloakroom.signInThere(page, alias);
    await report.test(`Cloakroom signs somebody in at Cloakroom: ${what}`, async () => {
      const config = await scene.importConfig('keycloak-oidc', there.issuer);
      await scene.makeProvider('keycloak-oidc', alias, { ...config, clientId: 'downstream', clientSecret: cloakroom.SECRET, clientAuthMethod: 'client_secret_post' });
      const role = `${cloakroom.ROLE}-of-${alias}`;
      await scene.mapRole(alias, cloakroom.ROLE, role);
      await scene.inBrowser(async (page) => {
        await scene.signIn(page, alias, () => signInThere(page));
        await scene.checkUser(alias);
      });
      const { body } = await scene.realm.call('GET', `/users/${(await scene.user(alias)).id}/role-mappings/realm`);
      assert.ok(body.some(({ name }) => name === role), JSON.stringify(body));
    });
    await signsOutBothWays(report, scene, {
      name: `Cloakroom, ${what},`, alias, signInThere,
      leaveThere: async (page) => {
        await page.goto(`${there.issuer}/account`);
        await page.click('form[action$="/account/sign-out"] button');
      },
      confirm: async () => undefined,
      asksAgain: (page) => page.waitForSelector('#username'),
    });
  } finally {
    await there.remove();
  }
}

/** A session that ends on one side ends on the other. */
async function signsOutBothWays(report, scene, provider) {
  const { alias } = provider;
  await report.test(`${provider.name} ends the session here when it ends there, over the back channel`, () =>
    scene.inBrowser(async (page) => {
      await scene.signIn(page, alias, () => provider.signInThere(page));
      const before = await scene.sessions(alias);
      assert.ok(before.length >= 1);
      await provider.leaveThere(page);
      await waitFor('the session to end', async () => (await scene.sessions(alias)).length < before.length);
    }),
  );
  await report.test(`${provider.name} ends the session there when it ends here, and the browser comes back to the application`, () =>
    scene.inBrowser(async (page) => {
      const idToken = await scene.signIn(page, alias, () => provider.signInThere(page));
      await page.goto(scene.logout(idToken), { waitUntil: 'commit' });
      if (!page.url().startsWith(`${scene.home}bye`)) await provider.confirm(page);
      await page.waitForURL(`${scene.home}bye*`, { timeout: 15_000, waitUntil: 'commit' });
      assert.equal(new URL(page.url()).searchParams.get('state'), 'left');
      // Whoever comes again has to say there who they are.
      await page.goto(scene.authorization(alias), { waitUntil: 'commit' });
      await provider.asksAgain(page);
    }),
  );
}

/** The realm that people come to, its application, and the browser. */
class Scene {
  constructor(realm, home, browser) {
    Object.assign(this, { realm, home, browser });
  }

  /** The settings that the admin API makes of what a provider publishes of itself. */
  async importConfig(providerId, issuer) {
    const response = await fetch(`${this.realm.admin.base}/admin/realms/${this.realm.name}/identity-provider/import-config`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await this.realm.admin.accessToken()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ providerId, fromUrl: `${issuer}/.well-known/openid-configuration` }),
    });
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  }

  async makeProvider(providerId, alias, config) {
    const usual = { syncMode: 'FORCE', defaultScope: 'openid profile email', pkceEnabled: 'true', pkceMethod: 'S256' };
    await this.realm.call('POST', '/identity-provider/instances', { alias, providerId, enabled: true, trustEmail: true, config: { ...usual, ...config } });
  }

  /** Whoever has a role at a Keycloak has another one here. */
  async mapRole(alias, theirs, ours) {
    await this.realm.call('POST', '/roles', { name: ours });
    await this.realm.call('POST', `/identity-provider/instances/${alias}/mappers`, {
      name: theirs, identityProviderAlias: alias, identityProviderMapper: 'keycloak-oidc-role-to-role-idp-mapper',
      config: { syncMode: 'FORCE', 'external.role': theirs, role: ours },
    });
  }

  /** A browser that has no cookies yet, and does not leave the machine. */
  async inBrowser(play) {
    const context = await this.browser.newContext();
    await context.route((url) => url.hostname !== '127.0.0.1' && url.hostname !== 'localhost', (route) => route.abort());
    try {
      await play(await context.newPage());
    } finally {
      await context.close();
    }
  }

  authorization(alias) {
    const query = new URLSearchParams({
      client_id: 'web', redirect_uri: `${this.home}callback`, response_type: 'code', scope: 'openid', state: 's', kc_idp_hint: alias,
    });
    return `${this.realm.issuer}/protocol/openid-connect/auth?${query}`;
  }

  logout(idToken) {
    const query = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: `${this.home}bye`, state: 'left' });
    return `${this.realm.issuer}/protocol/openid-connect/logout?${query}`;
  }

  /** Goes from the application to the provider and back, and trades the code; the ID token of the application. */
  async signIn(page, alias, there) {
    await page.goto(this.authorization(alias), { waitUntil: 'domcontentloaded' });
    await there();
    await page.waitForURL(`${this.home}callback*`, { timeout: 15_000, waitUntil: 'commit' });
    const code = new URL(page.url()).searchParams.get('code');
    assert.ok(code, page.url());
    const response = await fetch(`${this.realm.issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: `${this.home}callback`, client_id: 'web', client_secret: CLIENT_SECRET }),
    });
    const tokens = await response.json();
    assert.equal(response.status, 200, JSON.stringify(tokens));
    return tokens.id_token;
  }

  async user(alias) {
    const { body } = await this.realm.call('GET', `/users?idpAlias=${alias}`);
    assert.equal(body.length, 1, `users of ${alias}`);
    return body[0];
  }

  async checkUser(alias) {
    const { username, email, emailVerified, firstName, lastName } = await this.user(alias);
    assert.deepEqual(
      { username, email, emailVerified, firstName, lastName },
      { username: alias, email: `${alias}@example.org`, emailVerified: true, firstName: 'Ada', lastName: 'Lovelace' },
    );
  }

  async sessions(alias) {
    return (await this.realm.call('GET', `/users/${(await this.user(alias)).id}/sessions`)).body;
  }
}
