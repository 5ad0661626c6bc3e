/** The figures of a gateway in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). */
import type { SpendRow } from '../client/facts/spend.js'
import type { StoreHealth, TargetHealth } from '../client/types/health.js'
import { DURATION_BOUNDS, type RequestSeries } from './request-counts.js'

/** The figures of one process. Plain data, fit for a message to another. */
export interface Figures {
  /** The worker that they are of, where there are several. */
  readonly worker: string | undefined
  readonly active: number
  readonly requests: readonly RequestSeries[]
  readonly spend: readonly SpendRow[]
  readonly targets: readonly TargetHealth[]
  readonly store: StoreHealth
}

type Labels = Readonly<Record<string, string | number | undefined>>
type Sample = readonly [labels: Labels, value: number, suffix?: string]

interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  samples(figures: Figures): readonly Sample[]
}

/** Names of OpenTelemetry's conventions, as Prometheus writes them; `tracestitch_` where there are none. */
const METRICS: readonly Metric[] = [
  {
    name: 'http_server_request_duration_seconds',
    type: 'histogram',
    help: 'From the head of a request to the end of its answer',
    samples: ({ requests }) => requests.flatMap(histogramOf),
  },
  {
    name: 'http_server_active_requests',
    type: 'gauge',
    help: 'Requests under way',
    samples: ({ active }) => [[{}, active]],
  },
  {
    name: 'tracestitch_calls_total',
    type: 'counter',
    help: 'Calls that a model has answered',
    samples: ({ spend }) => spend.map(({ name, calls }) => [{ model: name ?? '' }, calls]),
  },
  {
    name: 'tracestitch_tokens_total',
    type: 'counter',
    help: 'Tokens of the calls',
    samples: ({ spend }) =>
      spend.flatMap(({ name, inputTokens, outputTokens }): Sample[] => [
        [{ model: name ?? '', type: 'input' }, inputTokens],
        [{ model: name ?? '', type: 'output' }, outputTokens],
      ]),
  },
  {
    name: 'tracestitch_cost_usd_total',
    type: 'counter',
    help: 'Cost of the calls whose price is known',
    samples: ({ spend }) => spend.map(({ name, usd }) => [{ model: name ?? '' }, usd ?? 0]),
  },
  {
    name: 'tracestitch_unpriced_calls_total',
    type: 'counter',
    help: 'Calls whose price is not known',
    samples: ({ spend }) => spend.map(({ name, unpriced }) => [{ model: name ?? '' }, unpriced]),
  },
  {
    name: 'tracestitch_attempts_total',
    type: 'counter',
    help: 'Attempts at a target, retries and fallbacks among them',
    samples: ({ targets }) =>
      targets.flatMap(({ target, requests, failures }): Sample[] => [
        [{ target, outcome: 'answered' }, requests - failures],
        [{ target, outcome: 'failed' }, failures],
      ]),
  },
  {
    name: 'tracestitch_target_in_cooldown',
    type: 'gauge',
    help: '1 while a target gets no calls',
    samples: ({ targets }) => targets.map(({ target, state }) => [{ target }, state === 'open' ? 1 : 0]),
  },
  {
    name: 'tracestitch_store_up',
    type: 'gauge',
    help: '0 while the store of limits and budgets does not answer',
    samples: ({ store }) => [[{ store: store.name }, store.up ? 1 : 0]],
  },
]

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** @param all - The figures of each process. */
export function exposition(all: readonly Figures[]): string {
  return METRICS.map(({ name, type, help, samples }) => {
    const lines = all.flatMap((figures) =>
      samples(figures).map(
        ([labels, value, suffix = '']) =>
          `${name}${suffix}${written({ ...labels, worker: figures.worker })} ${value}\n`,
      ),
    )
    return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
  }).join('')
}

function histogramOf({ method, route, status, count, sum, within }: RequestSeries): readonly Sample[] {
  const labels = { http_request_method: method, http_route: route, http_response_status_code: status }
  let below = 0
  const buckets = DURATION_BOUNDS.map((bound, i): Sample => {
    below += within[i] ?? 0
    return [{ ...labels, le: bound }, below, '_bucket']
  })
  return [...buckets, [{ ...labels, le: '+Inf' }, count, '_bucket'], [labels, sum, '_sum'], [labels, count, '_count']]
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': String.raw`\"`, '\n': String.raw`\n` }

function written(labels: Labels): string {
  const pairs = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${String(value).replace(/[\\"\n]/g, (mark) => ESCAPES[mark] ?? mark)}"`],
  )
  return pairs.length > 0 ? `{${pairs.join(',')}}` : ''
}
