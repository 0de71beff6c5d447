import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { RUN_BY, V8_OPTIONS } from '../attack/system/installation.ts';
import { SERVICE_NAMES } from '../harness/service-settings.ts';

const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, '../../..', file), 'utf8');
const compose = read('docker-compose.yml');

/** The containers that run a service of ours, with what the file says of each; the proxy is none. */
const services = new Map(
  [...compose.matchAll(/^ {2}([\w-]+):\n((?: {4}.*\n|\n)+)/gm)].flatMap(([, name = '', text = '']) =>
    text.includes('<<: *service') && name !== 'proxy' ? [[name, text] as const] : [],
  ),
);
const names = [...services.keys()].toSorted();

test('docker-compose.yml has every app that is a service, and of the status service both parts', () => {
  expect(names).toEqual([
    'control-api',
    'delivery-worker',
    'ingest-api',
    'router',
    'status-reads',
    'status-service',
  ]);
  const parts = (name: string) => /TOCSIN_STATUS_PARTS: (\w+)/.exec(services.get(name) ?? '')?.[1];
  expect([parts('status-service'), parts('status-reads')]).toEqual(['delivery', 'reads']);
});

test('no destination may lead to any of them, or to the proxy', () => {
  const [, own = ''] = /TOCSIN_OWN_URLS: >-\n +(\S+)/.exec(compose) ?? [];
  const expected = [...names, 'proxy'].map((name) => `http://${name}:8080`);
  expect(own.split(',').toSorted()).toEqual(expected.toSorted());
});

test('the proxy passes on to services that are there, and waits for their start', () => {
  const upstreams = [...read('infra/docker/nginx.conf').matchAll(/server ([\w-]+):8080 resolve/g)];
  const [, waitedFor = ''] = /^ {2}proxy:\n[\s\S]*?depends_on:\n([\s\S]*?) {4}networks:/m.exec(compose) ?? [];
  for (const [, name = ''] of upstreams) {
    expect(names).toContain(name);
    expect(waitedFor).toContain(` ${name}:\n`);
  }
  expect(upstreams).toHaveLength(4);
});

test('the attacks run the same services, and Prometheus scrapes all of them', () => {
  expect([...SERVICE_NAMES].toSorted()).toEqual(names);
  const [, scraped = ''] = /names: \[([^\]]+)\]/.exec(read('docs/running.md')) ?? [];
  expect(scraped.split(', ').toSorted()).toEqual(names);
});

test('the attacks run Node as the images do', () => {
  expect(read('infra/docker/Dockerfile')).toContain(`NODE_OPTIONS="${V8_OPTIONS}"`);
});

test('what has a quarter of the processor where that is short has it in the attacks too', () => {
  const slowed = [...services].filter(([, text]) => text.includes('cpu_shares: 256')).map(([name]) => name);
  const low = Object.keys(RUN_BY);
  expect(low.toSorted()).toEqual(slowed.toSorted());
});
