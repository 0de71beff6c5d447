const TEST = '[.]test[.]ts$';
/** The rooms of packages/http, and those that each may use; `serve` uses them all. */
const HTTP_ROOMS = [
  ['limits', 'limits'],
  ['auth', 'auth'],
  ['body', 'body|limits'],
  ['exchange', 'exchange|body|limits'],
];

const roomRule = ([room, used]) => ({
  name: `http-room-${room}`,
  comment: 'Arrows between the rooms of packages/http run one way.',
  severity: 'error',
  from: { path: `^packages/http/src/${room}/` },
  to: { path: '^packages/http/src/', pathNot: `^packages/http/src/(?:${used})/` },
});

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
        'A package is used through its index; reach for less by exporting more. What says that this Node is too old, and what every command of the command line needs, is loaded without the rest.',
      severity: 'error',
      from: { path: '^(?:apps|packages)/([^/]+)/' },
      to: {
        path: '^packages/',
        pathNot: [
          '^packages/$1/',
          '^packages/[^/]+/src/index[.]ts$',
          '^packages/service/src/(?:node-version|version)[.]ts$',
        ],
      },
    },
    {
      name: 'console-format-imports-console',
      comment: 'Texts and numbers are formatted by pure functions, which know nothing else of the console.',
      severity: 'error',
      from: { path: '^apps/console/src/format/', pathNot: TEST },
      to: { path: '^apps/console/', pathNot: '^apps/console/src/format/' },
    },
    {
      name: 'console-api-imports-console',
      comment:
        'The API client and what is read with it know no page, no component, and not who is signed in.',
      severity: 'error',
      from: { path: '^apps/console/src/api/', pathNot: TEST },
      to: { path: '^apps/console/', pathNot: '^apps/console/src/(?:api|format)/' },
    },
    {
      name: 'console-session-imports-console',
      severity: 'error',
      from: { path: '^apps/console/src/session/', pathNot: TEST },
      to: { path: '^apps/console/', pathNot: '^apps/console/src/(?:session|api|format)/' },
    },
    {
      name: 'console-components-import-console',
      comment:
        'A shared component is given what it shows; of the API it knows the problems alone, which it shows everywhere alike.',
      severity: 'error',
      from: { path: '^apps/console/src/components/', pathNot: TEST },
      to: {
        path: '^apps/console/',
        pathNot: '^apps/console/src/(?:(?:components|format)/|api/problem-message[.]ts$)',
      },
    },
    {
      name: 'console-page-imports-page',
      comment:
        'Pages meet in components and in the API. What several pages of one subject share is in their room.',
      severity: 'error',
      from: { path: '^apps/console/src/pages/([^/]+)/' },
      to: { path: '^apps/console/src/pages/', pathNot: '^apps/console/src/pages/$1/' },
    },
    {
      name: 'console-imports-app',
      comment: 'Only the entry puts the console together.',
      severity: 'error',
      from: { path: '^apps/console/', pathNot: '^apps/console/src/app/' },
      to: { path: '^apps/console/src/app/' },
    },
    {
      name: 'cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...HTTP_ROOMS.map(roomRule),
    {
      name: 'rooms-in-a-circle',
      comment: 'A folder is a room, and arrows between rooms run one way.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(?:apps|packages)/(?!console|tocsin)[^/]+/src/' },
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
