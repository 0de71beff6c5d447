import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Arrival, ArrivalNews } from './arrival.ts';
import type { Behaviour } from './behaviour.ts';
import type { ReceiverOrder, ReceiverReport } from './receiver-process.ts';

/** All destinations' receivers, in a process of their own. */
export interface Receivers {
  /** Where the destination of that name is. */
  urlOf(destination: string): string;
  /** From now on. What hangs there is answered, unless it is to hang further. */
  behave(destination: string, behaviour: Behaviour): void;
  /** Every POST so far, in order of arrival. */
  arrivals: readonly Arrival[];
  close(): Promise<void>;
}

export async function startReceivers(): Promise<Receivers> {
  const child = fork(path.resolve(import.meta.dirname, 'receiver-process.ts'), {
    execArgv: ['--conditions=@tocsin/source', '--no-warnings'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A Ctrl-C is for the run, which still counts what arrives meanwhile.
    detached: true,
  });
  const arrivals: Arrival[] = [];
  const [first] = (await once(child, 'message')) as [ReceiverReport];
  if (first.kind !== 'listening') throw new Error('The receivers did not say where they listen');
  child.on('message', (report: ReceiverReport) => {
    if (report.kind === 'news') for (const one of report.news) note(arrivals, one);
  });
  return {
    urlOf: (destination) => `http://127.0.0.1:${first.port}/${destination}`,
    behave(destination, behaviour) {
      // A case that was interrupted goes on for a moment after its receivers have ended.
      if (child.connected) child.send({ destination, behaviour } satisfies ReceiverOrder);
    },
    arrivals,
    async close() {
      const exited = once(child, 'close');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function note(arrivals: Arrival[], news: ArrivalNews): void {
  if (news[0] === 'arrived') {
    const [, number, at, destination, alertId, webhookId, attempt] = news;
    arrivals[number] = {
      ...{ at, destination, alertId, webhookId, attempt },
      ...{ status: null, answeredAt: null, brokenAt: null },
    };
    return;
  }
  const arrival = arrivals[news[1]];
  if (arrival === undefined) return;
  if (news[0] === 'broken') arrival.brokenAt = news[2];
  else [arrival.answeredAt, arrival.status] = [news[2], news[3]];
}
