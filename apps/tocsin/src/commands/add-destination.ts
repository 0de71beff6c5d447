import { createDestination, type DestinationView, LIMITS } from '@tocsin/contract';
import { generateSigningSecret } from '@tocsin/secrets';
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
  withDestinationOptions,
} from '../options/destination-options.ts';
import { destinationPage } from '../output/destination-view.ts';
import { createPrinter, type Printer } from '../output/printer.ts';
import { UsageError } from '../usage-error.ts';

type NewDestination = z.input<NonNullable<(typeof createDestination)['body']>>;

interface Options extends RemoteOptions, DestinationOptions {
  id?: string;
  file?: string;
  disabled?: boolean;
  generateSecret?: boolean;
}

const HELP = `
Filters that are not given match everything. FILE holds one destination as JSON, or an array of them, as the API takes
it; header values and secrets are better there, or on standard input, than on a command line that others may read.

  tocsin destinations add --name "On-call" --url https://hooks.example.com/page --severity high,critical
  tocsin destinations add --file destinations.json`;

/** The destinations to create. The server checks them; here they only have to be objects. */
async function wanted(options: Options, context: CommandContext): Promise<NewDestination[]> {
  const fields = {
    ...destinationFields(options),
    ...(options.header === undefined ? {} : { headers: options.header }),
    ...(options.id === undefined ? {} : { id: options.id }),
    ...(options.disabled === true ? { enabled: false } : {}),
  };
  assertFileAlone(options.file, fields);
  if (options.file !== undefined) {
    const { value } = await readJsonInput(options.file, context, LIMITS.ingestBytesMax);
    return [value].flat() as NewDestination[];
  }
  if (options.name === undefined || options.url === undefined) {
    throw new UsageError('A new destination needs --name and --url, or --file.');
  }
  if (options.generateSecret === true && options.secret !== undefined) {
    throw new UsageError('Give either --secret or --generate-secret.');
  }
  return [fields as NewDestination];
}

/** A secret made here is shown now and never again. */
async function printAdded(added: DestinationView, secret: string | null, printer: Printer): Promise<void> {
  const { colors } = printer;
  await printer.print(`${colors.green('added')}`, ...destinationPage(added, colors));
  if (secret !== null) {
    await printer.print('', `Signing secret, shown only now: ${colors.bold(secret)}`);
  }
}

async function add(options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const bodies = await wanted(options, context);
  const client = await connect(context, options);
  const added: Record<string, unknown>[] = [];
  try {
    for (const body of bodies) {
      const secret = options.generateSecret === true ? generateSigningSecret() : null;
      const view = await client.call(createDestination, {
        body: secret === null ? body : { ...body, signingSecret: secret },
      });
      added.push(secret === null ? { ...view } : { ...view, signingSecret: secret });
      await printAdded(view, secret, printer);
    }
  } finally {
    // Printed also if a later one was refused: these exist now.
    const isList = bodies.length !== 1;
    if (added.length > 0 || isList) await printer.printJson(isList ? { items: added } : added[0]);
  }
}

/** `tocsin destinations add` */
export function addDestinationCommand(context: CommandContext): Command {
  return withDestinationOptions(
    createRemoteCommand(context, 'add')
      .description('add a destination')
      .option('--file <file>', 'its settings as JSON; - is standard input'),
  )
    .option('--generate-secret', 'make a signing secret, and show it once')
    .option('--disabled', 'add it without delivering to it yet')
    .option('--id <uuid>', 'choose its id')
    .addHelpText('after', HELP)
    .action((options: Options) => add(options, context));
}
