// npm install oidc-client-ts
import { UserManager } from 'oidc-client-ts';

const manager = new UserManager({
  authority: '{issuer}',
  client_id: '{client_id}',
  redirect_uri: '{redirect_uri}',
  scope: 'openid profile email',
});

if (new URLSearchParams(location.search).has('code')) await manager.signinRedirectCallback();
const user = await manager.getUser();
if (!user) await manager.signinRedirect();
