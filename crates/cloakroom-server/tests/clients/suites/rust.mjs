// The Rust crates openidconnect and keycloak, as integration tests of this workspace.
import { cargo } from '../harness/cargo.mjs';
import { prepare } from '../harness/realm.mjs';

export async function run(report, admin) {
  // Compiling comes first: the tokens of the realm's setup need not wait for it.
  const tests = ['--no-fail-fast', '--test', 'rust_client', '--test', 'rust_admin_client'];
  await cargo('test', [...tests, '--no-run']);
  const realm = await admin.createRealm('rust');
  try {
    const setup = await prepare(realm);
    const env = { ...process.env, OIDC_TEST_SETUP: JSON.stringify(setup) };
    const output = await cargo('test', [...tests, '--', '--ignored', '--test-threads=2'], { env }).then(
      ({ stdout }) => stdout,
      (error) => error.output || error.message,
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
