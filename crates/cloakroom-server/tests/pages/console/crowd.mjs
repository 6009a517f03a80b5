// Ten thousand people from one file: a bar that moves, and a report of the rows that cannot.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';

const COUNT = 10_000;

/** The bar moves while they come in, survives a reload, and the report names each row that was refused. */
export async function tenThousandPeopleComeIn(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  context.setDefaultTimeout(300_000);
  const rows = Array.from({ length: COUNT }, (_, n) => `crowd${n},crowd${n}@example.net`);
  const wrong = [0, 1234, 5000, 9999];
  for (const n of wrong) rows[n] = `crowd${n},nobody`;
  try {
    await page.goto(url('/users/import'));
    const buffer = Buffer.from(`username,email\n${rows.join('\n')}\n`);
    await page.getByLabel('CSV file').setInputFiles({ name: 'crowd.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('button', { name: 'Import CSV' }).click();
    await page.waitForURL(/\/jobs\/[-0-9a-f]+$/);
    const at = () => page.locator('progress').evaluate((bar) => [bar.value, bar.max]);
    const isBeyond = (value) => page.waitForFunction((value) => document.querySelector('progress')?.value > value, value);
    await isBeyond(0);
    const [first, most] = await at();
    assert.equal(most, COUNT);
    await isBeyond(first);
    await page.reload();
    const [again] = await at();
    assert.ok(again > first, `${again} after a reload, ${first} before`);
    await page.getByText(`Done, ${wrong.length} not taken`, { exact: true }).waitFor();
    const job = (await scene.realm.call('GET', `/ui-ext/jobs/${page.url().split('/').pop()}`)).body;
    assert.deepEqual([job.total, job.handled, job.failed], [COUNT, COUNT, wrong.length]);
    assert.deepEqual(job.report.map(({ line }) => line), wrong.map((n) => n + 2));
    const [one] = (await scene.realm.call('GET', '/users?exact=true&username=crowd9998')).body;
    assert.equal(one.email, 'crowd9998@example.net');
  } finally {
    await context.close();
  }
}

/** All of them but those who could not come in are locked by one job, after their number; nobody else is, and the page tells how far it is. */
export async function theCrowdIsLockedByOneJob(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  context.setDefaultTimeout(300_000);
  const { realm } = scene;
  const enabled = async (username) => (await realm.call('GET', `/users?exact=true&username=${username}`)).body[0].enabled;
  try {
    const count = (await realm.call('GET', '/users/count?search=crowd')).body;
    assert.ok(count > 9000, `${count} people`);
    await page.goto(url('/users/everybody?q=crowd'));
    await page.getByText(`${count} users`).first().waitFor();
    await page.getByLabel('What to do').selectOption('disable');
    await page.getByLabel(new RegExp(`Type ${count}`)).fill(`${count}`);
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.waitForURL(/\/jobs\/[-0-9a-f]+$/);
    await page.waitForFunction(() => document.querySelector('progress')?.value > 0);
    await page.getByText('Done', { exact: true }).waitFor();
    const job = (await realm.call('GET', `/ui-ext/jobs/${page.url().split('/').pop()}`)).body;
    assert.deepEqual([job.total, job.handled, job.failed], [count, count, 0]);
    assert.deepEqual([await enabled('crowd1'), await enabled('crowd9998'), await enabled('boss')], [false, false, true]);
  } finally {
    await context.close();
  }
}
