import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { ENTRY } from './tocsin-process.ts';

const run = promisify(execFile);

/** Makes a process believe that it is an older Node. */
const AS_NODE_20 = `data:text/javascript,${encodeURIComponent(
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
   Object.defineProperty(process, 'version', { value: 'v20.20.2' });`,
)}`;

test('on Node 20 the program says in one line what it needs', async () => {
  const args = ['--no-warnings', '--conditions=@tocsin/source', '--import', AS_NODE_20, ENTRY, 'up'];
  const failure = await run(process.execPath, args).catch((error) => error);
  expect(failure).toMatchObject({ code: 1, stdout: '' });
  expect(failure.stderr).toMatch(/^Tocsin needs Node 22 or later; this is v20\.20\.2\. [^\n]+\n$/);
});

test('which it can, since it loads nothing before', () => {
  expect(readFileSync(ENTRY, 'utf8')).not.toMatch(/^import\s/m);
});
