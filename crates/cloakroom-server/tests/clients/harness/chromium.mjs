// Starts Debian's Chromium without a window, through playwright-core, which brings no browser of its own.
import { chromium } from 'playwright-core';
import { ensurePackages, findProgram } from './process.mjs';

const find = () => findProgram('chromium', process.env.CHROMIUM ? [process.env.CHROMIUM] : ['/usr/bin/chromium']);

/** Launches Chromium; it looks nothing up outside the machine. */
export async function launchChromium() {
  await ensurePackages(['chromium'], () => find() !== null);
  return chromium.launch({
    executablePath: find(),
    headless: true,
    args: [
      // Chromium's sandbox needs rights that root in a container does not have.
      ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
