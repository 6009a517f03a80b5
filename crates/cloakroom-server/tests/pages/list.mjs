// Every page that a person may see, and the way there.
import { createHash } from 'node:crypto';

/** The address at which an application asks for a sign-in; PKCE's challenge is the example of RFC 7636, appendix B. */
export function signInAddress({ realm, origin }, clientId = 'shop', endpoint = 'auth') {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: `${origin}/callback`,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  return `${realm.issuer}/protocol/openid-connect/${endpoint}?${query}`;
}

/** Trades the code in that the browser came back with: from then on the application takes part in the session. */
export async function takePart(page, { realm, origin }, clientId) {
  const answer = await fetch(`${realm.issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      code: new URL(page.url()).searchParams.get('code'),
      redirect_uri: `${origin}/callback`,
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    }),
  });
  if (!answer.ok) throw new Error(`the code is answered with ${answer.status}: ${await answer.text()}`);
}

/** Types name and password into the login form and sends it. */
export async function fillIn(page, username, password) {
  await page.getByLabel('Username or email').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign In', exact: true }).click();
}

/** Signs in and waits until the application is reached. */
async function signIn(page, setup, clientId) {
  await page.goto(signInAddress(setup, clientId));
  await fillIn(page, setup.username, setup.password);
  await page.waitForURL((url) => url.origin === setup.origin);
}

/** Signs in as a new user who has to do something first. */
async function meetRequiredAction(page, setup, action, password) {
  const username = `new-${action.toLowerCase().replaceAll('_', '-')}`;
  await setup.realm.createUser(username, password, { requiredActions: [action] });
  await page.goto(signInAddress(setup));
  await fillIn(page, username, password);
}

/** Lets the realm ask for a security key whoever has one. */
export async function offerKeys({ realm }) {
  const path = '/authentication/flows/browser/executions';
  const { body: steps } = await realm.call('GET', path);
  const step = steps.find((one) => one.providerId === 'webauthn-authenticator');
  await realm.call('PUT', path, { ...step, requirement: 'ALTERNATIVE' });
}

/** Lets the forms of the realm take passkeys in place of a name and a password, or not. */
export async function takePasskeys({ realm }, takes) {
  const { body } = await realm.call('GET', '');
  await realm.call('PUT', '', { ...body, webAuthnPolicyPasswordlessPasskeysEnabled: takes });
}

/** Lets the realm ask for codes on paper whoever has some, the last one having the number twelve, and makes somebody who has. */
async function makeSomebodyWithPaper({ realm }, username, codes) {
  const path = '/authentication/flows/browser/executions';
  const step = (await realm.call('GET', path)).body.find(({ providerId }) => providerId === 'auth-recovery-authn-code-form');
  await realm.call('PUT', path, { ...step, requirement: 'ALTERNATIVE' });
  const hash = (code) => createHash('sha512').update(code).digest('base64');
  const kept = codes.map((code, index) => ({ number: 13 - codes.length + index, encodedHashedValue: hash(code) }));
  const credentialData = { hashIterations: 1, algorithm: 'RS512', totalCodes: 12, remainingCodes: codes.length };
  await realm.createUser(username, 'a first passphrase', {
    credentials: [
      { type: 'password', value: 'a first passphrase' },
      {
        type: 'recovery-authn-codes',
        userLabel: 'Paper',
        secretData: JSON.stringify({ codes: kept }),
        credentialData: JSON.stringify(credentialData),
      },
    ],
  });
}

async function confirmLogout(page, setup, clientId) {
  await signIn(page, setup, clientId);
  if (clientId) await takePart(page, setup, clientId);
  await page.goto(`${setup.realm.issuer}/protocol/openid-connect/logout`);
  return page.locator('[name=confirmLogout]');
}

export const PAGES = [
  {
    name: 'login',
    reach: async (page, setup) => {
      await page.goto(signInAddress(setup));
      await page.getByRole('button', { name: 'Sign In' }).waitFor();
    },
  },
  {
    name: 'login-passkey',
    reach: async (page, setup) => {
      await takePasskeys(setup, true);
      try {
        // Passkeys are of names, and not of numbers.
        await page.goto(signInAddress(setup).replace('//127.0.0.1', '//localhost'));
        await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
      } finally {
        await takePasskeys(setup, false);
      }
    },
  },
  {
    name: 'login-failed',
    reach: async (page, setup) => {
      await page.goto(signInAddress(setup));
      await fillIn(page, setup.username, 'not the password');
      await page.getByText(/invalid username or password/i).first().waitFor();
    },
  },
  {
    name: 'login-again',
    reach: async (page, setup) => {
      await signIn(page, setup);
      await page.goto(`${signInAddress(setup)}&prompt=login`);
      await page.getByLabel('Password', { exact: true }).waitFor();
    },
  },
  {
    name: 'consent',
    reach: async (page, setup) => {
      await page.goto(signInAddress(setup, 'asking'));
      await fillIn(page, setup.username, setup.password);
      await page.locator('[name=accept]').waitFor();
    },
  },
  {
    name: 'device',
    reach: async (page, setup) => {
      await page.goto(`${setup.realm.issuer}/device`);
      await page.getByLabel('Code on the device').fill('BCDF-GHJK');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText(/wrong or has expired/i).waitFor();
    },
  },
  {
    name: 'register',
    reach: async (page, setup) => {
      await page.goto(signInAddress(setup, 'shop', 'registrations'));
      await page.getByRole('button', { name: 'Register' }).waitFor();
    },
  },
  {
    name: 'reset-credentials',
    reach: async (page, setup) => {
      await page.goto(signInAddress(setup));
      await page.getByRole('link', { name: /forgot password/i }).click();
      await page.waitForURL(/reset-credentials/);
      await page.locator('form input[name=username]').waitFor();
    },
  },
  {
    name: 'otp',
    reach: async (page, setup) => {
      const device = (userLabel) => ({
        type: 'otp',
        userLabel,
        secretData: JSON.stringify({ value: 'JBSWY3DPEHPK3PXPJBSW' }),
        credentialData: JSON.stringify({ subType: 'totp', digits: 6, period: 30, algorithm: 'HmacSHA1' }),
      });
      await setup.realm.createUser('with-devices', 'a first passphrase', {
        credentials: [
          { type: 'password', value: 'a first passphrase' },
          device('Phone'),
          device('Tablet'),
        ],
      });
      await page.goto(signInAddress(setup));
      await fillIn(page, 'with-devices', 'a first passphrase');
      await page.getByLabel('One-time code').fill('12');
      await page.getByRole('button', { name: 'Sign In' }).click();
      await page.getByText('That code is wrong.').waitFor();
    },
  },
  {
    name: 'recovery-code',
    reach: async (page, setup) => {
      await makeSomebodyWithPaper(setup, 'with-paper', ['AAAABBBBCCCC']);
      await page.goto(signInAddress(setup));
      await fillIn(page, 'with-paper', 'a first passphrase');
      await page.getByLabel('Code #12').fill('DDDDEEEEFFFF');
      await page.locator('#kc-login').click();
      await page.getByText('That recovery code is wrong').waitFor();
    },
  },
  {
    name: 'security-key',
    reach: async (page, setup) => {
      await offerKeys(setup);
      const key = (userLabel, credentialId) => ({
        type: 'webauthn',
        userLabel,
        secretData: '{}',
        credentialData: JSON.stringify({ credentialId, counter: 0, credentialPublicKey: 'pQ', transports: ['usb'] }),
      });
      await setup.realm.createUser('with-keys', 'a first passphrase', {
        credentials: [{ type: 'password', value: 'a first passphrase' }, key('On the key ring', 'AQID'), key('', 'BAUG')],
      });
      await page.goto(signInAddress(setup));
      await fillIn(page, 'with-keys', 'a first passphrase');
      await page.getByRole('button', { name: 'Use your key' }).waitFor();
    },
  },
  {
    name: 'configure-security-key',
    reach: async (page, setup) => {
      await meetRequiredAction(page, setup, 'webauthn-register', 'a first passphrase');
      await page.getByLabel('Name of the key').waitFor();
      await page.getByRole('button', { name: 'Register' }).waitFor();
    },
  },
  {
    name: 'configure-totp',
    reach: async (page, setup) => {
      await meetRequiredAction(page, setup, 'CONFIGURE_TOTP', 'a first passphrase');
      await page.getByRole('img', { name: /QR code/ }).waitFor();
      await page.getByText('Type this into the app').click();
    },
  },
  {
    name: 'recovery-codes',
    reach: async (page, setup) => {
      await meetRequiredAction(page, setup, 'CONFIGURE_RECOVERY_AUTHN_CODES', 'a first passphrase');
      await page.getByRole('listitem').nth(11).waitFor();
    },
  },
  {
    name: 'remove-credential',
    reach: async (page, setup) => {
      await makeSomebodyWithPaper(setup, 'with-more-paper', ['AAAABBBBCCCC', 'DDDDEEEEFFFF', 'GGGGHHHHJJJJ']);
      await page.goto(signInAddress(setup));
      await fillIn(page, 'with-more-paper', 'a first passphrase');
      await page.getByLabel('Code #10').fill('AAAABBBBCCCC');
      await page.locator('#kc-login').click();
      await page.waitForURL((url) => url.origin === setup.origin);
      await page.goto(`${setup.realm.issuer}/account/`);
      await page.getByText('2 left').waitFor();
      await page.getByRole('link', { name: 'Remove Recovery codes Paper' }).click();
      await page.locator('#kc-accept').waitFor();
    },
  },
  {
    name: 'update-password',
    reach: async (page, setup) => {
      await meetRequiredAction(page, setup, 'UPDATE_PASSWORD', 'a first passphrase');
      await page.locator('[name=password-new]').waitFor();
    },
  },
  {
    name: 'update-profile',
    reach: async (page, setup) => {
      await meetRequiredAction(page, setup, 'UPDATE_PROFILE', 'a first passphrase');
      await page.locator('[name=firstName]').waitFor();
    },
  },
  {
    name: 'account',
    reach: async (page, setup) => {
      await signIn(page, setup);
      await page.goto(`${setup.realm.issuer}/account/`);
      await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
    },
  },
  {
    name: 'logout-confirm',
    reach: async (page, setup) => {
      const button = await confirmLogout(page, setup);
      await button.waitFor();
    },
  },
  {
    name: 'signed-out',
    reach: async (page, setup) => {
      const button = await confirmLogout(page, setup);
      await button.click();
      await page.getByText(/logged out|signed out/i).first().waitFor();
    },
  },
  {
    name: 'farewell',
    reach: async (page, setup) => {
      const button = await confirmLogout(page, setup, 'framed');
      await button.click();
      await page.locator('iframe').first().waitFor({ state: 'attached' });
    },
  },
  {
    name: 'error',
    reach: async (page, setup) => {
      const answer = await page.goto(signInAddress(setup, 'a-client-that-nobody-registered'));
      if (answer.status() !== 400) throw new Error(`an unknown client is answered with ${answer.status()}`);
      await page.getByText(/client not found/i).first().waitFor();
    },
  },
];

/**
 * Makes the first administrator of a new server through its set-up page, and inspects the pages on the way:
 * the empty form, the form after a mistake, and the end. Answers with how long the good form took, in milliseconds.
 */
export async function setUp(admin, code, visit) {
  let spent = 0;
  const { username, password } = admin.credentials;
  const send = async (page, givenCode) => {
    await page.getByLabel('Set-up code').fill(givenCode);
    await page.getByLabel('Username', { exact: true }).fill(username);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByLabel('Confirm password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create administrator' }).click();
  };
  const open = async (page) => {
    await page.goto(`${admin.base}/`);
    await page.getByLabel('Set-up code').waitFor();
  };
  await visit('setup', open);
  await visit('setup-failed', async (page) => {
    await open(page);
    await send(page, 'WRONG-CODE');
    await page.locator('[aria-invalid=true]').first().waitFor();
  });
  await visit('setup-done', async (page) => {
    const began = Date.now();
    await open(page);
    await send(page, code);
    await page.locator('#setup-form').waitFor({ state: 'detached' });
    spent = Date.now() - began;
    // The first administrator goes on where the server is managed, and so does whoever comes later.
    const then = await page.getByRole('link', { name: 'Sign In', exact: true }).getAttribute('href');
    const root = await (await fetch(`${admin.base}/`)).text();
    if (!then.endsWith('/admin') || !/href="[^"]*\/admin"/.test(root)) throw new Error('nothing leads to the console');
  });
  return spent;
}
