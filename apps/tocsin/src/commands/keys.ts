import { type ApiKeyView, createApiKey, LIMITS, listApiKeys, SCOPES, type Scope } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { listOf } from '../options/parse-list.ts';
import { formatTime } from '../output/format-time.ts';
import { collectPages, printJsonList } from '../output/json-list.ts';
import { type Colors, createPrinter } from '../output/printer.ts';
import { renderTable } from '../output/table.ts';
import { fetchPages } from '../remote/pages.ts';

interface Options extends RemoteOptions {
  scope: Scope[];
}

async function create(name: string, options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const created = await client.call(createApiKey, { body: { name, scopes: options.scope } });
  await printer.printJson(created);
  // The key alone on standard output, so that a shell can store it in a variable.
  await printer.print(created.key);
  if (!printer.json)
    await printer.note(`Made ${created.id} for ${created.scopes.join(', ')}. The key is shown only now.`);
}

/** `tocsin keys create NAME --scope …` */
export function createKeyCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'create')
    .description('make an API key and print it, once')
    .argument('<name>', 'what it is for')
    .requiredOption('--scope <list>', `any of ${SCOPES.join(',')}; may be repeated`, listOf(SCOPES))
    .action((name: string, options: Options) => create(name, options, context));
}

async function list(options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const pages = fetchPages((query) => client.call(listApiKeys, { query }), {
    limit: Number.POSITIVE_INFINITY,
    pageMax: LIMITS.pageItemsMax,
  });
  if (printer.json) return printJsonList(printer, pages);
  const { items } = await collectPages(pages);
  await printer.print(...keyTable(items, printer.colors, printer.width));
}

/** `tocsin keys list` */
export function listKeysCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'list')
    .description('list API keys; the keys themselves are not kept')
    .action((options: RemoteOptions) => list(options, context));
}

/** API keys as a table; only their hashes are stored. */
function keyTable(keys: readonly ApiKeyView[], colors: Colors, width: number): string[] {
  return renderTable({
    columns: [
      { head: 'ID' },
      { head: 'NAME', flexible: true },
      { head: 'SCOPES' },
      { head: 'CREATED' },
      { head: 'REVOKED' },
    ],
    rows: keys.map((key) => [
      key.id,
      key.name,
      key.scopes.join(' '),
      formatTime(key.createdAt),
      key.revokedAt === null ? 'never' : { text: formatTime(key.revokedAt), paint: colors.red },
    ]),
    width,
    paintHead: colors.bold,
  });
}
