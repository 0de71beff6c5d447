/*
 * Prints how rules for limits compare, as a table in Markdown (docs/adr/0034-a-limit-that-follows.md), by
 * `pnpm --filter @tocsin/status-service compare-flows`.
 */
import { percentile } from '@tocsin/testkit';
import { CANDIDATES } from '../test/flow/candidates.ts';
import { simulate } from '../test/flow/simulate.ts';
import { heavyWorld, mixedWorld } from '../test/flow/worlds.ts';

const write = (line: string) => process.stdout.write(`${line}\n`);
const ms = (value: number) => (Number.isNaN(value) ? '–' : String(Math.round(value)));

for (const [title, world] of Object.entries({ mixed: mixedWorld, heavy: heavyWorld })) {
  const results = Object.entries(CANDIDATES).map(([name, rule]) => ({
    name,
    tallies: simulate(world(1), rule),
  }));
  write(`\n| ${title} world | rule | succeeded | p50 ms | p99 ms | failed attempts | overshoot |`);
  write('|---|---|--:|--:|--:|--:|--:|');
  for (const kind of new Set(world(1).destinations.map((destination) => destination.kind))) {
    for (const { name, tallies } of results) {
      const tally = tallies.get(kind);
      if (tally === undefined) continue;
      const share = `${Math.round((100 * tally.succeeded) / tally.accepted)} %`;
      const p = (of: number) => ms(percentile(tally.latenciesMs, of));
      write(
        `| ${kind} | ${name} | ${share} | ${p(0.5)} | ${p(0.99)} | ${tally.failedAttempts} | ${tally.overshoot.toFixed(1)} |`,
      );
    }
  }
}
