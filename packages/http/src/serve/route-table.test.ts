import { describe, expect, test } from '@jest/globals';
import { createRouteTable } from './route-table.ts';

const serve = async () => undefined;
const route = (method: string, path: string) => ({ method, path, serve });

describe('the route table', () => {
  test('puts literal segments before templated ones, whatever the order given', () => {
    const table = createRouteTable([
      route('post', '/v1/destinations/{id}/test'),
      route('get', '/v1/destinations/{id}'),
      route('post', '/v1/destinations/test'),
      route('get', '/v1/{any}/test'),
      route('get', '/v1/destinations'),
    ]);
    const order = table.map(({ path }) => path);
    expect(order.indexOf('/v1/destinations/test')).toBeLessThan(order.indexOf('/v1/destinations/{id}'));
    expect(order.indexOf('/v1/destinations/{id}')).toBeLessThan(order.indexOf('/v1/{any}/test'));
    expect(order).toHaveLength(5);
  });

  test('groups the methods of a path, in Express’s spelling', () => {
    const [entry] = createRouteTable([
      route('get', '/a/{id}/b/{other}'),
      route('delete', '/a/{id}/b/{other}'),
    ]);
    expect(entry?.pattern).toBe('/a/:id/b/:other');
    expect([...(entry?.methods.keys() ?? [])]).toEqual(['GET', 'DELETE']);
  });

  test('refuses the same method and path twice', () => {
    expect(() => createRouteTable([route('get', '/a'), route('get', '/a')])).toThrow(
      'Two routes serve GET /a',
    );
  });
});
