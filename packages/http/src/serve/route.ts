import type { IncomingMessage } from 'node:http';
import type { Endpoint, ProblemDocument, ProblemError, RequestOf, ResponseOf } from '@tocsin/contract';
import type { Express } from 'express';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Authenticate, Principal } from '../auth/authenticator.ts';
import type { ReceivedBody } from '../body/request-body.ts';
import type { Preconditions } from '../exchange/preconditions.ts';
import type { Gates } from '../limits/key-gate.ts';

/** A cookie for the caller's browser. It is always sent to every path, never to other sites, and seen by no script. */
export interface NewCookie {
  name: string;
  value: string;
  /** 0 removes it. */
  maxAgeSeconds: number;
  /** Never to be sent over plain HTTP. */
  secure: boolean;
}

/** What a handler is given: everything authenticated, allowed, and valid by the endpoint's schemas. */
export type RouteRequest<E extends Endpoint> = RequestOf<E> & {
  /** Nobody's, where the endpoint is public. */
  readonly principal: Principal;
  /** Where the request comes from, as far as the proxies that are trusted say. */
  readonly clientAddress: string;
  /** Whether it came over TLS to this process, or to a proxy that is trusted. */
  readonly isTls: boolean;
  /**
   * Reports the decompressed size of the raw body: a caller whose large bodies are refused for their content has to
   * wait.
   */
  readonly lookedAt: (bytes: number) => void;
  setCookie(cookie: NewCookie): void;
  /**
   * Names the state that the answer shows, for a later `If-Match`: a strong tag with its quotes. Without it, the answer
   * to a GET has a weak one, made of its bytes.
   */
  setEtag(tag: string): void;
  /** Makes the answer a 201, where the endpoint may also create. */
  setCreated(): void;
  readonly preconditions: Preconditions;
  /** The body as it came, perhaps compressed; empty unless the endpoint has `rawBody`. */
  readonly rawBody: ReceivedBody;
  /** Without parameters, in lower case; empty where the request has none. */
  readonly contentType: string;
  /** Carries the request's id. */
  readonly log: Logger;
  /** Aborts when the caller goes away before the answer. */
  readonly signal: AbortSignal;
};

/** An endpoint with what answers it. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly handle: (request: RouteRequest<Endpoint>) => Promise<unknown>;
}

/**
 * Binds a handler to an endpoint of the contract.
 *
 * @param handler answers the body of the endpoint's success, or throws a ProblemError
 */
export function defineRoute<E extends Endpoint>(
  endpoint: E,
  handler: (request: RouteRequest<E>) => Promise<ResponseOf<E>>,
): Route {
  return { endpoint, handle: handler as unknown as Route['handle'] };
}

/** An endpoint between Tocsin's own services, guarded by the service token. */
export interface InternalRoute<B extends z.ZodType = z.ZodType> {
  readonly method: 'post';
  readonly path: string;
  readonly bodySchema: B;
  /** Given what the schema made of the body; answers what is sent as JSON, or throws a ProblemError. */
  handler(body: z.output<B>): Promise<unknown>;
}

/** Keeps the body's type between an internal route's schema and its handler. */
export function defineInternalRoute<B extends z.ZodType>(route: InternalRoute<B>): InternalRoute {
  return route;
}

/** What the pages that a service adds to its endpoints need of the server. */
export interface ExtensionTools {
  /** As for endpoints; the request counts against its key's rate. */
  authenticate: Authenticate;
  /** As for endpoints: bound what one key does at once. */
  gates: Gates;
}

/** What one service brings to an HTTP server. */
export interface HttpPart {
  routes: readonly Route[];
  internal?: readonly InternalRoute[];
  /** The state of each dependency, by name, for `/readyz`. */
  readiness?: () => Promise<Record<string, string>>;
  /** Whether something is being written, to which reads give way. */
  isBusy?: () => boolean;
  /** Adds what is not an endpoint of the contract: pages, assets, Bull Board. It comes after the routes. */
  extend?: (app: Express, tools: ExtensionTools) => void;
  /**
   * Translates an error of a library, for example the loss of the database to `unavailable`; null leaves it as it is.
   */
  mapError?: (error: unknown) => ProblemError | null;
  /** A problem as a page (HTML), where a person asked for a page of this service; null for every other request. */
  problemPage?: (request: IncomingMessage, problem: ProblemDocument) => string | null;
}

/** One part over the union of several services' routes, for the process that holds them all. */
export function mergeHttpHandlers(parts: readonly HttpPart[]): Required<HttpPart> {
  return {
    routes: parts.flatMap((part) => part.routes),
    internal: parts.flatMap((part) => part.internal ?? []),
    readiness: async () =>
      Object.assign({}, ...(await Promise.all(parts.map((part) => part.readiness?.())))) as Record<
        string,
        string
      >,
    extend: (app, tools) => {
      for (const part of parts) part.extend?.(app, tools);
    },
    isBusy: () => parts.some((part) => part.isBusy?.() === true),
    mapError: (error) => {
      for (const part of parts) {
        const problem = part.mapError?.(error) ?? null;
        if (problem !== null) return problem;
      }
      return null;
    },
    problemPage: (request, problem) => {
      for (const part of parts) {
        const page = part.problemPage?.(request, problem) ?? null;
        if (page !== null) return page;
      }
      return null;
    },
  };
}
