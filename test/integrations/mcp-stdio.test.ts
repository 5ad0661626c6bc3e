/** MCP over stdio: a client and a server, each a process with `autolog()`, are one trace, and stdout is the protocol's alone. */
import { build } from 'esbuild'
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startOtlpReceiver, type OtlpReceiver } from '../../src/testing/otlp-receiver.js'
import type { RecordedSpan } from '../../src/testing/recorded-span.js'

const root = resolve(import.meta.dirname, '../..')
const SDK = '@modelcontextprotocol/sdk'

/** Folders of `node_modules` by the name that a program imports, and the program of each side. */
const SDKS = {
  '1.12': { link: { [SDK]: 'mcp-sdk-old' }, program: 'v1' },
  '1.x': { link: { [SDK]: SDK }, program: 'v1' },
  '2.x': {
    link: {
      '@modelcontextprotocol/client': '@modelcontextprotocol/client',
      '@modelcontextprotocol/server': '@modelcontextprotocol/server',
    },
    program: 'v2',
  },
} as const
type Version = keyof typeof SDKS
type Format = 'esm' | 'cjs'

let home: string
let receiver: OtlpReceiver
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'tracestitch-mcp-'))
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.clear())
afterAll(async () => {
  await receiver?.close()
  if (home) rmSync(home, { recursive: true, force: true })
})

const programs = new Map<string, Promise<string>>()

/** A program in an application of its own, with the SDK of that version as its dependency. */
function programOf(side: 'client' | 'server', version: Version, format: Format): Promise<string> {
  const name = `${side}-${version}-${format}`
  const made = programs.get(name) ?? makeProgram(join(home, name), side, version, format)
  programs.set(name, made)
  return made
}

async function makeProgram(app: string, side: string, version: Version, format: Format): Promise<string> {
  const { link, program } = SDKS[version]
  const file = join(app, `main.${format === 'esm' ? 'mjs' : 'cjs'}`)
  const packages = { ...link, tracestitch: '..', '@opentelemetry/api': '@opentelemetry/api', zod: 'zod' }
  for (const [name, folder] of Object.entries(packages)) {
    const at = join(app, 'node_modules', name)
    mkdirSync(dirname(at), { recursive: true })
    symlinkSync(join(root, 'node_modules', folder), at, 'junction')
  }
  const dependencies = Object.fromEntries(Object.keys(packages).map((name) => [name, '*']))
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: side, private: true, dependencies }))
  await build({
    entryPoints: [join(import.meta.dirname, `mcp-stdio/${side}-${program}.ts`)],
    bundle: true,
    external: Object.keys(packages).flatMap((name) => [name, `${name}/*`]),
    platform: 'node',
    target: 'node20',
    format,
    outfile: file,
    logLevel: 'error',
  })
  return file
}

const LETTERS: Readonly<Record<string, string>> = { client: '>', server: '<', internal: '-' }

/** A line a span: which process, which side of the exchange, the name, whether it failed. */
function treeOf(spans: readonly RecordedSpan[], parent?: RecordedSpan): string[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent?.spanId)
    .toSorted((a, b) => a.startMs - b.startMs)
    .flatMap((span) => [
      `${span.service} ${LETTERS[span.kind]} ${span.name}${span.status.code === 'error' ? ' !' : ''}`,
      ...treeOf(spans, span).map((line) => `  ${line}`),
    ])
}

/** A request and the one who serves it, at a depth of the trace. */
const exchange = (line: string, from = 'client', to = 'server', depth = 1): string[] => [
  `${'  '.repeat(depth)}${from} > ${line}`,
  `${'  '.repeat(depth + 1)}${to} < ${line}`,
]

/** Modern: the protocol of 2026, in which a server asks nothing of its own. */
const sessionOf = (modern: boolean): string[] => [
  'client - session',
  ...(modern ? [] : exchange('initialize')),
  ...exchange('tools/call hello'),
  ...exchange('tools/call fails !'),
  ...exchange(`tools/call asks${modern ? ' !' : ''}`),
  // The server asks the client while it works on the tool.
  ...(modern ? [] : exchange('roots/list', 'server', 'client', 3)),
  ...exchange('prompts/get greet'),
  ...exchange('resources/read'),
  ...exchange('resources/read !'),
  // Asked in a process of its own, before the session has one.
  ...(modern ? ['server < server/discover'] : []),
]

interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** @param drive - Writes to the process, and tells it to end. */
function run(file: string, env: NodeJS.ProcessEnv, drive?: (child: ChildProcessWithoutNullStreams) => void) {
  return new Promise<Ended>((done) => {
    const child = spawn(process.execPath, [file], { env: { ...process.env, NODE_OPTIONS: '', ...env } })
    const ended = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (ended.stderr += text))
    child.on('close', (code, signal) => done({ ...ended, code, signal }))
    if (drive) drive(child)
    else child.stdin.end()
  })
}

describe.each<[client: Version, server: Version, format: Format, entry: string]>([
  ['1.12', '1.12', 'esm', 'connect'],
  ['1.x', '1.x', 'esm', 'connect'],
  ['1.x', '1.x', 'cjs', 'connect'],
  ['2.x', '2.x', 'esm', 'connect'],
  ['2.x', '2.x', 'cjs', 'connect'],
  ['2.x', '2.x', 'esm', 'serveStdio'],
  ['1.12', '2.x', 'esm', 'connect'],
  ['2.x', '1.12', 'esm', 'connect'],
])('client %s and server %s (%s, %s)', (clientVersion, serverVersion, format, entry) => {
  it('are one trace over both processes', async () => {
    const [client, server] = await Promise.all([
      programOf('client', clientVersion, format),
      programOf('server', serverVersion, format),
    ])
    const ended = await run(client, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_SERVICE_NAME: 'client',
      SERVER: server,
      SERVE_ENTRY: entry,
    })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const modern = entry === 'serveStdio'
    const asked = modern ? expect.stringContaining('not available') : '{"roots":[]}'
    // Strange is what the client's transport could not read.
    expect(JSON.parse(ended.stdout)).toEqual({
      strange: [],
      outcomes: ['hello', 'it failed', asked, 'hi', 'text', -32602],
    })
    // The oldest client does not wait for its server to end.
    const expected = sessionOf(modern)
    await receiver.waitFor((spans) => spans.length >= expected.length, 60_000)
    expect(treeOf(receiver.spans)).toEqual(expected)
    for (const span of receiver.spans) {
      if (span.name !== 'session') expect(span.attributes).toMatchObject({ 'network.transport': 'pipe' })
    }
    expect(receiver.findAll('resources/read').map(({ attributes }) => attributes['mcp.resource.uri'])).toEqual(
      expect.arrayContaining(['test://doc', 'test://nothing']),
    )
  })
})

const messages = [
  {
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  },
  { method: 'notifications/initialized' },
  { id: 1, method: 'tools/call', params: { name: 'hello' } },
  { id: 2, method: 'tools/call', params: { name: 'fails' } },
  { id: 3, method: 'prompts/get', params: { name: 'nobody' } },
]
const said = messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('')

describe.each<Version>(['1.12', '1.x', '2.x'])('a server of %s', (version) => {
  /** Ends it once the last answer is there. */
  const talk =
    (end: (child: ChildProcessWithoutNullStreams) => void) =>
    (child: ChildProcessWithoutNullStreams): void => {
      let answers = ''
      child.stdout.on('data', (text: string) => {
        answers += text
        if (!answers.includes('"id":3')) return
        answers = ''
        end(child)
      })
      child.stdin.write(said)
    }
  const hangUp = talk((child) => child.stdin.end())

  it.each<[how: string, env: NodeJS.ProcessEnv]>([
    ['to a backend that is not there', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }],
    ['to the console', { OTEL_TRACES_EXPORTER: 'console' }],
    ['without being told where to', {}],
  ])('writes what it writes without us, and nothing else, to stdout: %s', async (_, env) => {
    const server = await programOf('server', version, 'esm')
    const [bare, own] = await Promise.all([run(server, { BARE: '1' }, hangUp), run(server, env, hangUp)])
    expect(own.stdout).toBe(bare.stdout)
    expect([own.code, bare.code]).toEqual([0, 0])
    expect(own.stderr).not.toBe('')
    expect(bare.stderr).toBe('')
  })

  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])('sends its spans before %s ends it', async (signal) => {
    const server = await programOf('server', version, 'esm')
    const ended = await run(
      server,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
      talk((child) => child.kill(signal)),
    )
    expect(ended).toMatchObject({ signal, stderr: '' })
    expect(receiver.spans.map(({ name }) => name).sort()).toEqual([
      'initialize',
      'prompts/get nobody',
      'tools/call fails',
      'tools/call hello',
    ])
  })
})
