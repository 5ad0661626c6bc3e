/** The enforced schemas of one request: its tools and its answer share limits and warnings. */
import type { FunctionTool } from '../../../kernel/hub.js'
import { isObject } from '../../../kernel/json.js'
import type { Limits } from '../../../kernel/limits.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import type { SchemaDialect } from './dialect.js'
import { fitSchema, type SchemaMisfit } from './fit.js'
import type { Place } from './fitting.js'
import { overLimit, type Measure } from './measure.js'

/** Places that one warning names. */
const MAX_PLACES = 8

export interface SchemaFitter {
  /**
   * The schema of `response_format`, as it is enforced.
   *
   * @param instead - What becomes of it otherwise, such as `sent without strict`.
   * @returns `undefined` when the dialect cannot say it; the caller was told why.
   */
  format(schema: JsonObject, instead: string): JsonObject | undefined
  /** The same for the arguments of a function. */
  tool(name: string, schema: JsonObject, instead: string): JsonObject | undefined
  /**
   * The arguments of all functions, by name, for a dialect that enforces all or none.
   *
   * @returns `undefined` for none; the caller was told why, unless it wants none to be enforced.
   */
  together(functions: readonly FunctionTool['function'][], instead: string): ReadonlyMap<string, JsonObject> | undefined
}

/** @param stream - Whether the answer is read as it comes, so that nothing can be taken out of it. */
export function schemaFitter(dialect: SchemaDialect, limits: Limits, stream: boolean): SchemaFitter {
  const sum = { optional: 0, unions: 0, toolProperties: 0 }
  let tools = 0

  function fitOne(what: string, schema: JsonObject, isTool: boolean, instead: string): JsonObject | undefined {
    const fitted = fitSchema(schema, dialect, !isTool)
    const misfit = 'place' in fitted ? fitted : wholeMisfit(fitted.size, isTool)
    if (misfit || 'place' in fitted) {
      limits.warn(refusal(what, misfit as SchemaMisfit))
      return undefined
    }
    sum.optional += fitted.size.optional
    sum.unions += fitted.size.unions
    if (isTool) sum.toolProperties += fitted.size.properties
    if (fitted.told.length > 0)
      limits.warn(`${what}: not enforced, but stated in descriptions of the schema: ${places(fitted.told)}`)
    if (stream && fitted.nullables.length > 0)
      limits.warn(`${what}: null in this stream stands for what was left out: ${some(fitted.nullables)}`)
    return fitted.schema

    function refusal(of: string, { place, why }: SchemaMisfit): string {
      return `${of}: ${instead}, as ${dialect.id} does not enforce ${at(place)}: ${why}`
    }
  }

  /** Limits of all schemas together. */
  function wholeMisfit(size: Measure, isTool: boolean): SchemaMisfit | undefined {
    const toolProperties = sum.toolProperties + (isTool ? size.properties : 0)
    const all = { optional: sum.optional + size.optional, unions: sum.unions + size.unions, toolProperties }
    const over = overLimit(all, dialect.limits)
    return over && { place: { path: '', keyword: over.limit }, why: over.why }
  }

  function tool(name: string, schema: JsonObject, instead: string): JsonObject | undefined {
    const most = dialect.limits.tools
    if (most !== undefined && tools >= most) {
      limits.warn(`tool ${name}: ${instead}, as ${dialect.id} enforces ${most} tools of a request`)
      return undefined
    }
    const fitted = fitOne(`tool ${name}`, schema, true, instead)
    if (fitted) tools += 1
    return fitted
  }

  return {
    format: (schema, instead) => fitOne('response_format', schema, false, instead),
    tool,
    together(functions, instead) {
      if (!functions.some(({ strict }) => strict === true)) return undefined
      const free = functions.find(({ strict }) => strict !== true)
      if (free) {
        limits.warn(
          `tools: ${instead}, as ${dialect.id} enforces all functions of a request or none, and ${free.name} is not strict`,
        )
        return undefined
      }
      const all = new Map<string, JsonObject>()
      for (const { name, parameters } of functions) {
        const fitted = tool(name, isObject(parameters) ? parameters : NO_ARGUMENTS, instead)
        if (!fitted) {
          if (functions.length > 1)
            limits.warn(`tools: all are ${instead}, as ${dialect.id} enforces all functions of a request or none`)
          return undefined
        }
        all.set(name, fitted)
      }
      return all
    },
  }
}

const NO_ARGUMENTS = { type: 'object', properties: {} }

function at({ path, keyword }: Place): string {
  return path === '' ? `its \`${keyword}\`` : `\`${keyword}\` at ${path}`
}

function places(list: readonly Place[]): string {
  return some([...new Set(list.map(({ path, keyword }) => (path === '' ? keyword : `${keyword} at ${path}`)))])
}

function some(list: readonly string[]): string {
  const more = list.length - MAX_PLACES
  return more > 0 ? `${list.slice(0, MAX_PLACES).join(', ')} and ${more} more` : list.join(', ')
}
