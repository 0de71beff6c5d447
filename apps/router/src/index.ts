export { createRouter, type Router, type RouterDeps } from './service.ts';
