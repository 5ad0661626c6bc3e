/** The base-class method that starts a run. It has the object, which LangChain's callbacks do not have. */
import type { Context } from '@opentelemetry/api'
import { contextKey } from '../../src/autolog/contract.js'

export interface Entrance {
  /** The model, tool or retriever. */
  readonly self: unknown
  readonly streaming: boolean
  readonly toolCallId: string | undefined
  /** The first run that began inside. */
  run?: string
  /** The id that LangChain gives to messages without one, only because our handler listens. */
  invented?: string | undefined
}

const ENTRANCE = contextKey('tracestitch.langchain.entrance')

export const withEntrance = (current: Context, entrance: Entrance): Context => current.setValue(ENTRANCE, entrance)
export const entranceOf = (current: Context): Entrance | undefined => current.getValue(ENTRANCE) as Entrance | undefined

const GRAPH = contextKey('tracestitch.langchain.graph')

/** The graph of LangGraph that is being streamed. Callbacks have only its class. */
export const withGraph = (current: Context, graph: unknown): Context => current.setValue(GRAPH, graph)
export const graphOf = (current: Context): unknown => current.getValue(GRAPH)
