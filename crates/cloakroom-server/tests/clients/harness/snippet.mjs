// The code that the admin console shows on the Quickstart tab of a client, with the values of that client in it.
import assert from 'node:assert/strict';
import { Visitor } from '../../pages/console/visitor.mjs';

const PASSWORD = 'an honest passphrase';

/** An administrator at the console of a realm, who reads snippets. */
export class Quickstart {
  static async open(realm) {
    const name = 'reader-of-snippets';
    const user = await realm.createUser(name, PASSWORD);
    const [manager] = (await realm.call('GET', '/clients?clientId=realm-management')).body;
    const { body: role } = await realm.call('GET', `/clients/${manager.id}/roles/view-clients`);
    await realm.grantClientRole(user, manager.id, role);
    const visitor = new Visitor(realm.admin.base, realm.name);
    await visitor.signIn(name, PASSWORD);
    return new Quickstart(visitor);
  }

  constructor(visitor) {
    this.visitor = visitor;
  }

  /** The snippet of this name for the client with this internal id. */
  async text(client, name) {
    const { status, text } = await this.visitor.open(this.visitor.url(`/clients/${client}?with=${name}`));
    assert.equal(status, 200);
    assert.ok(text.includes(`<option value="${name}" selected>`), `${name} is not offered for this client`);
    const code = text.match(/<pre class="code"[^>]*>([\s\S]*?)<\/pre>/)?.[1];
    assert.ok(code, `no code for ${name}`);
    return code
      .replaceAll('&#60;', '<')
      .replaceAll('&#62;', '>')
      .replaceAll('&#34;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#38;', '&')
      .replaceAll('&amp;', '&');
  }
}
