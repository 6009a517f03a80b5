// Users: their profile, credentials, groups, roles, sessions, links and letters.
import assert from 'node:assert/strict';
import { refused } from './refused.mjs';

const names = (list) => list.map(({ name }) => name).sort();

export async function users(report, kc) {
  const profile = await kc.users.getProfile();
  await kc.users.updateProfile({ ...profile, unmanagedAttributePolicy: 'ENABLED' });
  const { id } = await kc.users.create({
    username: 'ada',
    email: 'ada@example.org',
    enabled: true,
    emailVerified: true,
    attributes: { key: 'value' },
  });

  await report.test('users are listed, counted and found by attributes', async () => {
    const user = await kc.users.findOne({ id });
    assert.deepEqual(user.attributes, { key: ['value'] });
    assert.equal(await kc.users.count(), 1);
    assert.equal(await kc.users.count({ email: 'ada@example.org' }), 1);
    for (const q of ['key:value', 'email:ada@example.org']) {
      assert.deepEqual((await kc.users.find({ q })).map((one) => one.id), [id], q);
    }
    assert.deepEqual(await kc.users.find({ q: 'key:other' }), []);
    assert.equal(await kc.users.findOne({ id: 'none' }), null);
    assert.deepEqual(await kc.users.getUnmanagedAttributes({ id }), { key: ['value'] });
    assert.ok((await kc.users.getProfileMetadata()).attributes.length > 3);
  });

  await report.test('a user is changed, and what is not sent stays', async () => {
    await kc.users.update({ id }, { firstName: 'Ada', requiredActions: ['UPDATE_PASSWORD'] });
    const user = await kc.users.findOne({ id });
    assert.equal(user.firstName, 'Ada');
    assert.equal(user.email, 'ada@example.org');
    assert.deepEqual(user.requiredActions, ['UPDATE_PASSWORD']);
    await refused(() => kc.users.create({ username: 'ada' }), 409, 'User exists with same username');
    await refused(() => kc.users.create({ username: 'x y' }), 400, 'error-username-invalid-character');
  });

  await report.test('credentials are set, labelled, put in order and removed', async () => {
    const credential = { type: 'password', value: 'an honest passphrase', temporary: false };
    await kc.users.resetPassword({ id, credential });
    const [password] = await kc.users.getCredentials({ id });
    assert.equal(password.type, 'password');
    await kc.users.resetPassword({ id, credential: { ...credential, value: 'another passphrase' } });
    assert.equal((await kc.users.getCredentials({ id }))[0].id, password.id);
    await kc.users.updateCredentialLabel({ id, credentialId: password.id }, 'New user label');
    await kc.users.update({ id }, {
      credentials: [{ type: 'otp', userLabel: 'phone', credentialData: '{"subType":"totp"}', secretData: '{"value":"x"}' }],
    });
    const order = async () => (await kc.users.getCredentials({ id })).map(({ userLabel }) => userLabel);
    assert.deepEqual((await order()).sort(), ['New user label', 'phone']);
    const otp = (await kc.users.getCredentials({ id })).find(({ type }) => type === 'otp');
    assert.equal((await kc.users.findOne({ id })).totp, true);
    await kc.users.moveCredentialPositionUp({ id, credentialId: otp.id });
    assert.deepEqual(await order(), ['phone', 'New user label']);
    await kc.users.moveCredentialPositionDown({ id, credentialId: otp.id, newPreviousCredentialId: password.id });
    assert.deepEqual(await order(), ['New user label', 'phone']);
    await kc.users.deleteCredential({ id, credentialId: otp.id });
    assert.deepEqual(await kc.users.getUserStorageCredentialTypes({ id }), []);
  });

  await report.test('a user joins and leaves groups', async () => {
    const group = await kc.groups.create({ name: 'cool' });
    await kc.users.addToGroup({ id, groupId: group.id });
    assert.equal((await kc.users.countGroups({ id })).count, 1);
    assert.equal((await kc.users.countGroups({ id, search: 'fake' })).count, 0);
    assert.deepEqual(names(await kc.users.listGroups({ id })), ['cool']);
    await kc.users.delFromGroup({ id, groupId: group.id });
    await refused(() => kc.users.delFromGroup({ id, groupId: 'none' }), 404, 'Group not found');
    await kc.groups.del({ id: group.id });
  });

  await report.test('a user is given realm roles and client roles', async () => {
    await kc.roles.create({ name: 'auditor' });
    const role = await kc.roles.findOneByName({ name: 'auditor' });
    await kc.users.addRealmRoleMappings({ id, roles: [{ id: role.id, name: role.name }] });
    assert.ok(names(await kc.users.listRealmRoleMappings({ id })).includes('auditor'));
    assert.ok(!names(await kc.users.listAvailableRealmRoleMappings({ id })).includes('auditor'));
    assert.ok(names(await kc.users.listCompositeRealmRoleMappings({ id })).includes('offline_access'));
    assert.deepEqual(Object.keys(await kc.users.listRoleMappings({ id })), ['realmMappings']);
    await kc.users.delRealmRoleMappings({ id, roles: [{ id: role.id, name: role.name }] });
    const client = await kc.clients.create({ clientId: 'shop' });
    await kc.clients.createRole({ id: client.id, name: 'buyer' });
    const buyer = await kc.clients.findRole({ id: client.id, roleName: 'buyer' });
    const mapping = { id, clientUniqueId: client.id };
    await kc.users.addClientRoleMappings({ ...mapping, roles: [{ id: buyer.id, name: buyer.name }] });
    assert.deepEqual(names(await kc.users.listClientRoleMappings(mapping)), ['buyer']);
    assert.deepEqual(await kc.users.listAvailableClientRoleMappings(mapping), []);
    assert.deepEqual(names(await kc.users.listCompositeClientRoleMappings(mapping)), ['buyer']);
    await kc.users.delClientRoleMappings({ ...mapping, roles: [{ id: buyer.id, name: buyer.name }] });
    assert.deepEqual(await kc.users.listClientRoleMappings(mapping), []);
    await kc.clients.del({ id: client.id });
    await kc.roles.delByName({ name: 'auditor' });
  });

  await report.test('sessions, consents and links are listed and taken away', async () => {
    const client = await kc.clients.create({ clientId: 'visitor' });
    assert.deepEqual(await kc.users.listSessions({ id }), []);
    assert.deepEqual(await kc.users.listOfflineSessions({ id, clientId: client.id }), []);
    assert.deepEqual(await kc.users.listConsents({ id }), []);
    await refused(() => kc.users.revokeConsent({ id, clientId: 'none' }), 404, 'Client not found');
    const missing = () => kc.users.revokeConsent({ id, clientId: 'visitor' });
    await refused(missing, 404, 'Consent nor offline token not found');
    await kc.users.logout({ id });
    const link = { id, federatedIdentityId: 'foo' };
    await kc.users.addToFederatedIdentity({ ...link, federatedIdentity: { userId: 'u1', userName: 'me' } });
    const again = () => kc.users.addToFederatedIdentity({ ...link, federatedIdentity: { userId: 'u1' } });
    await refused(again, 409, 'User is already linked with provider');
    assert.deepEqual(await kc.users.listFederatedIdentities({ id }), []);
    await kc.users.delFromFederatedIdentity(link);
    await kc.clients.del({ id: client.id });
  });

  await report.test('letters wait in the outbox once there is a sender', async () => {
    const letter = () => kc.users.executeActionsEmail({ id, actions: ['UPDATE_PASSWORD'], lifespan: 43_200 });
    await refused(letter, 500, 'Failed to send execute actions email');
    await kc.realms.update({ realm: kc.realmName }, { smtpServer: { from: 'no-reply@example.org', host: 'mail.invalid' } });
    await letter();
    await kc.users.sendVerifyEmail({ id });
    const elsewhere = { id, clientId: 'account', redirectUri: 'https://evil.example', actions: ['UPDATE_PASSWORD'] };
    await refused(() => kc.users.executeActionsEmail(elsewhere), 400, 'Invalid redirect uri.');
  });

  await report.test('an administrator becomes a user, and users are removed', async () => {
    const answer = await kc.users.impersonation({ id }, { user: id, realm: kc.realmName });
    assert.equal(answer.sameRealm, false);
    assert.ok(answer.redirect.endsWith(`/realms/${kc.realmName}/account`), answer.redirect);
    assert.equal((await kc.users.listSessions({ id })).length, 1);
    await kc.users.del({ id });
    assert.equal(await kc.users.findOne({ id }), null);
  });
}
