import { getAlert, getDelivery } from '@tocsin/contract';
import { memberText } from '@tocsin/json';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { alertPage } from '../output/alert-view.ts';
import { deliveryPage } from '../output/delivery-view.ts';
import { createPrinter } from '../output/printer.ts';
import { destinationNames } from '../remote/destinations.ts';

async function show(alertId: string, options: RemoteOptions, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const { value, text } = await client.callForText(getAlert, { params: { alertId } });
  const { alertContext: _, ...alert } = value;
  const contextText = memberText(text, 'alertContext');
  await printer.printJson(alert, contextText === undefined ? {} : { alertContext: contextText });
  if (printer.json) return;
  const { colors, width } = printer;
  const names = await destinationNames(client);
  await printer.print(...alertPage(alert, { contextText, names, colors, width, now: context.now() }));
}

/** `tocsin alerts show ALERT-ID` */
export function showAlertCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'show')
    .description('show an alert, where it went and why, and every attempt')
    .argument('<alert-id>', 'its alertId')
    .action((alertId: string, options: RemoteOptions) => show(alertId, options, context));
}

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
