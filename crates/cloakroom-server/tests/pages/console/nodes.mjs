// The servers that share a database, as the page of the system lists them, while one of them is killed.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { atMaster } from './scene.mjs';
import { withClock } from './world.mjs';

/** A node is told of so long after it was last heard of, in seconds. */
const TOLD = 24 * 60 * 60;
/** It counts as gone after so many. */
const GONE = 90;
/** How long the list may take to change, in milliseconds: what is over is looked for every ten seconds, and each node tells every thirty. */
const LATE = 60_000;

/** The rows of the list as the page shows them: name, version and state. */
async function rows(browser, admin) {
  const { page, context, at } = await atMaster(browser, admin);
  try {
    await page.goto(`${at}/system`);
    const all = page.getByRole('region', { name: 'Nodes' }).locator('tbody tr');
    return await all.evaluateAll((list) =>
      list.map(({ cells }) => {
        const [name, version, since, seen, state] = [...cells].map((cell) => cell.innerText.trim());
        return { name, version, state, hasTimes: since.length > 4 && seen.length > 4 };
      }),
    );
  } finally {
    await context.close();
  }
}

/** Waits until the list is the one that is wanted. */
async function becomes(browser, admin, wanted) {
  const end = Date.now() + LATE;
  for (;;) {
    const states = (await rows(browser, admin)).map(({ state }) => state).sort();
    if (JSON.stringify(states) === JSON.stringify(wanted)) return;
    assert.ok(Date.now() < end, `${states} instead of ${wanted}`);
    await pause(2000);
  }
}

/** Of two nodes each is told of; one that is killed is gone after its time and forgotten later. A file of SQLite has one, however it ended. */
export async function eachNodeIsToldOf(browser, clockwork) {
  await withClock(clockwork, async ({ clock, begin }) => {
    const shared = clockwork.database && { CLOAKROOM_DATABASE_URL: clockwork.database, CLOAKROOM_MASTER_KEY: randomBytes(32).toString('base64url') };
    const first = await begin(shared || {});
    const { admin } = first;
    const [alone, ...others] = await rows(browser, admin);
    assert.deepEqual(others, []);
    assert.ok(alone.name.endsWith(`:${first.port}`), alone.name);
    assert.match(alone.version, /^\d+\.\d+/);
    assert.ok(alone.hasTimes, 'it does not say since when');
    assert.equal(alone.state, 'answers this page');
    if (!shared) return;
    const second = await begin(shared);
    const both = await rows(browser, admin);
    assert.deepEqual(both.map(({ state }) => state).sort(), ['answers this page', 'there']);
    await second.kill();
    await clock.leap(GONE + 1);
    await becomes(browser, admin, ['answers this page', 'gone']);
    await clock.leap(TOLD);
    await becomes(browser, admin, ['answers this page']);
    // One that stops as it should leaves at once.
    const third = await begin(shared);
    await becomes(browser, admin, ['answers this page', 'there']);
    await third.stop();
    assert.deepEqual((await rows(browser, admin)).map(({ state }) => state), ['answers this page']);
  });
}
