// Whole ways through the pages, under conditions that not every person's browser shares.
import assert from 'node:assert/strict';
import { fillIn, signInAddress } from './list.mjs';

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

/** Presses the tab key until the element has the focus; a page whose first field takes the focus needs none. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 30; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`30 presses of the tab key do not lead to ${selector}`);
}
