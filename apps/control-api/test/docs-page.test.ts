import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildOpenApi } from '@tocsin/contract';
import { type Control, startControl } from './control.ts';

let control: Control;
beforeAll(async () => {
  control = await startControl();
});
afterAll(() => control.close());

const get = (path: string) => fetch(`${control.url}${path}`);

describe('the API document', () => {
  test('GET /openapi.json: the document of the contract, without a key', async () => {
    const response = await get('/openapi.json');
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(buildOpenApi('test'))));
  });

  test.each(['/docs', '/docs/'])('GET %s: a page whose files all come from here', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const html = await response.text();
    expect(html).not.toMatch(/https?:\/\/|<script>|style=/);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      const asset = await get(file);
      expect(asset.status).toBe(200);
      expect(asset.headers.get('x-content-type-options')).toBe('nosniff');
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
  });

  test('its start asks nobody else to validate the document', async () => {
    expect(await (await get('/docs/start.js')).text()).toContain('validatorUrl: null');
  });

  test.each(['/docs/../package.json', '/docs/%2e%2e/package.json', '/docs/swagger-ui.js.map'])(
    'GET %s: nothing but what the page needs',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});
