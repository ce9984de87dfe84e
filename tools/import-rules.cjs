// Imports point down: app.ts → api → core → com → sql, and web → api/contract → core/{vocabulary,money,errors}.
const TEST = '\\.test\\.ts$'
const SHARED_WORDS = '^core/(vocabulary|money|errors)\\.ts$'

/** What stands in `from` reaches none of the folders or files in `to`. */
const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    never('nobody-imports-app', 'app.ts wires; nothing stands on it.', {}, { path: '^app\\.ts$' }),
    never(
      'api-points-down',
      'api stands on core and com.',
      { path: '^api/', pathNot: TEST },
      { path: '^(web|test|tools)/' },
    ),
    never(
      'api-has-no-sql',
      'A query is a rule of the shop: it belongs to core.',
      { path: '^api/', pathNot: TEST },
      { path: '(^|/)node_modules/(kysely|mysql2|libsql)/' },
    ),
    never(
      'api-takes-row-types',
      'Views are made from rows: their types may pass, nothing else of sql.',
      { path: '^api/', pathNot: TEST },
      { path: '^sql/', dependencyTypesNot: ['type-only'] },
    ),
    never(
      'core-points-down',
      'core stands on com and sql.',
      { path: '^core/', pathNot: TEST },
      { path: '^(api|web|test|tools)/' },
    ),
    never(
      'core-knows-no-web',
      'The rules of the shop know neither HTTP nor the browser.',
      { path: '^core/', pathNot: TEST },
      { path: '(^|/)node_modules/(@koa/|koa|vue|axios|element-plus|chart\\.js|ioredis|nodemailer|mysql2)' },
    ),
    never(
      'com-points-down',
      'com knows no order and no payment.',
      { path: '^com/', pathNot: TEST },
      { path: '^(core|api|web|test|tools)/' },
    ),
    never(
      'sql-stands-alone',
      'sql names the words of the shop, as types, and nothing else.',
      { path: '^sql/' },
      { pathNot: '^(sql/|core/vocabulary\\.ts$)' },
    ),
    never(
      'sql-imports-types',
      'sql takes types from the vocabulary, not values.',
      { path: '^sql/' },
      { path: '^core/', dependencyTypesNot: ['type-only'] },
    ),
    never(
      'words-stand-alone',
      'Every layer may import the vocabulary, so it imports nothing.',
      { path: '^core/vocabulary\\.ts$' },
      {},
    ),
    never(
      'shared-words-stand-together',
      'The browser loads them: they bring nothing else with them.',
      { path: SHARED_WORDS },
      { pathNot: SHARED_WORDS },
    ),
    never(
      'contract-is-plain',
      'The browser loads the contract: it stands on shared words and zod alone.',
      { path: '^api/contract/', pathNot: TEST },
      { pathNot: ['^api/contract/', SHARED_WORDS, '(^|/)node_modules/zod/'] },
    ),
    never(
      'web-sees-the-contract',
      'The browser sees the contract and the shared words.',
      { path: '^web/', pathNot: TEST },
      { path: '^(app\\.ts|api/|core/|com/|sql/|test/|tools/)', pathNot: ['^api/contract/', SHARED_WORDS] },
    ),
    never(
      'buyers-load-no-console',
      'The console is loaded when someone opens it.',
      { path: '^web/', pathNot: '^web/admin/' },
      { path: '^web/admin/', dynamic: false, dependencyTypesNot: ['type-only'] },
    ),
    never(
      'buyers-load-no-documents',
      'The pages for developers are loaded when someone opens them.',
      { path: '^web/', pathNot: '^web/docs/' },
      { path: '^web/docs/', dynamic: false, dependencyTypesNot: ['type-only'] },
    ),
    never(
      'console-packages',
      "The storefront carries no UI kit: these are the console's.",
      { path: '^web/', pathNot: '^web/admin/' },
      { path: '(^|/)node_modules/(element-plus|@element-plus|chart\\.js)/' },
    ),
    never(
      'listener-stands-alone',
      'It is carried to a phone as one file: what it needs comes with Node or stands beside it.',
      { path: '^listener/', pathNot: TEST },
      { pathNot: '^listener/', dependencyTypesNot: ['core'] },
    ),
    never(
      'nobody-imports-the-listener',
      'It runs elsewhere and knows the till by its protocol alone.',
      { pathNot: '^(listener|test)/' },
      { path: '^listener/' },
    ),
    never(
      'no-cycles',
      'Nothing stands on itself.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    never('imports-exist', 'An import leads nowhere.', {}, { couldNotResolve: true }),
    never(
      'declared-packages',
      'A package is named in package.json, and what runs is no devDependency.',
      { path: '^(app\\.ts|api|core|com|web)', pathNot: TEST },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.vue', '.js', '.d.ts', '.css', '.sql'],
    },
  },
}
