// org.keycloak:keycloak-admin-client, whose representation classes refuse members that they do not have.
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, findProgram, finish } from '../harness/process.mjs';
import { target } from '../harness/target.mjs';

const SOURCE = fileURLToPath(new URL('../java-admin-client/', import.meta.url));

export async function run(report, admin) {
  await ensurePackages(
    ['maven', 'default-jdk-headless'],
    () => findProgram('mvn') !== null && findProgram('javac') !== null,
  );
  const classPath = await build();
  const realm = await admin.createRealm('java');
  try {
    const { stdout } = await finish(findProgram('java'), [
      '-Xmx256m',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      classPath,
      'admin.Suite',
      admin.base,
      realm.name,
      await admin.accessToken(),
    ]);
    for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
      const { test, error } = JSON.parse(line);
      report.record(test, error ?? null);
    }
  } finally {
    await realm.remove();
  }
}

/** Fetches the libraries and compiles the suite, unless an earlier run did. */
async function build() {
  const folder = target('java-admin-client');
  const list = join(folder, 'classpath');
  const compiled = join(folder, 'classes');
  await mkdir(compiled, { recursive: true });
  const age = async (file) => (existsSync(file) ? (await stat(file)).mtimeMs : 0);
  if ((await age(list)) <= (await age(join(SOURCE, 'pom.xml')))) {
    await finish(findProgram('mvn'), ['-q', '-B', '-f', SOURCE, 'dependency:build-classpath', `-Dmdep.outputFile=${list}`]);
  }
  const libraries = (await readFile(list, 'utf8')).trim();
  const sources = (await readdir(SOURCE)).filter((name) => name.endsWith('.java')).map((name) => join(SOURCE, name));
  const newest = Math.max(...(await Promise.all(sources.map(age))));
  if ((await age(join(compiled, 'admin', 'Suite.class'))) <= newest) {
    await finish(findProgram('javac'), ['-nowarn', '-cp', libraries, '-d', compiled, ...sources]);
  }
  return [compiled, libraries].join(delimiter);
}
