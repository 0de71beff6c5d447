import { gzipSync } from 'node:zlib';
import type { AttackCase } from '../case.ts';

const json = { 'content-type': 'application/json' };
const packed = (text: string) => ({
  headers: { ...json, 'content-encoding': 'gzip' },
  body: gzipSync(text),
});
const ones = (count: number) => `[${'1,'.repeat(count - 1)}1]`;
const control = { door: 'proxy', doorWithoutProxy: 'control' } as const;

/** Bodies with very many faults; floods of what costs a hash, a log entry or a POST. */
export const CONTROL: readonly AttackCase[] = [
  {
    ...{ ...control, name: 'faulty-tags', scope: 'alerts:read' },
    prepare() {
      const request = { method: 'POST', path: '/v1/route', ...packed(`{"tags":${ones(1_500_000)}}`) };
      return (attacker) => attacker.repeat(8, () => attacker.send(request));
    },
  },
  {
    ...{ name: 'faulty-resends', scope: 'deliveries:resend', door: 'proxy', doorWithoutProxy: 'status' },
    prepare() {
      const request = { method: 'POST', path: '/v1/resends', ...packed(`{"status":${ones(1_500_000)}}`) };
      return (attacker) => attacker.repeat(8, () => attacker.send(request));
    },
  },
  {
    ...{ ...control, name: 'test-alerts', scope: 'destinations:write' },
    prepare() {
      const body = Buffer.from(
        JSON.stringify({ displayName: 'attack', url: 'https://192.0.2.1/never', severities: ['INFO'] }),
      );
      const request = { method: 'POST', path: '/v1/destinations/test', headers: json, body };
      return (attacker) => attacker.repeat(64, () => attacker.send(request));
    },
  },
  {
    ...{ ...control, name: 'audit-entries', scope: 'destinations:write' },
    prepare: () => (attacker) =>
      attacker.repeat(16, async (n) => {
        const headers = Array.from({ length: 7 }, (_, m) => ({ name: `x-${m}`, value: 'v'.repeat(8_000) }));
        const url = `https://192.0.2.1/${attacker.random()}`;
        const destination = {
          displayName: `attack ${n} ${attacker.random()}`,
          url,
          severities: ['INFO'],
          headers,
          enabled: false,
        };
        const body = Buffer.from(JSON.stringify(destination));
        await attacker.send({ method: 'POST', path: '/v1/destinations', headers: json, body });
      }),
  },
  {
    ...{ ...control, name: 'wrong-keys', scope: null },
    prepare: () => (attacker) =>
      attacker.repeat(64, () => {
        const key = `tcs_${attacker.random().toString(36).slice(2)}_${'x'.repeat(32)}`;
        return attacker.send({ path: '/v1/destinations', key });
      }),
  },
  {
    ...{ ...control, name: 'sign-ins', scope: null },
    prepare: () => (attacker) =>
      attacker.repeat(64, () => {
        const key = `tcs_${attacker.random().toString(36).slice(2)}_${'x'.repeat(32)}`;
        const body = Buffer.from(JSON.stringify({ key }));
        return attacker.send({ method: 'POST', path: '/v1/session', headers: json, body });
      }),
  },
];
