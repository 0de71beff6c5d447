import { checkValue, formatPath, MASK } from '@tocsin/contract';
import type { z } from 'zod';

/** The environment does not make a configuration. Its message has a line for every fault and shows no value. */
export class SettingsError extends Error {
  readonly code = 'invalid_settings';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The settings are not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

/**
 * Reads a service's configuration. A variable that is empty counts as absent, as compose files and CI write it.
 *
 * @param schema an object of `setting` fields, keyed by the environment variables' names
 * @param env the environment; variables the schema does not name are not looked at
 * @throws SettingsError with every fault, so that all are mended at once
 */
export function readSettings<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => {
      const text = env[name]?.trim();
      return text === undefined || text === '' ? [] : [[name, text]];
    }),
  );
  const parsed = checkValue(schema, given);
  if (parsed.success) return parsed.data;
  throw new SettingsError(
    parsed.error.issues.map((issue) => {
      const name = formatPath(issue.path);
      return `${name}${name === '' ? '' : ': '}${issue.message}`;
    }),
  );
}

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD/;
const SECRET_PARAMETER = /pass|secret|token|key/i;

/**
 * A configuration as it may be logged: keys, tokens and secrets are masked, URLs lose their passwords, what is absent
 * is null.
 *
 * @param schema the one the values were read by
 * @param values what `readSettings` returned
 */
export function summariseSettings<S extends z.ZodObject>(
  schema: S,
  values: z.output<S>,
): Record<string, unknown> {
  const known = values as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, summarise(name, known[name] ?? null)]),
  );
}

function summarise(name: string, value: unknown): unknown {
  if (value === null) return null;
  if (SECRET_NAME.test(name)) return MASK;
  if (typeof value === 'string' && value.includes('://')) return maskUrl(value);
  return value;
}

function maskUrl(text: string): string {
  if (!URL.canParse(text)) return MASK;
  const url = new URL(text);
  if (url.password !== '') url.password = MASK;
  for (const name of new Set(url.searchParams.keys())) {
    if (SECRET_PARAMETER.test(name)) url.searchParams.set(name, MASK);
  }
  return url.href;
}
