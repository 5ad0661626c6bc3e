// Runs the contract on the newest release of every SDK of the matrix, in a copy of this project, and writes `drift.md`: what has
// changed since the versions that are installed here. `npm run drift`, or `npm run drift -- groq-sdk chromadb` for some.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const wanted = new Set(process.argv.slice(2))
const copy = mkdtempSync(join(tmpdir(), 'tracestitch-drift-'))
const json = (file) => JSON.parse(readFileSync(file, 'utf8'))

/** Packages that a case names, by the folder that has them; the name of the case is that of its file. */
function casesOf() {
  return readdirSync(join(root, 'test/integrations'))
    .filter((file) => file.endsWith('.case.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(root, 'test/integrations', file), 'utf8')
      const name = /^\s+package: '([^']+)'/m.exec(text)?.[1]
      const home = /^\s+home: '([^']+)'/m.exec(text)?.[1] ?? ''
      return name && (wanted.size === 0 || wanted.has(name))
        ? [{ id: file.slice(0, -'.case.ts'.length), name, home }]
        : []
    })
}

const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })

/** What is installed here is linked: npm replaces files, and changes none. Where that cannot be, npm installs it. */
function install(home, command) {
  const modules = join(root, home, 'node_modules')
  const linked = existsSync(modules) && spawnSync('cp', ['-al', modules, join(copy, home)], { stdio: 'ignore' })
  if (!linked || linked.status !== 0) run('npm', command, copy)
}

try {
  const cases = casesOf()
  run('git', ['clone', '--quiet', root, copy], root)
  install('', ['ci', '--no-audit', '--no-fund'])
  if (cases.some(({ home }) => home !== '')) install('test/sdks', ['run', '--silent', 'sdks'])
  for (const home of new Set(cases.map(({ home }) => home))) {
    const newest = cases.filter((each) => each.home === home).map(({ name }) => `${name}@latest`)
    const flags = ['--no-save', '--ignore-scripts', '--omit=optional', '--legacy-peer-deps', '--no-audit', '--no-fund']
    run('npm', ['install', ...flags, ...new Set(newest)], join(copy, home))
  }
  const lines = cases.map(({ id, name, home }) => {
    const versionIn = (at) => {
      const file = join(at, home, 'node_modules', name, 'package.json')
      return existsSync(file) ? json(file).version : 'not installed'
    }
    const report = join(copy, `drift-${id}.json`)
    spawnSync(
      'npx',
      ['--no-install', 'vitest', 'run', `test/integrations/${id}.test.ts`, '--reporter=json', `--outputFile=${report}`],
      { cwd: copy, stdio: 'ignore', env: { ...process.env, CI: 'true' } },
    )
    const { numPassedTests: passed = 0, numFailedTests: failed = 0 } = existsSync(report) ? json(report) : {}
    const line = [
      `\`${name}\``,
      versionIn(root),
      versionIn(copy),
      passed,
      passed + failed === 0 ? 'did not run' : failed,
    ]
    console.log(line.join('  '))
    return `| ${line.join(' | ')} |`
  })
  const day = new Date().toISOString().slice(0, 10)
  const head = '| package | installed | newest | passed | failed |\n| --- | --- | --- | --- | --- |'
  const text = `# The newest releases under the contract\n\nOf ${day}, on Node ${process.versions.node}, by \`npm run drift\`.\n\n${head}\n${lines.join('\n')}\n`
  if (wanted.size === 0) writeFileSync(join(import.meta.dirname, 'drift.md'), text)
  else console.log(text)
  process.exitCode = lines.every((line) => line.endsWith('| 0 |')) ? 0 : 1
} finally {
  rmSync(copy, { recursive: true, force: true })
}
