import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { provideChromium } from '../src/index.ts';
import { refuseToInstall } from '../src/install-package.ts';

test('a browser that was chosen and is no program is refused, with what to do', async () => {
  await expect(provideChromium({ env: { CHROMIUM_PATH: '/does/not/exist' } })).rejects.toThrow(
    /CHROMIUM_PATH \(\/does\/not\/exist\) is no program.*Install Chromium/s,
  );
});

test('without one, and without apt-get, it says what was tried', async () => {
  await expect(provideChromium({ env: { PATH: '/does/not/exist' } })).rejects.toThrow(
    /none on the PATH\n {2}- not installed: /,
  );
});

test('as root on Debian it is installed by apt-get, and then used', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-apt-'));
  const aptGet = path.join(folder, 'apt-get');
  await writeFile(
    aptGet,
    `#!/bin/sh\nif [ "$1" = install ]; then /bin/ln -s /bin/true ${folder}/chromium; fi\n`,
  );
  await chmod(aptGet, 0o755);
  const refusal = await refusalHere();
  const chromium = provideChromium({ env: { PATH: folder } });
  if (refusal === null) expect(await chromium).toMatchObject({ path: path.join(folder, 'chromium') });
  else await expect(chromium).rejects.toThrow(refusal);
  await rm(folder, { recursive: true });
});

/** Why nothing can be installed on this machine, or null. */
async function refusalHere(): Promise<string | null> {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => null);
  return refuseToInstall({ uid: process.getuid?.() ?? null, osRelease, hasAptGet: true });
}
