import { revokeApiKey } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { confirm } from '../input/confirm.ts';
import { printable } from '../output/printable.ts';
import { createPrinter } from '../output/printer.ts';

interface Options extends RemoteOptions {
  yes?: boolean;
}

async function revoke(id: string, options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  if (!(await confirm(`Revoke the key ${printable(id)}?`, options.yes, context))) {
    await printer.printJson({ id, revoked: false });
    context.setExitCode(EXIT.failed);
    return;
  }
  await client.call(revokeApiKey, { params: { id } });
  await printer.printJson({ id, revoked: true });
  await printer.print(`${printer.colors.green('revoked')} ${printable(id)}`);
}

/** `tocsin keys revoke ID` */
export function revokeKeyCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'revoke')
    .description('revoke an API key, within seconds everywhere')
    .argument('<id>', 'the part of the key between its underscores')
    .option('-y, --yes', 'do not ask; without a terminal nothing is asked anyway')
    .action((id: string, options: Options) => revoke(id, options, context));
}
