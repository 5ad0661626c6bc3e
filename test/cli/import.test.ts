/** `tracestitch import`, run as the command that is built. Needs the built package. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { root } from '../architecture/sources.js'

const command = join(root, 'dist/cli.cjs')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracestitch-import-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function tracestitch(args: readonly string[], input = ''): Promise<Ran> {
  const child = spawn(process.execPath, [command, 'import', ...args], { cwd: folder })
  let out = ''
  let error = ''
  child.stdout.on('data', (part: Buffer) => (out += String(part)))
  child.stderr.on('data', (part: Buffer) => (error += String(part)))
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, error }
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return name
}

const YAML = `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-5.4, api_key: os.environ/TEAM_KEY, weight: 2 }
  - model_name: chat
    litellm_params: { model: anthropic/claude-haiku-4-5, api_key: sk-literal-secret, weight: 1 }
general_settings: { master_key: sk-another-secret }
`
const PORTKEY = JSON.stringify({
  strategy: { mode: 'fallback' },
  targets: [
    { provider: 'openai', api_key: 'k-1', override_params: { model: 'gpt-5.4' } },
    { provider: 'anthropic', api_key: 'k-2', override_params: { model: 'claude-haiku-4-5' } },
  ],
})

describe('a file', () => {
  test('of LiteLLM becomes options that a client takes; what they cannot say is on standard error', async () => {
    const { code, out, error } = await tracestitch([await file('config.yaml', YAML)])
    expect(code).toBe(0)
    const options = JSON.parse(out) as ClientOptions
    expect(options.models?.['chat']).toMatchObject({
      strategy: 'weighted',
      targets: [{ model: 'openai/gpt-5.4', apiKeyEnv: 'TEAM_KEY', weight: 2 }, { model: 'anthropic/claude-haiku-4-5' }],
    })
    process.env['TEAM_KEY'] = 'k'
    try {
      expect(() => createClient(options)).not.toThrow()
    } finally {
      delete process.env['TEAM_KEY']
    }
    expect(error).toContain('warning: general_settings: ')
    expect(error).not.toContain('secret')
  })

  test('of Portkey is known by its looks, and becomes the alias that is named', async () => {
    const { code, out } = await tracestitch([await file('portkey.json', PORTKEY), '--name', 'main'])
    expect(code).toBe(0)
    expect(Object.keys((JSON.parse(out) as ClientOptions).models ?? {})).toEqual(['main'])
  })

  test('may come by standard input, and go to a file that only its owner reads', async () => {
    const { code, out, error } = await tracestitch(['-', '--out', 'options.json'], PORTKEY)
    expect([code, out]).toEqual([0, ''])
    expect(error).toMatch(/^wrote options\.json: 1 alias \(`default`\)/m)
    const written = join(folder, 'options.json')
    expect(JSON.parse(await readFile(written, 'utf8'))).toHaveProperty('models.default')
    if (process.platform !== 'win32') expect((await stat(written)).mode & 0o777).toBe(0o600)
  })
})

test('a file that is there stays as it is, unless --force is given', async () => {
  const there = join(folder, await file('there.json', 'mine'))
  const { code, error } = await tracestitch(['-', '--out', 'there.json'], PORTKEY)
  expect(code).toBe(1)
  expect(error).toContain('cannot write there.json: it exists already; --force overwrites it')
  expect(await readFile(there, 'utf8')).toBe('mine')
  expect((await tracestitch(['-', '--out', 'there.json', '--force'], PORTKEY)).code).toBe(0)
  expect(JSON.parse(await readFile(there, 'utf8'))).toHaveProperty('models.default')
})

describe('fails with 1 and says why', () => {
  test.each([
    ['there is no such file', 'not-there.yaml', undefined, []],
    ['it is a folder', '.', undefined, []],
    ['neither.txt: is neither JSON nor YAML; line 2', 'neither.txt', 'a: [\nb: {', []],
    ['text.yaml: expected an object', 'text.yaml', 'only words', []],
    ['say which with --from', 'other.json', '{"upstreams":[]}', []],
    ['say which with --from', 'both.json', '{"targets":[],"model_list":[]}', []],
    ['nothing in none.json can be used here', 'none.json', '{"model_list":[]}', []],
    ['cannot write', 'good.json', PORTKEY, ['--out', 'no/such/folder.json']],
  ])('%s', async (words, name, text, args) => {
    if (text !== undefined) await file(name, text)
    const { code, out, error } = await tracestitch([name, ...args])
    expect([code, out]).toEqual([1, ''])
    expect(error).toContain(words)
    expect(error).not.toContain('    at ')
  })

  test('but reads a doubtful one as it is told to', async () => {
    const { code, error } = await tracestitch([await file('leaf.json', '{"api_key":"k"}'), '--from', 'portkey'])
    expect(code).toBe(1)
    expect(error).toContain('warning: provider: the target names none')
  })
})
