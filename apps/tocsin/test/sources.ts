import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);

/** @param path of a file of the repository, from its root */
export const readRepositoryFile = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The sources of what runs: no tests, and nothing that measures or takes pictures. */
export function sources(): { file: string; text: string }[] {
  return ['apps', 'packages'].flatMap((folder) =>
    readdirSync(new URL(folder, root)).flatMap((name) => {
      const src = `${folder}/${name}/src`;
      if (name === 'console' || name === 'testkit') return [];
      return readdirSync(fileURLToPath(new URL(src, root)), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .map((file) => ({ file: `${src}/${file}`, text: readRepositoryFile(`${src}/${file}`) }));
    }),
  );
}
