import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.js'
import { run } from '../../src/cli/run.js'
import { VERSION } from '../../src/kernel/version.js'
import { providersById } from '../../src/providers/index.js'

const providers = providersById()

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function tracestitch(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  let out = ''
  let error = ''
  const code = await run(args, { env, out: (text) => void (out += text), error: (text) => void (error += text) })
  return { code, out, error }
}

interface Listed {
  readonly id: string
  readonly baseURL: string
  readonly env: readonly string[]
  readonly ready: boolean
  readonly local: boolean
}

async function list(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly Listed[]> {
  const { code, out, error } = await tracestitch(['providers', '--json', ...args], env)
  expect([code, error]).toEqual([0, ''])
  return JSON.parse(out) as readonly Listed[]
}

const find = (listed: readonly Listed[], id: string): Listed | undefined => listed.find((row) => row.id === id)

describe('the command line', () => {
  test.each([['--version'], ['-v']])('%s', async (flag) => {
    expect(await tracestitch([flag])).toEqual({ code: 0, out: `${VERSION}\n`, error: '' })
  })

  test.each([['--help'], ['-h'], ['help']])('%s lists the commands', async (flag) => {
    const { code, out, error } = await tracestitch([flag])
    expect([code, error]).toEqual([0, ''])
    expect(out).toMatch(/^Usage: tracestitch <command>\n/)
    expect(out).toMatch(/^ {2}providers +list the providers/m)
  })

  test('without a command says how to use it and fails', async () => {
    const { code, out, error } = await tracestitch([])
    expect([code, out]).toEqual([2, ''])
    expect(error).toContain('Usage: tracestitch <command>')
  })

  test.each([
    [['provders'], 'there is no command `provders`; did you mean `providers`?'],
    [['zzz'], 'there is no command `zzz`\n'],
    [['--verson'], 'there is no option `--verson`; did you mean `--version`?'],
    [['providers', '--jsn'], "Unknown option '--jsn'"],
    [['providers', 'openai'], "Unexpected argument 'openai'"],
    [['providers', '--json=yes'], '--json'],
  ])('%j is a mistake, with a hint', async (args, words) => {
    const { code, out, error } = await tracestitch(args)
    expect([code, out]).toEqual([2, ''])
    expect(error).toContain(words)
    expect(error).toMatch(/\nSee tracestitch (providers )?--help\n$/)
  })

  test('--help after a command explains that command', async () => {
    const { code, out } = await tracestitch(['providers', '--help'])
    expect(code).toBe(0)
    expect(out).toContain('Usage: tracestitch providers [--ready] [--check] [--json]')
    expect(out).toContain('--ready  only those')
  })

  test.each([[[]], [['--help']], ...[...commands.keys()].map((name) => [[name, '--help']]), [['providers']]])(
    '%j fits 80 columns',
    async (args) => {
      const { out, error } = await tracestitch(args)
      expect(`${out}${error}`.split('\n').filter((line) => line.length > 80)).toEqual([])
    },
  )
})

describe('providers --json', () => {
  test('lists every provider once, by id, with the promised fields', async () => {
    const listed = await list()
    expect(listed.map(({ id }) => id)).toEqual([...providers.keys()].toSorted())
    for (const row of listed) {
      expect(Object.keys(row)).toEqual(['id', 'name', 'protocol', 'baseURL', 'env', 'ready', 'local', 'docs'])
    }
  })

  test('without a key none is ready: whether a server of this machine runs is not known', async () => {
    const listed = await list()
    expect(listed.filter((row) => row.ready)).toEqual([])
    expect(find(listed, 'ollama')?.local).toBe(true)
    expect(find(listed, 'openai')?.local).toBe(false)
  })

  test('--check: a server of this machine is ready when it takes a connection', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const env = { OLLAMA_HOST: `127.0.0.1:${port}`, OPENAI_API_KEY: 'k' }
    try {
      expect(find(await list([], env), 'ollama')?.ready).toBe(false)
      const checked = await list(['--check', '--ready'], env)
      expect(find(checked, 'ollama')?.ready).toBe(true)
      expect(find(checked, 'openai')?.ready).toBe(true)
    } finally {
      server.close()
      await once(server, 'close')
    }
    expect(find(await list(['--check'], env), 'ollama')?.ready).toBe(false)
  })

  test.each([
    ['openai', { OPENAI_API_KEY: 'k' }],
    ['perplexity', { PPLX_API_KEY: 'k' }],
    ['azure', { AZURE_OPENAI_API_KEY: 'k', AZURE_RESOURCE_NAME: 'mine' }],
  ])('%s is ready when the environment has what it needs', async (id, env) => {
    expect(find(await list(), id)?.ready).toBe(false)
    expect(find(await list([], env), id)?.ready).toBe(true)
  })

  test.each([
    ['the key is white space', 'openai', { OPENAI_API_KEY: ' ' }],
    ['a part of the base URL is missing', 'azure', { AZURE_OPENAI_API_KEY: 'k' }],
    ['the base URL is none', 'openai', { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'nonsense' }],
    ['the key has a line break', 'openai', { OPENAI_API_KEY: 'a\nb' }],
  ])('not ready: %s', async (_why, id, env) => {
    expect(find(await list([], env), id)?.ready).toBe(false)
  })

  test('shows the base URL that the environment makes, and never a key', async () => {
    const secret = 'sk-this-must-never-be-shown'
    const env = { AZURE_OPENAI_API_KEY: secret, AZURE_RESOURCE_NAME: 'mine' }
    expect(find(await list([], env), 'azure')?.baseURL).toBe('https://mine.openai.azure.com/openai/v1')
    expect((await tracestitch(['providers', '--json'], env)).out).not.toContain(secret)
    expect((await tracestitch(['providers'], env)).out).not.toContain(secret)
  })

  test('--ready leaves the others out', async () => {
    const listed = await list(['--ready'], { GROQ_API_KEY: 'k' })
    expect(listed.filter(({ ready }) => !ready)).toEqual([])
    expect(find(listed, 'groq')).toBeDefined()
    expect(find(listed, 'openai')).toBeUndefined()
  })
})

test('providers prints a table with a count', async () => {
  const { code, out } = await tracestitch(['providers'], { GROQ_API_KEY: 'k' })
  const lines = out.split('\n')
  expect(code).toBe(0)
  expect(lines[0]).toMatch(/^READY {2}ID +KEY$/)
  expect(out).toMatch(/^yes {4}groq +GROQ_API_KEY$/m)
  expect(out).toMatch(/^ {7}openai +OPENAI_API_KEY$/m)
  expect(out).toMatch(/^local {2}ollama +none$/m)
  expect(out).toMatch(/^ {7}perplexity +\w+\n +or \w+$/m)
  expect(out).toMatch(/, 1 ready\n\d+ are servers of this machine: --check connects to each\n$/)
  expect(out).toContain(`\n${providers.size} providers, `)
  expect(lines.filter((line) => line.endsWith(' '))).toEqual([])
})

test.each([
  [['import'], '<file> is missing'],
  [['import', 'a', 'b'], 'there are too many arguments'],
  [['import', 'a', '--from', 'kong'], '--from is one of litellm, portkey'],
])('%j is a mistake', async (args, words) => {
  const { code, out, error } = await tracestitch(args)
  expect([code, out]).toEqual([2, ''])
  expect(error).toContain(words)
  expect(error).toMatch(/\nSee tracestitch import --help\n$/)
})
