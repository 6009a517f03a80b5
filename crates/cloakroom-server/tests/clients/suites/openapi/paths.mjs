// What stands in the path of an operation: which things it is about.

/** The id of nothing. */
export const NOBODY = '00000000-0000-4000-8000-000000000000';

/** Each rule that fits a path (behind the realm) says what some of its parts are; the first that names a part counts. */
const RULES = [
  [/^\/attack-detection\/brute-force\/users\/\{userId\}/, 'user', ({ id }) => ({ userId: id })],
  [/^\/authentication\/config-description/, null, () => ({ providerId: 'identity-provider-redirector' })],
  [/^\/authentication\/config\//, 'configured', ({ id }) => ({ id })],
  [/^\/authentication\/executions\/\{executionId\}\/config\/\{id\}/, 'configured', ({ execution, id }) => ({ executionId: execution, id })],
  [/^\/authentication\/executions\//, 'execution', ({ id }) => ({ executionId: id })],
  [/^\/authentication\/flows\/\{flowAlias\}\/executions/, 'execution', ({ flow }) => ({ flowAlias: flow.alias })],
  [/^\/authentication\/flows\//, 'flow', ({ alias, id }) => ({ flowAlias: alias, id })],
  [/^\/authentication\/required-actions\/\{alias\}\/config/, null, () => ({ alias: 'UPDATE_PASSWORD' })],
  [/^\/authentication\/required-actions\/\{alias\}$/, null, action],
  [/^\/authentication\/required-actions\//, 'requiredAction', ({ alias }) => ({ alias })],
  [/^\/client-(scopes|templates)\/.*\/models\/\{id\}/, 'scopeMapper', ({ owner, id }) => ({ 'client-scope-id': owner, id })],
  [/^\/client-(scopes|templates)\//, 'scope', ({ id }) => ({ 'client-scope-id': id })],
  [/^\/clients-initial-access\//, 'initialAccess', ({ id }) => ({ id })],
  [/^\/clients\/\{client-uuid\}\/authz\//, 'authorization', authorization],
  [/^\/clients\/\{client-uuid\}\/certificates\//, null, () => ({ attr: 'jwt.credential' })],
  [/^\/clients\/.*\/models\/\{id\}/, 'clientMapper', ({ owner, id }) => ({ 'client-uuid': owner, id })],
  [/^\/clients\/.*\/nodes\/\{node\}/, 'node', ({ client, node }) => ({ 'client-uuid': client, node })],
  [/^\/clients\/\{client-uuid\}\/roles\/\{role-name\}/, 'clientRole', ({ client, role }) => ({ 'client-uuid': client, 'role-name': role.name })],
  [/^\/clients\/.*\/installation\//, null, () => ({ providerId: 'keycloak-oidc-keycloak-json' })],
  [/^\/clients\/.*\/evaluate-scopes\//, 'client', ({ id }) => ({ roleContainerId: id })],
  [/^\/clients\/\{client-uuid\}\/(user-sessions|session-count|offline)/, 'session', ({ client }) => ({ 'client-uuid': client })],
  [/^\/clients\//, 'client', ({ id }) => ({ 'client-uuid': id })],
  [/^\/components\//, 'component', ({ id }) => ({ id })],
  [/^\/group-by-path\//, 'group', ({ name }) => ({ path: name })],
  [/^\/(groups|default-groups)\//, 'group', ({ id }) => ({ 'group-id': id, groupId: id })],
  [/^\/identity-provider\/.*\/mappers\/\{id\}/, 'identityProviderMapper', ({ alias, id }) => ({ alias, id })],
  [/^\/identity-provider\/instances\//, 'identityProvider', ({ alias }) => ({ alias })],
  [/^\/identity-provider\/providers\//, null, () => ({ provider_id: 'oidc' })],
  [/^\/localization\//, 'locale', ({ locale, key }) => ({ locale, key })],
  [/^\/organizations\/.*\/group-by-path\//, 'organizationGroup', ({ organization, name }) => ({ 'org-id': organization, path: name })],
  [/^\/organizations\/\{org-id\}\/groups\/\{group-id\}/, 'organizationGroup', organizationGroup],
  [/^\/organizations\/.*\{member-id\}/, 'member', ({ organization, user }) => ({ 'org-id': organization, 'member-id': user })],
  [/^\/organizations\/.*\/identity-providers\/\{alias\}/, 'brokered', ({ organization, alias }) => ({ 'org-id': organization, alias })],
  [/^\/organizations\/.*\/invitations\/\{id\}/, 'invitation', ({ organization, id }) => ({ 'org-id': organization, id })],
  [/^\/organizations\//, 'organization', ({ id }) => ({ 'org-id': id })],
  [/^\/roles\//, 'role', ({ name }) => ({ 'role-name': name })],
  [/^\/roles-by-id\//, 'role', ({ id }) => ({ 'role-id': id })],
  [/^\/sessions\//, 'session', ({ id }) => ({ session: id })],
  [/^\/user-storage\/.*\/mappers\//, 'directory', ({ id, mapper }) => ({ parentId: id, id: mapper })],
  [/^\/user-storage\//, 'directory', ({ id }) => ({ id })],
  [/^\/ui-ext\/authentication-management\//, 'flow', ({ id }) => ({ type: 'clients', id })],
  [/^\/ui-ext\/role-mappings\/roles\//, 'role', ({ id }) => ({ id })],
  [/^\/ui-ext\/.*\{type\}\/\{id\}/, 'user', ({ id }) => ({ type: 'users', id })],
  [/^\/users\/\{user-id\}\/groups\/\{groupId\}/, 'membership', ({ user, group }) => ({ 'user-id': user, groupId: group })],
  [/^\/users\/\{user-id\}\/vc\//, 'user', ({ id }) => ({ 'user-id': id, credentialScopeName: 'passport', id: 'issued' })],
  [/^\/users\/.*\/credentials/, 'holder', credential],
  [/^\/users\/.*\/federated-identity\/\{provider\}/, 'identityProvider', linkTo],
  [/^\/users\/.*\/consents/, 'consent', ({ user, client }) => ({ 'user-id': user, client })],
  [/^\/users\/.*\/(offline-sessions|sessions)/, 'session', ({ user, client }) => ({ 'user-id': user, clientUuid: client })],
  [/^\/users\//, 'user', ({ id }) => ({ 'user-id': id })],
  [/^\/workflows\/scheduled/, 'user', ({ id }) => ({ 'resource-id': id })],
  [/^\/workflows\/.*activate/, 'user', ({ id }) => ({ type: 'USERS', resourceId: id })],
  [/^\/workflows\//, 'workflow', ({ id }) => ({ id })],
  // What others name: a client whose roles are mapped, a scope that is linked, somebody who joins.
  [/role-mappings\/clients\/\{client-id\}/, 'client', ({ id }) => ({ 'client-id': id })],
  [/scope-mappings\/clients\/\{client\}/, 'client', ({ id }) => ({ client: id })],
  [/composites\/clients\//, 'client', ({ id }) => ({ clientUuid: id, targetClientUuid: id })],
  [/client-scopes\/\{clientScopeId\}/, 'scope', ({ id }) => ({ clientScopeId: id })],
  [/^\/resources\//, null, () => ({ themeType: 'login', locale: 'en' })],
  [/\{protocol\}/, null, () => ({ protocol: 'openid-connect' })],
];

/** What is taken out is none that others look at meanwhile. */
async function action(_, world, { method }) {
  return { alias: method === 'DELETE' ? 'delete_credential' : (await world.make('requiredAction')).alias };
}

async function linkTo({ alias }, world, operation) {
  const user = await world.make('user');
  const at = `/users/${user.id}/federated-identity/${alias}`;
  if (operation.method === 'DELETE') await world.call('POST', at, { userId: 'theirs', userName: 'theirs' });
  return { 'user-id': user.id, provider: alias };
}

function credential({ user, credentials: [first, second] }) {
  return { 'user-id': user, credentialId: second, newPreviousCredentialId: first };
}

function organizationGroup({ organization, id, user }) {
  return { 'org-id': organization, 'group-id': id, userId: user };
}

function authorization({ client, scope, resource, policy, permission }, world, { within }) {
  const [type, one] = within.includes('/permission') ? ['resource', permission] : ['role', policy];
  return { 'client-uuid': client, 'scope-id': scope.id, 'resource-id': resource._id, type, id: one.id };
}

/** The parts of the path of `operation`; with `anew`, nobody else uses the things. */
export async function parts(operation, world, anew, isAbsent) {
  // What is not there is not there for anything.
  if (isAbsent) return Object.fromEntries(operation.parts.map((part) => [part, part === 'realm' ? world.realm.name : NOBODY]));
  // What ends a realm, or everybody's sessions, is asked of one that nobody else uses.
  const isWhole = (operation.method === 'DELETE' && operation.within === '') || ['/logout-all', '/push-revocation'].includes(operation.within);
  const found = { realm: isWhole ? (await world.realm.admin.createRealm('short-lived')).name : world.realm.name };
  for (const [pattern, kind, name] of RULES.filter(([candidate]) => candidate.test(operation.within))) {
    if (operation.parts.every((part) => part in found)) break;
    const thing = kind === null ? null : await (anew ? world.make(kind) : world.once(kind));
    const named = await name(thing, world, operation);
    for (const [part, value] of Object.entries(named)) found[part] ??= value;
  }
  const missing = operation.parts.filter((part) => found[part] === undefined);
  if (missing.length > 0) throw new Error(`nothing says what ${missing.join(', ')} is in ${operation.path}`);
  return found;
}

/** The address with these parts in it. */
export function fill(operation, found) {
  return operation.path.replace(/\{([^}]*)\}/g, (_, part) => encodeURIComponent(found[part]));
}

/** What an operation has to be told besides its path. */
const QUERIES = [
  [/\/authz\/.*\/scope\/search$/, (world, found) => ({ name: world.protectedBy(found['client-uuid']).scope.name })],
  [/\/authz\/.*\/resource\/search$/, (world, found) => ({ name: world.protectedBy(found['client-uuid']).resource.name })],
  [/\/authz\/.*\/policy\/.*search$/, (world, found) => ({ name: world.protectedBy(found['client-uuid']).policy.name })],
  [/\/authz\/.*\/permission\/.*search$/, (world, found) => ({ name: world.protectedBy(found['client-uuid']).permission.name })],
  [/\/generate-example-/, async (world) => ({ scope: 'openid', userId: (await world.once('user')).id })],
  [/\/sub-component-types$/, () => ({ type: 'org.keycloak.keys.KeyProvider' })],
  [/\/user-storage\/.*\/sync$/, () => ({ action: 'triggerFullSync', direction: 'fedToKeycloak' })],
  [/\/ui-ext\/sessions\/client$/, async (world) => ({ clientId: (await world.once('client')).id, type: 'ALL', first: 0, max: 10, search: '' })],
  [/\/ui-ext\/sessions$/, () => ({ type: 'ALL', first: 0, max: 10, search: '' })],
  [/\/workflows\/migrate$/, migration],
];

async function migration(world) {
  const { steps } = await world.once('workflow');
  return { from: steps[0].id, to: steps[1].id };
}

/** The query of `operation` when all is well. */
export async function query(operation, world, found) {
  const rule = QUERIES.find(([pattern]) => pattern.test(operation.path));
  return rule ? `?${new URLSearchParams(await rule[1](world, found))}` : '';
}
