// The Rust crates openidconnect and keycloak, as integration tests of this workspace.
import { cargo } from '../harness/cargo.mjs';
import { prepare } from '../harness/realm.mjs';

const TESTS = ['rust_client', 'rust_admin_client'];

export async function run(report, admin) {
  // Compiling comes first: the tokens of the realm's setup need not wait for it.
  await cargo('test', [...TESTS.flatMap((name) => ['--test', name]), '--no-run']);
  // The one changes what the other signs in to, so that each has a realm.
  for (const name of TESTS) {
    const realm = await admin.createRealm(name.replaceAll('_', '-'));
    try {
      await play(report, name, await prepare(realm));
    } finally {
      await realm.remove();
    }
  }
}

/** Runs the tests of one file, and reports each of them. */
async function play(report, name, setup) {
  const env = { ...process.env, OIDC_TEST_SETUP: JSON.stringify(setup) };
  const args = ['--no-fail-fast', '--test', name, '--', '--ignored', '--test-threads=2'];
  const output = await cargo('test', args, { env }).then(
    ({ stdout }) => stdout,
    (error) => error.output || error.message,
  );
  const failures = new Map(
    [...output.matchAll(/^---- (\S+) stdout ----\n([\s\S]*?)(?=\n---- |\n\nfailures:)/gm)].map(([, test, text]) => [test, text]),
  );
  const results = [...output.matchAll(/^test (\S+) \.\.\. (ok|FAILED)/gm)];
  for (const [, test, result] of results) {
    report.record(test.replaceAll('_', ' '), result === 'ok' ? null : (failures.get(test) ?? 'it failed'));
  }
  if (results.length === 0) report.record(`the tests of ${name} run`, output);
}
