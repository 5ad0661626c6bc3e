/** The base-class method through which a run is entered: it knows the object that LangChain's callbacks do not name. */
import type { Context } from '@opentelemetry/api'
import { contextKey } from '../../src/autolog/contract.js'

export interface Entrance {
  /** The model, tool or retriever. */
  readonly self: unknown
  readonly streaming: boolean
  readonly toolCallId: string | undefined
  /** First run that began in here. */
  run?: string
  /** Id that LangChain gives to messages without one, only because we listen. */
  invented?: string | undefined
}

const ENTRANCE = contextKey('tracestitch.langchain.entrance')

export const withEntrance = (current: Context, entrance: Entrance): Context => current.setValue(ENTRANCE, entrance)
export const entranceOf = (current: Context): Entrance | undefined => current.getValue(ENTRANCE) as Entrance | undefined

const GRAPH = contextKey('tracestitch.langchain.graph')

/** What is streamed here, where that is a graph of LangGraph: its callbacks say no more of it than its class. */
export const withGraph = (current: Context, graph: unknown): Context => current.setValue(GRAPH, graph)
export const graphOf = (current: Context): unknown => current.getValue(GRAPH)
