// PyPI ansible: its modules for Keycloak make a realm, change it and take it away, each step twice.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { finish } from '../harness/process.mjs';
import { interpreter } from '../harness/python.mjs';
import { target } from '../harness/target.mjs';

const VERSION = '12.3.0';
const PLAYER = fileURLToPath(new URL('../ansible/play.py', import.meta.url));

/** Takes the one collection that is needed out of the package, which has a hundred. */
const UNPACK = `
import sys, zipfile
package = zipfile.ZipFile(sys.argv[1])
wanted = 'ansible_collections/community/general/plugins/'
package.extractall(sys.argv[2], [name for name in package.namelist() if name.startswith(wanted)])
`;

export async function run(report, admin) {
  const python = await interpreter();
  const collections = await unpacked(python);
  const { username, password } = admin.credentials;
  const { stdout } = await finish(python, [PLAYER, 'compare', admin.base, `${username}:${password}`], {
    env: { ...process.env, CLOAKROOM_COLLECTIONS: collections },
  });
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const { test, error } = JSON.parse(line);
    report.record(test, error);
  }
}

/** The folder with the collection, fetched once for each version. */
async function unpacked(python) {
  const folder = target(`ansible-${VERSION}`);
  const collections = join(folder, 'collections');
  if (existsSync(collections)) return collections;
  await mkdir(folder, { recursive: true });
  await finish(python, ['-m', 'pip', 'download', '-q', '--disable-pip-version-check', '--no-deps', '-d', folder, `ansible==${VERSION}`]);
  await finish(python, ['-c', UNPACK, join(folder, `ansible-${VERSION}-py3-none-any.whl`), collections]);
  return collections;
}
