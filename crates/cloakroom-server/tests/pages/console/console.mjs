// The admin console: who may see and change what, whole ways through it, and each page in a browser.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inspect } from '../inspect.mjs';
import * as accepting from './accepting.mjs';
import * as centre from './centre.mjs';
import * as conflicts from './conflicts.mjs';
import * as crowd from './crowd.mjs';
import * as drafts from './drafts.mjs';
import * as failures from './failures.mjs';
import * as finding from './finding.mjs';
import * as firms from './firms.mjs';
import * as forms from './forms.mjs';
import * as giving from './giving.mjs';
import * as onward from './onward.mjs';
import * as hostile from './hostile.mjs';
import * as journeys from './journeys.mjs';
import * as keeping from './keeping.mjs';
import * as looks from './looks.mjs';
import * as operators from './operators.mjs';
import * as undoing from './undoing.mjs';
import * as news from './news.mjs';
import { PAGES } from './list.mjs';
import * as rights from './rights.mjs';
import { aKeyGivesWayUnderLoad } from './rotation.mjs';
import { figuresEqualTheEvents } from './figures.mjs';
import { eachNodeIsToldOf } from './nodes.mjs';
import { setUpScene } from './scene.mjs';
import * as taking from './taking.mjs';
import { aChangedRowIsFoundOut } from './trail.mjs';
import * as trying from './trying.mjs';
import * as watching from './watching.mjs';
import * as words from './words.mjs';

/** A page with all that it loads, compressed, in bytes. */
const MOST = 60 * 1024;

/** What the page that is open has loaded, in bytes as they were sent, and how much has moved while it came. */
async function cost() {
  const all = performance.getEntriesByType('resource');
  const loaded = all.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  const shift = await new Promise((resolve) => {
    let sum = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { value } of list.getEntries()) sum += value;
    });
    observer.observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => setTimeout(() => resolve(sum)));
  });
  return { loaded, shift };
}

/** What of the page that is open no keyboard reaches, or only in an order of its own, forms that nothing sends, and charts without a table. */
function outOfReach() {
  const isSeen = (element) => element.checkVisibility() && element.type !== 'hidden' && !element.disabled;
  const tag = (element) => element.outerHTML.slice(0, 120);
  const controls = [...document.querySelectorAll('a, button, input, select, textarea, summary')].filter(isSeen);
  const isSent = (form) => {
    const all = [...form.elements].filter(isSeen);
    // Enter sends a form whose only field is a line.
    return all.some(({ type }) => type === 'submit') || all.length === 1;
  };
  // A picture of figures has them as a table beside it.
  const charts = [...document.querySelectorAll('main svg[role=img]')].filter((one) => !one.closest('section')?.querySelector('details table'));
  return {
    charts: charts.map(tag),
    unreached: controls.filter(({ tabIndex }) => tabIndex < 0).map(tag),
    reordered: [...document.querySelectorAll('[tabindex]')].filter(({ tabIndex }) => tabIndex > 0).map(tag),
    unsent: [...document.forms].filter((form) => form.checkVisibility() && !isSent(form)).map(tag),
  };
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
        // Words that Keycloak's own console would look up, and ours has to have of its own.
        const keys = (await page.locator('main').innerText()).match(/\b[\w.-]+\.(label|tooltip|help)\b|\brole_(default|offline|uma|view|manage)\S*/g) ?? [];
        assert.deepEqual({ alive, keys, complaints }, { alive: 0, keys: [], complaints: [] });
        assert.deepEqual(await page.evaluate(outOfReach), { charts: [], unreached: [], reordered: [], unsent: [] });
        const { loaded, shift } = await page.evaluate(cost);
        const bytes = loaded + gzipSync(await answer.body()).length;
        assert.ok(loaded > 0 && bytes <= MOST, `it weighs ${bytes} bytes`);
        assert.ok(shift < 0.02, `it moves by ${shift} while it loads`);
      });
      await inspect(report, `console ${name}`, page, (theme) => out && join(out, `${name}-${theme}.png`));
    }
  } finally {
    await context.close();
  }
}

/** Runs all of it against a realm of its own. */
export async function testConsole({ report, browser, admin, out, kdc, clockwork }) {
  if (out) await mkdir(out, { recursive: true });
  const scene = await setUpScene(admin);
  try {
    await report.test('console: every address of the sources is in the lists of the tests', rights.listsAreComplete);
    // Before the others fill the lists: what axe-core takes grows with the rows.
    await eachPage(report, browser, scene, out);
    await rights.nothingWithoutARight(scene, report);
    await rights.pagesWithEachRight(scene, report);
    await report.test('console: a file is there for who may see what is in it', () => rights.filesWithTheRight(scene));
    await report.test('console: a trial is offered to who may try it', () => rights.aTrialIsOfferedToWhoMayTryIt(scene));
    await report.test('console: a form of a stranger does nothing', () => rights.formsOfStrangers(scene));
    await report.test('console: it ends with the session', () => rights.endsWithTheSession(scene));
    // A server that somebody has started by hand knows no centre of keys.
    if (kdc) await report.test('console: what a centre of keys refuses is explained', () => centre.whatACentreOfKeysRefusesIsExplained(scene, kdc));
    for (const [name, journey] of Object.entries(journeys)) {
      if (name !== 'signedIn') await report.test(`console: ${name}`, () => journey(browser, scene));
    }
    const { eachFailureIsExplained } = failures;
    for (const [name, journey] of Object.entries({ ...undoing, ...news, ...looks, ...words, ...conflicts, eachFailureIsExplained, ...firms, ...forms, ...giving, ...trying, ...drafts, ...taking, ...accepting, ...operators, ...watching, ...finding, ...keeping, ...crowd, ...onward })) {
      await report.test(`console: ${name}`, () => journey(browser, scene));
    }
    // These need servers of their own, by a clock that can be set. Which database one server has makes no difference to it.
    const onOne = clockwork?.database ? {} : { aKeyGivesWayUnderLoad, figuresEqualTheEvents, aChangedRowIsFoundOut };
    for (const [name, journey] of Object.entries(clockwork ? { ...onOne, eachNodeIsToldOf } : {})) {
      await report.test(`console: ${name}`, () => journey(browser, clockwork));
    }
    // They leave the realm in pieces.
    for (const [name, hostility] of Object.entries(hostile)) {
      await report.test(`console: ${name}`, () => hostility(browser, scene));
    }
  } finally {
    await scene.realm.remove();
  }
}
