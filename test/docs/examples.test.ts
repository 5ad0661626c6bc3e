/** Every example runs as it is written; only the addresses of servers are others. Needs the built package. */
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { noRedis, RedisServer } from '../stores/redis-server.js'
import { startModelServer, type ModelServer } from '../support/model-server.js'
import { DRIVERS } from './drivers.js'
import { blocksOf, isInstalled, NOT_INSTALLED, pages, programs, runs, textOf, type Program } from './pages.js'

const run = promisify(execFile)
const folder = join(root, 'test/.apps/docs')
/** The one line that is due where traces go nowhere. */
const NOWHERE = /^\[tracestitch\] traces are not exported: .*\n/gm

let server: ModelServer
let redis: RedisServer | undefined

beforeAll(async () => {
  server = await startModelServer()
  if (noRedis === '') redis = await RedisServer.start()
  await mkdir(folder, { recursive: true })
})
afterAll(async () => {
  await server.close()
  await redis?.kill()
  await rm(folder, { recursive: true, force: true })
})

interface Ran {
  readonly stdout: string
  readonly stderr: string
  /** Paths that it asked for. */
  readonly paths: string[]
}

async function execute(name: string, source: string, variables: Record<string, string> = {}): Promise<Ran> {
  const before = server.paths.length
  const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.mjs`)
  const here = source
    .replaceAll(/http:\/\/(127\.0\.0\.1:8080|localhost:4318)/g, server.origin)
    .replaceAll('redis://127.0.0.1:6379', redis?.url ?? '')
  await writeFile(file, here)
  const { stdout, stderr } = await run(process.execPath, [file], {
    cwd: folder,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      OPENAI_BASE_URL: `${server.origin}/v1`,
      ANTHROPIC_BASE_URL: server.origin,
      ...Object.fromEntries(['OPENAI', 'ANTHROPIC', 'GROQ', 'OPENROUTER'].map((id) => [`${id}_API_KEY`, 'sk-test'])),
      ...variables,
    },
  })
  return { stdout, stderr, paths: server.paths.slice(before) }
}

async function runProgram({ name, language, source, prints }: Program): Promise<Ran> {
  const driver = DRIVERS[name]
  const driven = driver?.change(source) ?? source
  if (driver && driven === source) throw new Error(`the driver of ${name} finds nothing to change`)
  const code = language === 'js' ? driven : (await transform(driven, { loader: 'ts', format: 'esm' })).code
  return execute(name, code, {
    ...(prints !== undefined && { OTEL_TRACES_EXPORTER: 'console' }),
    ...driver?.variables?.(server.origin),
  })
}

/** What was printed, without what differs from run to run. */
const plain = (text: string): string =>
  text
    .replaceAll(/\b[0-9a-f]{32}\b/g, '<trace>')
    .replaceAll(/ +\d+(\.\d+)?(ms|s)\b/g, ' <time>')
    .replaceAll(/ {2,}/g, '  ')
    .replaceAll(/ +$/gm, '')
    .trim()

const needsRedis = ({ source }: Program): boolean => source.includes('redis://')
/** Those that need a process of their own: what makes a client and no more is run in one. */
const isWhole = ({ source, language }: Program): boolean =>
  language === 'ts' || /^(await|for|try|autolog|const log)\b|await |autolog\(/m.test(source)

describe('an example', () => {
  const ready = programs.filter(runs)

  test.skipIf(noRedis !== '').each(ready.filter(needsRedis))(`in $name${noRedis}`, async (program) => {
    const { stderr, paths } = await runProgram(program)
    expect(stderr).toBe('')
    expect(paths).toEqual(['/v1/chat/completions'])
  })

  test.each(ready.filter((program) => !needsRedis(program) && isWhole(program)))('in $name', async (program) => {
    const { stdout, stderr } = await runProgram(program)
    const said = stderr.replace(NOWHERE, '')
    if (program.prints === undefined) expect(said).toBe('')
    else expect(plain(stdout + said)).toBe(plain(program.prints))
    expect(stdout).toMatch(DRIVERS[program.name]?.says ?? /^/)
  })

  const others = ready.filter((program) => !isWhole(program))

  test('that makes a client and no more makes one', async () => {
    expect(others.length).toBeGreaterThan(10)
    const files = others.map(({ source }, index) => [`client-${index}.mjs`, `${source}\nexport default ai\n`] as const)
    for (const [name, source] of files) await writeFile(join(folder, name), source)
    const program = `
      const problems = []
      for (const [name, page] of ${JSON.stringify(files.map(([name], index) => [name, others[index]?.name]))}) {
        const made = await import('./' + name).then((module) => module.default.chat.completions.create, String)
        if (typeof made !== 'function') problems.push(page + ': ' + made)
      }
      console.log(JSON.stringify(problems))`
    expect(JSON.parse((await execute('clients', program)).stdout)).toEqual([])
  })
})

test('packages that are said to be not installed are not, and are used', () => {
  expect(NOT_INSTALLED.filter(isInstalled)).toEqual([])
  const used = new Set(programs.flatMap(({ packages }) => packages))
  expect(NOT_INSTALLED.filter((name) => !used.has(name))).toEqual([])
})

test('drivers are of examples that are there', () => {
  const names = new Set(programs.map(({ name }) => name))
  expect(Object.keys(DRIVERS).filter((name) => !names.has(name))).toEqual([])
})

/** The first of a section. */
function sourceOf(page: string, section: string): string {
  const found = programs.find((program) => program.page === page && program.section === section)
  if (!found) throw new Error(`${page} has no example in ${section}`)
  return found.source
}

test('the client page asks whom it says', async () => {
  const { stdout, paths } = await execute('client', sourceOf('docs/client.md', 'the top'))
  expect(stdout).toBe('streamed')
  const [chat, messages] = ['/v1/chat/completions', '/v1/messages']
  expect(paths).toEqual([messages, chat, messages, chat, messages, '/v1/embeddings', messages])
})

test('costs come to what is said of them', async () => {
  const source = sourceOf('docs/money.md', 'the top')
  const said = [...source.matchAll(/usd: (0\.[0-9]+)|\/\/ (0\.[0-9]+)$/gm)].map((match) => Number(match[1] ?? match[2]))
  const shown = source
    .replace(/answer\._meta\.cost/, 'console.log(answer._meta.cost.usd)')
    .replace(/^ai\.spend\(.*?\)/m, 'console.log($&.rows[0].usd)')
    .replace(/^costOf\(.*?\.usd/m, 'console.log($&)')
  const { stdout } = await execute('money', shown)
  expect(stdout.trim().split('\n').map(Number)).toEqual([0.000065, 0.000065, 0.000065])
  expect(said.filter((usd) => usd === 0.000065)).toHaveLength(3)
})

test('the recorder has the usage that the answer said', async () => {
  const source = sourceOf('docs/testing.md', 'Record the spans of this process')
  const shown = source.replace(/^recorder\.find.*$/m, 'console.log(JSON.stringify([$&, recorder.open]))')
  expect(shown).not.toBe(source)
  expect(JSON.parse((await execute('recorder', shown)).stdout)).toEqual([8, []])
})

const { bin } = JSON.parse(textOf('package.json')) as { bin: { tracestitch: string } }
const command = (args: readonly string[]): Promise<{ stdout: string }> =>
  run(process.execPath, [join(root, bin.tracestitch), ...args])

test('commands and their flags are there', async () => {
  const lines = pages
    .flatMap((page) => blocksOf(page).flatMap(({ blocks }) => blocks.filter(({ language }) => language === 'sh')))
    .flatMap(({ text }) =>
      [...text.matchAll(/npx tracestitch ([^#\n]*)/g)].map(([, args = '']) => args.trim().split(/\s+/)),
    )
  expect(lines.length).toBeGreaterThan(4)
  for (const [name = '', ...args] of lines) {
    const { stdout } = await command([name, '--help'])
    for (const flag of args.filter((arg) => arg.startsWith('--'))) expect(stdout, `${name} ${flag}`).toContain(flag)
  }
})

test('blocks of JSON are JSON', () => {
  const texts = pages.flatMap((page) =>
    blocksOf(page).flatMap(({ blocks }) => blocks.flatMap(({ language, text }) => (language === 'json' ? text : []))),
  )
  expect(texts).not.toEqual([])
  for (const text of texts) expect(() => JSON.parse(text) as unknown).not.toThrow()
})
