import type { RequestHandler } from 'express';
import helmet from 'helmet';

type Directives = Record<string, string[]>;

/** Everything from this origin alone, and in nobody's frame. */
const OWN_ORIGIN: Directives = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/** What the console's pages may do: Mantine sets styles on elements, and adds rules to the page. */
export const CONSOLE_POLICY: Directives = { ...OWN_ORIGIN, styleSrc: ["'self'", "'unsafe-inline'"] };

/** The one style that Bull Board's script puts into its page: the colours of a drawing, of Redis. A test holds it. */
const BOARD_STYLE = "'sha256-r2N1TB/gHbBtBZFKg7ejmq1acVSREzucTAEw6ga4hoU='";

/**
 * What Bull Board's page may do: it names its own folder with `<base>`, and colours code in a worker. Its font from
 * another origin and its styles while loading are taken out of it; the styles of its job editor are refused.
 */
export const BOARD_POLICY: Directives = {
  ...OWN_ORIGIN,
  styleSrc: ["'self'", BOARD_STYLE],
  workerSrc: ["'self'"],
  baseUri: ["'self'"],
  formAction: ["'none'"],
};

const HSTS_SECONDS = 365 * 24 * 60 * 60;

/**
 * The headers of a page and its files.
 *
 * @param publicUrl where it is reached: browsers must insist on TLS only where there is TLS
 */
export function createPageHeaders(directives: Directives, publicUrl: string): RequestHandler {
  const isTls = new URL(publicUrl).protocol === 'https:';
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    // Other names of the same domain are not ours to decide about.
    strictTransportSecurity: isTls ? { maxAge: HSTS_SECONDS, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
  });
}
