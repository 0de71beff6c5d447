export { createInternalClient, type InternalClient } from './internal-client.ts';
export * from './status-gateway.ts';
export {
  aboutStatusService,
  createStatusGatewayClient,
  StatusGatewayError,
} from './status-gateway-client.ts';
