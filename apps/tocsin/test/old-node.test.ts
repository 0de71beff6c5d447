import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const run = promisify(execFile);

const PROGRAMS = ['tocsin', 'control-api', 'status-service', 'ingest-api', 'router', 'delivery-worker'];
const entryOf = (app: string) => path.resolve(import.meta.dirname, `../../${app}/src/main.ts`);
const CHECK = path.resolve(import.meta.dirname, '../../../packages/service/src/node-version.ts');

/** Makes a process believe that it is an older Node. */
const AS_NODE_20 = `data:text/javascript,${encodeURIComponent(
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
   Object.defineProperty(process, 'version', { value: 'v20.20.2' });`,
)}`;

test.each(PROGRAMS)('on Node 20 %s says in one line what it needs', async (app) => {
  const args = ['--no-warnings', '--conditions=@tocsin/source', '--import', AS_NODE_20, entryOf(app)];
  const failure = await run(process.execPath, args).catch((error) => error);
  expect(failure).toMatchObject({ code: 1, stdout: '' });
  expect(failure.stderr).toMatch(/^Tocsin needs Node 22 or later; this is v20\.20\.2\. [^\n]+\n$/);
});

test.each(PROGRAMS)('which %s can, since it loads nothing before', (app) => {
  const imports = readFileSync(entryOf(app), 'utf8').match(/^import\s.*$/gm);
  expect(imports).toEqual(["import { loadOnSupportedNode } from '@tocsin/service/node-version';"]);
  expect(readFileSync(CHECK, 'utf8')).not.toMatch(/^import\s/m);
});
