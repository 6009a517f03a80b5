// The things that operations are about: each is made when an operation needs it, once for all who only look at it.
import { randomBytes } from 'node:crypto';

export const fresh = (kind) => `${kind}-${randomBytes(4).toString('hex')}`;

const PASSWORD = 'an honest passphrase';
const password = { type: 'password', value: PASSWORD, temporary: false };

/** A mapper that puts a greeting into tokens. */
export const mapper = () => ({
  name: fresh('mapper'),
  protocol: 'openid-connect',
  protocolMapper: 'oidc-hardcoded-claim-mapper',
  config: { 'claim.name': 'greeting', 'claim.value': 'hello', 'jsonType.label': 'String' },
});

/** How a thing of each kind is made. */
const KINDS = {
  async user(w) {
    const username = fresh('user');
    const person = { username, enabled: true, email: `${username}@example.org`, emailVerified: true, firstName: 'Ada', lastName: 'Lovelace' };
    return { id: await w.create('/users', { ...person, credentials: [password] }), username };
  },
  async holder(w) {
    const user = await w.make('user');
    const secretData = JSON.stringify({ value: 'a secret of twenty by' });
    const credentialData = JSON.stringify({ subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' });
    const username = fresh('holder');
    const otp = { type: 'otp', secretData, credentialData };
    user.id = await w.create('/users', { username, enabled: true, credentials: [password, otp] });
    const credentials = await w.get(`/users/${user.id}/credentials`);
    return { user: user.id, credentials: credentials.map(({ id }) => id) };
  },
  async group(w) {
    const name = fresh('group');
    return { id: await w.create('/groups', { name }), name };
  },
  async membership(w) {
    const [user, group] = [await w.make('user'), await w.make('group')];
    await w.call('PUT', `/users/${user.id}/groups/${group.id}`);
    return { user: user.id, group: group.id };
  },
  async role(w) {
    const name = fresh('role');
    await w.create('/roles', { name });
    return w.get(`/roles/${name}`);
  },
  async client(w) {
    const clientId = fresh('client');
    const id = await w.create('/clients', {
      clientId,
      enabled: true,
      protocol: 'openid-connect',
      publicClient: false,
      secret: 'a-client-secret-of-more-than-32-bytes',
      serviceAccountsEnabled: true,
      directAccessGrantsEnabled: true,
      redirectUris: ['https://app.example.org/callback'],
    });
    return { id, clientId };
  },
  async clientRole(w) {
    const client = await w.make('client');
    return { client: client.id, role: await w.roleOf(client.id) };
  },
  async node(w) {
    const client = await w.make('client');
    await w.call('POST', `/clients/${client.id}/nodes`, { node: 'node-1' });
    return { client: client.id, node: 'node-1' };
  },
  async scopeMapper(w) {
    const owner = await w.make('scope');
    return { owner: owner.id, id: await w.create(`/client-scopes/${owner.id}/protocol-mappers/models`, mapper()) };
  },
  async clientMapper(w) {
    const owner = await w.make('client');
    return { owner: owner.id, id: await w.create(`/clients/${owner.id}/protocol-mappers/models`, mapper()) };
  },
  async scope(w) {
    const name = fresh('scope');
    return { id: await w.create('/client-scopes', { name, protocol: 'openid-connect' }), name };
  },
  async identityProvider(w) {
    const alias = fresh('idp');
    const at = 'https://idp.example.org';
    const config = { clientId: 'us', clientSecret: 'secret', authorizationUrl: `${at}/auth`, tokenUrl: `${at}/token` };
    await w.create('/identity-provider/instances', { alias, providerId: 'oidc', enabled: true, config });
    return { alias };
  },
  async identityProviderMapper(w) {
    const { alias } = await w.make('identityProvider');
    const config = { syncMode: 'INHERIT', role: 'offline_access' };
    const mapper = { name: fresh('mapper'), identityProviderAlias: alias, identityProviderMapper: 'oidc-hardcoded-role-idp-mapper', config };
    return { alias, id: await w.create(`/identity-provider/instances/${alias}/mappers`, mapper) };
  },
  async flow(w) {
    const alias = fresh('flow');
    const id = await w.create('/authentication/flows', { alias, providerId: 'basic-flow', topLevel: true, builtIn: false });
    return { alias, id };
  },
  async execution(w) {
    const flow = await w.make('flow');
    const at = `/authentication/flows/${flow.alias}/executions`;
    for (const provider of ['auth-cookie', 'identity-provider-redirector', 'auth-username-password-form']) {
      await w.call('POST', `${at}/execution`, { provider });
    }
    return { flow, id: (await w.get(at))[1].id };
  },
  async configured(w) {
    const execution = await w.make('execution');
    const config = { alias: fresh('config'), config: { defaultProvider: 'google' } };
    const id = await w.create(`/authentication/executions/${execution.id}/config`, config);
    return { execution: execution.id, id };
  },
  async requiredAction(w) {
    const known = await w.get('/authentication/required-actions');
    return { alias: known.find(({ alias }) => alias === 'TERMS_AND_CONDITIONS').alias };
  },
  async component(w) {
    const { id: parentId } = await w.get('');
    const config = { priority: ['7'], enabled: ['true'], active: ['true'], algorithm: ['RS256'], keySize: ['2048'] };
    const component = { name: fresh('key'), parentId, providerId: 'rsa-generated', providerType: 'org.keycloak.keys.KeyProvider', config };
    return { id: await w.create('/components', component), component };
  },
  async directory(w) {
    const { id: parentId } = await w.get('');
    const settings = {
      enabled: 'true', vendor: 'other', editMode: 'READ_ONLY', connectionUrl: 'ldap://127.0.0.1:9', usersDn: 'ou=people,dc=example,dc=org',
      authType: 'simple', bindDn: 'cn=reader', bindCredential: 'secret', usernameLDAPAttribute: 'uid', rdnLDAPAttribute: 'uid',
      uuidLDAPAttribute: 'entryUUID', userObjectClasses: 'inetOrgPerson', searchScope: '1', priority: '0', importEnabled: 'true',
    };
    const config = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, [value]]));
    const providerType = 'org.keycloak.storage.UserStorageProvider';
    const id = await w.create('/components', { name: fresh('ldap'), parentId, providerId: 'ldap', providerType, config });
    const mappers = await w.get(`/components?parent=${id}`);
    return { id, mapper: mappers[0]?.id };
  },
  async organization(w) {
    const name = fresh('organization');
    return { id: await w.create('/organizations', { name, domains: [{ name: `${name}.example.org` }] }), name };
  },
  async member(w) {
    const [organization, user] = [await w.make('organization'), await w.make('user')];
    await w.call('POST', `/organizations/${organization.id}/members`, user.id);
    return { organization: organization.id, user: user.id };
  },
  async brokered(w) {
    const [organization, provider] = [await w.make('organization'), await w.make('identityProvider')];
    await w.call('POST', `/organizations/${organization.id}/identity-providers`, provider.alias);
    return { organization: organization.id, alias: provider.alias };
  },
  async organizationGroup(w) {
    const { organization, user } = await w.make('member');
    const name = fresh('group');
    const id = await w.create(`/organizations/${organization}/groups`, { name });
    return { organization, user, id, name };
  },
  async invitation(w) {
    const organization = await w.make('organization');
    const email = `${fresh('guest')}@example.org`;
    const at = `/organizations/${organization.id}`;
    await w.send('POST', `${at}/members/invite-user`, 'application/x-www-form-urlencoded', new URLSearchParams({ email }).toString());
    const [invitation] = await w.get(`${at}/invitations`);
    return { organization: organization.id, id: invitation?.id };
  },
  async session(w) {
    const [user, client] = [await w.make('user'), await w.make('client')];
    const tokens = await w.signIn(user.username, client.clientId);
    return { user: user.id, client: client.id, id: tokens.session_state };
  },
  async consent(w) {
    const [username, client] = [fresh('user'), await w.make('client')];
    const clientConsents = [{ clientId: client.clientId, grantedClientScopes: ['email'] }];
    await w.call('POST', '/partialImport', { ifResourceExists: 'FAIL', users: [{ username, enabled: true, clientConsents }] });
    const [user] = await w.get(`/users?username=${username}&exact=true`);
    return { user: user.id, client: client.clientId };
  },
  async authorization(w) {
    const clientId = fresh('protected');
    const client = await w.create('/clients', { clientId, publicClient: false, serviceAccountsEnabled: true, authorizationServicesEnabled: true });
    const at = `/clients/${client}/authz/resource-server`;
    const scope = (await w.call('POST', `${at}/scope`, { name: fresh('scope') })).body;
    const resource = (await w.call('POST', `${at}/resource`, { name: fresh('resource'), scopes: [{ name: scope.name }] })).body;
    const role = await w.once('role');
    const policy = (await w.call('POST', `${at}/policy/role`, { name: fresh('policy'), roles: [{ id: role.id }] })).body;
    const named = { name: fresh('permission'), resources: [resource._id], policies: [policy.id] };
    const permission = (await w.call('POST', `${at}/permission/resource`, named)).body;
    const things = { client, scope, resource, policy, permission };
    w.protections.set(client, things);
    return things;
  },
  async workflow(w) {
    const name = fresh('workflow');
    const steps = [{ uses: 'set-user-attribute', after: '30d', with: { seen: ['long ago'] } }, { uses: 'disable-user' }];
    const id = await w.create('/workflows', { name, enabled: true, on: 'user-created', steps });
    const kept = (await w.call('GET', `/workflows/${id}`)).body;
    return { id, name, steps: kept.steps };
  },
  async initialAccess(w) {
    return (await w.call('POST', '/clients-initial-access', { count: 1, expiration: 60 })).body;
  },
  async locale(w) {
    const locale = fresh('de');
    await w.call('POST', `/localization/${locale}`, { greeting: 'Guten Tag' });
    return { locale, key: 'greeting' };
  },
};

/** One realm, and what has been made in it. */
export class World {
  constructor(realm) {
    this.realm = realm;
    this.kept = new Map();
    this.protections = new Map();
  }

  /** What the client with this id protects. */
  protectedBy(client) {
    return this.protections.get(client);
  }

  call(method, path, json) {
    return this.realm.call(method, path, json);
  }

  async get(path) {
    return (await this.realm.call('GET', path)).body;
  }

  async create(path, json) {
    return (await this.realm.call('POST', path, json)).id;
  }

  /** Sends a body that is no JSON; what comes back is not looked at. */
  async send(method, path, type, body) {
    const authorization = `Bearer ${await this.realm.admin.accessToken()}`;
    const url = `${this.realm.admin.base}/admin/realms/${this.realm.name}${path}`;
    await (await fetch(url, { method, headers: { authorization, 'content-type': type }, body })).text();
  }

  /** A new thing of this kind. */
  make(kind) {
    return KINDS[kind](this);
  }

  /** The one thing of this kind that all share who do not change it. */
  once(kind) {
    if (!this.kept.has(kind)) this.kept.set(kind, this.make(kind));
    return this.kept.get(kind);
  }

  async roleOf(client) {
    const name = fresh('role');
    await this.create(`/clients/${client}/roles`, { name });
    return this.get(`/clients/${client}/roles/${name}`);
  }

  /** The tokens of a user at a client of this world. */
  async signIn(username, clientId) {
    const secret = clientId === 'admin-cli' ? {} : { client_secret: 'a-client-secret-of-more-than-32-bytes' };
    const form = { grant_type: 'password', client_id: clientId, username, password: PASSWORD, scope: 'openid', ...secret };
    const answer = await fetch(`${this.realm.issuer}/protocol/openid-connect/token`, { method: 'POST', body: new URLSearchParams(form) });
    const tokens = await answer.json();
    if (!answer.ok) throw new Error(`${username} got no token: ${answer.status} ${JSON.stringify(tokens)}`);
    return tokens;
  }

  /** The token of somebody who has no right at all. */
  async powerless() {
    const user = await this.once('user');
    return (await this.signIn(user.username, 'admin-cli')).access_token;
  }
}
