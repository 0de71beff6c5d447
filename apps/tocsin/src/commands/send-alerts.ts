import { LIMITS } from '@tocsin/contract';
import type { Command } from 'commander';
import { createRemoteCommand, type RemoteOptions } from '../command.ts';
import { connect } from '../connection.ts';
import type { CommandContext } from '../context.ts';
import { EXIT, EXIT_CODES_HELP, type ExitCode } from '../exit-codes.ts';
import { openInput } from '../input/open-input.ts';
import { numberBetween } from '../options/parse-number.ts';
import { describeFailure, failureText } from '../output/failure.ts';
import { formatDuration } from '../output/format-time.ts';
import { createPrinter } from '../output/printer.ts';
import { type SendResult, sendAlerts } from '../send/send-input.ts';
import { createSendProgress } from '../send/send-progress.ts';
import { resumeLines, summaryLines } from '../send/send-summary.ts';
import { UsageError } from '../usage-error.ts';

interface Options extends RemoteOptions {
  batchSize: number;
  concurrency: number;
  skip: number;
  retryFor: number;
  assignIds: boolean;
}

const HELP = `
FILE is NDJSON (one alert a line), a JSON array, or one JSON object; - is standard input. It is read as a stream.

An alert without an alertId is given one from its content (send-<sha-256>), so that sending the same file again, after
an interruption or by mistake, stores and delivers nothing twice. --no-assign-ids leaves that to the server, which makes
a new id each time: then a request whose outcome is unknown is not repeated, and a file sent again is stored again.

A busy server (429, 503) is waited for as long as it asks, and a restarting one too, up to --retry-for. After an
interruption, --skip says how far it had come.`;

/** The exit code of a result. */
function exitCodeOf({ end, report }: SendResult): ExitCode {
  if (end.kind === 'interrupted') return EXIT.interrupted;
  if (end.kind === 'failed') return EXIT.failed;
  return report.rejected > 0 ? EXIT.negative : EXIT.ok;
}

async function send(file: string, options: Options, context: CommandContext): Promise<void> {
  const printer = createPrinter(context, options);
  const client = await connect(context, options);
  const input = await openInput(file, context);
  const interruption = context.catchSignals();
  const progress = createSendProgress(context.stderr, input.bytes);
  const startedAt = performance.now();
  const result = await sendAlerts(
    {
      client,
      input: input.stream,
      stop: interruption.stop,
      abort: interruption.abort,
      onWait: ({ error, afterMs }) => progress.remark(`waiting ${formatDuration(afterMs)}: ${error.message}`),
      onProgress: progress.update,
    },
    { ...options, retryForMs: options.retryFor * 1000 },
  ).finally(() => {
    progress.stop();
    interruption.release();
    input.close();
  });
  const about = {
    name: input.name,
    durationMs: Math.round(performance.now() - startedAt),
    skipped: options.skip,
  };
  const { report, end, resumeAt } = result;
  const complete = end.kind === 'complete';
  await printer.printJson({
    input: about.name,
    complete,
    ...report,
    skipped: about.skipped,
    durationMs: about.durationMs,
    resume: complete ? null : { skip: resumeAt },
    error: end.kind === 'failed' ? describeFailure(end.error) : null,
  });
  const nothingToTell = end.kind === 'failed' && report.alerts === 0;
  if (!nothingToTell) await printer.print(...summaryLines(result, about, printer.colors));
  if (end.kind === 'failed') context.stderr.write(failureText(end.error, printer.json));
  if (!complete && !printer.json) {
    if (end.kind === 'interrupted') await printer.note('tocsin: interrupted');
    // No advice to send an input again that cannot be sent as it is.
    const isUnfit = end.kind === 'failed' && end.error instanceof UsageError;
    if (!isUnfit) await printer.note(...resumeLines(result, about.skipped));
  }
  context.setExitCode(exitCodeOf(result));
}

/** `tocsin send FILE|-` */
export function sendAlertsCommand(context: CommandContext): Command {
  return createRemoteCommand(context, 'send')
    .description('send alerts in')
    .argument('<file>', 'NDJSON, a JSON array or a JSON object; - is standard input')
    .option(
      '--batch-size <alerts>',
      'alerts in one request',
      numberBetween({ min: 1, max: LIMITS.alertsPerRequestMax }),
      LIMITS.alertsPerRequestMax,
    )
    .option('--concurrency <requests>', 'requests under way at once', numberBetween({ min: 1, max: 16 }), 2)
    .option(
      '--skip <alerts>',
      'skip this number of alerts at the beginning',
      numberBetween({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      0,
    )
    .option(
      '--retry-for <seconds>',
      'how long to wait for a busy server',
      numberBetween({ min: 0, max: 86_400 }),
      120,
    )
    .option('--no-assign-ids', 'send alerts without an alertId as they are')
    .addHelpText('after', `${HELP}\n${EXIT_CODES_HELP}`)
    .action((file: string, options: Options) => send(file, options, context));
}
