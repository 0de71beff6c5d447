import { DEFAULT_RETRY_POLICY, LIMITS, type RetryPolicy } from '@tocsin/contract';
import { parseCidrList, parseOwnUrls } from '@tocsin/egress';
import { parseApiKey, parseSecretKeys } from '@tocsin/secrets';
import { z } from 'zod';

/** Ten years. */
const DAYS_MAX = 3_650;
/** As in the retry settings of a destination. */
const DELAY_MS_MAX = LIMITS.retryDelayMsMax;

/** Fewer could be guessed: the secret is chosen by a person, and its hash is a fast one. */
const ADMIN_SECRET_CHARACTERS_MIN = 16;

/** A number written in decimal. `Number()` alone would also take `0x10`, `1e3` and an empty text. */
function decimal(range: { min: number; max: number; whole: boolean }) {
  const shape = range.whole ? /^\d+$/ : /^\d+(\.\d+)?$/;
  const message = `must be a ${range.whole ? 'whole number' : 'number'} from ${range.min} to ${range.max}`;
  return z
    .string()
    .refine((text) => shape.test(text) && Number(text) >= range.min && Number(text) <= range.max, message)
    .transform(Number);
}

const whole = (min: number, max: number) => decimal({ min, max, whole: true });
const fraction = (min: number, max: number) => decimal({ min, max, whole: false });

/** A URL of one of these schemes. */
function url(protocols: readonly string[]) {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );
}

/** Where a service is reached: no userinfo, query or fragment; read without a trailing slash. */
function baseUrl() {
  return url(['http:', 'https:'])
    .refine((text) => {
      if (!URL.canParse(text)) return true;
      const { username, password, search, hash } = new URL(text);
      return `${username}${password}${search}${hash}` === '';
    }, 'must have no user, password, query or fragment')
    .transform((text) => text.replace(/\/+$/, ''));
}

/** Text that a parser accepts; what it throws becomes the fault. */
function parsedBy(parse: (text: string) => unknown) {
  return z.string().superRefine((text, context) => {
    try {
      parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not valid' });
    }
  });
}

/**
 * Every setting of Tocsin, keyed by its environment variable. A service picks what it needs into an object schema.
 * Fields without a default are required; where a service can do without one, it says `.optional()`.
 * For operators they are described in `.env.example`.
 */
export const setting = {
  DATABASE_URL: url(['postgres:', 'postgresql:']),
  REDIS_URL: url(['redis:', 'rediss:']),
  PORT: whole(0, 65_535).default(8080),
  HOST: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,255}$/, 'must be an address or a host name')
    .default('127.0.0.1'),
  TOCSIN_PUBLIC_URL: baseUrl(),
  TOCSIN_DATA_DIR: z.string().default('.tocsin'),
  TOCSIN_ADMIN_KEY: z
    .string()
    .refine(
      (text) => parseApiKey(text) !== null,
      'must be written tcs_<id>_<secret>, the id of A-Z a-z 0-9 . ~ -, the secret of A-Z a-z 0-9 . _ ~ -',
    )
    .refine(
      (text) =>
        (parseApiKey(text)?.secret.length ?? ADMIN_SECRET_CHARACTERS_MIN) >= ADMIN_SECRET_CHARACTERS_MIN,
      `must have a secret of at least ${ADMIN_SECRET_CHARACTERS_MIN} characters`,
    ),
  TOCSIN_SECRET_KEYS: parsedBy(parseSecretKeys),
  TOCSIN_EGRESS_ALLOW: parsedBy(parseCidrList).default(''),
  TOCSIN_EGRESS_CA_FILE: z.string(),
  TOCSIN_OWN_URLS: parsedBy(parseOwnUrls).pipe(z.transform(parseOwnUrls)).prefault(''),
  TOCSIN_WORKER_CONCURRENCY: whole(1, 10_000).default(1_000),
  TOCSIN_DELIVERY_SHARDS: whole(1, 256).default(1),
  TOCSIN_STATUS_PARTS: z.enum(['all', 'delivery', 'reads']).default('all'),
  TOCSIN_STATUS_URL: baseUrl(),
  TOCSIN_INGEST_URL: baseUrl(),
  TOCSIN_SERVICE_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,512}$/, 'must be 16 to 512 printable ASCII characters without spaces'),
  TOCSIN_EXPIRE_DAYS: fraction(0, DAYS_MAX)
    .refine((days) => days > 0, 'must be more than 0')
    .default(7),
  TOCSIN_RETRY_MAX: whole(0, LIMITS.retriesMax).default(DEFAULT_RETRY_POLICY.maxRetries),
  TOCSIN_RETRY_BASE_MS: fraction(10, DELAY_MS_MAX).default(DEFAULT_RETRY_POLICY.baseDelayMs),
  TOCSIN_RETRY_FACTOR: fraction(1, 1_000).default(DEFAULT_RETRY_POLICY.factor),
  TOCSIN_RETRY_CEILING_MS: fraction(10, DELAY_MS_MAX).default(DEFAULT_RETRY_POLICY.maxDelayMs),
  TOCSIN_RETENTION_DAYS: whole(1, DAYS_MAX).default(30),
  TOCSIN_RATE_LIMIT: whole(1, 10_000_000).default(2_000),
  TOCSIN_PROXY_HOPS: whole(0, 10).default(0),
  TOCSIN_CONSOLE_DIR: z.string(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
};

/** The settings that make the retry policy of destinations that set none of their own. */
export const retrySettings = {
  TOCSIN_RETRY_MAX: setting.TOCSIN_RETRY_MAX,
  TOCSIN_RETRY_BASE_MS: setting.TOCSIN_RETRY_BASE_MS,
  TOCSIN_RETRY_FACTOR: setting.TOCSIN_RETRY_FACTOR,
  TOCSIN_RETRY_CEILING_MS: setting.TOCSIN_RETRY_CEILING_MS,
};

/** The retry policy of destinations that set none of their own. */
export function retryPolicyOf(config: z.output<z.ZodObject<typeof retrySettings>>): RetryPolicy {
  return {
    maxRetries: config.TOCSIN_RETRY_MAX,
    baseDelayMs: config.TOCSIN_RETRY_BASE_MS,
    factor: config.TOCSIN_RETRY_FACTOR,
    maxDelayMs: config.TOCSIN_RETRY_CEILING_MS,
  };
}
