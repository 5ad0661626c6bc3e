/**
 * The model that the agents believe in: it asks for a tool that reads the note, and then says the word in it, which only who ran
 * the tool knows. What it does is one decision for every wire format.
 */
export type Json = Record<string, unknown>

export interface OfferedTool {
  readonly name: string
  readonly schema: Json
}

/** A request, whatever wire it came by. */
export interface Asked {
  readonly tools: readonly OfferedTool[]
  /** What people wrote: the last of it has the task. */
  readonly prompts: readonly string[]
  /** What tools returned since. */
  readonly results: readonly string[]
  /** Of the JSON that it asks for. */
  readonly schema?: Json | undefined
}

export type Reply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: Json }

export const USAGE = { input: 1000, output: 20 }

/** Tools that show a file, the best first. */
const READERS = ['read_file', 'read', 'shell', 'exec_command', 'run_shell_command', 'bash']
const NOTE = /\/\S+?\/note\.txt/
const WORD = /word-\w+/

export function replyTo({ tools, prompts, results, schema }: Asked): Reply {
  if (schema) return { kind: 'text', text: JSON.stringify(sample(schema)) }
  const [note] = NOTE.exec(prompts.join('\n')) ?? []
  if (results.length > 0) {
    const [word = `not in ${JSON.stringify(results).slice(0, 300)}`] = WORD.exec(results.join('\n')) ?? []
    return { kind: 'text', text: `The word is ${word}.` }
  }
  const reader = READERS.flatMap((name) => tools.filter((tool) => tool.name.toLowerCase() === name))[0]
  if (note === undefined || !reader) return { kind: 'text', text: 'A note' }
  return { kind: 'call', name: reader.name, args: argumentsFor(reader.schema, note) }
}

/** The file by its path, or by a command that shows it; any other value where one must be. */
function argumentsFor(schema: Json, note: string): Json {
  const properties = (schema['properties'] ?? {}) as Record<string, Json>
  const required = (schema['required'] ?? []) as readonly string[]
  const args: Json = {}
  for (const [name, property] of Object.entries(properties)) {
    if (/path/i.test(name) && required.includes(name)) args[name] = note
    else if (/^(?:command|cmd)$/.test(name)) args[name] = isType(property, 'array') ? ['cat', note] : `cat ${note}`
    else if (required.includes(name)) args[name] = sample(property)
  }
  return args
}

const isType = ({ type }: Json, name: string): boolean => String(type).toLowerCase() === name

/** A value of a schema. */
function sample(schema: Json): unknown {
  const { enum: values, properties = {}, required = Object.keys(properties as Json) } = schema
  if (Array.isArray(values)) return values[0]
  if (isType(schema, 'object')) {
    const entries = Object.entries(properties as Record<string, Json>)
    return Object.fromEntries(
      entries
        .filter(([name]) => (required as readonly string[]).includes(name))
        .map(([name, it]) => [name, sample(it)]),
    )
  }
  if (isType(schema, 'array')) return []
  if (isType(schema, 'boolean')) return false
  if (isType(schema, 'number') || isType(schema, 'integer')) return Number(schema['minimum'] ?? 1)
  return 'a note'
}
