/** An attacker as a process of its own, so that its work is not measured as the victim's. Started by `run-case.ts`. */
import { createAttacker } from './attacker.ts';
import { CASES } from './cases.ts';

export interface AttackOrder {
  url: string;
  key: string | null;
  seed: number;
  seconds: number;
}

const attack = CASES.find(({ name }) => name === process.argv[2])?.prepare();

process.once('message', async ({ url, key, seed, seconds }: AttackOrder) => {
  const answers: Record<string, number> = {};
  const count = (answer: string) => {
    answers[answer] = (answers[answer] ?? 0) + 1;
  };
  const signal = AbortSignal.timeout(seconds * 1_000);
  await attack?.(createAttacker({ url, key, seed, signal, count }));
  process.send?.(answers, () => process.exit(0));
});
process.send?.('ready');
