// Sets up realms, clients, users and roles through the Keycloak admin REST API, as an operator's script would.
import { randomBytes } from 'node:crypto';

/** A token of admin-cli lives 60 seconds; it is asked for anew well before that. */
const TOKEN_AGE_MS = 20_000;

/** The admin API of one server, called as one administrator. */
export class Admin {
  constructor(base, username, password) {
    this.base = base.replace(/\/+$/, '');
    this.credentials = { username, password };
    this.token = null;
  }

  /** Gets an access token by the password grant, the way every Keycloak script does. */
  async accessToken() {
    if (this.token && Date.now() - this.token.at < TOKEN_AGE_MS) return this.token.value;
    const response = await fetch(`${this.base}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...this.credentials }),
    });
    const body = await response.json();
    if (!response.ok) throw new Error(`admin-cli got no token: ${response.status} ${JSON.stringify(body)}`);
    this.token = { value: body.access_token, at: Date.now() };
    return body.access_token;
  }

  /** Calls one admin endpoint and returns `{ body, id }`; `id` is the last segment of `Location`. */
  async call(method, path, json) {
    const response = await fetch(`${this.base}/admin/realms${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.accessToken()}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /admin/realms${path} answered ${response.status}: ${text}`);
    const location = response.headers.get('location');
    return { body: text ? JSON.parse(text) : null, id: location ? location.split('/').pop() : null };
  }

  /** Makes a realm with a name of its own, so that suites can run against a server in use. */
  async createRealm(purpose, settings = {}) {
    const name = `${purpose}-${randomBytes(4).toString('hex')}`;
    await this.call('POST', '', { realm: name, enabled: true, sslRequired: 'none', ...settings });
    return new Realm(this, name);
  }
}

/** One realm made by a suite. */
export class Realm {
  constructor(admin, name) {
    this.admin = admin;
    this.name = name;
    this.issuer = `${admin.base}/realms/${name}`;
  }

  call(method, path, json) {
    return this.admin.call(method, `/${this.name}${path}`, json);
  }

  /** Registers a client and returns its internal id. */
  async createClient(representation) {
    const { id } = await this.call('POST', '/clients', {
      enabled: true,
      protocol: 'openid-connect',
      // The admin API takes a client without this field as a public one.
      publicClient: false,
      standardFlowEnabled: true,
      directAccessGrantsEnabled: false,
      ...representation,
    });
    return id;
  }

  /** Creates a user with a complete profile, so that no required action stands in the way. */
  async createUser(username, password, representation = {}) {
    const { id } = await this.call('POST', '/users', {
      username,
      enabled: true,
      email: `${username}@example.org`,
      emailVerified: true,
      firstName: 'Ada',
      lastName: 'Lovelace',
      credentials: [{ type: 'password', value: password, temporary: false }],
      ...representation,
    });
    return id;
  }

  async createRealmRole(name) {
    await this.call('POST', '/roles', { name });
    return (await this.call('GET', `/roles/${encodeURIComponent(name)}`)).body;
  }

  async createClientRole(clientUuid, name) {
    await this.call('POST', `/clients/${clientUuid}/roles`, { name });
    return (await this.call('GET', `/clients/${clientUuid}/roles/${encodeURIComponent(name)}`)).body;
  }

  async grantRealmRole(userId, role) {
    await this.call('POST', `/users/${userId}/role-mappings/realm`, [role]);
  }

  async grantClientRole(userId, clientUuid, role) {
    await this.call('POST', `/users/${userId}/role-mappings/clients/${clientUuid}`, [role]);
  }

  /** The user that a client with a service account acts as. */
  async serviceAccount(clientUuid) {
    return (await this.call('GET', `/clients/${clientUuid}/service-account-user`)).body;
  }

  async remove() {
    await this.call('DELETE', '');
  }
}
