// The client API's second version: clients by their `clientId`, in a shorter representation.
import assert from 'node:assert/strict';
import KeycloakAdminClient from '@keycloak/keycloak-admin-client';

const PATCH = 'application/merge-patch+json';

export async function clientsV2(report, kc, realm) {
  const client = new KeycloakAdminClient({ baseUrl: kc.baseUrl, realmName: realm.name, enableExperimentalApis: true });
  client.registerTokenProvider({ getAccessToken: () => kc.getAccessToken() });
  const v2 = () => client.clients.v2();
  /** A plain request, for what the client has no call for. */
  const ask = async (method, below, body, type = 'application/json') => {
    const answer = await fetch(`${kc.baseUrl}/admin/api/${realm.name}/clients/v2${below}`, {
      method,
      headers: { authorization: `Bearer ${await kc.getAccessToken()}`, 'content-type': type },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  };
  const small = { clientId: 'second', protocol: 'openid-connect', enabled: true };

  await report.test('a client is made, found, replaced, patched and removed by its clientId', async () => {
    assert.equal((await v2().post(small)).clientId, 'second');
    assert.ok((await v2().get()).some((one) => one.clientId === 'second'));
    await v2().byId('second').put({ ...small, description: 'Replaced' });
    assert.equal((await v2().byId('second').get()).description, 'Replaced');
    const patched = await v2().byId('second').patch({ additionalData: { displayName: 'Patched' } });
    assert.deepEqual([patched.displayName, patched.description], ['Patched', 'Replaced']);
    const emptied = await ask('PATCH', '/second', { description: null }, PATCH);
    assert.deepEqual([emptied.status, emptied.body.description, emptied.body.displayName], [200, undefined, 'Patched']);
    await v2().byId('second').delete();
    assert.deepEqual(await ask('GET', '/second'), { status: 404, body: { error: 'Cannot find the specified client' } });
  });

  await report.test('both versions show the same client, with its roles and those of its service account', async () => {
    const made = await ask('PUT', '/whole', {
      clientId: 'whole',
      protocol: 'openid-connect',
      displayName: 'Whole',
      redirectUris: ['https://whole.example/*'],
      loginFlows: ['STANDARD', 'SERVICE_ACCOUNT'],
      auth: { method: 'client-secret', secret: 'open-sesame' },
      roles: ['reader'],
      serviceAccountRoles: ['reader', 'offline_access'],
    });
    assert.equal(made.status, 201);
    const [first] = await kc.clients.find({ clientId: 'whole' });
    assert.deepEqual(
      [first.id, first.name, first.enabled, first.publicClient, first.fullScopeAllowed, first.secret],
      [made.body.uuid, 'Whole', false, false, false, 'open-sesame'],
    );
    const account = await kc.clients.getServiceAccountUser({ id: first.id });
    const { realmMappings, clientMappings } = await kc.users.listRoleMappings({ id: account.id });
    assert.deepEqual(realmMappings.map((one) => one.name), ['offline_access']);
    assert.deepEqual(clientMappings.whole.mappings.map((one) => one.name), ['reader']);
    const patched = await ask('PATCH', '/whole', { roles: ['writer'], serviceAccountRoles: ['writer'] }, PATCH);
    assert.deepEqual([patched.body.roles, patched.body.serviceAccountRoles], [['writer'], ['writer']]);
    assert.equal(patched.body.auth.secret, 'open-sesame');
    await kc.clients.del({ id: first.id });
  });

  await report.test('a list is filtered, sorted, trimmed and paged', async () => {
    for (const name of ['Zoo', 'yak']) await v2().post({ ...small, clientId: name, displayName: name });
    const list = async (queryParameters) => (await v2().get({ queryParameters })).map((one) => one.clientId);
    assert.deepEqual(await list({ q: 'clientId eq "Zoo"' }), ['Zoo']);
    assert.deepEqual(await list({ q: 'displayName sw "y" or displayName ew "oo"', sort: 'clientId' }), ['yak', 'Zoo']);
    assert.deepEqual(await list({ q: 'displayName pr and enabled eq true', sort: 'clientId', limit: 1, offset: 6 }), ['yak']);
    const { body } = await ask('GET', `?fields=clientId,enabled&q=${encodeURIComponent('clientId eq "yak"')}`);
    assert.deepEqual(body, [{ clientId: 'yak', enabled: true }]);
    for (const name of ['Zoo', 'yak']) await v2().byId(name).delete();
  });

  await report.test('what cannot be is refused in one sentence', async () => {
    const taken = { error: 'conflict', error_description: 'Duplicate resource error' };
    const invalid = (...violations) => ({ error: 'Provided data is invalid', violations });
    const unlike = { error: "Field 'clientId' in payload does not match the provided 'clientId'" };
    for (const [method, below, sent, status, body, type] of [
      ['POST', '', { ...small, clientId: 'account' }, 409, taken],
      ['POST', '', { clientId: 'x' }, 400, { error: 'protocol is required' }],
      ['POST', '', { ...small, zz: 1 }, 400, { error: 'Payload contains unknown fields: [zz]' }],
      ['POST', '', { ...small, clientId: '' }, 400, invalid('clientId: size must be between 1 and 255', 'clientId: must not be blank')],
      ['POST', '', { ...small, redirectUris: ['https://a.example#b'] }, 400, { error: 'A redirect URI must not contain an URL fragment' }],
      ['PUT', '/second', { ...small, clientId: 'other' }, 400, unlike],
      ['PATCH', '/account', { enabled: 'x' }, 400, { error: 'Invalid values for these fields: enabled' }, PATCH],
      ['PATCH', '/account', [], 400, { error: 'Cannot replace client resource with non-object' }, PATCH],
      ['PATCH', '/account', {}, 415, { error: 'Unsupported media type' }],
      ['DELETE', '/account', undefined, 400, { error: 'Could not delete client' }],
      ['DELETE', '/none', undefined, 404, { error: 'Could not find client' }],
      ['GET', '?limit=0', undefined, 400, { error: 'limit must be greater than or equal to 1' }],
      ['GET', '?sort=roles', undefined, 400, { error: 'roles is not a sortable field' }],
      ['GET', '?q=nope%20pr', undefined, 400, { error: 'Unknown query field: nope' }],
    ]) {
      assert.deepEqual(await ask(method, below, sent, type), { status, body }, `${method} ${below}`);
    }
  });
}
