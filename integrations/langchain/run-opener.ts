/** Opens runs of all kinds. */
import { context, type Context } from '@opentelemetry/api'
import { asString, groupOf, guard, semconv } from '../../src/autolog/contract.js'
import { runs, type Outcome, type Watch } from './runs.js'

export type Metadata = Readonly<Record<string, unknown>>

/** Metadata in which LangChain and LangGraph programs have the id of a conversation. */
const CONVERSATION = ['thread_id', 'session_id', 'conversation_id'] as const

export class RunOpener {
  /** How many copies of LangChain are patched. When there is none any more, runs are no longer traced. */
  installed = 0
  /** Whether to show runs that only group others. */
  internals = false

  /** No property, because a program may clone a configuration with the handler. */
  get runs(): typeof runs {
    return runs
  }

  start(step: () => void): void {
    if (this.installed > 0) guard('langchain', step)
  }

  open(
    id: string,
    parentId: string | undefined,
    metadata: Metadata,
    current: Context,
    finish: (outcome: Outcome) => void,
    chunk?: () => void,
  ): void {
    const agent = asString(metadata['lc_agent_name'])
    const integration = asString(metadata['ls_integration'])
    const conversation = this.conversationOf(parentId, metadata)
    const facts = { agent, integration, conversation }
    this.runs.start({ id, facts, finish, ...(chunk && { chunk }) }, parentId, current)
  }

  conversationOf(parentId: string | undefined, metadata: Metadata): string | undefined {
    for (const key of CONVERSATION) {
      const value = asString(metadata[key])
      if (value !== undefined) return value
    }
    return this.runs.get(parentId)?.facts.conversation ?? groupOf<Watch>(context.active())?.conversation
  }

  conversation(parentId: string | undefined, metadata: Metadata): Record<string, string> {
    const id = this.conversationOf(parentId, metadata)
    return id === undefined ? {} : { [semconv.CONVERSATION_ID]: id }
  }
}
