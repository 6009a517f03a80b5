// What applications and providers are given: mappers, every role or some, presets of other servers, and values to be copied.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';
import { fill } from './scene.mjs';

/** A mapper of an identity provider is made, changed and deleted: from the provider's page, by its kind, with JavaScript off. */
export async function aProviderGetsAMapper(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const stored = async () => {
    const all = (await scene.realm.call('GET', '/identity-provider/instances/elsewhere/mappers')).body;
    return all.find(({ name }) => name === 'colour of there');
  };
  try {
    await page.goto(url('/identity-providers/elsewhere'));
    await page.getByRole('button', { name: 'New mapper' }).click();
    await page.getByRole('link', { name: 'Username Template Importer' }).waitFor();
    await page.getByRole('link', { name: 'Attribute Importer', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill('colour of there');
    await page.getByLabel('Claim', { exact: true }).fill('favourite.colour');
    await page.getByLabel('Attribute of the user').fill('colour');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('colour of there was created.').waitFor();
    const { id, ...made } = await stored();
    assert.deepEqual(made, {
      name: 'colour of there',
      identityProviderAlias: 'elsewhere',
      identityProviderMapper: 'oidc-user-attribute-idp-mapper',
      config: { syncMode: 'INHERIT', claim: 'favourite.colour', 'user.attribute': 'colour', 'allow.nullable.property': 'false' },
    });
    // The same name again is refused, with what was typed.
    await page.goto(url('/identity-providers/elsewhere/mappers/new?kind=oidc-user-attribute-idp-mapper'));
    await page.getByLabel('Name', { exact: true }).fill('colour of there');
    await page.getByLabel('Claim', { exact: true }).fill('another');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.getByLabel('Claim', { exact: true }).inputValue(), 'another');
    await page.goto(url(`/identity-providers/elsewhere/mappers/${id}`));
    await page.getByLabel('When it is done').selectOption('FORCE');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    assert.equal((await stored()).config.syncMode, 'FORCE');
    await page.getByLabel('Type colour of there to delete').fill('colour of there');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('colour of there was deleted.').waitFor();
    assert.equal(await stored(), undefined);
  } finally {
    await context.close();
  }
}

/** A client's page leads to its mappers; a new one begins as Keycloak's does, so that what it says is in tokens at once. */
export async function aClientGetsAMapper(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    await page.goto(url('/clients/{client}'));
    await page.getByRole('link', { name: 'Access', exact: true }).click();
    await page.getByRole('button', { name: 'New mapper' }).click();
    await page.getByRole('link', { name: 'User Attribute', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill('shoe size');
    await page.getByLabel('Attribute of the user').fill('shoes');
    await page.getByLabel('Name of the claim').fill('shoes');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('shoe size was created.').waitFor();
    assert.ok(page.url().endsWith('/access'));
    const { body: all } = await scene.realm.call('GET', fill('/clients/{client}/protocol-mappers/models', scene));
    const { id, config } = all.find(({ name }) => name === 'shoe size');
    const places = ['access.token.claim', 'id.token.claim', 'userinfo.token.claim'];
    assert.deepEqual(places.map((place) => config[place]), ['true', 'true', 'true']);
    await page.getByRole('link', { name: 'shoe size' }).click();
    await page.getByLabel('Type shoe size to delete').fill('shoe size');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('shoe size was deleted.').waitFor();
    assert.ok(id);
    // Sent without a kind, it is a refusal that says what is missing.
    const csrf = await page.locator('[name=csrf]').first().inputValue();
    const answer = await page.request.post(url('/clients/{client}/mappers/new'), { form: { csrf, 'f-name': 'x' } });
    assert.equal(answer.status(), 400);
    assert.ok((await answer.text()).includes('Choose a kind of mapper first.'));
  } finally {
    await context.close();
  }
}

/** Whether every role is in a client's tokens is switched where its roles stand. */
export async function theFullScopeIsSwitched(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const stored = async () => (await scene.realm.call('GET', fill('/clients/{client}', scene))).body.fullScopeAllowed;
  const before = await stored();
  try {
    for (const on of [!before, before]) {
      await page.goto(url('/clients/{client}/access'));
      const form = page.locator('form.ask', { has: page.getByLabel('Full scope allowed') });
      await form.getByLabel('Full scope allowed').setChecked(on);
      await form.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved.').waitFor();
      assert.equal(await stored(), on);
      const sentence = on ? 'Every role that a person has goes into its tokens' : 'Only the roles below and those of its scopes';
      await page.getByText(sentence).waitFor();
      // Roles are named where they count, and only there.
      assert.equal(await page.getByRole('button', { name: 'Give the role' }).count(), on ? 0 : 1);
    }
  } finally {
    await context.close();
  }
}

/** Passkeys and security keys have settings of their own. */
export async function passkeysAreNoSecurityKeys(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { body: before } = await scene.realm.call('GET', '');
  const of = (realm) => [realm.webAuthnPolicyPasswordlessRpEntityName, realm.webAuthnPolicyRpEntityName];
  try {
    for (const [section, expected] of [
      ['Passkeys', ['Doors', of(before)[1]]],
      ['Security keys', ['Doors', 'Doors']],
    ]) {
      await page.goto(url('/settings/passwords'));
      const fields = page.getByRole('region', { name: section, exact: true });
      await fields.getByLabel('Name of this server').fill('Doors');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Saved.').waitFor();
      assert.deepEqual(of((await scene.realm.call('GET', '')).body), expected);
    }
  } finally {
    await scene.realm.call('PUT', '', before);
    await context.close();
  }
}

/** A realm of Keycloak or of another Cloakroom that sends its people here is a client with the addresses of its broker. */
export async function aRealmElsewhereIsAClient(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    await page.goto(url('/clients/new'));
    await page.getByRole('link', { name: 'Keycloak', exact: false }).click();
    await page.getByLabel('Address of its realm').fill('https://sso.example/realms/acme');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('keycloak was created.').waitFor();
    const [{ id }] = (await scene.realm.call('GET', '/clients?clientId=keycloak')).body;
    const { body: made } = await scene.realm.call('GET', `/clients/${id}`);
    const broker = 'https://sso.example/realms/acme/broker/cloakroom/endpoint';
    assert.deepEqual(made.redirectUris, [broker]);
    assert.equal(made.attributes['post.logout.redirect.uris'], `${broker}/logout_response`);
    await scene.realm.call('DELETE', `/clients/${id}`);
  } finally {
    await context.close();
  }
}

/** What is taken elsewhere is copied by a button; without scripts there is none. */
export async function whatIsTakenElsewhereIsCopied(browser, scene) {
  const { value: secret } = (await scene.realm.call('GET', fill('/clients/{client}/client-secret', scene))).body;
  const { page, context, url } = await signedIn(browser, scene, { permissions: ['clipboard-read', 'clipboard-write'] });
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  try {
    await page.goto(url('/clients/{client}/credentials'));
    await page.getByRole('button', { name: 'Copy Secret' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await copied(), secret);
    await page.goto(url('/clients/{client}'));
    await page.getByRole('button', { name: 'Copy Issuer' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await copied(), scene.realm.issuer);
  } finally {
    await context.close();
  }
  const without = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    await without.page.goto(without.url('/clients/{client}/credentials'));
    await without.page.getByText(secret).waitFor();
    assert.equal(await without.page.getByRole('button', { name: 'Copy' }).count(), 0);
  } finally {
    await without.context.close();
  }
}
