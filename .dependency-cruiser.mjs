/**
 * Who may import whom (CONTRIBUTING.md, "Layout"). The sources are read with swc: this version of dependency-cruiser knows
 * TypeScript up to 6.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'app-imports-app',
      comment:
        'Services talk over queues and HTTP. Only apps/tocsin composes them, from their exported factories.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/tocsin/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'app-internals',
      comment: 'What apps/tocsin takes from a service, that service exports.',
      severity: 'error',
      from: { path: '^apps/tocsin/' },
      to: { path: '^apps/', pathNot: ['^apps/tocsin/', '^apps/[^/]+/src/index[.]ts$'] },
    },
    {
      name: 'package-imports-app',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'package-internals',
      comment:
        'A package is used through its index; reach for less by exporting more. What says that this Node is too old must be loaded without the rest.',
      severity: 'error',
      from: { path: '^(?:apps|packages)/([^/]+)/' },
      to: {
        path: '^packages/',
        pathNot: [
          '^packages/$1/',
          '^packages/[^/]+/src/index[.]ts$',
          '^packages/runtime/src/node-version[.]ts$',
        ],
      },
    },
    {
      name: 'cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'shipped-code-imports-test-kit',
      severity: 'error',
      from: { path: '/src/', pathNot: ['^packages/testkit/', '[.]test[.]ts$'] },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'unit-test-starts-something',
      comment:
        'Tests beside the code run without servers and processes; what needs one lies in `test/`. Sockets of node:net are used unconnected.',
      severity: 'error',
      from: { path: '^(?:apps|packages)/[^/]+/src/.*[.]test[.]ts$' },
      to: {
        path: '^(?:node:)?(?:child_process|cluster|dgram|http|http2|https|tls|worker_threads)$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'unresolved',
      comment: 'An import that cannot be followed would slip through every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'package-named-for-nothing',
      comment: 'Packages and files are named for a responsibility.',
      severity: 'error',
      from: {},
      to: { path: '(?:^|/)(?:utils?|common|helpers?|misc)(?:/|[.][^/]+$)', pathNot: 'node_modules' },
    },
  ],
  required: [
    {
      name: 'sources-are-read',
      comment: 'Were the sources not understood, no rule above could find anything.',
      severity: 'error',
      module: { path: '^packages/[^/]+/src/index[.]ts$' },
      to: { path: '^packages/[^/]+/src/(?!index[.]ts$)' },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '/coverage/'] },
    // The same condition under which types, tests and TypeScript on Node find the sources.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@tocsin/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
};
