import type { Client } from '@tocsin/client';
import { type DestinationView, LIMITS, updateDestination } from '@tocsin/contract';
import type { Command } from 'commander';
import type { z } from 'zod';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { readJsonInput } from '../input/read-text.ts';
import {
  assertFileAlone,
  type DestinationOptions,
  destinationFields,
  mergeHeaders,
  withDestinationOptions,
} from '../options/destination-options.ts';
import { collect } from '../options/parse-list.ts';
import { destinationPage } from '../output/destination-view.ts';
import { printable } from '../output/printable.ts';
import { createPrinter } from '../output/printer.ts';
import { findDestinationByIdOrName } from '../remote/destinations.ts';
import { UsageError } from '../usage-error.ts';

type Change = z.input<NonNullable<(typeof updateDestination)['body']>>;

interface Options extends RemoteOptions, DestinationOptions {
  file?: string;
  enable?: boolean;
  disable?: boolean;
  removeHeader?: string[];
  removeSecret?: boolean;
}

const HELP = `
What is not named stays as it is. --header sets one header and leaves the others; --log-type, --severity and --type give
the whole new list. While a destination is disabled, it gets no new alerts, and its
deliveries wait; to keep it getting alerts, pause it instead.

A --url with another origin or path keeps no header value and no signing secret: give those that the new receiver needs
with --header and --secret, and take the others away with --remove-header. Without either, all are dropped.`;

function changeOf(options: Options, current: DestinationView): Record<string, unknown> {
  const { header = [], removeHeader = [], enable, disable, removeSecret, secret } = options;
  if (enable === true && disable === true) throw new UsageError('Give either --enable or --disable.');
  if (removeSecret === true && secret !== undefined) {
    throw new UsageError('Give either --secret or --remove-secret.');
  }
  const headersChange = header.length + removeHeader.length > 0;
  return {
    ...destinationFields(options),
    ...(headersChange ? { headers: mergeHeaders(current.headers, header, removeHeader) } : {}),
    ...(enable === true ? { enabled: true } : {}),
    ...(disable === true ? { enabled: false } : {}),
    ...(removeSecret === true ? { signingSecret: null } : {}),
  };
}

async function wanted(client: Client, idOrName: string, options: Options, context: CommandContext) {
  const current = await findDestinationByIdOrName(client, idOrName);
  const change = changeOf(options, current);
  assertFileAlone(options.file, change);
  const body =
    options.file === undefined
      ? change
      : (await readJsonInput(options.file, context, LIMITS.requestBytesMax)).value;
  if (options.file === undefined && Object.keys(change).length === 0) {
    throw new UsageError('Nothing to change was given; see `tocsin destinations edit --help`.');
  }
  return { id: current.id, body: body as Change };
}

async function edit(idOrName: string, options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const { id, body } = await wanted(client, idOrName, options, context);
  const changed = await client.call(updateDestination, { params: { id }, body });
  await printer.printJson(changed);
  const { colors } = printer;
  const { droppedSecrets = [] } = changed;
  // A key that may not read destinations gets only the id.
  const page = 'displayName' in changed ? destinationPage(changed, colors) : [changed.id];
  await printer.print(colors.green('changed'), ...page);
  if (droppedSecrets.length > 0)
    await printer.note(`Dropped with the old URL: ${droppedSecrets.map(printable).join(', ')}`);
}

/** `tocsin destinations edit DESTINATION` */
export function editDestinationCommand(context: CommandContext): Command {
  return withDestinationOptions(
    createRemoteCommand(context, 'edit')
      .description('change a destination')
      .argument('<destination>', 'id or display name')
      .option('--enable', 'deliver to it')
      .option('--disable', 'let its deliveries wait')
      .option('--file <file>', 'the changes as JSON; - is standard input'),
  )
    .option('--remove-header <name>', 'stop sending this header; may be repeated', collect)
    .option('--remove-secret', 'stop signing')
    .addHelpText('after', HELP)
    .action((idOrName: string, options: Options) => edit(idOrName, options, context));
}
