// What is deleted comes back whole, and so does what was changed.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';
import { Visitor } from './visitor.mjs';

async function boss(scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  return visitor;
}

/** A copy of a client has its settings, and what proves it is its own. */
export async function aClientIsDuplicated(_browser, scene) {
  const { realm, client } = scene;
  const visitor = await boss(scene);
  const { status } = await visitor.post(`/clients/${client}/duplicate`, { clientId: 'till' });
  assert.equal(status, 303);
  const one = async (id) => (await realm.call('GET', `/clients/${id}`)).body;
  const [{ id }] = (await realm.call('GET', '/clients?clientId=till')).body;
  const [first, copy] = [await one(client), await one(id)];
  assert.notEqual(copy.secret, first.secret);
  for (const name of ['name', 'redirectUris', 'rootUrl', 'publicClient', 'defaultClientScopes']) assert.deepEqual(copy[name], first[name], name);
  assert.equal((await visitor.post(`/clients/${client}/duplicate`, { clientId: 'till' })).status, 409);
  await realm.call('DELETE', `/clients/${id}`);
}

/** Everything of a thing that the API shows, read anew. */
async function state(realm, paths) {
  const answers = await Promise.all(paths.map((path) => realm.call('GET', path).then(({ body }) => body)));
  return JSON.parse(JSON.stringify(answers));
}

/** One thing of each kind with all that can hang on it: where its page is, and what has to be there again. */
async function things({ realm, user, group, role }) {
  const { body: editor } = await realm.call('GET', `/roles-by-id/${role}`);
  const client = await realm.createClient({
    clientId: 'doomed',
    secret: 'a secret that comes back',
    serviceAccountsEnabled: true,
    attributes: { 'login_theme': 'x' },
    protocolMappers: [
      { name: 'm', protocol: 'openid-connect', protocolMapper: 'oidc-hardcoded-claim-mapper', config: { 'claim.name': 'a', 'claim.value': 'b' } },
    ],
  });
  const account = await realm.serviceAccount(client);
  const own = await realm.createClientRole(client, 'reader');
  await realm.grantClientRole(user, client, own);
  await realm.grantRealmRole(account.id, editor);
  const inner = await realm.createRealmRole('inner');
  const outer = await realm.createRealmRole('outer');
  await realm.call('POST', `/roles-by-id/${outer.id}/composites`, [inner]);
  await realm.grantRealmRole(user, inner);
  await realm.call('POST', `/groups/${group}/role-mappings/realm`, [inner]);
  const { id: top } = await realm.call('POST', '/groups', { name: 'doomed', attributes: { colour: ['red', 'blue'] } });
  const { id: below } = await realm.call('POST', `/groups/${top}/children`, { name: 'below' });
  await realm.call('PUT', `/users/${user}/groups/${below}`);
  await realm.call('POST', `/groups/${below}/role-mappings/realm`, [editor]);
  const { id: scope } = await realm.call('POST', '/client-scopes', {
    name: 'doomed',
    protocol: 'openid-connect',
    protocolMappers: [
      { name: 'm', protocol: 'openid-connect', protocolMapper: 'oidc-hardcoded-claim-mapper', config: { 'claim.name': 'a', 'claim.value': 'b' } },
    ],
  });
  await realm.call('PUT', `/default-optional-client-scopes/${scope}`);
  await realm.call('POST', `/client-scopes/${scope}/scope-mappings/realm`, [editor]);
  const person = await realm.createUser('doomed', 'a passphrase that comes back', { attributes: { locale: ['de'] } });
  await realm.call('PUT', `/users/${person}/groups/${top}`);
  await realm.grantRealmRole(person, inner);
  return [
    {
      kind: 'user',
      page: `/users/${person}`,
      shown: [`/users/${person}`, `/users/${person}/groups`, `/users/${person}/role-mappings`, `/users/${person}/credentials`],
    },
    {
      kind: 'client',
      page: `/clients/${client}`,
      shown: [
        `/clients/${client}`,
        `/clients/${client}/client-secret`,
        `/clients/${client}/roles`,
        `/clients/${client}/service-account-user`,
        `/users/${account.id}/role-mappings`,
        `/users/${user}/role-mappings/clients/${client}`,
      ],
    },
    {
      kind: 'role',
      page: `/roles/${inner.id}`,
      shown: [
        `/roles-by-id/${inner.id}`,
        `/roles-by-id/${outer.id}/composites`,
        `/roles/inner/users`,
        `/roles/inner/groups`,
      ],
    },
    {
      kind: 'group',
      page: `/groups/${top}`,
      shown: [`/groups/${top}`, `/groups/${top}/children`, `/groups/${below}/members`, `/groups/${below}/role-mappings`],
    },
    {
      kind: 'client scope',
      page: `/client-scopes/${scope}`,
      shown: [`/client-scopes/${scope}`, '/default-optional-client-scopes', `/client-scopes/${scope}/scope-mappings`],
    },
  ];
}

/** A thing of each kind goes into the bin, is gone for the API, and comes back with all that hung on it. */
export async function whatIsDeletedComesBackWhole(_browser, scene) {
  const visitor = await boss(scene);
  const { realm } = scene;
  for (const { kind, page, shown } of await things(scene)) {
    const before = await state(realm, shown);
    const gone = await visitor.post(`${page}/delete`, {});
    assert.equal(gone.status, 303, `${kind}: ${gone.text.slice(0, 500)}`);
    await assert.rejects(realm.call('GET', shown[0]), / 404: /, `${kind} is there still`);
    const [entry] = (await realm.call('GET', '/ui-ext/recycle-bin?max=1')).body;
    const back = await visitor.post(`/recycle-bin/${entry.id}/restore`, {});
    assert.equal(back.status, 303, `${kind}: ${back.text.slice(0, 500)}`);
    assert.ok(back.location.endsWith(page), `${kind}: ${back.location}`);
    assert.deepEqual(await state(realm, shown), before, kind);
    const twice = await visitor.post(`/recycle-bin/${entry.id}/restore`, {});
    assert.equal(twice.status, 404, `${kind} came back twice`);
  }
  const token = await fetch(`${realm.issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'doomed', client_secret: 'a secret that comes back' }),
  });
  assert.equal(token.status, 200, await token.text());
}

/** What has its name by now is not overwritten, and a deletion over the API leaves nothing in the bin. */
export async function aNameThatIsTakenStaysTaken(_browser, scene) {
  const visitor = await boss(scene);
  const { realm } = scene;
  const first = await realm.createUser('twin', 'a passphrase of the first');
  const { body: entry } = await realm.call('DELETE', `/users/${first}?recycle=true`);
  const second = await realm.createUser('twin', 'a passphrase of the second');
  const refused = await visitor.post(`/recycle-bin/${entry.id}/restore`, {});
  assert.equal(refused.status, 409, refused.text.slice(0, 500));
  assert.ok(refused.text.includes('Something else is called twin by now'), refused.text);
  assert.deepEqual((await realm.call('GET', '/users?exact=true&username=twin')).body.map(({ id }) => id), [second]);
  const count = async () => (await realm.call('GET', '/ui-ext/recycle-bin?max=1000')).body.length;
  const before = await count();
  await realm.call('DELETE', `/users/${second}`);
  assert.equal(await count(), before);
  const back = await visitor.post(`/recycle-bin/${entry.id}/restore`, {});
  assert.equal(back.status, 303, back.text.slice(0, 500));
  await realm.call('DELETE', `/users/${first}`);
}

/** Who manages people brings nobody back who had rights that they have not themselves. */
export async function nobodyBringsBackMoreThanTheyMayGive(_browser, scene) {
  const { realm, password } = scene;
  const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
  const right = async (name) => (await realm.call('GET', `/clients/${manager.id}/roles/${name}`)).body;
  const deputy = await realm.createUser('bin-deputy', password);
  await realm.grantClientRole(deputy, manager.id, await right('manage-users'));
  const mighty = await realm.createUser('mighty', password);
  await realm.grantClientRole(mighty, manager.id, await right('realm-admin'));
  const { body: entry } = await realm.call('DELETE', `/users/${mighty}?recycle=true`);
  const visitor = new Visitor(realm.admin.base, realm.name);
  await visitor.signIn('bin-deputy', password);
  const refused = await visitor.post(`/recycle-bin/${entry.id}/restore`, {});
  assert.equal(refused.status, 403, refused.text.slice(0, 500));
  await assert.rejects(realm.call('GET', `/users/${mighty}`), / 404: /);
  assert.equal((await realm.call('GET', `/ui-ext/recycle-bin/${entry.id}`)).body.name, 'mighty');
}

/** An earlier version is compared with what is there now, and comes back. */
export async function anEarlierVersionComesBack(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  try {
    const id = await realm.createClient({ clientId: 'changing', secret: 'stays', description: 'as made' });
    for (const words of ['the first version', 'the second version']) {
      await page.goto(url(`/clients/${id}/settings`));
      await page.getByLabel('Description').fill(words);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Saved.').waitFor();
    }
    await page.goto(url(`/clients/${id}/history`));
    const row = page.getByRole('row').filter({ hasText: 'the first version' }).last();
    await row.getByRole('link', { name: 'This version' }).click();
    await page.getByRole('cell', { name: 'the second version' }).waitFor();
    await realm.call('PUT', `/clients/${id}`, { clientId: 'changing', name: 'changed meanwhile' });
    await page.getByRole('button', { name: 'Restore this version' }).click();
    await page.getByText('Nothing was changed: somebody else was faster.').waitFor();
    await page.getByRole('button', { name: 'Restore this version' }).click();
    await page.getByText('The version is back.').waitFor();
    const { body } = await realm.call('GET', `/clients/${id}`);
    assert.equal(body.description, 'the first version');
    const { body: secret } = await realm.call('GET', `/clients/${id}/client-secret`);
    assert.equal(secret.value, 'stays');
  } finally {
    await context.close();
  }
}
