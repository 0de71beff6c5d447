import {
  DELIVERY_STATUSES,
  type DeliveryStatus,
  FAILURE_CODES,
  type FailureCode,
  LIMITS,
  listDeliveries,
  SEVERITIES,
  type Severity,
} from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { type ListOptions, limitOf, withListOptions } from '../options/list-options.ts';
import { listOf } from '../options/parse-list.ts';
import { deliveryTable } from '../output/delivery-view.ts';
import { collectPages, printJsonList } from '../output/json-list.ts';
import { printable } from '../output/printable.ts';
import { createPrinter } from '../output/printer.ts';
import { destinationIdOf } from '../remote/destinations.ts';
import { fetchPages } from '../remote/pages.ts';

interface Options extends RemoteOptions, ListOptions {
  status?: DeliveryStatus[];
  severity?: Severity[];
  errorCode?: FailureCode[];
  query?: string;
  destination?: string;
}

async function list(options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const { status, severity, errorCode, since, until, destination } = options;
  const destinationId = destination === undefined ? undefined : await destinationIdOf(client, destination);
  const filters = { status, severity, errorCode, since, until, destinationId, q: options.query };
  const pages = fetchPages((page) => client.call(listDeliveries, { query: { ...filters, ...page } }), {
    limit: limitOf(options),
    pageMax: LIMITS.pageItemsMax,
    cursor: options.cursor,
  });
  if (printer.json) return printJsonList(printer, pages);
  const { items, nextCursor } = await collectPages(pages);
  if (items.length === 0) {
    await printer.note('No such deliveries.');
    return;
  }
  const { colors, width } = printer;
  await printer.print(...deliveryTable(items, { colors, width, now: context.now() }));
  if (nextCursor !== null)
    await printer.note(`There are more: --limit, --all, or --cursor ${printable(nextCursor)}`);
}

/** `tocsin deliveries list` */
export function listDeliveriesCommand(context: CommandContext): Command {
  const command = createRemoteCommand(context, 'list')
    .description('list deliveries, newest first')
    .option('--status <list>', `any of ${DELIVERY_STATUSES.join(',')}`, listOf(DELIVERY_STATUSES))
    .option('--severity <list>', `of alerts of any of ${SEVERITIES.join(',')}`, listOf(SEVERITIES))
    .option(
      '--error-code <list>',
      `failed or retried for any of ${FAILURE_CODES.join(',')}`,
      listOf(FAILURE_CODES),
    )
    .option('-q, --query <text>', 'of alerts with these words in title, name or id')
    .option('--destination <destination>', 'to this destination (id or display name)');
  return withListOptions(command, context).action((options: Options) => list(options, context));
}
