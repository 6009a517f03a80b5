// The code of the console's Quickstart tabs, as it is shown, with the packages that it names: each signs somebody in.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from '../harness/browser.mjs';
import { launchChromium } from '../harness/chromium.mjs';
import { ensurePackages, findProgram, finish, freePort, serve, start, waitFor } from '../harness/process.mjs';
import { interpreter } from '../harness/python.mjs';
import { Quickstart } from '../harness/snippet.mjs';
import { target } from '../harness/target.mjs';
import { next, quarkus } from './snippets/projects.mjs';

const PACKAGES = fileURLToPath(new URL('../node_modules', import.meta.url));
const USER = 'ada';
const PASSWORD = 'an honest passphrase';
const SECRET = 'a-client-secret-of-more-than-32-bytes';

export async function run(report, admin) {
  await ensurePackages(['curl'], () => findProgram('curl') !== null);
  const realm = await admin.createRealm('snippets');
  const folder = await mkdtemp(join(tmpdir(), 'snippets-'));
  try {
    const user = await realm.createUser(USER, PASSWORD);
    const quickstart = await Quickstart.open(realm);
    await symlink(PACKAGES, join(folder, 'node_modules'));
    const bench = new Bench(realm, quickstart, folder);
    await report.test('Express with openid-client', () => express(bench));
    await report.test('Flask with Authlib', () => flask(bench));
    await report.test('Django with mozilla-django-oidc', () => django(bench));
    await report.test('Go with go-oidc', () => go(bench));
    await report.test('Next.js with Auth.js', () => next(bench, { username: USER, password: PASSWORD }));
    await report.test('Quarkus', () => quarkus(bench, { username: USER, password: PASSWORD }));
    await report.test('FastAPI as an API', () => fastapi(bench, user));
    await report.test('curl with client credentials', () => machine(bench));
    await report.test('curl with the device flow', () => device(bench));
    await inBrowser(report, bench);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await realm.remove();
  }
}

/** What every snippet is tried with. */
class Bench {
  constructor(realm, quickstart, folder) {
    Object.assign(this, { realm, quickstart, folder });
    this.env = { ...process.env, CLIENT_SECRET: SECRET, SESSION_SECRET: SECRET };
  }

  /** A web application that listens on a port of its own, and what its snippet is. */
  async web(name, callback = '/callback') {
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const client = await this.realm.createClient({
      clientId: `my-${name}`,
      secret: SECRET,
      rootUrl: origin,
      redirectUris: [`${origin}${callback}`],
      attributes: { 'pkce.code.challenge.method': 'S256' },
    });
    return { port, origin, code: await this.quickstart.text(client, name) };
  }

  /** Runs a program while `body` uses it. */
  async while(command, args, options, { origin, ready = '/' }, body) {
    const app = start(command, args, { cwd: this.folder, env: this.env, ...options });
    try {
      const answers = async () => (await fetch(`${origin}${ready}`, { redirect: 'manual' })).status > 0;
      await waitFor(`the app at ${origin}`, async () => !app.running() || answers(), 120_000);
      if (!app.running()) throw new Error('the app did not start');
      await body();
    } catch (error) {
      error.message += `\n${app.output().slice(-2000)}`;
      throw error;
    } finally {
      await app.stop();
    }
  }
}

async function express(bench) {
  const { port, origin, code } = await bench.web('express');
  await writeFile(join(bench.folder, 'app.mjs'), code.replace('listen(3000)', `listen(${port})`));
  await bench.while(process.execPath, ['app.mjs'], {}, { origin }, async () => {
    const page = await new Browser().signIn(`${origin}/login`, USER, PASSWORD);
    assert.equal(JSON.parse(page.html).preferred_username, USER, page.text);
  });
}

async function flask(bench) {
  const { port, origin, code } = await bench.web('flask');
  const python = await interpreter();
  await writeFile(join(bench.folder, 'app.py'), code);
  const args = ['-m', 'flask', '--app', 'app', 'run', '--host', 'localhost', '--port', String(port)];
  await bench.while(python, args, {}, { origin }, async () => {
    const page = await new Browser().signIn(`${origin}/login`, USER, PASSWORD);
    assert.equal(JSON.parse(page.html).preferred_username, USER, page.text);
  });
}

/** The least project around the snippet: it has its own users, and a page that only signed-in people see. */
const DJANGO = `from pathlib import Path
SECRET_KEY = "only-for-this-test"
ALLOWED_HOSTS = ["localhost"]
ROOT_URLCONF = "pages"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(__file__).parent / "people"}}
`;
const DJANGO_PAGES = `from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import include, path
urlpatterns = [
    path("oidc/", include("mozilla_django_oidc.urls")),
    path("", login_required(lambda request: HttpResponse(request.user.email))),
]
`;

async function django(bench) {
  const { port, origin, code } = await bench.web('django', '/oidc/callback/');
  const python = await interpreter();
  const cwd = join(bench.folder, 'django');
  await mkdir(cwd);
  await writeFile(join(cwd, 'settings.py'), `${DJANGO}\n${code}`);
  await writeFile(join(cwd, 'pages.py'), DJANGO_PAGES);
  const env = { ...bench.env, DJANGO_SETTINGS_MODULE: 'settings', PYTHONPATH: cwd };
  await finish(python, ['-m', 'django', 'migrate', '-v', '0'], { cwd, env });
  const args = ['-m', 'django', 'runserver', '--noreload', '--skip-checks', `localhost:${port}`];
  await bench.while(python, args, { cwd, env }, { origin, ready: '/oidc/callback/' }, async () => {
    const page = await new Browser().signIn(`${origin}/`, USER, PASSWORD);
    assert.equal(page.text, `${USER}@example.org`);
  });
}

async function go(bench) {
  const program = findProgram('go', ['/usr/local/go/bin/go']);
  await ensurePackages(['golang-go'], () => program !== null || findProgram('go') !== null);
  const { port, origin, code } = await bench.web('go');
  const folder = target('snippet-go');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'main.go'), code.replace('":3000"', `"localhost:${port}"`));
  const go = program ?? findProgram('go');
  if (!existsSync(join(folder, 'go.sum'))) {
    await rm(join(folder, 'go.mod'), { force: true });
    await finish(go, ['mod', 'init', 'snippet'], { cwd: folder });
    await finish(go, ['get', 'github.com/coreos/go-oidc/v3@v3.11.0', 'golang.org/x/oauth2@v0.24.0'], { cwd: folder });
    await finish(go, ['mod', 'tidy'], { cwd: folder });
  }
  await finish(go, ['build', '-o', 'snippet', '.'], { cwd: folder });
  await bench.while(join(folder, 'snippet'), [], { cwd: folder }, { origin }, async () => {
    const page = await new Browser().signIn(`${origin}/login`, USER, PASSWORD);
    const [{ id }] = (await bench.realm.call('GET', `/users?exact=true&username=${USER}`)).body;
    assert.equal(page.html.trim(), id);
  });
}

/** A token of somebody who has a role of the API is meant for it. */
async function fastapi(bench, user) {
  const { realm } = bench;
  const api = await realm.createClient({ clientId: 'my-api', secret: SECRET, standardFlowEnabled: false });
  await realm.grantClientRole(user, api, await realm.createClientRole(api, 'reader'));
  await realm.createClient({ clientId: 'app', secret: SECRET, standardFlowEnabled: false, directAccessGrantsEnabled: true });
  const code = await bench.quickstart.text(api, 'fastapi');
  await writeFile(join(bench.folder, 'api.py'), code);
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const args = ['-m', 'uvicorn', 'api:app', '--host', 'localhost', '--port', String(port)];
  await bench.while(await interpreter(), args, {}, { origin, ready: '/me' }, async () => {
    const answer = await fetch(`${realm.issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'app', client_secret: SECRET, username: USER, password: PASSWORD }),
    });
    const { access_token: token } = await answer.json();
    const me = async (bearer) => fetch(`${origin}/me`, { headers: { authorization: `Bearer ${bearer}` } });
    assert.deepEqual(await (await me(token)).json(), { sub: user });
    const [head, body] = token.split('.');
    assert.equal((await me(`${head}.${body}.AAAA`)).status, 401);
  });
}

async function machine(bench) {
  const client = await bench.realm.createClient({
    clientId: 'my-machine',
    secret: SECRET,
    standardFlowEnabled: false,
    serviceAccountsEnabled: true,
  });
  const code = await bench.quickstart.text(client, 'curl');
  const { stdout } = await finish('sh', ['-e', '-c', code], { env: bench.env });
  assert.ok(JSON.parse(stdout).access_token, stdout);
}

/** The first command begins; somebody allows it; the second one gets the tokens. */
async function device(bench) {
  const client = await bench.realm.createClient({
    clientId: 'my-terminal',
    publicClient: true,
    redirectUris: ['com.example.app:/cb'],
    attributes: { 'oauth2.device.authorization.grant.enabled': 'true' },
  });
  const code = await bench.quickstart.text(client, 'device');
  const [begin, ask] = code.split(/^# Show .*$/m);
  const begun = JSON.parse((await finish('sh', ['-e', '-c', begin])).stdout);
  const browser = new Browser();
  const consent = await browser.signIn(begun.verification_uri_complete, USER, PASSWORD);
  const form = consent.formWith('accept');
  assert.ok(form, consent.text);
  await browser.submit(consent, form, {}, 'accept');
  const { stdout } = await finish('sh', ['-e', '-c', ask], { env: { ...process.env, DEVICE_CODE: begun.device_code } });
  assert.ok(JSON.parse(stdout).access_token, stdout);
}

/** The libraries of single-page applications, as a browser finds them in the packages. */
const LIBRARIES = {
  'keycloak-js': 'keycloak-js/lib/keycloak.js',
  'oidc-client-ts': 'oidc-client-ts/dist/esm/oidc-client-ts.js',
  'jwt-decode': 'jwt-decode/build/esm/index.js',
};

/** A page with nothing but the snippet; `shows` writes down who is there once the snippet has run. */
function spa(code, shows) {
  const imports = Object.fromEntries(Object.keys(LIBRARIES).map((name) => [name, `/lib/${name}`]));
  return `<!doctype html><html lang="en"><title>Application</title><body><script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">${code}\ndocument.body.append(${shows});</script></body></html>`;
}

async function inBrowser(report, bench) {
  const pages = new Map();
  const app = await serve(
    createServer(async (request, response) => {
      const { pathname } = new URL(request.url, 'http://localhost');
      const library = LIBRARIES[pathname.replace('/lib/', '')];
      if (library) response.setHeader('content-type', 'text/javascript');
      else response.setHeader('content-type', pages.has(pathname) ? 'text/html' : 'application/json');
      response.end(library ? await readFile(join(PACKAGES, library)) : (pages.get(pathname) ?? '{}'));
    }),
  );
  const origin = `http://${new URL(bench.realm.admin.base).hostname}:${app.port}`;
  const browser = await launchChromium();
  const try_ = async (name, shows) => {
    const client = await bench.realm.createClient({
      clientId: `my-${name}`,
      publicClient: true,
      rootUrl: origin,
      redirectUris: [`${origin}/${name}`],
      webOrigins: [origin],
      attributes: { 'pkce.code.challenge.method': 'S256' },
    });
    pages.set(`/${name}`, spa(await bench.quickstart.text(client, name), shows));
    const context = await browser.newContext({ locale: 'en' });
    context.setDefaultTimeout(20_000);
    try {
      const page = await context.newPage();
      await page.goto(`${origin}/${name}`);
      await page.getByLabel('Username or email').fill(USER);
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign In' }).click();
      await page.getByText(`here is ${USER}`).waitFor();
    } finally {
      await context.close();
    }
  };
  try {
    await report.test('SPA with keycloak-js', () => try_('keycloak-js', "'here is ' + keycloak.tokenParsed.preferred_username"));
    await report.test('SPA with oidc-client-ts', () => try_('oidc-client-ts', "'here is ' + user?.profile?.preferred_username"));
  } finally {
    await browser.close();
    await app.stop();
  }
}
