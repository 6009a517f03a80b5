// npm openid-client: every flow and client authentication method of the certified JavaScript client.
import { PASSWORD, SECRET, USER, WEB_CLIENT } from './openid-client/application.mjs';
import { clientAuthentication, signatureAlgorithms } from './openid-client/client_authentication.mjs';
import { device, exchange } from './openid-client/device.mjs';
import { codeFlow, discovery, responseModes } from './openid-client/code_flow.mjs';
import { possession } from './openid-client/possession.mjs';
import { backChannel, pushed } from './openid-client/pushed.mjs';
import { consent, logout, reauthentication } from './openid-client/session.mjs';

export async function run(report, admin) {
  const realm = await admin.createRealm('openid-client');
  try {
    const user = await realm.createUser(USER, PASSWORD);
    const web = await realm.createClient({ ...WEB_CLIENT, clientId: 'web', secret: SECRET, serviceAccountsEnabled: true });
    // A client may introspect only tokens meant for it; whoever has a role of the API gets tokens meant for the API.
    const api = await realm.createClient({ clientId: 'api', secret: SECRET, standardFlowEnabled: false });
    const reader = await realm.createClientRole(api, 'reader');
    await realm.grantClientRole(user, api, reader);
    await realm.grantClientRole((await realm.serviceAccount(web)).id, api, reader);
    await realm.createClient({ ...WEB_CLIENT, clientId: 'spa', publicClient: true });
    await discovery(report, realm);
    await codeFlow(report, realm);
    await responseModes(report, realm);
    await reauthentication(report, realm);
    await clientAuthentication(report, realm);
    await signatureAlgorithms(report, realm);
    await device(report, realm);
    await exchange(report, realm);
    await pushed(report, realm);
    await possession(report, realm);
    await backChannel(report, realm);
    await consent(report, realm);
    await logout(report, realm);
  } finally {
    await realm.remove();
  }
}
