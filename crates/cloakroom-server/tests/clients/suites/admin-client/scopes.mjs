// Client scopes: their mappers and roles, and who gets them.
import assert from 'node:assert/strict';
import { refused } from './refused.mjs';

const names = (list) => list.map(({ name }) => name).sort();

export async function scopes(report, kc) {
  const { id } = await kc.clientScopes.create({ name: 'read', description: 'May read', protocol: 'openid-connect' });

  await report.test('client scopes are found by name, changed, and have names of their own', async () => {
    assert.equal((await kc.clientScopes.findOneByName({ name: 'read' })).id, id);
    await kc.clientScopes.update({ id }, { name: 'read', description: 'Changed' });
    assert.equal((await kc.clientScopes.findOne({ id })).description, 'Changed');
    assert.equal(await kc.clientScopes.findOne({ id: 'none' }), null);
    const again = () => kc.clientScopes.create({ name: 'read', protocol: 'openid-connect' });
    await refused(again, 409, 'Client Scope read already exists');
  });

  await report.test('new clients get the scopes that the realm gives them', async () => {
    await kc.clientScopes.addDefaultClientScope({ id });
    assert.ok(names(await kc.clientScopes.listDefaultClientScopes()).includes('read'));
    const client = await kc.clients.create({ clientId: 'newcomer' });
    const mine = { id: client.id, clientScopeId: id };
    assert.ok(names(await kc.clients.listDefaultClientScopes({ id: client.id })).includes('read'));
    await kc.clients.delDefaultClientScope(mine);
    await kc.clients.addOptionalClientScope(mine);
    assert.ok(names(await kc.clients.listOptionalClientScopes({ id: client.id })).includes('read'));
    await kc.clients.delOptionalClientScope(mine);
    await kc.clients.addDefaultClientScope(mine);
    const nothing = () => kc.clients.addDefaultClientScope({ ...mine, clientScopeId: 'none' });
    await refused(nothing, 404, 'Client scope not found');
    await kc.clients.del({ id: client.id });
    await kc.clientScopes.delDefaultClientScope({ id });
    await kc.clientScopes.addDefaultOptionalClientScope({ id });
    assert.ok(names(await kc.clientScopes.listDefaultOptionalClientScopes()).includes('read'));
    await kc.clientScopes.delDefaultOptionalClientScope({ id });
  });

  await report.test('a client scope has mappers', async () => {
    const mapper = { name: 'aud', protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper', config: {} };
    await kc.clientScopes.addProtocolMapper({ id }, mapper);
    await kc.clientScopes.addMultipleProtocolMappers({ id }, [{ ...mapper, name: 'aud2' }]);
    assert.deepEqual(names(await kc.clientScopes.listProtocolMappers({ id })), ['aud', 'aud2']);
    const made = await kc.clientScopes.findProtocolMapperByName({ id, name: 'aud' });
    await kc.clientScopes.updateProtocolMapper({ id, mapperId: made.id }, { ...made, config: { x: 'y' } });
    assert.deepEqual((await kc.clientScopes.findProtocolMapper({ id, mapperId: made.id })).config, { x: 'y' });
    assert.equal((await kc.clientScopes.findProtocolMappersByProtocol({ id, protocol: 'openid-connect' })).length, 2);
    await kc.clientScopes.delProtocolMapper({ id, mapperId: made.id });
    assert.deepEqual(names(await kc.clientScopes.listProtocolMappers({ id })), ['aud2']);
  });

  await report.test('a client scope lets roles through', async () => {
    const role = await kc.roles.findOneByName({ name: 'offline_access' });
    await kc.clientScopes.addRealmScopeMappings({ id }, [{ id: role.id }]);
    assert.deepEqual(names(await kc.clientScopes.listRealmScopeMappings({ id })), ['offline_access']);
    assert.deepEqual(names(await kc.clientScopes.listCompositeRealmScopeMappings({ id })), ['offline_access']);
    assert.ok(names(await kc.clientScopes.listAvailableRealmScopeMappings({ id })).includes('uma_authorization'));
    assert.deepEqual(Object.keys(await kc.clientScopes.listScopeMappings({ id })), ['realmMappings']);
    await kc.clientScopes.delRealmScopeMappings({ id }, [{ id: role.id }]);
    const [account] = await kc.clients.find({ clientId: 'account' });
    const viewer = await kc.clients.findRole({ id: account.id, roleName: 'view-profile' });
    const mapping = { id, client: account.id };
    await kc.clientScopes.addClientScopeMappings(mapping, [{ id: viewer.id }]);
    assert.deepEqual(names(await kc.clientScopes.listClientScopeMappings(mapping)), ['view-profile']);
    assert.deepEqual(names(await kc.clientScopes.listCompositeClientScopeMappings(mapping)), ['view-profile']);
    assert.ok(!names(await kc.clientScopes.listAvailableClientScopeMappings(mapping)).includes('view-profile'));
    await kc.clientScopes.delClientScopeMappings(mapping, [{ id: viewer.id }]);
  });

  await report.test('a client scope is removed by its name', async () => {
    await kc.clientScopes.delByName({ name: 'read' });
    assert.equal(await kc.clientScopes.findOne({ id }), null);
  });
}
