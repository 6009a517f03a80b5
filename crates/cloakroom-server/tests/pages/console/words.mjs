// What a realm says on its pages, the ways through its flows, and whose a domain is.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';
import { EVIL } from './scene.mjs';

/** The scene has terms of its own. */
const withoutTerms = ({ termsTitle: _title, termsText: _text, ...others }) => others;
const own = async (realm) => withoutTerms((await realm.call('GET', '/localization/en')).body);

/** Words are changed in one language, stand on the sign-in page as text, and give way to the built-in ones again. */
export async function aRealmSpeaksInItsOwnWords(browser, scene) {
  const { realm } = scene;
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const words = `Welcome to ''Acme'' ${EVIL}`;
  const field = page.getByRole('textbox', { name: 'Sign in', exact: true });
  const save = async (text) => {
    await field.fill(text);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
  };
  const shown = async () => {
    const person = await browser.newContext({ locale: 'en' });
    try {
      const login = await person.newPage();
      await login.goto(url('/dashboard'));
      assert.equal(await login.locator('[data-evil]').count(), 0);
      return await login.getByRole('heading', { level: 1 }).innerText();
    } finally {
      await person.close();
    }
  };
  try {
    await page.goto(url('/branding'));
    await page.getByRole('link', { name: 'Texts: English' }).click();
    await save(words);
    assert.equal(await shown(), `Welcome to 'Acme' ${EVIL}`);
    assert.deepEqual(await own(realm), { loginAccountTitle: words });
    // Another administrator has changed the same words meanwhile.
    await page.goto(url('/branding/texts/en'));
    await realm.call('POST', '/localization/en', { loginAccountTitle: 'Theirs' });
    await field.fill('Mine');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('cell', { name: 'Theirs' }).waitFor();
    await page.goto(url('/branding/texts/en'));
    await save('');
    assert.equal(await shown(), 'Sign in');
    assert.deepEqual(await own(realm), {});
  } finally {
    await context.close();
  }
}

/** A realm whose texts are as many as it may have says so on the page and in the API, and keeps what it has. */
export async function aRealmHasRoomForSoManyWords(browser, scene) {
  const { realm } = scene;
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const field = page.getByRole('textbox', { name: 'Sign in', exact: true });
  const save = async (text, said) => {
    await field.fill(text);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(said).first().waitFor();
  };
  const full = /cannot have more than 10000000 characters together/;
  const filling = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`filling${n}`, 'x'.repeat(16_000)]));
  try {
    let refused;
    for (let n = 0; n < 20 && !refused; n += 1) {
      const last = n === 12 ? { ...filling, rest: 'x'.repeat(15_000) } : filling;
      await realm.call('POST', `/localization/x-filling-${n}`, last).catch((error) => (refused = error));
    }
    assert.match(refused.message, /answered 400/);
    assert.match(refused.message, full);
    await page.goto(url('/branding/texts/en'));
    // Less than what is left of a language that was refused as a whole.
    const some = Object.fromEntries(Object.entries(filling).slice(0, 24));
    await realm.call('POST', '/localization/x-filling-last', some);
    await save('x'.repeat(16_384), full);
    assert.equal(await field.inputValue(), 'x'.repeat(16_384));
    assert.deepEqual(await own(realm), {});
    await realm.call('DELETE', '/localization/x-filling-0');
    await save('Room again', 'Saved.');
    await save('', 'Saved.');
  } finally {
    for (const locale of (await realm.call('GET', '/localization')).body)
      if (locale.startsWith('x-filling')) await realm.call('DELETE', `/localization/${locale}`);
    await context.close();
  }
}

/** Pages elsewhere are told our words and the realm's own before them, in the shape that they know from Keycloak. */
export async function otherPagesAreToldTheWords(_browser, scene) {
  const { realm } = scene;
  const told = async (path) => {
    const answer = await fetch(`${realm.admin.base}/resources/${path}`, { headers: { origin: 'https://elsewhere.example' } });
    assert.equal(answer.headers.get('access-control-allow-origin'), answer.ok ? 'https://elsewhere.example' : null);
    return { status: answer.status, body: await answer.text() };
  };
  const texts = async (path) => {
    const all = JSON.parse((await told(`${realm.name}/${path}`)).body);
    assert.ok(all.every((one) => Object.keys(one).join() === 'key,value'), JSON.stringify(all[0]));
    return Object.fromEntries(all.map(({ key, value }) => [key, value]));
  };
  await realm.call('POST', '/localization/en', { doLogIn: 'Enter', mine: 'English' });
  await realm.call('POST', '/localization/de', { doLogIn: 'Herein' });
  try {
    const { doLogIn, mine, loginTitle, password } = await texts('login/de-AT');
    assert.deepEqual({ doLogIn, mine, loginTitle, password }, { doLogIn: 'Herein', mine: 'English', loginTitle: 'Bei {0} anmelden', password: 'Passwort' });
    assert.equal((await texts('LOGIN/xx')).doLogIn, 'Enter');
    assert.equal((await texts('account/de')).password, 'Passwort');
    assert.deepEqual(withoutTerms(await texts('email/de')), { doLogIn: 'Herein', mine: 'English' });
    const all = JSON.parse((await told(`${realm.name}/login/de?source=true`)).body);
    const from = all.filter(({ key }) => key === 'doLogIn').map(({ value, source }) => `${source} ${value}`);
    assert.deepEqual(from, ['THEME Sign In', 'REALM Enter', 'THEME Anmelden', 'REALM Herein']);
    for (const path of [`${realm.name}/nothing/de`, 'nobody/login/de']) assert.equal((await told(path)).status, 404, path);
  } finally {
    for (const locale of ['en', 'de']) await realm.call('DELETE', `/localization/${locale}`);
  }
}

/** Each setting of one-time codes changes by itself; one by which no code could be made is refused, and nothing changes. */
export async function aPolicyOfCodesChangesInParts(_browser, scene) {
  const { realm } = scene;
  const policy = async () => {
    const { body } = await realm.call('GET', '');
    return Object.fromEntries(Object.entries(body).filter(([name]) => name.startsWith('otpPolicy')));
  };
  const before = await policy();
  try {
    let expected = before;
    for (const part of [
      { otpPolicyDigits: 8 },
      { otpPolicyType: 'hotp' },
      { otpPolicyAlgorithm: 'HmacSHA512', otpPolicyInitialCounter: 5 },
      { otpPolicyPeriod: 60, otpPolicyDigits: null },
      { otpPolicyLookAheadWindow: 0, otpPolicyCodeReusable: true },
      { displayName: 'Acme' },
    ]) {
      await realm.call('PUT', '', part);
      const said = Object.entries(part).filter(([name, value]) => name.startsWith('otpPolicy') && value !== null);
      expected = { ...expected, ...Object.fromEntries(said) };
      assert.deepEqual(await policy(), expected, JSON.stringify(part));
    }
    for (const [part, why] of [
      [{ otpPolicyType: 'sms' }, /must be one of totp, hotp/],
      [{ otpPolicyAlgorithm: 'md5' }, /must be one of HmacSHA1/],
      [{ otpPolicyDigits: 9 }, /must be between 1 and 8/],
      [{ otpPolicyDigits: 0, otpPolicyPeriod: 30 }, /must be between 1 and 8/],
      [{ otpPolicyType: 'totp', otpPolicyPeriod: 0 }, /must be between 1/],
      [{ otpPolicyPeriod: -1 }, /must be between 1/],
      [{ otpPolicyInitialCounter: -1 }, /must be between 0/],
      [{ otpPolicyLookAheadWindow: -1 }, /must be between 0/],
      [{ otpPolicyDigits: 'many' }, /./],
      [{ otpPolicyType: ['totp'] }, /./],
      [{ otpPolicyCodeReusable: 'perhaps' }, /./],
    ]) {
      const refused = await realm.call('PUT', '', part).then(
        () => assert.fail(`${JSON.stringify(part)} is taken`),
        ({ message }) => message,
      );
      assert.match(refused, /answered 400/);
      assert.match(refused, why);
      assert.deepEqual(await policy(), expected, JSON.stringify(part));
    }
  } finally {
    await realm.call('PUT', '', before);
  }
}

/** A copy of a flow tells its ways; one that proves nobody is not taken for sign-ins, and none in use becomes so. */
export async function aFlowThatLocksEverybodyOutIsRefused(browser, scene) {
  const { realm } = scene;
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const bound = async () => (await realm.call('GET', '')).body.browserFlow;
  const steps = async () => (await realm.call('GET', '/authentication/flows/draft/executions')).body;
  const use = async () => {
    await page.goto(url('/flows'));
    const form = page.locator('form', { has: page.getByRole('button', { name: 'Use this flow' }) });
    await form.getByLabel('Flow', { exact: true }).selectOption('draft');
    await form.getByLabel('Used for').selectOption({ label: 'browser' });
    await form.getByRole('button', { name: 'Use this flow' }).click();
  };
  const require = async (step, requirement) => {
    await page.goto(url('/flows/draft'));
    const form = page.locator('form', { has: page.getByLabel('Requirement') });
    await form.getByLabel('Step', { exact: true }).selectOption(step);
    await form.getByLabel('Requirement').selectOption(requirement);
    await form.getByRole('button', { name: 'Save' }).click();
  };
  try {
    await page.goto(url('/flows/browser'));
    await page.getByLabel('Name', { exact: true }).fill('draft');
    await page.getByRole('button', { name: 'Copy this flow' }).click();
    const ways = page.getByRole('region', { name: 'Ways through it' });
    await ways.getByText('Username Password Form').first().waitFor();
    const all = await steps();
    const top = all.filter(({ level, providerId }) => level === 0 && providerId !== 'auth-cookie');
    for (const { id } of top) await require(id, 'DISABLED');
    assert.deepEqual(await ways.getByRole('row').allInnerTexts().then((rows) => rows.slice(1).map((row) => row.replaceAll(/\s+/g, ' '))), ['1 Cookie']);
    await use();
    await page.getByText('draft would prove nobody').waitFor();
    assert.equal(await bound(), 'browser');
    const forms = top.find(({ displayName }) => /forms/.test(displayName));
    await require(forms.id, 'ALTERNATIVE');
    await use();
    await page.getByText('Saved.', { exact: true }).waitFor();
    assert.equal(await bound(), 'draft');
    await require(forms.id, 'DISABLED');
    await page.getByText('draft would prove nobody').waitFor();
    assert.equal((await steps()).find(({ id }) => id === forms.id).requirement, 'ALTERNATIVE');
  } finally {
    await realm.call('PUT', '', { browserFlow: 'browser' });
    await context.close();
  }
}

/** The owner of a domain is told which record proves it; without the record nothing is confirmed. */
export async function aDomainIsProvedByARecord(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const verified = async () => {
    const { domains } = (await scene.realm.call('GET', `/organizations/${scene.organization}`)).body;
    return domains.filter((domain) => domain.verified).map(({ name }) => name);
  };
  try {
    const before = await verified();
    await page.goto(url('/organizations/{organization}'));
    await page.getByRole('link', { name: 'acme.test', exact: true }).click();
    await page.getByText('_cloakroom-challenge.acme.test').waitFor();
    await page.getByText(/^cloakroom-domain=[\w-]{43}$/).waitFor();
    await page.getByRole('button', { name: 'Look it up, and confirm' }).click();
    await page.getByText('The record is not there yet.').waitFor();
    await page.getByText('Found now').waitFor();
    assert.deepEqual(await verified(), before);
  } finally {
    await context.close();
  }
}
