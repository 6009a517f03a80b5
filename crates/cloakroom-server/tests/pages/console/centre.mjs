// What a centre of keys of Kerberos refuses, and what the console says of it. The centre is Debian's krb5-kdc, at the port that the
// server under test was told of.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { areExplained } from './failures.mjs';

const PASSWORD = 'a passphrase of Kerberos';

/** A centre of keys with a realm of its own. */
class Centre {
  constructor(realm, port, keytab) {
    Object.assign(this, { realm, port, keytab, folder: mkdtempSync(join(tmpdir(), 'centre-')) });
    const at = this.folder;
    writeFileSync(join(at, 'krb5.conf'), `[libdefaults]\n default_realm = ${realm}\n dns_lookup_kdc = false\n`);
    const own = [
      '[kdcdefaults]', ` kdc_listen = 127.0.0.1:${port}`, ` kdc_tcp_listen = 127.0.0.1:${port}`, '[realms]', ` ${realm} = {`,
      `  database_name = ${at}/principal`, `  key_stash_file = ${at}/stash`, `  acl_file = ${at}/acl`,
      '  supported_enctypes = aes256-cts:normal', ' }', '',
    ];
    writeFileSync(join(at, 'kdc.conf'), own.join('\n'));
    this.run('kdb5_util', 'create', '-s', '-r', realm, '-P', 'the master password');
    this.tell('addprinc -randkey HTTP/localhost');
    this.tell(`ktadd -k ${keytab} HTTP/localhost`);
  }

  get settings() {
    const at = this.folder;
    return { cwd: at, env: { ...process.env, KRB5_CONFIG: join(at, 'krb5.conf'), KRB5_KDC_PROFILE: join(at, 'kdc.conf') }, stdio: 'pipe' };
  }

  run(program, ...args) {
    execFileSync(`/usr/sbin/${program}`, args, this.settings);
  }

  tell(what) {
    this.run('kadmin.local', '-r', this.realm, '-q', what);
  }

  async start() {
    this.process = spawn('/usr/sbin/krb5kdc', ['-n', '-r', this.realm], { ...this.settings, stdio: 'ignore' });
    const isOpen = () =>
      new Promise((resolve) => {
        const socket = connect(this.port, '127.0.0.1', () => resolve(socket.destroy() && true));
        socket.on('error', () => resolve(false));
      });
    for (let tries = 0; !(await isOpen()); tries += 1) {
      assert.ok(tries < 100, 'the centre of keys does not listen');
      await pause(100);
    }
  }

  stop() {
    this.process?.kill();
    rmSync(this.folder, { recursive: true });
  }
}

/** The principals, with what is the matter with each, and the step and the words of the explanation. */
const REFUSALS = [
  ['revoked', '-allow_tix', PASSWORD, 'The account is', 'disabled, locked or expired'],
  ['over', '-expire 1/1/2020', PASSWORD, 'The account is', 'disabled, locked or expired'],
  ['old', '-pwexpire 1/1/2020', PASSWORD, 'The password is right', 'has expired'],
  ['guessed', '+requires_preauth', 'not the password', 'The password is right', 'The password was wrong'],
];

/** What a centre of keys says of an account and of a password is told from a wrong password. */
export async function whatACentreOfKeysRefusesIsExplained(scene, kdc) {
  const [realm, port, keytab] = kdc.split(',');
  const centre = new Centre(realm, Number(port), keytab);
  try {
    for (const [name, state] of REFUSALS) centre.tell(`addprinc ${state} -pw "${PASSWORD}" ${name}`);
    await centre.start();
    const config = {
      kerberosRealm: [realm], serverPrincipal: ['HTTP/localhost'], keyTab: [keytab], allowPasswordAuthentication: ['true'],
      editMode: ['READ_ONLY'], enabled: ['true'], readTimeout: ['5000'],
    };
    const provider = { name: 'keys', providerId: 'kerberos', providerType: 'org.keycloak.storage.UserStorageProvider', config };
    const rows = REFUSALS.map(([name, , typed, step, cause]) => [name, (stage) => stage.signIn(name, typed), 'client=web', step, cause]);
    await areExplained(scene, rows, (stage) => stage.realm.call('POST', '/components', provider));
  } finally {
    centre.stop();
  }
}
