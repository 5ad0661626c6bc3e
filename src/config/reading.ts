/** Reads a foreign configuration field by field, and warns of each field that was not read. */
import { ConfigError } from '../kernel/errors.js'
import { isObject, typeName } from '../kernel/json.js'
import { requireFromHere } from '../kernel/own-require.js'
import type { ClientOptions } from '../router/options.js'

/** Options of a client, and the parts of the other configuration without a counterpart. */
export interface Imported {
  /** For `createClient`, as plain data. */
  readonly options: ClientOptions
  /** Every field that has no counterpart, or only a similar one, as `path: what was done`. They contain no keys. */
  readonly warnings: readonly string[]
}

/**
 * The object that a configuration is, parsed when it is text: as JSON, or else as YAML by the optional package `yaml`.
 *
 * @throws ConfigError for text that is neither, and for anything that is not an object.
 */
export function parseConfig(config: unknown, what: string): Readonly<Record<string, unknown>> {
  const parsed = typeof config === 'string' ? parseText(config, what) : config
  if (isObject(parsed)) return parsed
  throw new ConfigError(what, `expected an object or its text, got ${typeName(parsed)}`)
}

function parseText(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON, so YAML, whose parser reports the fault.
    return parseYaml(text, what)
  }
}

function parseYaml(text: string, what: string): unknown {
  let yaml: { parse(text: string): unknown }
  try {
    yaml = requireFromHere()('yaml') as typeof yaml
  } catch (cause) {
    throw new ConfigError(what, 'is not JSON; to read YAML, install the package `yaml` beside this one', { cause })
  }
  try {
    return yaml.parse(text)
  } catch (cause) {
    // The parser's message quotes the text, which may hold keys.
    const { line } = (cause as { linePos?: readonly { line: number }[] }).linePos?.[0] ?? {}
    throw new ConfigError(what, `is neither JSON nor YAML${line === undefined ? '' : `; line ${line} is at fault`}`)
  }
}

/** The fields of one object. {@link Fields.close} warns of those that were not read. */
export class Fields {
  readonly path: string
  private readonly values: Readonly<Record<string, unknown>>
  private readonly warnings: string[]
  private readonly left: Set<string>

  constructor(values: Readonly<Record<string, unknown>>, path: string, warnings: string[]) {
    this.values = values
    this.path = path
    this.warnings = warnings
    this.left = new Set(Object.keys(values).filter((name) => values[name] !== null && values[name] !== undefined))
  }

  /** `undefined` when it is not there, or null. */
  take(name: string): unknown {
    this.left.delete(name)
    return this.values[name] ?? undefined
  }

  text(name: string): string | undefined {
    return this.typed(name, 'a string', (value) => (typeof value === 'string' && value !== '' ? value : undefined))
  }

  /** A number, which may be written as text. */
  number(name: string): number | undefined {
    return this.typed(name, 'a number', (value) => {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      return typeof number === 'number' && Number.isFinite(number) ? number : undefined
    })
  }

  boolean(name: string): boolean | undefined {
    return this.typed(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined))
  }

  list(name: string): readonly unknown[] {
    return this.typed(name, 'a list', (value) => (Array.isArray(value) ? (value as unknown[]) : undefined)) ?? []
  }

  object(name: string): Fields | undefined {
    const value = this.typed(name, 'an object', (found) => (isObject(found) ? found : undefined))
    return value && new Fields(value, this.at(name), this.warnings)
  }

  /** Of a list of objects. */
  objects(name: string): readonly Fields[] {
    return this.list(name).flatMap((value, i) => {
      if (isObject(value)) return [new Fields(value, `${this.at(name)}[${i}]`, this.warnings)]
      this.warn(`${name}[${i}]`, `expected an object, got ${typeName(value)}; left out`)
      return []
    })
  }

  /** Names that have not been read yet. */
  names(): readonly string[] {
    return [...this.left]
  }

  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }

  warn(name: string, text: string): void {
    this.warnings.push(`${name === '' ? this.path : this.at(name)}: ${text}`)
  }

  close(why = 'has no counterpart here; left out'): void {
    for (const name of this.left) this.warn(name, why)
    this.left.clear()
  }

  private typed<T>(name: string, expected: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.take(name)
    if (value === undefined) return undefined
    const found = read(value)
    if (found === undefined) this.warn(name, `expected ${expected}, got ${typeName(value)}; left out`)
    return found
  }
}
