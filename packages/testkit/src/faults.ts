import { type Answer, type Fault, giveAnswer, type PlainAnswer } from './answers.ts';

/** Takes the request and never answers; the connection stays open. */
export function hang(): Fault {
  return { fault: () => {} };
}

/** Breaks the connection off with a TCP reset instead of an answer. */
export function reset(): Fault {
  return { fault: ({ socket }) => void socket.resetAndDestroy() };
}

/** Closes the connection in an orderly way instead of answering. */
export function hangUp(): Fault {
  return { fault: ({ socket }) => void socket.destroy() };
}

/** Answers after `delayMs`: well, or with a fault. */
export function slow(delayMs: number, answer: Answer = {}): Fault {
  return {
    fault(exchange) {
      const timer = setTimeout(() => giveAnswer(answer, exchange), delayMs);
      exchange.socket.once('close', () => clearTimeout(timer));
    },
  };
}

/** Sends the head at once and then one byte every `everyMs`, without an end: every pause is short, the answer endless. */
export function drip({ everyMs = 50, status = 200 }: { everyMs?: number; status?: number } = {}): Fault {
  return {
    fault({ response, socket }) {
      response.writeHead(status);
      response.write('.');
      const timer = setInterval(() => response.write('.'), everyMs);
      socket.once('close', () => clearInterval(timer));
    },
  };
}

/** Sends a body as fast as it is taken, without an end. */
export function endlessBody({ status = 200 }: { status?: number } = {}): Fault {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  return {
    fault({ response, socket }) {
      response.writeHead(status);
      const pour = () => {
        while (!socket.destroyed && response.write(chunk));
      };
      response.on('drain', pour);
      pour();
    },
  };
}

/** Announces a longer body than it sends, and breaks the connection off in its middle. */
export function breakOff({ status = 200, body = 'the beginning' } = {}): Fault {
  return {
    fault({ response, socket }) {
      response.writeHead(status, { 'content-length': Buffer.byteLength(body) + 1_000 });
      response.write(body, () => socket.resetAndDestroy());
    },
  };
}

/** Answers `101 Switching Protocols` as if it had been asked to, and says no more. */
export function switchProtocols(protocol = 'websocket'): Fault {
  return raw(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
}

/** Answers with something that is not HTTP. */
export function garbage(bytes: string | Uint8Array = '\u0000\u0001 this is not HTTP\r\n\r\n'): Fault {
  return {
    fault({ socket }) {
      socket.end(bytes);
    },
  };
}

/** Writes these bytes in place of an answer and leaves the connection open. */
export function raw(bytes: string | Uint8Array): Fault {
  return {
    fault({ socket }) {
      socket.write(bytes);
    },
  };
}

/** Answers with response headers of that size. */
export function hugeHeaders(headerBytes = 1024 * 1024): PlainAnswer {
  return { status: 200, headers: { 'x-padding': 'x'.repeat(headerBytes) } };
}

/** Sends the caller elsewhere. */
export function redirect(location: string, status = 302): PlainAnswer {
  return { status, headers: { location } };
}
