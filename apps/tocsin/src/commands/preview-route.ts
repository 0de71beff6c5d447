import { LIMITS, previewRoute } from '@tocsin/contract';
import { jsonText } from '@tocsin/json';
import type { Command } from 'commander';
import type { z } from 'zod';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { readJsonInput } from '../input/read-text.ts';
import { decisionLines } from '../output/decision-view.ts';
import { createPrinter } from '../output/printer.ts';
import { destinationNames } from '../remote/destinations.ts';
import { UsageError } from '../usage-error.ts';

type Alert = z.input<NonNullable<(typeof previewRoute)['body']>>;

interface Options extends RemoteOptions {
  explain?: boolean;
}

async function preview(file: string, options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const { value, text } = await readJsonInput(file, context, LIMITS.routeBytesMax);
  if (Array.isArray(value)) {
    throw new UsageError(
      '`tocsin route` takes one alert, a JSON object; this is a list, which `tocsin send` takes.',
    );
  }
  const client = await connect(context, options);
  const decision = await client.call(previewRoute, {
    query: { explain: options.explain === true },
    // The original text: the server checks the bytes that `send` would send, not a parsed copy.
    body: jsonText(text.trim()) as unknown as Alert,
  });
  await printer.printJson(decision);
  if (printer.json) return;
  await printer.print(...decisionLines(decision, await destinationNames(client), 'would go'));
}

/** `tocsin route FILE|-` */
export function previewRouteCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'route')
    .description('say where an alert would go, and why; nothing is sent')
    .argument('<file>', 'one alert as a JSON object; - is standard input')
    .option('--explain', 'name every destination that is left out, with the reason')
    .action((file: string, options: Options) => preview(file, options, context));
}
