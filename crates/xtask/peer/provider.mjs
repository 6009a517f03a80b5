// npm oidc-provider as it is measured beside Cloakroom: the same algorithm, everything in memory.
//   node provider.mjs PORT SEEDS    writes tokens to begin with into the folder SEEDS, then says that it listens
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Provider } from 'oidc-provider';

const [port, seeds] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const clientId = 'bench';
const secret = 'bench-secret-0123456789abcdef0123456789';
const account = 'ada';

const es256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const rs256 = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const provider = new Provider(issuer, {
  jwks: {
    keys: [
      { ...es256, kid: 'es256', alg: 'ES256', use: 'sig' },
      { ...rs256, kid: 'rs256', alg: 'RS256', use: 'sig' },
    ],
  },
  clients: [{
    client_id: clientId,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
    redirect_uris: ['http://127.0.0.1/callback'],
    id_token_signed_response_alg: 'ES256',
  }],
  cookies: { keys: ['bench'] },
  scopes: ['openid', 'offline_access', 'read'],
  findAccount: (_, sub) => ({ accountId: sub, claims: async () => ({ sub, name: 'Ada King' }) }),
  rotateRefreshToken: true,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource) => ({
        scope: 'read',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: resource === 'urn:rs256' ? 'RS256' : 'ES256' } },
      }),
    },
  },
});

const client = await provider.Client.find(clientId);

async function grant() {
  const grant = new provider.Grant({ accountId: account, clientId });
  grant.addOIDCScope('openid offline_access');
  return grant.save();
}

async function token(kind) {
  const grantId = await grant();
  const made = new provider[kind]({
    client, accountId: account, grantId, scope: 'openid offline_access', gty: 'authorization_code',
    claims: {}, authTime: Math.floor(Date.now() / 1000), rotations: 0,
  });
  return made.save();
}

writeFileSync(join(seeds, 'access'), await token('AccessToken'));
const refresh = [];
for (let count = 0; count < 48; count += 1) refresh.push(await token('RefreshToken'));
writeFileSync(join(seeds, 'refresh'), refresh.join('\n'));
provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));
