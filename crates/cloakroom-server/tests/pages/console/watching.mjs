// Alert rules: made of a search of the events page, on the dashboard once they fire, cleared, changed and deleted.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';
import { EVIL } from './scene.mjs';

/** A sign-in that fails, at the application of the command line. */
async function fail({ realm }, username) {
  const fields = { grant_type: 'password', client_id: 'admin-cli', username, password: 'a guess at nothing' };
  const answer = await fetch(`${realm.issuer}/protocol/openid-connect/token`, { method: 'POST', body: new URLSearchParams(fields) });
  assert.equal((await answer.json()).error, 'invalid_grant');
}

/** Without scripts: a search becomes a rule, two failures make it fire, the dashboard says so, and somebody clears it. */
export async function aSearchBecomesARuleThatFires(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  const name = `guessing ${EVIL}`;
  const rule = async () => (await realm.call('GET', '/ui-ext/alerts')).body.find((one) => one.name === name);
  const row = () => page.getByRole('row').filter({ hasText: 'guessing <img' });
  const press = (button) => page.getByRole('button', { name: button, exact: true }).click();
  const isText = async () => assert.equal(await page.locator('[data-evil]').count(), 0);
  try {
    await page.goto(url('/events?q=type:LOGIN_ERROR%20client:admin-cli%20from:2026-01-01'));
    await page.getByRole('link', { name: 'Alert rules', exact: true }).click();
    assert.equal(await page.getByLabel('Search', { exact: true }).last().inputValue(), 'type:LOGIN_ERROR client:admin-cli');
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Number of events').fill('many');
    await press('Make the rule');
    await page.getByRole('alert').getByText('have to be whole numbers').waitFor();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), name);
    await page.getByLabel('Number of events').fill('2');
    await page.getByLabel('Within so many minutes').fill('5');
    await press('Make the rule');
    await row().getByText('Watches', { exact: true }).waitFor();
    await isText();

    await fail(scene, 'nobody');
    await fail(scene, 'nobody else');
    for (const end = Date.now() + 60_000; !(await rule()).firedAt; ) {
      assert.ok(Date.now() < end, 'the rule does not fire');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await page.goto(url('/dashboard'));
    await isText();
    await page.getByRole('link', { name: 'An alert rule has fired: guessing <img' }).click();
    await row().getByText('Fired', { exact: true }).waitFor();
    await row().getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByText('Cleared. From now on').waitFor();
    assert.equal((await rule()).firedAt, null);
    await page.goto(url('/dashboard'));
    assert.equal(await page.getByText('An alert rule has fired').count(), 0);
  } finally {
    await context.close();
  }
}

/** Two administrators change one rule: the second is told; then it is deleted, and all of that is in the trail. */
export async function aRuleIsChangedAndDeleted(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const { realm } = scene;
  const press = (button) => page.getByRole('button', { name: button, exact: true }).click();
  try {
    const rule = { name: 'many', search: { types: ['LOGIN'] }, count: 1000, periodSeconds: 60 };
    const { id } = (await realm.call('POST', '/ui-ext/alerts', rule)).body;
    await page.goto(url(`/events/alerts/${id}`));
    await realm.call('PUT', `/ui-ext/alerts/${id}`, { ...rule, count: 999, revision: 1 });
    await page.getByLabel('Number of events').fill('998');
    await press('Save');
    await page.getByRole('alert').getByText('Somebody else changed').waitFor();
    assert.equal(await page.getByLabel('Number of events').inputValue(), '998');
    await page.goto(url(`/events/alerts/${id}`));
    await page.getByLabel('Search', { exact: true }).last().fill('from:2026-01-01');
    await press('Save');
    await page.getByRole('alert').getByText('cannot search for this').waitFor();
    await page.getByLabel('Search', { exact: true }).last().fill('type:LOGOUT ip:192.0.2.7');
    await press('Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    const { search, count } = (await realm.call('GET', `/ui-ext/alerts/${id}`)).body;
    assert.deepEqual({ search, count }, { search: { types: ['LOGOUT'], ipAddress: '192.0.2.7' }, count: 999 });
    await page.getByRole('row').filter({ hasText: 'many' }).getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('The rule is deleted.').waitFor();
    const { body } = await realm.call('GET', `/admin-events?resourcePath=ui-ext/alerts/${id}`);
    assert.deepEqual(body.map(({ operationType }) => operationType), ['DELETE', 'UPDATE', 'UPDATE', 'CREATE']);
  } finally {
    await context.close();
  }
}
