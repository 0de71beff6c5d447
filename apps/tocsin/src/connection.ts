import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Client, createClient, InvalidCallError, parseBaseUrl } from '@tocsin/client';
import { tocsinVersion } from '@tocsin/service/version';
import type { CommandContext } from './context.ts';
import { UsageError } from './usage-error.ts';

export const DEFAULT_URL = 'http://127.0.0.1:8080';
const DEFAULT_DATA_DIR = '.tocsin';
/** In the data folder: the address of the Tocsin that runs on it. */
export const ADDRESS_FILE = 'address';

/** An empty variable counts as absent. */
function variable(context: CommandContext, name: string): string | undefined {
  const value = context.env[name]?.trim();
  return value === '' ? undefined : value;
}

/** Whether a URL's host is this machine's loopback. A URL that cannot be read is not. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** A file of the data folder. */
function keptFile(context: CommandContext, name: string): string {
  return path.join(variable(context, 'TOCSIN_DATA_DIR') ?? DEFAULT_DATA_DIR, name);
}

async function readKept(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw new UsageError(`${file} could not be read: ${(error as Error).message}`, { cause: error });
  }
}

/** What `--server` or `TOCSIN_URL` names; failing that, where the `tocsin up` of the data folder is reached. */
async function findUrl(context: CommandContext, server: string | undefined): Promise<string> {
  const given = server ?? variable(context, 'TOCSIN_URL');
  return parseBaseUrl(given ?? (await readKept(keptFile(context, ADDRESS_FILE))) ?? DEFAULT_URL);
}

/** The key from the environment; failing that, the one that `tocsin up` left in its data folder on this machine. */
async function findApiKey(context: CommandContext, url: string): Promise<string> {
  const given = variable(context, 'TOCSIN_API_KEY');
  if (given !== undefined) return given;
  const file = keptFile(context, 'admin-key');
  const kept = await readKept(file);
  if (kept === null) {
    throw new UsageError(
      `No API key. Set TOCSIN_API_KEY, or run this where \`tocsin up\` keeps its data (${file} does not exist).`,
    );
  }
  // The admin key of this machine's Tocsin must not be sent to another server.
  if (!isLoopbackUrl(url)) {
    throw new UsageError(
      `No API key for ${url}. Set TOCSIN_API_KEY; the key in ${file} is only sent to this machine itself.`,
    );
  }
  return kept;
}

/**
 * A client for the server that `--server` or `TOCSIN_URL` names, or that runs on the data folder.
 *
 * @throws UsageError where address or key are missing or cannot be used
 */
export async function connect(context: CommandContext, options: { server?: string }): Promise<Client> {
  try {
    const url = await findUrl(context, options.server);
    const apiKey = await findApiKey(context, url);
    return createClient({ baseUrl: url, apiKey, userAgent: `tocsin-cli/${tocsinVersion()}` });
  } catch (error) {
    if (error instanceof InvalidCallError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
