// Organizations from nothing to their end, and an administrator who looks at the world as somebody else.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';

/** Makes an organization, confirms its domain, brings somebody in, gives them a group, and deletes it; without scripts. */
export async function anOrganizationFromNothing(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  const click = (name) => page.getByRole('button', { name, exact: true }).click();
  try {
    await page.goto(url('/organizations'));
    await page.getByRole('link', { name: 'New organization' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Globex');
    await page.getByLabel('Domains').fill('globex.example\nGlobex.test');
    await click('Create');
    await page.getByText('Globex was created.').waitFor();
    const one = async () => (await realm.call('GET', '/organizations?search=Globex&briefRepresentation=false')).body[0];
    const { id } = await one();
    const domain = page.getByRole('row', { name: /globex\.example/ });
    await domain.getByRole('button', { name: 'It is theirs' }).click();
    await domain.getByText('confirmed', { exact: true }).waitFor();
    const verified = Object.fromEntries((await one()).domains.map(({ name, verified }) => [name, verified]));
    assert.deepEqual(verified, { 'globex.example': true, 'globex.test': false });
    await page.getByLabel('Description').fill('who makes everything');
    await click('Save');
    await page.getByText('Saved.').waitFor();
    assert.equal((await one()).description, 'who makes everything');
    await page.getByRole('link', { name: 'Members', exact: true }).click();
    await page.getByText('No member yet').waitFor();
    await page.getByLabel('Username').fill('ada');
    await click('Add');
    await page.getByRole('link', { name: 'ada', exact: true }).waitFor();
    await page.getByLabel('Tabs').or(page.getByRole('navigation', { name: 'Parts of this page' })).getByRole('link', { name: 'Groups' }).click();
    await page.getByLabel('Name', { exact: true }).fill('makers');
    await click('Create');
    await page.getByRole('link', { name: 'makers' }).click();
    await page.getByLabel('Username').fill('ada');
    await click('Add');
    await page.getByRole('link', { name: 'ada', exact: true }).waitFor();
    const [makers] = (await realm.call('GET', `/organizations/${id}/groups`)).body;
    const members = (await realm.call('GET', `/organizations/${id}/groups/${makers.id}/members`)).body;
    assert.deepEqual(members.map(({ username }) => username), ['ada']);
    await page.goto(url(`/organizations/${id}/invitations`));
    await page.getByLabel('E-mail').fill('hank@globex.example');
    await click('Invite');
    await page.getByRole('row', { name: /hank@globex\.example/ }).getByText('open').waitFor();
    await page.goto(url(`/organizations/${id}`));
    await page.getByLabel('Type Globex to delete').fill('Glob');
    await click('Delete');
    await page.getByText('Nothing was deleted.').waitFor();
    await page.getByLabel('Type Globex to delete').fill('Globex');
    await click('Delete');
    await page.getByText('Globex was deleted.').waitFor();
    assert.equal(await one(), undefined);
  } finally {
    await context.close();
  }
}

/** Whoever has what a group gives is listed, those of the groups inside it among them. */
export async function aGroupTellsEverybodyInside(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const { realm, password } = scene;
  try {
    const { id: group } = await realm.call('POST', '/groups', { name: 'crew' });
    const child = await realm.call('POST', `/groups/${group}/children`, { name: 'deck' });
    const deep = await realm.createUser('deep-inside', password);
    await realm.call('PUT', `/users/${deep}/groups/${child.id}`);
    await realm.call('PUT', `/users/${scene.user}/groups/${child.id}`);
    await page.goto(url(`/groups/${group}`));
    const names = page.locator('section', { has: page.locator('#everybody') }).getByRole('rowheader');
    assert.deepEqual(await names.allInnerTexts(), ['ada', 'deep-inside']);
    await realm.call('DELETE', `/groups/${group}`);
    await realm.call('DELETE', `/users/${deep}`);
  } finally {
    await context.close();
  }
}

/** An administrator becomes somebody else only with a reason, which stands in the trail, and is themselves no more. */
export async function anAdministratorActsAsSomebody(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const { realm } = scene;
  try {
    await page.goto(url('/users/{user}'));
    await page.getByRole('button', { name: 'Impersonate' }).click();
    await page.getByText('Say why').waitFor();
    await page.getByLabel('Reason').fill('ticket 4711');
    await page.getByRole('button', { name: 'Impersonate' }).click();
    await page.waitForURL(`${realm.issuer}/account`);
    await page.getByText('ada', { exact: true }).first().waitFor();
    const path = encodeURIComponent(`users/${scene.user}/impersonation`);
    const [event] = (await realm.call('GET', `/admin-events?resourcePath=${path}`)).body;
    assert.deepEqual(JSON.parse(event.representation), { reason: 'ticket 4711' });
    await page.goto(url('/users'));
    assert.equal(await page.getByRole('link', { name: 'New user' }).count(), 0);
  } finally {
    await context.close();
  }
}

/** One button shuts an account and ends all that it has open, at once, and the trail says who pressed it. */
export async function anAccountIsLockedAndAllOfItEnds(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm, password } = scene;
  const client = await realm.createClient({ clientId: 'open-doors', publicClient: true, directAccessGrantsEnabled: true });
  const user = await realm.createUser('stolen', password);
  const send = (end, fields, headers = {}) =>
    fetch(`${realm.issuer}/protocol/openid-connect/${end}`, { method: 'POST', headers, body: new URLSearchParams({ client_id: 'open-doors', ...fields }) });
  const signIn = () => send('token', { grant_type: 'password', username: 'stolen', password, scope: 'openid' });
  try {
    const answer = await signIn();
    assert.equal(answer.status, 200);
    const { access_token, refresh_token } = await answer.json();
    const use = async () => (await send('userinfo', {}, { authorization: `Bearer ${access_token}` })).status;
    assert.equal(await use(), 200);
    await page.goto(url(`/users/${user}`));
    const began = Date.now();
    await page.getByRole('button', { name: 'Lock and end everything' }).click();
    await page.getByText('Locked. Every session has ended.').waitFor();
    assert.equal(await use(), 401);
    assert.equal((await send('token', { grant_type: 'refresh_token', refresh_token })).status, 400);
    assert.equal((await signIn()).status, 400);
    assert.ok(Date.now() - began < 5000, `it took ${Date.now() - began} ms`);
    const trail = (await realm.call('GET', `/admin-events?resourcePath=users/${user}*`)).body;
    const [boss] = (await realm.call('GET', '/users?exact=true&username=boss')).body;
    const acts = trail.filter(({ authDetails }) => authDetails.userId === boss.id).map(({ operationType }) => operationType);
    assert.deepEqual(acts.sort(), ['ACTION', 'UPDATE']);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await page.getByText('Unlocked.').waitFor();
    assert.equal((await signIn()).status, 200);
  } finally {
    await realm.call('DELETE', `/users/${user}`);
    await realm.call('DELETE', `/clients/${client}`);
    await context.close();
  }
}
