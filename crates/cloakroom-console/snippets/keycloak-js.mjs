// npm install keycloak-js
import Keycloak from 'keycloak-js';

const keycloak = new Keycloak({ url: '{base}', realm: '{realm}', clientId: '{client_id}' });
await keycloak.init({ onLoad: 'login-required', pkceMethod: 'S256' });

await keycloak.updateToken(30);
const answer = await fetch('/api/orders', { headers: { Authorization: `Bearer ${keycloak.token}` } });
