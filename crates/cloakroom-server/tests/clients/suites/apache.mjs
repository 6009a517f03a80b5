// Debian's libapache2-mod-auth-openidc in a real Apache: a protected page, who is signed in, and logout.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from '../harness/browser.mjs';
import { ensurePackages, findProgram, freePort, start, waitFor } from '../harness/process.mjs';

const MODULES = '/usr/lib/apache2/modules';
const USER = 'ada';
const PASSWORD = 'an honest passphrase';
const SECRET = 'a-client-secret-for-apache';

/** Makes sure that Apache and its module are there. */
export function ensureApache() {
  return ensurePackages(
    ['apache2-bin', 'libapache2-mod-auth-openidc'],
    () => findProgram('apache2') !== null && existsSync(`${MODULES}/mod_auth_openidc.so`),
  );
}

/** What every site's configuration begins with; as root, Apache's children run as www-data. */
export function skeleton(folder, port) {
  const asRoot = process.getuid() === 0;
  const modules = ['mpm_event', 'authz_core', 'authn_core', 'authz_user', 'dir', 'mime', 'include', 'auth_openidc'];
  return `ServerName 127.0.0.1
ServerRoot ${folder}
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
Mutex posixsem
ErrorLog ${folder}/error.log
LogLevel warn auth_openidc:info
${modules.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
${asRoot ? 'User www-data\nGroup www-data' : ''}
StartServers 1
TypesConfig /dev/null
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
DirectoryIndex index.shtml
`;
}

export async function run(report, admin) {
  await ensureApache();
  const realm = await admin.createRealm('apache');
  const folder = await mkdtemp(join(tmpdir(), 'oidc-apache-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  let apache;
  try {
    const user = await realm.createUser(USER, PASSWORD);
    await realm.grantRealmRole(user, await realm.createRealmRole('staff'));
    await realm.createClient({
      clientId: 'apache',
      secret: SECRET,
      redirectUris: [`${origin}/protected/callback`],
      attributes: { 'post.logout.redirect.uris': `${origin}/bye.txt` },
    });
    await writeSite(folder, port, realm);
    apache = start(findProgram('apache2'), ['-f', join(folder, 'apache.conf'), '-DFOREGROUND'], { cwd: folder });
    await waitFor('Apache', async () => {
      if (!apache.running()) return true;
      return (await fetch(`${origin}/bye.txt`)).ok;
    });
    if (!apache.running()) throw new Error(`Apache did not start: ${apache.output()} ${await readFile(join(folder, 'error.log'), 'utf8')}`);
    await tests(report, origin, realm);
  } finally {
    await apache?.stop();
    await rm(folder, { recursive: true, force: true });
    await realm.remove();
  }
}

/** Writes the configuration and the pages, which Apache's children must be able to read. */
async function writeSite(folder, port, realm) {
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'site', 'protected'), { recursive: true });
  await mkdir(join(folder, 'site', 'staff'), { recursive: true });
  await mkdir(join(folder, 'site', 'directors'), { recursive: true });
  await writeFile(join(folder, 'site', 'bye.txt'), 'bye\n');
  await writeFile(
    join(folder, 'site', 'protected', 'index.shtml'),
    ['REMOTE_USER', 'OIDC_CLAIM_iss', 'OIDC_CLAIM_email', 'OIDC_CLAIM_name', 'OIDC_access_token_expires']
      .map((name) => `${name}=<!--#echo var="${name}" -->`)
      .join('\n'),
  );
  await writeFile(join(folder, 'site', 'staff', 'index.shtml'), 'staff only');
  await writeFile(join(folder, 'site', 'directors', 'index.shtml'), 'directors only');
  await writeFile(
    join(folder, 'apache.conf'),
    `${skeleton(folder, port)}# A site with one public file and pages that only signed-in people see.
DocumentRoot ${folder}/site

OIDCProviderMetadataURL ${realm.issuer}/.well-known/openid-configuration
OIDCClientID apache
OIDCClientSecret ${SECRET}
OIDCRedirectURI http://127.0.0.1:${port}/protected/callback
OIDCCryptoPassphrase only-for-this-test
OIDCCookieSameSite On
OIDCScope "openid profile email roles"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username
OIDCDefaultURL http://127.0.0.1:${port}/bye.txt

<Directory ${folder}/site>
  Options +Includes
  Require all granted
</Directory>
<Location /protected>
  AuthType openid-connect
  Require valid-user
</Location>
<Location /staff>
  AuthType openid-connect
  Require claim email:ada@example.org
</Location>
<Location /directors>
  AuthType openid-connect
  Require claim email:director@example.org
</Location>
`,
  );
}

async function tests(report, origin, realm) {
  await report.test('a protected page leads to the login and then says who is there', async () => {
    const page = await new Browser().signIn(`${origin}/protected/`, USER, PASSWORD);
    assert.equal(page.status, 200, page.text);
    assert.equal(page.url.href, `${origin}/protected/`);
    assert.match(page.html, /^REMOTE_USER=ada$/m);
    assert.ok(page.html.includes(`OIDC_CLAIM_iss=${realm.issuer}`), page.html);
    assert.match(page.html, /^OIDC_CLAIM_email=ada@example\.org$/m);
    assert.match(page.html, /^OIDC_CLAIM_name=Ada Lovelace$/m);
    assert.match(page.html, /^OIDC_access_token_expires=\d+$/m);
  });

  await report.test('a claim decides who may see a page', async () => {
    const browser = new Browser();
    const page = await browser.signIn(`${origin}/staff/`, USER, PASSWORD);
    assert.equal(page.html, 'staff only');
    assert.equal((await browser.visit(`${origin}/directors/`)).status, 401);
  });

  await report.test('logout ends the session of Apache and of the server', async () => {
    const browser = new Browser();
    await browser.signIn(`${origin}/protected/`, USER, PASSWORD);
    const bye = `${origin}/bye.txt`;
    const page = await browser.visit(`${origin}/protected/callback?${new URLSearchParams({ logout: bye })}`);
    assert.equal(page.url.href.split('?')[0], bye, page.text);
    const again = await browser.visit(`${origin}/protected/`);
    assert.ok(again.formWith?.('password'), `the login form is there again: ${again.url}`);
  });
}
