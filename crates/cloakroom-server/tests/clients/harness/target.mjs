// Where the suites keep what they build: in the workspace's target folder, which nothing commits.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the workspace. */
export const WORKSPACE = fileURLToPath(new URL('../../../../..', import.meta.url));

/** A folder for `purpose` that later runs find again. */
export function target(purpose) {
  return join(process.env.CARGO_TARGET_DIR ?? join(WORKSPACE, 'target'), 'clients', purpose);
}
