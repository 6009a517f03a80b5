// Lists that one comes back to: events as they happen and as a file, views that are kept, who was here when.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';
import { Visitor } from './visitor.mjs';

/** A failed sign-in, as any application may cause one. */
async function fail({ realm }, username) {
  const answer = await fetch(`${realm.issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username, password: 'wrong' }),
  });
  assert.ok(!answer.ok, await answer.text());
}

/** An event appears in the open page by itself, and no more after the switch is off. */
export async function eventsAppearAsTheyHappen(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  try {
    await page.goto(url('/events'));
    const live = page.getByRole('button', { name: 'Live' });
    await live.click();
    await page.getByText('New events appear as they happen.').waitFor();
    const stream = page.waitForResponse((response) => response.url().includes('/events/live'));
    assert.equal((await stream).headers()['content-type'], 'text/event-stream');
    const fresh = page.locator('tr.fresh').filter({ hasText: 'LOGIN_ERROR' }).filter({ hasText: 'invalid_user_credentials' });
    await fail(scene, 'ada');
    await fresh.waitFor();
    await live.click();
    await page.getByText('Paused').waitFor();
    await fail(scene, 'ada');
    assert.equal(await fresh.count(), 1);
    await page.goto(url('/events?q=type:LOGIN_ERROR'));
    assert.ok((await page.getByRole('row').filter({ hasText: 'invalid_user_credentials' }).count()) >= 2);
  } finally {
    await context.close();
  }
}

/** Events leave as a file, and only for whoever may see them. */
export async function eventsLeaveAsAFile(_browser, scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  await fail(scene, 'ada');
  const csv = await visitor.send(visitor.url('/events/export?as=csv&q=type:LOGIN_ERROR'));
  assert.match(csv.headers.get('content-disposition'), /^attachment; filename=".*-events\.csv"$/);
  const lines = (await csv.text()).split('\r\n');
  assert.equal(lines[0], 'time,type,userId,details/username,clientId,ipAddress,error,sessionId,details');
  assert.ok(lines.length >= 3, lines.join('\n'));
  assert.ok(lines.slice(1, -1).every((line) => line.split(',')[1] === 'LOGIN_ERROR'));
  const clients = await (await visitor.send(visitor.url('/clients/export?q=shop'))).text();
  assert.match(clients, /^clientId,name,kind,.*\r\nshop,"?Shop of ada .*,Web application,true,/);
  const json = await (await visitor.send(visitor.url('/events/export?as=json'))).json();
  assert.ok(json.length >= lines.length - 2, `${json.length} events`);
  await scene.realm.createUser('no-events', scene.password);
  const [manager] = (await scene.realm.call('GET', '/clients?clientId=realm-management')).body;
  const { body: right } = await scene.realm.call('GET', `/clients/${manager.id}/roles/view-users`);
  const [{ id }] = (await scene.realm.call('GET', '/users?exact=true&username=no-events')).body;
  await scene.realm.grantClientRole(id, manager.id, right);
  const other = new Visitor(scene.realm.admin.base, scene.realm.name);
  await other.signIn('no-events', scene.password);
  for (const path of ['/events/export?as=csv', '/events/live', '/clients/export']) {
    assert.equal((await other.send(other.url(path))).status, 403, path);
  }
}

/** A query is kept under a name, found again as a chip, and forgotten. */
export async function aViewIsKeptAndForgotten(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    await page.goto(url('/users?q=last_login%3C1d'));
    await page.getByRole('link', { name: 'boss' }).first().waitFor();
    assert.equal(await page.getByRole('rowheader', { name: 'ada', exact: true }).count(), 0);
    await page.getByLabel('Name of the view').fill('<b data-evil>here today</b>');
    await page.getByRole('button', { name: 'Keep this view' }).click();
    await page.goto(url('/users'));
    await page.getByRole('link', { name: '<b data-evil>here today</b>' }).click();
    await page.getByRole('link', { name: 'boss' }).first().waitFor();
    assert.equal(await page.locator('[data-evil]').count(), 0);
    await page.getByRole('button', { name: 'Forget this view' }).click();
    await page.getByText('The view is forgotten.').waitFor();
    await page.getByRole('link', { name: 'Dormant' }).click();
    await page.getByRole('rowheader', { name: 'ada', exact: true }).waitFor();
  } finally {
    await context.close();
  }
}

/** Waits until a job is over, and answers with what the API says of it. */
async function over(realm, id) {
  for (;;) {
    const { body } = await realm.call('GET', `/ui-ext/jobs/${id}`);
    if (body.state !== 'waiting') return body;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A file of users comes in with a bar that moves, and a report of the rows that cannot. */
export async function peopleComeInFromAFile(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  const { realm } = scene;
  const rows = Array.from({ length: 400 }, (_, n) => `imported${n},imported${n}@example.org,true,/staff,red`);
  rows[10] = 'ada,other@example.org,true,,';
  rows[20] = 'twenty,not an address,true,,';
  rows[30] = 'thirty,thirty@example.org,perhaps,,';
  rows[40] = 'forty,forty@example.org,true,/nowhere,';
  rows[50] = '"<img data-evil src=x>",fifty@example.org,true,,,too many';
  try {
    await page.goto(url('/users/import'));
    const text = `username,email,enabled,groups,attributes.locale\n${rows.join('\n')}\n`.replaceAll(',red', ',de');
    await page.getByLabel('CSV file').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await page.getByRole('button', { name: 'Import CSV' }).click();
    await page.waitForURL(/\/jobs\/[-0-9a-f]+$/);
    await page.getByText('Done, 5 not taken', { exact: true }).waitFor();
    const job = await over(realm, page.url().split('/').pop());
    assert.deepEqual([job.total, job.handled, job.failed], [400, 400, 5]);
    // The first line names a column of which the user profile keeps nothing.
    assert.deepEqual(job.report.map(({ line }) => line), [1, 12, 22, 32, 42, 52]);
    for (const words of ['User exists with same username', 'There is no group /nowhere', 'enabled is true or false, not perhaps']) {
      await page.getByText(words).waitFor();
    }
    assert.equal(await page.locator('[data-evil]').count(), 0);
    const [one] = (await realm.call('GET', '/users?exact=true&username=imported7')).body;
    assert.deepEqual([one.email, one.enabled], ['imported7@example.org', true]);
    assert.deepEqual((await realm.call('GET', `/users/${one.id}/groups`)).body.map(({ path }) => path), ['/staff']);
    const trail = (await realm.call('GET', `/admin-events?resourcePath=users/${one.id}`)).body;
    assert.deepEqual(trail.map(({ operationType }) => operationType), ['CREATE']);
    const visitor = new Visitor(realm.admin.base, realm.name);
    await visitor.signIn('boss', scene.password);
    const file = await (await visitor.send(visitor.url('/users/export?q=group:staff'))).text();
    assert.equal(file.split('\r\n').filter((line) => line.startsWith('imported')).length, 395);
    const everybody = await (await visitor.send(visitor.url('/users/export?q='))).text();
    const count = (await realm.call('GET', '/users/count')).body;
    assert.equal(everybody.split('\r\n').length - 2, count);
  } finally {
    await context.close();
  }
}

/** Whoever loses the right to change people loses it for what they began as well. */
export async function aJobEndsWithTheRight(_browser, scene) {
  const { realm, password } = scene;
  const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
  const { body: right } = await realm.call('GET', `/clients/${manager.id}/roles/manage-users`);
  const id = await realm.createUser('importer', password);
  await realm.grantClientRole(id, manager.id, right);
  const visitor = new Visitor(realm.admin.base, realm.name);
  await visitor.signIn('importer', password);
  const rows = Array.from({ length: 3000 }, (_, n) => `late${n}`);
  const begun = await visitor.post('/users/import', { text: `username\n${rows.join('\n')}\n` });
  assert.equal(begun.status, 303, begun.text.slice(0, 500));
  await realm.call('DELETE', `/users/${id}`);
  const job = await over(realm, begun.location.split('/').pop());
  assert.equal(job.state, 'refused');
  assert.ok(job.handled < job.total, `${job.handled} of ${job.total}`);
  assert.equal((await realm.call('GET', '/users/count?search=late')).body, job.handled);
}

/** One thing for everybody whom a query finds: nothing without the number, and then each of them and nobody else. */
export async function everybodyWhomAQueryFinds(_browser, scene) {
  const { realm } = scene;
  for (const name of ['shift-one', 'shift-two', 'shift-three']) await realm.createUser(name, scene.password);
  const visitor = new Visitor(realm.admin.base, realm.name);
  await visitor.signIn('boss', scene.password);
  const path = '/users/everybody?q=shift-';
  const { text } = await visitor.open(visitor.url(path));
  assert.ok(text.includes('3 users'), 'the number is not said');
  const on = async () => {
    const people = (await realm.call('GET', '/users?search=shift-')).body;
    return people.map(({ username, enabled }) => `${username} ${enabled}`).sort();
  };
  const before = await on();
  const unsure = await visitor.post(path, { act: 'disable', sure: '2' });
  assert.match(unsure.location, /everybody\?q=shift-/);
  const { location } = await visitor.post(path, { act: 'disable', sure: '3' });
  const job = location.slice(location.indexOf('/jobs/'));
  const done = async () => (await realm.call('GET', `/ui-ext${job}`)).body;
  for (let round = 0; round < 400 && (await done()).state === 'waiting'; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { state, handled, failed } = await done();
  assert.deepEqual({ state, handled, failed }, { state: 'done', handled: 3, failed: 0 });
  assert.deepEqual(await on(), before.map((one) => one.replace('true', 'false')));
  assert.equal((await realm.call('GET', '/users?exact=true&username=boss')).body[0].enabled, true);
}
