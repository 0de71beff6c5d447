import { LIMITS, listApiKeys } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { collectPages, printJsonList } from '../output/json-list.ts';
import { keyTable } from '../output/key-view.ts';
import { createPrinter } from '../output/printer.ts';
import { fetchPages } from '../remote/pages.ts';

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
