const implementations = '/(embedded|pubsub|firestore|secret-manager|environment)-[^/]+[.]ts$';
const compositionRoots = '^functions/[^/]+/index[.]ts$|^cli/local-stack/';

/** The boundaries of the design: every rule says in `comment` what to do instead. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that import each other are one thing: move what they share to a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'cloud-sdks-behind-interfaces',
      comment:
        'Google clients are imported in pubsub-*, firestore-*, secret-manager-*, cloud-storage-* and google-credentials only. Depend on the interface beside them.',
      severity: 'error',
      from: {
        path: '^(functions|shared|cli)/',
        pathNot:
          '/((pubsub|firestore|secret-manager|cloud-storage)-[^/]+|google-credentials[.]ts)$',
      },
      to: {
        path: 'node_modules/@google-cloud/(pubsub|firestore|secret-manager|storage)|node_modules/google-(gax|auth-library)',
      },
    },
    {
      name: 'framework-in-one-place',
      comment:
        'The functions framework is reached through shared/http/functions-framework.ts only.',
      severity: 'error',
      from: { path: '^(functions|shared|cli)/', pathNot: '^shared/http/functions-framework[.]ts$' },
      to: { path: 'node_modules/@google-cloud/functions-framework' },
    },
    {
      name: 'implementations-chosen-in-composition-roots',
      comment:
        'Only functions/*/index.ts and cli/local-stack/ choose an implementation; take the interface as a parameter.',
      severity: 'error',
      from: { path: '^(functions|shared|cli)/', pathNot: `${compositionRoots}|${implementations}` },
      to: { path: `^shared/.*${implementations}` },
    },
    {
      name: 'implementations-do-not-know-each-other',
      comment:
        'An implementation stands alone: what two of them share goes beside their interface.',
      severity: 'error',
      from: {
        path: '^shared/.*/(embedded|pubsub|firestore|secret-manager|environment)-[^/]+[.]ts$',
      },
      to: {
        path: '^shared/.*/(embedded|pubsub|firestore|secret-manager|environment)-[^/]+[.]ts$',
        pathNot: '/$1-[^/]+[.]ts$',
      },
    },
    {
      name: 'destinations-know-only-their-interface',
      comment: 'A destination knows nothing of the queue, the audience map, the delivery or Mapp.',
      severity: 'error',
      from: { path: '^shared/destinations/' },
      to: { path: '^shared/(queue|audience-map|delivery|mapp|secrets)/|^(functions|cli|test)/' },
    },
    {
      name: 'destinations-do-not-know-each-other',
      comment: 'Code two destinations share belongs in shared/destinations/ itself.',
      severity: 'error',
      from: { path: '^shared/destinations/([^/]+)/' },
      to: { path: '^shared/destinations/([^/]+)/', pathNot: '^shared/destinations/$1/' },
    },
    {
      name: 'shared-knows-no-function',
      comment: 'shared/ is used by functions/, cli/ and test/, never the reverse.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(functions|cli|test|scripts|bench)/' },
    },
    {
      name: 'functions-do-not-know-each-other',
      comment: 'Functions meet in the queue only; shared code goes to shared/.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^(functions/(?!$1/)|cli/|test/|scripts/|bench/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
