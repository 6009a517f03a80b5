// A Keycloak's export comes in through the console: the plan says first what would happen, and then that happens and nothing else.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { signedIn } from './journeys.mjs';
import { EVIL } from './scene.mjs';

/** A realm as Keycloak 26.8 wrote it. */
const EXPORT = new URL('../../moving/acme/acme-realm.json', import.meta.url);

/** A realm with nothing in it but an administrator. */
async function emptyRealm(admin) {
  const realm = await admin.createRealm('taking', { organizationsEnabled: true, adminEventsEnabled: true });
  const password = 'an honest passphrase';
  const boss = await realm.createUser('boss', password);
  const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
  await realm.grantClientRole(boss, manager.id, (await realm.call('GET', `/clients/${manager.id}/roles/realm-admin`)).body);
  return { realm, password };
}

/** The export, with markup in names that a stranger could have chosen. */
async function exported() {
  const file = JSON.parse(await readFile(EXPORT));
  const [{ id: _, ...role }] = file.roles.realm.filter(({ name }) => name === 'auditor');
  file.roles.realm.push({ ...role, name: `role ${EVIL}`, description: EVIL });
  file.groups.push({ name: `group ${EVIL}` });
  return file;
}

/** What is in the realm, and what its trail says: nothing of it differs after a plan. */
async function inside(realm) {
  const paths = ['/clients', '/roles', '/groups', '/users', '/identity-provider/instances', '/admin-events?max=1'];
  return Promise.all(paths.map(async (path) => (await realm.call('GET', path)).body));
}

/** Sends the file, and answers with the rows of the plan: kind, name, fate. */
async function plan(page, url, file, existing) {
  await page.goto(url('/transfer'));
  const buffer = Buffer.from(JSON.stringify(file));
  await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'acme-realm.json', mimeType: 'application/json', buffer });
  await page.getByLabel('What is there already').selectOption(existing);
  await page.getByRole('button', { name: 'Plan' }).click();
  await page.getByText('This is what the import would do. Nothing has been changed.').waitFor();
  return rows(page);
}

async function rows(page) {
  const all = page.locator('main table tbody tr');
  const texts = await all.evaluateAll((list) => list.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
  assert.equal(await page.locator('[data-evil]').count(), 0, 'markup of a name is alive');
  return texts;
}

/** Presses the button of a plan, and wants its very rows in the report. */
async function apply(page, planned) {
  await page.getByRole('button', { name: 'Import now' }).click();
  await page.getByRole('heading', { name: 'Report' }).waitFor();
  assert.deepEqual(await rows(page), planned);
}

const fates = (rows) => [...new Set(rows.map(([, , fate]) => fate))].sort();

/** The plan names what would end it; without that the file comes in, the report is the plan, and a second time it goes by what is chosen. */
export async function anExportComesInAsPlanned(browser, scene) {
  const { admin } = scene.realm;
  const target = await emptyRealm(admin);
  const { realm } = target;
  const { page, context, url } = await signedIn(browser, target, { javaScriptEnabled: false });
  try {
    const file = await exported();
    const before = await inside(realm);
    // Roles that each realm has are in each export.
    const first = await plan(page, url, file, 'FAIL');
    assert.ok(first.some(([kind, name, fate]) => kind === 'Roles' && name === 'offline_access' && fate === 'ends the import'), first.join('\n'));
    assert.equal(await page.getByRole('button', { name: 'Import now' }).count(), 0);
    await page.getByText(/What else is in the file is not read here: .*authenticationFlows/).waitFor();

    const second = await plan(page, url, file, 'SKIP');
    assert.deepEqual(await inside(realm), before, 'a plan has changed something');
    for (const row of [
      ['Roles', 'offline_access', 'left as it is'],
      ['Roles', `role ${EVIL}`, 'added'],
      ['Groups', `group ${EVIL}`, 'added'],
      ['Clients', 'photos', 'added'],
      ['Users', 'anna', 'added'],
      ['Identity providers', 'corp', 'added'],
    ]) {
      assert.ok(second.some((one) => one.join() === row.join()), `no ${row} in\n${second.join('\n')}`);
    }
    await apply(page, second);
    const [anna] = (await realm.call('GET', '/users?exact=true&username=anna')).body;
    assert.equal(anna.email, file.users.find(({ username }) => username === 'anna').email);

    // What is there now stays, or gives way, as chosen.
    const description = 'from the second file';
    const again = { ...file, clients: file.clients.map((one) => (one.clientId === 'photos' ? { ...one, description } : one)) };
    const photos = async () => (await realm.call('GET', '/clients?clientId=photos')).body[0].description;
    const kept = await plan(page, url, again, 'SKIP');
    assert.deepEqual(fates(kept), ['left as it is']);
    await apply(page, kept);
    assert.notEqual(await photos(), description);
    const replaced = await plan(page, url, { clients: again.clients }, 'OVERWRITE');
    assert.deepEqual(fates(replaced), ['replaced']);
    assert.notEqual(await photos(), description);
    await apply(page, replaced);
    assert.equal(await photos(), description);
    const [event] = (await realm.call('GET', '/admin-events?max=1&operationTypes=ACTION')).body;
    assert.equal(event.resourcePath, 'partialImport');
  } finally {
    await context.close();
    await realm.remove();
  }
}

/** A file that cannot be read is told beside the form, which keeps what was pasted. */
export async function aFileThatIsNoneIsToldSo(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    for (const [text, words] of [
      ['{"users": [', 'The file cannot be read'],
      ['{"users": [{"username": "x", "nonsense": 1}]}', 'Cannot parse the JSON'],
    ]) {
      await page.goto(url('/transfer'));
      await page.getByLabel('Or paste it').fill(text);
      await page.getByRole('button', { name: 'Plan' }).click();
      await page.getByText(words, { exact: false }).first().waitFor();
      assert.equal(await page.getByLabel('Or paste it').inputValue(), text);
    }
  } finally {
    await context.close();
  }
}
