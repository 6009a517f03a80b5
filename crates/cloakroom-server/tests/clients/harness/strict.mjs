// Clients that keep the published keys for an hour, whatever they meet meanwhile: each of them verifies every token that is taken
// here all the time, and again those that live still. A program of its own, because its clock is the server's.
import { createRemoteJWKSet, customFetch, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';

const HOUR = 3_600_000;
/** Tokens that are asked for at the same time. */
const AT_ONCE = 4;
/** Tokens that are verified again as long as they live. */
const KEPT = 400;

const [issuer, clientId, secret] = process.argv.slice(2);
const certs = new URL(`${issuer}/protocol/openid-connect/certs`);
const clients = [];
const alive = [];
let told = fresh();
let isOver = false;

function fresh() {
  return { taken: 0, verified: {}, failed: 0, failures: [] };
}

/** One client. It asks for keys when its own are an hour old, and for no other reason. */
function join() {
  const client = { fetches: [] };
  client.keys = createRemoteJWKSet(certs, {
    cacheMaxAge: HOUR,
    cooldownDuration: HOUR,
    [customFetch]: (...args) => {
      client.fetches.push(Date.now());
      return fetch(...args);
    },
  });
  clients.push(client);
}

async function take() {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret });
  const answer = await fetch(`${issuer}/protocol/openid-connect/token`, { method: 'POST', body });
  const { access_token: token } = await answer.json();
  if (!token) throw new Error(`no token: ${answer.status}`);
  told.taken += 1;
  return token;
}

async function verify(token) {
  const { kid } = decodeProtectedHeader(token);
  for (const { keys } of clients) {
    try {
      await jwtVerify(token, keys, { issuer });
      told.verified[kid] = (told.verified[kid] ?? 0) + 1;
    } catch (error) {
      // The clock may be set between the two.
      if (error.code === 'ERR_JWT_EXPIRED' && decodeJwt(token).exp * 1000 <= Date.now()) return;
      told.failed += 1;
      if (told.failures.length < 5) told.failures.push(`${kid}: ${error.message}`);
    }
  }
}

async function work() {
  while (!isOver) {
    try {
      const token = await take();
      await verify(token);
      alive.push(token);
      const again = alive[Math.floor(Math.random() * alive.length)];
      if (decodeJwt(again).exp * 1000 > Date.now()) await verify(again);
      else alive.splice(alive.indexOf(again), 1);
      if (alive.length > KEPT) alive.splice(Math.floor(Math.random() * alive.length), 1);
    } catch (error) {
      told.failed += 1;
      told.failures.push(error.message);
    }
  }
}

process.on('message', ({ ask }) => {
  if (ask === 'join') join();
  if (ask === 'forget') {
    told = fresh();
    alive.length = 0;
  }
  if (ask === 'stop') isOver = true;
  process.send({ ...told, alive: alive.length, fetches: clients.map(({ fetches }) => fetches) });
});

join();
await Promise.all(Array.from({ length: AT_ONCE }, work));
process.disconnect();
