// The admin console: who may see and change what, whole ways through it, and each page in a browser.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { accessibilityProblems } from '../../clients/harness/axe.mjs';
import * as hostile from './hostile.mjs';
import * as journeys from './journeys.mjs';
import * as undoing from './undoing.mjs';
import * as news from './news.mjs';
import { PAGES } from './list.mjs';
import * as rights from './rights.mjs';
import { setUpScene } from './scene.mjs';

/** Looks at the page that is open: accessible in each theme and width, nothing sideways, no stored markup alive. */
async function inspect(report, name, page, out) {
  for (const theme of ['light', 'dark']) {
    for (const width of [1280, 320]) {
      await report.test(`console ${name}, ${theme}, ${width} px: nothing for axe-core to find, nothing to scroll sideways`, async () => {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 800 });
        const sideways = () =>
          page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        const wide = await sideways();
        const problems = await accessibilityProblems(page);
        await page.evaluate(() => (document.documentElement.dir = 'rtl'));
        const mirrored = await sideways();
        await page.evaluate(() => (document.documentElement.dir = 'ltr'));
        assert.deepEqual({ problems, wide, mirrored }, { problems: [], wide: 0, mirrored: 0 });
      });
      if (out && width === 1280) {
        await page.screenshot({ path: join(out, `${name}-${theme}.png`), fullPage: true, animations: 'disabled' });
      }
    }
  }
}

async function eachPage(report, browser, scene, out) {
  const { page, context, url } = await journeys.signedIn(browser, scene);
  const complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || /content security policy/i.test(message.text())) complaints.push(message.text());
  });
  try {
    for (const { name, path } of PAGES.filter(({ isElsewhere }) => !isElsewhere)) {
      await page.setViewportSize({ width: 1280, height: 800 });
      await report.test(`console ${name}: it is there, its policy lets all of it load, and stored markup is text`, async () => {
        complaints.length = 0;
        const answer = await page.goto(url(path));
        assert.equal(answer.status(), 200);
        const alive = await page.locator('[data-evil]').count();
        assert.deepEqual({ alive, complaints }, { alive: 0, complaints: [] });
      });
      await inspect(report, name, page, out);
    }
  } finally {
    await context.close();
  }
}

/** Runs all of it against a realm of its own. */
export async function testConsole({ report, browser, admin, out }) {
  if (out) await mkdir(out, { recursive: true });
  const scene = await setUpScene(admin);
  try {
    await report.test('console: every address of the sources is in the lists of the tests', rights.listsAreComplete);
    await rights.nothingWithoutARight(scene, report);
    await rights.pagesWithEachRight(scene, report);
    await report.test('console: a form of a stranger does nothing', () => rights.formsOfStrangers(scene));
    await report.test('console: it ends with the session', () => rights.endsWithTheSession(scene));
    for (const [name, journey] of Object.entries(journeys)) {
      if (name !== 'signedIn') await report.test(`console: ${name}`, () => journey(browser, scene));
    }
    for (const [name, journey] of Object.entries({ ...undoing, ...news })) {
      await report.test(`console: ${name}`, () => journey(browser, scene));
    }
    await eachPage(report, browser, scene, out);
    // They leave the realm in pieces.
    for (const [name, hostility] of Object.entries(hostile)) {
      await report.test(`console: ${name}`, () => hostility(browser, scene));
    }
  } finally {
    await scene.realm.remove();
  }
}
