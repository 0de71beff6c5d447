export {
  type Authenticate,
  type AuthenticatorOptions,
  createAuthenticator,
  type FoundSession,
  type StoredKey,
} from './authenticator.ts';
export { skipBlank } from './http/body-words.ts';
export { type FillingPage, fillPage, fitPage } from './http/fit-page.ts';
export { createHttpHandler, type HttpHandlerOptions } from './http/handler.ts';
export { inflate } from './http/inflate.ts';
export { scanBody, startOfJson } from './http/json-body.ts';
export { CHANGES_RUNNING_MAX, READS_RUNNING_MAX } from './http/key-gate.ts';
export { type Listening, type ListenOptions, listen, PortTakenError } from './http/listen.ts';
export { createRateLimit } from './http/rate-limit.ts';
export type { ReceivedBody } from './http/request-body.ts';
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
} from './http/route.ts';
export { createLookUps, type LookUps } from './look-ups.ts';
export { mayUse, type Principal, type PrincipalSession } from './principal.ts';
export { createRefusalLimit, type RefusalLimit } from './refusal-limit.ts';
export { type ConfiguredServiceOptions, runConfiguredService } from './run-configured-service.ts';
