// The draft of a flow from its first change to the way back, and the simulator beside it.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';

/** The rows of a table by the name of its region, each as one line. */
async function rows(page, name) {
  const found = await page.getByRole('region', { name, exact: true }).getByRole('row').allInnerTexts();
  return found.slice(1).map((row) => row.replaceAll(/\s+/g, ' ').trim());
}

/** Steps are added, moved, duplicated and taken out while the live flow goes on; then it is compared, published and rolled back. */
export async function aDraftIsEditedComparedPublishedAndRolledBack(browser, scene) {
  const { realm } = scene;
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const live = async () => (await realm.call('GET', '/authentication/flows/drafty/executions')).body.map(({ displayName }) => displayName);
  const form = (button) => page.locator('form', { has: page.getByRole('button', { name: button, exact: true }) });
  const saved = () => page.getByText('Saved.', { exact: true }).waitFor();
  const press = async (step, button) => {
    const row = page.getByRole('region', { name: 'Steps', exact: true }).getByRole('row', { name: step });
    await row.getByRole('button', { name: button, exact: true }).first().click();
    await saved();
  };
  try {
    await realm.call('POST', '/authentication/flows/browser/copy', { newName: 'drafty' });
    const before = await live();
    await page.goto(url('/flows/drafty'));
    await page.getByText('Nobody has published a draft of this flow yet.').waitFor();
    await page.getByRole('button', { name: 'Begin a draft' }).click();
    await page.getByText('The draft is there.').waitFor();
    await page.getByText('The same steps as in the live flow.').waitFor();

    // A flow for some people, with a condition of its own.
    await form('Add a sub-flow').getByLabel('Name', { exact: true }).fill('only editors');
    await form('Add a sub-flow').getByLabel('Inside').selectOption({ label: 'drafty forms' });
    await form('Add a sub-flow').getByLabel('Requirement').selectOption('CONDITIONAL');
    await form('Add a sub-flow').getByRole('button').click();
    await saved();
    for (const step of ['Deny access', 'Condition - user role']) {
      await form('Add a step').getByLabel('Step', { exact: true }).selectOption({ label: step });
      await form('Add a step').getByLabel('Inside').selectOption({ label: '– only editors' });
      await form('Add a step').getByLabel('Requirement').selectOption('REQUIRED');
      await form('Add a step').getByRole('button').click();
      await saved();
    }
    await press(/Condition - user role/, 'Earlier');
    const steps = form('Set its settings').getByLabel('Step', { exact: true });
    const condition = (await steps.locator('option').allInnerTexts()).find((name) => /Condition - user role/.test(name));
    await steps.selectOption({ label: condition });
    await form('Set its settings').getByLabel(/^Settings/).fill('condUserRole=editor\nnegate=true');
    await form('Set its settings').getByRole('button').click();
    await saved();
    await page.getByText('if the person does not have the role editor').waitFor();
    await press(/Cookie/, 'Later');
    await press(/Kerberos/, 'Duplicate');
    await press(/Kerberos/, 'Remove');
    assert.deepEqual(await live(), before);
    const told = await rows(page, 'Compare with the live flow');
    for (const line of ['added only editors CONDITIONAL', 'added Deny access REQUIRED']) {
      assert.ok(told.includes(line), `${line} is not in ${told.join('\n')}`);
    }
    assert.ok(told.some((line) => line.startsWith('removed ')), told.join('\n'));

    // The simulator beside it takes the draft's steps, the live page the live ones.
    const simulate = async (path, user) => {
      await page.goto(url(path));
      await form('Simulate').getByLabel('User', { exact: true }).fill(user);
      await form('Simulate').getByLabel('Application', { exact: true }).fill('shop');
      await form('Simulate').getByRole('button').click();
      return rows(page, 'Simulator');
    };
    const inDraft = await simulate('/flows/drafty/draft', 'boss');
    await page.getByText('Refused by deny-access-authenticator.').waitFor();
    assert.ok(inDraft.some((line) => /^Deny access REQUIRED ends here it always refuses$/.test(line)), inDraft.join('\n'));
    const inLive = await simulate('/flows/drafty', 'boss');
    await page.getByText('Signed in.', { exact: true }).waitFor();
    assert.ok(!inLive.some((line) => /Deny access/.test(line)));
    await simulate('/flows/drafty/draft', 'nobody-of-this-name');
    await page.getByText('User not found').waitFor();

    // Two editors: what was made for an older revision is not taken.
    await page.goto(url('/flows/drafty/draft'));
    const { revision } = (await realm.call('GET', '/ui-ext/flows/drafty/draft')).body;
    await realm.call('POST', '/ui-ext/flows/drafty/draft/changes', { revision, change: 'add', provider: 'auth-cookie' });
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Somebody else has changed the draft meanwhile').waitFor();
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Published as version 2.').waitFor();
    const after = await live();
    assert.ok(after.includes('only editors') && after.includes('Deny access'), after.join(', '));

    await page.getByRole('link', { name: 'Version 1' }).click();
    await page.getByRole('button', { name: 'Roll back to this version' }).click();
    await page.getByText('Published as version 3.').waitFor();
    assert.deepEqual(await live(), before);

    // A draft that would let nobody in is not published where people sign in by its flow.
    await realm.call('PUT', '', { browserFlow: 'drafty' });
    await page.getByRole('button', { name: 'Begin a draft' }).click();
    await press(/drafty forms/, 'Remove');
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Nobody could sign in any more').waitFor();
    assert.deepEqual(await live(), before);
    await page.getByRole('button', { name: 'Throw the draft away' }).click();
    await page.getByText('The draft is gone.').waitFor();
  } finally {
    await realm.call('PUT', '', { browserFlow: 'browser' });
    await context.close();
  }
}
