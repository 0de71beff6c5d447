import { buildOpenApi, ENDPOINTS } from '@tocsin/contract';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, DocumentedResponse> }>>;
  components: object;
}
interface DocumentedResponse {
  content?: Record<string, { schema: object }>;
}

/** Made with the first answer: most files that load the test kit check none. */
let checker: ReturnType<typeof createChecker> | undefined;

function createChecker() {
  const openApi = buildOpenApi('test') as unknown as OpenApi;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const compiled = new Map<object, ValidateFunction>();
  return {
    openApi,
    ajv,
    /** References in the document are `#/components/…`, so each schema is compiled with the components beside it. */
    compile(schema: object): ValidateFunction {
      const validate = compiled.get(schema) ?? ajv.compile({ ...schema, components: openApi.components });
      compiled.set(schema, validate);
      return validate;
    },
  };
}

const templates = [...new Set(ENDPOINTS.map(({ path }) => path))].map((path) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

/** The path as the document writes it; literal segments win over templated ones. */
function templateOf(path: string): string {
  const [pathname = ''] = path.split('?');
  const literal = templates.find((template) => template.path === pathname);
  const found = literal ?? templates.find(({ pattern }) => pattern.test(pathname));
  if (found === undefined) throw new Error(`${path} is not in the OpenAPI document`);
  return found.path;
}

export interface CheckedAnswer {
  method: string;
  path: string;
  status: number;
  contentType: string;
  /** undefined where the answer has no body. */
  body: unknown;
}

/** @throws Error where an answer is not what the OpenAPI document says of this path, method and status */
export function checkAnswer({ method, path, status, contentType, body }: CheckedAnswer): void {
  checker ??= createChecker();
  const documented = checker.openApi.paths[templateOf(path)]?.[method.toLowerCase()]?.responses[status];
  if (documented === undefined) throw new Error(`${method} ${path}: status ${status} is not documented`);
  if (documented.content === undefined) {
    if (body !== undefined) throw new Error(`${method} ${path}: a body where none is documented`);
    return;
  }
  const schema = documented.content[contentType]?.schema;
  if (schema === undefined) throw new Error(`${method} ${path}: ${contentType} is not documented`);
  const validate = checker.compile(schema);
  if (!validate(body))
    throw new Error(`${method} ${path} ${status}: ${checker.ajv.errorsText(validate.errors)}`);
}
