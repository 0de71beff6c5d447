import { gzipSync } from 'node:zlib';
import type { AttackCase } from '../case.ts';

const json = { 'content-type': 'application/json' };
const packed = (text: string) => ({
  headers: { ...json, 'content-encoding': 'gzip' },
  body: gzipSync(text),
});
const ones = (count: number) => `[${'1,'.repeat(count - 1)}1]`;
/** One that the attacker makes, and changes again and again. */
const ATTACKED_DESTINATION = '0199f0a4-0000-7000-8000-0000000a77ac';
const control = { target: 'proxy', targetWithoutProxy: 'control' } as const;

/** Bodies with very many faults; floods of what costs a hash, a log entry or a POST. */
export const CONTROL: readonly AttackCase[] = [
  {
    ...{ ...control, name: 'faulty-tags', scope: 'alerts:read', answered: [400, 413] },
    prepare() {
      const request = { method: 'POST', path: '/v1/route', ...packed(`{"tags":${ones(1_500_000)}}`) };
      return (attacker) => attacker.repeat(8, () => attacker.send(request));
    },
  },
  {
    ...{ name: 'faulty-resends', scope: 'deliveries:resend', target: 'proxy', targetWithoutProxy: 'status' },
    answered: [400, 413],
    prepare() {
      const request = { method: 'POST', path: '/v1/resends', ...packed(`{"status":${ones(1_500_000)}}`) };
      return (attacker) => attacker.repeat(8, () => attacker.send(request));
    },
  },
  {
    ...{ ...control, name: 'test-alerts', scope: 'destinations:write', answered: [200] },
    prepare() {
      const destination = {
        displayName: 'attack',
        url: 'http://127.77.77.77:9999/never',
        severities: ['INFO'],
      };
      const body = Buffer.from(JSON.stringify(destination));
      const request = { method: 'POST', path: '/v1/destinations/test', headers: json, body };
      return (attacker) => attacker.repeat(64, () => attacker.send(request));
    },
  },
  {
    ...{ ...control, name: 'large-destinations', scope: 'destinations:write', answered: [201, 409] },
    prepare: () => (attacker) =>
      attacker.repeat(16, async (n) => {
        const value = () => attacker.random().toString(36).padEnd(8_000, 'v');
        const destination = {
          ...{
            displayName: `attack ${n} ${attacker.random()}`,
            url: 'https://attack.example/',
            enabled: false,
          },
          headers: Array.from({ length: 7 }, (_, m) => ({ name: `x-${m}`, value: value() })),
        };
        const body = Buffer.from(JSON.stringify(destination));
        await attacker.send({ method: 'POST', path: '/v1/destinations', headers: json, body });
      }),
  },
  {
    ...{ ...control, name: 'audit-entries', scope: 'destinations:write', answered: [200, 201] },
    prepare: () => (attacker) => {
      // As much as one request may change of one destination, from one state to another and back.
      const bodies = ['a', 'b'].map((state) => {
        const logTypes = Array.from({ length: 55 }, (_, n) => `${state}${n}`.padEnd(1_000, state));
        return Buffer.from(
          JSON.stringify({
            displayName: `attack ${state}`,
            url: 'https://attack.example/',
            logTypes,
            enabled: false,
          }),
        );
      });
      let sent = 0;
      return attacker.repeat(16, () => {
        sent += 1;
        const path = `/v1/destinations/${ATTACKED_DESTINATION}`;
        return attacker.send({ method: 'PUT', path, headers: json, body: bodies[sent % 2] as Buffer });
      });
    },
  },
  {
    ...{ ...control, name: 'wrong-keys', scope: null, answered: [401] },
    prepare: () => (attacker) =>
      attacker.repeat(64, () => {
        const key = `tcs_${attacker.random().toString(36).slice(2)}_${'x'.repeat(32)}`;
        return attacker.send({ path: '/v1/destinations', key });
      }),
  },
  {
    ...{ ...control, name: 'sign-ins', scope: null, answered: [401] },
    prepare: () => (attacker) =>
      attacker.repeat(64, () => {
        const key = `tcs_${attacker.random().toString(36).slice(2)}_${'x'.repeat(32)}`;
        const body = Buffer.from(JSON.stringify({ key }));
        return attacker.send({ method: 'POST', path: '/v1/session', headers: json, body });
      }),
  },
];
