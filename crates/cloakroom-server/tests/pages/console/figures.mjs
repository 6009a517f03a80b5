// The first page's figures, held against the events of many days: a server lives through them by a clock that is set.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';
import { makeRealm, withServer } from './world.mjs';

const DAY = 24 * 60 * 60;
const DAYS = 10;

/** What people and applications do on one day, other things than sign-ins among them. */
async function live({ realm, password }, good, bad) {
  const token = (fields) => fetch(`${realm.issuer}/protocol/openid-connect/token`, { method: 'POST', body: new URLSearchParams(fields) });
  const person = { grant_type: 'password', client_id: 'admin-cli', username: 'boss' };
  for (let n = 0; n < good; n += 1) {
    const answer = await token({ ...person, password });
    const { refresh_token } = await answer.json();
    assert.equal(answer.status, 200);
    assert.equal((await token({ grant_type: 'refresh_token', client_id: 'admin-cli', refresh_token })).status, 200);
  }
  // A guess that comes too soon after another is a failure too.
  for (let n = 0; n < bad; n += 1) assert.ok(!(await token({ ...person, password: 'wrong' })).ok);
  assert.equal((await token({ grant_type: 'client_credentials', client_id: 'api', client_secret: 'known to the test' })).status, 200);
  assert.equal((await token({ grant_type: 'client_credentials', client_id: 'api', client_secret: 'wrong' })).status, 401);
}

/** How many events of a kind there were on each UTC day. */
async function counted(realm, type) {
  const { body } = await realm.call('GET', `/events?type=${type}&max=1000`);
  const days = {};
  for (const { time } of body) {
    const day = new Date(time).toISOString().slice(0, 10);
    days[day] = (days[day] ?? 0) + 1;
  }
  return days;
}

const sum = (days) => Object.values(days).reduce((all, one) => all + one, 0);

/** Each range's figures and each day's row of the chart's table are the events of that time, and of no other kind. */
export async function figuresEqualTheEvents(browser, clockwork) {
  await withServer(clockwork, async ({ admin, clock }) => {
    const scene = await makeRealm(admin, 'figures', { eventsEnabled: true });
    const { realm } = scene;
    await realm.createClient({ clientId: 'api', secret: 'known to the test', serviceAccountsEnabled: true });
    const made = { good: 0, bad: 0 };
    for (let day = 0; day < DAYS; day += 1) {
      const [good, bad] = [(day * 2) % 5, (day * 3) % 4];
      await live(scene, good, bad);
      made.good += good;
      made.bad += bad;
      if (day < DAYS - 1) await clock.leap(DAY);
    }
    const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
    try {
      const [good, bad] = [await counted(realm, 'LOGIN'), await counted(realm, 'LOGIN_ERROR')];
      // The administrator at the console is one more.
      assert.deepEqual([sum(good), sum(bad)], [made.good + 1, made.bad]);
      const figure = (name) => page.locator('.figure', { has: page.getByRole('heading', { name, exact: true }) }).locator('b').innerText();
      for (const range of [7, 14, 30]) {
        await page.goto(url('/dashboard'));
        await page.getByRole('link', { name: `${range} days` }).click();
        await page.getByText('Show as table').click();
        const rows = await page.locator('details table tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
        assert.equal(rows.length, range);
        const wanted = rows.map(([day]) => [day, `${good[day] ?? 0}`, `${bad[day] ?? 0}`]);
        assert.deepEqual(rows, wanted);
        const within = (column) => rows.reduce((all, row) => all + Number(row[column]), 0);
        assert.deepEqual([await figure('Sign-ins'), await figure('Failed')], [`${within(1)}`, `${within(2)}`]);
        // Two bars a day, and a sentence with the same numbers for who does not see them.
        const chart = page.getByRole('img', { name: new RegExp(`${within(1)} / ${within(2)}`) });
        assert.equal(await chart.locator('rect').count(), range * 2);
      }
      // The list behind a figure holds what was counted, and no more.
      await page.goto(url('/dashboard?days=7'));
      const failed = Number(await figure('Failed'));
      await page.locator('.figure').getByRole('link', { name: 'Failed' }).click();
      assert.equal(await page.locator('main table tbody tr').count(), failed);
      // The short range leaves days out that had some.
      await page.goto(url('/dashboard?days=7'));
      assert.ok(Number(await figure('Failed')) < made.bad, 'seven days hold all failures');
      const { count } = (await realm.call('GET', '/ui-ext/sessions/count?type=REGULAR')).body;
      assert.equal(Number(await figure('Active sessions')), count);
    } finally {
      await context.close();
    }
  });
}
