// What is sent with an operation when all is well.
import { fresh, mapper } from './world.mjs';

const domain = () => ({ name: `${fresh('domain')}.example.org` });
const steps = [{ uses: 'set-user-attribute', after: '30d', with: { seen: ['long ago'] } }];

/** Bodies by operation, behind the realm. */
const BODIES = [
  [/^POST \/admin\/realms$/, () => ({ realm: fresh('realm'), enabled: true })],
  [/^POST .*\/authentication\/config$/, () => ({ alias: fresh('config'), config: {} })],
  [/^POST .*\/authentication\/executions$/, async ({ world }) => ({ parentFlow: (await world.make('flow')).id, authenticator: 'auth-cookie', requirement: 'ALTERNATIVE', priority: 5 })],
  [/^POST .*\/executions\/\{executionId\}\/config$/, () => ({ alias: fresh('config'), config: { defaultProvider: 'google' } })],
  [/^POST .*\/authentication\/flows$/, () => ({ alias: fresh('flow'), providerId: 'basic-flow', topLevel: true, builtIn: false })],
  [/^POST .*\/copy$/, () => ({ newName: fresh('flow') })],
  [/^PUT .*\/flows\/\{flowAlias\}\/executions$/, async ({ world, found }) => ({ ...(await world.get(`/authentication/flows/${found.flowAlias}/executions`))[0], requirement: 'ALTERNATIVE' })],
  [/^POST .*\/executions\/execution$/, () => ({ provider: 'auth-cookie' })],
  [/^POST .*\/executions\/flow$/, () => ({ alias: fresh('flow'), type: 'basic-flow', description: '', provider: 'registration-page-form' })],
  [/^POST .*\/register-required-action$/, registration],
  [/^PUT .*\/required-actions\/\{alias\}\/config$/, () => ({ config: { max_auth_age: '60' } })],
  [/^POST .*\/client-description-converter$/, () => JSON.stringify({ clientId: fresh('client') })],
  [/^POST .*\/client-(scopes|templates)$/, () => ({ name: fresh('scope'), protocol: 'openid-connect' })],
  [/^POST .*\/add-models$/, () => [mapper()]],
  [/^POST .*\/protocol-mappers\/models$/, mapper],
  [/\/(role-mappings|scope-mappings)\/clients\/\{[^}]*\}$/, clientRoles],
  [/\/(role-mappings|scope-mappings)\/realm$/, realmRoles],
  [/^(POST|DELETE) .*\/composites$/, realmRoles],
  [/^POST .*\/clients$/, () => ({ clientId: fresh('client'), enabled: true })],
  [/^POST .*\/clients-initial-access$/, () => ({ count: 2, expiration: 3600 })],
  [/^POST .*\/authz\/resource-server\/import$/, () => ({ policyEnforcementMode: 'ENFORCING', resources: [], policies: [], scopes: [], decisionStrategy: 'UNANIMOUS' })],
  [/^POST .*\/(permission|policy)\/evaluate$/, evaluation],
  [/^POST .*\/authz\/.*\/permission$/, ({ things }) => ({ name: fresh('permission'), type: 'resource', resources: [things.resource._id], policies: [things.policy.id] })],
  [/^POST .*\/authz\/.*\/permission\/\{type\}$/, ({ things }) => ({ name: fresh('permission'), resources: [things.resource._id], policies: [things.policy.id] })],
  [/^PUT .*\/authz\/.*\/permission\/.*\{id\}$/, ({ things }) => ({ ...things.permission, description: 'changed', policies: [things.policy.id] })],
  [/^POST .*\/authz\/.*\/policy$/, ({ things }) => ({ name: fresh('policy'), type: 'role', config: { roles: JSON.stringify([{ id: things.policy.roles[0].id }]) } })],
  [/^POST .*\/authz\/.*\/policy\/\{type\}$/, ({ things }) => ({ name: fresh('policy'), roles: things.policy.roles })],
  [/^PUT .*\/authz\/.*\/policy\/\{id\}$/, ({ things }) => ({ id: things.policy.id, name: things.policy.name, type: 'role', config: { roles: JSON.stringify([{ id: things.policy.roles[0].id }]) } })],
  [/^PUT .*\/authz\/.*\/policy\/.*\{id\}$/, ({ things }) => ({ ...things.policy, description: 'changed' })],
  [/^POST .*\/resource-server\/resource$/, () => ({ name: fresh('resource'), uris: ['/some/*'] })],
  [/^POST .*\/resource-server\/scope$/, () => ({ name: fresh('scope') })],
  [/^POST .*\/certificates\/.*download$/, () => ({ format: 'PKCS12', keyAlias: 'us', keyPassword: 'secret', storePassword: 'secret', realmAlias: 'realm', realmCertificate: true })],
  [/^POST .*\/(upload|upload-certificate)$/, certificate],
  [/^PUT .*\/management\/permissions$|users-management-permissions$/, () => ({ enabled: true })],
  [/^POST .*\/nodes$/, () => ({ node: fresh('node') })],
  [/^POST .*\/roles$/, () => ({ name: fresh('role') })],
  [/^POST .*\/components$/, component],
  [/^POST .*\/(groups|children)$/, () => ({ name: fresh('group') })],
  [/^POST .*\/identity-provider\/import-config$/, ({ world }) => ({ providerId: 'oidc', fromUrl: `${world.realm.issuer}/.well-known/openid-configuration` })],
  [/^POST .*\/identity-provider\/instances$/, () => ({ alias: fresh('idp'), providerId: 'oidc', config: { clientId: 'us', clientSecret: 'secret', authorizationUrl: 'https://idp.example.org/auth', tokenUrl: 'https://idp.example.org/token' } })],
  [/^POST .*\/instances\/\{alias\}\/mappers$/, ({ found }) => ({ name: fresh('mapper'), identityProviderAlias: found.alias, identityProviderMapper: 'oidc-hardcoded-role-idp-mapper', config: { syncMode: 'INHERIT', role: 'offline_access' } })],
  [/^POST .*\/localization\/\{locale\}$/, () => ({ greeting: 'Guten Morgen' })],
  [/^PUT .*\/localization\/\{locale\}\/\{key\}$/, () => 'Guten Abend'],
  [/^POST .*\/organizations$/, () => ({ name: fresh('organization'), domains: [domain()] })],
  [/^POST .*\/organizations\/\{org-id\}\/identity-providers$/, async ({ world }) => (await world.make('identityProvider')).alias],
  [/^PUT .*\/organizations\/.*\/identity-providers\/\{alias\}$/, ({ found }) => ({ organizationId: found['org-id'] })],
  [/^POST .*\/organizations\/\{org-id\}\/members$/, async ({ world }) => (await world.make('user')).id],
  [/^PUT .*\/membership-type$/, () => 'UNMANAGED'],
  [/^POST .*\/invite-existing-user$/, async ({ world }) => `id=${(await world.make('user')).id}`],
  [/^POST .*\/invite-user$/, () => `email=${fresh('guest')}%40example.org`],
  [/^POST .*\/partialImport$/, () => ({ ifResourceExists: 'FAIL', users: [{ username: fresh('user') }] })],
  [/^POST .*\/testSMTPConnection$/, () => ({ host: '127.0.0.1', port: '9', from: 'us@example.org' })],
  [/^POST .*\/(testLDAPConnection|ldap-server-capabilities)$/, () => ({ action: 'testConnection', connectionUrl: 'ldap://127.0.0.1:9', authType: 'none' })],
  [/^POST .*\/users$/, () => ({ username: fresh('user'), enabled: true })],
  [/^POST .*\/vc\/credentials$/, () => ({ credentialScopeName: 'passport' })],
  [/^PUT .*\/userLabel$/, () => 'my telephone'],
  [/^PUT .*\/disable-credential-types$/, () => []],
  [/^PUT .*\/execute-actions-email$/, () => ['UPDATE_PASSWORD']],
  [/^POST .*\/federated-identity\/\{provider\}$/, () => ({ userId: fresh('theirs'), userName: 'theirs' })],
  [/^PUT .*\/reset-password$/, () => ({ type: 'password', value: 'another honest passphrase', temporary: false })],
  [/^POST .*\/workflows$/, () => ({ name: fresh('workflow'), on: 'user-created', steps })],
  [/^POST .*\/ui-ext\/role-mapping-delete/, () => []],
  [/^PUT .*\/ui-ext$/, ({ world }) => world.get('')],
  [/^PUT .*\/client-types$/, () => ({})],
];

/** An action is registered that has been taken out before. */
async function registration({ world }) {
  const alias = 'update_user_locale';
  const known = await world.get('/authentication/required-actions');
  if (known.some((action) => action.alias === alias)) await world.call('DELETE', `/authentication/required-actions/${alias}`);
  return { providerId: alias, name: 'Update User Locale' };
}

/** A certificate as a file. */
async function certificate({ world }) {
  const client = await world.once('client');
  const made = (await world.call('POST', `/clients/${client.id}/certificates/jwt.credential/generate`)).body;
  const pem = `-----BEGIN CERTIFICATE-----\n${made.certificate}\n-----END CERTIFICATE-----\n`;
  const form = new FormData();
  form.append('keystoreFormat', 'Certificate PEM');
  form.append('file', new Blob([pem], { type: 'application/octet-stream' }), 'certificate.pem');
  return form;
}

async function component({ world }) {
  const { component: made } = await world.once('component');
  return { ...made, name: fresh('key') };
}

async function evaluation({ world, things }) {
  const user = await world.once('user');
  const resources = [{ name: things.resource.name, _id: things.resource._id }];
  return { resources, context: { attributes: {} }, roleIds: [], clientId: things.client, userId: user.id, entitlements: false };
}

/** Roles that are given, and for a removal have been given before. */
async function roles(context, made) {
  const { operation, world, found } = context;
  const within = operation.within.replace(/\{([^}]*)\}/g, (_, part) => encodeURIComponent(found[part]));
  if (operation.method === 'DELETE') await world.call('POST', within, [made]);
  return [made];
}

async function clientRoles(context) {
  return roles(context, await context.world.roleOf(context.found['client-id'] ?? context.found.client));
}

async function realmRoles(context) {
  return roles(context, await context.world.make('role'));
}

/** The body that `operation` takes; what is replaced as a whole is sent back as it stands. */
export async function body(operation, world, found) {
  const rule = BODIES.find(([pattern]) => pattern.test(operation.key.replace('/admin/realms/{realm}', '')) || pattern.test(operation.key));
  if (rule) {
    const things = operation.within.includes('/authz/') ? await world.protectedBy(found['client-uuid']) : null;
    return rule[1]({ operation, world, found, things });
  }
  if (operation.method !== 'PUT') throw new Error(`nothing says what is sent with ${operation.key}`);
  const within = operation.within.replace(/\{([^}]*)\}/g, (_, part) => encodeURIComponent(found[part]));
  return world.get(within);
}
