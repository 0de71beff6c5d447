import { Command } from 'commander';
import pc from 'picocolors';
import { DEFAULT_URL } from './connection.ts';
import type { CommandContext } from './context.ts';
import { useColors } from './output/printer.ts';

/** Makes one command of the program; `program.ts` lists them. */
export type CommandFactory = (context: CommandContext) => Command;

/** The options that every command has. */
export interface OutputOptions {
  json?: boolean;
}

/** The options of every command that talks to a server. */
export interface RemoteOptions extends OutputOptions {
  server?: string;
}

/** A command that writes to the context's streams, and throws instead of ending the process as commander does. */
export function createCommand(context: CommandContext, name: string): Command {
  const { stdout, stderr, env } = context;
  const colors = pc.createColors(useColors(env, stdout));
  return new Command(name)
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('(see --help)')
    .configureHelp({ styleTitle: colors.bold })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'tocsin: ')),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => useColors(env, stdout),
      getErrHasColors: () => useColors(env, stderr),
    });
}

/** A command with `--json`. */
export function createLocalCommand(context: CommandContext, name: string): Command {
  return createCommand(context, name).option('--json', 'print JSON alone on standard output');
}

/** A command with `--json` and `--server`. */
export function createRemoteCommand(context: CommandContext, name: string): Command {
  return createLocalCommand(context, name).option(
    '--server <url>',
    `where Tocsin is reached (default: TOCSIN_URL, else where \`tocsin up\` runs from here, else ${DEFAULT_URL})`,
  );
}

/** A command that only groups others. */
export function createGroup(
  context: CommandContext,
  name: string,
  description: string,
  members: readonly CommandFactory[],
): Command {
  const group = createCommand(context, name).description(description);
  for (const member of members) group.addCommand(member(context));
  return group;
}
