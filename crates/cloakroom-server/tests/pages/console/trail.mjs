// The administrators' trail, whose rows somebody changes in the database behind the server's back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { signedIn } from './journeys.mjs';
import { makeRealm, withServer } from './world.mjs';

/** Does to the file of the database what whoever has it can do. */
const CHANGE = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=20) as database:
    print(database.execute(sys.argv[2], sys.argv[3:]).rowcount)
`;

function change(database, statement, ...values) {
  const rows = execFileSync('python3', ['-c', CHANGE, database, statement, ...values], { encoding: 'utf8' });
  assert.equal(Number(rows), 1, `${statement}: ${rows}`);
}

/** A trail holds; then one of its events names another administrator, and one is gone: both are found out, and nothing else is. */
async function watch(browser, scene, database) {
  const { realm } = scene;
  const { id } = (await realm.call('GET', '')).body;
  for (const name of ['one', 'two', 'three', 'four', 'five']) await realm.call('POST', '/groups', { name });
  const { last } = (await realm.call('GET', '/ui-ext/audit-chain')).body;
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const found = async () => {
    await page.goto(url('/admin-events'));
    await page.getByText('It is not as it was written').waitFor();
    await page.getByRole('link', { name: 'Check the trail' }).click();
    await page.getByText('It is not as it was written').waitFor();
    return page.getByRole('region', { name: 'Where it does not hold' }).locator('tbody tr').allInnerTexts();
  };
  try {
    await page.goto(url('/admin-events'));
    await page.getByText('The last 100 are as written').waitFor();
    await page.getByRole('link', { name: 'Check the trail' }).click();
    await page.getByText('It is as it was written').waitFor();
    await page.getByText('Nowhere.').waitFor();
    change(database, "UPDATE admin_events SET auth = replace(auth, '127.0.0.1', '192.0.2.9') WHERE realm_id = ? AND number = ?", id, `${last - 3}`);
    const changed = await found();
    assert.equal(changed.length, 1, changed.join('\n'));
    assert.match(changed[0], new RegExp(`^${last - 3}\\s+Changed`));
    change(database, 'DELETE FROM admin_events WHERE realm_id = ? AND number = ?', id, `${last - 1}`);
    const both = await found();
    assert.equal(both.length, 2, both.join('\n'));
    assert.match(both[1], new RegExp(`^${last - 1}\\s+Missing`));
  } finally {
    await context.close();
  }
}

/** Whoever changes or takes away a row in the database is found out. */
export async function aChangedRowIsFoundOut(browser, clockwork) {
  await withServer(clockwork, async ({ admin, database }) => {
    const scene = await makeRealm(admin, 'trail', { adminEventsEnabled: true, adminEventsDetailsEnabled: true });
    await watch(browser, scene, database);
  });
}
