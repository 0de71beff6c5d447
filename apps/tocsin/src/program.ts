import { tocsinVersion } from '@tocsin/service/version';
import { type Command, CommanderError } from 'commander';
import { type CommandFactory, createCommand, createGroup } from './command.ts';
import { addDestinationCommand } from './commands/add-destination.ts';
import { showAlertCommand, showDeliveryCommand } from './commands/alerts.ts';
import { benchCommand } from './commands/bench.ts';
import {
  listDestinationsCommand,
  showDestinationCommand,
  testDestinationCommand,
} from './commands/destinations.ts';
import { editDestinationCommand } from './commands/edit-destination.ts';
import { createKeyCommand, listKeysCommand } from './commands/keys.ts';
import { listAlertsCommand } from './commands/list-alerts.ts';
import { listDeliveriesCommand } from './commands/list-deliveries.ts';
import { listenCommand } from './commands/listen.ts';
import { pauseDestinationCommand, resumeDestinationCommand } from './commands/pause-destination.ts';
import { previewRouteCommand } from './commands/preview-route.ts';
import { removeDestinationCommand } from './commands/remove-destination.ts';
import { resendDeliveriesCommand } from './commands/resend-deliveries.ts';
import { cancelResendCommand, listResendsCommand, showResendCommand } from './commands/resends.ts';
import { revokeKeyCommand } from './commands/revoke-key.ts';
import { rotateSecretCommand } from './commands/rotate-secret.ts';
import { sendAlertsCommand } from './commands/send-alerts.ts';
import type { CommandContext } from './context.ts';
import { EXIT, EXIT_CODES_HELP, type ExitCode } from './exit-codes.ts';
import { failureText } from './output/failure.ts';
import { UsageError } from './usage-error.ts';

const ENVIRONMENT_HELP = `
Environment:
  TOCSIN_URL       where Tocsin is reached; default: where \`tocsin up\` runs on TOCSIN_DATA_DIR, else http://127.0.0.1:8080
  TOCSIN_API_KEY   the key to use; without it, the one in TOCSIN_DATA_DIR/admin-key, for a server on this machine
  TOCSIN_DATA_DIR  where \`tocsin up\` keeps its data; default .tocsin
  NO_COLOR         set to anything for output without colours`;

/**
 * `up` brings every service with it, which takes longer to load than other commands take to run: it is loaded only when
 * called. Otherwise the list of commands has a placeholder for it.
 */
async function loadUp(words: readonly string[]): Promise<CommandFactory> {
  if (words.includes('up')) return (await import('./up/command.ts')).upCommand;
  return (context) =>
    createCommand(context, 'up').usage('[options]').description('run all of Tocsin in this process');
}

/** Every command, in the order of \`tocsin --help\`. */
function createCommands(context: CommandContext, upCommand: CommandFactory): Command[] {
  const group = (name: string, description: string, members: CommandFactory[]) =>
    createGroup(context, name, description, members);
  return [
    upCommand(context),
    sendAlertsCommand(context),
    listenCommand(context),
    group('destinations', 'the webhooks that alerts are delivered to', [
      listDestinationsCommand,
      showDestinationCommand,
      addDestinationCommand,
      editDestinationCommand,
      pauseDestinationCommand,
      resumeDestinationCommand,
      testDestinationCommand,
      rotateSecretCommand,
      removeDestinationCommand,
    ]),
    group('alerts', 'what was sent in', [listAlertsCommand, showAlertCommand]),
    group('deliveries', 'what was delivered, and what was not', [
      listDeliveriesCommand,
      showDeliveryCommand,
      resendDeliveriesCommand,
    ]),
    group('resends', 'bulk resends, under way and ended', [
      listResendsCommand,
      showResendCommand,
      cancelResendCommand,
    ]),
    previewRouteCommand(context),
    group('keys', 'API keys', [listKeysCommand, createKeyCommand, revokeKeyCommand]),
    benchCommand(context),
  ];
}

function createProgram(context: CommandContext, upCommand: CommandFactory): Command {
  const program = createCommand(context, 'tocsin')
    .description('Delivers security alerts to webhooks, and can prove it did.')
    .version(tocsinVersion(), '-V, --version')
    // So that `bench` can tell its own from those of `load`.
    .enablePositionalOptions()
    .addHelpText('after', `${ENVIRONMENT_HELP}\n${EXIT_CODES_HELP}`);
  for (const command of createCommands(context, upCommand)) program.addCommand(command);
  return program;
}

/** Whether the command line has `--json`; works also if other options are invalid. */
function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).includes('--json');
}

/** Stops a command and its subcommands from printing errors as text; they are still thrown. */
function muteErrors(command: Command): void {
  command.configureOutput({ writeErr: () => undefined });
  for (const member of command.commands) muteErrors(member);
}

/** Commander's message as an error. If no command is given, its message is the whole help. */
function usageErrorOf({ code, message }: CommanderError): UsageError {
  if (code === 'commander.help') return new UsageError('Name a command; --help lists them.');
  return new UsageError(message.replace(/^error: /, ''));
}

/**
 * Runs one command.
 *
 * @param words the command line without interpreter and script
 * @returns the exit code; failures have been reported on standard error
 */
export async function runProgram(
  words: readonly string[],
  context: Omit<CommandContext, 'setExitCode'>,
): Promise<ExitCode> {
  const json = wantsJson(words);
  let exitCode: ExitCode = EXIT.ok;
  function setExitCode(code: ExitCode): void {
    exitCode = code;
  }
  try {
    const program = createProgram({ ...context, setExitCode }, await loadUp(words));
    if (json) muteErrors(program);
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help and version end this way too. Commander has printed its own message, unless it was muted.
    const isUsage = error instanceof CommanderError;
    if (isUsage && error.exitCode === 0) return EXIT.ok;
    if (!isUsage || json) context.stderr.write(failureText(isUsage ? usageErrorOf(error) : error, json));
    return EXIT.failed;
  }
}
