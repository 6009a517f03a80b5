// Small forms: one that is refused comes back on its page, with what was typed in it and what is wrong; and what fits into one.
import assert from 'node:assert/strict';
import { signedIn } from './journeys.mjs';
import { atMaster, fill } from './scene.mjs';
import { Visitor } from './visitor.mjs';

/** Turns the entities of a page back into letters. */
function plain(text) {
  return text.replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&#60;', '<').replaceAll('&#62;', '>').replaceAll('&#38;', '&');
}

/** Each small form that asks for something that can be wrong: its page, where it is sent, what is typed, and the answer. */
const REFUSED = [
  ['/groups', '/groups', { name: 'staff' }, 409],
  ['/groups?q=staff', '/groups', { name: 'staff' }, 409],
  ['/groups/{group}', '/groups/{group}/child', { name: '' }, 400],
  ['/groups/{group}', '/groups/{group}/member', { add: 'nobody-of-that-name' }, 400],
  ['/clients/{client}/access', '/clients/{client}/role', { add: 'buyer', description: 'typed twice' }, 409],
  ['/clients/{client}/settings', '/clients/{client}/duplicate', { clientId: 'shop' }, 409],
  ['/clients/{client}/settings', '/clients/{client}/duplicate', { clientId: '' }, 400],
  ['/flows/browser', '/flows/browser/copy', { name: 'careful' }, 409],
  ['/organizations/{organization}', '/organizations/{organization}/domain', { name: 'no domain' }, 400],
  ['/organizations/{organization}/groups', '/organizations/{organization}/groups', { name: 'buyers' }, 409],
  ['/organizations/{organization}/members', '/organizations/{organization}/members', { add: 'nobody-of-that-name' }, 400],
  ['/organizations/{organization}/invitations', '/organizations/{organization}/invitations', { email: 'no address' }, 400],
  ['/keys/{key}', '/keys/{key}/priority', { priority: 'high' }, 400],
];

/** The hidden fields of the small form on a page that is sent to an address. */
function hidden(text, action, names) {
  const forms = text.split('<form class="ask"').slice(1).map((rest) => plain(rest.split('</form>')[0]));
  const form = forms.find((form) => form.includes(`action="${action}"`) && names.every((name) => form.includes(`name="${name}"`)));
  assert.ok(form, `no form for ${action}`);
  const found = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
  return Object.fromEntries(found.filter(([name]) => name !== 'csrf'));
}

/** Nothing is lost: the page is there again, with what was typed, what is wrong at the form, and the status of the refusal. */
export async function aRefusedFormComesBack(_browser, scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  const wrong = [];
  for (const [page, action, typed, status] of REFUSED) {
    const { text } = await visitor.open(visitor.url(fill(page, scene)));
    const at = fill(action, scene);
    const fields = { ...hidden(text, new URL(visitor.url(at)).pathname, Object.keys(typed)), ...typed };
    const answer = await visitor.post(at, fields);
    const again = plain(answer.text);
    const heading = (html) => plain(html).match(/<h1>[\s\S]*?<\/h1>/)?.[0];
    const form = again.slice(again.indexOf('id="problems"')).split('</form>')[0];
    const is = {
      status: answer.status === status,
      page: heading(answer.text) === heading(text),
      alert: /role="alert" tabindex="-1" autofocus id="problems"/.test(again),
      form: form.includes(`name="form-id" value="${fields['form-id']}"`),
      typed: Object.values(typed).every((value) => form.includes(`value="${value}"`)),
      once: again.split('id="problems"').length === 2,
    };
    // Where a form asks one thing, the thing is marked.
    if (form.split('<label').length === 2) is.marked = form.includes('aria-invalid="true"') && /class="err" id="[^"]+-error"/.test(form);
    const missing = Object.entries(is).filter(([, holds]) => !holds).map(([name]) => name);
    if (missing.length > 0) wrong.push(`${page} → ${action}: ${missing} (${answer.status}) ${again.match(/class="said">[\s\S]*?<\/p>/) ?? ''}`);
  }
  assert.deepEqual(wrong, []);
}

/** What names another page than one of this realm's console leads nowhere else; without a page there is the plain refusal. */
export async function aRefusedFormLeadsNowhereElse(_browser, scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  const here = new URL(visitor.url('/groups')).pathname;
  const elsewhere = [
    '',
    'https://evil.example/',
    '//evil.example/groups',
    '/admin/master/console/master/groups',
    `${here}/../../master/groups`,
    here.replace(`/console/${scene.realm.name}/`, '/console/master/'),
    `${here}/nothing/of/ours`,
    new URL(visitor.url('/users/export')).pathname,
    'x'.repeat(70_000),
  ];
  for (const page of elsewhere) {
    const { status, text, location } = await visitor.post('/groups', { name: 'staff', 'form-id': 'new', 'form-page': page });
    assert.deepEqual([status, location], [409, null], page.slice(0, 100));
    assert.ok(text.includes('This was refused') && !text.includes('id="problems"'), page.slice(0, 100));
  }
  // The name of a form that is not on the page is as good as none.
  const { status, text } = await visitor.post('/groups', { name: 'staff', 'form-id': '"><b>', 'form-page': here });
  assert.equal(status, 409);
  assert.ok(text.includes('This was refused') && !text.includes('"><b>'));
}

/** Of a button that asks nothing, the page says why it did nothing; the browser names the page. */
export async function aRefusedButtonSaysSoOnItsPage(_browser, scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  const referer = visitor.url(fill('/client-scopes/{scope}', scene));
  const answer = await visitor.post('/groups', { name: 'staff' }, { headers: { referer } });
  assert.equal(answer.status, 409);
  assert.match(answer.text, /<h1><bdi>orders<\/bdi>/);
  assert.match(answer.text, /role="alert" tabindex="-1" autofocus id="problems"/);
}

/** Without scripts and with them, the reader is led to what is wrong, and what was typed is there. */
export async function aRefusalIsWhereTheReaderIs(browser, scene) {
  for (const javaScriptEnabled of [true, false]) {
    const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled });
    try {
      await page.goto(url('/clients/{client}/access'));
      const form = page.locator('form.ask', { has: page.locator('[name=description]') });
      await form.getByLabel('Name').fill('buyer');
      await form.getByLabel('Description').fill('whoever buys');
      await form.getByRole('button', { name: 'Create' }).click();
      await page.getByRole('alert').waitFor();
      assert.equal(await form.getByLabel('Name').inputValue(), 'buyer');
      assert.equal(await form.getByLabel('Description').inputValue(), 'whoever buys');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'problems');
      // The form goes on as if nothing had been.
      await form.getByLabel('Name').fill(javaScriptEnabled ? 'seller' : 'lender');
      await form.getByRole('button', { name: 'Create' }).click();
      await page.getByText('Saved.').waitFor();
      assert.ok(page.url().endsWith('/access'));
    } finally {
      await context.close();
    }
  }
}

/** What is no number is told at its field and stored nowhere; what is one is stored. */
export async function aNumberIsOne(browser, scene) {
  const { page, context, url } = await signedIn(browser, scene, { javaScriptEnabled: false });
  const lifespan = async () => (await scene.realm.call('GET', `/clients/${scene.client}`)).body.attributes['access.token.lifespan'] ?? '';
  try {
    for (const [typed, words] of [
      ['abc', 'This is not a number.'],
      ['12.5', 'This is not a number.'],
      ['99999999999', 'A number from -1 to 2147483647 belongs here.'],
      ['-7', 'A number from -1 to 2147483647 belongs here.'],
    ]) {
      await page.goto(url('/clients/{client}/settings'));
      const field = page.locator('[name="f-attributes-access-token-lifespan"]');
      await field.fill(typed);
      await page.locator('[name="f-description"]').fill('kept while it is wrong');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.locator('#f-attributes-access-token-lifespan-error').getByText(words).waitFor();
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      assert.equal(await field.inputValue(), typed);
      assert.equal(await page.locator('[name="f-description"]').inputValue(), 'kept while it is wrong');
      assert.equal(await lifespan(), '', typed);
    }
    await page.locator('[name="f-attributes-access-token-lifespan"]').fill('5');
    await page.locator('[name="f-attributes-access-token-lifespan-unit"]').selectOption('60');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
    assert.equal(await lifespan(), '300');
    await page.goto(url('/client-scopes/new'));
    await page.getByLabel('Name', { exact: true }).fill('numbered');
    await page.locator('[name="f-attributes-gui-order"]').fill('first');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.locator('#f-attributes-gui-order-error').waitFor();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'numbered');
  } finally {
    await scene.realm.call('PUT', `/clients/${scene.client}`, { clientId: 'shop', attributes: { 'access.token.lifespan': '' } });
    await context.close();
  }
}

/** Addresses as long as a realm's name can make them break in every form instead of widening the page. */
export async function aLongNameBreaksNoForm(browser, scene) {
  const { admin } = scene.realm;
  const name = 'arealmwithaverylongnamewithoutanyspaceinit'.repeat(2);
  await admin.call('POST', '', { realm: name, enabled: true });
  const { page, context, at } = await atMaster(browser, admin);
  try {
    await page.setViewportSize({ width: 320, height: 800 });
    const wide = [];
    for (const path of [
      '/identity-providers/new?kind=oidc',
      '/identity-providers/new?kind=saml',
      '/clients/new/web?preset=keycloak',
      '/clients/new/native',
      '/directories/new',
      '/client-scopes/new',
      '/roles/new',
      '/users/new',
      '/users/import',
      '/settings/general',
      '/settings/passwords',
      '/settings/advanced',
      '/branding',
      '/transfer',
    ]) {
      const answer = await page.goto(at.replace(/master$/, `${name}${path}`));
      assert.equal(answer.status(), 200, path);
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) wide.push(`${path}: ${over}`);
    }
    assert.deepEqual(wide, []);
  } finally {
    await context.close();
    await admin.call('DELETE', `/${name}`);
  }
}
