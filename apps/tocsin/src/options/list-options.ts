import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { momentBefore } from './parse-moment.ts';
import { numberBetween } from './parse-number.ts';

const DEFAULT_LIMIT = 50;

/** Options of every list that can be long. */
export interface ListOptions {
  limit: number;
  all?: boolean;
  cursor?: string;
  since?: string;
  until?: string;
}

/** Adds the options of a list that can be long. */
export function withListOptions(command: Command, context: CommandContext): Command {
  const moment = momentBefore(context.now);
  return command
    .option('--since <time>', 'received at or after this time, or within this age: 90m, 24h, 7d', moment)
    .option('--until <time>', 'received before this time, or older than this age', moment)
    .option('--limit <count>', 'how many at most', numberBetween({ min: 1, max: 1_000_000 }), DEFAULT_LIMIT)
    .option('--all', 'all there are, instead of --limit')
    .option('--cursor <cursor>', 'go on where an earlier list ended (nextCursor of --json)');
}

/** How many items were asked for. */
export function limitOf({ limit, all }: ListOptions): number {
  return all === true ? Number.POSITIVE_INFINITY : limit;
}
