// Runs a Python suite in a virtual environment with pinned packages, against a realm made for it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, findProgram, finish } from './process.mjs';
import { prepare } from './realm.mjs';
import { target } from './target.mjs';

const HERE = fileURLToPath(new URL('..', import.meta.url));

/** Says whether this Python makes virtual environments; Debian puts the part for that into a package of its own. */
function canMakeEnvironments() {
  const program = findProgram('python3');
  return program !== null && spawnSync(program, ['-c', 'import ensurepip, venv']).status === 0;
}

let made;

/** Makes the virtual environment once for each content of `requirements.txt` and returns its interpreter. */
export function interpreter() {
  made ??= environment();
  return made;
}

async function environment() {
  const wanted = createHash('sha256').update(await readFile(join(HERE, 'requirements.txt'))).digest('hex');
  const folder = target('python');
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'requirements.sha256');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return python;
  await ensurePackages(['python3', 'python3-venv'], canMakeEnvironments);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await finish(findProgram('python3'), ['-m', 'venv', folder]);
  await finish(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', join(HERE, 'requirements.txt')]);
  await writeFile(stamp, wanted);
  return python;
}

/** Sets up a realm, runs `script` against it and records each test that it tells of. */
export async function runPython(report, admin, script) {
  const python = await interpreter();
  const realm = await admin.createRealm(report.suite);
  try {
    const setup = await prepare(realm);
    const { stdout } = await finish(python, [join(HERE, 'python', script)], {
      env: { ...process.env, OIDC_TEST_SETUP: JSON.stringify(setup), PYTHONDONTWRITEBYTECODE: '1' },
    });
    for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
      const { test, error } = JSON.parse(line);
      report.record(test, error);
    }
  } finally {
    await realm.remove();
  }
}
