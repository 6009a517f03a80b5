// A server by a clock that the test sets: hours and days pass in moments, and what waits for them is what an operator has.
import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Admin } from '../../clients/harness/admin.mjs';
import { freePort, start, waitFor } from '../../clients/harness/process.mjs';

const MINUTE = 60;
/** How long the programs go on at each stop of the clock, in milliseconds. */
const WHILE = 400;

/** An administrator who asks for a token with each call: by this clock the last one may have ended. */
class Anew extends Admin {
  accessToken() {
    this.token = null;
    return super.accessToken();
  }
}

/** A clock for programs that are started with `env`: it is as far off as the file says. */
async function makeClock(folder, library) {
  const file = join(folder, 'clock');
  let offset = 0;
  const set = async () => {
    await writeFile(`${file}.part`, `+${offset}\n`);
    await rename(`${file}.part`, file);
  };
  await set();
  return {
    env: { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
    /** Lets so many seconds pass at once. */
    async leap(seconds) {
      offset += seconds;
      await set();
    },
    /** Lets so many seconds pass, a few minutes at a time, with work in between. */
    async pass(seconds) {
      for (let left = seconds; left > 0; left -= 5 * MINUTE) {
        offset += Math.min(left, 5 * MINUTE);
        await set();
        await pause(WHILE);
      }
    },
  };
}

/** A server of its own by that clock, with an administrator; `settings` come to its own. */
async function startServer(binary, folder, clock, more = {}) {
  const [port, management] = [await freePort(), await freePort()];
  const kept = Object.entries(process.env).filter(([name]) => !/^(CLOAKROOM_|KC_|KEYCLOAK_|DATABASE_URL$|LOG_LEVEL$)/.test(name));
  const settings = {
    ...more,
    PORT: `${port}`,
    CLOAKROOM_MANAGEMENT_PORT: `${management}`,
    CLOAKROOM_DATA_DIR: join(folder, 'data'),
    CLOAKROOM_BOOTSTRAP_ADMIN_USERNAME: 'admin',
    CLOAKROOM_BOOTSTRAP_ADMIN_PASSWORD: 'admin',
  };
  const server = start(binary, ['start'], { cwd: folder, env: { ...Object.fromEntries(kept), ...settings, ...clock.env } });
  const base = `http://localhost:${port}`;
  await waitFor(`the server by a clock of its own: ${server.output()}`, async () => {
    assert.ok(server.running(), server.output());
    return (await fetch(`${base}/realms/master`)).ok;
  });
  const database = join(settings.CLOAKROOM_DATA_DIR, 'cloakroom.db');
  return { admin: new Anew(base, 'admin', 'admin'), port, database, stop: server.stop, kill: server.kill };
}

/** Makes a realm with an administrator of it, `boss`. */
export async function makeRealm(admin, purpose, settings) {
  const realm = await admin.createRealm(purpose, { organizationsEnabled: true, ...settings });
  const password = 'an honest passphrase';
  const boss = await realm.createUser('boss', password);
  const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
  await realm.grantClientRole(boss, manager.id, (await realm.call('GET', `/clients/${manager.id}/roles/realm-admin`)).body);
  return { realm, password };
}

/** Runs the part with a clock and what starts servers by it, which end with it. */
export async function withClock({ binary, library }, part) {
  const folder = await mkdtemp(join(tmpdir(), 'cloakroom-clock-'));
  const clock = await makeClock(folder, library);
  const servers = [];
  const begin = async (settings) => {
    const own = await mkdtemp(join(folder, 'server-'));
    const server = await startServer(binary, own, clock, settings);
    servers.push(server);
    return server;
  };
  try {
    await part({ clock, begin });
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the part with a server, its administrator, its clock and the file of its database. */
export async function withServer(clockwork, part) {
  await withClock(clockwork, async ({ clock, begin }) => {
    const { admin, database } = await begin();
    await part({ admin, clock, database });
  });
}
