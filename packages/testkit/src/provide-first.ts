/** A server that tests may use until `close`. */
export interface ProvidedServer {
  url: string;
  /** Where it came from, for a person: one line without secrets. */
  how: string;
  /** Stops what was started and removes its files. Does nothing to a server that a setting named. */
  close(): Promise<void>;
}

export type Attempt =
  | { kind: 'provided'; server: ProvidedServer }
  /** `isNotable`: something was there and could not be used, and the run's output should say so. */
  | { kind: 'unavailable'; reason: string; isNotable?: boolean };

export type Source = () => Promise<Attempt>;

/** No source could provide the server; the message says what was tried and what to install. */
export class ProvisionError extends Error {
  readonly code = 'cannot_provide';

  constructor(message: string) {
    super(message);
    this.name = 'ProvisionError';
  }
}

/**
 * Asks the sources in order and takes the first that has a server. A source that throws counts as unavailable.
 *
 * @param what - the server's name, for messages
 * @param advice - what to do when no source has one
 * @throws ProvisionError
 */
export async function provideFirst(
  what: string,
  sources: readonly Source[],
  advice: string,
): Promise<ProvidedServer> {
  const reasons: string[] = [];
  const notable: string[] = [];
  for (const source of sources) {
    const attempt = await source().catch(asUnavailable);
    if (attempt.kind === 'provided') {
      const { server } = attempt;
      return notable.length === 0 ? server : { ...server, how: `${server.how} (${notable.join('; ')})` };
    }
    reasons.push(attempt.reason);
    if (attempt.isNotable) notable.push(attempt.reason);
  }
  throw new ProvisionError(
    [`Tests need ${what}, and none could be provided:`, ...reasons.map((r) => `  - ${r}`), advice].join('\n'),
  );
}

function asUnavailable(error: unknown): Attempt {
  return { kind: 'unavailable', reason: firstLine(error), isNotable: true };
}

/** The first line of an error's message, for one-line explanations. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]?.trim() || 'unknown error';
}
