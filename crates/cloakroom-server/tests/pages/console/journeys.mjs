// Whole ways through the console: with scripts, without them, by keyboard, and two administrators at once.
import assert from 'node:assert/strict';
import { fill } from './scene.mjs';

/** A page at the console, signed in. */
export async function signedIn(browser, scene, options = {}) {
  const context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 800 }, ...options });
  // Making an RSA key takes long in a build for tests.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const base = `${scene.realm.admin.base}/admin/${scene.realm.name}/console/${scene.realm.name}`;
  await page.goto(`${base}/dashboard`);
  // A realm with organizations asks for the name first.
  await page.getByLabel('Username or email').fill('boss');
  await page.getByRole('button', { name: 'Sign In' }).click();
  await page.getByLabel('Password', { exact: true }).fill(scene.password);
  await page.getByRole('button', { name: 'Sign In' }).click();
  await page.waitForURL(`${base}/dashboard`);
  return { page, context, url: (path) => `${base}${fill(path, scene)}` };
}

/** Makes a user, changes them, gives a role, and deletes them, with JavaScript off. */
export async function aUserWithoutScripts(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    await page.goto(url('/users'));
    await page.getByRole('link', { name: 'New user' }).click();
    await page.getByLabel('Username').fill('grace');
    await page.getByLabel('E-mail').fill('grace@example.org');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('grace was created.').waitFor();
    await page.getByLabel('Last name').fill('Hopper');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('cell', { name: 'Hopper' }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByRole('link', { name: 'Access', exact: true }).click();
    const give = page.locator('form', { has: page.getByRole('button', { name: 'Give the role' }) });
    await give.getByLabel('Role').selectOption({ label: 'editor' });
    await give.getByRole('button', { name: 'Give the role' }).click();
    await page.getByText('given directly').first().waitFor();
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    const found = async () => (await scene.realm.call('GET', '/users?exact=true&username=grace')).body;
    const [before] = await found();
    await page.getByRole('button', { name: 'Delete this user' }).click();
    await page.getByText('grace is in the recycle bin.').waitFor();
    assert.deepEqual(await found(), []);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('grace is back.').waitFor();
    assert.deepEqual(await found(), [before]);
    await page.getByRole('button', { name: 'Delete this user' }).click();
    await page.goto(url('/recycle-bin'));
    await page.getByRole('link', { name: 'grace' }).first().click();
    await page.getByLabel('Type grace to delete').fill('grac');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('Nothing was deleted.').waitFor();
    await page.getByLabel('Type grace to delete').fill('grace');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('grace was deleted.').waitFor();
    assert.equal(await page.getByRole('link', { name: 'grace' }).count(), 0);
  } finally {
    await context.close();
  }
}

/** What the API refuses is told beside the form, with what was typed still in it. */
export async function aMistakeKeepsWhatWasTyped(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  try {
    await page.goto(url('/users/new'));
    await page.getByLabel('Username').fill('ada');
    await page.getByLabel('Last name').fill('Byron');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('alert').getByText('User exists with same username').waitFor();
    assert.equal(await page.getByLabel('Last name').inputValue(), 'Byron');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'problems');
  } finally {
    await context.close();
  }
}

/** Makes a client of each kind in three fields, finds its own values in the code of its first page, and tries it. */
export async function aClientOfEachKind(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    const kinds = { web: 'https://web.example', spa: 'https://spa.example', native: 'com.example.app:/cb', machine: '', api: '' };
    for (const [kind, address] of Object.entries(kinds)) {
      await page.goto(url(`/clients/new/${kind}`));
      await page.getByLabel('Client ID').fill(`my-${kind}`);
      if (address) await page.locator('[name=f-rootUrl]').fill(address);
      await page.getByRole('button', { name: 'Create' }).click();
      await page.getByText(`my-${kind} was created.`).waitFor();
      const code = await page.locator('pre.code').first().textContent();
      assert.ok(code.includes(`my-${kind}`) || code.includes(scene.realm.issuer), `${kind}: ${code}`);
      const tried = page.getByRole('link', { name: 'Try it', exact: true });
      if (kind === 'api') {
        assert.equal(await tried.count(), 0, 'an API asks for no tokens');
        continue;
      }
      await tried.click();
      const click = (name) => page.getByRole('button', { name, exact: true }).click();
      if (kind === 'machine') {
        await click('Ask for a token');
      } else {
        await click('Sign in');
        await click('Exchange the code');
      }
      await page.locator('pre').filter({ hasText: '"access_token"' }).first().waitFor();
    }
    const [web] = (await scene.realm.call('GET', '/clients?clientId=my-web')).body;
    assert.deepEqual(web.redirectUris, ['https://web.example/callback']);
    assert.equal(web.attributes['pkce.code.challenge.method'], 'S256');
    assert.equal(web.fullScopeAllowed, false);
  } finally {
    await context.close();
  }
}

/** Two administrators change the same client: the second one sees both versions, and nothing is lost. */
export async function twoAdministrators(browser, scene) {
  const first = await signedIn(browser, scene);
  const second = await signedIn(browser, scene);
  try {
    await first.page.goto(first.url('/clients/{client}/settings'));
    await second.page.goto(second.url('/clients/{client}/settings'));
    await first.page.getByLabel('Description').fill('from the first');
    await first.page.getByRole('button', { name: 'Save', exact: true }).click();
    await first.page.getByText('Saved.').waitFor();
    await second.page.getByLabel('Description').fill('from the second');
    await second.page.getByRole('button', { name: 'Save', exact: true }).click();
    await second.page.getByText('Somebody else was faster').waitFor();
    await second.page.getByRole('cell', { name: 'from the first' }).waitFor();
    await second.page.getByRole('cell', { name: 'from the second' }).waitFor();
    await second.page.getByRole('button', { name: 'Save mine' }).click();
    await second.page.getByText('Saved.').waitFor();
    const { body } = await scene.realm.call('GET', `/clients/${scene.client}`);
    assert.equal(body.description, 'from the second');
    // Another field in the meantime is no conflict, and is kept.
    await first.page.goto(first.url('/clients/{client}/settings'));
    await second.page.goto(second.url('/clients/{client}/settings'));
    await first.page.getByLabel('Home page').fill('https://shop.example/home');
    await first.page.getByRole('button', { name: 'Save', exact: true }).click();
    await first.page.getByText('Saved.').waitFor();
    await second.page.getByLabel('Description').fill('again');
    await second.page.getByRole('button', { name: 'Save', exact: true }).click();
    await second.page.getByText('Saved.').waitFor();
    const both = (await scene.realm.call('GET', `/clients/${scene.client}`)).body;
    assert.deepEqual([both.baseUrl, both.description], ['https://shop.example/home', 'again']);
  } finally {
    await first.context.close();
    await second.context.close();
  }
}

/** What an administrator does is in the trail, under their name and from their address. */
export async function changesAreInTheTrail(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  try {
    await page.goto(url('/groups/{group}'));
    await page.getByLabel('Description').fill('who keeps the shop');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    const [boss] = (await scene.realm.call('GET', '/users?exact=true&username=boss')).body;
    const path = encodeURIComponent(`groups/${scene.group}`);
    const [event] = (await scene.realm.call('GET', `/admin-events?resourcePath=${path}&operationTypes=UPDATE`)).body;
    assert.equal(event.authDetails.userId, boss.id);
    assert.match(event.authDetails.ipAddress, /^(127\.0\.0\.1|::1)$/);
    await page.goto(url('/admin-events'));
    await page.getByText(/description: .*who keeps the shop/).first().waitFor();
  } finally {
    await context.close();
  }
}

/** The palette opens with Ctrl K, finds by what one types, and leads there with the enter key. */
export async function thePaletteByKeyboard(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  try {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('ada');
    await page.getByRole('dialog').getByRole('link', { name: /ada/ }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(url('/users/{user}'));
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.waitForURL(url('/clients'));
  } finally {
    await context.close();
  }
}

/** Signing out ends the session at the provider too: the way back leads to the sign-in. */
export async function signingOut(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  try {
    await page.getByText('boss', { exact: true }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out').waitFor();
    await page.goto(url('/users'));
    await page.getByLabel('Username or email').waitFor();
  } finally {
    await context.close();
  }
}
