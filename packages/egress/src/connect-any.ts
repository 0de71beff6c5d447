import type { LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';

/** RFC 8305, "Connection Attempt Delay": how long one address is tried before the next one is tried too. */
const ATTEMPT_DELAY_MS = 250;
/** By then all addresses are being tried, however many: an attempt's shortest deadline is 1 s. */
const ALL_STARTED_MS = 500;
/** The delay after an address that TCP has reached: TLS takes two or three round trips more. */
const HANDSHAKE_DELAY_MS = 2_000;
const ADDRESSES_MAX = 16;

/** What is reported while a connection is made. */
export interface ConnectListener {
  trying(ip: string): void;
  /** TCP is connected; for TLS, the handshake begins. */
  connected(ip: string): void;
}

export interface ConnectAnyOptions {
  /** At least one. At most 16 are tried, of both families in turn. */
  readonly addresses: readonly LookupAddress[];
  /** Begins to connect to one address. */
  readonly connect: (ip: string) => Socket;
  /** Whether a connection is ready after its TLS handshake only. */
  readonly isSecure: boolean;
  /** Ends all attempts. */
  readonly signal: AbortSignal;
  readonly listener: ConnectListener;
}

/**
 * Connects to several addresses and keeps the first connection that is made (RFC 8305). The next address is tried when
 * one fails or its delay is over; earlier attempts go on, so that a distant receiver with one unreachable address is
 * reached. All other sockets are closed.
 *
 * @throws the error of the only address, or an AggregateError of all; what `signal` was aborted with
 */
export function connectAny(options: ConnectAnyOptions): Promise<{ socket: Socket; ip: string }> {
  const { connect, isSecure, signal, listener } = options;
  const waiting = inTurn(options.addresses).slice(0, ADDRESSES_MAX);
  const delayMs = Math.min(ATTEMPT_DELAY_MS, ALL_STARTED_MS / waiting.length);
  const { promise, resolve, reject } = Promise.withResolvers<{ socket: Socket; ip: string }>();
  const underWay = new Set<Socket>();
  const errors: unknown[] = [];
  let timer: NodeJS.Timeout | undefined;

  function finish(): void {
    clearTimeout(timer);
    waiting.length = 0;
    signal.removeEventListener('abort', abort);
    for (const socket of underWay) socket.destroy();
  }

  function abort(): void {
    finish();
    reject(signal.reason);
  }

  function tryNextIn(afterMs: number): void {
    clearTimeout(timer);
    if (waiting.length > 0) timer = setTimeout(tryNext, afterMs);
  }

  function tryNext(): void {
    const next = waiting.shift();
    if (next === undefined) return;
    const ip = next.address;
    listener.trying(ip);
    const socket = connect(ip);
    underWay.add(socket);
    tryNextIn(delayMs);
    let fault: unknown;

    function onConnect(): void {
      if (socket.destroyed) return;
      listener.connected(ip);
      if (isSecure) tryNextIn(HANDSHAKE_DELAY_MS);
      else win();
    }
    function win(): void {
      if (socket.destroyed) return;
      underWay.delete(socket);
      socket.off('connect', onConnect).off('secureConnect', win).off('close', lose);
      finish();
      resolve({ socket, ip });
    }
    function lose(): void {
      underWay.delete(socket);
      errors.push(fault ?? closed());
      if (waiting.length > 0) tryNext();
      else if (underWay.size === 0) {
        finish();
        reject(
          errors.length === 1 ? errors[0] : new AggregateError(errors, 'no address could be connected to'),
        );
      }
    }
    // Never removed: until its request listens, an error without a listener would end the process.
    socket.on('error', (error) => {
      fault ??= error;
    });
    socket.once('connect', onConnect);
    if (isSecure) socket.once('secureConnect', win);
    socket.once('close', lose);
  }

  if (signal.aborted) reject(signal.reason);
  else {
    signal.addEventListener('abort', abort);
    tryNext();
  }
  return promise;
}

/** Addresses of both families in turn, beginning with that of the first. */
function inTurn(addresses: readonly LookupAddress[]): LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const other = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const turns = Math.max(first.length, other.length);
  return Array.from({ length: turns }, (_, n) => [first[n], other[n]])
    .flat()
    .filter((address) => address !== undefined);
}

function closed(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}
