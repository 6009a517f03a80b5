// npm oidc-provider as the identity provider that people come from: a certified OpenID Provider of another author.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { serve } from '../../harness/process.mjs';

export const SECRET = 'a-secret-of-oidc-provider-of-more-than-32-bytes';

/** Everybody is known there, by whatever name they type. */
const findAccount = (_context, id) => ({
  accountId: id,
  claims: () => ({
    sub: id, preferred_username: id, given_name: 'Ada', family_name: 'Lovelace', email: `${id}@example.org`, email_verified: true,
  }),
});

/** The account's owner has agreed to everything, as in a company that runs both sides. */
async function loadExistingGrant(context) {
  const { client, session, provider, result } = context.oidc;
  const known = result?.consent?.grantId || session.grantIdFor(client.clientId);
  if (known) return provider.Grant.find(known);
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid profile email');
  await grant.save();
  return grant;
}

/** What a provider remembers. It outlives a change of keys, for which the provider is made anew. */
function storage() {
  const kept = new Map();
  const all = (fits) => [...kept].filter(([, value]) => fits(value));
  return class {
    constructor(model) {
      this.key = (id) => `${model} ${id}`;
    }

    async upsert(id, value) {
      kept.set(this.key(id), value);
    }

    async find(id) {
      return kept.get(this.key(id));
    }

    async findByUid(uid) {
      return all((value) => value.uid === uid && value.kind === 'Session')[0]?.[1];
    }

    async consume(id) {
      kept.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
    }

    async destroy(id) {
      kept.delete(this.key(id));
    }

    async revokeByGrantId(grantId) {
      for (const [key] of all((value) => value.grantId === grantId)) kept.delete(key);
    }
  };
}

/** What an error says, with what it comes from. */
function told(error) {
  return [error?.message, error?.error_detail, error?.cause && told(error.cause)].filter(Boolean).join(': ');
}

async function makeKey(kid) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' };
}

/** Starts it; `clients` are what it knows of those who ask. */
export async function startProvider(clients) {
  let answer;
  const server = createServer((request, response) => answer(request, response));
  const { port, stop } = await serve(server);
  const issuer = `http://127.0.0.1:${port}`;
  const problems = [];
  const adapter = storage();
  const open = async (kid) => {
    const provider = new Provider(issuer, {
      adapter,
      clients: clients.map((client) => ({ grant_types: ['authorization_code'], response_types: ['code'], ...client })),
      // Its own asks nobody on this machine.
      fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
      findAccount,
      loadExistingGrant,
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username', 'given_name', 'family_name'] },
      clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'],
      cookies: { keys: ['a key of these tests'] },
      features: {
        backchannelLogout: { enabled: true },
        encryption: { enabled: true },
        rpInitiatedLogout: {
          logoutSource: (context, form) => {
            context.body = `<!DOCTYPE html><title>Sign out</title>${form}<button type="submit" form="op.logoutForm" value="yes" name="logout">Yes</button>`;
          },
        },
      },
      jwks: { keys: [await makeKey(kid)] },
      pkce: { required: () => true },
    });
    for (const event of ['server_error', 'grant.error', 'authorization.error', 'backchannel.error']) {
      provider.on(event, (...about) => problems.push(`${event}: ${told(about.find((one) => one instanceof Error))}`));
    }
    answer = provider.callback();
  };
  await open('first');
  return {
    issuer,
    /** What went wrong there. */
    problems,
    /** From now on it signs with another key, and publishes no other. */
    rotate: () => open('second'),
    stop,
  };
}

/** Signs somebody in on its page. */
export async function signInThere(page, name) {
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
}
