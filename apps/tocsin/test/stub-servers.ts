import { type RunOptions, runCommand } from './run-command.ts';
import { sampleDestination } from './sample-views.ts';
import { createStubApi, problem, type StubApi, type StubHandlers } from './stub-api.ts';

export const ON_CALL = sampleDestination();
export const ARCHIVE = sampleDestination({
  id: '8a14e590-96c5-48b1-bc7e-5025ad979f9e',
  displayName: 'Archive \u001b[31m',
  enabled: false,
});
/** What commands take for the present. */
const NOW = new Date('2026-07-01T08:00:00Z');

export interface StubServers {
  /** A server with two destinations, and what the test adds. */
  serve(handlers?: StubHandlers): Promise<StubApi>;
  /** Closes them all. @returns what was wrong with requests and answers */
  close(): Promise<string[]>;
}

/** The servers of one test. */
export function createStubServers(): StubServers {
  const stubs: StubApi[] = [];
  return {
    async serve(handlers = {}) {
      const stub = await createStubApi({
        listDestinations: () => ({ body: { items: [ARCHIVE, ON_CALL], nextCursor: null } }),
        getDestination: ({ params }) =>
          params.id === ON_CALL.id ? { body: ON_CALL } : problem('not_found', 'No such destination.'),
        ...handlers,
      });
      stubs.push(stub);
      return stub;
    },
    async close() {
      const faults = stubs.flatMap((stub) => stub.faults);
      await Promise.all(stubs.splice(0).map((stub) => stub.close()));
      return faults;
    },
  };
}

/** Runs a command against the server, with its key. */
export function runAgainst(stub: StubApi, words: string[], options: RunOptions = {}) {
  const env = { TOCSIN_URL: stub.url, TOCSIN_API_KEY: stub.apiKey };
  return runCommand(words, { now: NOW, ...options, env: { ...env, ...options.env } });
}

export function lastRequest(stub: StubApi) {
  return stub.requests.at(-1);
}
