// Checks a page with axe-core for the success criteria of WCAG 2.2 at level AA, and for good practice beyond them.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What depends on colours, and so on the theme, or on where things stand, and so on the direction; all else is the same in each. */
const RULES = {
  colours: ['color-contrast', 'link-in-text-block'],
  places: ['target-size', 'scrollable-region-focusable'],
};

// The package for Playwright opens a tab of its own for every check; the page that is there will do.
const SOURCE = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What holds within one document: a page in a frame has landmarks of its own, and the title of its frame tells them apart. */
const WITHIN = 'landmark-unique';

/** The runs of axe-core that make a check: of all rules, or of those about `changed` alone. */
function runsOf(changed) {
  if (changed) return [{ runOnly: { type: 'rule', values: RULES[changed] } }];
  return [
    { runOnly: { type: 'tag', values: TAGS }, rules: { [WITHIN]: { enabled: false } } },
    { runOnly: { type: 'rule', values: [WITHIN] }, iframes: false },
  ];
}

async function ensureAxe(frame) {
  if (!(await frame.evaluate(() => 'axe' in window))) await frame.evaluate(await SOURCE);
}

/** Returns one line for each element that breaks a rule; of those about `colours` or `places` alone, if that is what changed. */
export async function accessibilityProblems(page, { changed } = {}) {
  for (const frame of page.frames()) await ensureAxe(frame);
  const violations = await page.evaluate(async (runs) => {
    const violations = [];
    for (const run of runs) violations.push(...(await window.axe.run(document, { ...run, resultTypes: ['violations'] })).violations);
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })),
    }));
  }, runsOf(changed));
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => {
      const why = failureSummary.split('\n')[1]?.trim() ?? '';
      return `${id} (${help}) at ${target.join(' ')}: ${why}`;
    }),
  );
}
