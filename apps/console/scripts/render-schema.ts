import { fileURLToPath } from 'node:url';
import { buildOpenApi } from '@tocsin/contract';
import openapiTs, { astToString } from 'openapi-typescript';

/** Where the generated types are kept. */
export const SCHEMA_FILE = fileURLToPath(new URL('../src/api/schema.gen.ts', import.meta.url));

/** @returns the types of every operation, as TypeScript */
export async function renderSchema(): Promise<string> {
  const nodes = await openapiTs(JSON.stringify(buildOpenApi('0.0.0')), { defaultNonNullable: true });
  return `// Generated from the OpenAPI document; \`pnpm --filter @tocsin/console generate\` writes it anew.\n\n${astToString(nodes)}`;
}
