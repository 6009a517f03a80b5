// PyPI pysaml2, whose signatures are made and verified by xmlsec1 and libxml2.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, findProgram, start, waitFor } from '../../harness/process.mjs';
import { interpreter } from '../../harness/python.mjs';

const SCRIPT = fileURLToPath(new URL('../../python/saml_idp.py', import.meta.url));

export async function pysaml2({ key, stop }) {
  await ensurePackages(['xmlsec1'], () => findProgram('xmlsec1') !== null);
  const folder = await mkdtemp(join(tmpdir(), 'saml-idp-'));
  stop.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'key.pem'), key.key);
  await writeFile(join(folder, 'cert.pem'), key.cert);
  const program = start(await interpreter(), [SCRIPT, folder], { env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
  stop.push(() => program.stop());
  const origin = await waitFor('the identity provider of pysaml2', async () => {
    const said = /^http:\/\/127\.0\.0\.1:\d+$/m.exec(program.output());
    if (!said && !program.running()) throw new Error(program.output());
    return said?.[0];
  });
  const metadata = async () => {
    const response = await fetch(`${origin}/metadata`);
    if (!response.ok) throw new Error(await response.text());
    return response.text();
  };
  return {
    name: 'pysaml2',
    ways: [
      { id: 'assertion', name: 'the assertion is signed', sign: ['assertion'], config: { postBindingAuthnRequest: 'false' } },
      { id: 'response', name: 'the response is signed, and the request', sign: ['response'], config: { postBindingAuthnRequest: 'false', wantAuthnRequestsSigned: 'true' } },
      { id: 'both', name: 'both are signed, and the request is posted', sign: ['assertion', 'response'], config: { postBindingAuthnRequest: 'true', wantAuthnRequestsSigned: 'true', wantAssertionsSigned: 'true' } },
    ],
    metadata,
    // What the program printed: a connection that breaks says nothing by itself.
    output: program.output,
    async trust({ way, descriptor, person }) {
      const body = JSON.stringify({ descriptor, sign: way.sign, person, wants_signed: way.config.wantAuthnRequestsSigned === 'true' });
      const response = await fetch(`${origin}/trust`, { method: 'POST', body });
      if (!response.ok) throw new Error(await response.text());
    },
  };
}
