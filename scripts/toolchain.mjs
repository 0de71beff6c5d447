import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Ends the script unless this Node can run it; what needs a newer one runs on the Node that is installed below. */
export function checkNode() {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < 20) {
    fail(`This needs Node 20 or later; this is ${process.version}. See https://nodejs.org/en/download.`);
  }
}

/** @returns the pnpm that package.json pins, as `pnpm@1.2.3` */
function pinnedPnpm() {
  const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  // A checksum may follow the version; npx doesn't know it.
  return packageManager.split('+', 1)[0];
}

/** @returns what runs the pinned pnpm, fetched by npx where it isn't there yet */
export function pnpm(...args) {
  return {
    command: 'npx',
    args: ['--yes', pinnedPnpm(), ...args],
    // npm's own warnings say nothing about this project; turbo need not tell its makers that it ran.
    env: { ...process.env, npm_config_loglevel: 'error', TURBO_TELEMETRY_DISABLED: '1' },
  };
}

/** @returns the path of the Node that the workspace pins, there once packages are installed */
export function pinnedNode() {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = path.join(root, 'node_modules', 'node', 'bin', file);
  if (!existsSync(node))
    fail(`${node} is missing, although packages were installed: remove node_modules and try again.`);
  return realpathSync(node);
}

/** The environment for what runs on the pinned Node: everything it starts finds that Node too. */
export function pinnedEnvironment() {
  const folders = [path.dirname(pinnedNode()), path.join(root, 'node_modules', '.bin'), process.env.PATH];
  return { ...process.env, PATH: folders.join(path.delimiter) };
}

export function say(message) {
  process.stderr.write(`${message}\n`);
}

/** Says why and ends the script. */
export function fail(message) {
  say(message);
  process.exit(1);
}
