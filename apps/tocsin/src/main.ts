#!/usr/bin/env node
import { loadOnSupportedNode } from '@tocsin/service/node-version';

await loadOnSupportedNode(() => import('./run.ts'), 'tocsin');
