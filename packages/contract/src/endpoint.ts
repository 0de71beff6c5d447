import type { z } from 'zod';
import type { ProblemCode } from './problem.ts';
import type { Scope } from './vocabulary.ts';

type Shape = z.ZodObject | undefined;
type Body = z.ZodType | undefined;

/**
 * One endpoint as data: the services route and validate by it, the OpenAPI document is made from it, the client is
 * typed by it. A path parameter is written `{name}`.
 */
export interface Endpoint<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  B extends Body = Body,
  R = unknown,
> {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** What the key must be allowed to do; null where any valid key may. */
  readonly scope: Scope | null;
  /** Anyone may call it, without a key. */
  readonly isPublic?: boolean;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** The endpoint reads the raw bytes itself, of these content types. */
  readonly rawBody?: readonly string[];
  /** The body's limit after decompression, if not `LIMITS.requestBytesMax`. */
  readonly bodyBytesMax?: number;
  /** The body is one alert: its `alertContext` is not parsed, and unknown keys are passed over. */
  readonly bodyIsAlert?: boolean;
  /** A body may be left out altogether. */
  readonly bodyOptional?: boolean;
  /** Bounds concurrent calls of one key: `reads` is each GET with a key, and all that costs as much as a list. */
  readonly gate?: 'reads' | 'changes';
  readonly success: {
    readonly status: 200 | 201 | 202 | 204;
    readonly schema: z.ZodType<R> | null;
    /** It may also make something new, and answers 201 then. */
    readonly mayCreate?: boolean;
  };
  /** Codes beyond those that every endpoint, or every one with a body, may answer with (`openapi.ts`). */
  readonly problems: readonly ProblemCode[];
}

/** Keeps an endpoint's schemas in its type. */
export function defineEndpoint<
  P extends Shape = undefined,
  Q extends Shape = undefined,
  B extends Body = undefined,
  R = undefined,
>(endpoint: Endpoint<P, Q, B, R>): Endpoint<P, Q, B, R> {
  return endpoint;
}

type OutputOf<T> = T extends z.ZodType ? z.output<T> : undefined;

/** What a handler of the endpoint is given after validation. */
export interface RequestOf<E extends Endpoint> {
  params: E extends Endpoint<infer P> ? OutputOf<P> : never;
  query: E extends Endpoint<Shape, infer Q> ? OutputOf<Q> : never;
  body: E extends Endpoint<Shape, Shape, infer B> ? OutputOf<B> : never;
}

/** The body of the endpoint's success. */
export type ResponseOf<E extends Endpoint> = E extends Endpoint<Shape, Shape, Body, infer R> ? R : never;
