// The tutorials about coming in from elsewhere: what their readers type, and what they are promised to see.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, findProgram, finish } from '../../harness/process.mjs';
import * as other from './provider.mjs';

const folder = fileURLToPath(new URL('../../../../../../docs/tutorials/', import.meta.url));
const CLIENT = 'cloakroom-at-work';

/** The commands of a tutorial, in their order, with the names of this run in place of those that it shows. */
async function commands(name, replaced) {
  let text = await readFile(join(folder, name), 'utf8');
  for (const [shown, used] of replaced) {
    assert.ok(text.includes(shown), `${name} has no ${shown}`);
    text = text.replaceAll(shown, used);
  }
  return [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, code]) => code);
}

/** Types commands into one shell and returns the lines that it printed. */
async function type(place, ...lines) {
  const { stdout } = await finish('sh', ['-e', '-c', lines.join('\n')], { cwd: place });
  return stdout.split(/\r?\n/).filter((line) => line !== '');
}

/** `company` is a realm whose name is not taken yet, `home` where its application is. */
export async function tutorials(report, { admin, company, home, inBrowser }) {
  await ensurePackages(['curl'], () => findProgram('curl') !== null);
  const place = await mkdtemp(join(tmpdir(), 'tutorial-'));
  try {
    await behind(report, { admin, company, home, inBrowser, place });
    await github(report, { admin, company, home, place });
  } finally {
    await admin.call('DELETE', `/${company}`).catch(() => undefined);
    await rm(place, { recursive: true, force: true });
  }
}

async function behind(report, { admin, company, home, inBrowser, place }) {
  const endpoint = `${admin.base}/realms/${company}/broker/work/endpoint`;
  const provider = await other.startProvider([
    {
      client_id: CLIENT, client_secret: other.SECRET, redirect_uris: [endpoint], post_logout_redirect_uris: [`${endpoint}/logout_response`],
    },
  ]);
  const { username, password } = admin.credentials;
  const [read, add, lead] = await commands('behind-another-identity-provider.md', [
    ['http://localhost:8080', admin.base],
    ['ADMIN=admin', `ADMIN='${username}'`],
    ["PASSWORD='what you chose'", `PASSWORD='${password}'`],
    ['https://login.example.org', provider.issuer],
    ['realms/company', `realms/${company}`],
    ['"realm": "company"', `"realm": "${company}"`],
    ['THE-CLIENT-ID', CLIENT],
    ['THE-SECRET', other.SECRET],
  ]);
  try {
    await report.test('behind another identity provider: the commands add it and send everybody there', async () => {
      const printed = await type(place, read, add, lead);
      assert.match(printed[0], /"tokenUrl"/);
      assert.deepEqual(printed.slice(-2), ['HTTP/1.1 201 Created', '204']);
    });
    await report.test('behind another identity provider: people come in without seeing a page of ours, and go out on both sides', async () => {
      await admin.call('POST', `/${company}/clients`, {
        clientId: 'app', publicClient: true, redirectUris: [`${home}*`], standardFlowEnabled: true, attributes: { 'post.logout.redirect.uris': `${home}*` },
      });
      const realm = `${admin.base}/realms/${company}/protocol/openid-connect`;
      const query = new URLSearchParams({ client_id: 'app', redirect_uri: `${home}in`, response_type: 'code', scope: 'openid' });
      await inBrowser(async (page) => {
        await page.goto(`${realm}/auth?${query}`, { waitUntil: 'domcontentloaded' });
        assert.ok(page.url().startsWith(provider.issuer), page.url());
        await other.signInThere(page, 'grace');
        await page.waitForURL(`${home}in?*`, { waitUntil: 'commit' });
        const code = new URL(page.url()).searchParams.get('code');
        const answer = await fetch(`${realm}/token`, {
          method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: `${home}in`, client_id: 'app' }),
        });
        const { id_token: idToken } = await answer.json();
        const out = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: `${home}out` });
        await page.goto(`${realm}/logout?${out}`, { waitUntil: 'domcontentloaded' });
        await page.click('button[name=logout]');
        await page.waitForURL(`${home}out*`, { waitUntil: 'commit' });
      });
      assert.deepEqual(provider.problems, []);
    });
  } finally {
    await provider.stop();
  }
}

/** As far as a machine without GitHub allows: what comes back from there is tested with what its documentation says. */
async function github(report, { admin, company, home, place }) {
  await report.test('sign in with GitHub: the command adds the provider, and the address leads there', async () => {
    const [add] = await commands('sign-in-with-github.md', [
      ['https://YOUR-HOST', admin.base],
      ['YOUR-REALM', company],
      ['CLIENT-ID', 'an-app-of-github'],
    ]);
    await type(place, `TOKEN='${await admin.accessToken()}'`, add);
    const query = new URLSearchParams({ client_id: 'app', redirect_uri: `${home}in`, response_type: 'code', scope: 'openid', kc_idp_hint: 'github' });
    let address = `${admin.base}/realms/${company}/protocol/openid-connect/auth?${query}`;
    let cookies = '';
    for (let hop = 0; address.startsWith(admin.base) && hop < 5; hop += 1) {
      const answer = await fetch(address, { redirect: 'manual', headers: { cookie: cookies } });
      cookies = [cookies, ...answer.headers.getSetCookie().map((line) => line.split(';')[0])].filter(Boolean).join('; ');
      address = answer.headers.get('location') ?? '';
    }
    const there = new URL(address);
    assert.equal(`${there.origin}${there.pathname}`, 'https://github.com/login/oauth/authorize');
    assert.equal(there.searchParams.get('client_id'), 'an-app-of-github');
    assert.equal(there.searchParams.get('redirect_uri'), `${admin.base}/realms/${company}/broker/github/endpoint`);
  });
}
