// The Rust crates openidconnect and keycloak, as integration tests of this workspace.
import { findProgram, finish } from '../harness/process.mjs';
import { WORKSPACE } from '../harness/target.mjs';
import { prepare } from '../harness/realm.mjs';

export async function run(report, admin) {
  if (!findProgram('cargo')) throw new Error('cargo must be installed, as for building the server');
  // Compiling comes first: the tokens of the realm's setup need not wait for it.
  const test = ['test', '--locked', '-q', '--no-fail-fast', '-p', 'cloakroom-server', '--test', 'rust_client', '--test', 'rust_admin_client'];
  await finish('cargo', [...test, '--no-run'], { cwd: WORKSPACE });
  const realm = await admin.createRealm('rust');
  try {
    const setup = await prepare(realm);
    const arguments_ = [...test.filter((argument) => argument !== '-q'), '--', '--ignored', '--test-threads=2'];
    const options = { cwd: WORKSPACE, env: { ...process.env, OIDC_TEST_SETUP: JSON.stringify(setup) } };
    const output = await finish('cargo', arguments_, options).then(
      ({ stdout }) => stdout,
      (error) => error.message,
    );
    const failures = new Map(
      [...output.matchAll(/^---- (\S+) stdout ----\n([\s\S]*?)(?=\n---- |\n\nfailures:)/gm)].map(([, name, text]) => [name, text]),
    );
    for (const [, name, result] of output.matchAll(/^test (\S+) \.\.\. (ok|FAILED)/gm)) {
      report.record(name.replaceAll('_', ' '), result === 'ok' ? null : (failures.get(name) ?? 'it failed'));
    }
    if (report.passed + report.failed === 0) report.record('the tests run', output);
  } finally {
    await realm.remove();
  }
}
