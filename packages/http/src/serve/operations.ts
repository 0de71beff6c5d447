import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '@tocsin/service';
import { sendJson } from '../exchange/answer.ts';

export interface OperationsDeps {
  service: string;
  metrics: Metrics;
  readiness: () => Promise<Record<string, string>>;
  state: () => ServiceState;
}

/** `starting` and `draining` services are not ready: a load balancer sends them nothing. */
export type ServiceState = 'starting' | 'ready' | 'draining';

type Serve = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A probe gives up after a second or more (Kubernetes' default); a dependency that hangs must not fail it. */
const READINESS_TIMEOUT_MS = 800;

/**
 * What an orchestrator asks, without a key: `/healthz` (alive), `/readyz` (started and not draining; dependencies are
 * reported, not judged, since a service without its database still answers with a clear error), `/metrics`.
 */
export function createOperations(deps: OperationsDeps): Readonly<Record<string, Serve>> {
  const { service, metrics, readiness, state } = deps;
  return {
    '/healthz': async (_, response) => sendJson(response, 200, { status: 'ok', service }),
    '/readyz': async (_, response) => {
      const dependencies = await askDependencies(readiness);
      const status = state();
      sendJson(response, status === 'ready' ? 200 : 503, { status, service, dependencies });
    },
    '/metrics': async (_, response) => {
      const text = await metrics.registry.metrics();
      response.setHeader('content-type', metrics.registry.contentType);
      response.setHeader('cache-control', 'no-store');
      response.end(text);
    },
  };
}

async function askDependencies(
  readiness: () => Promise<Record<string, string>>,
): Promise<Record<string, string>> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Record<string, string>>((resolve) => {
    timer = setTimeout(resolve, READINESS_TIMEOUT_MS, { readiness: 'did not answer in time' });
  });
  try {
    return await Promise.race([readiness(), timeout]);
  } catch {
    return { readiness: 'could not be asked' };
  } finally {
    clearTimeout(timer);
  }
}
