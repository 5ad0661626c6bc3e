/**
 * Other tools that trace the same SDKs, each the real one, in a process of its own: set up before `autolog()` and after it.
 * The program gets what it gets without us, the tool sees what it sees without us, and each call has one span with its usage
 * where both send to one place.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { withTools, type Tools } from './installed.js'

const usual = withTools()
const newest = withTools('test/beside/newest', 22)

interface Traced {
  readonly name: string
  readonly scope?: string
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
  readonly failed?: boolean
}

interface Run {
  readonly results: Readonly<
    Record<string, { readonly value?: unknown; readonly error?: { readonly message: string } }>
  >
  readonly unhandled: readonly string[]
  readonly ours: readonly Traced[]
  readonly theirs: readonly Traced[]
  readonly report?: readonly { readonly package: string; readonly status: string; readonly detail?: string }[]
  readonly mode?: string
}

interface Tool {
  /** Calls that stand on a span of the tool's, which goes where ours would go: `openai plain`. */
  readonly completes: RegExp
  /** As the report names it. */
  readonly named?: readonly string[]
  /** Where spans go once both are set up. */
  readonly mode: 'own' | 'existing'
  /** It counts the input of Anthropic's models without what was cached, and its count stays. */
  readonly countsUncached?: boolean
  /** Ends as a failure what it does not know to be one. */
  readonly failsLater?: RegExp
}

const ORDERS = ['alone', 'before', 'after'] as const
const NONE = /^$/

const TOOLS: Readonly<Record<string, Tool>> = {
  contrib: {
    completes: /^openai/,
    named: ['@opentelemetry/instrumentation-openai'],
    mode: 'existing',
    // Its reading of the body leaves none to the SDK's `parse`.
    failsLater: /gpt-parse/,
  },
  openinference: {
    completes: /./,
    named: ['@arizeai/openinference-instrumentation-openai', '@arizeai/openinference-instrumentation-anthropic'],
    mode: 'existing',
  },
  traceloop: {
    completes: /^(?:openai (?!embeddings)|anthropic)/,
    named: ['@traceloop/instrumentation-openai', '@traceloop/instrumentation-anthropic'],
    mode: 'existing',
    failsLater: /gpt-error/,
    countsUncached: true,
  },
  // Its generation is not the active span, so that nothing tells whose it is.
  langfuse: { completes: NONE, mode: 'existing' },
  langsmith: { completes: NONE, mode: 'own' },
  braintrust: { completes: NONE, mode: 'own' },
  sentry10: { completes: /^openai/, named: ['Sentry (auto.ai.openai)'], mode: 'existing' },
  sentry11: { completes: NONE, mode: 'own' },
  'sentry11-otel': { completes: /^openai/, named: ['Sentry (auto.ai.openai)'], mode: 'existing' },
  datadog: { completes: NONE, mode: 'own' },
}

/** Versions that need a newer Node.js. */
const NEWEST: Readonly<Record<string, Tool>> = {
  'contrib-sdk3': TOOLS['contrib'] as Tool,
  datadog: TOOLS['datadog'] as Tool,
}

/** Two tools at once: what each completes, ours too. */
const PAIRS: Readonly<Record<string, Tool>> = {
  'contrib+langsmith': TOOLS['contrib'] as Tool,
  'sentry10+langfuse': TOOLS['sentry10'] as Tool,
  'openinference+braintrust': TOOLS['openinference'] as Tool,
  'traceloop+langsmith': TOOLS['traceloop'] as Tool,
  // The other way round, Braintrust's use of LangSmith's promise throws, with or without us.
  'braintrust+langsmith': { completes: NONE, mode: 'own' },
  'datadog+contrib': TOOLS['contrib'] as Tool,
}

interface Case {
  readonly name: string
  readonly tool: Tool
  readonly at: Tools
}

async function run(tool: string, order: (typeof ORDERS)[number], { folder, provider }: Tools): Promise<Run> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'test/beside/program.cjs'), tool, order], {
    cwd: folder,
    env: { ...process.env, PROVIDER_ORIGIN: provider().origin },
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Run
}

/** As it was asked for: some tools put the answer's name in its place. */
const modelOf = ({ attributes = {} }: Pick<Traced, 'attributes'>): string =>
  String(
    attributes['llm.model_name'] ??
      attributes['embedding.model_name'] ??
      attributes['langfuse.observation.model.name'] ??
      attributes['gen_ai.request.model'],
  ).replace('-2026', '')

const casesOf = (tools: Readonly<Record<string, Tool>>, at: Tools): Case[] =>
  Object.entries(tools).map(([name, tool]) => ({ name, tool, at }))

describe.skipIf(!usual.isInstalled).each(casesOf({ ...TOOLS, ...PAIRS }, usual))(`${usual.title} $name`, (one) => {
  besideTool(one)
})
describe.skipIf(!newest.isInstalled).each(casesOf(NEWEST, newest))(`${newest.title}, newest, $name`, (one) => {
  besideTool(one)
})

function besideTool({ name, tool, at }: Case): void {
  let alone: Run
  let beside: Readonly<Record<'before' | 'after', Run>>
  beforeAll(async () => {
    const [without, before, after] = await Promise.all(ORDERS.map((order) => run(name, order, at)))
    alone = without as Run
    beside = { before: before as Run, after: after as Run }
    expect(alone.theirs.length).toBeGreaterThan(3)
  })

  describe.each(['before', 'after'] as const)('set up %s autolog()', (order) => {
    let both: Run
    beforeAll(() => {
      both = beside[order]
    })

    test('the program gets what it gets without us', () => {
      expect(both.results).toEqual(alone.results)
      expect(both.unhandled).toEqual(alone.unhandled)
      expect(both.results['openai error']?.error?.message).toBe('400 bad input')
    })

    test('the tool sees what it sees without us', () => {
      const essence = ({ name: called, scope, failed, attributes }: Traced) => {
        const model = modelOf({ attributes })
        return { called, scope, failed: tool.failsLater?.test(model) ? 'not compared' : failed, model }
      }
      expect(both.theirs.map(essence)).toEqual(expect.arrayContaining(alone.theirs.map(essence)))
      for (const one of alone.theirs) {
        const same = both.theirs.find((other) => other.name === one.name && modelOf(other) === modelOf(one))
        expect(Object.keys(same?.attributes ?? {})).toEqual(expect.arrayContaining(Object.keys(one.attributes ?? {})))
      }
    })

    test('each call has one span where ours go, with its usage', () => {
      const seen = Object.keys(both.results).map((call) => {
        const [sdk, kind] = call.split(' ')
        const model = `${sdk === 'openai' ? 'gpt' : 'claude'}-${kind}`
        const ours = both.ours.filter((span) => modelOf(span) === model)
        const theirs = both.theirs.filter((span) => modelOf(span) === model)
        const spans = tool.completes.test(call) ? [...ours, ...theirs] : ours
        const [span] = spans
        return [call, spans.length, span?.attributes?.['gen_ai.usage.input_tokens'] ?? span?.attributes?.['error.type']]
      })
      expect(seen).toEqual(Object.entries(both.results).map(([call, result]) => [call, 1, usageOf(call, result, tool)]))
    })

    test('one traceparent is on each request', () => {
      for (const call of Object.keys(both.results)) {
        const requests = at.provider().requests(`${name}-${order}-${call.replace(' ', '-')}`)
        expect(requests.map(({ traceparents }) => traceparents)).toEqual([1])
      }
    })

    test('the report says whose spans are completed', () => {
      expect(both.mode).toBe(tool.mode)
      const said = both.report?.map(({ detail }) => detail ?? '').join('\n')
      expect(both.report?.map(({ status }) => status)).not.toContain('failed')
      for (const whose of tool.named ?? []) expect(said).toContain(`${whose} traces it as well`)
      if (!tool.named) expect(said).not.toContain('traces it as well')
    })
  })
}

/** Input tokens; the name of the error, or the tokens still, of a call that failed. */
function usageOf(call: string, { error }: Run['results'][string], { countsUncached }: Tool): unknown {
  if (error) return call.endsWith('error') ? expect.any(String) : 11
  if (countsUncached && call.startsWith('anthropic')) return 7
  return call === 'openai embeddings' ? 5 : 11
}
