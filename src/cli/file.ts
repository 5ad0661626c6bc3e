/** Reads files that the command line names. */
import { readFileSync } from 'node:fs'
import { parseConfig } from '../config/reading.js'
import { ConfigError } from '../kernel/errors.js'
import type { Terminal } from './command.js'

export type Config = Readonly<Record<string, unknown>>

/** What went wrong with a file, without its content. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EISDIR') return 'it is a folder'
  return code ?? message
}

/** `undefined`, with a message, for a file that cannot be read as an object. `-` is standard input. */
export function readConfig(file: string, { error: say }: Terminal): Config | undefined {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    say(`tracestitch: cannot read ${file}: ${reasonOf(error)}\n`)
    return undefined
  }
  try {
    return parseConfig(text, file)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    say(`tracestitch: ${error.message}\n`)
    return undefined
  }
}
