/** `@fal-ai/client`: pictures, films and sound of many makers, at once, by a queue, or as a stream. */
import type { Attributes } from '@opentelemetry/api'
import {
  asString,
  isObject,
  outputType,
  path,
  type CallDeclaration,
  type Format,
  type Integration,
  type ModuleTarget,
  type Patcher,
  type PassthroughUsage,
} from '../src/autolog/contract.js'
import { jobCalls } from './shared/jobs.js'
import { filesIn } from './shared/media.js'

const protocol: Format = {
  operation: 'generate_content',
  request: () => ({ other: {} }),
  answer: (result) => ({ other: answerOf(result) }),
  // Each event may be the whole answer so far.
  stream() {
    let newest: unknown
    return {
      push: (data) => void (newest = data),
      done: true,
      result: () => (newest === undefined ? undefined : { other: answerOf({ data: newest }) }),
    }
  },
}

function answerOf(result: unknown): { readonly id: string; readonly model: string; readonly usage?: PassthroughUsage } {
  const { usage } = filesIn(path(result, 'data'))
  return { id: asString(path(result, 'requestId')) ?? '', model: '', ...(usage && { usage }) }
}

const shared = {
  // By the name that price lists have for it.
  provider: 'fal_ai',
  request: ([, options]) => options ?? {},
  model: ([endpoint]) => asString(endpoint),
  signal([, options]) {
    const signal = path(options, 'abortSignal')
    return signal instanceof AbortSignal ? signal : undefined
  },
} satisfies Partial<CallDeclaration>

const typeOf = (result: unknown): Attributes => {
  const { type } = filesIn(path(result, 'data'))
  return type ? outputType(type) : {}
}

const jobs = jobCalls({
  call: { ...shared, protocol, responseAttributes: typeOf },
  id: (answer) => path(answer, 'requestId') ?? path(answer, 'request_id'),
  // What the queue gives back says where the request stands; a result is there.
  status: (answer) => path(answer, 'status'),
  isRunning: (status) => status === 'IN_QUEUE' || status === 'IN_PROGRESS',
  bare: (requestId) => ({ requestId }),
})

const streamed: CallDeclaration = {
  ...shared,
  protocol,
  streaming: true,
  emits: { piece: 'data', end: 'done', error: 'error' },
}

function patchClient(patcher: Patcher, client: unknown): void {
  patcher.call(client, 'run', jobs.begin)
  patcher.call(client, 'subscribe', jobs.begin)
  patcher.call(client, 'stream', streamed)
}

function patchQueue(patcher: Patcher, queue: unknown): void {
  patcher.call(queue, 'submit', jobs.begin)
  patcher.call(queue, 'result', jobs.fetch)
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  // A client that is passed in `modules` has the methods itself.
  const client = path(module, 'fal') ?? module
  if (!isObject(client) || typeof client['subscribe'] !== 'function') return
  patchClient(patcher, client)
  patchQueue(patcher, client['queue'])
  // A new configuration makes another client behind this one.
  if ('config' in client)
    patcher.wrap(
      client,
      'config',
      (original, active) =>
        function (...args) {
          const result = Reflect.apply(original, this, args)
          if (active()) patchQueue(patcher, path(client, 'queue'))
          return result
        },
    )
  if (client !== module)
    patcher.note('clients of createFalClient() are traced if you pass them: autolog({ modules: { fal: client } })')
}

export const fal: Integration = {
  id: 'fal',
  targets: [{ package: '@fal-ai/client', tested: '1', instrument }],
}
