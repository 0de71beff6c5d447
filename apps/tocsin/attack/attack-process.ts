/** An attacker as a process of its own, so that its work is not measured as the victim's. Started by `run-case.ts`. */
import { createAttacker } from './attacker.ts';
import { CASES } from './cases.ts';

export interface AttackOrder {
  name: string;
  url: string;
  key: string | null;
  seed: number;
  seconds: number;
}

process.once('message', async ({ name, url, key, seed, seconds }: AttackOrder) => {
  const answers: Record<string, number> = {};
  const count = (answer: string) => {
    answers[answer] = (answers[answer] ?? 0) + 1;
  };
  const signal = AbortSignal.timeout(seconds * 1_000);
  const attack = CASES.find((one) => one.name === name);
  await attack?.run(createAttacker({ url, key, seed, signal, count }));
  process.send?.(answers, () => process.exit(0));
});

process.send?.('ready');
