// Programs of this workspace that a suite runs: built with all of the workspace, so that nothing is compiled in a second set of features.
import { join } from 'node:path';
import { findProgram, finish } from './process.mjs';
import { WORKSPACE } from './target.mjs';

/** Calls cargo on the whole workspace. */
export function cargo(command, args, options = {}) {
  if (!findProgram('cargo')) throw new Error('cargo must be installed, as for building the server');
  return finish('cargo', [command, '--locked', '--workspace', ...args], { cwd: WORKSPACE, ...options });
}

/** Builds the example `name` and answers where it is. */
export async function example(name) {
  await cargo('build', ['--example', name]);
  return join(process.env.CARGO_TARGET_DIR ?? join(WORKSPACE, 'target'), 'debug', 'examples', name);
}

/** Builds the program `name` and answers where it is. */
export async function program(name) {
  await cargo('build', ['--bin', name]);
  return join(process.env.CARGO_TARGET_DIR ?? join(WORKSPACE, 'target'), 'debug', name);
}
