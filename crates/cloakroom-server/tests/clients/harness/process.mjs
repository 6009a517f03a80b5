// Starts programs, waits until they answer, and stops exactly those by process id.
import { execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Finds a free port of the loopback interface. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Serves `handler` (an express app or a request listener) and returns its port and how to stop it. */
export async function serve(server) {
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** Waits until `condition` gives something truthy, and returns it. */
export async function waitFor(what, condition, limitMs = 30_000) {
  const end = Date.now() + limitMs;
  let last;
  for (;;) {
    try {
      last = await condition();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`, { cause: last });
    await pause(50);
  }
}

/** Starts a long-running program; `stop` ends it and waits for its end. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  const keep = (chunk) => (output += chunk);
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve();
    });
    child.once('exit', resolve);
  });
  return {
    output: () => output,
    /** Ends it without any warning. */
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    running: () => child.exitCode === null && child.signalCode === null && child.pid !== undefined,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Runs a program to its end and returns what it printed; a failure carries its output. */
export async function finish(command, args, options = {}) {
  try {
    return await run(command, args, { maxBuffer: 32 * 1024 * 1024, ...options });
  } catch (error) {
    const told = `${command} ${args.join(' ')} failed: ${error.stderr || error.stdout || error.message}`.slice(0, 4000);
    throw Object.assign(new Error(told), { output: error.stdout });
  }
}

/** Finds a program in `PATH` or at one of `places`. */
export function findProgram(name, places = []) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const candidate of [...places, ...folders.map((folder) => join(folder, name))]) {
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here; the next place may have it.
    }
  }
  return null;
}

let packageListsRead = false;

/** Makes sure that Debian's `packages` are there if `isThere` says they are not yet. */
export async function ensurePackages(packages, isThere) {
  if (isThere()) return;
  if (process.getuid() !== 0 || !findProgram('apt-get')) {
    throw new Error(`Debian's ${packages.join(', ')} must be installed: run "apt-get install ${packages.join(' ')}" as root`);
  }
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  if (!packageListsRead) await finish('apt-get', ['update', '-q'], options);
  packageListsRead = true;
  await finish('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], options);
  if (!isThere()) throw new Error(`${packages.join(', ')} are installed, and still something is missing`);
}
