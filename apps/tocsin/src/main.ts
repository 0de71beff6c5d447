#!/usr/bin/env node
import { loadOnSupportedNode } from '@tocsin/runtime/node-version';

await loadOnSupportedNode(() => import('./run.ts'), 'tocsin');
