/** Which runs of chains get a span, and what kind. */
import type { StepKind } from '../../src/autolog/contract.js'
import { asString, isObject, path } from '../../src/autolog/contract.js'
import type { Run } from './runs.js'

export interface ChainStart {
  readonly serialized: unknown
  readonly name: string | undefined
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly runType: string | undefined
  readonly parent: Run | undefined
  /** The graph that runs, if known. */
  readonly graph: unknown
}

export interface Shape {
  readonly kind: StepKind
  readonly name: string
}

/** The tag of LangChain and LangGraph for internal runs. */
const HIDDEN = 'langsmith:hidden'

/** Runs that only group others. They are shown if the program has named them, or at the top. */
const GLUE: ReadonlySet<string> = new Set([
  'RunnableAssign',
  'RunnableBinding',
  'RunnableBranch',
  'RunnableEach',
  'RunnableLambda',
  'RunnableMap',
  'RunnableParallel',
  'RunnablePassthrough',
  'RunnablePick',
  'RunnableRetry',
  'RunnableSequence',
  'RunnableWithFallbacks',
])

/** Formatting: it is fast, and an error is also on the chain around it. */
const FORMATTING: ReadonlySet<string> = new Set(['prompt', 'parser'])

/** Path of a LangChain class, such as `['langgraph', 'pregel', 'CompiledStateGraph']`. */
export function classPath(serialized: unknown): readonly string[] {
  const id = isObject(serialized) ? serialized['id'] : undefined
  return Array.isArray(id) ? id.filter((part) => typeof part === 'string') : []
}

/** `undefined`: no span. The parent of what runs inside is then the nearest run with a span. */
export function shapeOf(start: ChainStart, internals: boolean): Shape | undefined {
  const path = classPath(start.serialized)
  const className = path.at(-1) ?? 'Runnable'
  const name = start.name ?? className
  if (path[0] === 'langgraph' && path[1] === 'pregel') return graphShape(start, name)
  if (className === 'AgentExecutor') return { kind: 'agent', name }
  if (internals) return { kind: 'chain', name }
  if (start.tags.includes(HIDDEN)) return undefined
  if (start.runType !== undefined && FORMATTING.has(start.runType)) return undefined
  if (start.parent && name === className && GLUE.has(className)) return undefined
  return { kind: 'chain', name }
}

/**
 * `createAgent` marks its graph by metadata, which every run below inherits. The first graph with the mark is the agent; another
 * graph inside it is a workflow.
 */
function graphShape({ metadata, parent, graph }: ChainStart, name: string): Shape {
  const agent = asString(metadata['lc_agent_name'])
  const integration = metadata['ls_integration']
  const outer = parent?.facts
  // The configuration of a node around it may set LangGraph as its integration.
  const created = integration === CREATE_AGENT || (agent !== undefined && outer?.agent !== agent)
  const own = outer?.integration !== integration || outer?.agent !== agent || name === agent
  if (created && own) return { kind: 'agent', name: agent ?? name }
  return { kind: isReactAgent(graph) ? 'agent' : 'workflow', name }
}

const CREATE_AGENT = 'langchain_create_agent'

/** A graph with a node that calls the model and one that runs tools, as LangGraph's `createReactAgent` and programs build it. */
function isReactAgent(graph: unknown): boolean {
  const nodes = path(graph, 'nodes')
  return isObject(nodes) && isObject(nodes['agent']) && Array.isArray(path(nodes['tools'], 'bound', 'tools'))
}
