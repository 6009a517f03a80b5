// The realm of the suites that run in another language.

// Nothing listens here: the browsers of the suites stop before they would load this address.
const CALLBACK = 'http://127.0.0.1:9/callback';

/** Sets up what the suites in other languages use: clients for the browser, for passwords, for machines, and an API that introspects. */
export async function prepare(realm) {
  const setup = {
    base: realm.admin.base,
    realm: realm.name,
    issuer: realm.issuer,
    callback: CALLBACK,
    admin: realm.admin.credentials,
    secret: 'a-client-secret-of-more-than-32-bytes',
    username: 'ada',
    password: 'an honest passphrase',
  };
  const { secret } = setup;
  const machine = { secret, standardFlowEnabled: false, serviceAccountsEnabled: true };
  const user = await realm.createUser(setup.username, setup.password);
  await realm.createClient({ clientId: 'web', secret, redirectUris: [CALLBACK] });
  await realm.createClient({ clientId: 'direct', secret, standardFlowEnabled: false, directAccessGrantsEnabled: true });
  await realm.createClient({ ...machine, clientId: 'machine' });
  await realm.createClient({ ...machine, clientId: 'secret-jwt', clientAuthenticatorType: 'client-secret-jwt' });
  const api = await realm.createClient({ clientId: 'api', secret, standardFlowEnabled: false });
  await realm.grantClientRole(user, api, await realm.createClientRole(api, 'reader'));
  return setup;
}
