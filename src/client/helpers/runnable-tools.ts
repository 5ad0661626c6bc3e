/** Tools that carry the function to run, in the forms of the `openai` package. */
import { ConfigError } from '../../kernel/errors.js'
import type { FunctionTool, Tool, ToolCall, ToolMessage } from '../../kernel/hub.js'
import { isObject, typeName } from '../../kernel/json.js'
import * as semconv from '../../telemetry/semconv.js'
import { startStep } from '../../telemetry/spans/step.js'
import { context } from '@opentelemetry/api'
import { isStandardSchema, parseWithSchema, type StandardSchema } from '../answers/standard-schema.js'

/** The run that calls a function, as the function sees it. */
export interface ToolRun {
  /** The conversation so far. Messages that a function adds are part of the next request. */
  readonly messages: unknown[]
  /** Ends the run after this function: the model is not called again. */
  abort(): void
}

/** A function that a model may call. */
export interface RunnableFunction {
  /**
   * Called with the arguments: parsed by `parse` or the schema in `parameters`, else as the JSON text that the model wrote.
   * The model gets the return value, as JSON unless it is a string. An error fails the run.
   */
  // The types of its arguments are its own.
  function: (args: never, run: ToolRun, toolContext: never) => unknown
  /** Default: the name of `function`. */
  name?: string | undefined
  /** What the function does, for the model. */
  description?: string | undefined
  /** JSON Schema of the arguments, or a Standard Schema, which then checks them too. */
  parameters?: Readonly<Record<string, unknown>> | StandardSchema | undefined
  /** Whether arguments have to fit the schema exactly, where the provider can hold the model to it. */
  strict?: boolean | null | undefined
  /** Parses the arguments from their JSON text. If it throws, the model gets the error and may try again. */
  parse?: ((text: string) => unknown) | undefined
}

/** A tool with its function: `{ type: 'function', function: { function, parse, parameters } }`, or what `zodFunction` makes. */
export type RunnableTool =
  | { type: 'function'; function: RunnableFunction }
  | { type: 'function'; function: FunctionTool['function']; $callback?: unknown; $parseRaw?: unknown }

interface Runnable {
  readonly name: string
  readonly run: (args: unknown, run: ToolRun, toolContext: unknown) => unknown
  readonly parse: ((text: string) => unknown) | undefined
}

export interface RunnableTools {
  /** The tools for the request. */
  readonly tools: Tool[]
  readonly functions: ReadonlyMap<string, Runnable>
}

/** @throws ConfigError for a function without one to run, or without a name. */
export function runnableTools(given: unknown): RunnableTools {
  if (!Array.isArray(given)) throw new ConfigError('tools', `expected an array, got ${typeName(given)}`)
  const functions = new Map<string, Runnable>()
  const tools = given.map((tool: unknown, i): Tool => {
    if (!isObject(tool) || tool['type'] !== 'function') return tool as Tool
    const path = `tools[${i}].function`
    const said = tool['function']
    if (!isObject(said)) throw new ConfigError(path, `expected an object, got ${typeName(said)}`)
    const { function: own, parse: ownParse, ...wire } = said
    const run = own ?? tool['$callback']
    if (typeof run !== 'function')
      throw new ConfigError(
        `${path}.function`,
        'runTools needs the function to run; for tools without one use create()',
      )
    const name = said['name'] ?? run.name
    if (typeof name !== 'string' || name === '')
      throw new ConfigError(`${path}.name`, 'the function has no name; give it one')
    const { parameters } = said
    const parse =
      ownParse ??
      tool['$parseRaw'] ??
      (isStandardSchema(parameters) ? (text: string) => parseWithSchema(parameters, text) : undefined)
    functions.set(name, { name, run: run as Runnable['run'], parse: parse as Runnable['parse'] })
    return { type: 'function', function: { ...wire, name } } as Tool
  })
  return { tools, functions }
}

/** What a function is asked with, besides its arguments. */
export interface ToolContext {
  readonly functions: RunnableTools['functions']
  /** The only function that `tool_choice` allows; `undefined`: any. */
  readonly only: string | undefined
  readonly run: ToolRun
  readonly toolContext: unknown
}

/**
 * Runs the function that a call names, in a span of its own. If the arguments do not fit, or there is no such function, the
 * model gets a message that says so.
 *
 * @returns the result for the model, and whether the function ran. @throws what the function throws.
 */
export async function callFunction(
  call: ToolCall & { type: 'function' },
  asked: ToolContext,
): Promise<{ readonly message: ToolMessage; readonly ran: boolean }> {
  const { name, arguments: text } = call.function
  const answer = (content: string): ToolMessage => ({ role: 'tool', tool_call_id: call.id, content })
  const refuse = (content: string) => ({ message: { ...answer(content), is_error: true }, ran: false })
  const runnable = asked.functions.get(name)
  if (!runnable || (asked.only !== undefined && asked.only !== name)) {
    const known = asked.only === undefined ? [...asked.functions.keys()] : [asked.only]
    return refuse(`There is no function ${JSON.stringify(name)} to call. Call one of: ${JSON.stringify(known)}.`)
  }
  const step = startStep('tool', name, { attributes: { [semconv.TOOL_CALL_ID]: call.id } })
  step.recordArguments(text)
  try {
    let args: unknown = text
    if (runnable.parse) {
      try {
        args = await runnable.parse(text)
      } catch (error) {
        step.end({ error })
        return refuse(error instanceof Error ? error.message : String(error))
      }
    }
    const result = await context.with(step.context, () => runnable.run(args, asked.run, asked.toolContext))
    step.recordResult(result)
    step.end()
    return { message: answer(typeof result === 'string' ? result : (JSON.stringify(result) ?? '')), ran: true }
  } catch (error) {
    step.end({ error })
    throw error
  }
}
