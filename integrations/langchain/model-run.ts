/** Runs of models are model calls. */
import { context } from '@opentelemetry/api'
import { asString, fillSlot, guard, runInOpenSlot, startCall } from '../../src/autolog/contract.js'
import { entranceOf } from './entrance.js'
import { providerName } from './providers.js'
import { modelOf, toHubRequest, type ModelStart } from './request.js'
import { toHubResponse } from './response.js'
import type { RunOpener } from './run-opener.js'
import type { Outcome } from './runs.js'

/** Marks an answer from LangChain's cache: a call without a request. */
const CACHED = 'tracestitch.langchain.cached'

export function startModelRun(
  opener: RunOpener,
  operation: 'chat' | 'text_completion',
  { id, parentId }: { readonly id: string; readonly parentId: string | undefined },
  said: Omit<ModelStart, 'streaming'>,
): void {
  opener.start(() => {
    const entrance = entranceOf(context.active())
    const first = operation === 'text_completion' ? opener.runs.get(entrance?.run) : undefined
    // A completion model gets several prompts in one call. The first of these runs is the call.
    if (first) return opener.open(id, parentId, said.metadata, first.context, () => undefined)
    const start = { ...said, streaming: entrance?.streaming === true }
    const model = modelOf(start)
    // The open slot is for the SDK below. Another prompt of the same batch does not belong to this call.
    const parent = context.with(opener.runs.parentContext(parentId), () => runInOpenSlot(() => context.active()))
    const call = startCall({
      operation,
      provider: providerName(asString(said.metadata['ls_provider'])),
      model,
      request: (content) => ({ chat: toHubRequest(start, model, content) }),
      baseURL: undefined,
      attributes: opener.conversation(parentId, said.metadata),
      parent,
    })
    fillSlot(call, call.span)
    if (entrance) entrance.run ??= id
    const finish = ({ result, error, cached }: Outcome): void => {
      if (call.recording && result !== undefined) {
        const chat = guard('langchain', () => toHubResponse(result, call.content))
        if (chat) call.response({ chat })
      }
      if (cached) call.set({ [CACHED]: true })
      call.end(error === undefined ? {} : { error })
    }
    opener.open(id, parentId, said.metadata, call.context, finish, () => call.chunk())
  })
}
