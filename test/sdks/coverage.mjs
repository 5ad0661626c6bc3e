// Writes the table of what the contract's runs recorded, from the files that `COVERAGE=<folder>` had them write.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const [folder, target = resolve(import.meta.dirname, '../../docs/coverage.md')] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: npm run coverage -- <folder> [file]')

const runs = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))

const COLUMNS = ['tokens', 'cost', 'first chunk', 'input', 'output', 'error', 'traceparent']
const byVersion = new Map()
for (const run of runs) {
  const key = `${run.package} ${run.version}`
  const known = byVersion.get(key) ?? { ...run, formats: new Set(), nodes: new Set(), all: [] }
  known.formats.add(run.format === 'esm' ? 'ESM' : 'CJS')
  known.nodes.add(run.node)
  known.all.push(run)
  byVersion.set(key, known)
}

/** By package, the oldest version first. */
const inOrder = (a, b) =>
  a.package < b.package ? -1 : a.package > b.package ? 1 : a.version.localeCompare(b.version, 'en', { numeric: true })

/** `yes` where each format recorded it on each Node: a package may have several cases. */
function cell(all, name) {
  const places = new Map(all.map(({ format, node }) => [`${format} ${node}`, false]))
  for (const { format, node, recorded } of all) if (recorded.includes(name)) places.set(`${format} ${node}`, true)
  const found = [...places.values()].filter(Boolean).length
  return found === 0 ? '' : found === places.size ? 'yes' : 'partly'
}

const union = (all, field) => [...new Set(all.flatMap((run) => run[field]))].sort()
const lines = [...byVersion.values()].sort(inOrder).map(({ package: name, version, formats, nodes, all }) => {
  const cells = [
    `\`${name}\``,
    version,
    [...formats].sort().join(', '),
    [...nodes].sort((a, b) => a - b).join(', '),
    union(all, 'operations')
      .map((each) => `\`${each}\``)
      .join(', '),
    ...COLUMNS.map((column) => cell(all, column)),
  ]
  return `| ${cells.join(' | ')} |`
})

const head = ['package', 'version', 'loaded as', 'Node', 'operations', ...COLUMNS]
writeFileSync(
  target,
  `# What tests record of each SDK

The contract of the integrations runs each package, as ES module and CommonJS, bare and under \`autolog()\`, against a local
server. This table is written from its last run: a \`yes\` was on a span, or on a request, in both formats. An empty cell is what
the package or its tests do not have, such as tokens of a store. Costs depend on the model of the test as well.

| ${head.join(' | ')} |
|${head.map(() => ' --- |').join('')}
${lines.join('\n')}
`,
)
console.log(`${lines.length} versions of ${new Set(runs.map((run) => run.package)).size} packages: ${target}`)
