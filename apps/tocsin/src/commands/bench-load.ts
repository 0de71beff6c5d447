import type { Command } from 'commander';
import { type Delays, type LoadResult, runLoad } from '../benchmark/run-load.ts';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { numberBetween } from '../options/parse-number.ts';
import { formatCount, formatDuration } from '../output/format-time.ts';
import { printable } from '../output/printable.ts';
import { createPrinter } from '../output/printer.ts';
import { createProgressBar } from '../output/progress-bar.ts';

interface Options extends RemoteOptions {
  url?: string;
  rate: number;
  seconds: number;
  fanOut: number;
  host: string;
  port: number;
  receiverUrl?: string;
  patience: number;
}

/** From here on it is said that the rate was not kept. */
const LATE_MS = 1_000;

const HELP = `
It makes destinations that lead back to this command, sends alerts that go there and nowhere else, and deletes the
destinations in the end; the alerts stay. The server has to reach this command: give --host and --receiver-url where it runs on
another machine, and allow that address with TOCSIN_EGRESS_ALLOW. The key needs to send alerts and to change destinations.

  tocsin bench load --url http://127.0.0.1:8080 --rate 100 --seconds 60`;

const delaysText = (name: string, delays: Delays | null) =>
  delays === null
    ? `${name}: none`
    : `${name}: p50 ${formatDuration(delays.p50)}, p99 ${formatDuration(delays.p99)}, longest ${formatDuration(delays.max)}`;

function summaryLines({
  sent,
  accepted,
  arrived,
  expected,
  firstError,
  lateMs,
  notDeleted,
  accept,
  deliver,
}: LoadResult): string[] {
  return [
    `${formatCount(accepted)} of ${formatCount(sent)} alerts accepted`,
    ...(firstError === null ? [] : [`first refusal: ${printable(firstError)}`]),
    ...(lateMs < LATE_MS
      ? []
      : [`the rate was not kept: the last alert was sent ${formatDuration(lateMs)} late`]),
    `${formatCount(arrived)} of ${formatCount(expected)} deliveries came`,
    delaysText('from when it was due to its answer', accept),
    delaysText('from answer to delivery', deliver),
    ...(notDeleted.length === 0 ? [] : [`not deleted: ${notDeleted.map(printable).join(', ')}`]),
  ];
}

async function load(options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const server = options.url ?? options.server;
  const client = await connect(context, server === undefined ? {} : { server });
  const interruption = context.catchSignals();
  const isShown = context.stderr.isTTY === true;
  const total = Math.round(options.rate * options.seconds);
  const bar = createProgressBar(context.stderr, '{bar} {percentage}%  {counts}');
  if (isShown) bar.start(total, 0, { counts: '' });
  const result = await runLoad({
    ...{ client, perSecond: options.rate, seconds: options.seconds, fanOut: options.fanOut },
    ...{ listenHost: options.host, listenPort: options.port, receiverUrl: options.receiverUrl },
    ...{ patienceSeconds: options.patience, stop: interruption.stop, abort: interruption.abort },
    onProgress({ sent, arrived }) {
      const counts = `${formatCount(sent)} alerts sent, ${formatCount(arrived)} deliveries came`;
      if (isShown) bar.update(sent, { counts });
    },
  }).finally(() => {
    if (isShown) bar.stop();
    interruption.release();
  });
  await printer.printJson(result);
  await printer.print(...summaryLines(result));
  if (interruption.stop.aborted) context.setExitCode(EXIT.interrupted);
  else if (result.accepted < result.sent || result.arrived < result.expected || result.notDeleted.length > 0)
    context.setExitCode(EXIT.negative);
}

/** `tocsin bench load` */
export function benchLoadCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'load')
    .description('send alerts to a running Tocsin at a rate, and measure how long they take to come back')
    .option('--url <url>', 'the same as --server')
    .option(
      '--rate <alerts>',
      'alerts a second',
      numberBetween({ min: 0.1, max: 10_000, fractions: true }),
      10,
    )
    .option('--seconds <seconds>', 'how long to send', numberBetween({ min: 1, max: 86_400 }), 30)
    .option('--fan-out <destinations>', 'destinations of each alert', numberBetween({ min: 1, max: 50 }), 3)
    .option('--host <address>', 'the address to receive deliveries on', '127.0.0.1')
    .option(
      '--port <port>',
      'the port for that; 0 is any free one',
      numberBetween({ min: 0, max: 65_535 }),
      0,
    )
    .option('--receiver-url <url>', 'where the server reaches that; by default http://HOST:PORT')
    .option(
      '--patience <seconds>',
      'how long to wait for deliveries once all is sent',
      numberBetween({ min: 0, max: 3_600 }),
      30,
    )
    .addHelpText('after', HELP)
    .action((options: Options) => load(options, context));
}
