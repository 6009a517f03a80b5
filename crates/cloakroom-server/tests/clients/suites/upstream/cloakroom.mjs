// Cloakroom as the identity provider of Cloakroom: another realm of the same server, or a server of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '../../harness/admin.mjs';
import { program } from '../../harness/cargo.mjs';
import { freePort, start, waitFor } from '../../harness/process.mjs';

export const SECRET = 'a-secret-of-cloakroom-at-cloakroom';
export const PASSWORD = 'an honest passphrase there';
/** A role of everybody there, which stands in access tokens alone. */
export const ROLE = 'pilot';

/** Starts a server beside the one that is tested, with an administrator of its own. */
export async function startServer() {
  const executable = await program('cloakroom');
  const folder = await mkdtemp(join(tmpdir(), 'cloakroom-upstream-'));
  const [port, management] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    CLOAKROOM_DATA_DIR: folder, PORT: String(port), CLOAKROOM_MANAGEMENT_PORT: String(management), CLOAKROOM_OUTBOUND_ALLOW: '127.0.0.1',
    KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin',
  };
  const server = start(executable, ['start'], { env });
  const base = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitFor('the server upstream', async () => !server.running() || (await fetch(`${base}/realms/master`)).ok);
    if (!server.running()) throw new Error(`the server upstream did not start: ${server.output().slice(-2000)}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { admin: new Admin(base, 'admin', 'admin'), stop };
}

/** A realm that people come from, with a client for the realm `here` that calls it `alias`. */
export async function makeRealm(admin, here, alias) {
  const realm = await admin.createRealm('upstream');
  const endpoint = `${here.issuer}/broker/${alias}/endpoint`;
  await realm.createClient({
    clientId: 'downstream',
    secret: SECRET,
    redirectUris: [endpoint],
    attributes: {
      'post.logout.redirect.uris': `${endpoint}/logout_response`,
      'backchannel.logout.url': `${here.issuer}/protocol/openid-connect/logout/backchannel-logout`,
      'backchannel.logout.session.required': 'true',
    },
  });
  await realm.createUser(alias, PASSWORD);
  const user = (await realm.call('GET', `/users?exact=true&username=${alias}`)).body[0];
  await realm.call('POST', '/roles', { name: ROLE });
  const role = (await realm.call('GET', `/roles/${ROLE}`)).body;
  await realm.call('POST', `/users/${user.id}/role-mappings/realm`, [role]);
  return realm;
}

/** Signs somebody in on its page. */
export async function signInThere(page, name) {
  await page.fill('#username', name);
  await page.fill('#password', PASSWORD);
  await page.click('#kc-login');
}
