// Go gocloak: the tests that come with its module, in the realm that comes with them.
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePackages, findProgram, finish } from '../harness/process.mjs';
import { target } from '../harness/target.mjs';

const MODULE = 'github.com/Nerzal/gocloak/v13';
const VERSION = 'v13.9.0';

/** What the tests of gocloak 13 expect, and Keycloak 26 does otherwise: it fails them as well. */
const OLD = [
  // Fine-grained permissions of the first version, which are a feature that is off.
  'Test_GroupPermissions',
  'Test_ClientPermissions',
  // Client scopes without a protocol.
  'Test_ClientScopesMappingsClientRoles',
  'Test_CreateClientScopeProtocolMapper_DeleteClientScopeProtocolMapper',
  'Test_CreateClientScope_DeleteClientScope',
  'Test_GetClientScope',
  'Test_GetClientScopeProtocolMappers',
  // Mail, for which the realm has no server.
  'Test_ExecuteActionsEmail_UpdatePassword',
  'Test_SendVerifyEmail',
  // Descriptions that are fetched from the internet.
  'Test_ImportIdentityProviderConfig',
  'Test_ImportIdentityProviderConfigFromFile',
  // Required actions of no provider, one-time codes and keys that the realm does not know.
  'TestGocloak_CreateAndGetRequiredAction',
  'Test_LoginOtp',
  'Test_LoginSignedJWT',
  'Test_GetAuthorizationPolicyScopes',
  'Test_RetrospectToken',
  'Test_RetrospectRequestingPartyToken',
  'Test_GetRequestingPartyPermissionDecision',
];

export async function run(report, admin) {
  await ensurePackages(['golang-go'], () => findProgram('go', ['/usr/local/go/bin/go']) !== null);
  const folder = target(`gocloak-${VERSION}`);
  const program = join(folder, 'gocloak.test');
  if (!existsSync(program)) await build(folder, program);
  const realm = JSON.parse(await readFile(join(folder, 'testdata', 'gocloak-realm.json'), 'utf8'));
  await admin.call('POST', '', realm);
  try {
    const config = JSON.parse(await readFile(join(folder, 'testdata', 'config.json'), 'utf8'));
    config.hostname = admin.base;
    Object.assign(config.admin, admin.credentials);
    const settings = join(folder, 'config.json');
    await writeFile(settings, JSON.stringify(config), { mode: 0o600 });
    const play = (options) => results(program, options, { cwd: folder, env: { ...process.env, GOCLOAK_TEST_CONFIG: settings } });
    const found = await play(['-test.parallel=4', `-test.skip=^(${OLD.join('|')})$`]);
    const failed = [...found].filter(([, error]) => error !== null).map(([name]) => name);
    // The tests share one user and the realm's settings, so those that fail beside others are played alone.
    for (const name of failed) {
      for (const [again, error] of await play([`-test.run=^${name}$`])) found.set(again, error);
    }
    for (const [name, error] of found) report.record(name, error);
  } finally {
    await admin.call('DELETE', `/${realm.realm}`);
  }
}

/** Copies the module out of the read-only cache, because its tests write beside themselves, and compiles them. */
async function build(folder, program) {
  const go = findProgram('go', ['/usr/local/go/bin/go']);
  await mkdir(folder, { recursive: true });
  const { stdout } = await finish(go, ['mod', 'download', '-json', `${MODULE}@${VERSION}`], { cwd: folder });
  await cp(JSON.parse(stdout).Dir, folder, { recursive: true });
  for (const entry of ['', ...(await readdir(folder, { recursive: true }))]) await chmod(join(folder, entry), 0o755);
  await finish(go, ['test', '-c', '-o', program, '.'], { cwd: folder });
}

/** Plays tests; each by its name, with what it told if it failed. */
async function results(program, options, settings) {
  const output = await finish(program, ['-test.v', ...options], settings).then(
    ({ stdout }) => stdout,
    (error) => error.output ?? error.message,
  );
  const found = new Map();
  for (const [, result, name] of output.matchAll(/^--- (PASS|FAIL): (\S+)/gm)) {
    found.set(name, result === 'PASS' ? null : told(output, name));
  }
  return found;
}

/** The messages of the assertions that failed in one test. */
function told(output, name) {
  const traces = [...output.matchAll(/Error Trace:([\s\S]*?)\n\s*Test:\s*(\S+)/g)].filter(([, , test]) => test === name);
  return traces.map(([, text]) => text.trim()).join('\n') || 'it failed';
}
