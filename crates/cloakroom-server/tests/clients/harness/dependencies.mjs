// Installs the npm packages of the suites, exactly those of the lock file, unless they are there.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { finish } from './process.mjs';

const HERE = fileURLToPath(new URL('..', import.meta.url));

/** Says whether what is installed is what the lock file names, version by version. */
async function isInstalled() {
  const installed = `${HERE}node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const versions = async (file) => {
    const { packages } = JSON.parse(await readFile(file, 'utf8'));
    return Object.entries(packages)
      .filter(([path, { optional }]) => path !== '' && !optional)
      .map(([path, { version }]) => `${path} ${version}`)
      .sort()
      .join('\n');
  };
  return (await versions(installed)) === (await versions(`${HERE}package-lock.json`));
}

/** Makes the packages of `package-lock.json` available to the suites. */
export async function installPackages() {
  if (await isInstalled()) return;
  await finish('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: HERE });
}
