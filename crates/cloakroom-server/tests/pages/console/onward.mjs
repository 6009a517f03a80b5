// What is longer than a page of the console goes on: histories, groups to choose from; and a name that nobody has leads somewhere.
import assert from 'node:assert/strict';
import { Visitor } from './visitor.mjs';
import { makeRealm } from './world.mjs';

/** A realm of its own with an administrator who is signed in, and without scripts. */
async function world(scene, purpose, part) {
  const { realm, password } = await makeRealm(scene.realm.admin, purpose, { eventsEnabled: true, adminEventsEnabled: true, adminEventsDetailsEnabled: true });
  try {
    const visitor = new Visitor(realm.admin.base, realm.name);
    await visitor.signIn('boss', password);
    await part({ realm, visitor, password });
  } finally {
    await realm.remove();
  }
}

/** What stands in a card of a page. */
function card(text, id) {
  const from = text.indexOf(`<h2 id="${id}">`);
  assert.ok(from >= 0, `there is no card ${id}`);
  return text.slice(from, text.indexOf('</section>', from));
}

/** The addresses of the links in a text whose words or attributes match. */
function links(text, wanted) {
  const all = [...text.matchAll(/<a [^>]*href="([^"]*)"[^>]*>[\s\S]*?<\/a>/g)].filter(([whole]) => wanted.test(whole));
  return all.map(([, href]) => href.replaceAll('&#38;', '&').replaceAll('&amp;', '&'));
}

/** What the choices of a field say, with their values. */
function choices(text, name) {
  const field = text.match(new RegExp(`<select[^>]* name="${name}"[\\s\\S]*?</select>`))?.[0] ?? '';
  return new Map([...field.matchAll(/<option value="([^"]*)"[^>]*>([^<]*)</g)].map(([, value, words]) => [words, value]));
}

/** The history of a thing has as many pages as it needs; each change says what was there before, and each version comes back. */
export async function aHistoryGoesOn(_browser, scene) {
  await world(scene, 'history', async ({ realm, visitor }) => {
    const { id } = await realm.call('POST', '/groups', { name: 'described' });
    for (let n = 0; n < 70; n += 1) await realm.call('PUT', `/groups/${id}`, { name: 'described', description: `state ${n}` });
    const user = await realm.createUser('member', 'an honest passphrase');
    await realm.call('PUT', `/users/${user}/groups/${id}`);

    const page = await visitor.open(visitor.url(`/groups/${id}`));
    const first = card(page.text, 'history');
    assert.equal(first.match(/<tr>/g).length, 51, 'a page of the history, and its head');
    // The last row of the page says what the first one of the next left behind.
    assert.ok(first.includes('state 68 → state 69') && first.includes('description: state 19 → state 20'), first.slice(-1500));
    assert.ok(!first.includes('→ state 19'));
    const [onward] = links(first, /rel="next"/);
    assert.match(onward, /[?&]history=50\b.*#history$/);

    const second = card((await visitor.open(new URL(onward, page.url).href)).text, 'history');
    assert.ok(second.includes('state 18 → state 19') && second.includes('name: described'), second.slice(-1500));
    assert.equal(links(second, /rel="next"/).length, 0);
    assert.equal(links(second, /rel="prev"/).length, 1);

    // The oldest but one is farther away than any page shows, and comes back.
    const versions = links(second, /\/history\/group\//);
    const old = new URL(versions.at(-2), page.url).href;
    const version = await visitor.open(old);
    assert.equal(version.status, 200);
    assert.ok(version.text.includes('state 69') && version.text.includes('state 0'), 'both states');
    const etag = version.text.match(/name="etag" value="([^"]*)"/)[1].replaceAll('&#34;', '"').replaceAll('&quot;', '"');
    const restored = await visitor.post(new URL(old).pathname.split(`/${realm.name}`).at(-1), { etag });
    assert.equal(restored.status, 303);
    assert.equal((await realm.call('GET', `/groups/${id}`)).body.description, 'state 0');
    // An event of another thing is no version of this one.
    const [other] = (await realm.call('GET', `/admin-events?about=users/${user}&max=1`)).body;
    assert.equal((await visitor.open(visitor.url(`/history/group/${id}/${other.id}`))).status, 404);
  });
}

/** Of more groups than a field offers, each is found by its name, however deep it is, for a person and for a place in the tree. */
export async function aGroupIsFoundAmongMany(_browser, scene) {
  await world(scene, 'groups', async ({ realm, visitor, password }) => {
    const user = await realm.createUser('joiner', password);
    const { id: top } = await realm.call('POST', '/groups', { name: 'zenith' });
    const { id: deep } = await realm.call('POST', `/groups/${top}/children`, { name: 'deep' });
    const access = `/users/${user}/access`;
    const open = async (path) => (await visitor.open(visitor.url(path))).text;

    // Few groups are all offered, the deep ones too, without a search.
    const few = await open(access);
    assert.deepEqual([...choices(few, 'join').keys()].sort(), ['/zenith', '/zenith/deep']);
    assert.ok(!few.includes('name="group"'), 'a search where there is nothing to search');

    for (let n = 0; n < 205; n += 1) await realm.call('POST', '/groups', { name: `crowd-${String(n).padStart(3, '0')}` });
    const many = await open(access);
    assert.equal(choices(many, 'join').size, 200);
    assert.ok(!choices(many, 'join').has('/zenith/deep') && card(many, 'groups').includes('200 groups are offered'), 'what is said of the rest');
    const found = await open(`${access}?group=dee`);
    assert.deepEqual([...choices(found, 'join')], [['/zenith/deep', deep]]);
    assert.ok(card(await open(`${access}?group=nothing-like-it`), 'groups').includes('No group has this in its name'));
    assert.equal((await visitor.post(`/users/${user}/groups`, { join: deep })).status, 303);
    assert.deepEqual((await realm.call('GET', `/users/${user}/groups`)).body.map(({ path }) => path), ['/zenith/deep']);

    // A group is never offered a place inside of itself.
    const inside = await open(`/groups/${top}?group=dee`);
    assert.deepEqual([...choices(inside, 'to').keys()].filter((words) => words.startsWith('/')), []);
    const [crowd] = (await realm.call('GET', '/groups?search=crowd-204')).body;
    const place = await open(`/groups/${crowd.id}?group=dee`);
    assert.equal((await visitor.post(`/groups/${crowd.id}/move`, { to: choices(place, 'to').get('/zenith/deep') })).status, 303);
    assert.equal((await realm.call('GET', `/groups/${crowd.id}`)).body.path, '/zenith/deep/crowd-204');

    // A person in more groups than a page has sees them all.
    const all = (await realm.call('GET', '/groups?max=60&search=crowd-0')).body;
    for (const { id } of all) await realm.call('PUT', `/users/${user}/groups/${id}`);
    const groups = card(await open(access), 'groups');
    const [onward] = links(groups, /rel="next"/);
    const rest = card(await open(`${access}${new URL(onward, visitor.url('')).search}`), 'groups');
    assert.ok(rest.includes('/zenith/deep') && !groups.includes('>/zenith/deep<'), 'the last of them is on the second page');
  });
}

/** A failed sign-in by a name that nobody has is found by that name; who may see people reads whom it may mean, and nobody else does. */
export async function aNameThatNobodyHasIsExplained(_browser, scene) {
  await world(scene, 'typing', async ({ realm, visitor, password }) => {
    await realm.createUser('ada.byron', password, { email: 'countess@example.org', firstName: 'Ada', lastName: 'Byron' });
    await realm.createUser('grace', password);
    for (const name of ['ada.bryon', 'grace', 'hunter2 or so']) {
      await assert.rejects(new Visitor(realm.admin.base, realm.name).signIn(name, 'a guess at nothing'));
    }
    const ask = async (who, name) => (await who.open(who.url(`/explain?user=${encodeURIComponent(name)}`))).text;
    const told = await ask(visitor, 'Ada.Bryon');
    assert.ok(told.includes('Nobody has this username or address'), 'why it failed');
    assert.ok(told.includes('“ada.bryon”') && card(told, 'steps').includes('ada.bryon'), 'what was typed');
    // How long the server worked stands at each step that was come to, and nowhere else.
    const rows = card(told, 'steps').split('<tr>').slice(2);
    for (const row of rows) {
      const amount = row.match(/class="amount">([^<]*)</)?.[1];
      assert.match(amount, row.includes('not reached') ? /^$/ : /^(&#60; 1|\d+) ms$/, row);
    }
    const meant = card(told, 'meant');
    assert.ok(/\/users\/[^"]*"[^>]*>(<bdi>)?ada\.byron</.test(meant) && !meant.includes('grace'), meant);

    // From there the simulator is tried with the same person and application.
    const again = card(await ask(visitor, 'grace'), 'repair');
    assert.ok(/action="[^"]*\/flows\/browser#simulator"/.test(again) && again.includes('name="user" value="grace"'), again);
    assert.ok(!card(told, 'repair').includes('name="user"'), 'a person where there is none');

    // Of a name with no failure there is whom it may mean all the same; of one that somebody has there is not.
    const typo = await ask(visitor, 'countes@example.org');
    assert.ok(typo.includes('No failure was found') && card(typo, 'meant').includes('ada.byron'));
    assert.ok(!(await ask(visitor, 'ada.byron')).includes('id="meant"'));
    // What cannot be a name was kept nowhere.
    assert.ok((await ask(visitor, 'hunter2')).includes('No failure was found'));
    assert.ok(!JSON.stringify((await realm.call('GET', '/events')).body).includes('hunter2'));

    // Who may see events alone learns of no person.
    const watcher = await realm.createUser('watcher', password);
    const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
    await realm.grantClientRole(watcher, manager.id, (await realm.call('GET', `/clients/${manager.id}/roles/view-events`)).body);
    const other = new Visitor(realm.admin.base, realm.name);
    await other.signIn('watcher', password);
    const seen = await ask(other, 'ada.bryon');
    assert.ok(seen.includes('Nobody has this username or address') && !seen.includes('ada.byron') && !seen.includes('id="meant"'), 'it names somebody');
  });
}
