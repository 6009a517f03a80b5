// Two administrators at one form: whoever is second sees what it was, what it is now and what they want, on every form.
import assert from 'node:assert/strict';
import { fill } from './scene.mjs';
import { Visitor } from './visitor.mjs';

/**
 * Every form over something that is there: its page, one field, and how the API changes the same; and the values where they are
 * not free.
 */
const FORMS = [
  ['/users/{user}', 'f-lastName', '/users/{user}', (value) => ({ lastName: value })],
  ['/users/{user}/attributes', 'f-attributes', '/users/{user}', (value) => ({ attributes: { colour: [value] } })],
  ['/groups/{group}', 'f-description', '/groups/{group}', (value) => ({ name: 'staff', description: value })],
  ['/roles/{role}', 'f-description', '/roles-by-id/{role}', (value) => ({ name: 'editor', description: value })],
  ['/clients/{client}/settings', 'f-description', '/clients/{client}', (value) => ({ clientId: 'shop', description: value })],
  [
    '/clients/{client}/credentials',
    'f-attributes-jwks-url',
    '/clients/{client}',
    (value) => ({ clientId: 'shop', attributes: { 'jwks.url': `https://${value}.example` } }),
  ],
  ['/client-scopes/{scope}', 'f-description', '/client-scopes/{scope}', (value) => ({ name: 'orders', description: value })],
  ['/identity-providers/{provider}', 'f-displayName', '/identity-provider/instances/{provider}', (value) => ({ displayName: value })],
  [
    '/identity-providers/{provider}/mappers/{taking}',
    'f-config-claim',
    '/identity-provider/instances/{provider}/mappers/{taking}',
    (value) => ({ config: { claim: value, syncMode: 'INHERIT' } }),
  ],
  ['/organizations/{organization}', 'f-description', '/organizations/{organization}', (value) => ({ description: value })],
  ['/directories/{directory}', 'f-name', '/components/{directory}', (value) => ({ name: value })],
  ['/profile', 'f-unmanagedAttributePolicy', '/users/profile', () => ({ unmanagedAttributePolicy: 'ADMIN_VIEW' }), ['ADMIN_VIEW', 'ADMIN_EDIT']],
  [
    '/profile/attributes/lastName',
    'f-displayName',
    '/users/profile',
    (value, { attributes }) => ({ attributes: attributes.map((one) => (one.name === 'lastName' ? { ...one, displayName: value } : one)) }),
  ],
  ['/settings/general', 'f-displayName', '', (value) => ({ displayName: value })],
  ['/branding', 'f-attributes-brand-logo', '', (value) => ({ attributes: { 'brand.logo': `<svg><title>${value}</title></svg>` } })],
];

function plain(text) {
  return text.replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&#60;', '<').replaceAll('&#62;', '>').replaceAll('&#38;', '&').replaceAll('&amp;', '&');
}

/** Of a change that comes in between, the second administrator is shown all three versions, and nothing is stored. */
export async function everyFormShowsThreeVersions(_browser, scene) {
  const { realm } = scene;
  const visitor = new Visitor(realm.admin.base, realm.name);
  await visitor.signIn('boss', scene.password);
  const wrong = [];
  const { body: profile } = await realm.call('GET', '/users/profile');
  await realm.call('PUT', '/users/profile', { ...profile, unmanagedAttributePolicy: 'ENABLED' });
  for (const [page, field, api, change, [theirs, mine] = ['theirs', 'mine-to-be']] of FORMS) {
    const at = fill(page, scene);
    const { text } = await visitor.open(visitor.url(at));
    const was = plain(text.match(/name="was" value="([^"]*)"/)?.[1] ?? '');
    const { body: before } = await realm.call('GET', fill(api, scene));
    await realm.call('PUT', fill(api, scene), { ...before, ...change(theirs, before) });
    const answer = await visitor.post(at, { was, [field]: mine });
    const shown = answer.text.match(/<td class="(was|theirs|mine)">(?:<bdi>)?[\s\S]*?<\/td>/g) ?? [];
    const has = (kind, words) => shown.some((cell) => cell.includes(`class="${kind}"`) && cell.includes(words));
    const isWhole = answer.status === 409 && has('theirs', theirs) && has('mine', mine) && has('was', '');
    const { body: after } = await realm.call('GET', fill(api, scene));
    if (!isWhole || JSON.stringify(after).includes(mine)) wrong.push(`${page}: ${answer.status} ${shown.join(' ').slice(0, 300)}`);
    await realm.call('PUT', fill(api, scene), before);
  }
  await realm.call('PUT', '/users/profile', profile);
  assert.deepEqual(wrong, []);
}
