import { loadOnSupportedNode } from '@tocsin/service/node-version';

await loadOnSupportedNode(() => import('./run.ts'), 'exec node apps/delivery-worker/dist/main.js');
