import { defineInternalRoute, type InternalRoute } from '@tocsin/http';
import { outcomeSchema, planSchema, STATUS_GATEWAY_PATHS, type StatusGateway } from '@tocsin/status-gateway';
import { z } from 'zod';

/** The internal interface for routers and workers in other processes; answers after the commit. */
export function createGatewayRoutes(gateway: StatusGateway): InternalRoute[] {
  return [
    defineInternalRoute({
      method: 'post',
      path: STATUS_GATEWAY_PATHS.plans,
      bodySchema: z.array(planSchema),
      handler: (plans) => gateway.commitPlans(plans),
    }),
    defineInternalRoute({
      method: 'post',
      path: STATUS_GATEWAY_PATHS.outcomes,
      bodySchema: z.array(outcomeSchema),
      handler: (outcomes) => gateway.commitOutcomes(outcomes),
    }),
  ];
}
