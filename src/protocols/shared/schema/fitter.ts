/** The enforced schemas of one request: those of its tools and of its answer share limits, and are told of together. */
import type { Limits } from '../../../kernel/limits.js'
import type { JsonObject } from '../../../kernel/protocol.js'
import type { SchemaDialect } from '../schema-dialects.js'
import { fitSchema, type Misfit } from './fit.js'
import type { Place } from './fitting.js'
import { overLimit } from './measure.js'

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
}

/** @param stream - Whether the answer is read as it comes, so that nothing can be taken out of it. */
export function schemaFitter(dialect: SchemaDialect, limits: Limits, stream: boolean): SchemaFitter {
  let [optional, unions, tools] = [0, 0, 0]

  function fitOne(what: string, schema: JsonObject, wrap: boolean, instead: string): JsonObject | undefined {
    const fitted = fitSchema(schema, dialect, wrap)
    const misfit = 'place' in fitted ? fitted : wholeMisfit(fitted.size)
    if (misfit || 'place' in fitted) {
      limits.warn(refusal(what, misfit as Misfit))
      return undefined
    }
    optional += fitted.size.optional
    unions += fitted.size.unions
    if (fitted.told.length > 0)
      limits.warn(`${what}: not enforced, but told in descriptions of the schema: ${places(fitted.told)}`)
    if (stream && fitted.nullables.length > 0)
      limits.warn(`${what}: null in this stream stands for what was left out: ${some(fitted.nullables)}`)
    return fitted.schema

    function refusal(of: string, { place, why }: Misfit): string {
      return `${of}: ${instead}, as ${dialect.id} does not enforce ${at(place)}: ${why}`
    }
  }

  /** Limits of all schemas together. */
  function wholeMisfit(size: { readonly optional: number; readonly unions: number }): Misfit | undefined {
    const all = { ...NOTHING, optional: optional + size.optional, unions: unions + size.unions }
    const over = overLimit(all, dialect.limits)
    return over && { place: { path: '', keyword: over.limit }, why: over.why }
  }

  return {
    format: (schema, instead) => fitOne('response_format', schema, true, instead),
    tool(name, schema, instead) {
      const most = dialect.limits.tools
      if (most !== undefined && tools >= most) {
        limits.warn(`tool ${name}: ${instead}, as ${dialect.id} enforces ${most} tools of a request`)
        return undefined
      }
      const fitted = fitOne(`tool ${name}`, schema, false, instead)
      if (fitted) tools += 1
      return fitted
    },
  }
}

const NOTHING = {
  properties: 0,
  depth: 0,
  enumValues: 0,
  enumChars: 0,
  nameChars: 0,
  jsonChars: 0,
  optional: 0,
  unions: 0,
}

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
