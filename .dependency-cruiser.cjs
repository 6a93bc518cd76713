// The layers of ARCHITECTURE.md: imports go one way, there are no cycles, no file is dead.
const only = (room, allowed) => ({
  name: `${room.replaceAll('/', '-')}-imports-only-what-is-below-it`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: { path: '^(src|models)/', pathNot: [room, ...allowed].map((path) => (path.endsWith('.ts') ? `^${path}$` : `^${path}/`)) },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-dead-files',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$' },
      to: {},
    },
    only('src/engine', []),
    only('src/litmus', ['src/engine']),
    only('src/report', ['src/engine']),
    only('src/sweep', ['src/engine', 'src/litmus']),
    only('src/store', ['src/engine']),
    only('src/export', ['src/engine', 'src/report/wrap.ts']),
    // The package entry is the engine as everybody else sees it.
    only('models', ['src/index.ts', 'src/engine', 'src/litmus']),
    {
      name: 'only-cli-and-store-touch-the-machine',
      severity: 'error',
      from: { path: '^(src|models)/', pathNot: '^src/(cli|store)/' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
