import { createApiKey, SCOPES, type Scope } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { listOf } from '../options/parse-list.ts';
import { createPrinter } from '../output/printer.ts';

interface Options extends RemoteOptions {
  scope: Scope[];
}

async function create(name: string, options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const created = await client.call(createApiKey, { body: { name, scopes: options.scope } });
  await printer.printJson(created);
  // The key alone on standard output, so that it can be caught in a variable.
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
