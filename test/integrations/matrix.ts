/** Builds a small app for each SDK version, runs the case in it in every variant, and holds the reports against each other. */
import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChildReport, ChildSpan, ExpectedSpan, IntegrationCase, Mode } from '../contracts/integration.js'
import { startFakeProvider, type FakeProvider, type RecordedRequest } from '../support/fake-provider.js'
import { writeCoverage } from './coverage.js'
import { expectTree } from './span-tree.js'

const root = resolve(import.meta.dirname, '../..')

interface Result {
  readonly report: ChildReport
  readonly requests: readonly RecordedRequest[]
  readonly stderr: string
}

/** Registers the tests of one case. `casePath`: the case's file, relative to this folder. */
export function testIntegration<Sdk, Client>(spec: IntegrationCase<Sdk, Client>, casePath: string): void {
  const modules = join(root, spec.home ?? '', 'node_modules')
  const isInstalled = existsSync(modules)
  if (!isInstalled) {
    it.skipIf(!isInstalled)(`${spec.package} is traced (not installed: npm run sdks)`, () => undefined)
    return
  }
  let provider: FakeProvider
  let home: string
  beforeAll(async () => {
    provider = await startFakeProvider()
    home = mkdtempSync(join(tmpdir(), `tracestitch-${spec.id}-`))
  })
  afterAll(async () => {
    await provider?.close()
    if (home) rmSync(home, { recursive: true, force: true })
  })

  for (const [index, folder] of spec.installed.entries()) {
    const edge = index === 0 || index === spec.installed.length - 1
    const installed = join(modules, folder)
    const versionIn = (at: string): string =>
      (JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as { version: string }).version
    const version = versionIn(installed)
    const patchedVersion = spec.patches === undefined ? version : versionIn(neighbourOf(installed, spec))
    const apps = spec.apps ?? (['esm', 'cjs'] as const)
    for (const format of edge ? apps : apps.slice(0, 1)) {
      describe(`${spec.package} ${version} ${format}`, () => {
        const results = new Map<Mode, Promise<Result>>()
        const modes: readonly Mode[] = edge ? ['bare', 'before', 'after', 'hostile'] : ['bare', 'after']
        const resultOf = (mode: Mode): Promise<Result> => {
          const known = results.get(mode)
          if (known) return known
          const started = runChild({
            provider,
            home,
            modules,
            folder,
            version,
            format,
            mode,
            casePath,
            packageName: spec.package,
            specifier: `${spec.package}${spec.entry ?? ''}`,
            neighbours: spec.neighbours?.(folder) ?? {},
            env: spec.env ?? {},
          })
          results.set(mode, started)
          return started
        }
        if (process.env['COVERAGE'] !== undefined) {
          afterAll(async () => {
            const { report, requests } = await resultOf('after')
            writeCoverage(spec.id, { package: spec.package, version, format }, report, requests)
          })
        }
        for (const mode of modes.filter((candidate) => candidate !== 'bare')) {
          describe(
            mode === 'hostile' ? 'with a redactor, hooks and an exporter that throw' : `client made ${mode} autolog()`,
            () => {
              it('runs, and off() restores every method', { timeout: 120_000 }, async () => {
                const [bare, own] = await Promise.all([resultOf('bare'), resultOf(mode)])
                expect(own.report.sameHandle).toBe(true)
                expect(own.report.restored).toEqual([])
                // On a busy machine a rejection may be told when the next row has begun.
                const classesOf = (report: ChildReport): unknown =>
                  report.unhandled.map((one) => one.replace(/^.*: /, ''))
                expect(classesOf(own.report)).toEqual(classesOf(bare.report))
                expect(own.report.report).toContainEqual(
                  expect.objectContaining({
                    status: 'patched',
                    format: spec.formatOf?.(version) ?? format,
                    version: patchedVersion,
                  }),
                )
                expect(own.report.report.filter(({ detail }) => detail?.includes('declared twice'))).toEqual([])
                if (mode !== 'hostile') expect(own.report.open).toEqual([])
              })
              for (const row of spec.rows) {
                it(row.name, { timeout: 120_000 }, async (test) => {
                  const [bare, own] = await Promise.all([resultOf('bare'), resultOf(mode)])
                  const reason = own.report.skipped[row.name]
                  if (reason !== undefined) test.skip(reason)
                  expect(own.report.outcomes[row.name]).toEqual(bare.report.outcomes[row.name])
                  const behaviour = row.behaviour ?? 'ok'
                  // Whether a call that is aborted has reached the server by then is a matter of time.
                  if (behaviour !== 'slow') expect(wireOf(own, behaviour, spec)).toEqual(wireOf(bare, behaviour, spec))
                  if (mode === 'hostile') return
                  const spans = own.report.spans.filter((span) => own.report.traces[span.traceId] === row.name)
                  expectSpans(spans, row.spans)
                  if (row.tree) expectTree(spans, row.tree, row.attributesOf ?? {})
                  if (row.steps) expect(stepsOf(spans)).toEqual([...row.steps(version)].sort())
                  if (row.offline !== true) expectTrace(spans, own.requests, behaviour !== 'slow')
                })
              }
            },
          )
        }
      })
    }
  }
}

/** Folder of the package that is patched: below the installed one, or beside it. */
function neighbourOf(installed: string, spec: { readonly package: string; readonly patches?: string }): string {
  const { patches = '' } = spec
  const below = join(installed, 'node_modules', patches)
  return existsSync(below) ? below : join(installed.slice(0, -spec.package.length), patches)
}

/** What the provider saw of all rows with one behaviour; trace headers and what differs from call to call aside. */
function wireOf(
  result: Result,
  behaviour: string,
  {
    changingHeaders = [],
    changingPath,
  }: { readonly changingHeaders?: readonly string[]; readonly changingPath?: RegExp },
): unknown {
  const ignored = new Set(['traceparent', 'tracestate', 'host', 'connection', 'idempotency-key', ...changingHeaders])
  return result.requests
    .filter((request) => request.behaviour === behaviour)
    .map(({ path, headers, body }) => ({
      path: changingPath ? path.replace(changingPath, 'ID') : path,
      body,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ignored.has(name))),
    }))
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
}

const CLIENT_SPAN = 2

/** Spans of protocols, workflows and tools, which hold calls. */
const STEPS = new Set<unknown>([undefined, 'invoke_workflow', 'execute_tool'])

/** Calls of a store count as such. Agents that run in the program stand beside the model calls, not for them. */
function isModelCall(span: ChildSpan): boolean {
  const operation = span.attributes['gen_ai.operation.name']
  if (span.scope === 'test') return false
  if (span.attributes['db.system.name'] !== undefined) return true
  // A retriever of a service has a provider, one of a framework has none.
  if (operation === 'retrieval') return span.attributes['gen_ai.provider.name'] !== undefined
  if (STEPS.has(operation)) return false
  return operation !== 'invoke_agent' || span.kind === CLIENT_SPAN
}

/** Each with the span that it hangs below. */
function stepsOf(spans: readonly ChildSpan[]): string[] {
  const steps = spans.filter((span) => span.scope !== 'test' && !isModelCall(span))
  return steps.map(({ name, parentName }) => `${name} < ${parentName ?? ''}`).sort()
}

function expectSpans(spans: readonly ChildSpan[], expected: readonly ExpectedSpan[]): void {
  const calls = spans.filter(isModelCall)
  expect(calls.map((span) => span.name).sort()).toEqual(expected.map((span) => span.name).sort())
  const left = [...calls]
  for (const want of expected) {
    const at = left.findIndex((span) => span.name === want.name)
    const [span] = left.splice(at, 1)
    if (!span) throw new Error(`no span ${want.name}`)
    const { attributes } = span
    expect(span.kind).toBe(2)
    if (want.error === undefined) {
      expect(attributes['error.type']).toBeUndefined()
      expect(span.status).toBe(0)
    } else {
      expect(span.status).toBe(2)
      if (typeof want.error === 'string') expect(attributes['error.type']).toBe(want.error)
      else expect(String(attributes['error.type'])).toMatch(want.error)
    }
    if (want.usage !== undefined) {
      expect([attributes['gen_ai.usage.input_tokens'], attributes['gen_ai.usage.output_tokens']]).toEqual(
        want.usage === null ? [undefined, undefined] : [...want.usage],
      )
    }
    const finish = attributes['gen_ai.response.finish_reasons'] ?? null
    const hasAll = want.left?.finish != null && finish !== null && want.error === undefined
    if (hasAll) expect(finish).toEqual(want.left?.finish)
    else if (want.finish !== undefined) expect(finish).toEqual(want.finish)
    if (want.parent !== undefined) expect(span.parentName).toBe(want.parent)
    if (want.attributes && !hasAll) expect(attributes).toMatchObject(patternsOf(want.attributes))
  }
}

/** What a case can only say as data: a text that an attribute has to contain. */
function patternsOf(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      const part = typeof value === 'object' && value !== null ? (value as { contains?: string }).contains : undefined
      return [name, part === undefined ? value : expect.stringContaining(part)]
    }),
  )
}

/** Each request of the trace carries one traceparent, and its parent is one of the trace's model calls. */
function expectTrace(spans: readonly ChildSpan[], requests: readonly RecordedRequest[], arrives: boolean): void {
  const calls = spans.filter(isModelCall)
  const traceIds = new Set(spans.map((span) => span.traceId))
  const parents = new Set<string>()
  for (const request of requests) {
    expect(request.traceparents, `${request.path} traceparent count`).toBeLessThanOrEqual(1)
    const [, traceId = '', spanId = ''] = (request.headers['traceparent'] ?? '').split('-')
    if (!traceIds.has(traceId)) continue
    expect(calls.map((span) => span.spanId)).toContain(spanId)
    parents.add(spanId)
  }
  if (!arrives) return
  const reached = calls.filter((span) => !/Abort|never sent/.test(String(span.attributes['error.type'] ?? '')))
  expect([...parents].sort()).toEqual(expect.arrayContaining(reached.map((span) => span.spanId)))
}

interface ChildOptions {
  readonly provider: FakeProvider
  readonly home: string
  readonly modules: string
  readonly folder: string
  readonly packageName: string
  readonly specifier: string
  readonly neighbours: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly version: string
  readonly format: 'esm' | 'cjs'
  readonly mode: Mode
  readonly casePath: string
}

async function runChild(options: ChildOptions): Promise<Result> {
  const { provider, home, folder, version, format, mode } = options
  const app = join(home, folder.replaceAll('/', '-'))
  const entry = await appFor(app, options)
  const run = `${folder.replaceAll('/', '-')}-${format}-${mode}`
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((done, fail) => {
    execFile(
      process.execPath,
      ['--expose-gc', entry],
      {
        cwd: app,
        env: {
          ...process.env,
          ...options.env,
          CASE_MODE: mode,
          CASE_ORIGIN: provider.origin,
          CASE_RUN: run,
          CASE_VERSION: version,
          NODE_OPTIONS: '',
        },
        maxBuffer: 64 * 1024 * 1024,
        timeout: 110_000,
      },
      (error, out, err) =>
        error && !out.includes('@@REPORT@@')
          ? fail(new Error(`${error.message}\n${err}\n${out.slice(-2000)}`))
          : done({ stdout: out, stderr: err }),
    )
  })
  const report = JSON.parse(stdout.split('@@REPORT@@')[1] ?? 'null') as ChildReport | null
  if (!report) throw new Error(`the child wrote no report\n${stderr}`)
  return { report, requests: provider.requests(run), stderr }
}

const apps = new Map<string, Promise<string>>()

/** An app with the version under test as its dependency, and the case bundled in the wanted format; built once. */
function appFor(app: string, options: ChildOptions): Promise<string> {
  const key = `${app} ${options.format}`
  const built = apps.get(key) ?? buildApp(app, options)
  apps.set(key, built)
  return built
}

async function buildApp(
  app: string,
  { modules, folder, packageName, specifier, neighbours, format, casePath }: ChildOptions,
): Promise<string> {
  const entry = join(app, `main.${format === 'esm' ? 'mjs' : 'cjs'}`)
  const link = (name: string, target: string): void => {
    const at = join(app, 'node_modules', name)
    mkdirSync(dirname(at), { recursive: true })
    if (!existsSync(at)) symlinkSync(target, at, 'junction')
  }
  link(packageName, join(modules, folder))
  for (const [name, at] of Object.entries(neighbours)) link(name, join(modules, at))
  link('tracestitch', root)
  for (const name of ['@opentelemetry/api', 'zod']) link(name, join(root, 'node_modules', name))
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({
      name: 'app',
      private: true,
      dependencies: Object.fromEntries(
        [packageName, ...Object.keys(neighbours), 'tracestitch'].map((name) => [name, '*']),
      ),
    }),
  )
  await build({
    stdin: {
      contents: `import * as sdk from '${specifier}'; import spec from './${casePath}'; import { runCase } from './child.ts'; void runCase(sdk, spec)`,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format,
    outfile: entry,
    external: [
      packageName,
      `${packageName}/*`,
      ...Object.keys(neighbours).flatMap((name) => [name, `${name}/*`]),
      'tracestitch',
      '@opentelemetry/*',
      'zod',
      'zod/*',
    ],
    logLevel: 'error',
  })
  return entry
}
