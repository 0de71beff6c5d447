import { cancelResend, getResend } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { createPrinter } from '../output/printer.ts';
import { resendSummary } from '../output/resend-view.ts';

async function cancel(id: string, options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  await client.call(cancelResend, { params: { id } });
  const resend = await client.call(getResend, { params: { id } });
  await printer.printJson(resend);
  if (resend.state === 'done' && !printer.json) await printer.note('It was done before.');
  await printer.print(...resendSummary(resend, printer.colors));
}

/** `tocsin resends cancel ID` */
export function cancelResendCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'cancel')
    .description('stop a bulk resend; what was sent again by then stays so')
    .argument('<id>', 'its id')
    .action((id: string, options: RemoteOptions) => cancel(id, options, context));
}
