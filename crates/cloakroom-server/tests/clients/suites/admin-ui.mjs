// npm @keycloak/keycloak-admin-ui: Keycloak's own admin console, hosted beside the server, in Chromium.
import { createServer } from 'node:http';
import { mkdir, readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { build } from 'vite';
import { launchChromium } from '../harness/chromium.mjs';
import { target } from '../harness/target.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
const PAGES = new URL('../admin-ui/', import.meta.url).pathname;

/** Longer than any page needs on a busy machine. */
const PATIENCE_MS = 30_000;

/** Serves the built page on a port of its own. */
async function host(folder) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    const file = join(folder, path === '/' ? 'index.html' : path);
    try {
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.end(await readFile(file));
    } catch {
      // The console asks for pictures that its package keeps elsewhere.
      response.writeHead(204).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Lets the console's client send people back to the page of the tests, and tells how to undo that. */
async function allow(admin, origin) {
  const [client] = (await admin.call('GET', '/master/clients?clientId=security-admin-console')).body;
  const changed = { ...client, redirectUris: [...client.redirectUris, `${origin}/*`], webOrigins: [...new Set([...client.webOrigins, origin])] };
  await admin.call('PUT', `/master/clients/${client.id}`, changed);
  return () => admin.call('PUT', `/master/clients/${client.id}`, client);
}

/** Keeps what goes wrong in a page: refused requests, errors of scripts, and what the console calls errors. */
function watch(page, base) {
  const wrong = [];
  const open = new Set();
  page.on('request', (request) => open.add(request));
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => open.delete(request));
  page.on('pageerror', (error) => wrong.push(`a script failed: ${error.message}`));
  page.on('console', (message) => {
    // What is not loaded is told of by the answer itself, with its status.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) wrong.push(`the console says: ${message.text().slice(0, 300)}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    if (request.url().startsWith(base) && !why.includes('ERR_ABORTED')) wrong.push(`${request.method()} ${request.url()}: ${why}`);
  });
  page.on('response', (response) => {
    // The page of the mail settings looks for whoever uses it among the users of the realm.
    const isSelf = response.status() === 404 && page.url().endsWith('/email') && /\/users\/[^/]+$/.test(response.url());
    if (response.url().startsWith(base) && response.status() >= 400 && !isSelf) wrong.push(`${response.request().method()} ${response.url()} answered ${response.status()}`);
  });
  /** Waits until the page has asked for nothing for a while. */
  const quiet = async () => {
    for (let calm = 0; calm < 4; ) {
      await page.waitForTimeout(100);
      calm = open.size === 0 ? calm + 1 : 0;
    }
  };
  return { wrong, quiet, take: () => wrong.splice(0) };
}

/** Pages by the name of what they show: the place behind the realm, and what tells that it is there. */
const LISTS = [
  ['realm settings', 'realm-settings/general', '[data-testid="realmName"], input[name="realm"], [name="displayName"]'],
  ['login settings', 'realm-settings/login', '[data-testid="user-reg-switch"], [id^="kc-user-reg"]'],
  ['mail settings', 'realm-settings/email', 'form'],
  ['theme settings', 'realm-settings/themes', 'form'],
  ['keys', 'realm-settings/keys/list', 'table'],
  ['key providers', 'realm-settings/keys/providers', 'table, [data-testid="empty-state"]'],
  ['event settings', 'realm-settings/events', 'form'],
  ['localization', 'realm-settings/localization', 'form'],
  ['security defences', 'realm-settings/security-defenses', 'form'],
  ['session settings', 'realm-settings/sessions', 'form'],
  ['token settings', 'realm-settings/tokens', 'form'],
  ['client policies', 'realm-settings/client-policies/profiles', 'table'],
  ['user profile', 'realm-settings/user-profile/attributes', 'table'],
  ['default roles', 'realm-settings/user-registration', 'table'],
  ['clients', 'clients', 'table'],
  ['initial access tokens', 'clients/initialAccessToken', 'table, [data-testid="empty-state"]'],
  ['client registration', 'clients/clientRegistration', 'table'],
  ['client scopes', 'client-scopes', 'table'],
  ['realm roles', 'roles', 'table'],
  ['users', 'users', 'table, [data-testid="empty-state"]'],
  ['groups', 'groups', '[data-testid="empty-state"], [role="tree"], .pf-v5-c-tree-view'],
  ['sessions', 'sessions', 'table, [data-testid="empty-state"]'],
  ['user events', 'events/user-events', 'table, [data-testid="empty-state"]'],
  ['admin events', 'events/admin-events', 'table, [data-testid="empty-state"]'],
  ['authentication flows', 'authentication/flows', 'table'],
  ['required actions', 'authentication/required-actions', 'table'],
  ['authentication policies', 'authentication/policies', '[data-testid="empty-state"], form'],
  ['identity providers', 'identity-providers', 'h1, [data-testid="empty-state"], table'],
  ['user federation', 'user-federation', 'h1, .pf-v5-c-card'],
  ['organizations', 'organizations', 'table, [data-testid="empty-state"]'],
];

export async function run(report, admin) {
  await build({ configFile: join(PAGES, 'vite.config.mjs'), logLevel: 'error' });
  const site = await host(target('admin-ui'));
  const origin = `http://127.0.0.1:${site.address().port}`;
  const undo = await allow(admin, origin);
  const realm = await admin.createRealm('admin-ui', { organizationsEnabled: true, eventsEnabled: true, adminEventsEnabled: true });
  const browser = await launchChromium();
  try {
    const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
    context.setDefaultTimeout(PATIENCE_MS);
    const shots = target('admin-ui-shots');
    await mkdir(shots, { recursive: true });
    await explore(report, await context.newPage(), { admin, realm, origin, shots });
  } finally {
    await browser.close();
    await realm.remove();
    await undo();
    site.close();
  }
}

async function explore(report, page, { admin, realm, origin, shots }) {
  const { wrong, quiet, take } = watch(page, admin.base);
  const open = async (place) => {
    await page.goto(`${origin}/?server=${encodeURIComponent(admin.base)}#/${realm.name}/${place}`);
  };
  const step = (title, body) => report.test(title, async () => {
    take();
    try {
      await body();
      await quiet();
    } finally {
      await page.screenshot({ path: join(shots, `${title.replaceAll(' ', '-')}.png`) });
    }
    if (wrong.length > 0) throw new Error(take().join('\n'));
  });

  await step('an administrator signs in', async () => {
    await open('realm-settings');
    await page.getByLabel('Username or email').fill(admin.credentials.username);
    await page.getByLabel('Password', { exact: true }).fill(admin.credentials.password);
    await page.getByRole('button', { name: 'Sign In' }).click();
    await page.locator('#nav-toggle, nav').first().waitFor();
  });
  for (const [title, place, shown] of LISTS) {
    await step(`${title} are shown`, async () => {
      await open(place);
      await page.locator(shown).first().waitFor();
    });
  }
  await creations(step, page, { realm, open, quiet });
}

/** A client, a role, a group and a user are made by hand, and each of their pages is opened. */
async function creations(step, page, { realm, open, quiet }) {
  const made = async (path, what) => {
    const found = (await realm.call('GET', path)).body;
    const [one] = [found].flat();
    if (!one) throw new Error(`${what} was not made`);
    return one;
  };
  // A form is filled with its defaults once its page has asked for all that it needs.
  const fill = async (place, field) => {
    await open(place);
    await page.getByTestId(field).waitFor();
    await quiet();
    await page.getByTestId(field).fill('by-hand');
  };
  const next = (name) => page.getByTestId(name).or(page.getByRole('button', { name })).first().click();

  await step('a client is made', async () => {
    await fill('clients/add-client', 'clientId');
    await next('next');
    await next('next');
    await next('save');
    await page.waitForURL(/\/clients\/[0-9a-f-]{36}/);
  });
  const client = await made('/clients?clientId=by-hand', 'the client');
  await realm.call('PUT', `/clients/${client.id}`, { ...client, publicClient: false, serviceAccountsEnabled: true, authorizationServicesEnabled: true });
  await step('a role is made', async () => {
    await fill('roles/new', 'name');
    await page.getByTestId('save').click();
    await page.waitForURL(/\/roles\/[0-9a-f-]{36}/);
  });
  const role = await made('/roles/by-hand', 'the role');
  await step('a user is made', async () => {
    await fill('users/add-user', 'username');
    await page.getByTestId('user-creation-save').click();
    await page.waitForURL(/\/users\/[0-9a-f-]{36}/);
  });
  const user = await made('/users?username=by-hand&exact=true', 'the user');

  const details = [
    ...['settings', 'keys', 'credentials', 'roles', 'clientScopes/setup', 'clientScopes/evaluateScopes', 'serviceAccount', 'sessions', 'advanced']
      .map((tab) => ['client', `clients/${client.id}/${tab}`]),
    ...['settings', 'resources', 'scopes', 'policies', 'permissions'].map((tab) => ['client', `clients/${client.id}/authorization/${tab}`]),
    ...['details', 'attributes', 'users-in-role'].map((tab) => ['role', `roles/${role.id}/${tab}`]),
    ...['settings', 'credentials', 'role-mapping', 'groups', 'consents', 'identity-provider-links', 'sessions'].map((tab) => ['user', `users/${user.id}/${tab}`]),
    ['new identity provider', 'identity-providers/oidc/add'],
    ['new SAML identity provider', 'identity-providers/saml/add'],
    ['new directory', 'user-federation/ldap/new'],
  ];
  for (const [what, place] of details) {
    await step(`${what} at ${place.split('/').slice(what.startsWith('new') ? 0 : 2).join(' ')} is shown`, async () => {
      await open(place);
      await page.locator('main form, main table, main [data-testid="empty-state"], main .pf-v5-c-card, main .pf-v5-c-empty-state').first().waitFor();
    });
  }
}
