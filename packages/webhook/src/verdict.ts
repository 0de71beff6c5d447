import { STATUS_CODES } from 'node:http';
import type { AttemptError } from '@tocsin/contract';
import { classifyError } from './classify-error.ts';
import type { Exchange } from './exchange.ts';

/**
 * An exchange succeeded if it has a 2xx and its body ended or reached 16 KiB. A status other than 2xx decides alone,
 * however the reading of its body ended.
 *
 * @param timeoutMs the attempt's deadline, for the message
 * @returns null for a success, else why not
 */
export function judgeExchange(exchange: Exchange, timeoutMs: number): AttemptError | null {
  const { ending, statusCode } = exchange;
  if (ending.kind === 'switched' || (statusCode !== null && statusCode < 200)) {
    return { code: 'protocol', message: `the receiver answered ${statusCode}, which ends no HTTP request` };
  }
  if (statusCode !== null && statusCode >= 300) {
    return { code: 'http_status', message: describeStatus(statusCode) };
  }
  switch (ending.kind) {
    case 'read':
      return null;
    case 'failed':
      return classifyError(ending.error);
    default:
      return {
        code: 'timeout',
        message: `waited for ${exchange.awaited} until the ${timeoutMs} ms were over`,
      };
  }
}

function describeStatus(statusCode: number): string {
  const phrase = STATUS_CODES[statusCode];
  const answer = `the receiver answered ${statusCode}${phrase === undefined ? '' : ` ${phrase}`}`;
  return statusCode < 400 ? `${answer}; redirects are not followed` : answer;
}
