// Clients: settings, roles, secrets, mappers, scopes, examples of tokens, sessions and nodes.
import assert from 'node:assert/strict';
import { refused } from './refused.mjs';

const names = (list) => list.map(({ name }) => name).sort();

export async function clients(report, kc, realm) {
  const { id } = await kc.clients.create({ clientId: 'app', name: 'App', redirectUris: ['https://app.example/*'] });

  await report.test('clients are listed, changed and found by their names', async () => {
    assert.equal((await kc.clients.find()).length, 7);
    assert.deepEqual((await kc.clients.find({ clientId: 'ap', search: true })).map((one) => one.clientId), ['app']);
    await kc.clients.update({ id }, { clientId: 'app', description: 'test' });
    assert.equal((await kc.clients.findOne({ id })).description, 'test');
    assert.equal(await kc.clients.findOne({ id: 'none' }), null);
    await refused(() => kc.clients.create({ clientId: 'app' }), 409, 'Client app already exists');
    const [account] = await kc.clients.find({ clientId: 'account' });
    await refused(() => kc.clients.del({ id: account.id }), 400, 'Could not delete client');
  });

  await report.test('a client has roles', async () => {
    assert.equal((await kc.clients.createRole({ id, name: 'buyer' })).roleName, 'buyer');
    await kc.clients.updateRole({ id, roleName: 'buyer' }, { name: 'buyer', description: 'Buys' });
    const role = await kc.clients.findRole({ id, roleName: 'buyer' });
    assert.deepEqual([role.clientRole, role.containerId, role.description], [true, id, 'Buys']);
    assert.deepEqual(names(await kc.clients.listRoles({ id })), ['buyer']);
    assert.deepEqual(await kc.clients.findUsersWithRole({ id, roleName: 'buyer' }), []);
    await kc.clients.delRole({ id, roleName: 'buyer' });
    assert.equal(await kc.clients.findRole({ id, roleName: 'buyer' }), null);
  });

  await report.test('a client has a secret, a registration token and a service account', async () => {
    const made = await kc.clients.generateNewClientSecret({ id });
    assert.deepEqual(await kc.clients.getClientSecret({ id }), made);
    assert.ok((await kc.clients.generateRegistrationAccessToken({ id })).registrationAccessToken);
    await kc.clients.invalidateSecret({ id });
    await refused(() => kc.clients.getServiceAccountUser({ id }), 400, 'Service account not enabled');
    await kc.clients.update({ id }, { clientId: 'app', serviceAccountsEnabled: true });
    assert.equal((await kc.clients.getServiceAccountUser({ id })).username, 'service-account-app');
    for (const providerId of ['keycloak-oidc-jboss-subsystem', 'keycloak-oidc-keycloak-json']) {
      const document = await kc.clients.getInstallationProviders({ id, providerId });
      assert.ok(JSON.stringify(document).includes('app'), providerId);
    }
  });

  await report.test('a client has mappers', async () => {
    const mapper = {
      name: 'farmer',
      protocol: 'openid-connect',
      protocolMapper: 'oidc-role-name-mapper',
      config: { role: 'admin', 'new.role.name': 'farmer' },
    };
    await kc.clients.addMultipleProtocolMappers({ id }, [mapper]);
    await refused(() => kc.clients.addProtocolMapper({ id }, mapper), 409, 'Protocol mapper exists with same name');
    const made = await kc.clients.findProtocolMapperByName({ id, name: 'farmer' });
    assert.deepEqual(made.config, mapper.config);
    assert.equal((await kc.clients.listProtocolMappers({ id })).length, 1);
    assert.equal((await kc.clients.findProtocolMappersByProtocol({ id, protocol: 'saml' })).length, 0);
    const changed = { ...made, config: { role: 'x', 'new.role.name': 'y' } };
    await kc.clients.updateProtocolMapper({ id, mapperId: made.id }, changed);
    assert.deepEqual((await kc.clients.findProtocolMapperById({ id, mapperId: made.id })).config, changed.config);
    await kc.clients.delProtocolMapper({ id, mapperId: made.id });
    assert.deepEqual(await kc.clients.listProtocolMappers({ id }), []);
  });

  await report.test('a client passes on the roles that it is let', async () => {
    await kc.clients.update({ id }, { clientId: 'app', fullScopeAllowed: false });
    const role = await kc.roles.findOneByName({ name: 'offline_access' });
    await kc.clients.addRealmScopeMappings({ id }, [{ id: role.id }]);
    assert.deepEqual(names(await kc.clients.listRealmScopeMappings({ id })), ['offline_access']);
    assert.deepEqual(names(await kc.clients.listCompositeRealmScopeMappings({ id })), ['offline_access']);
    assert.ok(names(await kc.clients.listAvailableRealmScopeMappings({ id })).includes('uma_authorization'));
    assert.deepEqual(Object.keys(await kc.clients.listScopeMappings({ id })), ['realmMappings']);
    await kc.clients.delRealmScopeMappings({ id }, [{ id: role.id }]);
    const [account] = await kc.clients.find({ clientId: 'account' });
    const viewer = await kc.clients.findRole({ id: account.id, roleName: 'view-groups' });
    const mapping = { id, client: account.id };
    await kc.clients.addClientScopeMappings(mapping, [{ id: viewer.id }]);
    assert.deepEqual(names(await kc.clients.listClientScopeMappings(mapping)), ['view-groups']);
    assert.deepEqual(names(await kc.clients.listCompositeClientScopeMappings(mapping)), ['view-groups']);
    assert.ok(!names(await kc.clients.listAvailableClientScopeMappings(mapping)).includes('view-groups'));
    await kc.clients.delClientScopeMappings(mapping, [{ id: viewer.id }]);
    await kc.clients.update({ id }, { clientId: 'app', fullScopeAllowed: true });
  });

  await report.test('examples of tokens are those that a sign-in gives', async () => {
    const userId = await realm.createUser('example', 'an honest passphrase');
    const asked = { id, userId, scope: 'openid phone' };
    const access = await kc.clients.evaluateGenerateAccessToken(asked);
    assert.deepEqual([access.typ, access.azp, access.sub], ['Bearer', 'app', userId]);
    assert.ok(access.realm_access.roles.includes('offline_access'), JSON.stringify(access));
    const token = await kc.clients.evaluateGenerateIdToken(asked);
    assert.deepEqual([token.typ, token.aud, token.email], ['ID', 'app', 'example@example.org']);
    const info = await kc.clients.evaluateGenerateUserInfo(asked);
    assert.deepEqual([info.sub, info.preferred_username], [userId, 'example']);
    const mappers = await kc.clients.evaluateListProtocolMapper({ id, scope: 'openid phone' });
    assert.ok(mappers.some(({ mapperName }) => mapperName === 'phone number'));
    const granted = { id, roleContainer: realm.name, scope: 'openid', type: 'granted' };
    assert.ok(names(await kc.clients.evaluatePermission(granted)).includes('offline_access'));
    assert.deepEqual(await kc.clients.evaluatePermission({ ...granted, type: 'not-granted' }), []);
    await kc.users.del({ id: userId });
  });

  await report.test('sessions are counted and nodes are kept', async () => {
    assert.deepEqual(await kc.clients.listSessions({ id }), []);
    assert.deepEqual(await kc.clients.listOfflineSessions({ id }), []);
    assert.equal((await kc.clients.getSessionCount({ id })).count, 0);
    assert.equal((await kc.clients.getOfflineSessionCount({ id })).count, 0);
    await kc.clients.addClusterNode({ id, node: '127.0.0.1' });
    assert.deepEqual(Object.keys((await kc.clients.findOne({ id })).registeredNodes), ['127.0.0.1']);
    await kc.clients.testNodesAvailable({ id });
    await kc.clients.pushRevocation({ id });
    await kc.clients.deleteClusterNode({ id, node: '127.0.0.1' });
    assert.equal((await kc.clients.findOne({ id })).registeredNodes, undefined);
  });

  await report.test('a client is removed', async () => {
    await kc.clients.del({ id });
    assert.equal(await kc.clients.findOne({ id }), null);
  });
}
