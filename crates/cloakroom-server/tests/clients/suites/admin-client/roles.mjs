// Roles of the realm: by name, by id, and what they are composed of.
import assert from 'node:assert/strict';
import { refused } from './refused.mjs';

const names = (list) => list.map(({ name }) => name).sort();

export async function roles(report, kc) {
  await kc.roles.create({ name: 'one', description: 'The first', attributes: { k: ['v'] } });
  const one = await kc.roles.findOneByName({ name: 'one' });

  await report.test('roles are found by name and by id, and by a part of name or description', async () => {
    assert.deepEqual((await kc.roles.findOneById({ id: one.id })).attributes, { k: ['v'] });
    assert.deepEqual(names(await kc.roles.find({ search: 'first' })), ['one']);
    assert.equal(await kc.roles.findOneByName({ name: 'none' }), null);
    assert.equal(await kc.roles.findOneById({ id: 'none' }), null);
    await refused(() => kc.roles.create({ name: 'one' }), 409, 'Role with name one already exists');
  });

  await report.test('roles are changed by name and by id', async () => {
    await kc.roles.updateByName({ name: 'one' }, { name: 'one', description: 'Changed' });
    await kc.roles.updateById({ id: one.id }, { name: 'uno' });
    const role = await kc.roles.findOneById({ id: one.id });
    assert.equal(role.name, 'uno');
    assert.equal(role.description, undefined);
    assert.deepEqual(await kc.roles.findUsersWithRole({ name: 'uno' }), []);
  });

  await report.test('roles are composed of roles of the realm and of clients', async () => {
    await kc.roles.create({ name: 'two' });
    const two = await kc.roles.findOneByName({ name: 'two' });
    const client = await kc.clients.create({ clientId: 'composed' });
    await kc.clients.createRole({ id: client.id, name: 'three' });
    const three = await kc.clients.findRole({ id: client.id, roleName: 'three' });
    await kc.roles.createComposite({ roleId: one.id }, [two, three]);
    assert.deepEqual(names(await kc.roles.getCompositeRoles({ id: one.id })), ['three', 'two']);
    assert.deepEqual(names(await kc.roles.getCompositeRoles({ id: one.id, search: 'thr' })), ['three']);
    assert.deepEqual(names(await kc.roles.getCompositeRolesForRealm({ id: one.id })), ['two']);
    const ofClient = { id: one.id, clientId: client.id };
    assert.deepEqual(names(await kc.roles.getCompositeRolesForClient(ofClient)), ['three']);
    await kc.roles.delCompositeRoles({ id: one.id }, [two, three]);
    assert.deepEqual(await kc.roles.getCompositeRoles({ id: one.id }), []);
    await kc.clients.del({ id: client.id });
    await kc.roles.delByName({ name: 'two' });
  });

  await report.test('a role is removed by its id', async () => {
    await kc.roles.delById({ id: one.id });
    assert.equal(await kc.roles.findOneById({ id: one.id }), null);
  });
}
