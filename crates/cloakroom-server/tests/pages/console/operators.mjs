// What administrators of `master` do for the whole server, and how other realms hear of them.
import assert from 'node:assert/strict';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signedIn } from './journeys.mjs';
import { atMaster } from './scene.mjs';
import { Visitor } from './visitor.mjs';

/** A button makes a copy of everything: in a folder that no form names, for its owner alone, and with its place in the trail. */
export async function aCopyIsMadeByAButton(browser, scene) {
  const { admin } = scene.realm;
  const { page, context, at } = await atMaster(browser, admin);
  const call = async (method, path, body) => admin.call(method, `/master${path}`, body);
  try {
    assert.match(await page.locator('.lead').first().innerText(), /^Cloakroom \d+\.\d+/);
    await call('PUT', '', { adminEventsEnabled: true });
    const before = (await call('GET', '/ui-ext/backups')).body;
    await page.goto(`${at}/system`);
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('The copy has begun.').waitFor();
    const again = page.getByRole('button', { name: 'Look again' });
    while ((await again.count()) > 0) await again.click();
    const { folder, copies, last } = (await call('GET', '/ui-ext/backups')).body;
    assert.equal(last.state, 'done', JSON.stringify(last));
    assert.equal(copies.length, before.copies.length + 1);
    const [{ name, bytes }] = copies;
    await page.getByRole('row').filter({ hasText: name }).waitFor();
    const file = await open(join(folder, name));
    const { buffer } = await file.read(Buffer.alloc(15), 0, 15, 0);
    await file.close();
    assert.match(buffer.toString(), /^(SQLite format 3|PGDMP)/);
    const { mode, size } = await stat(join(folder, name));
    assert.deepEqual([mode & 0o077, size], [0, bytes]);
    const [event] = (await call('GET', '/admin-events?max=1&operationTypes=ACTION')).body;
    assert.equal(event.resourcePath, `ui-ext/backups/${name}`);
  } finally {
    await call('PUT', '', { adminEventsEnabled: false });
    await context.close();
  }
}

/** Whoever manages another realm, were it all of it, neither sees copies nor makes one. */
export async function aCopyIsNoMatterOfOneRealm(_browser, scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  const { status, text } = await visitor.open(visitor.url('/system'));
  assert.equal(status, 200);
  assert.ok(!text.includes('Back up now'), 'the button is there');
  assert.equal((await visitor.post('/system/backup', {})).status, 403);
  assert.equal((await visitor.send(visitor.url('/system/backup/progress'))).status, 403);
}

/** An administrator of `master` has a name in the trail of another realm, for its own administrators too. */
export async function strangersInTheTrailHaveNames(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  try {
    await realm.call('PUT', `/clients/${scene.client}`, { clientId: 'shop', description: 'by a stranger' });
    const name = `${realm.admin.credentials.username} (master)`;
    for (const path of ['/admin-events?q=type:CLIENT', '/clients/{client}/history']) {
      await page.goto(url(path));
      await page.getByRole('row').filter({ hasText: 'by a stranger' }).filter({ hasText: name }).first().waitFor();
    }
    const { id: group } = await realm.call('POST', '/groups', { name: 'thrown away' });
    const { body: entry } = await realm.call('DELETE', `/groups/${group}?recycle=true`);
    await page.goto(url(`/recycle-bin/${entry.id}`));
    await page.locator('main dl > div').filter({ hasText: 'Who' }).filter({ hasText: name }).waitFor();
    // By events of this realm alone: who was never here is nobody.
    const { body: me } = await realm.admin.call('GET', `/master/users?username=${realm.admin.credentials.username}`);
    const { body: none } = await realm.call('GET', `/ui-ext/actors?events=${me[0].id}`);
    assert.deepEqual(none, {});
  } finally {
    await context.close();
  }
}

/** The server says what it is made of: each part that Cargo.lock names by its version, and its licence. */
export async function partsHaveLicences(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    await page.goto(url('/system'));
    await page.getByRole('link', { name: 'Parts and licences' }).click();
    const rows = page.getByRole('region', { name: 'Parts and licences' }).locator('tbody tr');
    const parts = (await rows.allInnerTexts()).map((row) => row.split(/\s*\t\s*/));
    assert.ok(parts.length > 100, `${parts.length} parts`);
    assert.deepEqual(parts.filter(([name, version, licence]) => !name || !/^\d/.test(version) || !licence), []);
    const lock = await readFile(fileURLToPath(new URL('../../../../../Cargo.lock', import.meta.url)), 'utf8');
    const locked = new Set([...lock.matchAll(/name = "([^"]+)"\nversion = "([^"]+)"/g)].map(([, name, version]) => `${name} ${version}`));
    assert.deepEqual(parts.filter(([name, version]) => !locked.has(`${name} ${version}`)), []);
    assert.ok(parts.some(([name, , licence]) => name === 'actix-web' && licence === 'MIT OR Apache-2.0'));
  } finally {
    await context.close();
  }
}

/** Figures of the first page lead to what is counted, and the share of people with a second factor is one of them. */
export async function figuresLeadToWhatTheyCount(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const figure = (name) => page.locator('.figure', { has: page.getByRole('heading', { name, exact: true }) });
  try {
    const share = figure('With a second factor');
    assert.match(await share.locator('b').innerText(), /^\d+\.\d %$/);
    const people = (await scene.realm.call('GET', '/users/count')).body;
    const told = (await share.innerText()).match(/of ([\d\u202f]+) in the realm/);
    assert.equal(Number(told?.[1].replaceAll('\u202f', '')), people, await share.innerText());
    for (const [name, path, query] of [
      ['Sign-ins', '/events', 'type:LOGIN'],
      ['Failed', '/events', 'type:LOGIN_ERROR'],
      ['Active sessions', '/sessions', null],
    ]) {
      await page.goto(url('/dashboard'));
      await figure(name).getByRole('link').click();
      await page.waitForURL((to) => to.href.startsWith(url(path)));
      const { searchParams } = new URL(page.url());
      const [kind, from] = searchParams.get('q')?.split(' ') ?? [null];
      assert.equal(kind, query);
      if (query) assert.match(from, /^from:\d{4}-\d\d-\d\d$/);
      else assert.equal(searchParams.get('type'), 'REGULAR');
    }
    // A search without a hit leads back to all.
    await page.goto(url('/users?q=nobody-of-this-name'));
    await page.getByRole('link', { name: 'Show all', exact: true }).click();
    await page.getByRole('link', { name: 'boss' }).first().waitFor();
  } finally {
    await context.close();
  }
}
