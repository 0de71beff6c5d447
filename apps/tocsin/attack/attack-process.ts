/** An attacker as a process of its own, so that its work is not measured as the victim's. Started by `run-case.ts`. */
import { createAttacker } from './attacker.ts';
import { CASES } from './cases.ts';

export interface AttackOrder {
  url: string;
  key: string | null;
  seed: number;
  seconds: number;
}

const attack = CASES.find(({ name }) => name === process.argv[2]);
const begin = attack?.prepare();

process.once('message', async ({ url, key, seed, seconds }: AttackOrder) => {
  const answers: Record<string, number> = {};
  const over = new AbortController();
  let isTimeUp = false;
  const needsAnswer = attack?.answered.length !== 0 && attack?.mayGoUnanswered !== true;
  const isEnough = () => isTimeUp && (!needsAnswer || Object.keys(answers).length > 0);
  const count = (answer: string) => {
    answers[answer] = (answers[answer] ?? 0) + 1;
    if (isEnough()) over.abort();
  };
  // On a machine so busy that the first answer comes later, there would be nothing to be said of it.
  setTimeout(() => {
    isTimeUp = true;
    if (isEnough()) over.abort();
  }, seconds * 1_000);
  await begin?.(createAttacker({ url, key, seed, signal: over.signal, count }));
  process.send?.(answers, () => process.exit(0));
});
process.send?.('ready');
