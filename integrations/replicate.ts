/**
 * `replicate`: models of any kind, by `run`, `stream` and predictions. Its functions for predictions are bound when a client is
 * made; all of them go through `request`, where the methods do as well.
 */
import { context } from '@opentelemetry/api'
import type { Attributes } from '@opentelemetry/api'
import {
  asString,
  isObject,
  path,
  slotOf,
  type Args,
  type CallDeclaration,
  type Declared,
  type Integration,
  type ModuleTarget,
} from '../src/autolog/contract.js'
import { jobOf } from './shared/jobs.js'

/** What a prediction makes is for its model to say, a text or files: `generate_content` is all of it. */
const OPERATION = 'generate_content'

const shared = {
  protocol: 'replicate-predictions',
  operation: OPERATION,
  provider: 'replicate',
  baseURL: (self: unknown) => asString(path(self, 'baseUrl')),
} satisfies CallDeclaration

/** Seconds are what most models are paid by (https://replicate.com/docs/topics/predictions/lifecycle). */
function timesOf(prediction: unknown): Attributes {
  const seconds = path(prediction, 'metrics', 'predict_time')
  return typeof seconds === 'number' ? { 'replicate.predict_time': seconds } : {}
}

/** Without files that stand in the answer itself. */
function withoutFiles(prediction: unknown): unknown {
  if (!isObject(prediction)) return prediction
  const { output } = prediction
  const isFile = (value: unknown): boolean => typeof value === 'string' && value.startsWith('data:')
  if (isFile(output)) return { ...prediction, output: null }
  return Array.isArray(output) ? { ...prediction, output: output.filter((each) => !isFile(each)) } : prediction
}

/** https://replicate.com/docs/topics/predictions/lifecycle */
const RUNNING: ReadonlySet<unknown> = new Set(['starting', 'processing', 'queued'])

const predictions = jobOf({
  id: (prediction) => path(prediction, 'id'),
  status: (prediction) => path(prediction, 'status'),
  isRunning: (status) => RUNNING.has(status),
  bare: () => undefined,
  took: timesOf,
})

const CREATES = /^\/?(?:(?:models|deployments)\/[^/]+\/[^/]+\/)?predictions$/
const ASKS = /^\/?predictions\/[^/]+$/

/** A model by its address, or the version of one. */
function modelAt(route: string, data: unknown): string | undefined {
  const [, kind, owner, name] = /^\/?(models|deployments)\/([^/]+)\/([^/]+)\//.exec(route) ?? []
  if (kind === undefined) return asString(path(data, 'version'))
  return kind === 'models' ? `${owner}/${name}` : `deployments/${owner}/${name}`
}

/** Whether a run waits for what is asked. */
const isInRun = (): boolean => slotOf(context.active())?.start?.operation === OPERATION

const request: Declared = ([at, options]: Args) => {
  const route = String(at)
  const data = path(options, 'data')
  const posts = path(options, 'method') === 'POST'
  if (posts && CREATES.test(route)) {
    const model = (): string | undefined => modelAt(route, data)
    return predictions.begin({ ...shared, answer: withoutFiles, request: () => data, path: () => route, model })
  }
  if (posts || !ASKS.test(route)) return undefined
  const asked = { ...shared, answer: withoutFiles, request: () => ({}) }
  return isInRun() ? predictions.begin(asked) : predictions.fetch(asked)
}

/** It makes its requests by `request`, which tell what came of it. */
const run: CallDeclaration = {
  ...shared,
  layer: 'framework',
  request: ([, options]) => ({ input: path(options, 'input') }),
  model: ([model]) => asString(model),
  withoutAnswer: true,
  answer: () => undefined,
  signal: ([, options]) => {
    const signal = path(options, 'signal')
    return signal instanceof AbortSignal ? signal : undefined
  },
}

const stream: CallDeclaration = {
  ...run,
  withoutAnswer: false,
  streaming: true,
  // A file is an object that has its address as its text.
  event(piece) {
    const name = asString(path(piece, 'event'))
    return { data: String(path(piece, 'data')), ...(name !== undefined && { name }) }
  },
}

/** Asks until a prediction is over. */
const wait: Declared = () =>
  isInRun()
    ? undefined
    : {
        ...shared,
        operation: 'fetch_response',
        layer: 'framework',
        withoutAnswer: true,
        request: () => ({}),
        answer: () => undefined,
      }

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const proto = path(module['Replicate'] ?? module['default'], 'prototype')
  patcher.call(proto, 'request', request)
  patcher.call(proto, 'run', run)
  patcher.call(proto, 'wait', wait)
  patcher.call(proto, 'stream', stream)
}

export const replicate: Integration = {
  id: 'replicate',
  targets: [
    {
      package: 'replicate',
      tested: '0 - 1',
      shapes: { Replicate: ['prototype.run', 'prototype.request', 'prototype.wait'] },
      instrument,
    },
  ],
}
