/** Every example of README runs as it is written; only the addresses of servers are others. Needs the built package. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { noRedis, RedisServer } from '../stores/redis-server.js'
import { startModelServer, type ModelServer } from './model-server.js'

const run = promisify(execFile)
const folder = join(root, 'test/.apps/readme')

/** The examples of one section are one program. */
const programs = (await readFile(join(root, 'README.md'), 'utf8')).split(/^## /m).flatMap((section, index) => {
  const blocks = [...section.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
  if (blocks.length === 0) return []
  const title = index === 0 ? 'the top' : (section.split('\n', 1)[0] ?? '')
  const source = blocks.join('\n')
  return [
    [
      title,
      /from 'tracestitch['/]/.test(source) ? source : `import { autolog } from 'tracestitch'\n${source}`,
    ] as const,
  ]
})

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

/** What the program wrote, and the paths that it asked for. */
async function runProgram(name: string, source: string): Promise<{ stdout: string; stderr: string; paths: string[] }> {
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
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${server.origin}/v1`,
      ANTHROPIC_API_KEY: 'sk-ant-test',
      ANTHROPIC_BASE_URL: server.origin,
    },
  })
  return { stdout, stderr, paths: server.paths.slice(before) }
}

test('there are examples', () => {
  expect(programs.map(([title]) => title)).toEqual([
    'the top',
    'autolog()',
    'createClient()',
    'Routing',
    'Health, hooks and metrics',
    'Several processes',
    'Money',
    'Routes in a file',
    'Only what you use',
    'Spans of your own',
    'Testing',
  ])
})

const needsRedis = ([, source]: (typeof programs)[number]): boolean => source.includes('redis://')

test.skipIf(noRedis !== '').each(programs.filter(needsRedis))(`%s${noRedis}`, async (title, source) => {
  const { stderr, paths } = await runProgram(title, source)
  expect(stderr).toBe('')
  expect(paths).toEqual(['/v1/chat/completions'])
})

test.each(programs.filter((program) => !needsRedis(program)))('%s', async (title, source) => {
  const { stdout, stderr, paths } = await runProgram(title, source)
  // The one line that is due where traces go nowhere.
  expect(stderr.replace(/^\[tracestitch\] traces are not exported: .*\n/, '')).toBe('')
  if (title !== 'createClient()') return
  expect(stdout).toBe('streamed')
  const [chat, messages] = ['/v1/chat/completions', '/v1/messages']
  expect(paths).toEqual([messages, chat, messages, chat, messages, '/v1/embeddings', messages])
})

test('costs come to what is said of them', async () => {
  const [, source = ''] = programs.find(([title]) => title === 'Money') ?? []
  const said = [...source.matchAll(/usd: (0\.[0-9]+)|\/\/ (0\.[0-9]+)$/gm)].map((match) => Number(match[1] ?? match[2]))
  const shown = source
    .replace(/answer\._meta\.cost/, 'console.log(answer._meta.cost.usd)')
    .replace(/^ai\.spend\(.*?\)/m, 'console.log($&.rows[0].usd)')
    .replace(/^costOf\(.*?\.usd/m, 'console.log($&)')
  const { stdout } = await runProgram('money', shown)
  expect(stdout.trim().split('\n').map(Number)).toEqual([0.000065, 0.000065, 0.000065])
  expect(said.filter((usd) => usd === 0.000065)).toHaveLength(3)
})

test('the recorder has the usage that the answer said', async () => {
  const [, source = ''] = programs.find(([title]) => title === 'Testing') ?? []
  const shown = source.replace(/^recorder\.find.*$/m, 'console.log(JSON.stringify([$&, recorder.open]))')
  expect(shown).not.toBe(source)
  expect(JSON.parse((await runProgram('recorder', shown)).stdout)).toEqual([8, []])
})
