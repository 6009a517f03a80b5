// Groups: the tree, its members and their roles.
import assert from 'node:assert/strict';
import { refused } from './refused.mjs';

const names = (list) => list.map(({ name }) => name).sort();

export async function groups(report, kc) {
  const { id } = await kc.groups.create({ name: 'top', attributes: { color: ['red'] } });

  await report.test('groups are counted, found and changed', async () => {
    assert.equal((await kc.groups.count()).count, 1);
    assert.equal((await kc.groups.count({ search: 'none' })).count, 0);
    assert.deepEqual(names(await kc.groups.find({ q: 'color:red' })), ['top']);
    assert.deepEqual(names(await kc.groups.find({ q: 'color:blue' })), []);
    await kc.groups.update({ id }, { name: 'renamed', description: 'Those above' });
    const group = await kc.groups.findOne({ id });
    assert.equal(group.name, 'renamed');
    assert.equal(group.description, 'Those above');
    assert.deepEqual(group.attributes, { color: ['red'] });
    assert.equal(await kc.groups.findOne({ id: 'none' }), null);
    await refused(() => kc.groups.create({ name: 'renamed' }), 409, "Top level group named 'renamed' already exists.");
  });

  await report.test('groups have groups inside, which are found with what is above them', async () => {
    const child = await kc.groups.createChildGroup({ id }, { name: 'below' });
    assert.deepEqual(names(await kc.groups.listSubGroups({ parentId: id })), ['below']);
    const [found] = await kc.groups.find({ search: 'elow' });
    assert.equal(found.name, 'renamed');
    assert.deepEqual(names(found.subGroups), ['below']);
    await kc.groups.updateRoot({ id: child.id, name: 'below' });
    assert.equal((await kc.groups.findOne({ id: child.id })).path, '/below');
    await kc.groups.updateChildGroup({ id }, { id: child.id, name: 'below' });
    assert.equal((await kc.groups.findOne({ id: child.id })).path, '/renamed/below');
    const loop = () => kc.groups.updateChildGroup({ id: child.id }, { id, name: 'renamed' });
    await refused(loop, 400, 'itself');
    assert.deepEqual(await kc.groups.listMembers({ id }), []);
  });

  await report.test('groups have realm roles and client roles', async () => {
    await kc.roles.create({ name: 'reader' });
    const role = await kc.roles.findOneByName({ name: 'reader' });
    const given = { id, roles: [{ id: role.id, name: role.name }] };
    await kc.groups.addRealmRoleMappings(given);
    assert.deepEqual(names((await kc.groups.listRoleMappings({ id })).realmMappings), ['reader']);
    assert.deepEqual(names(await kc.groups.listRealmRoleMappings({ id })), ['reader']);
    assert.ok(!names(await kc.groups.listAvailableRealmRoleMappings({ id })).includes('reader'));
    assert.deepEqual(names(await kc.groups.listCompositeRealmRoleMappings({ id })), ['reader']);
    await kc.groups.delRealmRoleMappings(given);
    assert.deepEqual(await kc.groups.listRealmRoleMappings({ id }), []);
    const client = await kc.clients.create({ clientId: 'of-groups' });
    await kc.clients.createRole({ id: client.id, name: 'seller' });
    const seller = await kc.clients.findRole({ id: client.id, roleName: 'seller' });
    const mapping = { id, clientUniqueId: client.id };
    const roles = [{ id: seller.id, name: seller.name }];
    await kc.groups.addClientRoleMappings({ ...mapping, roles });
    assert.deepEqual(names(await kc.groups.listClientRoleMappings(mapping)), ['seller']);
    assert.deepEqual(await kc.groups.listAvailableClientRoleMappings(mapping), []);
    assert.deepEqual(names(await kc.groups.listCompositeClientRoleMappings(mapping)), ['seller']);
    await kc.groups.delClientRoleMappings({ ...mapping, roles });
    await kc.clients.del({ id: client.id });
    await kc.roles.delByName({ name: 'reader' });
  });

  await report.test('a group goes with those inside it', async () => {
    await kc.groups.del({ id });
    assert.equal((await kc.groups.count()).count, 0);
  });
}
