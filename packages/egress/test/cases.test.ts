import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  checkDestinationUrl,
  createEgressPolicy,
  createGuardedAgents,
  type GuardedAgents,
} from '../src/index.ts';
import { attempt, scriptedResolver } from './attempt.ts';
import { makeRegistryCases } from './fixtures/make-registry-cases.ts';

interface Case {
  url: string;
  expect: 'allow' | 'refuse';
  why: string;
  resolvesTo?: string[];
  thenResolvesTo?: string[];
  redirectTo?: string;
}

/** Stands for `@self`: public, but one of this machine's own. */
const SELF = '93.184.216.99';
const readCases = (file: URL): Case[] => JSON.parse(readFileSync(file, 'utf8'));
const registryFile = new URL('./fixtures/registry-cases.json', import.meta.url);
/** Beside the checkout. Without them nothing is skipped: they are more of the same kind. */
const moreCasesFile = new URL('../../../../shared/data/egress/cases.json', import.meta.url);
const cases = [new URL('./fixtures/cases.json', import.meta.url), registryFile, moreCasesFile]
  .filter((file) => existsSync(file) || file !== moreCasesFile)
  .flatMap(readCases);

const policy = createEgressPolicy({ allow: [], ownAddresses: () => [SELF] });
const addressesOf = (list: string[] = []) => list.map((ip) => (ip === '@self' ? SELF : ip));

let agents: GuardedAgents | null = null;
afterEach(() => agents?.close());

/**
 * A socket bound to loopback can't leave the machine: the kernel refuses to connect it to a public address.
 * So an allowed row ends with an error of connect(2) or bind(2), and no packet is sent.
 */
function boundToLoopback(url: string, family: number): { localAddress: string } {
  return { localAddress: new URL(url).hostname.startsWith('[') || family === 6 ? '::1' : '127.0.0.1' };
}

/**
 * Whether a row must be refused when it is saved, for what comes after that could not tell: no http(s) URL at
 * all, port 0 (which Node takes for the default port), or line ends in the URL of a harmless host.
 */
function onlyFormIsAtFault(url: string, row: Case): boolean {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return true;
  return new URL(url).port === '0' || (/[\r\n]/.test(url) && row.resolvesTo?.[0] === '93.184.216.34');
}

async function attemptOnce(url: string, answer: string[]) {
  const { resolve, asked } = scriptedResolver(answer);
  agents = createGuardedAgents({ policy, lookup: resolve });
  const result = await attempt(url, agents, boundToLoopback(url, answer[0]?.includes(':') ? 6 : 4));
  return { ...result, asked };
}

const rebinding = cases.filter((row) => row.thenResolvesTo !== undefined);
const redirecting = cases.filter((row) => row.redirectTo !== undefined);
const refused = cases.filter(
  (row) => row.expect === 'refuse' && !rebinding.includes(row) && !redirecting.includes(row),
);
const allowed = cases.filter((row) => row.expect === 'allow');

test('the cases of the registries are what their script makes', () => {
  expect(readFileSync(registryFile, 'utf8')).toBe(makeRegistryCases());
});

describe('the guard', () => {
  test.each(refused.map((row) => [row.url, row.why, row] as const))(
    'refuses %j: %s',
    async (url, _why, row) => {
      const saved = checkDestinationUrl(url, policy);
      expect(saved.ok && onlyFormIsAtFault(url, row)).toBe(false);
      if (saved.ok || !onlyFormIsAtFault(url, row)) {
        const result = await attemptOnce(url, addressesOf(row.resolvesTo));
        expect(result.error).toMatchObject({ code: 'egress_blocked' });
        expect(result.connects).toBe(0);
      }
    },
  );

  test.each(rebinding.map((row) => [row.url, row.why, row] as const))(
    'is not rebound by %j: %s',
    async (url, _w, row) => {
      const { resolve, asked } = scriptedResolver(
        addressesOf(row.resolvesTo),
        addressesOf(row.thenResolvesTo),
      );
      agents = createGuardedAgents({ policy, lookup: resolve });

      const first = await attempt(url, agents, boundToLoopback(url, 4));
      expect(asked).toHaveLength(1);
      expect(first.error).toMatchObject({ syscall: 'connect', address: row.resolvesTo?.[0] });

      const second = await attempt(url, agents, boundToLoopback(url, 4));
      expect(asked).toHaveLength(2);
      expect(second.error).toMatchObject({ code: 'egress_blocked' });
      expect(second.connects).toBe(0);
    },
  );

  test.each(redirecting.map((row) => [row.redirectTo ?? '']))(
    'refuses the redirect target %s',
    async (target) => {
      expect(checkDestinationUrl(target, policy).ok).toBe(false);
      const result = await attemptOnce(target, []);
      expect(result.error).toMatchObject({ code: 'egress_blocked' });
      expect(result.connects).toBe(0);
    },
  );

  test.each(allowed.map((row) => [row.url, row.why, row] as const))(
    'allows %j: %s',
    async (url, _why, row) => {
      expect(checkDestinationUrl(url, policy)).toMatchObject({ ok: true });
      const { error } = await attemptOnce(url, addressesOf(row.resolvesTo));
      const errors = error?.errors ?? [error];
      expect(errors.map((one) => one?.syscall === 'connect' || one?.syscall === 'bind')).not.toContain(false);
    },
  );
});
