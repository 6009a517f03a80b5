// npm jose, PyPI joserfc and jwcrypto against cloakroom-jose, in both directions, with every algorithm and fresh keys.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as jose from 'jose';
import { example } from '../harness/cargo.mjs';
import { finish } from '../harness/process.mjs';
import { interpreter } from '../harness/python.mjs';

const SCRIPT = fileURLToPath(new URL('../python/jose_suite.py', import.meta.url));

// What npm jose leaves out, or what the oldest Node that runs here has no cryptography for.
const MISSING = new Set(['ES256K', 'Ed448', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87', 'RSA1_5']);
const MISSING_CURVES = new Set(['X448']);

const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder().decode(bytes);

/** What a case is about. */
const title = ({ alg, enc, key }) => [alg, enc, 'with', key.crv ?? key.kty].filter(Boolean).join(' ');

/** The key for the half of the work that `isPrivate` says. */
async function importKey({ alg, enc, key }, isPrivate) {
  const { kid, alg: _, use, key_ops, ...bare } = key;
  if (bare.kty === 'oct') return new Uint8Array(Buffer.from(bare.k, 'base64url'));
  if (!isPrivate) for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi']) delete bare[name];
  return jose.importJWK(bare, alg);
}

async function read(test) {
  if (test.form === 'jws') {
    const { payload } = await jose.compactVerify(test.token, await importKey(test, test.key.kty === 'oct'), { algorithms: [test.alg] });
    return decode(payload);
  }
  const { plaintext } = await jose.compactDecrypt(test.token, await importKey(test, true), {
    keyManagementAlgorithms: [test.alg],
    contentEncryptionAlgorithms: [test.enc],
  });
  return decode(plaintext);
}

async function make(test) {
  if (test.form === 'jws') {
    return new jose.CompactSign(encode(test.payload)).setProtectedHeader({ alg: test.alg }).sign(await importKey(test, true));
  }
  const header = { alg: test.alg, enc: test.enc };
  return new jose.CompactEncrypt(encode(test.payload)).setProtectedHeader(header).encrypt(await importKey(test, false));
}

export async function run(report) {
  const differential = await example('differential');
  const { stdout } = await finish(differential, ['make']);
  const ours = JSON.parse(stdout);
  const folder = await mkdtemp(join(tmpdir(), 'jose-'));
  const theirs = [];
  try {
    for (const test of ours.filter(({ alg, key }) => !MISSING.has(alg) && !MISSING_CURVES.has(key.crv))) {
      await report.test(`jose reads our ${title(test)}`, async () => {
        if ((await read(test)) !== test.payload) throw new Error('another payload');
      });
      await report.test(`jose makes ${title(test)}`, async () => {
        theirs.push({ ...test, token: await make(test), test: `we read jose's ${title(test)}` });
      });
    }
    const cases = join(folder, 'ours.json');
    await writeFile(cases, stdout);
    const python = await finish(await interpreter(), [SCRIPT, cases], { env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
    for (const line of python.stdout.split('\n').filter(Boolean)) {
      const { test, error, made } = JSON.parse(line);
      if (made) theirs.push(...made);
      else report.record(test, error);
    }
    const file = join(folder, 'theirs.json');
    await writeFile(file, JSON.stringify(theirs));
    const checked = await finish(differential, ['check', file]);
    for (const line of checked.stdout.split('\n').filter(Boolean)) {
      const { test, error } = JSON.parse(line);
      report.record(test, error);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
