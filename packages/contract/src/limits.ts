/** The limits of the HTTP API; each is answered with a clear error. */
export const LIMITS = {
  alertsPerRequestMax: 1_000,
  /** Of a request that brings alerts in, after decompression. */
  ingestBytesMax: 10 * 1024 * 1024,
  /** Of every other request. */
  requestBytesMax: 64 * 1024,
  /** Of one alert whose routing is asked for. */
  routeBytesMax: 512 * 1024,
  alertBytesMax: 256 * 1024,
  /** What a compressed body may grow to, for each byte of it. */
  inflationMax: 100,
  /** Levels of objects and arrays, the outermost the first; also of JSON in `alertContext` given as text. */
  jsonDepthMax: 64,
  tagsMax: 200,
  logTypesMax: 200,
  namedDestinationsMax: 1_000,
  outputIdsMax: 1_000,
  /** Of an entry of these lists. */
  entryCharactersMax: 1_024,
  dedupKeyCharactersMax: 255,
  /** Scopes that are named for a key, each perhaps more than once. */
  scopesMax: 100,
  /** Values that a list in a request's body may name, where nothing else is said. */
  listedMax: 1_000,
  headersPerDestinationMax: 100,
  headerBytesMax: 8 * 1024,
  destinationsMax: 10_000,
  /** Of all of them together: routers, workers and the control API hold them in memory. */
  destinationBytesMax: 32 * 1024 * 1024,
  displayNameCharactersMax: 100,
  urlCharactersMax: 8_192,
  responseBytesKept: 16 * 1024,
  /** Attempts after the first; eleven POSTs in all. */
  retriesMax: 10,
  /** Seven days: after that a delivery has expired by default. An unbounded delay would exceed the database's times. */
  retryDelayMsMax: 7 * 24 * 60 * 60 * 1000,
  retryFactorMax: 1_000,
  pageItemsMax: 200,
  /** A page ends before it would be larger, whatever is stored. */
  pageBytesMax: 1024 * 1024,
  /** Of a receiver's answer in lists. */
  answerCharactersListed: 200,
  pageItemsDefault: 50,
  /** In a query, so that it fits where proxies keep a request's first line. */
  statsDestinationsNamedMax: 100,
  filterItemsMax: 1_000,
  filterItemCharactersMax: 1_000,
} as const;
