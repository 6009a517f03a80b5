// How a realm looks, where its settings come from, and what is said of what is refused.
import assert from 'node:assert/strict';
import { accessibilityProblems } from '../../clients/harness/axe.mjs';
import { signedIn } from './journeys.mjs';
import { Visitor } from './visitor.mjs';

const DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#6a1b9a" d="M0 0h8v8z"/></svg>';

const background = (locator) => locator.evaluate((element) => getComputedStyle(element).backgroundColor);

/** A colour is seen before it is saved; one that nobody could read is refused; the sign-in page has it, and the logo. */
export async function theSignInPageLooksAsTheRealmWants(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  try {
    await page.goto(url('/branding'));
    await page.getByLabel('Accent', { exact: true }).fill('#6a1b9a');
    const isSeen = (colour) => getComputedStyle(document.querySelector('.preview-page[data-theme=light] .btn.primary')).backgroundColor === colour;
    await page.waitForFunction(isSeen, 'rgb(106, 27, 154)');
    await page.getByLabel('Accent', { exact: true }).fill('#ffd400');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('alert').getByText('and letters need 4.5').first().waitFor();
    await page.getByLabel('Accent', { exact: true }).fill('#6a1b9a');
    await page.getByLabel('Logo', { exact: true }).fill(DRAWING.replace('<path', '<script>alert(1)</script><path'));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('alert').getByText('something in it that runs').first().waitFor();
    await page.getByLabel('Logo', { exact: true }).fill(DRAWING);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    const person = await context.browser().newContext({ locale: 'en', colorScheme: 'light' });
    try {
      const login = await person.newPage();
      const refused = [];
      login.on('console', (message) => refused.push(message.text()));
      await login.goto(url('/dashboard'));
      assert.equal(await background(login.getByRole('button', { name: 'Sign In' })), 'rgb(106, 27, 154)');
      assert.ok(await login.locator('img.logo').evaluate((image) => image.complete && image.naturalWidth > 0));
      assert.deepEqual(refused, []);
    } finally {
      await person.close();
    }
  } finally {
    await context.close();
  }
}

/** The names of the pages that can be looked at. */
const examples = (text) => [...text.match(/<select[^>]*name="page"[^>]*>([\s\S]*?)<\/select>/)[1].matchAll(/value="([^"]+)"/g)].map(([, name]) => name);

/** Each page that people see is shown in the realm's look, in each theme and direction; nothing in it does anything, and nobody is signed in by it. */
export async function eachPageIsShownInTheLook(browser, scene) {
  const { realm } = scene;
  const before = (await realm.call('GET', '')).body.attributes;
  await realm.call('PUT', '', { attributes: { ...before, 'brand.accent': '#6a1b9a', 'brand.logo': DRAWING } });
  const { page, context, url } = await signedIn(browser, scene);
  try {
    const visitor = new Visitor(realm.admin.base, realm.name);
    await visitor.signIn('boss', scene.password);
    const names = examples((await visitor.open(visitor.url('/branding/pages'))).text);
    assert.ok(names.length > 20, `${names}`);
    const wrong = [];
    for (const name of names) {
      for (const theme of ['light', 'dark']) {
        for (const direction of ['', 'rtl']) {
          const query = new URLSearchParams({ theme, direction, language: 'en' });
          const answer = await visitor.send(visitor.url(`/branding/pages/${name}?${query}`));
          const text = await answer.text();
          const policy = answer.headers.get('content-security-policy');
          const live = [...text.matchAll(/<(?:a|form) [^>]*?(?:href|action)="([^"]*)"/g)].filter(([, to]) => to !== '#');
          const is = {
            status: answer.status === 200 && answer.headers.getSetCookie().length === 0,
            look: /\/brand\/[0-9a-f]+\/style\.css"/.test(text) && /class="logo" src="[^"]*\/logo"/.test(text),
            choice: text.includes(` data-theme="${theme}"`) && text.includes(`dir="${direction || 'ltr'}"`),
            inert: live.length === 0 && !text.includes('<script') && policy.includes("form-action 'none'") && !policy.includes('script-src'),
          };
          if (Object.values(is).includes(false)) wrong.push(`${name} ${query}: ${JSON.stringify(is)}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
    const refused = [];
    page.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
    for (const name of names) {
      await page.goto(url(`/branding/pages/${name}?theme=dark`));
      assert.deepEqual(await accessibilityProblems(page), [], name);
    }
    await page.goto(url('/branding/pages/sign-in?theme=light'));
    assert.equal(await background(page.getByRole('button', { name: 'Sign In' })), 'rgb(106, 27, 154)');
    assert.deepEqual(refused, []);
    const lost = await visitor.open(visitor.url('/branding/pages?page=nowhere'));
    assert.equal(lost.status, 404);
    assert.equal((await visitor.send(visitor.url('/branding/pages/nowhere'))).status, 404);
    assert.equal((await visitor.send(visitor.url('/branding/pages/sign-in'), { method: 'POST' })).status >= 400, true);
  } finally {
    await realm.call('PUT', '', { attributes: { ...before, 'brand.accent': before['brand.accent'] ?? '', 'brand.logo': before['brand.logo'] ?? '' } });
    await context.close();
  }
}

/** Without scripts as with them, the page is chosen by a form, and stands in a frame of the chosen width. */
export async function aPageIsChosenWithoutAScript(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    await page.goto(url('/branding'));
    await page.getByRole('link', { name: 'Pages', exact: true }).click();
    await page.frameLocator('iframe').getByRole('button', { name: 'Sign In' }).waitFor();
    await page.getByLabel('Page', { exact: true }).selectOption({ label: 'Consent' });
    await page.getByLabel('Width').selectOption({ label: 'Telephone' });
    await page.getByLabel('Direction').selectOption({ label: 'From right to left' });
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.waitForURL(/page=consent/);
    const frame = page.frameLocator('iframe');
    await frame.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await frame.locator('html').getAttribute('dir'), 'rtl');
    assert.ok((await page.locator('iframe').boundingBox()).width <= 377);
    const shown = page.frames().find((one) => one !== page.mainFrame()).url();
    await frame.getByRole('button').first().click();
    assert.equal(page.frames().find((one) => one !== page.mainFrame()).url(), shown);
  } finally {
    await context.close();
  }
}

/** The API has the same rule, and keeps nothing of what it refuses. */
export async function theApiRefusesALookThatIsNotSafe(_browser, scene) {
  const { realm } = scene;
  const before = (await realm.call('GET', '')).body.attributes;
  for (const [name, value] of [
    ['brand.accent', 'red;} body{display:none}'],
    ['brand.accent', '#ffd400'],
    ['brand.font', 'x;}@import url(https://evil.example)'],
    ['brand.radius', '4px'],
    ['brand.logo', '<svg onload="alert(1)"></svg>'],
    ['brand.logo', 'https://evil.example/logo.svg'],
  ]) {
    await assert.rejects(realm.call('PUT', '', { attributes: { ...before, [name]: value } }), /answered 400/, `${name}=${value}`);
  }
  assert.deepEqual((await realm.call('GET', '')).body.attributes, before);
}

/** A setting is found by what it does, says that it is the default, and names the change after one. */
export async function aSettingSaysWhereItComesFrom(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  try {
    await page.goto(url('/settings/general'));
    await page.getByLabel('Search all settings').fill('remember');
    await page.getByRole('main').getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: 'Remember me', exact: true }).click();
    const field = page.locator('.field', { has: page.locator('#f-rememberMe') });
    await field.getByText('Default').click();
    await field.getByText('nobody changed it here').waitFor();
    await field.getByText(`kcadm.sh update realms/${scene.realm.name} -s 'rememberMe=false'`).waitFor();
    await page.locator('#f-rememberMe').check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    await field.getByText('Set here').click();
    await field.getByRole('link', { name: 'The change that brought it' }).click();
    await page.getByText('this is how it is now').waitFor();
  } finally {
    await context.close();
  }
}

/** What the profile refuses is a sentence, in a form and in the report of an import. */
export async function refusalsAreSentences(_browser, scene) {
  const { realm } = scene;
  const visitor = new Visitor(realm.admin.base, realm.name);
  await visitor.signIn('boss', scene.password);
  const { status, text } = await visitor.post('/users/new', { 'f-username': 'x'.repeat(300), 'f-email': 'nobody' });
  assert.equal(status, 422);
  for (const words of ['It needs between 3 and 255 letters.', 'This is not an e-mail address.']) assert.ok(text.includes(words), words);
  assert.ok(!/error-[a-z-]+/.test(text.replaceAll(/id="[^"]*"|described-?by="[^"]*"/g, '')), 'the name of a message is shown');
  const { location } = await visitor.post('/users/import', { text: 'username,email\nrow1,nobody\n' });
  const job = location.slice(location.indexOf('/jobs/'));
  for (let round = 0; round < 200; round += 1) {
    const page = await visitor.open(visitor.url(job));
    if (page.text.includes('email: This is not an e-mail address.')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('the report never says it in a sentence');
}

/** What is done is found by its name, with the name of whom it is done to. */
export async function thePaletteKnowsWhatCanBeDone(_browser, scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  const first = async (asked) => {
    const answer = await visitor.send(visitor.url(`/search?as=json&q=${encodeURIComponent(asked)}`));
    const [found] = await answer.json();
    return `${found?.text}: ${found?.url.split(`console/${scene.realm.name}`)[1]}`;
  };
  const { user } = scene;
  for (const [asked, expected] of [
    ['rotate keys', 'Rotate keys: /keys'],
    ['new user', 'New user: /users/new'],
    ['sign out ada', `Sign out ada: /users/${user}/sessions`],
    ['Reset password ada', `Reset password ada: /users/${user}/sign-in`],
    ['remember me', 'Remember me: /settings/sign-in#f-rememberMe'],
    ['orders', `orders: /client-scopes/${scene.scope}`],
    ['elsewhere', 'elsewhere: /identity-providers/elsewhere'],
    ['careful', 'careful: /flows/careful'],
    ['acme', `Acme: /organizations/${scene.organization}`],
    [scene.realm.name, `${scene.realm.name}: /dashboard`],
    ['passkey', 'Sign in with a passkey: /settings/passwords#f-webAuthnPolicyPasswordlessPasskeysEnabled'],
  ]) {
    assert.equal(await first(asked), expected, asked);
  }
}

/** An address breaks behind its slashes, and a name within it does not. */
export async function addressesBreakBetweenTheirParts(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene);
  try {
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(url('/clients/new'));
      const broken = await page.locator('.choices .hint').evaluateAll((all) => {
        const texts = all.flatMap((hint) => [...hint.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE));
        const words = texts.flatMap((text) => [...text.data.matchAll(/[\w.-]+/g)].map(({ 0: word, index }) => ({ text, word, index })));
        const lines = ({ text, word, index }) => {
          const range = new Range();
          range.setStart(text, index);
          range.setEnd(text, index + word.length);
          return new Set([...range.getClientRects()].map(({ top }) => top)).size;
        };
        return words.filter((one) => lines(one) > 1).map(({ word }) => word);
      });
      assert.deepEqual(broken, [], `at ${width}`);
    }
  } finally {
    await context.close();
  }
}

/** Names as long as they may be, without a space to break at, leave every column of a list a place beside them. */
export async function longNamesBreakNoList(browser, scene) {
  const { realm } = scene;
  const long = 'averyveryverylongnamewithoutanyspace'.repeat(7);
  const user = await realm.createUser(long, scene.password, { email: 'long@example.org' });
  const client = await realm.createClient({ clientId: long, name: long, publicClient: true, directAccessGrantsEnabled: true });
  const body = new URLSearchParams({ grant_type: 'password', client_id: long, username: long, password: scene.password });
  const signIn = await fetch(`${realm.issuer}/protocol/openid-connect/token`, { method: 'POST', body });
  assert.equal(signIn.status, 200, await signIn.text());
  const { page, context, url } = await signedIn(browser, scene);
  await page.setViewportSize({ width: 1280, height: 800 });
  try {
    for (const path of ['/sessions', '/users', '/clients']) {
      await page.goto(url(`${path}?q=${long.slice(0, 40)}`));
      const row = page.locator('tbody tr', { hasText: long });
      await row.waitFor();
      const cells = await row.locator('th, td').evaluateAll((all) => all.map((cell) => cell.getBoundingClientRect().width));
      assert.ok(Math.max(...cells) < 480, `${path}: a cell is ${Math.max(...cells)} wide`);
      const { width, height } = await row.boundingBox();
      assert.ok(width < 1600 && height < 250, `${path}: the row is ${width} × ${height}`);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(sideways <= 1280, `${path} is ${sideways} wide`);
    }
  } finally {
    await realm.call('DELETE', `/clients/${client}`);
    await realm.call('DELETE', `/users/${user}`);
    await context.close();
  }
}
