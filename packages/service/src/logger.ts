import { printableJson } from '@tocsin/json';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { isError, isPlainObject, redactFields, redactValue, scrubText } from './redaction.ts';
import { tocsinVersion } from './version.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** `trace` to `fatal`, or `silent`. */
  level: string;
  /** The service's name, on every line. */
  service: string;
  /** Where lines go; by default standard output, each line at once. */
  destination?: DestinationStream;
}

const STANDARD_OUTPUT = 1;

/**
 * A logger of JSON lines. Everything that is logged passes the redaction in `redaction.ts`: the fields of a line, of
 * child loggers and of errors, and the message. That is the second line of defence; the first is to log chosen fields,
 * never a whole request, options object or error of a library.
 */
export function createLogger({ level, service, destination }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: { service, version: tocsinVersion() },
      timestamp: stdTimeFunctions.isoTime,
      // Formatters run first; pino's own serialiser would then copy every field of an error.
      serializers: { err: (redacted) => redacted },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => (isPlainObject(fields) ? redactFields(fields) : { value: '[object]' }),
      },
      hooks: {
        logMethod(args, method) {
          method.apply(this, redactArguments(args) as Parameters<typeof method>);
        },
        // People read it on terminals: a destination's name must not reverse a line.
        streamWrite: (line) => `${printableJson(line.trimEnd())}\n`,
      },
    },
    // Left to itself pino writes in the background, and mixes up the last lines before an exit.
    destination ?? pino.destination({ fd: STANDARD_OUTPUT, sync: true }),
  );
  redactBindings(logger);
  return logger;
}

/** pino formats a child's fields by the child's own options alone, never by its parent's; children inherit these two. */
function redactBindings(logger: Logger): void {
  const { child, setBindings } = logger;
  logger.child = function childRedacted(this: Logger, bindings: object, ...options: never[]) {
    return child.call(this, redactFields(bindings), ...options);
  } as typeof child;
  logger.setBindings = function setRedacted(this: Logger, bindings: object) {
    setBindings.call(this, redactFields(bindings));
  };
}

/**
 * An error alone becomes the field `err`; texts and the values put into them are redacted. Where there is no message,
 * pino would take the error's own, so it is given here, redacted.
 */
function redactArguments(args: readonly unknown[]): unknown[] {
  const [first, message, ...values] = args;
  if (typeof first === 'string')
    return [scrubText(first), ...args.slice(1).map((value) => redactValue(value))];
  const fields = isError(first) ? { err: first } : first;
  const err = typeof fields === 'object' && fields !== null && 'err' in fields ? fields.err : undefined;
  const text = message === undefined && isError(err) ? err.message : message;
  if (text === undefined) return [fields];
  return [fields, redactValue(text), ...values.map((value) => redactValue(value))];
}
