// The realm that the console's pages are looked at with: something of each kind, and markup in every text that takes it.
import { Visitor } from './visitor.mjs';

/** A text that would leave an element behind where it is not escaped. */
export const EVIL = '<img data-evil src=x><b data-evil>"\'</b>';

/** A directory of this name. Nobody is asked there who signs in. */
const directoryOf = (name) => ({
  name,
  providerId: 'ldap',
  providerType: 'org.keycloak.storage.UserStorageProvider',
  config: {
    enabled: ['false'],
    vendor: ['other'],
    editMode: ['READ_ONLY'],
    connectionUrl: ['ldaps://directory.example'],
    usersDn: ['ou=people,dc=example'],
    authType: ['simple'],
    usernameLDAPAttribute: ['uid'],
    rdnLDAPAttribute: ['uid'],
    uuidLDAPAttribute: ['entryUUID'],
    userObjectClasses: ['inetOrgPerson'],
  },
});

/** Keeps a view of each list under a name of markup, as this administrator, whose own it is. */
async function keepViews(realm, username, password) {
  const visitor = new Visitor(realm.admin.base, realm.name);
  await visitor.signIn(username, password);
  for (const [page, query] of [['users', 'enabled:true'], ['clients', 'shop'], ['events', 'type:LOGIN'], ['admin-events', 'type:CLIENT']]) {
    const { status, text } = await visitor.post('/views', { page, name: `view ${EVIL}`, query });
    if (status !== 303) throw new Error(`the view of ${page} is answered with ${status}: ${text.slice(0, 300)}`);
  }
}

/** Makes the realm. `boss` may do everything in it, `ada` is somebody. */
export async function setUpScene(admin) {
  const realm = await admin.createRealm('console', {
    displayName: `Acme ${EVIL}`,
    eventsEnabled: true,
    adminEventsEnabled: true,
    adminEventsDetailsEnabled: true,
    organizationsEnabled: true,
  });
  const password = 'an honest passphrase';
  const boss = await realm.createUser('boss', password);
  const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
  const { body: all } = await realm.call('GET', `/clients/${manager.id}/roles/realm-admin`);
  await realm.grantClientRole(boss, manager.id, all);

  const user = await realm.createUser('ada', password, { attributes: { locale: ['en'] } });
  const { body: role } = { body: await realm.createRealmRole('editor') };
  await realm.call('PUT', `/roles-by-id/${role.id}`, { ...role, description: `May edit ${EVIL}` });
  const { id: group } = await realm.call('POST', '/groups', { name: 'staff' });
  await realm.call('POST', `/groups/${group}/children`, { name: `night ${EVIL}` });
  await realm.call('PUT', `/users/${user}/groups/${group}`);
  await realm.call('POST', `/groups/${group}/role-mappings/realm`, [role]);
  const client = await realm.createClient({
    clientId: 'shop',
    name: `Shop of ada ${EVIL}`,
    description: EVIL,
    rootUrl: 'https://shop.example',
    redirectUris: ['https://shop.example/callback', 'https://shop.example/*'],
  });
  const { id: scope } = await realm.call('POST', '/client-scopes', {
    name: 'orders',
    description: EVIL,
    protocol: 'openid-connect',
  });
  const { id: mapper } = await realm.call('POST', `/client-scopes/${scope}/protocol-mappers/models`, {
    name: 'colour',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-usermodel-attribute-mapper',
    config: { 'user.attribute': 'colour', 'claim.name': 'colour', 'jsonType.label': 'String', 'access.token.claim': 'true' },
  });
  await realm.call('POST', '/identity-provider/instances', {
    alias: 'elsewhere',
    displayName: EVIL,
    providerId: 'oidc',
    enabled: true,
    config: { clientId: 'us', clientSecret: 'hush', authorizationUrl: 'https://elsewhere.example/auth', tokenUrl: 'https://elsewhere.example/token' },
  });
  const { id: taking } = await realm.call('POST', '/identity-provider/instances/elsewhere/mappers', {
    name: `team ${EVIL}`,
    identityProviderAlias: 'elsewhere',
    identityProviderMapper: 'oidc-user-attribute-idp-mapper',
    config: { claim: 'team', 'user.attribute': EVIL, syncMode: 'INHERIT' },
  });
  const { id: organization } = await realm.call('POST', '/organizations', {
    name: 'Acme',
    description: EVIL,
    domains: [{ name: 'acme.example', verified: true }, { name: 'acme.test' }],
  });
  await realm.call('POST', `/organizations/${organization}/members`, user);
  const { id: team } = await realm.call('POST', `/organizations/${organization}/groups`, { name: 'buyers' });
  await realm.call('POST', `/organizations/${organization}/groups`, { name: `sellers ${EVIL}` });
  const { id: directory } = await realm.call('POST', '/components', directoryOf('domain'));
  await realm.call('POST', '/components', directoryOf(`directory ${EVIL}`));
  await realm.call('POST', '/components', {
    name: `key ${EVIL}`,
    providerId: 'ecdsa-generated',
    providerType: 'org.keycloak.keys.KeyProvider',
    config: { ecdsaEllipticCurveKey: ['P-256'], priority: ['0'], enabled: ['false'], active: ['false'] },
  });
  await realm.call('POST', '/localization/en', { termsTitle: `Terms ${EVIL}`, termsText: EVIL });
  await realm.call('POST', '/authentication/flows/browser/copy', { newName: 'careful' });
  const draft = async () => realm.call('POST', '/ui-ext/flows/careful/draft');
  await draft();
  await realm.call('POST', '/ui-ext/flows/careful/draft/publish', { revision: 1 });
  await draft();
  const [{ providerId: key }] = (await realm.call('GET', '/keys')).body.keys;
  const { id: former } = await realm.call('POST', '/groups', { name: `former ${EVIL}` });
  const { body: bin } = await realm.call('DELETE', `/groups/${former}?recycle=true`);
  await realm.call('PUT', `/clients/${client}`, { clientId: 'shop', baseUrl: 'https://shop.example/' });
  const [{ id: event }] = (await realm.call('GET', `/admin-events?resourcePath=clients/${client}&max=1`)).body;
  const { id: job } = await realm.call('POST', '/ui-ext/jobs', { kind: 'import-users', text: `username\n"${EVIL.replaceAll('"', '""')}"\n` });
  await realm.call('POST', `/clients/${client}/roles`, { name: 'buyer', description: EVIL });
  const flows = (await realm.call('GET', '/authentication/flows')).body;
  const { id: docker, ...flow } = flows.find(({ alias }) => alias === 'docker auth');
  await realm.call('PUT', `/authentication/flows/${docker}`, { ...flow, id: docker, description: EVIL });
  const action = (await realm.call('GET', '/authentication/required-actions/VERIFY_PROFILE')).body;
  await realm.call('PUT', '/authentication/required-actions/VERIFY_PROFILE', { ...action, name: EVIL });
  const [{ id: credential }] = (await realm.call('GET', `/users/${user}/credentials`)).body;
  await realm.call('PUT', `/users/${user}/credentials/${credential}/userLabel`, EVIL);
  // Somebody who is not there tries to sign in under a name of markup, which no username can be: the trail keeps nothing of it.
  const typed = { grant_type: 'password', client_id: 'admin-cli', username: EVIL, password };
  await fetch(`${realm.issuer}/protocol/openid-connect/token`, { method: 'POST', body: new URLSearchParams(typed) });
  const { body: { id: alert } } = await realm.call('POST', '/ui-ext/alerts', {
    name: `guesses ${EVIL}`,
    search: { types: ['LOGIN_ERROR'], client: EVIL },
    count: 1,
    periodSeconds: 600,
  });
  await keepViews(realm, 'boss', password);
  const made = { alert, organization, team, directory, group, client, scope, mapper, job, event, key, user, taking };
  return { realm, entry: bin.id, role: role.id, provider: 'elsewhere', password, ...made };
}

/** An address or a field with the scene's ids in place of their names. */
export function fill(text, scene) {
  const named = { ...scene, realm: scene.realm.name };
  return text.replaceAll(/\{(alert|organization|team|directory|job|entry|event|key|user|role|group|client|scope|mapper|taking|provider|realm)\}/g, (_, name) => named[name]);
}

/** The console of `master`, with its administrator signed in and JavaScript off. */
export async function atMaster(browser, { base, credentials }) {
  const context = await browser.newContext({ locale: 'en', javaScriptEnabled: false });
  const page = await context.newPage();
  const at = `${base}/admin/master/console/master`;
  await page.goto(`${at}/dashboard`);
  await page.getByLabel('Username or email').fill(credentials.username);
  await page.getByLabel('Password', { exact: true }).fill(credentials.password);
  await page.getByRole('button', { name: 'Sign In' }).click();
  await page.waitForURL(`${at}/dashboard`);
  return { page, context, at };
}
