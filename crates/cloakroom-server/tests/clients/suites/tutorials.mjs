// The tutorials: what their readers type, in its order, and what they are promised to see.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from '../harness/browser.mjs';
import { ensurePackages, findProgram, finish, freePort, start, waitFor } from '../harness/process.mjs';
import { ensureApache, skeleton } from './apache.mjs';

const folder = fileURLToPath(new URL('../../../../../docs/tutorials/', import.meta.url));
const packages = fileURLToPath(new URL('../node_modules', import.meta.url));
const REALM = 'shop';
const USER = 'ada';
const PASSWORD = 'correct horse';

export async function run(report, admin) {
  await ensurePackages(['curl'], () => findProgram('curl') !== null);
  const ports = { node: await freePort(), apache: await freePort() };
  const first = await Tutorial.read('first-sign-in.md', admin, ports);
  const second = await Tutorial.read('protect-an-app.md', admin, ports);
  try {
    await firstSignIn(report, first, ports);
    await nodeApp(report, second, ports);
    await apacheSite(report, first, second, ports);
  } finally {
    await admin.call('DELETE', `/${REALM}`).catch(() => undefined);
  }
}

/** One document, with the addresses of this run in place of those that it shows. */
class Tutorial {
  static async read(name, admin, ports) {
    const tutorial = new Tutorial();
    const { username, password } = admin.credentials;
    const text = await readFile(join(folder, name), 'utf8');
    tutorial.text = text
      .replaceAll('http://localhost:8080', admin.base)
      .replaceAll('localhost:3000', `localhost:${ports.node}`)
      .replaceAll('listen(3000)', `listen(${ports.node})`)
      .replaceAll('localhost:8000', `localhost:${ports.apache}`)
      .replace('ADMIN=admin', `ADMIN='${username}'`)
      .replace("PASSWORD='what you chose'", `PASSWORD='${password}'`);
    return tutorial;
  }

  /** The blocks of one language, in their order. */
  blocks(language) {
    const blocks = [...this.text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
    return blocks.filter(([, name]) => name === language).map(([, , code]) => code);
  }
}

/** Types commands into one shell and returns the lines that it printed. */
async function type(...commands) {
  const { stdout } = await finish('sh', ['-e', '-c', commands.join('\n')]);
  return stdout.split(/\r?\n/).filter((line) => line !== '');
}

async function firstSignIn(report, tutorial, ports) {
  const [begin, functions, make, address, code, trade] = tutorial.blocks('sh');
  await report.test('first sign-in: the commands make a realm, a user and an application', async () => {
    assert.match(begin, /^cargo run/);
    const lines = await type(functions, make);
    assert.deepEqual(lines, Array(3).fill('HTTP/1.1 201 Created'));
  });

  await report.test('first sign-in: the address leads to a code, and the code to tokens', async () => {
    const [url, ...rest] = await type(functions, address);
    assert.deepEqual(rest, []);
    const browser = new Browser({ stopAt: [`http://localhost:${ports.node}/`] });
    const page = await browser.signIn(url, USER, PASSWORD);
    assert.ok(page.stopped, page.text);
    assert.equal(page.url.searchParams.get('state'), 'x');
    const given = code.replace('the code', page.url.searchParams.get('code'));
    assert.notEqual(given, code);
    const [answer] = await type(functions, given, trade);
    const tokens = JSON.parse(answer);
    assert.ok(tokens.access_token && tokens.refresh_token && tokens.id_token, answer);
  });
}

async function nodeApp(report, tutorial, ports) {
  const place = await mkdtemp(join(tmpdir(), 'tutorial-'));
  const origin = `http://localhost:${ports.node}`;
  const [code, ...more] = tutorial.blocks('js');
  assert.deepEqual(more, []);
  await writeFile(join(place, 'app.mjs'), code);
  await symlink(packages, join(place, 'node_modules'));
  const app = start(process.execPath, ['app.mjs'], { cwd: place });
  try {
    await waitFor('the app', async () => {
      if (!app.running()) throw new Error(app.output());
      return (await fetch(origin, { redirect: 'manual' })).status === 302;
    });
    await report.test('protect an app: the Node app greets whoever signs in', async () => {
      const page = await new Browser().signIn(`${origin}/`, USER, PASSWORD);
      assert.equal(page.url.href, `${origin}/`, page.text);
      assert.equal(page.text, 'Hello Ada King');
    });
  } finally {
    await app.stop();
    await rm(place, { recursive: true, force: true });
  }
}

async function apacheSite(report, first, second, ports) {
  await ensureApache();
  const functions = first.blocks('sh')[1];
  const [client] = second.blocks('sh');
  await report.test('protect an app: the command makes a client for Apache', async () => {
    assert.deepEqual(await type(functions, client), ['HTTP/1.1 201 Created']);
  });

  const place = await mkdtemp(join(tmpdir(), 'tutorial-'));
  const origin = `http://localhost:${ports.apache}`;
  const [site] = second.blocks('apache');
  await chmod(place, 0o755);
  await writeFile(join(place, 'index.shtml'), 'REMOTE_USER=<!--#echo var="REMOTE_USER" -->');
  const open = `DocumentRoot ${place}\n<Directory ${place}>\n  Options +Includes\n</Directory>\n`;
  await writeFile(join(place, 'apache.conf'), skeleton(place, ports.apache) + open + site);
  const apache = start(findProgram('apache2'), ['-f', join(place, 'apache.conf'), '-DFOREGROUND'], { cwd: place });
  try {
    await waitFor('Apache', async () => {
      if (!apache.running()) throw new Error(`${apache.output()} ${await readFile(join(place, 'error.log'), 'utf8')}`);
      return (await fetch(origin, { redirect: 'manual', headers: { accept: 'text/html' } })).status > 0;
    });
    await report.test('protect an app: Apache signs in and tells the app who is there', async () => {
      const page = await new Browser().signIn(`${origin}/`, USER, PASSWORD);
      assert.equal(page.url.href, `${origin}/`, page.text);
      assert.equal(page.html, 'REMOTE_USER=ada');
    });
  } finally {
    await apache.stop();
    await rm(place, { recursive: true, force: true });
  }
}
