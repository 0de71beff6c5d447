import { describe, expect, test } from '@jest/globals';
import { refuseToInstall } from './install-package.ts';

const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nID=debian\n';
const mint = 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n';
const fedora = 'NAME="Fedora Linux"\nID=fedora\n';

describe('refuseToInstall', () => {
  test.each([
    { osRelease: debian, uid: 0, hasAptGet: true, refusal: null },
    { osRelease: mint, uid: 0, hasAptGet: true, refusal: null },
    { osRelease: debian, uid: 1000, hasAptGet: true, refusal: 'not installed: apt-get needs root' },
    { osRelease: debian, uid: 0, hasAptGet: false, refusal: 'not installed: no apt-get on the PATH' },
    { osRelease: fedora, uid: 0, hasAptGet: true, refusal: 'not installed: not a Debian or Ubuntu' },
    { osRelease: null, uid: null, hasAptGet: false, refusal: 'not installed: not a Debian or Ubuntu' },
  ])('as user $uid with apt-get $hasAptGet: $refusal', ({ refusal, ...machine }) => {
    expect(refuseToInstall(machine)).toBe(refusal);
  });
});
