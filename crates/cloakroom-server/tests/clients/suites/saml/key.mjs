// A key and its certificate, made by openssl, for the providers of one run.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages, findProgram, finish } from '../../harness/process.mjs';

export async function makeKey() {
  await ensurePackages(['openssl'], () => findProgram('openssl') !== null);
  const folder = await mkdtemp(join(tmpdir(), 'saml-key-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    await finish('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=idp', '-keyout', key, '-out', cert]);
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
