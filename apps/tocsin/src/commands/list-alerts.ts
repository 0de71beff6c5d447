import {
  ALERT_STATUSES,
  ALERT_TYPES,
  type AlertStatus,
  type AlertType,
  LIMITS,
  listAlerts,
  SEVERITIES,
  type Severity,
} from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { type ListOptions, limitOf, withListOptions } from '../options/list-options.ts';
import { listOf } from '../options/parse-list.ts';
import { alertTable } from '../output/alert-view.ts';
import { collectPages, printJsonList } from '../output/json-list.ts';
import { printable } from '../output/printable.ts';
import { createPrinter } from '../output/printer.ts';
import { destinationIdOf } from '../remote/destinations.ts';
import { fetchPages } from '../remote/pages.ts';

interface Options extends RemoteOptions, ListOptions {
  severity?: Severity[];
  type?: AlertType[];
  status?: AlertStatus[];
  logType?: string;
  tag?: string;
  destination?: string;
  query?: string;
}

async function list(options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const { severity, type, status, logType, tag, since, until, destination } = options;
  const destinationId = destination === undefined ? undefined : await destinationIdOf(client, destination);
  const filters = { severity, type, status, logType, tag, since, until, destinationId, q: options.query };
  const pages = fetchPages((page) => client.call(listAlerts, { query: { ...filters, ...page } }), {
    limit: limitOf(options),
    pageMax: LIMITS.pageItemsMax,
    cursor: options.cursor,
  });
  if (printer.json) return printJsonList(printer, pages);
  const { items, nextCursor } = await collectPages(pages);
  if (items.length === 0) {
    await printer.note('No such alerts.');
    return;
  }
  await printer.print(...alertTable(items, printer.colors, printer.width));
  if (nextCursor !== null)
    await printer.note(`There are more: --limit, --all, or --cursor ${printable(nextCursor)}`);
}

/** `tocsin alerts list` */
export function listAlertsCommand(context: CommandContext): Command {
  const command = createRemoteCommand(context, 'list')
    .description('list alerts, newest first')
    .option('--severity <list>', `any of ${SEVERITIES.join(',')}`, listOf(SEVERITIES))
    .option('--type <list>', `any of ${ALERT_TYPES.join(',')}`, listOf(ALERT_TYPES))
    .option('--status <list>', `any of ${ALERT_STATUSES.join(',')}`, listOf(ALERT_STATUSES))
    .option('--log-type <name>', 'of this log type')
    .option('--tag <name>', 'with this tag')
    .option('--destination <destination>', 'with a delivery to this destination (id or display name)')
    .option('-q, --query <text>', 'with these words in title, name or id');
  return withListOptions(command, context).action((options: Options) => list(options, context));
}
