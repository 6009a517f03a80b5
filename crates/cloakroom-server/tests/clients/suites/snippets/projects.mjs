// Snippets that need a project around them, which is built once: a Next.js application and one on Quarkus.
import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from '../../harness/browser.mjs';
import { ensurePackages, findProgram, finish } from '../../harness/process.mjs';
import { isNewer, target } from '../../harness/target.mjs';

const here = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** The least pages around the snippet: one that says who is there. */
const NEXT = {
  'app/layout.tsx': `export default function Layout({ children }: { children: React.ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
`,
  'app/page.tsx': `import { auth } from '@/auth';
export default async function Page() {
  return <p>{(await auth())?.user?.email ?? 'nobody'}</p>;
}
`,
  // What create-next-app writes of names.
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
};

/** The packages of the lock file, the production build that checks the types, and a sign-in at the page of Auth.js. */
export async function next(bench, person) {
  const { port, origin, code } = await bench.web('next', '/api/auth/callback/keycloak');
  const cwd = target('snippet-next');
  await mkdir(cwd, { recursive: true });
  const kept = join(cwd, 'node_modules', '.package-lock.json');
  if (!(await isNewer(kept, here('next/package-lock.json')))) {
    await cp(here('next'), cwd, { recursive: true });
    await finish('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd });
  }
  const [, route, text] = code.match(/^\/\/ (app\/\S+\.ts): (.*)$/m);
  for (const [name, content] of Object.entries({ ...NEXT, 'auth.ts': code, [route]: text })) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
  const env = { ...bench.env, AUTH_SECRET: bench.env.SESSION_SECRET, AUTH_TRUST_HOST: 'true', NEXT_TELEMETRY_DISABLED: '1' };
  const program = join(cwd, 'node_modules/next/dist/bin/next');
  await finish(process.execPath, [program, 'build'], { cwd, env });
  const args = [program, 'start', '-p', String(port), '-H', 'localhost'];
  await bench.while(process.execPath, args, { cwd, env }, { origin }, async () => {
    const browser = new Browser();
    assert.equal((await browser.visit(`${origin}/`)).text, 'nobody');
    const ways = await browser.visit(`${origin}/api/auth/signin?callbackUrl=%2F`);
    const login = await browser.submit(ways, ways.formWith('csrfToken'));
    const page = await browser.signInOn(login, person.username, person.password);
    assert.equal(page.text, `${person.username}@example.org`);
  });
}

/** The snippet stands beside the built application, where Quarkus looks for settings first. */
export async function quarkus(bench, person) {
  await ensurePackages(
    ['maven', 'default-jdk-headless'],
    () => findProgram('mvn') !== null && findProgram('javac') !== null,
  );
  const { port, origin, code } = await bench.web('quarkus');
  const made = target('snippet-quarkus');
  const jar = join(made, 'quarkus-app', 'quarkus-run.jar');
  const sources = ['quarkus/pom.xml', 'quarkus/WebApp.java'].map(here);
  const isMade = await Promise.all(sources.map((source) => isNewer(jar, source)));
  if (isMade.includes(false)) {
    await finish(findProgram('mvn'), ['-q', '-B', '-f', here('quarkus'), `-Dmade=${made}`, 'package']);
  }
  const cwd = join(bench.folder, 'quarkus');
  await mkdir(join(cwd, 'config'), { recursive: true });
  await writeFile(join(cwd, 'config', 'application.properties'), code);
  const where = [`-Dquarkus.http.port=${port}`, '-Dquarkus.http.host=localhost'];
  const args = ['-Xmx256m', '-XX:TieredStopAtLevel=1', ...where, '-jar', jar];
  await bench.while(findProgram('java'), args, { cwd }, { origin }, async () => {
    // The path that was asked for is the one that somebody comes back to.
    const page = await new Browser().signIn(`${origin}/who`, person.username, person.password);
    assert.equal(page.text, person.username);
  });
}
