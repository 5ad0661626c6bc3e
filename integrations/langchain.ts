/**
 * LangChain and what is built on it (LangGraph, `createAgent`). LangChain reports every run to a callback handler, which makes the
 * spans. Callbacks cannot set a context, so the methods in which a run does its work are called in the context of that run. What the
 * program or an SDK does there is a child of its span.
 */
import { context, type Context } from '@opentelemetry/api'
import {
  asString,
  guard,
  isAsyncGenerator,
  isObject,
  iterateIn,
  path,
  runInOpenSlot,
  withGroup,
  type Integration,
  type ModuleTarget,
  type Patcher,
  type Replace,
} from '../src/autolog/contract.js'
import { entranceOf, withEntrance, withGraph, type Entrance } from './langchain/entrance.js'
import { handler } from './langchain/handler.js'
import { inventedId, removeInventedId, removeInventedIds } from './langchain/message-ids.js'
import { runs, type Watch } from './langchain/runs.js'
import { withJson } from './langchain/tool-input.js'

/** Patches a method on the class of `self` that defines it. A subclass is patched when it is first used. */
function wrapOwner(patcher: Patcher, self: unknown, method: string, replace: Replace): void {
  if (!isObject(self)) return
  let holder: object | null = Object.getPrototypeOf(self) as object | null
  while (holder && holder !== Object.prototype) {
    if (Object.hasOwn(holder, method)) {
      patcher.wrap(holder, method, replace)
      return
    }
    holder = Object.getPrototypeOf(holder) as object | null
  }
}

/** For a method that does a run's work. Its argument at `index` is the run's manager. */
function inRun(index: number, enter?: (manager: unknown) => void): Replace {
  return (original, active) =>
    function (...args) {
      if (active() && enter) guard('langchain', () => enter(args[index]))
      const current = active() ? runs.contextOf(asString(path(args[index], 'runId'))) : undefined
      if (!current) return original.apply(this, args)
      const result = context.with(current, () => original.apply(this, args))
      return isAsyncGenerator(result) ? iterateIn(result, current) : result
    }
}

/** Gives every run our handler, once, whatever callbacks the program passes. */
const configure: Replace = (original, active) =>
  function (...args) {
    if (!active()) return original.apply(this, args)
    const [inheritable, local, ...rest] = args
    // Without a handler, LangChain makes no manager, and drops tags and metadata.
    const manager = original.call(this, inheritable ?? (local ? undefined : [handler]), local, ...rest)
    guard('langchain', () => addHandler(manager))
    return manager
  }

interface Manager {
  handlers: unknown[]
  inheritableHandlers: unknown[]
  addHandler(handler: unknown, inherit: boolean): void
}

function addHandler(value: unknown): void {
  if (!isObject(value) || !Array.isArray(value['handlers'])) return
  const manager = value as unknown as Manager
  if (!manager.inheritableHandlers.includes(handler)) {
    manager.handlers = manager.handlers.filter((known) => known !== handler)
    manager.addHandler(handler, true)
  }
  // The program may pass one manager both to the call and to the object.
  if (manager.handlers.indexOf(handler) !== manager.handlers.lastIndexOf(handler)) {
    manager.handlers = manager.handlers.filter(
      (known, index) => known !== handler || index === manager.handlers.indexOf(handler),
    )
  }
}

function install(CallbackManager: unknown, patcher: Patcher): void {
  if (!patcher.wrap(CallbackManager, '_configureSync', configure)) return
  handler.installed++
  handler.internals = patcher.options['internals'] === true
  patcher.hook(() => {
    handler.installed--
  })
}

const isModel = (self: unknown): boolean => typeof path(self, '_streamResponseChunks') === 'function'

function enterModel(patcher: Patcher, self: unknown): void {
  const noteId = (manager: unknown): void => {
    const entrance = entranceOf(context.active())
    if (entrance) entrance.invented ??= inventedId(manager, handler)
  }
  wrapOwner(patcher, self, '_generate', inRun(2, noteId))
  wrapOwner(patcher, self, '_streamResponseChunks', inRun(2, noteId))
}

/** Opens a slot, which the handler fills. The SDK below then finds the call and adds no second span. */
const modelContext = (entrance: Entrance): Context =>
  context.with(withEntrance(context.active(), entrance), () => runInOpenSlot(() => context.active()))

const generate =
  (patcher: Patcher): Replace =>
  (original, active) =>
    function (...args) {
      if (!active()) return original.apply(this, args)
      guard('langchain', () => enterModel(patcher, this))
      const entrance: Entrance = { self: this, streaming: false, toolCallId: undefined }
      const result = context.with(modelContext(entrance), () => original.apply(this, args))
      if (result instanceof Promise) {
        // The caller has the promise too, and handles its rejection.
        result.then(
          (value) => guard('langchain', () => removeInventedIds(value, entrance.invented)),
          () => undefined,
        )
      }
      return result
    }

/** For generators: their run is open as long as they are read. */
const streamIterator =
  (patcher: Patcher): Replace =>
  (original, active) =>
    function (...args) {
      const result = original.apply(this, args)
      if (!active() || !isAsyncGenerator(result)) return result
      const options = args[1]
      const signal = path(options, 'signal')
      const watch: Watch = { runs: new Set(), conversation: asString(path(options, 'configurable', 'thread_id')) }
      let current = withGraph(context.active(), this)
      const entrance: Entrance = { self: this, streaming: true, toolCallId: undefined }
      if (isModel(this)) {
        guard('langchain', () => enterModel(patcher, this))
        current = modelContext(entrance)
      }
      return iterateIn(result, withGroup(current, watch), {
        yielded: (value) => void guard('langchain', () => removeInventedId(value, entrance.invented)),
        left: () => runs.abandon(watch),
        // A graph aborts its nodes then, which fail of it.
        leaving: () => runs.abandon(watch),
        signal: signal instanceof AbortSignal ? signal : undefined,
        aborted: (reason) => runs.abandon(watch, reason ?? new DOMException('aborted', 'AbortError')),
      })
    }

/** For tools and retrievers, whose work is done by `method` of a subclass. */
const enterBy =
  (patcher: Patcher, method: string): Replace =>
  (original, active) =>
    function (...args) {
      if (!active()) return original.apply(this, args)
      guard('langchain', () => wrapOwner(patcher, this, method, inRun(1)))
      const call = path(args[0], 'type') === 'tool_call' ? args[0] : path(args[1], 'toolCall')
      const toolCallId = asString(path(call, 'id'))
      const input = guard('langchain', () => withJson(args[0])) ?? args[0]
      return context.with(withEntrance(context.active(), { self: this, streaming: false, toolCallId }), () =>
        original.apply(this, [input, ...args.slice(1)]),
      )
    }

/** For the code of lambdas, graph nodes and tools. The child manager in its configuration has the run. */
const runWithConfig: Replace = (original, active) =>
  function (...args) {
    const current = active() ? guard('langchain', () => runs.contextOf(parentRunOf(args[0]))) : undefined
    return current ? context.with(current, () => original.apply(this, args)) : original.apply(this, args)
  }

function parentRunOf(configuration: unknown): string | undefined {
  const callbacks = path(configuration, 'callbacks')
  const read = path(callbacks, 'getParentRunId')
  return typeof read === 'function' ? asString(Reflect.apply(read, callbacks, [])) : undefined
}

/**
 * In 0.3, the entry that exports the manager class may not be loaded, but this one always is. It does not export the class, but
 * merging the managers of two configurations makes an object of it.
 */
function managerClass(mergeConfigs: unknown): unknown {
  if (typeof mergeConfigs !== 'function') return undefined
  const callbacks = { handlers: [], inheritableHandlers: [], tags: [], inheritableTags: [], metadata: {} }
  return path(mergeConfigs({ callbacks }, { callbacks }), 'callbacks', 'constructor')
}

function patchRunnables(module: Readonly<Record<string, unknown>>, patcher: Patcher): void {
  install(managerClass(module['mergeConfigs']), patcher)
  for (const Class of Object.values(module)) {
    const prototype = path(Class, 'prototype')
    if (!isObject(prototype)) continue
    for (const method of ['_streamIterator', '_transformStreamWithConfig']) {
      if (Object.hasOwn(prototype, method)) patcher.wrap(prototype, method, streamIterator(patcher))
    }
  }
  patcher.wrap(path(module, 'RunnableLambda', 'prototype'), '_invoke', inRun(2))
  patcher.wrap(
    path(module, 'Runnable', 'prototype'),
    'stream',
    (original, active) =>
      function (...args) {
        if (active()) guard('langchain', () => wrapOwner(patcher, this, '_streamIterator', streamIterator(patcher)))
        return original.apply(this, args)
      },
  )
}

function patchModels(Model: unknown, patcher: Patcher): void {
  const prototype = path(Model, 'prototype')
  patcher.wrap(prototype, '_generateUncached', generate(patcher))
  patcher.wrap(prototype, '_streamIterator', streamIterator(patcher))
}

const target = (
  entry: string,
  instrument: ModuleTarget['instrument'],
  shapes?: ModuleTarget['shapes'],
): ModuleTarget => ({
  package: '@langchain/core',
  entry,
  tested: '0.3 - 1',
  ...(shapes && { shapes }),
  instrument,
})

const MANAGER = { CallbackManager: ['_configureSync', 'prototype.handleChatModelStart'] }
const MODEL = ['prototype._generateUncached', 'prototype._streamIterator']

export const langchain: Integration = {
  id: 'langchain',
  targets: [
    target('./callbacks/manager', (module, patcher) => install(module['CallbackManager'], patcher), MANAGER),
    target('./runnables', patchRunnables),
    target('./language_models/chat_models', (module, patcher) => patchModels(module['BaseChatModel'], patcher), {
      BaseChatModel: MODEL,
    }),
    target('./language_models/llms', (module, patcher) => patchModels(module['BaseLLM'], patcher)),
    target('./tools', (module, patcher) => {
      patcher.wrap(path(module, 'StructuredTool', 'prototype'), 'call', enterBy(patcher, '_call'))
    }),
    target('./retrievers', (module, patcher) => {
      patcher.wrap(path(module, 'BaseRetriever', 'prototype'), 'invoke', enterBy(patcher, '_getRelevantDocuments'))
    }),
    target('./singletons', (module, patcher) => {
      const provider = module['AsyncLocalStorageProviderSingleton']
      if (isObject(provider)) patcher.wrap(Object.getPrototypeOf(provider), 'runWithConfig', runWithConfig)
    }),
  ],
}
