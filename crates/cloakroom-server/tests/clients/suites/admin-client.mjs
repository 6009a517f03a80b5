// npm @keycloak/keycloak-admin-client: users, groups, roles, clients (in both versions) and client scopes, each call of theirs.
import KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { clients } from './admin-client/clients.mjs';
import { clientsV2 } from './admin-client/clients_v2.mjs';
import { groups } from './admin-client/groups.mjs';
import { roles } from './admin-client/roles.mjs';
import { scopes } from './admin-client/scopes.mjs';
import { users } from './admin-client/users.mjs';

export async function run(report, admin) {
  const realm = await admin.createRealm(report.suite);
  try {
    const client = new KeycloakAdminClient({ baseUrl: admin.base, realmName: 'master' });
    await client.auth({ ...admin.credentials, grantType: 'password', clientId: 'admin-cli' });
    client.registerTokenProvider({ getAccessToken: () => admin.accessToken() });
    client.setConfig({ realmName: realm.name });
    for (const group of [users, groups, roles, clients, clientsV2, scopes]) await group(report, client, realm);
  } finally {
    await realm.remove();
  }
}
