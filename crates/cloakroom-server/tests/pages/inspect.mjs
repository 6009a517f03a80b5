// Looks at the page that is open in every width and theme: nothing for axe-core to find, nothing that scrolls sideways.
import assert from 'node:assert/strict';
import { accessibilityProblems } from '../clients/harness/axe.mjs';

const WIDTHS = [1280, 320];
const THEMES = ['light', 'dark'];

const sideways = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;

/** How far the page scrolls sideways as it is, and from right to left. */
async function wide(page) {
  const plain = await page.evaluate(sideways);
  const dir = await page.evaluate(() => document.documentElement.dir);
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  const mirrored = await page.evaluate(sideways);
  await page.evaluate((dir) => (document.documentElement.dir = dir), dir);
  return { plain, mirrored };
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
        const scrolls = isFirst ? await wide(page) : { plain: 0, mirrored: 0 };
        const problems = await accessibilityProblems(page, { coloursAlone: !isFirst });
        assert.deepEqual({ problems, ...scrolls }, { problems: [], plain: 0, mirrored: 0 });
      });
      const path = width === WIDTHS[0] && picture(theme);
      if (path) await page.screenshot({ path, fullPage: true, animations: 'disabled' });
    }
  }
}
