import { once } from 'node:events';
import type { Command } from 'commander';
import { createLocalCommand, type OutputOptions } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { createAnswerPolicy } from '../listen/answer-policy.ts';
import { bodyJson, deliveryDetail, deliveryLine, deliveryRecord } from '../listen/describe-delivery.ts';
import { createListenReceiver, type ReceivedDelivery } from '../listen/receiver.ts';
import { collect } from '../options/parse-list.ts';
import { numberBetween } from '../options/parse-number.ts';
import { counted } from '../output/counted.ts';
import { createPrinter, type Printer } from '../output/printer.ts';

const DEFAULT_PORT = 8081;

interface Options extends OutputOptions {
  port: number;
  host: string;
  secret?: string[];
  fail: number;
  status: number;
  delay: number;
  count?: number;
  pretty?: boolean;
  headers?: boolean;
}

const HELP = `
Runs until Ctrl-C, or until --count deliveries came. With --json each delivery is one line of JSON.
Tocsin refuses destinations on this machine unless TOCSIN_EGRESS_ALLOW has 127.0.0.0/8; \`tocsin up --demo\` adds it.`;

async function printDelivery(delivery: ReceivedDelivery, options: Options, printer: Printer): Promise<void> {
  const withHeaders = options.headers === true;
  await printer.printJson(deliveryRecord(delivery, withHeaders), { body: bodyJson(delivery) });
  const detail = { withHeaders, withBody: options.pretty === true, colors: printer.colors };
  await printer.print(deliveryLine(delivery, printer.colors), ...deliveryDetail(delivery, detail));
}

/** Counts the deliveries still to come; `enough` is aborted once the last one was answered. */
function countDown(count: number) {
  const enough = new AbortController();
  let received = 0;
  let answered = 0;
  return {
    enough: enough.signal,
    isWanted: () => ++received <= count,
    received: () => Math.min(received, count),
    onAnswered() {
      answered += 1;
      if (answered >= count) enough.abort();
    },
  };
}

async function listen(options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const wanted = countDown(options.count ?? Number.POSITIVE_INFINITY);
  const { fail: failFirst, status, delay: delayMs } = options;
  let printing = Promise.resolve();
  const receiver = await createListenReceiver({
    port: options.port,
    host: options.host,
    signingSecrets: options.secret ?? [],
    answer: createAnswerPolicy({ failFirst, status, delayMs }),
    onDelivery(delivery) {
      if (wanted.isWanted()) printing = printing.then(() => printDelivery(delivery, options, printer));
    },
    onAnswered: wanted.onAnswered,
    now: context.now,
  });
  const interruption = context.catchSignals();
  try {
    await printer.note(`Listening on ${receiver.url}; end with Ctrl-C.`);
    const end = AbortSignal.any([interruption.stop, wanted.enough]);
    if (!end.aborted) await once(end, 'abort');
  } finally {
    interruption.release();
    await receiver.close();
    await printing;
  }
  await printer.note(`Received ${counted(wanted.received(), 'request')}.`);
  // Without --count, Ctrl-C is the normal end.
  if (options.count !== undefined && !wanted.enough.aborted) context.setExitCode(EXIT.interrupted);
}

/** `tocsin listen` */
export function listenCommand(context: CommandContext): Command {
  return createLocalCommand(context, 'listen')
    .description('receive webhooks here and print them')
    .option(
      '--port <port>',
      'port to listen on; 0 takes a free one',
      numberBetween({ min: 0, max: 65_535 }),
      DEFAULT_PORT,
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--secret <whsec>', 'verify signatures with this secret; may be repeated', collect)
    .option(
      '--fail <times>',
      'answer the first requests of each webhook-id with 500, this many times',
      numberBetween({ min: 0, max: 1_000 }),
      0,
    )
    .option('--status <code>', 'status to answer', numberBetween({ min: 200, max: 599 }), 200)
    .option(
      '--delay <ms>',
      'wait this many milliseconds before answering',
      numberBetween({ min: 0, max: 600_000 }),
      0,
    )
    .option(
      '--count <deliveries>',
      'end after this many deliveries; default: at Ctrl-C',
      numberBetween({ min: 1, max: 1_000_000_000 }),
    )
    .option('--pretty', 'print bodies, indented')
    .option('--headers', 'print headers, including those with credentials')
    .addHelpText('after', HELP)
    .action((options: Options) => listen(options, context));
}
