/**
 * How a request was laid out where the format has several ways to write one thing: a turn without its role, results
 * and words in one turn or in two, functions and server tools in one entry. None of it is a matter of the hub, so it is
 * noted when a request is read, and followed when the same request is written again.
 */
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { camel, asList } from './wire.js'

/** The key of the note among the fields of `raw`. Other codecs can ignore it. */
export const LAYOUT = '_layout'

interface Turn {
  /** Fields beside the parts: the role, where one was given. */
  readonly rest: JsonObject
  readonly parts: number
  /** The part was there without a list. */
  readonly bare?: true
}

interface ToolEntry {
  /** How many functions it declared; absent when it was no list of functions. */
  readonly functions?: number
  readonly fields: readonly string[]
}

interface Layout {
  readonly system?: Turn
  readonly contents?: readonly Turn[]
  /** There was one content, without a list. */
  readonly bare?: true
  readonly tools?: readonly ToolEntry[]
  /** What was before the name of the model, which was in the body too. */
  readonly model?: string
  /** A function call came without the signature that the model asks for. */
  readonly unsigned?: true
}

function readTurn(wire: unknown): Turn | undefined {
  if (!isObject(wire)) return undefined
  const { parts, ...rest } = camel(wire)
  const bare = isObject(parts)
  return { rest, parts: bare ? 1 : asArray(parts).length, ...(bare && { bare }) }
}

function isPlainTurn({ rest, bare }: Turn, roles: readonly unknown[]): boolean {
  return !bare && roles.includes(rest['role']) && Object.keys(rest).length === 1
}

/** Whether the encoder would write the turns in the same way. */
function isUsual(turns: readonly Turn[]): boolean {
  return turns.every(
    (turn, at) => isPlainTurn(turn, ['user', 'model']) && turn.rest['role'] !== turns[at - 1]?.rest['role'],
  )
}

function readContents(wire: unknown): Pick<Layout, 'contents' | 'bare'> {
  const contents = asList(wire)
  const turns = contents.map(readTurn)
  if (!turns.every((turn) => turn !== undefined)) return {}
  const bare = isObject(wire)
  return { ...((bare || !isUsual(turns)) && { contents: turns }), ...(bare && { bare }) }
}

function readTools(wire: unknown): readonly ToolEntry[] | undefined {
  const entries = asList(wire).map((entry): ToolEntry => {
    const { functionDeclarations, ...rest } = isObject(entry) ? camel(entry) : {}
    const fields = Object.keys(rest).filter((field) => rest[field] != null)
    return { ...(functionDeclarations != null && { functions: asList(functionDeclarations).length }), fields }
  })
  const declaring = entries.filter(({ functions }) => functions !== undefined)
  const usual =
    declaring.length <= 1 && declaring.every(({ functions, fields }) => functions !== 0 && fields.length === 0)
  return usual ? undefined : entries
}

/**
 * @param needsSignatures - The model refuses function calls without one.
 * @returns `undefined` when the request was laid out as the encoder would.
 */
export function readLayout(body: JsonObject, needsSignatures: boolean): Layout | undefined {
  const system = readTurn(body['systemInstruction'])
  const tools = readTools(body['tools'])
  const model = asString(body['model'])
  const layout: Layout = {
    ...(system && !isPlainTurn(system, ['user']) && { system }),
    ...readContents(body['contents']),
    ...(tools && { tools }),
    ...(model !== undefined && { model: model.startsWith('models/') ? 'models/' : '' }),
    ...(needsSignatures && asList(body['contents']).some(isUnsigned) && { unsigned: true }),
  }
  return Object.keys(layout).length > 0 ? layout : undefined
}

function isUnsigned(content: unknown): boolean {
  const first = asList(isObject(content) ? content['parts'] : undefined).find(
    (part) => isObject(part) && camel(part)['functionCall'] != null,
  )
  return isObject(first) && camel(first)['thoughtSignature'] == null
}

function layoutOf(note: unknown): Layout {
  return isObject(note) ? (note as Layout) : {}
}

export function isUnsignedRequest(note: unknown): boolean {
  return layoutOf(note).unsigned === true
}

function writeTurn({ rest, bare }: Turn, parts: readonly unknown[]): JsonObject {
  return { ...rest, parts: bare ? parts[0] : parts }
}

/** The turns as they were; what was written stays when it is no longer the same conversation. */
function followTurns(contents: readonly JsonObject[], turns: readonly Turn[]): readonly JsonObject[] {
  const parts = contents.flatMap(({ role, parts: list }) => asArray(list).map((part) => ({ role, part })))
  let at = 0
  const written: JsonObject[] = []
  for (const turn of turns) {
    const own = parts.slice(at, at + turn.parts)
    const role = turn.rest['role'] === 'model' ? 'model' : 'user'
    if (own.length !== turn.parts || own.some((one) => one.role !== role)) return contents
    at += turn.parts
    written.push(
      writeTurn(
        turn,
        own.map(({ part }) => part),
      ),
    )
  }
  return at === parts.length ? written : contents
}

function followTools(tools: readonly JsonObject[], entries: readonly ToolEntry[]): readonly JsonObject[] {
  const functions = tools.flatMap(({ functionDeclarations }) => asArray(functionDeclarations))
  const others = tools.filter((tool) => tool['functionDeclarations'] == null)
  let at = 0
  const written: JsonObject[] = []
  for (const { functions: count, fields } of entries) {
    const own = fields.length > 0 || count === undefined ? others.shift() : {}
    if (!own || Object.keys(own).some((field) => !fields.includes(field))) return tools
    written.push({ ...own, ...(count !== undefined && { functionDeclarations: functions.slice(at, at + count) }) })
    at += count ?? 0
  }
  return at === functions.length && others.length === 0 ? written : tools
}

/** @param note - What {@link readLayout} noted of the request that was read. */
export function followLayout(body: JsonObject, note: unknown, model: string): JsonObject {
  const { system, contents, bare, tools, model: prefix } = layoutOf(note)
  const { systemInstruction: instruction } = body
  const turns = contents && followTurns(asArray(body['contents']) as JsonObject[], contents)
  return {
    ...(prefix !== undefined && { model: `${prefix}${model}` }),
    ...body,
    ...(system &&
      isObject(instruction) &&
      asArray(instruction['parts']).length === system.parts && {
        systemInstruction: writeTurn(system, asArray(instruction['parts'])),
      }),
    ...(turns && { contents: bare && turns.length === 1 ? turns[0] : turns }),
    ...(tools && { tools: followTools(asArray(body['tools']) as JsonObject[], tools) }),
  }
}
