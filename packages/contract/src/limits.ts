/** The limits of the HTTP API; each is answered with a clear error. */
export const LIMITS = {
  alertsPerRequestMax: 1_000,
  requestBytesMax: 10 * 1024 * 1024,
  alertBytesMax: 256 * 1024,
  headersPerDestinationMax: 100,
  headerBytesMax: 8 * 1024,
  destinationsMax: 10_000,
  displayNameCharactersMax: 100,
  urlCharactersMax: 8_192,
  responseBytesKept: 16 * 1024,
  /** Attempts after the first; eleven POSTs in all. */
  retriesMax: 10,
  /** Seven days: after that a delivery has expired by default. A delay without a bound would be no time to the database. */
  retryDelayMsMax: 7 * 24 * 60 * 60 * 1000,
  retryFactorMax: 1_000,
  pageItemsMax: 200,
  /** A page ends before it would be larger, whatever is stored. */
  pageBytesMax: 1024 * 1024,
  /** Of a receiver's answer in lists. */
  answerCharactersListed: 200,
  pageItemsDefault: 50,
  /** Nesting of `alertContext`; deeper data would overflow the stack of whoever serialises it. */
  contextDepthMax: 100,
  filterItemsMax: 1_000,
  filterItemCharactersMax: 1_000,
} as const;
