import type { Endpoint } from '@tocsin/contract';
import type { z } from 'zod';

type Shape = z.ZodObject | undefined;
type Body = z.ZodType | undefined;
type SchemaInput<T> = T extends z.ZodType ? z.input<T> : undefined;
/** A query is given as the service will read it (numbers, lists), not as the text it becomes. */
type QueryInput<T> = T extends z.ZodObject ? Partial<z.output<T>> : undefined;

type ParamsInput<E extends Endpoint> = E extends Endpoint<infer P> ? SchemaInput<P> : never;
type QueryOf<E extends Endpoint> = E extends Endpoint<Shape, infer Q> ? QueryInput<Q> : never;
type BodyInput<E extends Endpoint> =
  E extends Endpoint<Shape, Shape, infer B extends Body> ? SchemaInput<B> : never;

/** The field is absent where the endpoint has none, optional where it may be left out, and compulsory else. */
type Field<K extends string, T> = [T] extends [undefined]
  ? { [key in K]?: undefined }
  : undefined extends T
    ? { [key in K]?: T }
    : Record<never, never> extends T
      ? { [key in K]?: T }
      : { [key in K]: T };

/** What a call of the endpoint takes: its path parameters, its query and its body, before defaults are filled in. */
export type CallInput<E extends Endpoint> = Field<'params', ParamsInput<E>> &
  Field<'query', QueryOf<E>> &
  Field<'body', BodyInput<E>> & {
    /** Ends the call early; it then rejects with the signal's reason. */
    signal?: AbortSignal;
  };

/** The input may be left out where nothing in it is compulsory. */
export type CallArguments<E extends Endpoint> =
  Record<never, never> extends CallInput<E> ? [input?: CallInput<E>] : [input: CallInput<E>];
