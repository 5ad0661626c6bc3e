/** The demo as `npm run demo` runs it: real SDKs in real processes. */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './architecture/sources.js'

const folder = join(root, 'examples/demo')

/** Neither a key nor a tracing set-up of who runs the tests. */
const environment: Record<string, string | undefined> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/_API_KEY$|_BASE_URL$|^OTEL_|^NODE_OPTIONS$/.test(name)),
)

interface Demo {
  readonly child: ChildProcess
  readonly output: () => string
  /** Code or signal, once the demo and all that it started have ended: they share its output. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

function startDemo(env: Record<string, string | undefined> = {}, file = 'main.mjs'): Demo {
  const child = spawn(process.execPath, [join(folder, file)], {
    // A process group of its own, as a terminal gives it.
    detached: true,
    env: { ...environment, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => void (output += text))
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null)
  return { child, output: () => output, ended }
}

interface Line {
  readonly name: string
  readonly service: string
  /** What follows the duration. */
  readonly facts: string
  readonly parent: Line | undefined
}

/** Reads the tree as a person does: the parent is the nearest line above that is less indented. */
function readTree(output: string): Line[] {
  const open: { readonly indent: number; readonly line: Line }[] = []
  const lines: Line[] = []
  for (const text of output.split('\n')) {
    const match = /^([│├└─ ]*)(\S.*?) +(agent|gateway) +(<1ms|\d\S*)(.*)$/u.exec(text)
    if (!match) continue
    const [, lead = '', name = '', service = '', , facts = ''] = match
    while ((open.at(-1)?.indent ?? -1) >= lead.length) open.pop()
    const line = { name, service, facts: facts.trim(), parent: open.at(-1)?.line }
    open.push({ indent: lead.length, line })
    lines.push(line)
  }
  return lines
}

const pathOf = (line: Line | undefined): string[] =>
  line ? [...pathOf(line.parent), `${line.service}: ${line.name}`] : []

describe('the demo', () => {
  it('shows one trace across two processes', async () => {
    const demo = startDemo()
    await endWith(demo, 0)
    const output = demo.output()
    const lines = readTree(output)
    const paths = lines.map((line) => pathOf(line).join(' > '))

    expect(output.match(/^trace [0-9a-f]{32} /gm)).toHaveLength(1)
    expect(output).toContain(`${lines.length} spans from agent and gateway, in one trace.`)
    expect(lines.filter(({ parent }) => !parent).map(({ name }) => name)).toEqual(['invoke_agent trip-planner'])
    const start = 'agent: invoke_agent trip-planner'
    const served = 'gateway: POST /v1/chat/completions > gateway: chat gpt-5-mini > gateway: attempt openai/gpt-5-mini'
    const weather = `${start} > agent: invoke_agent weather-agent`
    const turn = `${weather} > agent: model_request > agent: chat gpt-5-mini > ${served}`
    const claude = 'claude-haiku-4-5'
    expect(paths.filter((_, index) => !lines.some(({ parent }) => parent === lines[index]))).toEqual([
      `${start} > agent: chat gpt-5-mini > ${served}`,
      `${start} > agent: chat ${claude} > gateway: POST /v1/messages > gateway: chat ${claude} > gateway: attempt anthropic/${claude}`,
      turn,
      `${weather} > agent: tools > agent: execute_tool get_weather`,
      turn,
      `${start} > agent: chat gpt-5-mini > agent: attempt primary/gpt-5-mini`,
      `${start} > agent: chat gpt-5-mini > agent: attempt gateway/gpt-5-mini > ${served}`,
    ])

    const chats = lines.filter(({ name }) => name.startsWith('chat '))
    expect(chats).toHaveLength(10)
    for (const { facts } of chats) expect(facts).toMatch(/^\d+ → \d+ tokens +\$0\.\d+ +(stop|tool_calls)\b/)
    expect(chats[0]?.facts).toContain('first chunk')
    const failed = lines.filter(({ facts }) => facts.includes('✗'))
    expect(failed.map(({ name, facts }) => `${name} ${facts}`)).toEqual(['attempt primary/gpt-5-mini ✗ overloaded 503'])
    expect(output).toContain('primary/gpt-5-mini failed (503), gateway/gpt-5-mini answered; cost $0.0')
  })

  it('prints nothing but its own lines, none over 120 columns', async () => {
    const demo = startDemo()
    await endWith(demo, 0)
    const own =
      /^(Provider: |openai SDK|Anthropic SDK|LangChain agent|createClient|trace |invoke_agent |[│├└]|\d+ spans| +(│|├|└|primary))|^$/u
    expect(
      demo
        .output()
        .split('\n')
        .filter((line) => !own.test(line) || [...line].length > 120),
    ).toEqual([])
  })

  it('calls a real provider when a key is set', async () => {
    // The stand-in again, in the place of the real host.
    const standIn = fork(join(folder, 'provider.mjs'), { env: environment })
    const [{ port }] = (await once(standIn, 'message')) as [{ port: number }]
    const demo = startDemo({ OPENAI_API_KEY: 'sk-demo', OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` })
    await endWith(demo, 0).finally(() => standIn.kill())
    expect(demo.output()).toContain('Provider: openai/gpt-5-mini (OPENAI_API_KEY is set)')
    expect(demo.output()).not.toContain('sk-demo')
    const asked = readTree(demo.output()).find(({ name }) => name === 'chat claude-haiku-4-5')
    expect(asked?.facts).toContain('gpt-5-mini')
  })

  it('runs the same when nothing takes its spans', async () => {
    const env = { ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }
    const servers: ChildProcess[] = []
    const start = async (file: string, more: Record<string, string> = {}): Promise<string> => {
      const server = fork(join(folder, file), { env: { ...env, ...more }, silent: true })
      servers.push(server)
      const [{ port }] = (await once(server, 'message')) as [{ port: number }]
      return `http://127.0.0.1:${port}`
    }
    const provider = await start('provider.mjs')
    const models = { 'gpt-5-mini': 'openai/gpt-5-mini', 'claude-haiku-4-5': 'openai/gpt-5-mini' }
    const client = { models, providers: { openai: { baseURL: `${provider}/v1`, apiKey: 'demo' } } }
    const gateway = await start('gateway.mjs', { DEMO_CLIENT: JSON.stringify(client) })
    const agent = startDemo({ ...env, DEMO_GATEWAY: gateway, DEMO_BROKEN: `${provider}/broken/v1` }, 'agent.mjs')
    await endWith(agent, 0).finally(() => servers.forEach((server) => server.kill()))
    const lines = agent.output().trim().split('\n')
    expect(lines.filter((line) => line.includes('ECONNREFUSED'))).toHaveLength(1)
    expect(lines).toHaveLength(6)
  })

  it('shows the trace of a failure and ends with 1', async () => {
    const closed = 'http://127.0.0.1:9/v1'
    const demo = startDemo({ OPENAI_API_KEY: 'sk-demo', OPENAI_BASE_URL: closed })
    await endWith(demo, 1)
    expect(demo.output()).toContain('The agent failed: ')
    const lines = readTree(demo.output())
    expect(lines[0]).toMatchObject({ name: 'invoke_agent trip-planner', facts: expect.stringContaining('✗') as string })
    expect(lines.filter(({ service, facts }) => service === 'gateway' && facts.includes('✗'))).not.toEqual([])
  })
})

describe.skipIf(process.platform === 'win32')('Ctrl-C (there are no process groups on Windows)', () => {
  const moments: readonly (readonly [string, RegExp])[] = [
    ['at once', /^/],
    ['while the agent loads', /^Provider:/],
    ['while it works', /^openai SDK/m],
  ]
  describe.each(moments)('%s', (_moment, line) => {
    it.each(['every process of the terminal', 'the demo alone'])('sent to %s ends all of them', async (who) => {
      const demo = startDemo()
      const pid = demo.child.pid as number
      await until(demo, line)
      process.kill(who === 'the demo alone' ? pid : -pid, 'SIGINT')
      const hung = setTimeout(() => process.kill(-pid, 'SIGKILL'), 60_000)
      // Without a handler of its own yet, the signal itself ends it.
      await endWith(demo, 130, ...(line.test('') ? ['SIGINT'] : []))
      clearTimeout(hung)
      expect(demo.output()).not.toMatch(/Error|failed/)
    })
  })
})

/** Fails with all that the demo printed, because a code alone says little. */
async function endWith(demo: Demo, ...allowed: unknown[]): Promise<void> {
  const end = await demo.ended
  if (!allowed.includes(end)) throw new Error(`the demo ended with ${end}:\n${demo.output()}`)
}

async function until(demo: Demo, line: RegExp): Promise<void> {
  while (!line.test(demo.output())) {
    if (demo.child.exitCode !== null) throw new Error(`the demo ended early:\n${demo.output()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
