import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildOpenApi } from '@tocsin/contract';
import type { Express, Response } from 'express';

/** Nothing but this origin's own files; Swagger UI draws its icons from `data:` URLs. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tocsin API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** `validatorUrl: null`: the default sends the document's address to a server of somebody else. */
const START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
`;

const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

interface Content {
  type: string;
  body: string | Buffer;
}

function send(response: Response, { type, body }: Content): void {
  response.setHeader('content-type', type);
  response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cache-control', 'no-cache');
  response.end(body);
}

/**
 * Serves `/openapi.json` and `/docs`, the same rendered by Swagger UI. Both need no key: they tell nothing that the
 * source does not. The page's files come from this process, and its policy forbids it any other origin.
 *
 * @param version Tocsin's version, for the document
 */
export function createDocsPage(version: string): (app: Express) => void {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('swagger-ui-dist/package.json'));
  const text = (type: string, body: string): Content => ({ type: `${type}; charset=utf-8`, body });
  const page = text('text/html', PAGE);
  const contents = new Map<string, () => Content>([
    ['/docs', () => page],
    ['/docs/', () => page],
    ['/docs/start.js', () => text('text/javascript', START)],
  ]);
  const document = JSON.stringify(buildOpenApi(version));
  contents.set('/openapi.json', () => ({ type: 'application/json', body: document }));
  for (const [name, type] of Object.entries(ASSETS)) {
    let body: Buffer | undefined;
    contents.set(`/docs/${name}`, () => {
      body ??= readFileSync(join(folder, name));
      return { type, body };
    });
  }
  return (app) => {
    for (const [path, content] of contents) app.get(path, (_, response) => send(response, content()));
  };
}
