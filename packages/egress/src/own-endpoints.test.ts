import { afterEach, describe, expect, test } from '@jest/globals';
import { endpointOf, parseOwnUrls } from './own-endpoints.ts';

afterEach(() => {
  delete process.env.PGHOST;
  delete process.env.PGPORT;
});

describe('where a setting leads to', () => {
  test.each([
    ['postgres://u:p@db/tocsin', 'db', 5432],
    ['postgresql://u:p%40x@10.0.0.1:6000/t?sslmode=disable', '10.0.0.1', 6000],
    ['postgres://u:p@[::1]/tocsin', '::1', 5432],
    ['postgres://u:p@harmless.example/tocsin?host=db&port=6000', 'db', 6000],
    ['postgres://u:p@harmless.example:7000/tocsin?host=db', 'db', 7000],
    ['postgres:///tocsin?host=db', 'db', 5432],
    ['postgres:///tocsin', 'localhost', 5432],
    ['redis://:secret@[::1]:6380/0', '::1', 6380],
    ['rediss://cache.example.com', 'cache.example.com', 6379],
    ['redis://cache?host=other&port=7000', 'cache', 7000],
    ['redis:///0?host=cache&port=7000', 'cache', 7000],
    ['redis://', 'localhost', 6379],
    ['http://status-service:8080', 'status-service', 8080],
    ['https://status.example.com/x', 'status.example.com', 443],
  ])('%s', (url, host, port) => {
    expect(endpointOf(url)).toEqual({ host, port });
  });

  test.each([
    'postgres:///tocsin?host=/run/postgresql',
    'postgres://%2Frun%2Fpostgresql/tocsin',
    'redis:///0?path=/run/redis.sock',
    'no URL',
  ])('%s: to no host', (url) => {
    expect(endpointOf(url)).toBeNull();
  });

  test('what the environment adds to a URL of Postgres', () => {
    process.env.PGHOST = 'db';
    process.env.PGPORT = '6000';
    expect(endpointOf('postgres:///tocsin')).toEqual({ host: 'db', port: 6000 });
    expect(endpointOf('postgres://a:1/tocsin')).toEqual({ host: 'a', port: 1 });
  });
});

describe('TOCSIN_OWN_URLS', () => {
  test('is a comma list of URLs and of host and port', () => {
    expect(
      parseOwnUrls(
        'http://router:8080/, https://tocsin.example.com,10.0.0.7:80,,[::1]:8080, ingest-api:8080',
      ),
    ).toEqual([
      { host: 'router', port: 8080 },
      { host: 'tocsin.example.com', port: 443 },
      { host: '10.0.0.7', port: 80 },
      { host: '[::1]', port: 8080 },
      { host: 'ingest-api', port: 8080 },
    ]);
    expect(parseOwnUrls('')).toEqual([]);
  });

  test.each([
    'router',
    'router:',
    'router:port',
    'router:0',
    'ftp://router:21',
    'http://',
    'u:p@router:80',
    'a b:80',
    '10.0.0.0/8',
  ])('tells that "%s" is nothing of the kind, with every other', (entry) => {
    expect(() => parseOwnUrls(`http://a:1,${entry},other`)).toThrow(`"${entry}", "other" is neither`);
  });
});
