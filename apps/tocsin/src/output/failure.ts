import { ApiError, ConnectionError } from '@tocsin/client';
import type { FieldError } from '@tocsin/contract';
import { UsageError } from '../usage-error.ts';
import { encodeJson, printable, printableLines } from './printable.ts';

const HINTS: Record<string, string> = {
  connection_refused: 'Is it running? `tocsin up` starts it; TOCSIN_URL or --server says where it is.',
  dns: 'Check TOCSIN_URL or --server.',
  unexpected_answer: 'Check TOCSIN_URL or --server: something else may be answering there.',
  unauthorized: 'Check TOCSIN_API_KEY: the key is unknown here, or was revoked.',
  forbidden: '`tocsin keys create` makes a key with other scopes.',
};

/** An error as data: what `--json` prints on standard error. */
export interface Failure {
  code: string;
  message: string;
  status?: number;
  requestId?: string;
  errors?: readonly FieldError[];
}

/** @returns the error's code, text and fields, of those errors that have something to say to the user. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof ApiError) {
    return {
      code: error.code,
      message: error.detail,
      status: error.status,
      ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
      ...(error.errors.length === 0 ? {} : { errors: error.errors }),
    };
  }
  if (error instanceof ConnectionError) return { code: error.code, message: error.message };
  if (error instanceof UsageError) return { code: 'usage', message: error.message };
  return {
    code: 'unexpected',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}

/** @returns lines for standard error: a sentence, the fields at fault, and what might help. */
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
  const hint = HINTS[failure.code];
  return [`tocsin: ${first}`, ...rest, ...fields, ...request, ...(hint === undefined ? [] : [`  ${hint}`])];
}

/** @returns what to write on standard error for an error that ended the command. */
export function failureText(error: unknown, json: boolean): string {
  if (json) return `${encodeJson({ error: describeFailure(error) })}\n`;
  return `${failureLines(error).join('\n')}\n`;
}
