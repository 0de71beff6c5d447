import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createBatcher } from '@tocsin/batcher';
import { ProblemError } from '@tocsin/contract';
import type { Logger } from '@tocsin/service';
import { fromRefusal, type Request, type ThreadAnswer, type ThreadOptions } from './large-bodies-messages.ts';
import { refuseWhenFull } from './refuse-when-full.ts';
import type { AlertBody, TakenAlerts } from './take-alerts.ts';

export interface LargeBodyRequest {
  /** Whose it is: the id of its key. Callers have their turn one after the other. */
  caller: string;
  /** Tocsin raised the alerts itself. */
  isOwn: boolean;
  /** Whether small bodies come besides, which are not to wait for this one; asked once its turn has come. */
  isBeside(): boolean;
  /** Gets how many bytes came out of gzip. */
  lookedAt(bytes: number): void;
}

export interface LargeBodies {
  /**
   * Takes a body in a thread of its own, from its bytes to the database.
   *
   * @throws ProblemError as `takeAlerts`; `overloaded` where too many wait; `outcome_unknown` where the thread ended
   */
  take(body: AlertBody, request: LargeBodyRequest): Promise<TakenAlerts>;
  /** How many wait, those that are being taken included. */
  pending(): number;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export interface LargeBodiesOptions extends ThreadOptions {
  log: Logger;
  /** Starts the thread; by default that of this package. */
  startThread?: (options: ThreadOptions) => Worker;
}

/**
 * While one body is stored, the next is read, but never two of the same key: that key would use a processor of the
 * database and one of this process at once.
 */
const CONCURRENCY = 2;
const CALLER_RUNNING_MAX = 1;
/** Behind so many a body waits for seconds; their bytes are bounded by the room for bodies. */
const PENDING_MAX = 400;
const CALLER_SHARE = 1 / 2;

/** Of the thread's heap: bytes lie outside of it, and no more than one alert is there as objects. */
const HEAP_MIB_MAX = 96;
/** Three halves of where its objects are new. By itself V8 goes by the machine: 3 to 192 MiB. */
const YOUNG_MIB_MAX = 24;

interface Asked extends Omit<LargeBodyRequest, 'caller'> {
  body: AlertBody;
}

interface Waiting extends Pick<LargeBodyRequest, 'lookedAt'> {
  resolve(taken: TakenAlerts): void;
  reject(error: unknown): void;
}

/**
 * Reads large bodies in a thread of their own, so that neither their reading nor the garbage that they leave delays
 * small requests. The thread starts with the first large body; if it ends, the next large body starts another.
 */
export function createLargeBodies(options: LargeBodiesOptions): LargeBodies {
  const { log, databaseUrl, publicUrl, startThread = startOwnThread } = options;
  let thread: Worker | undefined;
  let lastId = 0;
  const waiting = new Map<number, Waiting>();

  function start(): Worker {
    const started = startThread({ databaseUrl, publicUrl });
    started.on('message', hear);
    started.once('error', (error) =>
      log.error({ event: 'large_bodies_thread.failed', err: error }, 'the thread for large bodies failed'),
    );
    started.once('exit', () => {
      if (thread === started) thread = undefined;
      for (const { reject } of waiting.values()) reject(new ProblemError('outcome_unknown'));
      waiting.clear();
    });
    // Waiting requests keep the process alive.
    started.unref();
    return started;
  }

  function hear({ id, lookedAt, ...answer }: ThreadAnswer): void {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (lookedAt > 0) asked?.lookedAt(lookedAt);
    if (answer.kind === 'taken') asked?.resolve(answer.taken);
    else asked?.reject(fromRefusal(answer));
  }

  function ask({ body, isOwn, isBeside, lookedAt }: Asked): Promise<TakenAlerts> {
    thread ??= start();
    const worker = thread;
    return new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject, lookedAt });
      const bytes = ownBytes(body.bytes);
      const request: Request = { ...body, id: lastId, bytes, isOwn, isBeside: isBeside() };
      worker.postMessage(request, [bytes.buffer]);
    });
  }

  const turns = createBatcher<Asked, TakenAlerts>({
    batchSizeMax: 1,
    concurrency: CONCURRENCY,
    pendingMax: PENDING_MAX,
    callerShare: CALLER_SHARE,
    callerRunningMax: CALLER_RUNNING_MAX,
    run: async ([asked]) => [await ask(asked as Asked)],
  });

  return {
    async take(body, { caller, ...request }) {
      const [taken] = await refuseWhenFull(turns.addAll([{ body, ...request }], { caller }));
      return taken as TakenAlerts;
    },
    pending: turns.pending,
    async close() {
      await turns.close();
      if (thread === undefined) return;
      const ended = once(thread, 'exit');
      thread.postMessage('close');
      await ended;
    },
  };
}

/** Bytes are transferred only as a whole buffer. */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  const isWhole = byteOffset === 0 && length === buffer.byteLength;
  return isWhole ? new Uint8Array(buffer as ArrayBuffer) : new Uint8Array(bytes);
}

function startOwnThread(options: ThreadOptions): Worker {
  // Beside this file, compiled or not.
  const entry = new URL(`large-bodies-thread${import.meta.url.slice(-3)}`, import.meta.url);
  return new Worker(entry, {
    name: 'large bodies',
    workerData: options,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX, maxYoungGenerationSizeMb: YOUNG_MIB_MAX },
  });
}
