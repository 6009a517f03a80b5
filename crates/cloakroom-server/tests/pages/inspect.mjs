// Looks at the page that is open in every width and theme: nothing for axe-core to find, nothing that scrolls sideways.
import assert from 'node:assert/strict';
import { accessibilityProblems } from '../clients/harness/axe.mjs';

const WIDTHS = [1280, 320];
const THEMES = ['light', 'dark'];

const sideways = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;

/** How far the page scrolls sideways from right to left, and what axe-core finds then. */
async function mirror(page) {
  const dir = await page.evaluate(() => {
    const { dir } = document.documentElement;
    document.documentElement.dir = dir === 'rtl' ? 'ltr' : 'rtl';
    return dir;
  });
  const scrolls = await page.evaluate(sideways);
  const problems = await accessibilityProblems(page, { changed: 'places' });
  await page.evaluate((dir) => (document.documentElement.dir = dir), dir);
  return { scrolls, problems };
}

/** Takes the page's picture. A bar that sticks to the edge of the window would stand in the middle of it. */
async function take(page, path) {
  const place = (position) => {
    for (const bar of document.querySelectorAll('.save-bar')) bar.style.position = position;
  };
  await page.evaluate(place, 'static');
  await page.screenshot({ path, fullPage: true, animations: 'disabled' });
  await page.evaluate(place, '');
}

/** Checks the page; `picture` gives the file for the picture of a theme at full width, or nothing. */
export async function inspect(report, title, page, picture = () => null) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const theme of THEMES) {
      await report.test(`${title}, ${theme}, ${width} px: nothing for axe-core to find, nothing to scroll sideways`, async () => {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        // A theme changes colours and nothing else.
        const isFirst = theme === THEMES[0];
        const problems = await accessibilityProblems(page, isFirst ? {} : { changed: 'colours' });
        const found = { scrolls: await page.evaluate(sideways), problems };
        const mirrored = isFirst ? await mirror(page) : null;
        const nothing = { scrolls: 0, problems: [] };
        assert.deepEqual({ found, mirrored }, { found: nothing, mirrored: isFirst ? nothing : null });
      });
      const path = width === WIDTHS[0] && picture(theme);
      if (path) await take(page, path);
    }
  }
}
