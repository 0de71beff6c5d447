import type { Logger } from 'pino';

/** What holds a connection, a socket, a timer or a file. */
export interface Closable {
  close(): Promise<unknown> | unknown;
}

/** Keeps what a service has opened, and closes it last in, first out. */
export interface Lifecycle {
  /**
   * Takes a resource over. Once closing has begun, the resource is closed at once and an error is thrown, so that a
   * start that is under way comes to an end.
   *
   * @returns the same resource
   */
  own<T extends Closable>(name: string, resource: T): T;
  /** Closes everything, once. A close that fails is logged and does not stop the rest; never rejects. */
  close(): Promise<void>;
  /** Aborted once closing has begun: the service is draining. */
  readonly closing: AbortSignal;
}

/** A start was interrupted because the service is shutting down. */
export class ShuttingDownError extends Error {
  readonly code = 'shutting_down';

  constructor() {
    super('The service is shutting down');
    this.name = 'ShuttingDownError';
  }
}

/** @param log where resources that could not be closed are named */
export function createLifecycle(log: Logger): Lifecycle {
  const owned: { name: string; resource: Closable }[] = [];
  const closing = new AbortController();
  let closed: Promise<void> | undefined;

  async function closeOne(name: string, resource: Closable): Promise<void> {
    try {
      await resource.close();
      log.debug({ event: 'resource.closed', resource: name }, 'closed');
    } catch (error) {
      log.error({ event: 'resource.close_failed', resource: name, err: error }, 'could not close a resource');
    }
  }

  async function closeAll(): Promise<void> {
    for (let last = owned.pop(); last !== undefined; last = owned.pop()) {
      await closeOne(last.name, last.resource);
    }
  }

  return {
    own(name, resource) {
      if (closed !== undefined) {
        closed = Promise.all([closed, closeOne(name, resource)]).then(() => undefined);
        throw new ShuttingDownError();
      }
      owned.push({ name, resource });
      return resource;
    },
    close() {
      closing.abort();
      closed ??= closeAll();
      return closed;
    },
    closing: closing.signal,
  };
}
