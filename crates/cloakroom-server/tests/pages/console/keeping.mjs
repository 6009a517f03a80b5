// What is kept of people: the user profile's room, and what the attributes of a person say of it.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';

/** An attribute that nothing lists is not said to be saved; listed in the profile's room, it is kept, with its rules. All without scripts. */
export async function anAttributeIsListedAndKept(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm, user } = scene;
  const { body: before } = await realm.call('GET', '/users/profile');
  const profile = async () => (await realm.call('GET', '/users/profile')).body;
  const type = async (lines) => {
    await page.goto(url(`/users/${user}/attributes`));
    await page.getByLabel('Values').fill(lines);
    await page.getByRole('button', { name: 'Save' }).click();
  };
  try {
    await type('department=d7');
    await page.getByText('Not as you typed it: department').waitFor();
    await page.getByText('does not list are neither kept nor shown').waitFor();
    await page.locator('main').getByRole('button', { name: 'User profile' }).click();
    await page.getByRole('link', { name: 'New attribute' }).click();
    await page.getByLabel('Name', { exact: true }).fill('department');
    await page.getByLabel('Validators').fill('pattern ^d[0-9]+$');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('After the name, the settings are JSON').first().waitFor();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'department');
    await page.getByLabel('Validators').fill('nothing-of-this-name');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText("Validator 'nothing-of-this-name'").first().waitFor();
    await page.getByLabel('Validators').fill('pattern {"pattern": "^d[0-9]+$"}');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('department was created.').waitFor();
    const made = (await profile()).attributes.at(-1);
    assert.deepEqual(made, {
      name: 'department',
      validations: { pattern: { pattern: '^d[0-9]+$' } },
      permissions: { view: ['admin', 'user'], edit: ['admin'] },
      multivalued: false,
    });
    await type('department=d7');
    await page.getByText('Saved.').waitFor();
    assert.deepEqual((await realm.call('GET', `/users/${user}`)).body.attributes.department, ['d7']);
    await type('department=seven');
    await page.getByRole('alert').waitFor();
    assert.deepEqual((await realm.call('GET', `/users/${user}`)).body.attributes.department, ['d7']);
  } finally {
    await realm.call('PUT', '/users/profile', before);
    await context.close();
  }
}

/** Attributes change, move and go, and what is not listed can be kept as well; what nobody touched stays as it was. */
export async function theProfileHasARoomOfItsOwn(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm, user } = scene;
  const { body: before } = await realm.call('GET', '/users/profile');
  const profile = async () => (await realm.call('GET', '/users/profile')).body;
  try {
    const odd = { name: 'badge', required: { roles: ['admin', 'user'] }, permissions: { view: ['admin'], edit: ['admin'] }, annotations: { inputType: 'text' }, multivalued: false };
    await realm.call('PUT', '/users/profile', { ...before, attributes: [...before.attributes, odd] });
    await page.goto(url('/settings/general'));
    await page.getByRole('button', { name: 'Open the user profile' }).click();
    await page.getByRole('link', { name: 'badge', exact: true }).click();
    await page.getByLabel('Display name').fill('Badge');
    await page.getByLabel('The person sees it').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const changed = (await profile()).attributes.at(-1);
    assert.deepEqual(changed, { ...odd, displayName: 'Badge', permissions: { view: ['admin', 'user'], edit: ['admin'] } });
    await page.goto(url('/profile'));
    const row = page.getByRole('row', { name: /^badge/ });
    await row.getByRole('button').first().click();
    await page.getByText('Saved.').waitFor();
    assert.equal((await profile()).attributes.at(-2).name, 'badge');
    await row.getByRole('button').last().click();
    assert.equal((await profile()).attributes.at(-1).name, 'badge');
    await page.getByRole('link', { name: 'badge', exact: true }).click();
    await page.getByLabel('Type badge to delete').fill('badg');
    await page.getByRole('button', { name: 'Delete' }).click();
    assert.equal((await profile()).attributes.at(-1).name, 'badge');
    await page.getByLabel('Type badge to delete').fill('badge');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('badge was deleted.').waitFor();
    assert.deepEqual(await profile(), before);
    await page.getByLabel('What becomes of them').selectOption('ADMIN_EDIT');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    assert.equal((await profile()).unmanagedAttributePolicy, 'ADMIN_EDIT');
    await page.goto(url(`/users/${user}/attributes`));
    await page.getByText('see and set attributes that the profile does not list').waitFor();
    await page.goto(url('/profile'));
    await page.getByLabel('What becomes of them').selectOption('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    assert.deepEqual(await profile(), before);
  } finally {
    await realm.call('PUT', '/users/profile', before);
    await context.close();
  }
}
