import { getDelivery } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { deliveryPage } from '../output/delivery-view.ts';
import { createPrinter } from '../output/printer.ts';

async function showDelivery(id: string, options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const delivery = await client.call(getDelivery, { params: { id } });
  await printer.printJson(delivery);
  const { colors, width } = printer;
  await printer.print(...deliveryPage(delivery, { colors, width, now: context.now() }));
}

/** `tocsin deliveries show DELIVERY-ID` */
export function showDeliveryCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'show')
    .description('show a delivery with every attempt')
    .argument('<delivery-id>', 'its id')
    .action((id: string, options: RemoteOptions) => showDelivery(id, options, context));
}
