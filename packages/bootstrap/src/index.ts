export { runConfiguredService } from './run-configured-service.ts';
