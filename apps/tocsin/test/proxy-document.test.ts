import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PROBLEMS, problemSchema } from '@tocsin/contract';

const PROXY = path.resolve(import.meta.dirname, '../../../infra/docker/nginx.conf');

/** The places of the proxy's configuration that answer by themselves, with status and body. */
const answers = [...readFileSync(PROXY, 'utf8').matchAll(/location [^{]+\{([^{}]+return (\d+) '(.*)';)/g)]
  .map(([, block = '', status, body = '']) => ({ block, status: Number(status), body }))
  .filter(({ block }) => block.includes('application/problem+json'));

test('the proxy has errors of its own', () => expect(answers).toHaveLength(9));

describe.each(answers)('the proxy’s own $status', ({ block, status, body }) => {
  test('is a problem document of the catalogue', () => {
    const problem = problemSchema.parse(JSON.parse(body));
    const { code, title } = problem;
    expect(PROBLEMS[code]).toMatchObject({ status, title });
    expect(problem.status).toBe(status);
    expect(problem.detail).not.toContain('Retry-After');
  });

  test('comes under an id, and at 429 and 503 with the time to wait', () => {
    expect(block).toContain('add_header X-Request-Id $correlation_id always;');
    expect(/add_header Retry-After \d+ always;/.test(block)).toBe(status === 503 || status === 429);
  });
});
