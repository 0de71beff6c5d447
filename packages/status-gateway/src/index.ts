export * from './status-gateway.ts';
export {
  aboutStatusService,
  createStatusGatewayClient,
  StatusGatewayError,
} from './status-gateway-client.ts';
