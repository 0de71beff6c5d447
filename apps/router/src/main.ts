import { loadOnSupportedNode } from '@tocsin/service/node-version';

await loadOnSupportedNode(() => import('./run.ts'), 'exec node apps/router/dist/main.js');
