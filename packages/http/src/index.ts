export {
  type Authenticate,
  type AuthenticatorOptions,
  createAuthenticator,
  createLookUps,
  type FoundSession,
  type LookUps,
  mayUse,
  type Principal,
  type PrincipalSession,
  type StoredKey,
} from './auth/authenticator.ts';
export { createRefusalLimit, type RefusalLimit } from './auth/refusal-limit.ts';
export { skipBlank } from './body/body-words.ts';
export { inflate } from './body/inflate.ts';
export { scanBody, startOfJson } from './body/json-body.ts';
export type { ReceivedBody } from './body/request-body.ts';
export { type FillingPage, fillPage, fitPage } from './exchange/fit-page.ts';
export { CHANGES_RUNNING_MAX, READS_RUNNING_MAX } from './limits/key-gate.ts';
export { createRateLimit } from './limits/rate-limit.ts';
export { createHttpHandler, createStartingHandler, type HttpHandlerOptions } from './serve/handler.ts';
export {
  type EarlyListening,
  type Listening,
  type ListenOptions,
  listen,
  listenEarly,
  PortTakenError,
} from './serve/listen.ts';
export {
  defineInternalRoute,
  defineRoute,
  type ExtensionTools,
  type HttpPart,
  type InternalRoute,
  mergeHttpHandlers,
  type NewCookie,
  type Route,
  type RouteRequest,
} from './serve/route.ts';
