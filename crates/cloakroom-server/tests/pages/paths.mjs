// Whole ways through the pages, under conditions that not every person's browser shares.
import assert from 'node:assert/strict';
import { fillIn, offerKeys, signInAddress, takePart, takePasskeys } from './list.mjs';

/** Signs in with JavaScript switched off. */
export async function signInWithoutScripts(browser, setup) {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en' });
  try {
    const page = await context.newPage();
    await page.goto(signInAddress(setup));
    await fillIn(page, setup.username, 'not the password');
    await fillIn(page, setup.username, setup.password);
    await page.waitForURL((url) => url.origin === setup.origin);
    assert.ok(new URL(page.url()).searchParams.get('code'), page.url());
  } finally {
    await context.close();
  }
}

/**
 * Goes on where a server has its first administrator, who was made in `spent` milliseconds: to the console, to a first application, and
 * into that by the console's test client, which shows the tokens.
 */
export async function goOn(browser, admin, spent) {
  const context = await browser.newContext({ locale: 'en' });
  const began = Date.now();
  try {
    const page = await context.newPage();
    const click = (name) => page.getByRole('button', { name, exact: true }).click();
    await page.goto(`${admin.base}/admin`);
    await fillIn(page, admin.credentials.username, admin.credentials.password);
    await page.waitForURL(/\/dashboard$/);
    await page.getByRole('link', { name: 'Clients', exact: true }).click();
    await page.getByRole('link', { name: 'New client' }).first().click();
    await page.getByRole('link', { name: /^Web application/ }).click();
    await page.getByLabel('Client ID').fill('first');
    await page.locator('[name=f-rootUrl]').fill('https://first.example');
    await click('Create');
    await page.getByRole('link', { name: 'Try it', exact: true }).click();
    await click('Sign in');
    await click('Exchange the code');
    await page.locator('pre').filter({ hasText: '"access_token"' }).first().waitFor();
    await page.locator('pre').filter({ hasText: admin.credentials.username }).first().waitFor();
    const seconds = (spent + Date.now() - began) / 1000;
    assert.ok(spent > 0 && seconds < 60, `it took ${seconds} s`);
    const [first] = (await admin.call('GET', '/master/clients?clientId=first')).body;
    await admin.call('DELETE', `/master/clients/${first.id}`);
  } finally {
    await context.close();
  }
}

/** Signs in without a mouse: with the tab key, by typing, and with the enter key. */
export async function signInByKeyboard(browser, setup) {
  const context = await browser.newContext({ locale: 'en' });
  try {
    const page = await context.newPage();
    await page.goto(signInAddress(setup));
    await tabTo(page, '[name=username]');
    await page.keyboard.type(setup.username);
    await tabTo(page, '[name=password]');
    await page.keyboard.type(setup.password);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.origin === setup.origin);
    assert.ok(new URL(page.url()).searchParams.get('code'), page.url());
  } finally {
    await context.close();
  }
}

/** Signs out of two applications that are told in frames, one of which never answers: the way goes on, and both were told. */
export async function leaveTheSilent(browser, setup) {
  const context = await browser.newContext({ locale: 'en' });
  try {
    const page = await context.newPage();
    const reached = (path) => page.waitForURL((url) => url.origin === setup.origin && url.pathname === path);
    await page.goto(signInAddress(setup, 'framed'));
    await fillIn(page, setup.username, setup.password);
    await reached('/callback');
    await takePart(page, setup, 'framed');
    await page.goto(signInAddress(setup, 'silent'));
    await reached('/callback');
    await takePart(page, setup, 'silent');
    setup.heard.length = 0;
    const query = new URLSearchParams({ client_id: 'silent', post_logout_redirect_uri: `${setup.origin}/gone` });
    await page.goto(`${setup.realm.issuer}/protocol/openid-connect/logout?${query}`);
    await page.locator('[name=confirmLogout]').click({ noWaitAfter: true });
    await reached('/gone');
    for (const path of ['/bye', '/silent']) {
      assert.ok(
        setup.heard.some((asked) => asked.startsWith(path)),
        `${path} of ${setup.heard}`,
      );
    }
  } finally {
    await context.close();
  }
}

/** Presses the tab key until the element has the focus; a page whose first field takes the focus needs none. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 30; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`30 presses of the tab key do not lead to ${selector}`);
}

/** Sets up a passkey that an application asks for, and signs in with it and without a name, in the place of a password. */
export async function useAPasskey(browser, setup) {
  const context = await browser.newContext({ locale: 'en' });
  const { realm } = setup;
  try {
    await takePasskeys(setup, true);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const options = { protocol: 'ctap2', transport: 'internal', hasUserVerification: true, isUserVerified: true, hasResidentKey: true };
    // What the browser offers by itself would be taken before anybody presses the button.
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: { ...options, automaticPresenceSimulation: true },
    });
    await realm.createUser('with-passkey', 'a first passphrase');
    const address = signInAddress(setup).replace('//127.0.0.1', '//localhost');
    await page.goto(`${address}&kc_action=webauthn-register-passwordless`);
    await fillIn(page, 'with-passkey', 'a first passphrase');
    await page.getByLabel('Name of the key').fill('My passkey');
    await page.getByRole('button', { name: 'Register' }).click();
    await page.waitForURL((url) => url.origin === setup.origin);
    assert.equal(new URL(page.url()).searchParams.get('kc_action_status'), 'success');
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
    assert.equal(credentials.length, 1);
    assert.equal(credentials[0].isResidentCredential, true);
    await context.clearCookies();
    await page.goto(address);
    // Chromium may take what it offers in the field for the name; otherwise the button is pressed.
    const button = page.getByRole('button', { name: 'Sign in with a passkey' });
    const isOver = page.waitForURL((url) => url.origin === setup.origin);
    await button.click({ timeout: 5000 }).catch(() => undefined);
    await isOver;
    assert.ok(new URL(page.url()).searchParams.get('code'), page.url());
  } finally {
    await takePasskeys(setup, false);
    await context.close();
  }
}

/** Sets up a security key that an application asks for, and signs in with it; Chromium's own authenticator is the key. */
export async function useAKey(browser, setup) {
  const context = await browser.newContext({ locale: 'en' });
  const { realm } = setup;
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const options = { protocol: 'ctap2', transport: 'usb', hasUserVerification: true, isUserVerified: true, hasResidentKey: false };
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
    await offerKeys(setup);
    await realm.createUser('with-key', 'a first passphrase');
    // Keys are of names, and not of numbers.
    const address = signInAddress(setup).replace('//127.0.0.1', '//localhost');
    await page.goto(`${address}&kc_action=webauthn-register`);
    await fillIn(page, 'with-key', 'a first passphrase');
    await page.getByLabel('Name of the key').fill('My key');
    await page.getByRole('button', { name: 'Register' }).click();
    await page.waitForURL((url) => url.origin === setup.origin);
    assert.equal(new URL(page.url()).searchParams.get('kc_action_status'), 'success');
    await page.goto(`${address}&prompt=login`);
    await page.getByLabel('Password', { exact: true }).fill('a first passphrase');
    await page.getByRole('button', { name: 'Sign In' }).click();
    await page.getByText('My key').waitFor();
    await page.getByRole('button', { name: 'Use your key' }).click();
    await page.waitForURL((url) => url.origin === setup.origin);
    assert.ok(new URL(page.url()).searchParams.get('code'), page.url());
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
    assert.equal(credentials.length, 1);
  } finally {
    await context.close();
  }
}
