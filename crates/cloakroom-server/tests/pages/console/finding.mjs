// Searches mean what they say: each of their words narrows, one that means nothing is told, and lists have no end without a word.
import assert from 'node:assert/strict';
import { Visitor } from './visitor.mjs';

async function boss(scene) {
  const visitor = new Visitor(scene.realm.admin.base, scene.realm.name);
  await visitor.signIn('boss', scene.password);
  return visitor;
}

/** The first cells of the rows of a page's tables. */
function rows(text) {
  const all = [...text.matchAll(/<th scope="row"[^>]*>([\s\S]*?)<\/th>/g)];
  return all.map(([, cell]) => cell.replaceAll(/<[^>]*>/g, '').trim());
}

/** Where the link to the next page leads. */
function next(text, from = '') {
  const link = text.slice(text.indexOf(from)).match(/<a [^>]*rel="next"[^>]*href="([^"]*)"/);
  return link?.[1].replaceAll('&#38;', '&').replaceAll('&amp;', '&');
}

/** Makes a group with so many people in it, every third of them switched off. */
async function makeCrew(realm, name, size) {
  const { id: group } = await realm.call('POST', '/groups', { name });
  for (let n = 0; n < size; n += 1) {
    const id = await realm.createUser(`${name.split(' ')[0]}-${String(n).padStart(2, '0')}`, 'an honest passphrase', { enabled: n % 3 !== 0 });
    await realm.call('PUT', `/users/${id}/groups/${group}`);
  }
  return group;
}

/** A group narrows together with the other words, on the page, in the file and in what is done to all; and the list goes on. */
export async function aGroupNarrowsWithTheOtherWords(_browser, scene) {
  const { realm } = scene;
  const group = await makeCrew(realm, 'watch at night', 54);
  const visitor = await boss(scene);
  const ask = (path, q) => visitor.open(visitor.url(`${path}?q=${encodeURIComponent(q)}`));
  const group_ = 'group:"watch at night"';

  const off = await ask('/users', `${group_} enabled:false`);
  assert.equal(rows(off.text).length, 18);
  assert.deepEqual(rows((await ask('/users', `watch-07 ${group_}`)).text), ['watch-07']);
  assert.deepEqual(rows((await ask('/users', `boss ${group_}`)).text), []);
  assert.deepEqual(rows((await ask('/users', `${group_} group:staff`)).text), []);

  const first = await ask('/users', group_);
  assert.deepEqual([rows(first.text).length, rows(first.text)[0]], [50, 'watch-00']);
  const second = await visitor.open(new URL(next(first.text), first.url).href);
  assert.deepEqual(rows(second.text), ['watch-50', 'watch-51', 'watch-52', 'watch-53']);

  const file = await (await visitor.send(visitor.url(`/users/export?q=${encodeURIComponent(`${group_} enabled:false`)}`))).text();
  assert.equal(file.split('\r\n').filter((line) => line.startsWith('watch-')).length, 18);
  const many = await ask('/users/everybody', `${group_} enabled:false`);
  assert.ok(many.text.includes('18 users'), 'the number is not that of the whole query');

  // The group's own page goes on as well.
  const page = await visitor.open(visitor.url(`/groups/${group}`));
  const more = await visitor.open(new URL(next(page.text, 'id="members"'), page.url).href);
  assert.ok(more.text.includes('watch-53') && !more.text.includes('watch-10<'), 'the second page of the members');
}

/** What a search does not know is said in its field, which keeps what was typed; no list, no file and no job is made of the rest. */
export async function wordsThatMeanNothingAreTold(_browser, scene) {
  const visitor = await boss(scene);
  for (const [path, q, word] of [
    ['/users', 'ada enabled:maybe', 'enabled:maybe'],
    ['/users', 'verified:yes', 'verified:yes'],
    ['/users', 'created<soon', 'created&#60;soon'],
    ['/users', 'group:nowhere ada', 'group:nowhere'],
    ['/users', 'group:', 'group:'],
    ['/events', 'type:LOGIN colour:red', 'colour:red'],
    ['/events', 'type:NOTHING', 'type'],
    ['/events', 'from:yesterday', 'dateFrom'],
    ['/admin-events', 'operation:UPDATE colour:red', 'colour:red'],
    ['/admin-events', 'operation:NOTHING', 'operationTypes'],
  ]) {
    const { status, text } = await visitor.open(visitor.url(`${path}?q=${encodeURIComponent(q)}`));
    assert.equal(status, 422, `${path} ${q}`);
    const said = text.match(/id="search-error"[^>]*>([\s\S]*?)<\/p>/)?.[1] ?? '';
    assert.ok(said.includes(word), `${path} ${q}: ${said}`);
    const kept = q.replaceAll('<', '&#60;');
    assert.ok(text.includes(`value="${kept}"`), `${path} ${q} is not in the field`);
    assert.deepEqual(rows(text), [], `${path} ${q}`);
  }
  for (const path of ['/users/everybody', '/users/export']) {
    const answer = await visitor.send(visitor.url(`${path}?q=${encodeURIComponent('enabled:maybe')}`));
    assert.deepEqual([answer.status, answer.headers.get('location')?.endsWith('/users?q=enabled%3Amaybe')], [303, true], path);
  }
  const job = await visitor.post('/users/everybody?q=enabled%3Amaybe', { act: 'delete', sure: '1' });
  assert.ok(job.location.endsWith('/users?q=enabled%3Amaybe'), job.location);
  const trail = await visitor.send(visitor.url('/events/export?as=csv&q=colour%3Ared'));
  assert.deepEqual([trail.status, /\/events\?q=colour%3Ared$/.test(trail.headers.get('location'))], [303, true]);
}

/** Events are found by a name as well as by an id. */
export async function eventsAreFoundByName(_browser, scene) {
  const { realm } = scene;
  await assert.rejects(new Visitor(realm.admin.base, realm.name).signIn('ada', 'a guess at nothing'));
  const visitor = await boss(scene);
  const found = async (path) => (await visitor.open(visitor.url(path))).text;
  for (const [who, other] of [['ada', '>boss<'], ['ADA', '>boss<'], [scene.user, '>boss<']]) {
    const text = await found(`/events?q=${encodeURIComponent(`type:login_error user:${who}`)}`);
    const table = text.slice(text.indexOf('<tbody'), text.indexOf('</tbody'));
    assert.ok(table.includes('LOGIN_ERROR') && !table.includes(other), `${who}: ${table.slice(0, 500)}`);
  }
  // Of administrators: boss is of this realm.
  await visitor.post('/groups', { name: 'made by boss' });
  const mine = await found('/admin-events?q=user:boss');
  assert.ok(mine.includes('made by boss'), 'what boss did');
  const admin = await found(`/admin-events?q=user:${encodeURIComponent(realm.admin.credentials?.username ?? 'admin')}`);
  assert.ok(!admin.includes('made by boss') && /<tbody/.test(admin), 'what the administrator of master did');
}

/** A history names what a change changed: what a part of a thing did not mention, it did not touch. */
export async function aPartOfAThingChangesNoMore(_browser, scene) {
  const { realm } = scene;
  const id = await realm.createUser('partial', scene.password);
  const { body: whole } = await realm.call('GET', `/users/${id}`);
  await realm.call('PUT', `/users/${id}`, whole);
  await realm.call('PUT', `/users/${id}`, { lastName: 'One' });
  await realm.call('PUT', `/users/${id}`, { ...whole, lastName: 'Two' });
  const visitor = await boss(scene);
  const { text } = await visitor.open(visitor.url(`/admin-events?q=${encodeURIComponent(`operation:UPDATE path:users/${id}`)}`));
  const cell = text.slice(text.indexOf('<tbody'), text.indexOf('</tr>', text.indexOf('<tbody')));
  assert.ok(cell.includes('lastName: One → Two'), cell);
  assert.ok(!cell.includes('– →'), cell);
}

/** A letter that nobody sends is not said to be on its way; without a mail server there is the way to set one. */
export async function lettersThatNobodySendsAreToldOf(_browser, scene) {
  const { realm } = scene;
  const id = await realm.createUser('awaiting', scene.password, { email: 'awaiting@example.org' });
  const visitor = await boss(scene);
  const tab = `/users/${id}/sign-in`;
  const write = () => visitor.post(`/users/${id}/letter`, { action: 'UPDATE_PASSWORD' });
  const look = async () => (await visitor.open(visitor.url(tab))).text;

  const without = await look();
  assert.ok(without.includes('has no mail server yet') && !without.includes('Write the letter'), 'the way to a mail server');
  assert.ok(without.includes('/settings/advanced'), 'where it is set');
  assert.equal((await write()).status, 303);
  assert.ok((await look()).includes('No letter was written'), 'what became of the letter');

  await realm.call('PUT', '', { smtpServer: { host: 'mail.example', from: 'us@example.org' } });
  assert.ok((await look()).includes('Write the letter'));
  assert.equal((await write()).status, 303);
  const after = await look();
  assert.ok(after.includes('waits in the outbox') && !after.includes('on its way'), 'what became of the letter');
  await realm.call('PUT', `/users/${id}`, { enabled: false });
  assert.equal((await write()).status, 303);
  assert.ok((await look()).includes('User is disabled'), 'why there is no letter');
  await realm.call('PUT', '', { smtpServer: {} });
}
