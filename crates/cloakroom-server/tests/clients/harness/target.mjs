// Where the suites keep what they build: in the workspace's target folder, which nothing commits.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the workspace. */
export const WORKSPACE = fileURLToPath(new URL('../../../../..', import.meta.url));

/** A folder for `purpose` that later runs find again. */
export function target(purpose) {
  return join(process.env.CARGO_TARGET_DIR ?? join(WORKSPACE, 'target'), 'clients', purpose);
}

/** Says whether an earlier run has made a file from its source as it is now. */
export async function isNewer(made, source) {
  return existsSync(made) && (await stat(made)).mtimeMs > (await stat(source)).mtimeMs;
}
