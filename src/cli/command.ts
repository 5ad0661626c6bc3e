/** The contract of a subcommand. */
import type { ParseArgsConfig } from 'node:util'
import type { Environment } from '../router/environment.js'

/** What a command reads and writes, so that a test can replace the terminal. */
export interface Terminal {
  readonly env: Environment
  /** Standard output. Text ends with a line break. */
  readonly out: (text: string) => void
  /** Standard error. Text ends with a line break. */
  readonly error: (text: string) => void
}

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string
  /** Arguments and options as one line, such as `[--json]`. */
  readonly usage: string
  /** One line an option, for `--help`. */
  readonly optionHelp: Readonly<Record<string, string>>
  /** Options for `parseArgs`. Every command has `--help`. */
  readonly options: NonNullable<ParseArgsConfig['options']>
  /** Names of the required arguments. Absent: there are none. */
  readonly operands?: readonly string[]
  /** The name of further arguments, any number of them. */
  readonly more?: string
  /** Returns the exit code: 0, 1 when it could not do its work, 2 when the command line cannot be understood. */
  run(
    options: Readonly<Record<string, unknown>>,
    terminal: Terminal,
    operands: readonly string[],
  ): number | Promise<number>
}
