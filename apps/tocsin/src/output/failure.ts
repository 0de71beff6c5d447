import { ApiError, ConnectionError, InvalidCallError } from '@tocsin/client';
import type { FieldError } from '@tocsin/contract';
import type { SettingsError } from '@tocsin/service';
import { UsageError } from '../usage-error.ts';
import { errorText } from './error-text.ts';
import { encodePrintableJson, printable, printableLines } from './printable.ts';

const HINTS: Record<string, string> = {
  connection_refused:
    'Is it running? `tocsin up` starts it. Is it elsewhere? Give its address in TOCSIN_URL or with --server.',
  dns: 'Check TOCSIN_URL or --server.',
  unexpected_answer: 'Check TOCSIN_URL or --server: something else may be answering there.',
  tls: 'An authority of your own is trusted with NODE_EXTRA_CA_CERTS=FILE.',
  unauthorized: 'Check TOCSIN_API_KEY: the key is unknown here, or was revoked.',
  forbidden: '`tocsin keys create` makes a key with other scopes.',
};

/** Messages that already say what to do. */
const NO_HINT = /does not speak TLS/;

/** An error as data: what `--json` prints on standard error. */
export interface Failure {
  code: string;
  message: string;
  status?: number;
  requestId?: string;
  /** How long the server asks to wait before a retry. */
  retryAfterSeconds?: number;
  errors?: readonly FieldError[];
}

/** Recognised by its code and faults: importing `@tocsin/service` is slow, and only `up` does it. */
function isSettingsError(error: unknown): error is SettingsError {
  return (
    error instanceof Error && (error as { code?: unknown }).code === 'invalid_settings' && 'faults' in error
  );
}

/** `PORT: must be …` as a field and its fault. */
function settingFault(fault: string): FieldError {
  const [, path = '', message = fault] = /^(\w+): (.*)$/s.exec(fault) ?? [];
  return { path, message };
}

/** A bug in this program, for which the stack is needed. Errors of the system have a code. */
function isBug(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return /^(Type|Range|Reference|Syntax)Error$/.test(error.name) && !('code' in error);
}

/** @returns the error's code, text and fields. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ApiError) {
    return {
      code: error.code,
      message: error.detail,
      status: error.status,
      ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
      ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
      ...(error.errors.length === 0 ? {} : { errors: error.errors }),
    };
  }
  if (error instanceof ConnectionError) return { code: error.code, message: error.message };
  if (error instanceof UsageError || error instanceof InvalidCallError) {
    return { code: 'usage', message: error.message };
  }
  if (isSettingsError(error)) {
    const errors = error.faults.map(settingFault);
    return { code: 'invalid_settings', message: 'The settings are not usable.', errors };
  }
  const text = errorText(error);
  return { code: 'unexpected', message: isBug(error) ? (error.stack ?? text) : text };
}

/** @returns lines for standard error: a sentence, the fields at fault, and a hint. */
function failureLines(error: unknown): string[] {
  const failure = describeFailure(error);
  const [first = '', ...rest] = printableLines(failure.message);
  const fields = (failure.errors ?? []).map(
    ({ path, message }) => `  ${printable(path === '' ? '(body)' : path)}: ${printable(message)}`,
  );
  const request =
    failure.requestId !== undefined && (failure.status ?? 0) >= 500
      ? [`  request id ${printable(failure.requestId)}`]
      : [];
  const { retryAfterSeconds } = failure;
  const wait = retryAfterSeconds === undefined ? [] : [`  Try again in ${retryAfterSeconds} s.`];
  const hint = NO_HINT.test(failure.message) ? undefined : HINTS[failure.code];
  return [
    `tocsin: ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...fields,
    ...wait,
    ...request,
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ];
}

/** @returns the text for standard error about an error that ended the command. */
export function failureText(error: unknown, json: boolean): string {
  if (json) return `${encodePrintableJson({ error: describeFailure(error) })}\n`;
  return `${failureLines(error).join('\n')}\n`;
}
