import { globSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);

/** @param path of a file of the repository, from its root */
export const readRepositoryFile = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The sources of what runs: no tests, and nothing that measures or takes pictures. */
export function sources(): { file: string; text: string }[] {
  return globSync('{apps,packages}/*/src/**/*.ts', { cwd: fileURLToPath(root) })
    .filter((file) => !/^apps\/console\/|^packages\/testkit\/|\.test\.ts$/.test(file))
    .map((file) => ({ file, text: readRepositoryFile(file) }));
}

const GENERATED = /(?:^|\/)(?:node_modules|dist|\.turbo|coverage)(?:\/|$)|\.gen\.ts$/;

/** Everything that people wrote: code, tests, styles and documents, with paths from the repository's root. */
export function textsOfRepository(): { file: string; text: string }[] {
  const inFolders = ['apps', 'packages', 'docs', 'scripts', 'infra'].flatMap((folder) => filesBelow(folder));
  const atTop = readdirSync(root).filter((name) => /^[A-Z]+\.md$|^stryker\.config\.mjs$/.test(name));
  return [...atTop, ...inFolders].map((file) => ({ file, text: readRepositoryFile(file) }));
}

function filesBelow(folder: string): string[] {
  return readdirSync(new URL(folder, root), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    if (GENERATED.test(file)) return [];
    if (entry.isDirectory()) return filesBelow(file);
    return /\.(?:tsx?|mjs|css|md|sql|ya?ml)$/.test(entry.name) ? [file] : [];
  });
}
