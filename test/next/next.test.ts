/**
 * An application of Next.js as docs/recipes/nextjs.md has it: installed outside of the tree, built, started and asked. It takes
 * minutes and much of the disk, so that it runs only if asked to: `NEXT=default` builds each major by its own default, as CI
 * does, `NEXT=all` with each of its bundlers.
 */
import { execFile, spawn } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startOtlpReceiver, type OtlpReceiver } from '../../src/testing.js'
import { root } from '../architecture/sources.js'
import { startModelServer, type ModelServer } from '../support/model-server.js'
import { putBeside } from '../support/put-beside.js'

const run = promisify(execFile)
const folder = join(root, 'test/next')
const { NEXT } = process.env

/** The span of Next.js around a route handler; version 15 names its file. */
const ROUTE = /^executing api route \(app\) \/api\/ask(?:\/route)?$/

interface Build {
  readonly major: string
  readonly bundler: string
  readonly isDefault: boolean
  /** Next.js 16 ends the build of a route for the edge by webpack with an error of its own. */
  readonly hasEdge: boolean
}

const builds: readonly Build[] = [
  { major: '15', bundler: 'webpack', isDefault: true, hasEdge: true },
  { major: '15', bundler: 'turbopack', isDefault: false, hasEdge: true },
  { major: '16', bundler: 'turbopack', isDefault: true, hasEdge: true },
  { major: '16', bundler: 'webpack', isDefault: false, hasEdge: false },
]

/** Where an application of each major is. */
const homes = new Map<string, string>()

async function install(major: string): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), `tracestitch-next-${major}-`))
  homes.set(major, home)
  cpSync(join(folder, major), home, { recursive: true })
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: home,
    shell: process.platform === 'win32',
  })
  putBeside(join(home, 'node_modules'))
}

let models: ModelServer
let receiver: OtlpReceiver
beforeAll(async () => {
  models = await startModelServer()
})
afterAll(() => models.close())
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_ENV: 'production',
  NODE_OPTIONS: '',
  NEXT_TELEMETRY_DISABLED: '1',
  OPENAI_API_KEY: 'sk-test',
  OPENAI_BASE_URL: `${models.origin}/v1`,
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
})

function layApplication(home: string, { hasEdge }: Build): void {
  for (const part of ['app', '.next']) rmSync(join(home, part), { recursive: true, force: true })
  cpSync(join(folder, 'application'), home, { recursive: true })
  if (!hasEdge) rmSync(join(home, 'app/api/edge'), { recursive: true })
}

const program = 'node_modules/next/dist/bin/next'

/** Where the server listens, and what ends it. */
async function startServer(home: string): Promise<{ origin: string; stop: () => Promise<string> }> {
  const child = spawn(process.execPath, [program, 'start', '--hostname', '127.0.0.1', '--port', '0'], {
    cwd: home,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const ended = new Promise<string>((resolve) => child.on('close', () => resolve(said)))
  const origin = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString()
      const [, port] = /Local:\s+http:\/\/[\w.]+:(\d+)/.exec(said) ?? []
      if (port !== undefined && said.includes('Ready')) resolve(`http://127.0.0.1:${port}`)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void ended.then(() => reject(new Error(`next start ended: ${said}`)))
  })
  return {
    origin,
    stop: () => {
      child.kill()
      return ended
    },
  }
}

async function ask(origin: string, path: string): Promise<unknown> {
  const response = await fetch(origin + path, { method: 'POST', body: JSON.stringify({ question: 'Hello' }) })
  return response.json()
}

describe.skipIf(!NEXT).each(['15', '16'])('Next.js %s (not without NEXT, see above)', (major) => {
  beforeAll(() => install(major), 600_000)
  afterAll(() => rm(homes.get(major) ?? '', { recursive: true, force: true }))

  const chosen = builds.filter((build) => build.major === major && (build.isDefault || NEXT === 'all'))
  test.each(chosen)(
    '$bundler: traces the calls of a route, and runs the client at the edge',
    { timeout: 600_000 },
    async (build) => {
      const home = homes.get(major) ?? ''
      layApplication(home, build)
      const flags = build.isDefault ? [] : [`--${build.bundler}`]
      await run(process.execPath, [program, 'build', ...flags], { cwd: home, env: environment() })
      const server = await startServer(home)
      try {
        expect(await ask(server.origin, '/api/ask')).toEqual({ text: 'Hello! How can I help?' })
        if (build.hasEdge)
          expect(await ask(server.origin, '/api/edge')).toEqual({ text: 'Hello! How can I help?', isEdge: true })
        await expect.poll(() => receiver.findAll(ROUTE).length).toBe(1)
      } finally {
        await server.stop()
      }
      // The edge has no autolog() of its own. Where it runs in this process, its call is traced on the wire.
      const calls = receiver.findAll('chat gpt-5-mini')
      const [call, ...more] = calls.filter((span) => ROUTE.test(receiver.parentOf(span)?.name ?? ''))
      expect(more).toEqual([])
      expect(call?.attributes).toMatchObject({ 'gen_ai.usage.output_tokens': 3, 'user.id': 'ann' })
      expect(calls.length).toBeLessThanOrEqual(build.hasEdge ? 2 : 1)
    },
  )
})
