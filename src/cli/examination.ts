/** What `tracestitch doctor` finds out, in the process that runs it. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { types } from 'node:util'
import { trace } from '@opentelemetry/api'
import type { ReportEntry } from '../autolog/contract.js'
import { createResolver } from '../autolog/find/resolve.js'
import { findCopies } from '../autolog/find/roots.js'
import { moduleInternals } from '../autolog/runtime.js'
import { VERSION } from '../kernel/version.js'
import { autolog } from '../whole-autolog.js'

/** A copy of a package. */
export interface Installed {
  readonly name: string
  /** `undefined` when its `package.json` has none. */
  readonly version: string | undefined
}

/** Where spans go. */
export interface Destination {
  /** `own`, `existing` or `off`, as in `log.status`. */
  readonly mode: string
  /** `otlp`, `console`, `none` and so on, as in `log.status`. */
  readonly exporter: string
  /** Host and port of the OTLP endpoint. */
  readonly host: string | undefined
  /** `acknowledged`, `handed on` to a set-up of the program's, `not sent`, or why it failed, such as `HTTP 401`. */
  readonly testSpan: string
}

/** All of it, as `--json` prints it. */
export interface Examination {
  readonly version: string
  readonly node: string
  /** The runtime shows each ES module that loads, so that SDKs may load after `autolog()`. */
  readonly seesESM: boolean
  /** As `log.report`, after every SDK that the application's `package.json` has was loaded. */
  readonly packages: readonly ReportEntry[]
  /** Copies of `@opentelemetry/api`. */
  readonly apis: readonly Installed[]
  /** Other tracing tools that are installed. */
  readonly tools: readonly Installed[]
  readonly destination: Destination
  /** What is wrong, and what to do. Empty: all is well. */
  readonly problems: readonly string[]
}

const API = '@opentelemetry/api'

/** Packages that make or send spans of model calls. */
const TOOLS: ReadonlySet<string> = new Set([
  '@arizeai/openinference-instrumentation-anthropic',
  '@arizeai/openinference-instrumentation-langchain',
  '@arizeai/openinference-instrumentation-openai',
  '@langfuse/openai',
  '@langfuse/otel',
  '@opentelemetry/auto-instrumentations-node',
  '@opentelemetry/instrumentation-openai',
  '@opentelemetry/sdk-node',
  '@sentry/node',
  '@sentry/nextjs',
  '@traceloop/node-server-sdk',
  '@vercel/otel',
  'braintrust',
  'dd-trace',
  'langfuse',
  'langsmith',
  'newrelic',
  'openlit',
])

/**
 * Loads the application's SDKs, patches them and sends a span.
 *
 * @param send - Whether to send the span.
 */
export async function examine(send: boolean): Promise<Examination> {
  // The application is that of the folder. The main file is this command's, whose own package is none.
  const [, main = ''] = process.argv
  process.argv[1] = ''
  const log = autolog({ eager: true })
  try {
    const unloadable = await loadDeclared(log.report)
    const packages = log.report
    const copies = findCopies({ names: new Set([API, ...TOOLS]), resolver: createResolver(), callerFile: undefined })
    const installed = copies.map(({ name, package: { version } }): Installed => ({ name, version }))
    const apis = installed.filter(({ name }) => name === API)
    const tools = installed.filter(({ name }) => name !== API).sort((a, b) => (a.name < b.name ? -1 : 1))
    const { mode, exporter, host } = log.status
    const destination = { mode, exporter, host, testSpan: send ? await sendSpan(log) : 'not sent' }
    return {
      version: VERSION,
      node: process.version,
      seesESM: moduleInternals.registerHooks !== undefined,
      packages,
      apis,
      tools,
      destination,
      problems: [...unloadable, ...problemsOf(packages), ...clashes(apis), ...undelivered(destination, send)],
    }
  } finally {
    process.argv[1] = main
    log.off()
  }
}

/**
 * Loads what is still pending and stands in the application's `package.json`: where a load is seen, `eager` leaves it to the
 * program.
 *
 * @returns What could not be loaded.
 */
async function loadDeclared(report: readonly ReportEntry[]): Promise<string[]> {
  const require = createRequire(join(process.cwd(), 'package.json'))
  let declared: ReadonlySet<string>
  try {
    declared = declaredIn(require)
  } catch (error) {
    return [`package.json cannot be read: ${reasonOf(error)}`]
  }
  const pending = report.filter(({ status, integration }) => status === 'pending' && integration !== 'none')
  const problems: string[] = []
  for (const name of new Set(pending.map((entry) => entry.package).filter((each) => declared.has(each)))) {
    try {
      await loadFrom(require, name)
    } catch (error) {
      problems.push(`${name} could not be loaded: ${reasonOf(error)}`)
    }
  }
  return problems
}

function reasonOf(error: unknown): string {
  return types.isNativeError(error) ? ((error as NodeJS.ErrnoException).code ?? error.name) : typeof error
}

/** Empty in a folder without a `package.json`. @throws It cannot be parsed. */
function declaredIn(require: NodeJS.Require): ReadonlySet<string> {
  try {
    const manifest = require('./package.json') as Readonly<Record<string, object | undefined>>
    const fields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
    return new Set(fields.flatMap((field) => Object.keys(manifest[field] ?? {})))
  } catch (error) {
    // Without an application there is nothing to load, and the report says so.
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    return new Set()
  }
}

/** A package without an entry for `require()` is an ES module only. */
async function loadFrom(require: NodeJS.Require, name: string): Promise<unknown> {
  try {
    return require(name) as unknown
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED' && code !== 'ERR_REQUIRE_ESM') throw error
    return import(name)
  }
}

async function sendSpan(log: ReturnType<typeof autolog>): Promise<string> {
  const before = log.status
  if (before.mode === 'off' || before.exporter === 'none') return 'not sent'
  trace.getTracer('tracestitch').startSpan('tracestitch doctor').end()
  await log.flush()
  const after = log.status
  if (after.mode === 'existing') return 'handed on'
  if (after.exported > before.exported) return 'acknowledged'
  return after.lastFailure ?? 'no answer'
}

function problemsOf(packages: readonly ReportEntry[]): string[] {
  const known = packages.filter(({ integration }) => integration !== 'none')
  if (known.length === 0)
    return ['no package that autolog() knows is installed here; run it in the folder of the application']
  return packages
    .filter(({ status }) => status === 'failed' || status === 'unsupported')
    .map(({ package: name, detail }) => `${name} is not traced: ${detail ?? 'no reason is known'}`)
}

function clashes(apis: readonly Installed[]): string[] {
  const majors = new Set(apis.map(({ version }) => version?.split('.', 1)[0] ?? 'unknown'))
  if (majors.size < 2) return []
  const versions = apis.map(({ version }) => version ?? 'unknown').join(' and ')
  return [`${API} is installed as ${versions}: spans made with one major do not reach the other; keep one major`]
}

function undelivered({ mode, exporter, host, testSpan }: Destination, send: boolean): string[] {
  if (mode === 'off') return ['tracing is off: OTEL_SDK_DISABLED is set, or the OpenTelemetry SDK could not be loaded']
  if (exporter === 'none')
    return ['spans go nowhere: set OTEL_EXPORTER_OTLP_ENDPOINT, and leave OTEL_TRACES_EXPORTER unset']
  if (!send || testSpan === 'acknowledged' || testSpan === 'handed on') return []
  return [
    `the test span did not arrive at ${host ?? exporter}: ${testSpan}; set OTEL_EXPORTER_OTLP_ENDPOINT, and ` +
      'OTEL_EXPORTER_OTLP_HEADERS for its key',
  ]
}
