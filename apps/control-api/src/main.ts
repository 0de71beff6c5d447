import { loadOnSupportedNode } from '@tocsin/runtime/node-version';

await loadOnSupportedNode(() => import('./run.ts'), 'exec node apps/control-api/dist/main.js');
