import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `pnpm --filter @tocsin/console dev` finds the API; the page itself always asks its own origin. */
const API = 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    // The policy of the page allows no inline script.
    modulePreload: { polyfill: false },
    // Whatever is small is still a file of its own: `data:` URLs are allowed for images alone.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/v1': API, '/queues': API, '/docs': API, '/openapi.json': API } },
});
